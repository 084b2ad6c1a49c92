package sandbox

import (
	"errors"

	"github.com/go-telegram/bot/models"
)

// compose makes the message with its sender, place and content.
func (p *Person) compose(c *Chat, text string, h *saying) (models.Message, error) {
	from := p.user
	m := models.Message{From: &from, MediaGroupID: h.album}
	if h.anonymous {
		m.From = anonymous()
		as := c.chat
		m.SenderChat = &as
	}
	if h.as != nil {
		if !h.as.members[p.user.ID].admin() {
			return m, errors.New("only who runs a channel writes in its name")
		}
		m.From = &models.User{ID: 136817688, IsBot: true, FirstName: "Channel", Username: "Channel_Bot"}
		as := h.as.chat
		m.SenderChat = &as
	}
	if h.replyTo != 0 {
		to := c.find(h.replyTo)
		if to == nil {
			return m, errors.New("the message to reply to is not there")
		}
		c.replyTo(&m, to)
	}
	if h.thread != 0 {
		if c.topics[h.thread] == nil {
			return m, errors.New("there is no such topic")
		}
		m.MessageThreadID, m.IsTopicMessage = h.thread, true
		if root := c.find(h.thread); m.ReplyToMessage == nil && root != nil {
			// Telegram shows a topic's messages as replies to the one that opened it.
			m.ReplyToMessage = quoted(root)
		}
	}
	if h.forward != nil {
		return m, p.s.forwarded(&m, *h.forward)
	}
	return m, p.s.fill(&m, text, h)
}

// fill sets what a person's message consists of.
func (s *Server) fill(m *models.Message, text string, h *saying) error {
	withFile := h.photo != nil || h.document != nil
	text, entities, err := s.formatted(text, "", nil, withFile)
	if err != nil {
		return err
	}
	switch {
	case h.photo != nil:
		m.Photo, err = s.newPhoto(upload{name: "photo.jpg", data: h.photo})
	case h.document != nil:
		m.Document, err = s.newDocument(*h.document)
	case text == "":
		err = errors.New("an empty message cannot be sent")
	}
	if withFile {
		m.Caption, m.CaptionEntities = text, entities
	} else {
		m.Text, m.Entities = text, entities
	}
	return err
}

// replyTo makes m a reply. In a supergroup without topics a reply carries the
// number of the thread that grew from the first message.
func (c *Chat) replyTo(m *models.Message, to *stored) {
	m.ReplyToMessage = quoted(to)
	switch {
	case to.IsTopicMessage:
		m.MessageThreadID, m.IsTopicMessage = to.MessageThreadID, true
	case c.chat.Type == models.ChatTypeSupergroup && !c.chat.IsForum:
		m.MessageThreadID = to.ID
		if to.MessageThreadID != 0 {
			m.MessageThreadID = to.MessageThreadID
		}
	}
}

// quoted is a message inside its reply, which never holds another reply.
func quoted(m *stored) *models.Message {
	snapshot := m.Message
	snapshot.ReplyToMessage = nil
	return &snapshot
}
