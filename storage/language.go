package storage

import "context"

// SetRegionLanguage changes the language that a region's group is spoken to
// in, "ru" or "en", and shows its live messages anew. names are the names of
// built-in topics in that language by code; a topic that is missing, or whose
// new name another topic has, keeps its name.
func (s *Store) SetRegionLanguage(ctx context.Context, by Actor, region int64, language string, names map[string]string) error {
	return s.tx(ctx, func(t *tx) error {
		n, err := t.update(`UPDATE regions SET language = $1 WHERE id = $2 AND language <> $1`, language, region)
		if err != nil {
			return err
		}
		if n == 0 {
			return nil
		}
		for code, name := range names {
			if err := t.exec(`
				UPDATE topics SET name = $1 WHERE region_id = $2 AND code = $3 AND code <> ''
					AND NOT EXISTS (SELECT 1 FROM topics o WHERE o.region_id = $2 AND o.name = $1)`, name, region, code); err != nil {
				return err
			}
		}
		if _, err := t.record(region, 0, RegionSet, by, EventData{Subject: "language"}, language); err != nil {
			return err
		}
		t.wake(Outbox)
		t.wake(Sources)
		return t.exec(`UPDATE messages SET wanted = wanted + 1 WHERE state = 'live' AND kind IN ('card', 'item', 'preview')
			AND incident_id IN (SELECT i.id FROM incidents i WHERE i.region_id = $1)`, region)
	})
}
