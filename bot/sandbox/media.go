package sandbox

import (
	"encoding/json"
	"slices"

	"github.com/go-telegram/bot/models"
)

// inputMedia is an item of an album, or what a message is changed to.
type inputMedia struct {
	Type            string                 `json:"type"`
	Media           string                 `json:"media"`
	Caption         string                 `json:"caption"`
	ParseMode       string                 `json:"parse_mode"`
	CaptionEntities []models.MessageEntity `json:"caption_entities"`
}

func (s *Server) sendPhoto(q *request) (any, error) {
	return s.sendFile(q, "photo", "photos")
}

func (s *Server) sendDocument(q *request) (any, error) {
	return s.sendFile(q, "document", "documents")
}

func (s *Server) sendFile(q *request, kind, what string) (any, error) {
	caption, entities, err := s.captionOf(q)
	if err != nil {
		return nil, err
	}
	o, err := s.prepare(q, what)
	if err != nil {
		return nil, err
	}
	o.message.Caption, o.message.CaptionEntities = caption, entities
	o.message.ShowCaptionAboveMedia = q.bool("show_caption_above_media")
	o.message.HasMediaSpoiler = q.bool("has_spoiler")
	if err := s.attach(q, &o.message, kind, kind, q.params[kind]); err != nil {
		return nil, err
	}
	x, err := s.send(o)
	if err != nil {
		return nil, err
	}
	return x.Message, nil
}

// attach puts a photo or a document into a message in place of what it had.
func (s *Server) attach(q *request, m *models.Message, kind, param, value string) error {
	wanted, ok := map[string]fileKind{"photo": photoFile, "document": documentFile}[kind]
	if !ok {
		return bad("type must be photo or document")
	}
	u, known, err := s.inputFile(q, param, value, wanted)
	if err != nil {
		return err
	}
	m.Photo, m.Document = nil, nil
	switch {
	case known != nil:
		m.Photo, m.Document = known.photo, known.document
	case wanted == photoFile:
		m.Photo, err = s.newPhoto(u)
	default:
		m.Document, err = s.newDocument(u)
	}
	return err
}

func (s *Server) sendMediaGroup(q *request) (any, error) {
	var items []inputMedia
	if json.Unmarshal([]byte(q.params["media"]), &items) != nil {
		return nil, bad("can't parse media JSON object")
	}
	if n := len(items); n < 2 || n > 10 {
		return nil, bad("there must be 2-10 items in an album")
	}
	o, err := s.prepare(q, "photos")
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(items, func(i inputMedia) bool { return i.Type != items[0].Type }) {
		return nil, bad("photos can't be mixed with documents in an album")
	}
	s.lastAlbum++
	album := make([]*outgoing, len(items))
	for i, item := range items {
		album[i] = &outgoing{chat: o.chat, message: o.message}
		album[i].message.MediaGroupID = albumID(s.lastAlbum)
		if err := s.setMedia(q, &album[i].message, item); err != nil {
			return nil, err
		}
	}
	if err := s.flood.take(o.chat.chat.ID, len(items), s.now()); err != nil {
		return nil, err
	}
	sent := make([]models.Message, len(items))
	for i := range album {
		sent[i] = o.chat.post(album[i]).Message
	}
	return sent, nil
}

// setMedia gives a message the file and the caption of an item.
func (s *Server) setMedia(q *request, m *models.Message, item inputMedia) error {
	caption, entities, err := s.formatted(item.Caption, item.ParseMode, item.CaptionEntities, true)
	if err != nil {
		return err
	}
	if err := s.attach(q, m, item.Type, "", item.Media); err != nil {
		return err
	}
	m.Caption, m.CaptionEntities = caption, entities
	return nil
}
