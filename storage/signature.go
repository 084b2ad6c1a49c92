package storage

import (
	"context"
	"time"
)

// Signed is a stored post with what tells whether another one says the same.
type Signed struct {
	Post        int64
	Region      int64 // one of those it concerns: a post of two regions comes twice
	Incident    int64 // whose it is now, there
	Signature   []byte
	SourceURL   string
	URL         string
	ParentURL   string
	PublishedAt time.Time
	FoundAt     time.Time
}

// signaturesAtOnce is how many signatures are read at a time.
const signaturesAtOnce = 1000

// Signatures calls yield with the signatures of posts that were found since a
// time, oldest first, until it returns false.
func (s *Store) Signatures(ctx context.Context, since time.Time, yield func(Signed) bool) error {
	for found, last := ms(since), int64(0); ; {
		// A page is of posts and not of rows: the regions of one come together.
		page, err := all(ctx, s.read, scanSigned, `
			SELECT t.id, ip.region_id, ip.incident_id, t.signature, t.source_url, coalesce(t.url, ''), t.parent_url, t.published_at, t.found_at
			FROM (SELECT p.id, p.signature, p.source_url, p.url, p.parent_url, p.published_at, p.found_at FROM posts p WHERE p.signature IS NOT NULL AND (p.found_at, p.id) > ($1, $2) ORDER BY p.found_at, p.id LIMIT $3) AS t
			JOIN incident_posts ip ON ip.post_id = t.id ORDER BY t.found_at, t.id, ip.region_id`, found, last, signaturesAtOnce)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, x := range page {
			if !yield(x) {
				return nil
			}
		}
		end := page[len(page)-1]
		found, last = ms(end.FoundAt), end.Post
	}
}

func scanSigned(r scanner) (x Signed, err error) {
	var published, found int64
	err = r.Scan(&x.Post, &x.Region, &x.Incident, &x.Signature, &x.SourceURL, &x.URL, &x.ParentURL, &published, &found)
	x.PublishedAt, x.FoundAt = at(published), at(found)
	return x, err
}
