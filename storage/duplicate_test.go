package storage

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// twinOf is the likeness to the oldest post of an incident.
func (w *world) twinOf(incident int64) Twin {
	w.t.Helper()
	return Twin{Post: mustBe[[]Post](w.t)(w.Posts(w.ctx, incident))[0].ID, Score: 0.9}
}

// same is a post that says the same as the oldest of an incident.
func (w *world) same(incident int64, change ...func(*Found)) Found {
	w.t.Helper()
	f := w.found()
	f.Matches[0].Same = w.twinOf(incident)
	for _, c := range change {
		c(&f)
	}
	return f
}

func TestSameJoinsWhatIsOpen(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		for _, stand := range []string{"new", "assigned", "drafted", "planned", "waiting"} {
			id := stands[stand](w)
			w.deliver()
			saved := w.save(w.same(id))[0]
			if i := w.get(id); saved.Result != Fresh || len(saved.Incidents) != 1 || saved.Incidents[0] != id || i.Posts != 2 {
				t.Errorf("%s: %+v, with %d posts", stand, saved, i.Posts)
			}
			if out := w.outgoing(w.group); len(out) > 0 {
				t.Errorf("%s: its card is edited and nothing is sent, but %v", stand, out)
			}
			added := mustBe[[]Event](t)(w.Journal(w.ctx, id))
			if e := added[len(added)-1]; e.Kind != PostAdded || e.Data.Post != saved.Post || e.Data.Reason != "same" || e.Data.Likeness != 0.9 {
				t.Errorf("%s: the journal ends with %+v", stand, e)
			}
			if n := w.number(`SELECT count(*) FROM publications b JOIN answers a ON a.id = b.answer_id WHERE a.incident_id = $1 AND b.post_id = $2`, id, saved.Post); n != flag(!w.get(id).FrozenAt.IsZero()) {
				t.Errorf("%s: the answer on its way has %d publications under what joined", stand, n)
			}
		}
		w.wantSound()
	})
}

// TestSameAfterTheEnd: who writes the same after the answer is not swallowed.
func TestSameAfterTheEnd(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		for _, stand := range []string{"answered", "closed", "dismissed"} {
			id := stands[stand](w)
			saved := w.save(w.same(id))[0]
			if saved.Incidents[0] == id || w.get(id).Posts != 1 {
				t.Fatalf("%s: what says the same joined it", stand)
			}
			p := mustBe[Proposal](t)(w.Proposal(w.ctx, saved.Incidents[0]))
			if p.Other.ID != id || p.Likeness != 0.9 || p.Other.Open() {
				t.Errorf("%s: proposed %+v", stand, p)
			}
		}
		unknown := w.found()
		unknown.Matches[0].Same = Twin{Post: 9999, Score: 1}
		if saved := w.save(unknown)[0]; len(saved.Incidents) != 1 {
			t.Errorf("the twin of a post that is gone: %+v", saved)
		}
	})
}

func TestSameWithinABatch(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		nobody, first, second, third := w.found(), w.found(), w.found(), w.found()
		nobody.Matches = nil
		second.Matches[0].Same, second.Matches[0].Importance = Twin{Earlier: 2, Score: 1}, Danger
		third.Matches[0].Same = Twin{Earlier: 1, Score: 1}
		saved := w.save(nobody, first, second, third)
		id := saved[1].Incidents[0]
		if saved[2].Incidents[0] != id || saved[3].Incidents[0] == id {
			t.Fatalf("saved as %+v", saved)
		}
		// The danger that the second tells of counts for both.
		if i := w.get(id); i.Importance != Danger || i.Posts != 2 {
			t.Errorf("registered as %+v", i)
		}
		w.wantClocks(id, map[Clock]time.Duration{TriageClock: time.Hour, AnswerClock: 15 * time.Minute})
		w.wantLive(id, map[int64]string{w.group: "card"})
		if n := w.number(`SELECT count(*) FROM outbox o JOIN messages m ON m.id = o.message_id WHERE m.incident_id = $1 AND o.state = 'pending'`, id); n != 1 {
			t.Errorf("its card is sent %d times", n)
		}
		w.deliver()
		w.wantSound()
	})
}

func TestSimilarIsProposed(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		older := w.incident()
		f := w.found()
		f.Matches[0].Similar = w.twinOf(older)
		newer := w.save(f)[0].Incidents[0]
		w.deliver()
		proposed := func() (other int64, stale int64) {
			p, err := w.Proposal(w.ctx, newer)
			if err != nil && !errors.Is(err, ErrNotFound) {
				t.Fatal(err)
			}
			stale = w.number(`SELECT count(*) FROM messages WHERE incident_id = $1 AND wanted > shown`, newer)
			w.deliver()
			return p.Other.ID, stale
		}
		if other, _ := proposed(); other != older {
			t.Errorf("proposed №%d, want №%d", other, older)
		}
		if _, err := w.Proposal(w.ctx, older); !errors.Is(err, ErrNotFound) {
			t.Errorf("the older one proposes the newer: %v", err)
		}
		target := w.incident()
		merged := w.do(w.Merge(w.ctx, w.admin, older, target))
		if other, stale := proposed(); other != target || stale != 1 {
			t.Errorf("after it was merged: №%d, %d cards out of date", other, stale)
		}
		w.do(w.Dismiss(w.ctx, w.admin, target, "other", ""))
		if other, stale := proposed(); other != 0 || stale != 1 {
			t.Errorf("after it ended: №%d, %d cards out of date", other, stale)
		}
		w.do(w.Undo(w.ctx, w.admin, merged.Event.ID))
		if other, stale := proposed(); other != older || stale != 1 {
			t.Errorf("after it was split off: №%d, %d cards out of date", other, stale)
		}
		w.do(w.Merge(w.ctx, w.admin, older, newer))
		if other, _ := proposed(); other != 0 {
			t.Errorf("it proposes №%d, a part of itself", other)
		}
	})
}

// TestSplitPost takes what joined by itself out again.
func TestSplitPost(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		id := w.assigned()
		first, second := w.save(w.same(id))[0].Post, w.save(w.same(id))[0].Post
		w.Advance(2 * time.Hour)
		w.deliver()
		if diff := cmp.Diff([]Part{{Post: second}, {Post: first}}, mustBe[[]Part](t)(w.Parts(w.ctx, id))); diff != "" {
			t.Errorf("parts (-want +got):\n%s", diff)
		}
		c := w.do(w.SplitPost(w.ctx, w.admin, id, second))
		i := w.get(c.Incident.ID)
		if diff := cmp.Diff(i, c.Incident); diff != "" {
			t.Errorf("told (+) is not what stands (-):\n%s", diff)
		}
		if i.State != New || i.Posts != 1 || i.Topic != w.topic || w.get(id).Posts != 2 {
			t.Errorf("split off as %+v, from one with %d posts", i, w.get(id).Posts)
		}
		// Its resident has waited for two hours, the administrators have an hour.
		w.wantClocks(i.ID, map[Clock]time.Duration{TriageClock: time.Hour, AnswerClock: 22 * time.Hour})
		w.wantKinds(i.ID, "split by administrator")
		if got := w.outgoing(w.group); len(got) != 1 || len(w.live(i.ID)) != 1 {
			t.Errorf("sent %v, live %v", got, w.live(i.ID))
		}
		if p := mustBe[Proposal](t)(w.Proposal(w.ctx, i.ID)); p.Other.ID != id {
			t.Errorf("the way back leads to %+v", p)
		}
		for what, post := range map[string]int64{"what made the incident": w.twinOf(id).Post, "what was split off before": second, "no post": 9999} {
			if _, err := w.SplitPost(w.ctx, w.admin, id, post); !errors.Is(err, ErrConflict) {
				t.Errorf("split off %s: %v", what, err)
			}
		}
		w.do(w.Publish(w.ctx, w.first.Actor, id, w.draft(w.first, id, "Заделали."), 0))
		if c := w.wantConflict(failing(w.SplitPost(w.ctx, w.admin, id, first))); !c.Publishing {
			t.Errorf("split off while the answer is on its way: %+v", c)
		}
		for range 2 {
			w.check(w.PublishedAs(w.ctx, w.takeOf(id).ID, "1", ""))
		}
		if c := w.wantConflict(failing(w.SplitPost(w.ctx, w.admin, id, first))); !c.Said {
			t.Errorf("split off after the answer: %+v", c)
		}
		w.do(w.Reopen(w.ctx, w.admin, id, "Не решено"))
		if c := w.wantConflict(failing(w.SplitPost(w.ctx, w.admin, id, first))); !c.Said {
			t.Errorf("split off from under an answer that stands: %+v", c)
		}
		w.wantSound()
	})
}
