package storage

import (
	"context"
	"fmt"
	"time"
)

// Region is a region with its settings.
type Region struct {
	ID            int64
	Name          string
	TimeZone      string // IANA name
	Language      string // "ru" or "en"
	AutoCloseDays int    // after that many quiet days an answered incident closes
	Chat          int64  // our id of the admin group; 0 when there is none
}

// Zone is the region's time zone; UTC when its name is unknown here.
func (r Region) Zone() *time.Location {
	if z, err := time.LoadLocation(r.TimeZone); err == nil {
		return z
	}
	return time.UTC
}

const regionColumns = `r.id, r.name, r.time_zone, r.language, r.auto_close_days,
	coalesce((SELECT c.id FROM chats c WHERE c.region_id = r.id AND c.purpose = 'admin'), 0)`

func scanRegion(r scanner) (g Region, err error) {
	return g, r.Scan(&g.ID, &g.Name, &g.TimeZone, &g.Language, &g.AutoCloseDays, &g.Chat)
}

// Regions returns all regions by name.
func (s *Store) Regions(ctx context.Context) ([]Region, error) {
	return all(ctx, s.read, scanRegion, `SELECT `+regionColumns+` FROM regions r ORDER BY r.name`)
}

// Region returns one region.
func (s *Store) Region(ctx context.Context, id int64) (Region, error) {
	return one(ctx, s.read, scanRegion, `SELECT `+regionColumns+` FROM regions r WHERE r.id = $1`, id)
}

// RegionNamed returns the region of that name; ErrNotFound when there is none.
func (s *Store) RegionNamed(ctx context.Context, name string) (Region, error) {
	return one(ctx, s.read, scanRegion, `SELECT `+regionColumns+` FROM regions r WHERE r.name = $1`, name)
}

// NewTopic is a topic to start a region with.
type NewTopic struct {
	Code, Name string
	Importance Importance
	Rules      []string
	Danger     []string // rules that make an incident of this topic a danger
}

// CreateRegion makes a region with its starting topics. The time zone must be
// an IANA name; the name must be free (ErrConflict).
func (s *Store) CreateRegion(ctx context.Context, by Actor, name, timeZone, language string, topics []NewTopic) (id int64, err error) {
	if _, err := time.LoadLocation(timeZone); err != nil {
		return 0, fmt.Errorf("time zone: %w", err)
	}
	err = s.tx(ctx, func(t *tx) error {
		id, err = t.id(`
			INSERT INTO regions (name, time_zone, language, preset, auto_close_days, approval, chain_hash, created_at)
			VALUES ($1, $2, $3, 'day', 3, 0, $4, $5) RETURNING id`, name, timeZone, language, []byte{}, t.now)
		if err != nil {
			return s.taken(err)
		}
		if err := t.exec(`UPDATE regions SET chain_hash = $1 WHERE id = $2`, chainStart(id), id); err != nil {
			return err
		}
		for _, n := range topics {
			if err := t.addTopic(id, by, n); err != nil {
				return err
			}
		}
		t.wake(Sources)
		_, err := t.record(id, 0, RegionSet, by, EventData{Subject: "created"}, name)
		return err
	})
	return id, err
}

// taken turns a violated constraint into ErrConflict.
func (s *Store) taken(err error) error {
	if s.engine.constraint(err) {
		return fmt.Errorf("%w: %w", ErrConflict, err)
	}
	return err
}

// SetTimeZone changes a region's time zone, an IANA name.
func (s *Store) SetTimeZone(ctx context.Context, by Actor, region int64, zone string) error {
	if _, err := time.LoadLocation(zone); err != nil {
		return fmt.Errorf("time zone: %w", err)
	}
	return s.tx(ctx, func(t *tx) error {
		if err := t.exec(`UPDATE regions SET time_zone = $1 WHERE id = $2`, zone, region); err != nil {
			return err
		}
		_, err := t.record(region, 0, RegionSet, by, EventData{Subject: "time_zone"}, zone)
		return err
	})
}

// BindGroup makes a chat the admin group of a region. A region bound elsewhere
// yields ErrConflict unless move is set; then its open cards are shown anew.
func (s *Store) BindGroup(ctx context.Context, by Actor, region, chat int64, move bool) error {
	return s.tx(ctx, func(t *tx) error {
		old, err := all(ctx, t, scalar[int64], `SELECT id FROM chats WHERE region_id = $1 AND purpose = 'admin'`, region)
		if err != nil {
			return err
		}
		moved := false
		for _, o := range old {
			if o == chat {
				return nil
			}
			if !move {
				return ErrConflict
			}
			moved = true
			if err := t.exec(`UPDATE chats SET purpose = 'other', region_id = NULL WHERE id = $1`, o); err != nil {
				return err
			}
			if err := t.abandonChat(o); err != nil {
				return err
			}
		}
		n, err := t.update(`UPDATE chats SET purpose = 'admin', region_id = $1, state = 'active', trouble = '' WHERE id = $2 AND purpose IN ('other', 'source')`, region, chat)
		if err != nil {
			return s.taken(err)
		}
		if n == 0 {
			return ErrConflict // this group administers another region
		}
		if err := t.exec(`UPDATE sources SET chat_id = NULL WHERE chat_id = $1`, chat); err != nil {
			return err
		}
		if _, err := t.record(region, 0, RegionSet, by, EventData{Subject: "group"}, ""); err != nil {
			return err
		}
		if moved {
			return t.showAnew(region, "moved")
		}
		return t.showAnew(region, "")
	})
}

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
