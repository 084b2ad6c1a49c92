package storage

import (
	"context"
	"slices"
)

// SearchSource is the kind of a source that is the search of a whole network;
// its address is what is searched for. No person adds or removes one: they
// follow the places of their region.
const SearchSource = "search"

// SetSearches makes the searches of a network for a region those with the given
// addresses. A search that stays keeps its cursor; nothing is written when all
// of them stay.
func (s *Store) SetSearches(ctx context.Context, region int64, network string, addresses []string) error {
	return s.tx(ctx, func(t *tx) error {
		present, err := all(ctx, t, scanSource, `SELECT `+sourceColumns+` FROM sources WHERE region_id = $1 AND network = $2 AND kind = 'search' AND removed_at IS NULL`, region, network)
		if err != nil {
			return err
		}
		changed := int64(0)
		for _, p := range present {
			if slices.Contains(addresses, p.Address) {
				continue
			}
			n, err := t.update(`UPDATE sources SET removed_at = $1 WHERE id = $2 AND removed_at IS NULL`, t.now, p.ID)
			if err != nil {
				return err
			}
			changed += n
		}
		for _, address := range addresses {
			n, err := t.update(`
				INSERT INTO sources (region_id, network, kind, url, address, name, created_at) VALUES ($1, $2, 'search', '', $3, '', $4)
				ON CONFLICT (region_id, network, address) WHERE removed_at IS NULL DO NOTHING`, region, network, address, t.now)
			if err != nil {
				return err
			}
			changed += n
		}
		if changed == 0 {
			return nil
		}
		t.wake(Sources)
		_, err = t.record(region, 0, ListChanged, Actor{Kind: Monitor}, EventData{Subject: "searches"}, "")
		return err
	})
}

// searchTold says whether the administrators know already of a search of that
// region and network that cannot be read: what ails one mostly ails all.
func (t *tx) searchTold(g Source) (bool, error) {
	n, err := one(t.ctx, t, scalar[int64], `
		SELECT count(*) FROM sources WHERE region_id = $1 AND network = $2 AND kind = 'search' AND removed_at IS NULL AND told_at IS NOT NULL`, g.Region, g.Network)
	return n > 0, err
}
