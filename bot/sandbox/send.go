package sandbox

import (
	"encoding/json"
	"time"

	"github.com/go-telegram/bot/models"
)

// outgoing is a message of the bot on its way.
type outgoing struct {
	chat    *Chat
	message models.Message
	markup  markup
}

// prepare does what all sends share: recipient, thread, reply and keyboard.
func (s *Server) prepare(q *request, what string) (*outgoing, error) {
	c, err := s.recipient(q, what)
	if err != nil {
		return nil, err
	}
	from := s.bot
	o := &outgoing{chat: c, message: models.Message{From: &from, HasProtectedContent: q.bool("protect_content")}}
	if err := s.setReply(q, c, &o.message); err != nil {
		return nil, err
	}
	if err := c.inThread(&o.message, int(q.int("message_thread_id"))); err != nil {
		return nil, err
	}
	if o.markup, err = readMarkup(q.params["reply_markup"]); err != nil {
		return nil, err
	}
	return o, nil
}

// setReply reads reply_parameters, or the older reply_to_message_id.
func (s *Server) setReply(q *request, c *Chat, m *models.Message) error {
	reply := models.ReplyParameters{
		MessageID:                int(q.int("reply_to_message_id")),
		AllowSendingWithoutReply: q.bool("allow_sending_without_reply"),
	}
	if err := q.json("reply_parameters", &reply); err != nil {
		return err
	}
	if reply.MessageID == 0 {
		return nil
	}
	if to := c.find(reply.MessageID); to != nil {
		c.replyTo(m, to)
		return nil
	}
	if reply.AllowSendingWithoutReply {
		return nil
	}
	return bad("message to be replied not found")
}

// send books the flood limit and puts the message into the chat.
func (s *Server) send(o *outgoing) (*stored, error) {
	if err := s.flood.take(o.chat.chat.ID, 1, s.now()); err != nil {
		return nil, err
	}
	return o.chat.post(o), nil
}

// post adds a message of the bot and shows its keyboard.
func (c *Chat) post(o *outgoing) *stored {
	o.message.ReplyMarkup = o.markup.inline
	x := c.add(o.message)
	x.keyboard = o.markup.other()
	switch {
	case o.markup.keyboard != nil:
		c.keyboard, c.placeholder = o.markup.keyboard, o.markup.keyboard.InputFieldPlaceholder
	case o.markup.force != nil:
		c.keyboard, c.placeholder = nil, o.markup.force.InputFieldPlaceholder
	case o.markup.remove:
		c.keyboard, c.placeholder = nil, ""
	}
	if x.keyboard {
		c.s.show(event{Type: "chat", ChatID: c.chat.ID})
	}
	return x
}

func (s *Server) sendMessage(q *request) (any, error) {
	text, entities, err := s.textOf(q)
	if err != nil {
		return nil, err
	}
	o, err := s.prepare(q, "text messages")
	if err != nil {
		return nil, err
	}
	o.message.Text, o.message.Entities = text, entities
	if err := q.json("link_preview_options", &o.message.LinkPreviewOptions); err != nil {
		return nil, err
	}
	x, err := s.send(o)
	if err != nil {
		return nil, err
	}
	return x.Message, nil
}

// textOf reads text, which must not be empty.
func (s *Server) textOf(q *request) (string, []models.MessageEntity, error) {
	if q.params["text"] == "" {
		return "", nil, bad("message text is empty")
	}
	given, err := q.entities("entities")
	if err != nil {
		return "", nil, err
	}
	text, entities, err := s.formatted(q.params["text"], q.params["parse_mode"], given, false)
	if err == nil && text == "" {
		err = bad("text must be non-empty")
	}
	return text, entities, err
}

func (s *Server) captionOf(q *request) (string, []models.MessageEntity, error) {
	given, err := q.entities("caption_entities")
	if err != nil {
		return "", nil, err
	}
	return s.formatted(q.params["caption"], q.params["parse_mode"], given, true)
}

// entities reads a list of entities; those that no text can hold are dropped.
func (q *request) entities(param string) ([]models.MessageEntity, error) {
	var given, kept []models.MessageEntity
	if json.Unmarshal([]byte(q.params[param]), &given) != nil && q.params[param] != "" {
		return nil, bad("can't parse entities: expected an Array of MessageEntity")
	}
	for _, e := range given {
		if e.Offset >= 0 && e.Length > 0 && (e.Type != models.MessageEntityTypeTextMention || e.User != nil) {
			kept = append(kept, e)
		}
	}
	return kept, nil
}

// typingTime is how long "is typing" shows.
const typingTime = 5 * time.Second

var chatActions = map[string]bool{
	"typing": true, "upload_photo": true, "upload_document": true, "upload_video": true, "record_video": true,
	"record_voice": true, "upload_voice": true, "choose_sticker": true, "find_location": true, "record_video_note": true, "upload_video_note": true,
}

func (s *Server) sendChatAction(q *request) (any, error) {
	c, err := s.recipient(q, "text messages")
	if err != nil {
		return nil, err
	}
	if !chatActions[q.params["action"]] {
		return nil, bad("wrong parameter action in request")
	}
	s.typingIn[c.chat.ID] = s.now().Add(typingTime)
	s.show(event{Type: "typing", ChatID: c.chat.ID, Text: q.params["action"]})
	return true, nil
}

// Typing tells whether the bot shows an action in the chat now.
func (c *Chat) Typing() bool {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	return c.s.typingIn[c.chat.ID].After(c.s.now())
}
