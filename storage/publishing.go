package storage

import "context"

// OpenPosts returns posts of a region's incidents that may still be answered,
// in the order of their ids after one, limit at most.
func (s *Store) OpenPosts(ctx context.Context, region, after int64, limit int) ([]Post, error) {
	return all(ctx, s.read, scanPost, `SELECT `+postColumns+` FROM incidents i JOIN incident_posts ip ON ip.incident_id = i.id JOIN posts t ON t.id = ip.post_id
		WHERE i.region_id = $1 AND i.state IN ('new', 'assigned') AND t.id > $2 ORDER BY t.id LIMIT $3`, region, after, limit)
}

// SetPublishing notes what posts allow an answer now: CanPublish, its reason,
// and TakesPhotos.
func (s *Store) SetPublishing(ctx context.Context, posts []Post) error {
	return s.tx(ctx, func(t *tx) error {
		for _, p := range posts {
			if err := t.exec(`UPDATE posts SET can_publish = $1, publish_reason = $2, takes_photos = $3 WHERE id = $4`, flag(p.CanPublish), p.PublishReason, p.TakesPhotos, p.ID); err != nil {
				return err
			}
		}
		return nil
	})
}
