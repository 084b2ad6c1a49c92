package storage

import (
	"context"
	"errors"
	"time"
)

// The whole life of an incident: each transition is one method here, in
// publish.go and publication.go where it concerns the answer, in merge.go and
// split.go, or in undo.go.
// Each is a guarded UPDATE, a line of the journal and the outgoing messages in
// one transaction.

// MaxReturns is how often an incident may be returned since it was last
// reopened; then the administrators decide.
const MaxReturns = 2

// Dismiss decides that an incident needs no answer; reason is a code, comment
// may be empty.
func (s *Store) Dismiss(ctx context.Context, by Actor, incident int64, reason, comment string) (c Change, err error) {
	err = s.tx(ctx, func(t *tx) error {
		c, err = t.step(incident, step{by: by, kind: DismissedBy, from: []State{New}, data: EventData{Reason: reason}, text: comment, undoable: true}, func(i *Incident) error {
			i.State, i.Reason = Dismissed, reason
			return nil
		})
		return err
	})
	return c, err
}

// Assign hands an incident to an official of its region, whom it must be
// possible to write to (ErrUnreachable).
func (s *Store) Assign(ctx context.Context, by Actor, incident, official int64) (c Change, err error) {
	err = s.tx(ctx, func(t *tx) error {
		if _, err := t.incident(incident); err != nil {
			return err
		}
		o, err := one(ctx, t, scanOfficial, `SELECT `+officialColumns+officialTables+`WHERE o.id = $1`, official)
		if err != nil {
			return err
		}
		if !o.Reachable && !o.Ended {
			return ErrUnreachable
		}
		var former int64
		c, err = t.step(incident, step{by: by, kind: AssignedTo, from: []State{New, Assigned}, data: EventData{Official: official, Body: o.Body}, undoable: true}, func(i *Incident) error {
			if o.Region != i.Region || o.Ended {
				return ErrNotFound
			}
			if i.Official == official {
				return t.conflict(*i, Conflict{})
			}
			former = i.Official
			i.State, i.Official, i.AssignedAt, i.AcceptedAt, i.Reason, i.HintBody, i.FrozenAt = Assigned, official, at(t.now), time.Time{}, "", 0, time.Time{}
			return nil
		})
		if err != nil {
			return err
		}
		return t.handOver(c.Incident, former, "reassigned", Head{})
	})
	return c, err
}

// handOver brings assignments, drafts and items in line with the incident's
// official after he changed from former; outcome is what became of the former.
func (t *tx) handOver(i Incident, former int64, outcome string, head Head) error {
	if former != 0 {
		if err := t.exec(`UPDATE assignments SET ended_at = $1, outcome = $2 WHERE incident_id = $3 AND part = 'lead' AND ended_at IS NULL`, t.now, outcome, i.ID); err != nil {
			return err
		}
		if err := t.dropAnswer(i.ID); err != nil {
			return err
		}
		if err := t.retire(i.ID, PreviewMessage, 0); err != nil {
			return err
		}
		if err := t.retire(i.ID, ItemMessage, 0); err != nil {
			return err
		}
	}
	if i.Official == 0 || i.State != Assigned {
		return nil
	}
	if err := t.exec(`INSERT INTO assignments (incident_id, official_id, part, assigned_at, accepted_at) VALUES ($1, $2, 'lead', $3, $4)`,
		i.ID, i.Official, ms(i.AssignedAt), null(ms(i.AcceptedAt))); err != nil {
		return err
	}
	return t.item(i, head)
}

// Accept is «Беру»: the official takes the incident.
func (s *Store) Accept(ctx context.Context, by Actor, incident int64) (c Change, err error) {
	err = s.tx(ctx, func(t *tx) error {
		c, err = t.accept(by, incident)
		return err
	})
	return c, err
}

func (t *tx) accept(by Actor, incident int64) (Change, error) {
	c, err := t.step(incident, step{by: by, kind: Accepted, from: []State{Assigned}, undoable: true}, func(i *Incident) error {
		if !i.AcceptedAt.IsZero() {
			return t.conflict(*i, Conflict{})
		}
		i.AcceptedAt = at(t.now)
		return nil
	})
	if err != nil {
		return c, err
	}
	return c, t.exec(`UPDATE assignments SET accepted_at = $1 WHERE incident_id = $2 AND part = 'lead' AND ended_at IS NULL`, t.now, incident)
}

// Return is «Не моё»: the official gives the incident back, with a code of the
// reason and, when he knows, the body whose it is (0: he does not). His item
// loses its buttons; a notice tells him what he gave back, and can take it back.
func (s *Store) Return(ctx context.Context, by Actor, incident int64, reason string, body int64, comment string) (c Change, err error) {
	err = s.tx(ctx, func(t *tx) error {
		var chat int64
		c, err = t.release(incident, step{by: by, kind: Returned, data: EventData{Reason: reason, Body: body}, text: comment, undoable: true}, "returned", func(i *Incident) error {
			if i.Returns >= MaxReturns {
				return t.conflict(*i, Conflict{TooMany: true})
			}
			if err := t.unsaid(*i); err != nil {
				return err
			}
			chat, err = t.officialChat(i.Official)
			i.Returns++
			i.Reason, i.HintBody = reason, body
			return err
		})
		if err != nil || chat == 0 {
			return err
		}
		_, err = t.say(Saying{Chat: chat, Kind: NoticeMessage, Incident: incident, Payload: Notice{Code: "returned"}, Priority: First})
		return err
	})
	return c, err
}

// release takes an incident from its official back to the administrators,
// where it comes as a new card.
func (t *tx) release(incident int64, s step, outcome string, change func(*Incident) error) (Change, error) {
	s.from = []State{Assigned}
	var former int64
	c, err := t.step(incident, s, func(i *Incident) error {
		former = i.Official
		if err := change(i); err != nil {
			return err
		}
		i.State, i.Official, i.AssignedAt, i.AcceptedAt, i.FrozenAt, i.NewAt = New, 0, time.Time{}, time.Time{}, time.Time{}, at(t.now)
		return nil
	})
	if err != nil {
		return c, err
	}
	if err := t.handOver(c.Incident, former, outcome, Head{}); err != nil {
		return c, err
	}
	return c, t.card(c.Incident, Head{Reason: outcome, Event: c.Event.ID}, true)
}

// releaseAll returns everything assigned to an official who cannot be reached
// any more. What is being published stays until that is done.
func (t *tx) releaseAll(official int64) error {
	ids, err := all(t.ctx, t, scalar[int64], `SELECT id FROM incidents WHERE official_id = $1 AND state = 'assigned' ORDER BY id`, official)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := t.unreachable(id, official); err != nil && !errors.Is(err, ErrConflict) {
			return err
		}
	}
	return nil
}

// unreachable returns one incident of an official who cannot be reached.
func (t *tx) unreachable(incident, official int64) error {
	by := step{by: Actor{Kind: System}, kind: Unreachable, data: EventData{Official: official}}
	_, err := t.release(incident, by, "unreachable", func(*Incident) error { return nil })
	return err
}

// CloseIncident closes an answered incident.
func (s *Store) CloseIncident(ctx context.Context, by Actor, incident int64) (c Change, err error) {
	err = s.tx(ctx, func(t *tx) error {
		c, err = t.step(incident, step{by: by, kind: ClosedBy, from: []State{Answered}, undoable: true}, func(i *Incident) error {
			if by.Kind == System && !i.ObjectedAt.IsZero() {
				return t.conflict(*i, Conflict{})
			}
			i.State, i.ClosedAt, i.ObjectedAt = Closed, at(t.now), time.Time{}
			return nil
		})
		return err
	})
	return c, err
}

// CloseUnpublished is «Без публикации»: nothing was said in the network, and
// the reason, in words, is kept. It is the close from assigned.
func (s *Store) CloseUnpublished(ctx context.Context, by Actor, incident int64, why string) (c Change, err error) {
	err = s.tx(ctx, func(t *tx) error {
		c, err = t.step(incident, step{by: by, kind: ClosedBy, from: []State{Assigned}, data: EventData{Reason: "unpublished"}, text: why, undoable: true}, func(i *Incident) error {
			if err := t.unsaid(*i); err != nil {
				return err
			}
			i.State, i.ClosedAt, i.Reason, i.FrozenAt = Closed, at(t.now), "unpublished", time.Time{}
			return nil
		})
		if err != nil {
			return err
		}
		return t.dropAnswer(incident)
	})
	return c, err
}

// Reopen is «Вернуть в работу», with a comment: to the official who had it if
// he is still there, else to the administrators. The first-answer clock starts
// anew and returns are counted from zero.
func (s *Store) Reopen(ctx context.Context, by Actor, incident int64, comment string) (c Change, err error) {
	err = s.tx(ctx, func(t *tx) error {
		c, err = t.step(incident, step{by: by, kind: Reopened, from: []State{Dismissed, Answered, Closed}, text: comment}, func(i *Incident) error {
			i.Reason, i.HintBody, i.Returns, i.AcceptedAt, i.FrozenAt, i.AnsweredAt, i.ClosedAt, i.ObjectedAt = "", 0, 0, time.Time{}, time.Time{}, time.Time{}, time.Time{}, time.Time{}
			i.ClockAt, i.NewAt, i.State = at(t.now), at(t.now), New
			if i.Official == 0 {
				return nil
			}
			here, err := t.here(i.Official)
			if err != nil {
				return err
			}
			if !here {
				i.Official, i.AssignedAt = 0, time.Time{}
				return nil
			}
			i.State, i.AssignedAt = Assigned, at(t.now)
			return nil
		})
		if err != nil {
			return err
		}
		head := Head{Reason: "reopened", Event: c.Event.ID}
		if c.Incident.Official == 0 {
			if err := t.retire(incident, ItemMessage, 0); err != nil {
				return err
			}
		}
		if err := t.exec(`UPDATE assignments SET ended_at = $1, outcome = 'reassigned' WHERE incident_id = $2 AND part = 'lead' AND ended_at IS NULL`, t.now, incident); err != nil {
			return err
		}
		if err := t.handOver(c.Incident, 0, "", head); err != nil {
			return err
		}
		return t.card(c.Incident, head, true)
	})
	return c, err
}
