package storage

import (
	"context"
	"errors"
	"time"
)

// eraseAtOnce is how many incidents one transaction erases.
const eraseAtOnce = 200

// endedBefore is true for an incident i that was ended before the time that a
// placeholder names.
func endedBefore(i, before string) string {
	return i + `.state IN ('closed', 'dismissed', 'merged') AND coalesce((SELECT e.at FROM events e WHERE e.id = ` + i + `.step_event), ` + i + `.registered_at) < ` + before
}

// erase takes the words out of incidents that were closed, dismissed or merged
// long enough ago: posts with what links them to their authors, the journal's
// texts, drafts, and answers. An answer that was published is the office's own
// word and stays in the network, where the publication's link leads; here it
// goes too, for it may name the resident. Counts, codes and times stay.
func (s *Store) erase(ctx context.Context, texts time.Duration) error {
	before := ms(s.Now().Add(-texts))
	for {
		// What was registered later cannot have ended so long ago.
		old, err := all(ctx, s.read, scalar[int64], `
			SELECT i.id FROM incidents i WHERE i.erased_at IS NULL AND i.registered_at < $1 AND `+endedBefore("i", "$1")+` ORDER BY i.registered_at LIMIT $2`, before, eraseAtOnce)
		if err != nil || len(old) == 0 {
			return err
		}
		err = s.tx(ctx, func(t *tx) error {
			for _, id := range old {
				if err := t.erase(id, before); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}

// ErasedIncidents returns the incidents of a region, from a number on, whose
// words were erased.
func (s *Store) ErasedIncidents(ctx context.Context, region, from int64) ([]int64, error) {
	return all(ctx, s.read, scalar[int64], `SELECT id FROM incidents WHERE id >= $1 AND region_id = $2 AND erased_at IS NOT NULL`, from, region)
}

// erase takes the words out of one incident, unless it goes on again.
func (t *tx) erase(incident, before int64) error {
	n, err := t.update(`UPDATE incidents AS i SET erased_at = $1 WHERE i.id = $2 AND `+endedBefore("i", "$3"), t.now, incident, before)
	if err != nil || n == 0 {
		return err
	}
	answers := `(SELECT id FROM answers WHERE incident_id = $1)`
	for _, query := range []string{
		`DELETE FROM event_texts WHERE event_id IN (SELECT id FROM events WHERE incident_id = $1)`,
		`DELETE FROM files WHERE part_id IN (SELECT id FROM draft_parts WHERE answer_id IN ` + answers + `)`,
		`UPDATE draft_parts SET text = '' WHERE answer_id IN ` + answers,
		`UPDATE publications SET refused_url = '' WHERE answer_id IN ` + answers,
		`UPDATE answers SET text = '' WHERE incident_id = $1`,
		`DELETE FROM suggestions WHERE incident_id = $1`,
		`DELETE FROM proposals WHERE incident_id = $1 OR other_id = $1`,
		`DELETE FROM advice WHERE incident_id = $1`,
		`UPDATE replies SET text = '', author_hash = NULL WHERE incident_id = $1`,
	} {
		if err := t.exec(query, incident); err != nil {
			return err
		}
	}
	posts, err := all(t.ctx, t, scalar[int64], `SELECT post_id FROM incident_posts WHERE incident_id = $1`, incident)
	if err != nil {
		return err
	}
	// A post that another region still works with goes when that one is done.
	for _, p := range posts {
		err = errors.Join(err, t.exec(`
			UPDATE posts SET text = '', spans = '', parent_text = '', source_name = '', author_hash = NULL, signature = NULL, state = 'erased'
			WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM incident_posts o JOIN incidents j ON j.id = o.incident_id WHERE o.post_id = $1 AND NOT (`+endedBefore("j", "$2")+`))`, p, before))
	}
	return err
}
