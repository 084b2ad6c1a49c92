package storage

import (
	"context"
	"errors"
	"time"
)

// UndoUntil is when a step can no longer be taken back; the zero time for one
// that never could. Only the last step of an incident can be.
func (e Event) UndoUntil() time.Time {
	if !e.Data.Undoable {
		return time.Time{}
	}
	return e.At.Add(undoLife)
}

// undoLife is how long a step can be taken back.
const undoLife = 10 * time.Minute

// snapshot is what undo restores.
type snapshot struct {
	State    State  `json:"state"`
	Official int64  `json:"official,omitempty"`
	Reason   string `json:"reason,omitempty"`
	HintBody int64  `json:"hint,omitempty"`
	Returns  int    `json:"returns,omitempty"`
	Clock    int64  `json:"clock"`
	New      int64  `json:"new"`
	Assigned int64  `json:"assigned,omitempty"`
	Accepted int64  `json:"accepted,omitempty"`
	Frozen   int64  `json:"frozen,omitempty"`
	Answered int64  `json:"answered,omitempty"`
	Closed   int64  `json:"closed,omitempty"`
	Objected int64  `json:"objected,omitempty"`
}

func (i Incident) snapshot() *snapshot {
	return &snapshot{i.State, i.Official, i.Reason, i.HintBody, i.Returns, ms(i.ClockAt), ms(i.NewAt), ms(i.AssignedAt), ms(i.AcceptedAt), ms(i.FrozenAt), ms(i.AnsweredAt), ms(i.ClosedAt), ms(i.ObjectedAt)}
}

func (i *Incident) restore(b *snapshot) {
	i.State, i.Official, i.Reason, i.HintBody, i.Returns = b.State, b.Official, b.Reason, b.HintBody, b.Returns
	i.ClockAt, i.NewAt, i.AssignedAt, i.AcceptedAt = at(b.Clock), at(b.New), at(b.Assigned), at(b.Accepted)
	i.FrozenAt, i.AnsweredAt, i.ClosedAt = at(b.Frozen), at(b.Answered), at(b.Closed)
	if i.ObjectedAt.IsZero() {
		i.ObjectedAt = at(b.Objected) // else the resident said so after the step
	}
}

// Undo takes back a step while it is the last one and ten minutes have not
// passed. An official takes back only his own.
func (s *Store) Undo(ctx context.Context, by Actor, event int64) (c Change, err error) {
	err = s.tx(ctx, func(t *tx) error {
		e, err := one(ctx, t, scanEvent, `SELECT `+eventColumns+eventTables+`WHERE e.id = $1`, event)
		if err != nil {
			return err
		}
		if !e.Data.Undoable || e.Data.Before == nil {
			return ErrNotFound
		}
		i, err := t.incident(e.Incident)
		if err != nil {
			return err
		}
		switch {
		case i.Step != e.ID:
			return t.conflict(i, Conflict{})
		case t.now-ms(e.At) > undoLife.Milliseconds():
			return t.conflict(i, Conflict{Expired: true})
		case by.Kind == AsOfficial && (e.Actor.Kind != AsOfficial || e.Actor.Person != by.Person):
			return t.conflict(i, Conflict{NotYours: true})
		}
		c, err = t.undo(by, i, e)
		return err
	})
	return c, err
}

func (t *tx) undo(by Actor, before Incident, e Event) (Change, error) {
	// The official of a returned incident is nobody: whose step it is was judged before.
	c, err := t.takeBack(before, step{by: by, kind: Undone, judged: true, from: []State{before.State}, data: EventData{Undoes: e.ID}}, e)
	if err != nil {
		return c, err
	}
	if c.Incident.Official != before.Official || c.Incident.State == Assigned && before.State != Assigned {
		if err := t.exec(`UPDATE assignments SET ended_at = $1, outcome = 'undone' WHERE incident_id = $2 AND part = 'lead' AND ended_at IS NULL`, t.now, before.ID); err != nil {
			return c, err
		}
		if err := t.handOver(c.Incident, before.Official, "undone", Head{Reason: "undone", Event: c.Event.ID}); err != nil {
			return c, err
		}
	}
	if c.Incident.AcceptedAt.IsZero() {
		if err := t.exec(`UPDATE assignments SET accepted_at = NULL WHERE incident_id = $1 AND part = 'lead' AND ended_at IS NULL`, before.ID); err != nil {
			return c, err
		}
	}
	return c, errors.Join(t.changeBack(by, e), t.reviveDraft(c.Incident))
}

// takeBack moves an incident to where it stood before a step.
func (t *tx) takeBack(i Incident, s step, e Event) (Change, error) {
	if i.State == Merged {
		return t.setApart(i, s, e)
	}
	return t.step(i.ID, s, func(i *Incident) error {
		i.restore(e.Data.Before)
		if i.State == Assigned {
			// What waited for a link was dropped by the step: it is a draft again.
			i.FrozenAt = time.Time{}
		}
		return nil
	})
}
