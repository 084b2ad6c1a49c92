package sandbox

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/go-telegram/bot/models"
)

// anonymousID is Telegram's technical user behind anonymous administrators.
const anonymousID = 1087968824

func anonymous() *models.User {
	return &models.User{ID: anonymousID, IsBot: true, FirstName: "Group", Username: "GroupAnonymousBot"}
}

// How says a message differently: as a reply, with a photo, in a topic.
type How func(*saying)

type saying struct {
	replyTo   int
	thread    int
	anonymous bool
	photo     []byte
	document  *upload
	album     string
	forward   *Message
	as        *Chat
}

// Reply makes it a reply to a message of the same chat.
func Reply(to Message) How { return func(h *saying) { h.replyTo = to.ID } }

// InTopic writes into a topic of a forum.
func InTopic(id int) How { return func(h *saying) { h.thread = id } }

// Anonymous writes as the group, which only an administrator of it can.
func Anonymous() How { return func(h *saying) { h.anonymous = true } }

// Photo sends an image (JPEG, PNG or GIF); the text becomes its caption.
func Photo(data []byte) How { return func(h *saying) { h.photo = data } }

// Document sends a file; the text becomes its caption.
func Document(name string, data []byte) How {
	return func(h *saying) { h.document = &upload{name: name, data: data} }
}

// Say writes into a chat, opening the private one if need be. What a person
// cannot do in Telegram (write where he is no member, say nothing) panics: it
// is a mistake of the program that plays him.
func (p *Person) Say(c *Chat, text string, how ...How) Message {
	return must(p.say(c, text, how))
}

// Album sends several photos as one album; the text is the first one's caption.
func (p *Person) Album(c *Chat, text string, photos ...[]byte) []Message {
	var parts [][]How
	for _, data := range photos {
		parts = append(parts, []How{Photo(data)})
	}
	return must(p.sayAll(c, text, parts))
}

// sayAll sends one message a part, as an album if there are several. The text
// stands under the first.
func (p *Person) sayAll(c *Chat, text string, parts [][]How) ([]Message, error) {
	var sent []Message
	album := ""
	if len(parts) > 1 {
		p.s.mu.Lock()
		p.s.lastAlbum++
		album = albumID(p.s.lastAlbum)
		p.s.mu.Unlock()
	}
	for _, how := range parts {
		m, err := p.say(c, text, append(how, func(h *saying) { h.album = album }))
		if err != nil {
			return sent, err
		}
		sent, text = append(sent, m), ""
	}
	return sent, nil
}

func albumID(n int) string { return strconv.Itoa(13_000_000_000 + n) }

// Edit changes the text or caption of the person's own message.
func (p *Person) Edit(m Message, text string) Message {
	return must(p.edit(m.Chat.ID, m.ID, text))
}

// Delete removes the person's own message, of which bots learn nothing.
func (p *Person) Delete(m Message) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	if c := p.s.chats[m.Chat.ID]; c != nil {
		if x := c.find(m.ID); x != nil {
			c.remove(x)
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic("sandbox: " + err.Error())
	}
	return v
}

func (p *Person) say(c *Chat, text string, how []How) (Message, error) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	var h saying
	for _, set := range how {
		set(&h)
	}
	if err := p.mayWrite(c, h.anonymous); err != nil {
		return Message{}, err
	}
	m, err := p.compose(c, text, &h)
	if err != nil {
		return Message{}, err
	}
	if c.person != nil {
		p.started = true
	}
	x := c.add(m)
	c.deliver(x)
	c.discuss(x)
	return Message{x.Message}, nil
}

func (p *Person) mayWrite(c *Chat, anonymous bool) error {
	switch member := c.members[p.user.ID]; {
	case p.deactivated:
		return fmt.Errorf("%s has no account any more", p.Name())
	case c.person != nil && c.person != p:
		return fmt.Errorf("%s cannot write into somebody else's private chat", p.Name())
	case c.person != nil && p.blocked:
		return fmt.Errorf("%s has blocked the bot", p.Name())
	case c.person == nil && !member.present():
		return fmt.Errorf("%s is not a member of %q", p.Name(), c.chat.Title)
	case c.channel() && !member.admin():
		return fmt.Errorf("%s does not run the channel %q", p.Name(), c.chat.Title)
	case c.migratedTo != 0:
		return fmt.Errorf("%q is a supergroup now", c.chat.Title)
	case anonymous && !member.admin():
		return fmt.Errorf("%s is no administrator of %q", p.Name(), c.chat.Title)
	}
	return nil
}

func (p *Person) edit(chat int64, id int, text string) (Message, error) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	c := p.s.chats[chat]
	if c == nil || c.find(id) == nil {
		return Message{}, errors.New("the message is not there")
	}
	m := c.find(id)
	if !c.members[p.user.ID].admin() && c.channel() || !c.channel() && (m.From == nil || m.From.ID != p.user.ID) {
		return Message{}, errors.New("only one's own message can be edited")
	}
	caption := m.Text == ""
	text, entities, err := p.s.formatted(text, "", nil, caption)
	if err != nil {
		return Message{}, err
	}
	if caption {
		m.Caption, m.CaptionEntities = text, entities
	} else if m.Text, m.Entities = text, entities; text == "" {
		return Message{}, errors.New("an empty message cannot be sent")
	}
	m.EditDate = p.s.unix()
	snapshot := m.Message
	p.s.show(event{Type: "edit", ChatID: chat, MessageID: id, Message: &snapshot})
	if c.visible(m) {
		u, kind := &models.Update{EditedMessage: &snapshot}, "edited_message"
		if c.channel() {
			u, kind = &models.Update{EditedChannelPost: &snapshot}, "edited_channel_post"
		}
		p.s.push(kind, chat, u)
	}
	return Message{snapshot}, nil
}
