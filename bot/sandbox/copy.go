package sandbox

import "github.com/go-telegram/bot/models"

// source is the message that a copy or a forward starts from.
func (s *Server) source(q *request, verb string) (*stored, error) {
	from, err := s.chatOf(q, "from_chat_id")
	if err != nil {
		return nil, err
	}
	m := from.find(int(q.int("message_id")))
	if m == nil {
		return nil, bad("message to %s not found", verb)
	}
	if isService(&m.Message) || m.HasProtectedContent {
		return nil, bad("the message can't be %s", map[string]string{"copy": "copied", "forward": "forwarded"}[verb])
	}
	return m, nil
}

func (s *Server) copyMessage(q *request) (any, error) {
	m, err := s.source(q, "copy")
	if err != nil {
		return nil, err
	}
	o, err := s.prepare(q, "text messages")
	if err != nil {
		return nil, err
	}
	takeContent(&o.message, &m.Message)
	if _, ok := q.params["caption"]; ok && m.Text == "" {
		if o.message.Caption, o.message.CaptionEntities, err = s.captionOf(q); err != nil {
			return nil, err
		}
	}
	x, err := s.send(o)
	if err != nil {
		return nil, err
	}
	return models.MessageID{ID: x.ID}, nil
}

func (s *Server) forwardMessage(q *request) (any, error) {
	m, err := s.source(q, "forward")
	if err != nil {
		return nil, err
	}
	o, err := s.prepare(q, "text messages")
	if err != nil {
		return nil, err
	}
	takeContent(&o.message, &m.Message)
	o.message.ForwardOrigin = originOf(m)
	x, err := s.send(o)
	if err != nil {
		return nil, err
	}
	return x.Message, nil
}

func takeContent(to, from *models.Message) {
	to.Text, to.Entities, to.LinkPreviewOptions = from.Text, from.Entities, from.LinkPreviewOptions
	to.Caption, to.CaptionEntities = from.Caption, from.CaptionEntities
	to.Photo, to.Document = from.Photo, from.Document
}

func originOf(m *stored) *models.MessageOrigin {
	switch {
	case m.ForwardOrigin != nil:
		return m.ForwardOrigin
	case m.SenderChat != nil && m.SenderChat.Type == models.ChatTypeChannel:
		return &models.MessageOrigin{Type: models.MessageOriginTypeChannel, MessageOriginChannel: &models.MessageOriginChannel{Date: m.Date, Chat: *m.SenderChat, MessageID: m.ID}}
	case m.SenderChat != nil:
		return &models.MessageOrigin{Type: models.MessageOriginTypeChat, MessageOriginChat: &models.MessageOriginChat{Date: m.Date, SenderChat: *m.SenderChat}}
	}
	return &models.MessageOrigin{Type: models.MessageOriginTypeUser, MessageOriginUser: &models.MessageOriginUser{Date: m.Date, SenderUser: *m.From}}
}
