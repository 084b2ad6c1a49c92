package storage

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// TestMerge lets an incident with an official and a draft become a part of
// another official's.
func TestMerge(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		into, id := w.assigned(), w.incident()
		w.do(w.Assign(w.ctx, w.admin, id, w.second.role))
		w.draft(w.second, id, "Разберёмся")
		w.save(w.same(id))
		w.deliver()
		posts := mustBe[[]Post](t)(w.Posts(w.ctx, id))

		c := w.do(w.Merge(w.ctx, w.admin, id, into))
		i, target := w.get(id), w.get(into)
		if i.State != Merged || i.MergedInto != into || i.Official != 0 || i.Posts != 0 || c.Event.Data.Other != into {
			t.Errorf("merged as %+v by %+v", i, c.Event)
		}
		if target.Posts != 3 || target.State != Assigned || target.Step == c.Event.ID {
			t.Errorf("into %+v", target)
		}
		w.wantClocks(id, map[Clock]time.Duration{})
		w.wantKinds(id, "registered by monitor", "assigned by administrator", "accepted by official", "drafted by official", "post_added by monitor", "merged by administrator")
		w.wantKinds(into, "registered by monitor", "assigned by administrator", "took_in by administrator")
		w.wantLive(id, map[int64]string{w.group: "card"})
		w.wantLive(into, map[int64]string{w.group: "card", w.first.chat: "item"})
		if n := w.number(`SELECT count(*) FROM messages WHERE chat_id = $1 AND incident_id = $2 AND state = 'retired' AND wanted > shown`, w.second.chat, id); n != 2 {
			t.Errorf("%d messages of its official wait to lose their buttons, want the item and the preview", n)
		}
		if n := w.number(`SELECT count(*) FROM messages WHERE incident_id = $1 AND state = 'live' AND wanted > shown`, into); n != 2 {
			t.Errorf("%d messages of what took it in are shown anew, want the card and the item", n)
		}
		if out := append(w.outgoing(w.group), w.outgoing(w.first.chat)...); len(out) != 0 {
			t.Errorf("cards and items are edited and nothing is sent, but %v", out)
		}
		if diff := cmp.Diff(posts, mustBe[[]Post](t)(w.Posts(w.ctx, id))); diff != "" {
			t.Errorf("a merged incident shows its posts:\n%s", diff)
		}
		if diff := cmp.Diff([]Part{{Incident: id}}, mustBe[[]Part](t)(w.Parts(w.ctx, into))); diff != "" {
			t.Error(diff)
		}
		if root := mustBe[Incident](t)(w.Root(w.ctx, id)); root.ID != into {
			t.Errorf("it is a part of №%d", root.ID)
		}
		w.wantSound()
	})
}

func TestMergeTargets(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		allowed := map[string]bool{"new": true, "assigned": true, "drafted": true, "planned": true, "sending": true, "unknown": true, "waiting": true}
		for stand, make := range stands {
			id, into := w.incident(), make(w)
			err := failing(w.Merge(w.ctx, w.admin, id, into))
			switch {
			case allowed[stand] && err != nil:
				t.Errorf("into one that is %s: %v", stand, err)
			case allowed[stand]:
				if n := w.number(`SELECT count(*) FROM publications b JOIN answers a ON a.id = b.answer_id WHERE a.incident_id = $1`, into); !w.get(into).FrozenAt.IsZero() && n != 2 {
					t.Errorf("the answer that is %s has %d publications, want one under each post", stand, n)
				}
			default:
				if c := w.wantConflict(err); c.Incident.ID != into || w.get(id).State != New {
					t.Errorf("into one that is %s: refused with %+v", stand, c)
				}
			}
		}
		id := w.incident()
		if c := w.wantConflict(failing(w.Merge(w.ctx, w.admin, id, id))); c.Incident.ID != id {
			t.Errorf("into itself: %+v", c)
		}
		other := newWorldOf(t, s, "Нагорный край", 1000)
		for what, into := range map[string]int64{"another region's": other.incident(), "nobody's": 9999} {
			if err := failing(w.Merge(w.ctx, w.admin, id, into)); !errors.Is(err, ErrNotFound) {
				t.Errorf("into %s: %v", what, err)
			}
		}
		for _, stand := range []string{"unknown", "waiting"} {
			if c := w.wantConflict(failing(w.Merge(w.ctx, w.admin, stands[stand](w), id))); !c.Publishing {
				t.Errorf("while its own answer is %s: %+v", stand, c)
			}
		}
		w.wantSound()
	})
}

// TestOneAnswerUnderAll answers what was merged, once, and then nothing can be
// taken apart any more.
func TestOneAnswerUnderAll(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		into, id, late := w.assigned(), w.incident(), w.incident()
		merged := w.do(w.Merge(w.ctx, w.admin, id, into))
		w.do(w.Publish(w.ctx, w.first.Actor, into, w.draft(w.first, into, "Заделали."), 0))
		w.do(w.Merge(w.ctx, w.admin, late, into))
		parting := map[string]func() error{
			"split":       func() error { return failing(w.Split(w.ctx, w.admin, id)) },
			"undo":        func() error { return failing(w.Undo(w.ctx, w.admin, merged.Event.ID)) },
			"split later": func() error { return failing(w.Split(w.ctx, w.admin, late)) },
		}
		for name, part := range parting {
			if c := w.wantConflict(part()); !c.Publishing || c.Incident.ID != into {
				t.Errorf("%s while it is published: %+v", name, c)
			}
		}
		under := map[int64]bool{}
		for range 3 {
			p := w.takeOf(into)
			under[p.Post] = true
			w.check(w.PublishedAs(w.ctx, p.ID, fmt.Sprint(p.Post), ""))
		}
		if i := w.get(into); i.State != Answered || len(under) != 3 {
			t.Errorf("published under posts %v: %+v", under, i)
		}
		for name, part := range parting {
			if c := w.wantConflict(part()); !c.Said || c.Incident.ID != into {
				t.Errorf("%s after the answer: %+v", name, c)
			}
		}
		w.do(w.Reopen(w.ctx, w.admin, into, "Не решено"))
		if c := w.wantConflict(parting["split"]()); !c.Said {
			t.Errorf("split from under an answer that stands: %+v", c)
		}
		// What came after the answer has none.
		after := w.incident()
		w.do(w.Merge(w.ctx, w.admin, after, into))
		w.do(w.Split(w.ctx, w.admin, after))
		w.wantSound()
	})
}

func TestMergeChain(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		a, b, c := w.incident(), w.assigned(), w.assigned()
		first := w.do(w.Merge(w.ctx, w.admin, a, b))
		w.do(w.Merge(w.ctx, w.admin, b, c))
		if root := mustBe[Incident](t)(w.Root(w.ctx, a)); root.ID != c || root.Posts != 3 {
			t.Errorf("the first is a part of %+v", root)
		}
		w.do(w.Split(w.ctx, w.admin, b))
		if w.get(a).MergedInto != b || w.get(b).Posts != 2 || w.get(c).Posts != 1 {
			t.Errorf("split off with what it had: %+v, %+v", w.get(b), w.get(c))
		}
		w.do(w.Merge(w.ctx, w.admin, b, c))
		w.do(w.Undo(w.ctx, w.admin, first.Event.ID))
		if i := w.get(a); i.State != New || i.Posts != 1 || w.get(b).Posts != 0 || w.get(c).Posts != 2 {
			t.Errorf("taken back alone: %+v, %+v", i, w.get(c))
		}
		w.do(w.Split(w.ctx, w.admin, b))
		if w.get(b).Posts != 1 || w.get(c).Posts != 1 {
			t.Errorf("split off in the end: %+v, %+v", w.get(b), w.get(c))
		}
		w.wantSound()
	})
}

func TestSplitLater(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		into := w.incident()
		fresh, kept, left := w.incident(), w.assigned(), w.incident()
		w.do(w.Assign(w.ctx, w.admin, left, w.second.role))
		w.draft(w.first, kept, "Черновик")
		before := map[int64]Incident{}
		merges := map[int64]Change{}
		for _, id := range []int64{fresh, kept, left} {
			before[id] = w.get(id)
			merges[id] = w.do(w.Merge(w.ctx, w.admin, id, into))
		}
		w.check(w.EndRole(w.ctx, w.admin, w.region, w.second.role))
		w.Advance(2 * time.Hour)
		w.deliver()
		if c := w.wantConflict(failing(w.Undo(w.ctx, w.admin, merges[fresh].Event.ID))); !c.Expired {
			t.Errorf("taken back after two hours: %+v", c)
		}
		for _, id := range []int64{fresh, kept, left} {
			w.do(w.Split(w.ctx, w.admin, id))
		}
		// Who decides or accepts has his whole term; the resident has waited all the time.
		w.wantClocks(fresh, map[Clock]time.Duration{TriageClock: time.Hour, AnswerClock: 22 * time.Hour})
		w.wantClocks(left, map[Clock]time.Duration{TriageClock: time.Hour, AnswerClock: 22 * time.Hour})
		w.wantClocks(kept, map[Clock]time.Duration{AnswerClock: 22 * time.Hour})
		if diff := cmp.Diff(before[kept], w.get(kept), cmpopts.IgnoreFields(Incident{}, "Step", "AssignedAt")); diff != "" {
			t.Errorf("split off:\n%s", diff)
		}
		if i := w.get(left); i.State != New || i.Official != 0 {
			t.Errorf("its official is gone, it is %+v", i)
		}
		want := []string{fmt.Sprintf("card №%d split", fresh), fmt.Sprintf("card №%d split", left)}
		if diff := cmp.Diff(want, w.outgoing(w.group)); diff != "" {
			t.Error(diff)
		}
		want = []string{fmt.Sprintf("item №%d undone", kept), fmt.Sprintf("preview №%d", kept)}
		if diff := cmp.Diff(want, w.outgoing(w.first.chat)); diff != "" {
			t.Error(diff)
		}
		w.wantKinds(into, "registered by monitor", "took_in by administrator", "took_in by administrator", "took_in by administrator",
			"let_go by administrator", "let_go by administrator", "let_go by administrator")
		w.wantSound()
	})
}

// TestUrgencyIsTakenOver: a danger stays one and nobody waits longer, until
// what was urgent is set apart.
func TestUrgencyIsTakenOver(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		old := w.incident(func(f *Found) { f.Matches[0].Importance = High })
		w.Advance(time.Hour)
		into := w.incident()
		before := w.get(into)
		c := w.do(w.Merge(w.ctx, w.admin, old, into))
		w.wantClocks(into, map[Clock]time.Duration{TriageClock: time.Hour, AnswerClock: 3 * time.Hour})
		if i := w.get(into); i.Importance != High || !i.ClockAt.Equal(w.get(old).ClockAt) {
			t.Errorf("took in something urgent: %+v", i)
		}
		w.do(w.Undo(w.ctx, w.admin, c.Event.ID))
		if diff := cmp.Diff(before, w.get(into)); diff != "" {
			t.Errorf("taken back:\n%s", diff)
		}
		w.wantClocks(into, map[Clock]time.Duration{TriageClock: time.Hour, AnswerClock: 24 * time.Hour})
		w.do(w.Merge(w.ctx, w.admin, old, into))
		w.check(w.SetImportance(w.ctx, w.admin, into, Danger))
		w.do(w.Split(w.ctx, w.admin, old))
		if i := w.get(into); i.Importance != Danger {
			t.Errorf("what an administrator said is gone: %+v", i)
		}
	})
}

// TestMergeAtOnce merges two into each other from many hands: one ends in the
// other, and nothing is lost.
func TestMergeAtOnce(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		for range 5 {
			pair := [2]int64{w.incident(), w.incident()}
			won := 0
			for _, err := range atOnce(func(n int) error {
				return failing(w.Merge(w.ctx, w.admin, pair[n%2], pair[1-n%2]))
			}) {
				if err == nil {
					won++
				} else if !errors.Is(err, ErrConflict) {
					t.Error(err)
				}
			}
			a, b := w.get(pair[0]), w.get(pair[1])
			if won != 1 || a.Posts+b.Posts != 2 || (a.State == Merged) == (b.State == Merged) {
				t.Errorf("%d won: %+v, %+v", won, a, b)
			}
		}
		w.wantSound()
	})
}

// TestMergedInSums: what was registered adds up, whatever was merged, and
// replies to an answer find the incident that goes on.
func TestMergedInSums(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		from := w.Now()
		answered := w.answered()
		p := mustBe[[]Publication](t)(w.Publications(w.ctx, mustBe[Answer](t)(w.Answer(w.ctx, answered)).ID))[0]
		w.do(w.Reopen(w.ctx, w.admin, answered, "Не решено"))
		middle, into := w.incident(), w.incident()
		w.do(w.Merge(w.ctx, w.admin, answered, middle))
		w.do(w.Merge(w.ctx, w.admin, middle, into))
		in := Stretch{from, w.Now().Add(time.Hour)}
		sum := mustBe[Summary](t)(w.Summary(w.ctx, w.region, in, Stretch{from.Add(-time.Hour), from}))
		if diff := cmp.Diff(map[State]int{New: 1, Merged: 2}, sum.States); diff != "" || sum.Registered != 3 {
			t.Errorf("%d registered:\n%s", sum.Registered, diff)
		}
		reply := w.found()
		reply.Thread, reply.AsReply, reply.Post.AuthorHash = p.ID, meaning(NotSolved), author
		reply.ReplyTo = "2"
		w.check(s.tx(w.ctx, func(t *tx) error {
			return t.exec(`UPDATE publications SET external_id = '2' WHERE id = $1`, p.ID)
		}))
		if saved := w.save(reply)[0]; saved.Result != IsReply {
			t.Fatalf("saved %+v", saved)
		}
		if kinds := w.kinds(into); kinds[len(kinds)-1] != "resident_replied by resident" {
			t.Errorf("the one that goes on has %v", kinds)
		}
	})
}

// Whatever made a circle of merged incidents, nobody walks around in it forever.
func TestACircleOfMergedIncidentsHasNoRoot(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		a, b, c := w.incident(), w.incident(), w.incident()
		w.do(w.Merge(w.ctx, w.admin, a, b))
		w.do(w.Merge(w.ctx, w.admin, b, c))
		for _, end := range []int64{a, b, c} {
			w.check(w.tx(w.ctx, func(t *tx) error {
				return t.exec(`UPDATE incidents SET state = 'merged', merged_into = $1 WHERE id = $2`, end, c)
			}))
			if i, err := w.Root(w.ctx, a); err == nil {
				t.Errorf("%d is the root of a circle that ends at %d", i.ID, end)
			}
			if _, err := w.Split(w.ctx, w.admin, a); err == nil || errors.Is(err, ErrConflict) {
				t.Errorf("split off a circle that ends at %d: %v", end, err)
			}
		}
	})
}
