package storage

import (
	"context"
	"fmt"
)

// Place is a town, village or district of a region.
type Place struct {
	ID     int64
	Region int64
	Name   string
	Rule   string // finds it beside its name, in the rule language; "" for none
}

// Places returns the present places of one region, or of all with region 0.
func (s *Store) Places(ctx context.Context, region int64) ([]Place, error) {
	return all(ctx, s.read, func(r scanner) (p Place, err error) {
		return p, r.Scan(&p.ID, &p.Region, &p.Name, &p.Rule)
	}, `SELECT id, region_id, name, rule FROM places WHERE (region_id = $1 OR $1 = 0) AND removed_at IS NULL ORDER BY name`, region)
}

// ChangePlaces adds and removes places by name in one step. It returns what was
// added and removed in fact; names already there, or not there, are passed over.
func (s *Store) ChangePlaces(ctx context.Context, by Actor, region int64, add, remove []string) (added, removed []string, err error) {
	err = s.tx(ctx, func(t *tx) error {
		added, removed = nil, nil
		for _, name := range add {
			n, err := t.update(`
				INSERT INTO places (region_id, name, created_at) VALUES ($1, $2, $3)
				ON CONFLICT (region_id, name) DO UPDATE SET removed_at = NULL WHERE places.removed_at IS NOT NULL`, region, name, t.now)
			if err != nil {
				return fmt.Errorf("add the place: %w", err)
			}
			if n > 0 {
				added = append(added, name)
			}
		}
		for _, name := range remove {
			n, err := t.update(`UPDATE places SET removed_at = $1, rule = '' WHERE region_id = $2 AND name = $3 AND removed_at IS NULL`, t.now, region, name)
			if err != nil {
				return fmt.Errorf("remove the place: %w", err)
			}
			if n > 0 {
				removed = append(removed, name)
			}
		}
		if len(added)+len(removed) == 0 {
			return nil
		}
		t.wake(Sources)
		_, err := t.record(region, 0, ListChanged, by, EventData{Subject: "places"}, "")
		return err
	})
	return added, removed, err
}

// SetPlaceRule says what finds a place beside its name; "" for nothing. A place
// that the region does not have is added. It says whether anything changed.
func (s *Store) SetPlaceRule(ctx context.Context, by Actor, region int64, name, rule string) (changed bool, err error) {
	err = s.tx(ctx, func(t *tx) error {
		n, err := t.update(`
			INSERT INTO places (region_id, name, rule, created_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (region_id, name) DO UPDATE SET removed_at = NULL, rule = excluded.rule WHERE places.removed_at IS NOT NULL OR places.rule <> excluded.rule`,
			region, name, rule, t.now)
		if changed = n > 0; err != nil || !changed {
			return err
		}
		t.wake(Sources)
		_, err = t.record(region, 0, ListChanged, by, EventData{Subject: "place_rule"}, rule)
		return err
	})
	return changed, err
}
