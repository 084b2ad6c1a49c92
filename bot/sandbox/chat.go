package sandbox

import (
	"slices"
	"strings"
	"time"

	"github.com/go-telegram/bot/models"
)

// Chat is a private chat with the bot, a group, a supergroup, a forum or a channel.
type Chat struct {
	s      *Server
	person *Person // of a private chat

	// under the server's mu
	chat        models.Chat
	messages    []*stored
	lastID      int // of a supergroup or channel, which numbers by itself
	members     map[int64]membership
	memberOrder []*Person
	bot         membership
	botSeen     bool // the bot was a member at some time
	readsAll    bool // privacy mode was off when it came
	linked      *Chat
	migratedTo  int64
	topics      map[int]*topic
	keyboard    *models.ReplyKeyboardMarkup
	placeholder string
	pinned      int
}

// stored is a message in a chat. Its slices and pointers are replaced, never
// changed, so a copy of the message is a snapshot.
type stored struct {
	models.Message
	at       time.Time
	byBot    bool
	keyboard bool // sent with a keyboard that is not inline: can't be edited
}

// Message is a message as it stood when it was asked for.
type Message struct{ models.Message }

// Group makes a basic group without the bot. The first member owns it.
func (s *Server) Group(title string, members ...*Person) *Chat {
	return s.newGroup(models.Chat{Type: models.ChatTypeGroup, Title: title}, members)
}

// Supergroup makes a supergroup without the bot. The first member owns it.
func (s *Server) Supergroup(title string, members ...*Person) *Chat {
	return s.newGroup(models.Chat{Type: models.ChatTypeSupergroup, Title: title}, members)
}

// Forum makes a supergroup with topics and without the bot. The first member owns it.
func (s *Server) Forum(title string, members ...*Person) *Chat {
	return s.newGroup(models.Chat{Type: models.ChatTypeSupergroup, Title: title, IsForum: true}, members)
}

// Channel makes a public channel without the bot, which sees its posts once it is
// promoted there. The first member owns it; others only read.
func (s *Server) Channel(title, username string, members ...*Person) *Chat {
	return s.newGroup(models.Chat{Type: models.ChatTypeChannel, Title: title, Username: username}, members)
}

func (s *Server) newGroup(info models.Chat, members []*Person) *Chat {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &Chat{s: s, chat: info, members: map[int64]membership{}, topics: map[int]*topic{}}
	c.chat.ID = s.newGroupID(info.Type)
	for i, p := range members {
		status := models.ChatMemberTypeMember
		if i == 0 {
			status = models.ChatMemberTypeOwner
		}
		c.members[p.user.ID] = membership{status: status}
		c.memberOrder = append(c.memberOrder, p)
	}
	s.chats[c.chat.ID] = c
	s.chatOrder = append(s.chatOrder, c)
	s.show(event{Type: "chat", ChatID: c.chat.ID})
	return c
}

// newGroupID is -5001… for a basic group, -1000000005001… for the others.
func (s *Server) newGroupID(kind models.ChatType) int64 {
	n := s.nextGroup
	s.nextGroup++
	if kind == models.ChatTypeGroup {
		return -n
	}
	return -1_000_000_000_000 - n
}

// ID is the chat's Telegram id.
func (c *Chat) ID() int64 { return c.chat.ID }

// Info is the chat as messages carry it.
func (c *Chat) Info() models.Chat {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	return c.chat
}

// Messages are all that was not deleted, oldest first.
func (c *Chat) Messages() []Message {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	list := make([]Message, 0, len(c.messages))
	for _, m := range c.messages {
		list = append(list, Message{m.Message})
	}
	return list
}

// Message is one message as it stands now; not ok if it never was or was deleted.
func (c *Chat) Message(id int) (Message, bool) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if m := c.find(id); m != nil {
		return Message{m.Message}, true
	}
	return Message{}, false
}

// Last is the newest message, the zero value in an empty chat.
func (c *Chat) Last() Message {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if n := len(c.messages); n > 0 {
		return Message{c.messages[n-1].Message}
	}
	return Message{}
}

// FromBot are the messages that the bot sent, oldest first.
func (c *Chat) FromBot() []Message {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	var list []Message
	for _, m := range c.messages {
		if m.byBot {
			list = append(list, Message{m.Message})
		}
	}
	return list
}

// Keyboard is the reply keyboard that people see under the input field, nil
// for none, and the words in the empty field.
func (c *Chat) Keyboard() (keyboard *models.ReplyKeyboardMarkup, placeholder string) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	return c.keyboard, c.placeholder
}

// Pinned is the id of the message pinned last, 0 for none.
func (c *Chat) Pinned() int {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	return c.pinned
}

// Content is the text, or the caption of a photo or document.
func (m Message) Content() string {
	if m.Text != "" {
		return m.Text
	}
	return m.Caption
}

// Buttons are the labels and targets under the message, row by row, flattened.
func (m Message) Buttons() []models.InlineKeyboardButton {
	if m.ReplyMarkup == nil {
		return nil
	}
	return slices.Concat(m.ReplyMarkup.InlineKeyboard...)
}

// Button finds the first button whose label contains a piece.
func (m Message) Button(label string) (models.InlineKeyboardButton, bool) {
	for _, b := range m.Buttons() {
		if strings.Contains(b.Text, label) {
			return b, true
		}
	}
	return models.InlineKeyboardButton{}, false
}

// find is a message by id, nil if it is not there. The caller holds mu.
func (c *Chat) find(id int) *stored {
	i, ok := slices.BinarySearchFunc(c.messages, id, func(m *stored, id int) int { return m.ID - id })
	if !ok {
		return nil
	}
	return c.messages[i]
}

// add numbers, dates and keeps a message. The caller holds mu.
func (c *Chat) add(m models.Message) *stored {
	if c.chat.Type == models.ChatTypeSupergroup || c.channel() {
		c.lastID++
		m.ID = c.lastID
	} else {
		c.s.lastMessage++
		m.ID = c.s.lastMessage
	}
	m.Chat = c.chat
	m.Date = c.s.unix()
	byBot := m.From != nil && m.From.ID == c.s.bot.ID
	if c.channel() {
		as := c.chat
		m.From, m.SenderChat = nil, &as
	}
	x := &stored{Message: m, at: c.s.now(), byBot: byBot}
	c.messages = append(c.messages, x)
	c.s.show(event{Type: "message", ChatID: c.chat.ID, MessageID: m.ID, Message: &m})
	return x
}

func (c *Chat) channel() bool { return c.chat.Type == models.ChatTypeChannel }

// remove takes a message out. The caller holds mu.
func (c *Chat) remove(m *stored) {
	c.messages = slices.DeleteFunc(c.messages, func(x *stored) bool { return x == m })
	c.s.show(event{Type: "delete", ChatID: c.chat.ID, MessageID: m.ID})
}

// service is the start of a message without content, such as a new member.
func (c *Chat) service(by models.User) models.Message { return models.Message{From: &by} }

// Rename changes the title.
func (c *Chat) Rename(by *Person, title string) {
	c.locked(func() {
		c.chat.Title = title
		m := c.service(by.user)
		m.NewChatTitle = title
		c.deliver(c.add(m))
	})
}
