package storage

import (
	"errors"
	"fmt"
	"slices"
)

// Change is what a transition did.
type Change struct {
	Incident Incident // after it
	Event    Event
}

// Conflict says why a transition was refused: the incident as it stands and
// the step that was first.
type Conflict struct {
	Incident   Incident
	Last       Event // zero when the incident was never touched
	Publishing bool  // an answer is on its way
	TooMany    bool  // returned too often
	NotYours   bool  // it belongs to another official
	Expired    bool  // the time for taking back is over
	Said       bool  // an answer stands under what was to be split off
	Waiting    int   // so many publications wait for a proof, not as many as the person was told
}

func (c *Conflict) Error() string {
	return fmt.Sprintf("incident %d is %s: %v", c.Incident.ID, c.Incident.State, ErrConflict)
}

// Is makes errors.Is(err, ErrConflict) true.
func (c *Conflict) Is(target error) bool { return target == ErrConflict }

// ErrUnreachable says that an official cannot be written to.
var ErrUnreachable = errors.New("the official cannot be reached")

// step is one transition while it is made.
type step struct {
	by       Actor
	kind     EventKind
	from     []State
	data     EventData
	text     string
	undoable bool
	frozen   bool // it is allowed while an answer is on its way
	judged   bool // whose it is was judged already
}

// step moves an incident: it must stand in one of the states, and change says
// how it stands afterwards. The row must not have moved since it was read.
func (t *tx) step(id int64, s step, change func(*Incident) error) (Change, error) {
	i, err := t.incident(id)
	if err != nil {
		return Change{}, err
	}
	if !slices.Contains(s.from, i.State) {
		return Change{}, t.conflict(i, Conflict{})
	}
	if !s.frozen {
		open, err := t.publishing(id)
		if err != nil {
			return Change{}, err
		}
		if open {
			return Change{}, t.conflict(i, Conflict{Publishing: true})
		}
	}
	if !s.judged {
		if err := t.mine(i, s.by); err != nil {
			return Change{}, err
		}
	}
	before := i
	if err := change(&i); err != nil {
		return Change{}, err
	}
	s.data.State = i.State
	if s.data.Undoable = s.undoable; s.undoable {
		s.data.Before = before.snapshot()
	}
	e, err := t.record(i.Region, id, s.kind, s.by, s.data, s.text)
	if err != nil {
		return Change{}, err
	}
	i.Step = e.ID
	if err := t.move(before, i); err != nil {
		return Change{}, err
	}
	if i.State != before.State {
		if err := t.showProposers(id); err != nil {
			return Change{}, err
		}
	}
	return Change{i, e}, errors.Join(t.reclock(i), t.touch(id))
}

// move writes an incident as it stands now, unless somebody else moved it.
func (t *tx) move(before, i Incident) error {
	n, err := t.update(`
		UPDATE incidents SET state = $1, official_id = $2, reason = $3, hint_body_id = $4, returns = $5, clock_at = $6, new_at = $7, assigned_at = $8,
			accepted_at = $9, frozen_at = $10, answered_at = $11, closed_at = $12, step_event = $13, objected_at = $14, merged_into = $15, erased_at = NULL
		WHERE id = $16 AND state = $17 AND coalesce(step_event, 0) = $18`,
		string(i.State), null(i.Official), i.Reason, null(i.HintBody), i.Returns, ms(i.ClockAt), ms(i.NewAt), null(ms(i.AssignedAt)),
		null(ms(i.AcceptedAt)), null(ms(i.FrozenAt)), null(ms(i.AnsweredAt)), null(ms(i.ClosedAt)), null(i.Step), null(ms(i.ObjectedAt)), null(i.MergedInto),
		i.ID, string(before.State), before.Step)
	if err != nil {
		return fmt.Errorf("move incident %d from %s to %s: %w", i.ID, before.State, i.State, err)
	}
	if n == 0 {
		now, err := t.incident(i.ID)
		if err != nil {
			return err
		}
		return t.conflict(now, Conflict{})
	}
	return nil
}

// conflict fills a Conflict with the incident as it stands and who was first.
func (t *tx) conflict(i Incident, c Conflict) error {
	c.Incident = i
	if i.Step != 0 {
		last, err := one(t.ctx, t, scanEvent, `SELECT `+eventColumns+eventTables+`WHERE e.id = $1`, i.Step)
		if err != nil {
			return err
		}
		c.Last = last
	}
	return &c
}

// mine refuses an official who is not the incident's.
func (t *tx) mine(i Incident, by Actor) error {
	if by.Kind != AsOfficial {
		return nil
	}
	if i.Official != 0 {
		person, err := one(t.ctx, t, scalar[int64], `SELECT person_id FROM roles WHERE id = $1 AND ended_at IS NULL`, i.Official)
		if err == nil && person == by.Person {
			return nil
		}
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	return t.conflict(i, Conflict{NotYours: true})
}
