package storage

import (
	"context"
	"errors"
	"time"
)

// Dialog is what a person's next message in a chat means.
type Dialog struct {
	Person   int64
	Chat     int64
	Kind     string // bot's own code of the question
	Incident int64
	Data     string
	Since    time.Time
}

// DialogLife is how long an unbound text counts as the answer to a question.
const DialogLife = 15 * time.Minute

// OpenDialog makes a question the one that a person's next message answers; it
// replaces the question before.
func (s *Store) OpenDialog(ctx context.Context, d Dialog) error {
	return s.tx(ctx, func(t *tx) error {
		return t.exec(`
			INSERT INTO dialogs (person_id, chat_id, kind, incident_id, data, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (person_id, chat_id) DO UPDATE SET kind = excluded.kind, incident_id = excluded.incident_id, data = excluded.data, created_at = excluded.created_at, expires_at = excluded.expires_at`,
			d.Person, d.Chat, d.Kind, null(d.Incident), d.Data, t.now, t.now+DialogLife.Milliseconds())
	})
}

// OpenedDialog returns the question that waits for a person's message in a
// chat; ErrNotFound when none does or its time is over.
func (s *Store) OpenedDialog(ctx context.Context, person, chat int64) (Dialog, error) {
	return one(ctx, s.read, func(r scanner) (d Dialog, err error) {
		var since int64
		err = r.Scan(&d.Person, &d.Chat, &d.Kind, &d.Incident, &d.Data, &since)
		d.Since = at(since)
		return d, err
	}, `SELECT person_id, chat_id, kind, coalesce(incident_id, 0), data, created_at FROM dialogs WHERE person_id = $1 AND chat_id = $2 AND expires_at > $3`, person, chat, ms(s.Now()))
}

// CloseDialog forgets the question; another incident's press does it too.
func (s *Store) CloseDialog(ctx context.Context, person, chat int64) error {
	if _, err := s.OpenedDialog(ctx, person, chat); errors.Is(err, ErrNotFound) {
		return nil
	}
	return s.tx(ctx, func(t *tx) error {
		return t.exec(`DELETE FROM dialogs WHERE person_id = $1 AND chat_id = $2`, person, chat)
	})
}
