package storage

import (
	"context"
	"errors"
)

// Route says whom a topic, a place, or a topic in a place goes to by default.
type Route struct {
	ID           int64
	Topic, Place int64 // 0: any
	TopicName    string
	PlaceName    string
	Official     Official
}

// Routes returns a region's default officials.
func (s *Store) Routes(ctx context.Context, region int64) ([]Route, error) {
	return all(ctx, s.read, func(r scanner) (g Route, err error) {
		return g, r.Scan(&g.ID, &g.Topic, &g.TopicName, &g.Place, &g.PlaceName, &g.Official.ID, &g.Official.Name, &g.Official.BodyName)
	}, `
		SELECT g.id, coalesce(g.topic_id, 0), coalesce(t.name, ''), coalesce(g.place_id, 0), coalesce(l.name, ''), o.id, p.name, b.name
		FROM routes g LEFT JOIN topics t ON t.id = g.topic_id LEFT JOIN places l ON l.id = g.place_id
		JOIN roles o ON o.id = g.official_id JOIN people p ON p.id = o.person_id JOIN bodies b ON b.id = o.body_id
		WHERE g.region_id = $1 ORDER BY t.name, l.name`, region)
}

// SetRoute makes an official the default of a topic, a place (0: any), or both;
// official 0 removes the default.
func (s *Store) SetRoute(ctx context.Context, by Actor, region, topic, place, official int64) error {
	return s.tx(ctx, func(t *tx) error {
		if err := t.exec(`DELETE FROM routes WHERE region_id = $1 AND coalesce(topic_id, 0) = $2 AND coalesce(place_id, 0) = $3`, region, topic, place); err != nil {
			return err
		}
		if official != 0 {
			n, err := t.update(`
				INSERT INTO routes (region_id, topic_id, place_id, official_id, created_at)
				SELECT $1, $2, $3, o.id, $4 FROM roles o WHERE o.id = $5 AND o.region_id = $1 AND o.kind = 'official' AND o.ended_at IS NULL`,
				region, null(topic), null(place), t.now, official)
			if err != nil || n == 0 {
				return errors.Join(err, none(n))
			}
		}
		_, err := t.record(region, 0, ListChanged, by, EventData{Subject: "routes", Topic: topic, Official: official}, "")
		return err
	})
}
