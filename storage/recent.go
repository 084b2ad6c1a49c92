package storage

import "context"

// recentTexts is how many unmatched texts a region keeps.
const recentTexts = 50_000

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
	return all(ctx, s.read, scalar[string], `SELECT text FROM recent_texts WHERE region_id = $1 ORDER BY id DESC LIMIT $2`, region, limit)
}
