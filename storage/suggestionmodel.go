package storage

import (
	"context"
	"encoding/json"
	"errors"
)

// SuggestionModel is what a region's decisions taught, as whoever learns wrote
// it. Its words are hashes: no text can be read from it.
type SuggestionModel struct {
	Version int64 // of the form of Data
	Cursor  int64 // the last line of the region's journal that it knows, by its number there
	Data    []byte
}

// SuggestionModel returns a region's model; the zero value when it has none.
func (s *Store) SuggestionModel(ctx context.Context, region int64) (SuggestionModel, error) {
	m, err := one(ctx, s.read, func(r scanner) (m SuggestionModel, err error) {
		return m, r.Scan(&m.Version, &m.Cursor, &m.Data)
	}, `SELECT version, cursor, data FROM suggestion_models WHERE region_id = $1`, region)
	if errors.Is(err, ErrNotFound) {
		err = nil
	}
	return m, err
}

// SaveSuggestionModel stores a region's model with its cursor.
func (s *Store) SaveSuggestionModel(ctx context.Context, region int64, m SuggestionModel) error {
	return s.tx(ctx, func(t *tx) error {
		return t.exec(`
			INSERT INTO suggestion_models (region_id, version, cursor, data, updated_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (region_id) DO UPDATE SET version = excluded.version, cursor = excluded.cursor, data = excluded.data, updated_at = excluded.updated_at`,
			region, m.Version, m.Cursor, m.Data, t.now)
	})
}

// JournalEnds returns the number of the last line of each region's journal.
func (s *Store) JournalEnds(ctx context.Context) (map[int64]int64, error) {
	type end struct{ region, seq int64 }
	list, err := all(ctx, s.read, func(r scanner) (e end, err error) {
		return e, r.Scan(&e.region, &e.seq)
	}, `SELECT id, chain_seq FROM regions`)
	ends := map[int64]int64{}
	for _, e := range list {
		ends[e.region] = e.seq
	}
	return ends, err
}

// Lines returns lines of a region's journal after a number, in their order,
// without texts and names of people.
func (s *Store) Lines(ctx context.Context, region, after int64, limit int) ([]Event, error) {
	return all(ctx, s.read, scanLine, `SELECT `+lineColumns+` FROM events e WHERE e.region_id = $1 AND e.seq > $2 ORDER BY e.seq LIMIT $3`, region, after, limit)
}

// IncidentLines returns the lines about an incident up to a line's number, in
// their order, without texts and names of people.
func (s *Store) IncidentLines(ctx context.Context, incident, upTo int64) ([]Event, error) {
	return all(ctx, s.read, scanLine, `SELECT `+lineColumns+` FROM events e WHERE e.incident_id = $1 AND e.seq <= $2 ORDER BY e.id`, incident, upTo)
}

const lineColumns = `e.id, e.region_id, e.seq, coalesce(e.incident_id, 0), e.kind, e.data`

func scanLine(r scanner) (e Event, err error) {
	var data string
	if err := r.Scan(&e.ID, &e.Region, &e.Seq, &e.Incident, &e.Kind, &data); err != nil {
		return e, err
	}
	return e, json.Unmarshal([]byte(data), &e.Data)
}
