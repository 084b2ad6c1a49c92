package bot

import (
	"context"
	"errors"
	"fmt"

	"otklik/bot/texts"
	"otklik/storage"
)

// speaker words one message in one language and keeps the first error.
type speaker struct {
	words *texts.Words
	lang  string
	err   error
}

// html is a template's message as Telegram HTML.
func (s *speaker) html(name string, data any) string {
	text, err := s.words.Say(s.lang, name, data)
	s.err = errors.Join(s.err, err)
	return text
}

// labelLength is how many characters a label has at most.
const labelLength = 80

// label is a template's message for a button.
func (s *speaker) label(name string, data any) string {
	text, err := s.words.Plain(s.lang, name, data)
	s.err = errors.Join(s.err, err)
	return cut(text, labelLength)
}

// button is one that acts.
func (s *speaker) button(name string, params any, data string) button {
	return button{text: s.label(name, params), data: data}
}

// speakerFor speaks the language of a message's chat: a region's in its group,
// a person's in his private chat.
func (b *Bot) speakerFor(ctx context.Context, m storage.Message) (*speaker, error) {
	s := &speaker{words: b.words, lang: b.cfg.Language}
	switch {
	case m.ChatKind == storage.Private:
		p, err := b.store.PersonOfChat(ctx, m.Chat)
		if err != nil && !errors.Is(err, storage.ErrNotFound) {
			return nil, fmt.Errorf("language of a person: %w", err)
		}
		if err == nil {
			s.lang = p.Language
		}
	case m.Region != 0:
		r, err := b.store.Region(ctx, m.Region)
		if err != nil {
			return nil, fmt.Errorf("language of a region: %w", err)
		}
		s.lang = r.Language
	}
	return s, nil
}
