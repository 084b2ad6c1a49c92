package sandbox

import "github.com/go-telegram/bot/models"

// membership is a place in a chat; the zero value was never there.
type membership struct {
	status models.ChatMemberType
	mute   bool // restricted: in the chat, but may not write
}

// present tells whether somebody is in the chat now.
func (m membership) present() bool {
	switch m.status {
	case "", models.ChatMemberTypeLeft, models.ChatMemberTypeBanned:
		return false
	}
	return true
}

// admin tells whether somebody runs the chat.
func (m membership) admin() bool {
	return m.status == models.ChatMemberTypeOwner || m.status == models.ChatMemberTypeAdministrator
}

// memberOf is the membership as the Bot API shows it.
func memberOf(u models.User, m membership) models.ChatMember {
	switch m.status {
	case models.ChatMemberTypeOwner:
		return models.ChatMember{Type: m.status, Owner: &models.ChatMemberOwner{User: &u}}
	case models.ChatMemberTypeAdministrator:
		return models.ChatMember{Type: m.status, Administrator: &models.ChatMemberAdministrator{
			User: u, CanManageChat: true, CanDeleteMessages: true, CanRestrictMembers: true,
			CanChangeInfo: true, CanInviteUsers: true, CanPinMessages: true, CanManageTopics: true,
		}}
	case models.ChatMemberTypeMember:
		if m.mute {
			return models.ChatMember{Type: models.ChatMemberTypeRestricted, Restricted: &models.ChatMemberRestricted{User: &u, IsMember: true}}
		}
		return models.ChatMember{Type: m.status, Member: &models.ChatMemberMember{User: &u}}
	case models.ChatMemberTypeBanned:
		return models.ChatMember{Type: m.status, Banned: &models.ChatMemberBanned{User: &u}}
	}
	return models.ChatMember{Type: models.ChatMemberTypeLeft, Left: &models.ChatMemberLeft{User: &u}}
}

// AddBot brings the bot into the group: my_chat_member and a service message.
func (c *Chat) AddBot(by *Person) {
	c.locked(func() {
		c.botSeen, c.readsAll = true, c.s.opt.ReadsAll
		c.changeBot(by.user, membership{status: models.ChatMemberTypeMember})
		if c.channel() {
			return // channels have no message about it
		}
		m := c.service(by.user)
		m.NewChatMembers = []models.User{c.s.bot}
		c.deliver(c.add(m))
	})
}

// KickBot removes the bot and bans it.
func (c *Chat) KickBot(by *Person) {
	c.locked(func() { c.changeBot(by.user, membership{status: models.ChatMemberTypeBanned}) })
}

// RemoveBot removes the bot without a ban.
func (c *Chat) RemoveBot(by *Person) {
	c.locked(func() { c.changeBot(by.user, membership{status: models.ChatMemberTypeLeft}) })
}

// PromoteBot makes the bot an administrator: it sees all messages.
func (c *Chat) PromoteBot(by *Person) {
	c.locked(func() { c.changeBot(by.user, membership{status: models.ChatMemberTypeAdministrator}) })
}

// DemoteBot makes the bot a plain member again.
func (c *Chat) DemoteBot(by *Person) {
	c.locked(func() { c.changeBot(by.user, membership{status: models.ChatMemberTypeMember}) })
}

// MuteBot takes the right to write from the bot; DemoteBot gives it back.
func (c *Chat) MuteBot(by *Person) {
	c.locked(func() { c.changeBot(by.user, membership{status: models.ChatMemberTypeMember, mute: true}) })
}

// Add brings people in, with one service message each.
func (c *Chat) Add(people ...*Person) {
	c.locked(func() {
		for _, p := range people {
			c.changeMember(p, p.user, membership{status: models.ChatMemberTypeMember})
			if c.channel() {
				continue
			}
			m := c.service(p.user)
			m.NewChatMembers = []models.User{p.user}
			c.deliver(c.add(m))
		}
	})
}

// Remove lets a person leave.
func (c *Chat) Remove(p *Person) {
	c.locked(func() { c.leave(p, p.user, models.ChatMemberTypeLeft) })
}

// Kick bans a person.
func (c *Chat) Kick(by, p *Person) {
	c.locked(func() { c.leave(p, by.user, models.ChatMemberTypeBanned) })
}

// Promote makes a person an administrator.
func (c *Chat) Promote(by, p *Person) {
	c.locked(func() { c.changeMember(p, by.user, membership{status: models.ChatMemberTypeAdministrator}) })
}

// Demote makes a person a plain member.
func (c *Chat) Demote(by, p *Person) {
	c.locked(func() { c.changeMember(p, by.user, membership{status: models.ChatMemberTypeMember}) })
}

func (c *Chat) leave(p *Person, by models.User, status models.ChatMemberType) {
	c.changeMember(p, by, membership{status: status})
	if c.channel() {
		return
	}
	m := c.service(by)
	m.LeftChatMember = &p.user
	c.deliver(c.add(m))
}

// locked runs a change and tells everybody about it.
func (c *Chat) locked(change func()) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	change()
	c.s.show(event{Type: "chat", ChatID: c.chat.ID})
}

func (c *Chat) changeBot(by models.User, to membership) {
	from := c.bot
	c.bot = to
	c.s.push("my_chat_member", c.chat.ID, c.memberUpdate(by, c.s.bot, from, to, true))
}

func (c *Chat) changeMember(p *Person, by models.User, to membership) {
	from := c.members[p.user.ID]
	if _, known := c.members[p.user.ID]; !known {
		c.memberOrder = append(c.memberOrder, p)
	}
	c.members[p.user.ID] = to
	if c.bot.admin() {
		c.s.push("chat_member", c.chat.ID, c.memberUpdate(by, p.user, from, to, false))
	}
}

func (c *Chat) memberUpdate(by, who models.User, from, to membership, bot bool) *models.Update {
	change := &models.ChatMemberUpdated{
		Chat: c.chat, From: by, Date: c.s.unix(),
		OldChatMember: memberOf(who, from), NewChatMember: memberOf(who, to),
	}
	if bot {
		return &models.Update{MyChatMember: change}
	}
	return &models.Update{ChatMember: change}
}
