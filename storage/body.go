package storage

import "context"

// Body is a ministry, municipality or company whose officials answer.
type Body struct {
	ID     int64
	Region int64
	Name   string
	Open   int // assigned incidents of its officials
}

// Bodies returns a region's bodies that have an official, by name.
func (s *Store) Bodies(ctx context.Context, region int64) ([]Body, error) {
	return all(ctx, s.read, func(r scanner) (b Body, err error) {
		return b, r.Scan(&b.ID, &b.Region, &b.Name, &b.Open)
	}, `
		SELECT b.id, b.region_id, b.name, cast((SELECT coalesce(sum((SELECT count(*) FROM incidents i WHERE i.official_id = o.id AND i.state = 'assigned')), 0) FROM roles o WHERE o.body_id = b.id) AS bigint)
		FROM bodies b WHERE b.region_id = $1 AND EXISTS (SELECT 1 FROM roles o WHERE o.body_id = b.id AND o.ended_at IS NULL) ORDER BY b.name`, region)
}

// Body returns one body of a region.
func (s *Store) Body(ctx context.Context, region, id int64) (Body, error) {
	return one(ctx, s.read, func(r scanner) (b Body, err error) {
		return b, r.Scan(&b.ID, &b.Region, &b.Name)
	}, `SELECT id, region_id, name FROM bodies WHERE region_id = $1 AND id = $2`, region, id)
}

// BodyNames returns the names of all bodies of a region, also of those whose
// officials were only invited so far.
func (s *Store) BodyNames(ctx context.Context, region int64) ([]string, error) {
	return all(ctx, s.read, scalar[string], `SELECT name FROM bodies WHERE region_id = $1 ORDER BY name`, region)
}

// body returns the id of a region's body, making it when it is new.
func (t *tx) body(region int64, name string) (int64, error) {
	if err := t.exec(`INSERT INTO bodies (region_id, name, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, region, name, t.now); err != nil {
		return 0, err
	}
	return one(t.ctx, t, scalar[int64], `SELECT id FROM bodies WHERE region_id = $1 AND name = $2`, region, name)
}
