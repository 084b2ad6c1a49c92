package storage

import (
	"context"
	"errors"
)

// Rule is one rule of a topic in the rule language.
type Rule struct {
	ID         int64
	Region     int64
	Topic      int64
	TopicName  string
	Importance Importance // of its topic; Danger when the rule itself tells danger
	Text       string
	Danger     bool
}

// Rules returns all present rules: of one region, or of all with region 0.
func (s *Store) Rules(ctx context.Context, region int64) ([]Rule, error) {
	return all(ctx, s.read, func(r scanner) (u Rule, err error) {
		var danger int64
		err = r.Scan(&u.ID, &u.Region, &u.Topic, &u.TopicName, &u.Importance, &u.Text, &danger)
		if u.Danger = danger == 1; u.Danger {
			u.Importance = Danger
		}
		return u, err
	}, `
		SELECT u.id, t.region_id, t.id, t.name, t.importance, u.text, u.danger FROM rules u JOIN topics t ON t.id = u.topic_id
		WHERE u.removed_at IS NULL AND t.removed_at IS NULL AND (t.region_id = $1 OR $1 = 0) ORDER BY u.id`, region)
}

// AddRule adds a rule to a region's topic, making the topic when it is new, and
// returns the rule's id. The same text twice in a topic is ErrConflict.
func (s *Store) AddRule(ctx context.Context, by Actor, region int64, topic, text string) (id int64, err error) {
	err = s.tx(ctx, func(t *tx) error {
		topicID, err := one(ctx, t, scalar[int64], `SELECT id FROM topics WHERE region_id = $1 AND name = $2 AND removed_at IS NULL`, region, topic)
		if errors.Is(err, ErrNotFound) {
			topicID, err = t.id(`
				INSERT INTO topics (region_id, code, name, importance, created_at) VALUES ($1, '', $2, 'normal', $3)
				ON CONFLICT (region_id, name) DO UPDATE SET removed_at = NULL RETURNING id`, region, topic, t.now)
		}
		if err != nil {
			return err
		}
		n, err := one(ctx, t, scalar[int64], `SELECT count(*) FROM rules WHERE topic_id = $1 AND text = $2 AND removed_at IS NULL`, topicID, text)
		if err != nil {
			return err
		}
		if n > 0 {
			return ErrConflict
		}
		if id, err = t.addRule(topicID, by, text, false, false); err != nil {
			return err
		}
		t.wake(Sources)
		_, err = t.record(region, 0, ListChanged, by, EventData{Subject: "rules", Topic: topicID}, text)
		return err
	})
	return id, err
}

// RemoveRule removes a region's rule; ErrNotFound when it has none of that id.
// A topic that was made with it goes along, unless it was used since.
func (s *Store) RemoveRule(ctx context.Context, by Actor, region, rule int64) error {
	return s.tx(ctx, func(t *tx) error {
		var topic int64
		var text string
		err := t.QueryRowContext(ctx, `
			UPDATE rules SET removed_at = $1 WHERE id = $2 AND removed_at IS NULL AND topic_id IN (SELECT id FROM topics WHERE region_id = $3)
			RETURNING topic_id, text`, t.now, rule, region).Scan(&topic, &text)
		if isNoRows(err) {
			return ErrNotFound
		}
		if err != nil {
			return err
		}
		if err := t.exec(`
			UPDATE topics SET removed_at = $1 WHERE id = $2 AND code = ''
				AND NOT EXISTS (SELECT 1 FROM rules u WHERE u.topic_id = topics.id AND u.removed_at IS NULL)
				AND NOT EXISTS (SELECT 1 FROM incidents i WHERE i.region_id = topics.region_id AND i.topic_id = topics.id)
				AND NOT EXISTS (SELECT 1 FROM routes r WHERE r.topic_id = topics.id)`, t.now, topic); err != nil {
			return err
		}
		t.wake(Sources)
		_, err = t.record(region, 0, ListChanged, by, EventData{Subject: "rules_removed", Topic: topic}, text)
		return err
	})
}

// RestoreRule takes back that a region's rule was removed, and its topic with
// it. A topic that has the same text again is ErrConflict.
func (s *Store) RestoreRule(ctx context.Context, by Actor, region, rule int64) error {
	return s.tx(ctx, func(t *tx) error {
		var topic int64
		var text string
		err := t.QueryRowContext(ctx, `
			UPDATE rules SET removed_at = NULL WHERE id = $1 AND removed_at IS NOT NULL AND topic_id IN (SELECT id FROM topics WHERE region_id = $2)
			RETURNING topic_id, text`, rule, region).Scan(&topic, &text)
		if isNoRows(err) {
			return ErrNotFound
		}
		if err != nil {
			return err
		}
		if err := t.exec(`UPDATE topics SET removed_at = NULL WHERE id = $1`, topic); err != nil {
			return err
		}
		n, err := one(ctx, t, scalar[int64], `SELECT count(*) FROM rules WHERE topic_id = $1 AND text = $2 AND removed_at IS NULL`, topic, text)
		if err != nil {
			return err
		}
		if n > 1 {
			return ErrConflict
		}
		t.wake(Sources)
		_, err = t.record(region, 0, ListChanged, by, EventData{Subject: "rules", Topic: topic, Rule: rule}, text)
		return err
	})
}

func (t *tx) addRule(topic int64, by Actor, text string, danger, builtin bool) (int64, error) {
	from := ""
	if builtin {
		from = text
	}
	return t.id(`INSERT INTO rules (topic_id, text, danger, builtin, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
		topic, text, flag(danger), from, null(by.Person), t.now)
}
