package storage

import (
	"context"
	"time"
)

// Thread is an answer in a network, whose replies are read on.
type Thread struct {
	Publication int64
	ExternalID  string // of the answer
	URL         string // of the answer; "" for one that was published by hand without a link
	DoneAt      time.Time
	Since       time.Time // what was written before is read
	Post        Post      // that the answer stands under
}

// DueThreads returns the threads of a network that are to be read on now: those
// first that have waited longest. Of an answer that nobody can name yet there is
// none.
func (s *Store) DueThreads(ctx context.Context, network string, limit int) ([]Thread, error) {
	now := s.Now()
	return all(ctx, s.read, func(r scanner) (h Thread, err error) {
		var done, since int64
		h.Post, err = scanPost(prefixed{r, []any{&h.Publication, &h.ExternalID, &h.URL, &done, &since}})
		h.DoneAt, h.Since = at(done), at(since)
		return h, err
	}, `SELECT b.id, b.external_id, b.url, b.done_at, CASE WHEN b.followed_at = 0 THEN a.frozen_at ELSE b.followed_at END, `+postColumns+`
		FROM publications b JOIN answers a ON a.id = b.answer_id JOIN posts t ON t.id = b.post_id
		WHERE b.done_at > $1 AND b.follow_at <= $2 AND b.external_id <> '' AND t.network = $3 ORDER BY b.follow_at, b.id LIMIT $4`,
		ms(now.Add(-FollowLife)), ms(now), network, limit)
}

// ThreadRead notes up to when a thread is read, the zero time when it could not
// be, and when it is next.
func (s *Store) ThreadRead(ctx context.Context, publication int64, until, next time.Time) error {
	return s.tx(ctx, func(t *tx) error {
		return t.exec(`UPDATE publications SET followed_at = CASE WHEN $1 > followed_at THEN $1 ELSE followed_at END, follow_at = $2 WHERE id = $3`, ms(until), ms(next), publication)
	})
}
