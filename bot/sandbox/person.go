package sandbox

import (
	"strings"

	"github.com/go-telegram/bot/models"
)

// Person is somebody whom a program or the page plays.
type Person struct {
	s    *Server
	user models.User

	// under the server's mu
	role                          string
	started, blocked, deactivated bool
	chat                          *Chat
}

// Person adds somebody. The first has the id 1001, the next 1002 and so on. A
// name of two words is a first and a last name; language is an IETF tag.
func (s *Server) Person(name, language string) *Person {
	s.mu.Lock()
	defer s.mu.Unlock()
	first, last, _ := strings.Cut(name, " ")
	p := &Person{s: s, user: models.User{ID: s.nextPerson, FirstName: first, LastName: last, LanguageCode: language}}
	s.nextPerson++
	p.chat = &Chat{s: s, person: p, chat: models.Chat{ID: p.user.ID, Type: models.ChatTypePrivate, FirstName: first, LastName: last}}
	s.people[p.user.ID] = p
	s.peopleOrder = append(s.peopleOrder, p)
	s.chats[p.user.ID] = p.chat
	s.chatOrder = append(s.chatOrder, p.chat)
	s.show(event{Type: "people"})
	return p
}

// People are all persons in the order they were added.
func (s *Server) People() []*Person {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*Person(nil), s.peopleOrder...)
}

// ID is the person's Telegram id.
func (p *Person) ID() int64 { return p.user.ID }

// Name is the first and the last name.
func (p *Person) Name() string { return strings.TrimSpace(p.user.FirstName + " " + p.user.LastName) }

// Chat is the private chat with the bot.
func (p *Person) Chat() *Chat { return p.chat }

// Username gives the person a public name, without @.
func (p *Person) Username(name string) *Person {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.user.Username, p.chat.chat.Username = name, name
	return p
}

// Role labels the person for the page.
func (p *Person) Role(label string) *Person {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.role = label
	return p
}

// Started tells whether the bot may write to the person first.
func (p *Person) Started() bool {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	return p.started && !p.blocked && !p.deactivated
}

// Start opens the private chat and presses Start; a payload comes from a deep
// link. Somebody who blocked the bot unblocks it by this.
func (p *Person) Start(payload string) Message {
	p.Unblock()
	return p.Say(p.chat, strings.TrimSpace("/start "+payload))
}

// Block stops the bot: it gets my_chat_member now and 403 from then on.
func (p *Person) Block() { p.setBlocked(true) }

// Unblock lets the bot write again.
func (p *Person) Unblock() { p.setBlocked(false) }

func (p *Person) setBlocked(blocked bool) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	if p.blocked == blocked {
		return
	}
	p.blocked = blocked
	before, after := models.ChatMemberTypeMember, models.ChatMemberTypeBanned
	if !blocked {
		before, after = after, before
	}
	p.s.push("my_chat_member", p.user.ID, &models.Update{MyChatMember: &models.ChatMemberUpdated{
		Chat: p.chat.chat, From: p.user, Date: p.s.unix(),
		OldChatMember: memberOf(p.s.bot, membership{status: before}),
		NewChatMember: memberOf(p.s.bot, membership{status: after}),
	}})
	p.s.show(event{Type: "people"})
}

// Deactivate deletes the account.
func (p *Person) Deactivate() {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.deactivated = true
	p.s.show(event{Type: "people"})
}

// met tells whether the bot ever saw this person. The caller holds mu.
func (p *Person) met() bool {
	if p.started {
		return true
	}
	for _, c := range p.s.chatOrder {
		if c.person == nil && c.botSeen && c.members[p.user.ID].present() {
			return true
		}
	}
	return false
}

// unix is the server's clock as Telegram writes it.
func (s *Server) unix() int { return int(s.now().Unix()) }
