package storage

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Upkeep does what time asks for, once: it closes answered incidents after
// their quiet days, erases what was kept long enough, and throws away what is
// done. retention is how long texts are kept after closing.
func (s *Store) Upkeep(ctx context.Context, retention time.Duration) error {
	if err := s.closeQuiet(ctx); err != nil {
		return fmt.Errorf("close quiet incidents: %w", err)
	}
	if err := s.erase(ctx, retention); err != nil {
		return fmt.Errorf("erase old texts: %w", err)
	}
	if err := s.renewEpoch(ctx); err != nil {
		return fmt.Errorf("renew the epoch: %w", err)
	}
	return s.tx(ctx, func(t *tx) error {
		day := 24 * time.Hour.Milliseconds()
		for query, life := range map[string]int64{
			`DELETE FROM inbox WHERE done_at < $1`:                                      14 * day,
			`DELETE FROM calls WHERE at < $1`:                                           5 * time.Minute.Milliseconds(),
			`DELETE FROM dialogs WHERE expires_at < $1`:                                 day,
			`DELETE FROM recent_texts WHERE found_at < $1`:                              7 * day,
			`DELETE FROM checks WHERE done_at < $1`:                                     day,
			`UPDATE outbox SET dedupe = NULL WHERE done_at < $1 AND dedupe IS NOT NULL`: 14 * day,
		} {
			if err := t.exec(query, t.now-life); err != nil {
				return err
			}
		}
		return t.exec(`
			DELETE FROM recent_texts WHERE id IN (
				SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY region_id ORDER BY id DESC) AS place FROM recent_texts) AS r WHERE r.place > $1)`, recentTexts)
	})
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

// unneeded is true for a post p that no incident needs: none is open, and none
// was ended after the time that a placeholder names.
func unneeded(before string) string {
	return `NOT EXISTS (SELECT 1 FROM incident_posts o JOIN incidents j ON j.id = o.incident_id WHERE o.post_id = p.id
		AND (j.state IN ('new', 'assigned', 'answered') OR coalesce((SELECT e.at FROM events e WHERE e.id = j.step_event), j.registered_at) >= ` + before + `))`
}

// erase blanks texts, links to authors and the journal's words of incidents
// that were closed, dismissed or merged long enough ago. Counts and codes stay.
func (s *Store) erase(ctx context.Context, retention time.Duration) error {
	before := ms(s.Now().Add(-retention))
	old, err := all(ctx, s.read, scalar[int64], `
		SELECT DISTINCT i.id FROM incidents i JOIN incident_posts ip ON ip.incident_id = i.id JOIN posts p ON p.id = ip.post_id
		WHERE i.state IN ('closed', 'dismissed', 'merged') AND coalesce((SELECT e.at FROM events e WHERE e.id = i.step_event), i.registered_at) < $1
			AND p.state <> 'erased' AND `+unneeded("$1")+` LIMIT 500`, before)
	if err != nil || len(old) == 0 {
		return err
	}
	return s.tx(ctx, func(t *tx) error {
		for _, id := range old {
			for _, query := range []string{
				`DELETE FROM event_texts WHERE event_id IN (SELECT id FROM events WHERE incident_id = $1)`,
				`UPDATE draft_parts SET text = '' WHERE answer_id IN (SELECT id FROM answers WHERE incident_id = $1)`,
				`DELETE FROM suggestions WHERE incident_id = $1`,
			} {
				if err := t.exec(query, id); err != nil {
					return err
				}
			}
			if err := t.exec(`
				UPDATE posts SET text = '', spans = '', parent_text = '', author_hash = NULL, signature = NULL, state = 'erased'
				WHERE id IN (SELECT p.id FROM posts p JOIN incident_posts ip ON ip.post_id = p.id WHERE ip.incident_id = $1 AND `+unneeded("$2")+`)`, id, before); err != nil {
				return err
			}
		}
		return nil
	})
}
