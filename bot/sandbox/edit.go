package sandbox

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/go-telegram/bot/models"
)

// deleteAge is how old a message may be to be deleted for everyone.
const deleteAge = 48 * time.Hour

// editable is the bot's own message that a call wants to change.
func (s *Server) editable(q *request) (*Chat, *stored, error) {
	c, err := s.recipient(q, "text messages")
	if err != nil {
		return nil, nil, err
	}
	m := c.find(int(q.int("message_id")))
	switch {
	case m == nil:
		return nil, nil, bad("message to edit not found")
	case !m.byBot || m.ForwardOrigin != nil || m.keyboard || isService(&m.Message):
		return nil, nil, bad("message can't be edited")
	}
	return c, m, nil
}

// change applies an edit if it changes anything and the limits allow it.
func (s *Server) change(q *request, edit func(*models.Message) error) (any, error) {
	c, m, err := s.editable(q)
	if err != nil {
		return nil, err
	}
	k, err := readMarkup(q.params["reply_markup"])
	if err != nil {
		return nil, err
	}
	if k.other() {
		return nil, bad("inline keyboard expected")
	}
	after := m.Message
	after.ReplyMarkup = k.inline
	if err := edit(&after); err != nil {
		return nil, err
	}
	if sameContent(&m.Message, &after) {
		return nil, bad("message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message")
	}
	if err := s.flood.take(c.chat.ID, 1, s.now()); err != nil {
		return nil, err
	}
	after.EditDate = s.unix()
	m.Message = after
	s.show(event{Type: "edit", ChatID: c.chat.ID, MessageID: m.ID, Message: &after})
	return after, nil
}

// sameContent compares what people see, not when it was edited.
func sameContent(a, b *models.Message) bool {
	content := func(m *models.Message) []byte {
		data, err := json.Marshal([]any{
			m.Text, m.Entities, m.Caption, m.CaptionEntities, m.ReplyMarkup, m.Photo, m.Document,
			m.LinkPreviewOptions, m.ShowCaptionAboveMedia,
		})
		if err != nil {
			panic("sandbox: a message that cannot be written: " + err.Error())
		}
		return data
	}
	return bytes.Equal(content(a), content(b))
}

func (s *Server) editMessageText(q *request) (any, error) {
	text, entities, err := s.textOf(q)
	if err != nil {
		return nil, err
	}
	return s.change(q, func(m *models.Message) error {
		if m.Text == "" {
			return bad("there is no text in the message to edit")
		}
		m.Text, m.Entities, m.LinkPreviewOptions = text, entities, nil
		return q.json("link_preview_options", &m.LinkPreviewOptions)
	})
}

func (s *Server) editMessageCaption(q *request) (any, error) {
	caption, entities, err := s.captionOf(q)
	if err != nil {
		return nil, err
	}
	return s.change(q, func(m *models.Message) error {
		if m.Text != "" {
			return bad("there is no caption in the message to edit")
		}
		m.Caption, m.CaptionEntities = caption, entities
		m.ShowCaptionAboveMedia = q.bool("show_caption_above_media")
		return nil
	})
}

func (s *Server) editMessageReplyMarkup(q *request) (any, error) {
	return s.change(q, func(*models.Message) error { return nil })
}

func (s *Server) editMessageMedia(q *request) (any, error) {
	var item inputMedia
	if json.Unmarshal([]byte(q.params["media"]), &item) != nil {
		return nil, bad("can't parse media JSON object")
	}
	return s.change(q, func(m *models.Message) error {
		m.Text, m.Entities, m.LinkPreviewOptions = "", nil, nil
		return s.setMedia(q, m, item)
	})
}

func (s *Server) deleteMessage(q *request) (any, error) {
	c, err := s.chatOf(q, "chat_id")
	if err != nil {
		return nil, err
	}
	m := c.find(int(q.int("message_id")))
	if m == nil {
		return nil, bad("message to delete not found")
	}
	if !s.mayDelete(c, m) {
		return nil, bad("message can't be deleted for everyone")
	}
	c.remove(m)
	return true, nil
}

// mayDelete: within 48 hours, the bot's own, any in a private chat, and any in
// a group that it runs, there at any age.
func (s *Server) mayDelete(c *Chat, m *stored) bool {
	if c.bot.admin() {
		return true
	}
	return s.now().Sub(m.at) < deleteAge && (m.byBot || c.person != nil)
}

func (s *Server) deleteMessages(q *request) (any, error) {
	c, err := s.chatOf(q, "chat_id")
	if err != nil {
		return nil, err
	}
	var ids []int
	if json.Unmarshal([]byte(q.params["message_ids"]), &ids) != nil || len(ids) == 0 {
		return nil, bad("message identifiers are not specified")
	}
	if len(ids) > 100 {
		return nil, bad("too many message identifiers specified")
	}
	for _, id := range ids {
		if m := c.find(id); m != nil && s.mayDelete(c, m) {
			c.remove(m)
		}
	}
	return true, nil
}
