package storage

import (
	"context"
	"fmt"
	"time"
)

// Merged incidents are a tree: each names the one that it was merged into, and
// the root of them all, which was not, is worked on and has their posts. A post
// that came along remembers the incident that had it first.

// partsOf selects an incident, which a placeholder names, and all that are a
// part of it.
func partsOf(incident string) string {
	return `WITH RECURSIVE parts (id) AS (SELECT CAST(` + incident + ` AS BIGINT) UNION SELECT m.id FROM incidents m JOIN parts ON m.merged_into = parts.id) SELECT id FROM parts`
}

// Root returns the incident that one is a part of now: itself, unless it was
// merged.
func (s *Store) Root(ctx context.Context, incident int64) (Incident, error) {
	i, err := s.Incident(ctx, incident)
	if err != nil {
		return i, err
	}
	return rootOf(i, func(id int64) (Incident, error) { return s.Incident(ctx, id) })
}

// root is Root of an incident that stays as it is until the commit.
func (t *tx) root(i Incident) (Incident, error) { return rootOf(i, t.incident) }

// rootOf walks up from an incident to its root. Incidents that were merged in a
// circle have none, which is an error.
func rootOf(i Incident, read func(id int64) (Incident, error)) (root Incident, err error) {
	passed := map[int64]bool{}
	for i.MergedInto != 0 {
		if passed[i.ID] {
			return i, fmt.Errorf("incident %d is merged into a part of itself", i.ID)
		}
		passed[i.ID] = true
		if i, err = read(i.MergedInto); err != nil {
			return i, err
		}
	}
	return i, nil
}

// Merge makes an incident a part of another open one of its region: its posts
// move there, and the one answer is published under each of them. An answer of
// its own that is on its way must have come to an end before.
func (s *Store) Merge(ctx context.Context, by Actor, incident, into int64) (c Change, err error) {
	err = s.tx(ctx, func(t *tx) error {
		c, err = t.merge(by, incident, into)
		return err
	})
	return c, err
}

func (t *tx) merge(by Actor, incident, into int64) (Change, error) {
	var former, target Incident
	c, err := t.step(incident, step{by: by, kind: MergedInto, from: []State{New, Assigned}, data: EventData{Other: into}, undoable: true}, func(i *Incident) (err error) {
		if target, err = t.mergeable(*i, into); err != nil {
			return err
		}
		former = *i
		i.State, i.MergedInto, i.Official, i.AssignedAt, i.AcceptedAt = Merged, into, 0, time.Time{}, time.Time{}
		return nil
	})
	if err != nil {
		return c, err
	}
	if err := t.handOver(c.Incident, former.Official, "merged", Head{}); err != nil {
		return c, err
	}
	posts, err := all(t.ctx, t, scalar[int64], `SELECT post_id FROM incident_posts WHERE incident_id = $1 ORDER BY post_id`, incident)
	if err != nil {
		return c, err
	}
	if err := t.exec(`UPDATE incident_posts SET incident_id = $1, origin_id = coalesce(origin_id, incident_id) WHERE incident_id = $2`, into, incident); err != nil {
		return c, err
	}
	if err := t.countPosts(incident, into); err != nil {
		return c, err
	}
	if err := t.takeIn(by, target, former); err != nil {
		return c, fmt.Errorf("take incident %d into %d: %w", incident, into, err)
	}
	for _, p := range posts {
		if err := t.answerToo(target, p); err != nil {
			return c, fmt.Errorf("answer under post %d too: %w", p, err)
		}
	}
	return c, nil
}

// mergeable returns the incident that another one may be merged into.
func (t *tx) mergeable(i Incident, into int64) (Incident, error) {
	// Looked at before it is locked: two regions are never locked one after the other.
	region, err := one(t.ctx, t, scalar[int64], `SELECT region_id FROM incidents WHERE id = $1`, into)
	if err == nil && region != i.Region {
		err = ErrNotFound
	}
	if err != nil {
		return Incident{}, err
	}
	target, err := t.incident(into)
	switch {
	case err != nil:
		return target, err
	case !i.FrozenAt.IsZero():
		return target, t.conflict(i, Conflict{Publishing: true})
	case target.ID == i.ID || !target.Open():
		return target, t.conflict(target, Conflict{})
	}
	return target, nil
}

// countPosts writes down how many posts incidents have.
func (t *tx) countPosts(incidents ...int64) error {
	for _, id := range incidents {
		if err := t.exec(`UPDATE incidents SET posts = (SELECT count(*) FROM incident_posts ip WHERE ip.incident_id = incidents.id) WHERE id = $1`, id); err != nil {
			return err
		}
	}
	return nil
}

// urgency is how fast an incident wants its answer.
type urgency struct {
	Importance Importance `json:"importance"`
	Clock      int64      `json:"clock"`
}

func (i Incident) urgency() urgency { return urgency{i.Importance, ms(i.ClockAt)} }

// takeIn writes into an incident's journal that another one is a part of it
// now, whose urgency it takes over: a danger stays one, and nobody waits longer.
func (t *tx) takeIn(by Actor, into, part Incident) error {
	data, was := EventData{Other: part.ID}, into.urgency()
	if part.Importance.rank() > into.Importance.rank() {
		into.Importance = part.Importance
	}
	if part.ClockAt.Before(into.ClockAt) {
		into.ClockAt = part.ClockAt
	}
	if into.urgency() != was {
		data.Urgency = &was
	}
	if err := t.setUrgency(into); err != nil {
		return err
	}
	_, err := t.record(into.Region, into.ID, TookIn, by, data, "")
	return err
}

// setUrgency writes how fast an incident wants its answer, and shows it.
func (t *tx) setUrgency(i Incident) error {
	if err := t.exec(`UPDATE incidents SET importance = $1, clock_at = $2 WHERE id = $3`, string(i.Importance), ms(i.ClockAt), i.ID); err != nil {
		return err
	}
	if err := t.reclock(i); err != nil {
		return err
	}
	return t.touch(i.ID)
}
