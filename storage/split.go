package storage

import (
	"context"
	"errors"
	"slices"
	"time"
)

// Part is what can be split off an incident: one that was merged into it, or a
// post that joined it by itself.
type Part struct {
	Incident int64 // 0 for a post
	Post     int64 // 0 for an incident
}

// Parts returns what can be split off an incident, the latest first.
func (s *Store) Parts(ctx context.Context, incident int64) ([]Part, error) {
	return all(ctx, s.read, func(r scanner) (p Part, err error) {
		var since int64
		return p, r.Scan(&p.Incident, &p.Post, &since)
	}, `SELECT i.id, 0, e.at AS since FROM incidents i JOIN events e ON e.id = i.step_event WHERE i.merged_into = $1
		UNION ALL SELECT 0, ip.post_id, ip.added_at FROM incident_posts ip WHERE ip.incident_id = $1 AND ip.origin_id IS NULL AND ip.likeness IS NOT NULL
		ORDER BY since DESC, 1 DESC, 2 DESC`, incident)
}

// Split is «Отделить» for a merged incident: it is again what it was, with its
// posts, and goes to the official who had it if he is still there. Refused once
// an answer is on its way or stands under one of the posts.
func (s *Store) Split(ctx context.Context, by Actor, incident int64) (c Change, err error) {
	err = s.tx(ctx, func(t *tx) error {
		i, err := t.incident(incident)
		if err != nil {
			return err
		}
		if i.State != Merged {
			return t.conflict(i, Conflict{})
		}
		merge, err := one(ctx, t, scanEvent, `SELECT `+eventColumns+eventTables+`WHERE e.id = $1`, i.Step)
		if err != nil {
			return err
		}
		if c, err = t.setApart(i, step{by: by, kind: SplitOff, data: EventData{Undoes: merge.ID}}, merge); err != nil {
			return err
		}
		if err := t.handOver(c.Incident, 0, "", Head{Reason: "undone", Event: c.Event.ID}); err != nil {
			return err
		}
		if err := t.reviveDraft(c.Incident); err != nil || c.Incident.State != New {
			return err
		}
		return t.card(c.Incident, Head{Reason: "split", Event: c.Event.ID}, false)
	})
	return c, err
}

// setApart takes a merged incident out of the one that it is a part of.
func (t *tx) setApart(i Incident, s step, merge Event) (Change, error) {
	root, err := t.root(i)
	if err != nil {
		return Change{}, err
	}
	posts, err := all(t.ctx, t, scalar[int64], `SELECT post_id FROM incident_posts WHERE incident_id = $1 AND origin_id IN (`+partsOf("$2")+`)`, root.ID, i.ID)
	if err != nil {
		return Change{}, err
	}
	if err := t.separable(root, i.ID, posts); err != nil {
		return Change{}, err
	}
	s.from, s.data.Other = []State{Merged}, root.ID
	c, err := t.step(i.ID, s, func(i *Incident) error {
		i.restore(merge.Data.Before)
		i.MergedInto = 0
		return t.resume(i, s.kind == SplitOff)
	})
	if err != nil {
		return c, err
	}
	for _, p := range posts {
		if err := t.exec(`UPDATE incident_posts SET incident_id = $1, origin_id = CASE WHEN origin_id = $1 THEN NULL ELSE origin_id END WHERE region_id = $2 AND post_id = $3`, i.ID, i.Region, p); err != nil {
			return c, err
		}
	}
	if err := t.countPosts(i.ID, root.ID); err != nil {
		return c, err
	}
	c.Incident.Posts = len(posts)
	return c, t.letGo(s.by, root, c.Incident)
}

// resume lets an incident that was set apart go on: with the administrators,
// if its official is gone. Later than by «Отменить» the terms of those who
// decide and accept start anew; the resident's wait does not.
func (t *tx) resume(i *Incident, anew bool) error {
	if i.Official != 0 {
		here, err := t.here(i.Official)
		if err != nil {
			return err
		}
		if !here {
			i.State, i.Official, i.AssignedAt, i.AcceptedAt, i.NewAt = New, 0, time.Time{}, time.Time{}, at(t.now)
		}
	}
	if !anew {
		return nil
	}
	if i.State == New {
		i.NewAt = at(t.now)
	} else {
		i.AssignedAt = at(t.now)
	}
	return nil
}

// here tells whether an official is still one and can be written to.
func (t *tx) here(official int64) (bool, error) {
	ended, err := one(t.ctx, t, scalar[int64], `SELECT coalesce(ended_at, 0) FROM roles WHERE id = $1`, official)
	if err != nil || ended != 0 {
		return false, err
	}
	chat, err := t.officialChat(official)
	return chat != 0, err
}

// separable refuses to take posts out of an incident whose answer is on its way
// or was published, or under which another one than the part (0: any) answered.
func (t *tx) separable(root Incident, part int64, posts []int64) error {
	if !root.FrozenAt.IsZero() {
		return t.conflict(root, Conflict{Publishing: root.State == Assigned, Said: root.State != Assigned})
	}
	for _, p := range posts {
		n, err := one(t.ctx, t, scalar[int64], `
			SELECT count(*) FROM publications b JOIN answers a ON a.id = b.answer_id JOIN incidents i ON i.id = a.incident_id
			WHERE b.post_id = $1 AND b.state IN ('published', 'by_hand') AND i.region_id = $2 AND i.id NOT IN (`+partsOf("$3")+`)`, p, root.Region, part)
		if err != nil {
			return err
		}
		if n > 0 {
			return t.conflict(root, Conflict{Said: true})
		}
	}
	return nil
}

// letGo writes into an incident's journal that another one is no longer a part
// of it, and takes back what that one alone made urgent.
func (t *tx) letGo(by Actor, root, part Incident) error {
	taken, err := all(t.ctx, t, scanEvent, `SELECT `+eventColumns+eventTables+`WHERE e.incident_id = $1 AND e.kind = $2 ORDER BY e.id DESC`, root.ID, string(TookIn))
	if err != nil {
		return err
	}
	data := EventData{Other: part.ID}
	if n := slices.IndexFunc(taken, func(e Event) bool { return e.Data.Other == part.ID }); n >= 0 {
		data.Undoes = taken[n].ID
		if was := taken[n].Data.Urgency; was != nil {
			if root.Importance == part.Importance {
				root.Importance = was.Importance
			}
			if root.ClockAt.Equal(part.ClockAt) {
				root.ClockAt = at(was.Clock)
			}
		}
	}
	if _, err := t.record(root.Region, root.ID, LetGo, by, data, ""); err != nil {
		return err
	}
	return t.setUrgency(root)
}

// SplitPost is «Отделить» for a post that joined an incident by itself: it
// becomes an incident of its own, for which its resident has waited since it
// was found. Refused once an answer is on its way or stands under it.
func (s *Store) SplitPost(ctx context.Context, by Actor, incident, post int64) (c Change, err error) {
	err = s.tx(ctx, func(t *tx) error {
		i, err := t.incident(incident)
		if err != nil {
			return err
		}
		var since int64
		var likeness float64
		err = t.QueryRowContext(ctx, `SELECT added_at, likeness FROM incident_posts WHERE incident_id = $1 AND post_id = $2 AND origin_id IS NULL AND likeness IS NOT NULL`, incident, post).Scan(&since, &likeness)
		if isNoRows(err) {
			return t.conflict(i, Conflict{})
		}
		if err != nil {
			return err
		}
		if err := t.separable(i, 0, []int64{post}); err != nil {
			return err
		}
		if c, err = t.foundApart(by, i, post, since); err != nil {
			return err
		}
		if err := t.exec(`UPDATE incident_posts SET incident_id = $1, likeness = NULL WHERE region_id = $2 AND post_id = $3`, c.Incident.ID, i.Region, post); err != nil {
			return err
		}
		if err := t.countPosts(incident, c.Incident.ID); err != nil {
			return err
		}
		if _, err := t.record(i.Region, incident, LetGo, by, EventData{Other: c.Incident.ID, Post: post}, ""); err != nil {
			return err
		}
		return errors.Join(t.propose(c.Incident.ID, incident, likeness, false), t.touch(incident))
	})
	return c, err
}

// foundApart makes a new incident, of what another one is about, for a post of
// that one.
func (t *tx) foundApart(by Actor, from Incident, post, since int64) (c Change, err error) {
	id, err := t.id(`
		INSERT INTO incidents (region_id, topic_id, place_id, importance, state, registered_at, clock_at, new_at)
		VALUES ($1, $2, $3, $4, 'new', $5, $6, $5) RETURNING id`, from.Region, from.Topic, null(from.Place), string(from.Importance), t.now, since)
	if err != nil {
		return c, err
	}
	data := EventData{State: New, Post: post, Other: from.ID, Topic: from.Topic, Importance: from.Importance}
	if c.Event, err = t.record(from.Region, id, SplitOff, by, data, ""); err != nil {
		return c, err
	}
	if c.Incident, err = t.incident(id); err != nil {
		return c, err
	}
	c.Incident.Posts = 1
	return c, errors.Join(t.reclock(c.Incident), t.card(c.Incident, Head{Reason: "split", Event: c.Event.ID}, false))
}
