package storage

import "context"

// Importance says how fast an incident wants its answer.
type Importance string

// The importances; Danger is gas, fire, injury, an attack or a suicide risk.
const (
	Normal Importance = "normal"
	High   Importance = "high"
	Danger Importance = "danger"
)

// Topic is what an incident is about.
type Topic struct {
	ID         int64
	Region     int64
	Code       string // of a built-in topic; "" for a region's own
	Name       string
	Importance Importance
}

// Topics returns a region's topics in the order they were made.
func (s *Store) Topics(ctx context.Context, region int64) ([]Topic, error) {
	return all(ctx, s.read, func(r scanner) (g Topic, err error) {
		return g, r.Scan(&g.ID, &g.Region, &g.Code, &g.Name, &g.Importance)
	}, `SELECT id, region_id, code, name, importance FROM topics WHERE region_id = $1 AND removed_at IS NULL ORDER BY id`, region)
}

func (t *tx) addTopic(region int64, by Actor, n NewTopic) error {
	id, err := t.id(`INSERT INTO topics (region_id, code, name, importance, created_at) VALUES ($1, $2, $3, $4, $5) RETURNING id`,
		region, n.Code, n.Name, string(n.Importance), t.now)
	if err != nil {
		return t.store.taken(err)
	}
	for danger, texts := range [][]string{n.Rules, n.Danger} {
		for _, text := range texts {
			if _, err := t.addRule(id, by, text, danger == 1, n.Code != ""); err != nil {
				return err
			}
		}
	}
	return nil
}

// SetTopicImportance changes how fast a topic's incidents want their answer
// from now on.
func (s *Store) SetTopicImportance(ctx context.Context, by Actor, region, topic int64, importance Importance) error {
	return s.tx(ctx, func(t *tx) error {
		n, err := t.update(`UPDATE topics SET importance = $1 WHERE id = $2 AND region_id = $3 AND removed_at IS NULL`, string(importance), topic, region)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrNotFound
		}
		t.wake(Sources)
		_, err = t.record(region, 0, ListChanged, by, EventData{Subject: "topic_importance", Topic: topic, Importance: importance}, "")
		return err
	})
}
