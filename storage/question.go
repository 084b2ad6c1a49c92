package storage

import (
	"context"
	"errors"
)

// Ask brings an official's question to the administrators' card.
func (s *Store) Ask(ctx context.Context, by Actor, incident int64, question string) error {
	return s.tx(ctx, func(t *tx) error {
		i, err := t.incident(incident)
		if err != nil {
			return err
		}
		if i.State != Assigned {
			return t.conflict(i, Conflict{})
		}
		if err := t.mine(i, by); err != nil {
			return err
		}
		e, err := t.record(i.Region, incident, Asked, by, EventData{}, question)
		if err != nil {
			return err
		}
		return t.card(i, Head{Reason: "question", Event: e.ID}, true)
	})
}

// Reply brings the administrators' words to the official's chat.
func (s *Store) Reply(ctx context.Context, by Actor, incident int64, text string) error {
	return s.tx(ctx, func(t *tx) error {
		i, err := t.incident(incident)
		if err != nil {
			return err
		}
		if i.State != Assigned {
			return t.conflict(i, Conflict{})
		}
		e, err := t.record(i.Region, incident, Replied, by, EventData{}, text)
		if err != nil {
			return err
		}
		return errors.Join(t.item(i, Head{Reason: "reply", Event: e.ID}), t.touch(incident))
	})
}

// Comment adds an administrator's words to the journal of an incident.
func (s *Store) Comment(ctx context.Context, by Actor, incident int64, text string) error {
	return s.tx(ctx, func(t *tx) error {
		i, err := t.incident(incident)
		if err != nil {
			return err
		}
		if _, err := t.record(i.Region, incident, Commented, by, EventData{}, text); err != nil {
			return err
		}
		return t.touch(incident)
	})
}
