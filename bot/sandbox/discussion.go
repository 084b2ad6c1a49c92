package sandbox

import (
	"errors"

	"github.com/go-telegram/bot/models"
)

// forwarderID is Telegram's technical user in whose name a channel's posts come
// into its discussion group.
const forwarderID = 777000

// Named gives a group or channel a public name, without @; "" takes it away.
func (c *Chat) Named(username string) *Chat {
	c.locked(func() { c.chat.Username = username })
	return c
}

// Discussed makes a supergroup the place where the posts of the channel are
// commented: each comes there as a message of its own, and comments reply to it.
func (c *Chat) Discussed(in *Chat) {
	c.locked(func() {
		if !c.channel() || in.chat.Type != models.ChatTypeSupergroup {
			panic("sandbox: only a channel is discussed, and only in a supergroup")
		}
		c.linked, in.linked = in, c
	})
}

// InDiscussion is the message of the discussion group under which a post of the
// channel is commented; not ok if there is none.
func (c *Chat) InDiscussion(post Message) (m Message, ok bool) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if c.linked == nil {
		return m, false
	}
	for _, x := range c.linked.messages {
		if o := x.ForwardOrigin; x.IsAutomaticForward && o.MessageOriginChannel.MessageID == post.ID {
			return Message{x.Message}, true
		}
	}
	return m, false
}

// discuss brings a post of a channel into its discussion group. The caller
// holds mu.
func (c *Chat) discuss(post *stored) {
	if !c.channel() || c.linked == nil || isService(&post.Message) {
		return
	}
	as := c.chat
	m := models.Message{
		From: &models.User{ID: forwarderID, FirstName: "Telegram"}, SenderChat: &as, MediaGroupID: post.MediaGroupID,
		IsAutomaticForward: true, ForwardOrigin: originOf(post),
	}
	takeContent(&m, &post.Message)
	c.linked.deliver(c.linked.add(m))
}

// Forward sends somebody's message on, with its origin.
func Forward(m Message) How { return func(h *saying) { h.forward = &m } }

// AsChannel writes in the name of a channel that the person runs.
func AsChannel(c *Chat) How { return func(h *saying) { h.as = c } }

// forwarded fills a message with another one.
func (s *Server) forwarded(m *models.Message, what Message) error {
	c := s.chats[what.Chat.ID]
	if c == nil || c.find(what.ID) == nil {
		return errors.New("the message to forward is not there")
	}
	x := c.find(what.ID)
	takeContent(m, &x.Message)
	m.ForwardOrigin = originOf(x)
	return nil
}

// SetReadsAll switches privacy mode off or on, as BotFather does. It holds in
// groups that the bot joins from now on.
func (s *Server) SetReadsAll(all bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opt.ReadsAll = all
}
