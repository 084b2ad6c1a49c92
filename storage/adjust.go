package storage

import (
	"context"
	"errors"
)

// SetTopic changes what an incident is about, while it is open.
func (s *Store) SetTopic(ctx context.Context, by Actor, incident, topic int64) error {
	return s.adjust(ctx, by, incident, TopicSet, EventData{Topic: topic}, `
		UPDATE incidents SET topic_id = $1 WHERE id = $2 AND topic_id <> $1 AND state IN ('new', 'assigned')
			AND region_id = (SELECT region_id FROM topics WHERE id = $1)`, topic)
}

// SetImportance changes how fast an incident wants its answer, while it is open.
func (s *Store) SetImportance(ctx context.Context, by Actor, incident int64, importance Importance) error {
	return s.adjust(ctx, by, incident, ImportanceSet, EventData{Importance: importance}, `
		UPDATE incidents SET importance = $1 WHERE id = $2 AND importance <> $1 AND state IN ('new', 'assigned')`, string(importance))
}

// adjust changes a property of an incident that is no transition.
func (s *Store) adjust(ctx context.Context, by Actor, incident int64, kind EventKind, data EventData, query string, value any) error {
	return s.tx(ctx, func(t *tx) error {
		i, err := t.incident(incident)
		if err != nil {
			return err
		}
		n, err := t.update(query, value, incident)
		if err != nil {
			return err
		}
		if n == 0 {
			return t.conflict(i, Conflict{})
		}
		if i, err = t.incident(incident); err != nil {
			return err
		}
		if _, err := t.record(i.Region, incident, kind, by, data, ""); err != nil {
			return err
		}
		return errors.Join(t.reclock(i), t.touch(incident))
	})
}
