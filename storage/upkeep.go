package storage

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Keeping is how long and how much is kept.
type Keeping struct {
	Texts  time.Duration // words and links to authors, after an incident was closed, dismissed or merged
	Recent int           // texts of a region that matched nothing; 0 for none
}

// Upkeep does what time asks for, once: it closes answered incidents after
// their quiet days, erases what was kept long enough, and throws away what is
// done. No step of it holds the database for long.
func (s *Store) Upkeep(ctx context.Context, keep Keeping) error {
	if err := s.closeQuiet(ctx); err != nil {
		return fmt.Errorf("close quiet incidents: %w", err)
	}
	if err := s.tellSilent(ctx); err != nil {
		return fmt.Errorf("tell of silent sources: %w", err)
	}
	if err := s.tellSurges(ctx); err != nil {
		return fmt.Errorf("tell of surges: %w", err)
	}
	if err := s.releaseAnswers(ctx); err != nil {
		return fmt.Errorf("take back answers to chats that are gone: %w", err)
	}
	if err := s.erase(ctx, keep.Texts); err != nil {
		return fmt.Errorf("erase old texts: %w", err)
	}
	if err := s.renewEpoch(ctx); err != nil {
		return fmt.Errorf("renew the epoch: %w", err)
	}
	if err := s.sweep(ctx, keep.Texts); err != nil {
		return fmt.Errorf("throw away what is done: %w", err)
	}
	if err := s.trimRecent(ctx, keep.Recent); err != nil {
		return fmt.Errorf("trim the recent texts: %w", err)
	}
	return nil
}

func (s *Store) closeQuiet(ctx context.Context) error {
	due, err := all(ctx, s.read, scalar[int64], `
		SELECT d.incident_id FROM deadlines d JOIN incidents i ON i.id = d.incident_id
		WHERE d.kind = 'auto_close' AND d.stopped_at IS NULL AND d.due_at <= $1 AND i.state = 'answered' ORDER BY d.due_at LIMIT 1000`, ms(s.Now()))
	if err != nil {
		return err
	}
	for _, id := range due {
		if _, err := s.CloseIncident(ctx, Actor{Kind: System}, id); err != nil && !errors.Is(err, ErrConflict) {
			return err
		}
	}
	return nil
}

// sweepAtOnce is how many rows one transaction throws away.
const sweepAtOnce = 2000

// sweep throws away what is done and old. Notices carry words of posts in their
// values, so they go when texts do; the messages of incidents carry codes only.
func (s *Store) sweep(ctx context.Context, texts time.Duration) error {
	for _, old := range []struct {
		query string
		life  time.Duration
	}{
		{`DELETE FROM inbox WHERE (bot, update_id) IN (SELECT bot, update_id FROM inbox WHERE done_at < $1 LIMIT $2)`, 14 * day},
		{`DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE done_at < $1 LIMIT $2)`, 14 * day},
		{`DELETE FROM heard WHERE id IN (SELECT id FROM heard WHERE heard_at < $1 LIMIT $2)`, heardLife},
		{`DELETE FROM discussions WHERE (chat_id, telegram_id) IN (SELECT chat_id, telegram_id FROM discussions WHERE noted_at < $1 LIMIT $2)`, texts},
		{`DELETE FROM calls WHERE id IN (SELECT id FROM calls WHERE at < $1 LIMIT $2)`, 5 * time.Minute},
		{`DELETE FROM dialogs WHERE id IN (SELECT id FROM dialogs WHERE expires_at < $1 LIMIT $2)`, day},
		{`DELETE FROM recent_texts WHERE id IN (SELECT id FROM recent_texts WHERE found_at < $1 LIMIT $2)`, 7 * day},
		{`DELETE FROM checks WHERE id IN (SELECT id FROM checks WHERE done_at < $1 LIMIT $2)`, day},
		{`DELETE FROM messages WHERE id IN (SELECT m.id FROM messages m WHERE m.kind = 'notice' AND m.created_at < $1
			AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.message_id = m.id) LIMIT $2)`, texts},
		{`DELETE FROM source_days WHERE (source_id, day) IN (SELECT source_id, day FROM source_days WHERE day < CAST($1 AS BIGINT) / 86400000 LIMIT $2)`, daysKept},
	} {
		if err := s.inParts(ctx, old.query, ms(s.Now().Add(-old.life))); err != nil {
			return err
		}
	}
	return nil
}

// inParts runs a statement that deletes at most a number of rows, the last
// placeholder, until it finds no more: others write between its transactions.
func (s *Store) inParts(ctx context.Context, query string, args ...any) error {
	for {
		var n int64
		err := s.tx(ctx, func(t *tx) (err error) {
			n, err = t.update(query, append(args, sweepAtOnce)...)
			return err
		})
		if err != nil || n < sweepAtOnce {
			return err
		}
	}
}
