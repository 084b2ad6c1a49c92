package storage

import (
	"context"
	"time"
)

// recheckLife is how long after its answer the posts of an incident are looked
// at again.
const recheckLife = 14 * 24 * time.Hour

// PostsToCheck returns posts of a network that belong to incidents which are
// worked on or were answered lately, and that were last looked at before a
// time: those of the newest incidents first.
func (s *Store) PostsToCheck(ctx context.Context, network string, before time.Time, limit int) ([]Post, error) {
	return all(ctx, s.read, scanPost, `SELECT `+postColumns+`
		FROM incidents i JOIN incident_posts ip ON ip.incident_id = i.id JOIN posts t ON t.id = ip.post_id
		WHERE i.state IN ('new', 'assigned', 'answered') AND (i.state <> 'answered' OR i.answered_at > $1)
			AND t.network = $2 AND t.external_id IS NOT NULL AND t.state IN ('ready', 'deleted') AND t.checked_at < $3 AND t.found_at < $3
		ORDER BY i.id DESC, t.id DESC LIMIT $4`, ms(s.Now().Add(-recheckLife)), network, ms(before), limit)
}

// PostsChecked notes when posts were looked at.
func (s *Store) PostsChecked(ctx context.Context, posts []int64, when time.Time) error {
	if len(posts) == 0 {
		return nil
	}
	return s.tx(ctx, func(t *tx) error {
		args := []any{ms(when)}
		for _, id := range posts {
			args = append(args, id)
		}
		return t.exec(`UPDATE posts SET checked_at = $1 WHERE id IN (`+marks(2, len(posts))+`)`, args...)
	})
}
