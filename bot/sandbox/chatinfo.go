package sandbox

import "github.com/go-telegram/bot/models"

func (s *Server) getChat(q *request) (any, error) {
	c, err := s.shownChat(q)
	if err != nil {
		return nil, err
	}
	info := models.ChatFullInfo{
		ID: c.chat.ID, Type: c.chat.Type, Title: c.chat.Title, Username: c.chat.Username,
		FirstName: c.chat.FirstName, LastName: c.chat.LastName, IsForum: c.chat.IsForum,
	}
	if c.linked != nil {
		info.LinkedChatID = c.linked.chat.ID
	}
	if m := c.find(c.pinned); m != nil {
		snapshot := m.Message
		info.PinnedMessage = &snapshot
	}
	return info, nil
}

func (s *Server) getChatMember(q *request) (any, error) {
	c, err := s.shownChat(q)
	if err != nil {
		return nil, err
	}
	id := q.int("user_id")
	p := s.people[id]
	var who models.ChatMember
	switch {
	case id == s.bot.ID && c.person == nil:
		who = memberOf(s.bot, c.bot)
	case id == s.bot.ID || c.person != nil && c.person == p:
		who = memberOf(userOr(p, s.bot), membership{status: models.ChatMemberTypeMember})
	case id <= 0:
		return nil, bad("invalid user_id specified")
	case p == nil || c.person != nil:
		return nil, bad("user not found")
	default:
		who = memberOf(p.user, c.members[id])
	}
	return &who, nil
}

func userOr(p *Person, u models.User) models.User {
	if p != nil {
		return p.user
	}
	return u
}

func (s *Server) getChatAdministrators(q *request) (any, error) {
	c, err := s.group(q)
	if err != nil {
		return nil, err
	}
	list := []models.ChatMember{}
	for _, p := range c.memberOrder {
		if m := c.members[p.user.ID]; m.admin() {
			list = append(list, memberOf(p.user, m))
		}
	}
	if c.bot.admin() && q.bool("return_bots") {
		list = append(list, memberOf(s.bot, c.bot))
	}
	return list, nil
}

func (s *Server) getChatMemberCount(q *request) (any, error) {
	c, err := s.chatOf(q, "chat_id")
	if err != nil {
		return nil, err
	}
	if c.person != nil {
		return 2, nil
	}
	count := 1 // the bot
	for _, m := range c.members {
		count += b2i(m.present())
	}
	return count, nil
}

func (s *Server) leaveChat(q *request) (any, error) {
	c, err := s.group(q)
	if err != nil {
		return nil, err
	}
	c.changeBot(s.bot, membership{status: models.ChatMemberTypeLeft})
	s.show(event{Type: "chat", ChatID: c.chat.ID})
	return true, nil
}

// group is a chat of a call that means nothing in private.
func (s *Server) group(q *request) (*Chat, error) {
	c, err := s.chatOf(q, "chat_id")
	if err == nil && c.person != nil {
		err = bad("method is available only for supergroup and basic group chats")
	}
	return c, err
}

func (s *Server) pinChatMessage(q *request) (any, error) {
	c, err := s.pinning(q)
	if err != nil {
		return nil, err
	}
	m := c.find(int(q.int("message_id")))
	if m == nil {
		return nil, bad("message to pin not found")
	}
	c.pinned = m.ID
	snapshot := *quoted(m)
	notice := c.service(s.bot)
	notice.PinnedMessage = &models.MaybeInaccessibleMessage{Type: models.MaybeInaccessibleMessageTypeMessage, Message: &snapshot}
	c.add(notice)
	return true, nil
}

func (s *Server) unpinChatMessage(q *request) (any, error) {
	c, err := s.pinning(q)
	if err != nil {
		return nil, err
	}
	if id := int(q.int("message_id")); id != 0 && id != c.pinned {
		return nil, bad("message to unpin not found")
	}
	c.pinned = 0
	return true, nil
}

func (s *Server) pinning(q *request) (*Chat, error) {
	c, err := s.recipient(q, "text messages")
	if err == nil && c.person == nil && !c.bot.admin() {
		err = bad("not enough rights to manage pinned messages in the chat")
	}
	return c, err
}
