package storage

import (
	"context"
	"time"
)

// KeepText keeps the masked text of a post that matched nothing, so that a new
// rule can show what it would have caught.
func (s *Store) KeepText(ctx context.Context, region int64, texts []string) error {
	if len(texts) == 0 {
		return nil
	}
	return s.tx(ctx, func(t *tx) error {
		for _, text := range texts {
			if err := t.exec(`INSERT INTO recent_texts (region_id, text, found_at) VALUES ($1, $2, $3)`, region, text, t.now); err != nil {
				return err
			}
		}
		return nil
	})
}

// RecentTexts returns the texts that KeepText keeps of a region, newest first.
func (s *Store) RecentTexts(ctx context.Context, region int64, limit int) ([]string, error) {
	return all(ctx, s.read, scalar[string], `SELECT text FROM recent_texts WHERE region_id = $1 ORDER BY found_at DESC, id DESC LIMIT $2`, region, limit)
}

// RecentSince returns when the oldest text that KeepText keeps of a region was
// found; the zero time when there is none.
func (s *Store) RecentSince(ctx context.Context, region int64) (time.Time, error) {
	oldest, err := one(ctx, s.read, scalar[int64], `SELECT coalesce(min(found_at), 0) FROM recent_texts WHERE region_id = $1`, region)
	return at(oldest), err
}

// trimRecent throws away the oldest texts of regions that have more than a
// number of them.
func (s *Store) trimRecent(ctx context.Context, most int) error {
	type excess struct{ region, texts int64 }
	list, err := all(ctx, s.read, func(r scanner) (x excess, err error) {
		return x, r.Scan(&x.region, &x.texts)
	}, `SELECT region_id, count(*) FROM recent_texts GROUP BY region_id HAVING count(*) > $1`, most)
	if err != nil {
		return err
	}
	for _, x := range list {
		for left := x.texts - int64(most); left > 0; left -= sweepAtOnce {
			err := s.tx(ctx, func(t *tx) error {
				return t.exec(`DELETE FROM recent_texts WHERE id IN (SELECT id FROM recent_texts WHERE region_id = $1 ORDER BY found_at, id LIMIT $2)`, x.region, min(left, sweepAtOnce))
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}
