package storage

import (
	"context"
	"time"
)

// Thread is an answer in a network, whose replies are read on.
type Thread struct {
	Publication int64
	ExternalID  string // of the answer; "" when it is not known yet
	URL         string // of the answer; "" for one that was published by hand without a link
	DoneAt      time.Time
	Since       time.Time // what was written before is read
	Post        Post      // that the answer stands under
}

// DueThreads returns the threads of a network that are to be read on now: those
// first that have waited longest.
func (s *Store) DueThreads(ctx context.Context, network string, limit int) ([]Thread, error) {
	now := s.Now()
	return all(ctx, s.read, func(r scanner) (h Thread, err error) {
		var done, since int64
		h.Post, err = scanPost(prefixed{r, []any{&h.Publication, &h.ExternalID, &h.URL, &done, &since}})
		h.DoneAt, h.Since = at(done), at(since)
		return h, err
	}, `SELECT b.id, b.external_id, b.url, b.done_at, CASE WHEN b.followed_at = 0 THEN a.frozen_at ELSE b.followed_at END, `+postColumns+`
		FROM publications b JOIN answers a ON a.id = b.answer_id JOIN posts t ON t.id = b.post_id
		WHERE b.done_at > $1 AND b.follow_at <= $2 AND t.network = $3 ORDER BY b.follow_at, b.id LIMIT $4`,
		ms(now.Add(-FollowLife)), ms(now), network, limit)
}

// ThreadRead notes up to when a thread is read, the zero time when it could not
// be, and when it is next.
func (s *Store) ThreadRead(ctx context.Context, publication int64, until, next time.Time) error {
	return s.tx(ctx, func(t *tx) error {
		return t.exec(`UPDATE publications SET followed_at = CASE WHEN $1 > followed_at THEN $1 ELSE followed_at END, follow_at = $2 WHERE id = $3`, ms(until), ms(next), publication)
	})
}

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

// PostsChecked notes that posts were looked at now.
func (s *Store) PostsChecked(ctx context.Context, posts []int64) error {
	if len(posts) == 0 {
		return nil
	}
	return s.tx(ctx, func(t *tx) error {
		args := []any{t.now}
		for _, id := range posts {
			args = append(args, id)
		}
		return t.exec(`UPDATE posts SET checked_at = $1 WHERE id IN (`+marks(2, len(posts))+`)`, args...)
	})
}

// Objected returns the incidents of a region in which a resident said, since a
// time, that nothing was solved, and about which nobody decided yet.
func (s *Store) Objected(ctx context.Context, region int64, since time.Time) ([]Incident, error) {
	return all(ctx, s.read, scanIncident, `SELECT `+incidentColumns+incidentTables+`WHERE i.region_id = $1 AND i.objected_at > $2 AND i.objected_at IS NOT NULL ORDER BY i.id`, region, ms(since))
}
