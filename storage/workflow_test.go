package storage

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestRegister(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		w.deliver()
		id := w.incident()
		i := w.get(id)
		if i.State != New || i.Posts != 1 || i.Official != 0 || i.RegisteredAt.IsZero() || i.TopicName != "Дороги" {
			t.Errorf("registered as %+v", i)
		}
		w.wantKinds(id, "registered by monitor")
		w.wantClocks(id, map[Clock]time.Duration{TriageClock: time.Hour, AnswerClock: 24 * time.Hour})
		if diff := cmp.Diff([]string{fmt.Sprintf("card №%d", id)}, w.outgoing(w.group)); diff != "" {
			t.Error(diff)
		}
		for importance, term := range map[Importance]time.Duration{High: 4 * time.Hour, Danger: 15 * time.Minute} {
			id := w.incident(func(f *Found) { f.Matches[0].Importance = importance })
			w.wantClocks(id, map[Clock]time.Duration{TriageClock: time.Hour, AnswerClock: term})
		}
		w.wantSound()
	})
}

func TestDismiss(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		id := w.incident()
		c := w.do(w.Dismiss(w.ctx, w.admin, id, "no_problem", "Это фотоконкурс"))
		if i := w.get(id); i.State != Dismissed || i.Reason != "no_problem" || i.Step != c.Event.ID {
			t.Errorf("dismissed as %+v", i)
		}
		if c.Event.Text != "Это фотоконкурс" || !c.Event.Data.Undoable || c.Event.Data.State != Dismissed {
			t.Errorf("event %+v", c.Event)
		}
		w.wantKinds(id, "registered by monitor", "dismissed by administrator")
		w.wantClocks(id, map[Clock]time.Duration{})
		if got := mustBe[Event](t)(w.Event(w.ctx, c.Event.ID)); got.Text != "Это фотоконкурс" || got.Data.Reason != "no_problem" {
			t.Errorf("kept event %+v", got)
		}
		w.wantSound()
	})
}

func TestAssignAcceptReassign(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		id := w.incident()
		w.do(w.Assign(w.ctx, w.admin, id, w.first.role))
		w.wantClocks(id, map[Clock]time.Duration{AcceptClock: 30 * time.Minute, AnswerClock: 24 * time.Hour})
		if diff := cmp.Diff([]string{fmt.Sprintf("item №%d", id)}, w.outgoing(w.first.chat)); diff != "" {
			t.Error(diff)
		}
		w.wantLive(id, map[int64]string{w.group: "card", w.first.chat: "item"})
		w.deliver()
		w.wantConflict(second(w.Assign(w.ctx, w.admin, id, w.first.role)))
		w.do(w.Accept(w.ctx, w.first.Actor, id))
		w.wantClocks(id, map[Clock]time.Duration{AnswerClock: 24 * time.Hour})
		w.wantConflict(second(w.Accept(w.ctx, w.first.Actor, id)))
		if n := w.number(`SELECT count(*) FROM assignments WHERE incident_id = $1 AND accepted_at IS NOT NULL AND ended_at IS NULL`, id); n != 1 {
			t.Errorf("%d accepted assignments", n)
		}
		w.draft(w.first, id, "Разберёмся")
		w.deliver()

		w.do(w.Assign(w.ctx, w.admin, id, w.second.role))
		if i := w.get(id); i.Official != w.second.role || !i.AcceptedAt.IsZero() {
			t.Errorf("reassigned as %+v", i)
		}
		w.wantLive(id, map[int64]string{w.group: "card", w.second.chat: "item"})
		if n := w.number(`SELECT count(*) FROM messages WHERE chat_id = $1 AND state = 'retired' AND wanted > shown`, w.first.chat); n != 2 {
			t.Errorf("%d messages of the former official wait to lose their buttons, want the item and the preview", n)
		}
		if _, err := w.Answer(w.ctx, id); !errors.Is(err, ErrNotFound) {
			t.Errorf("the former official's draft: %v", err)
		}
		if c := w.wantConflict(second(w.Accept(w.ctx, w.first.Actor, id))); !c.NotYours {
			t.Errorf("the former official got %+v", c)
		}
		w.wantKinds(id, "registered by monitor", "assigned by administrator", "accepted by official", "drafted by official", "assigned by administrator")
		w.wantSound()
	})
}

// second is the error of a step.
func second[T any](_ T, err error) error { return err }

func TestAssignRefusals(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		id := w.incident()
		other := w.newRegion("Нагорный край")
		w.newGroup(other)
		stranger := w.newOfficial(other, "Чужое министерство")
		if err := second(w.Assign(w.ctx, w.admin, id, stranger.role)); !errors.Is(err, ErrNotFound) {
			t.Errorf("an official of another region: %v", err)
		}
		if err := second(w.Assign(w.ctx, w.admin, id, 9999)); !errors.Is(err, ErrNotFound) {
			t.Errorf("nobody: %v", err)
		}
		if err := second(w.Assign(w.ctx, w.admin, 9999, w.first.role)); !errors.Is(err, ErrNotFound) {
			t.Errorf("no incident: %v", err)
		}
		w.check(w.PersonUnreachable(w.ctx, w.first.Person))
		if err := second(w.Assign(w.ctx, w.admin, id, w.first.role)); !errors.Is(err, ErrUnreachable) {
			t.Errorf("somebody who blocked the bot: %v", err)
		}
		w.check(w.EndRole(w.ctx, w.admin, w.region, w.second.role))
		if err := second(w.Assign(w.ctx, w.admin, id, w.second.role)); !errors.Is(err, ErrNotFound) {
			t.Errorf("a former official: %v", err)
		}
		w.wantKinds(id, "registered by monitor")
	})
}

func TestReturnTwice(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		id := w.incident()
		for n := range MaxReturns {
			w.do(w.Assign(w.ctx, w.admin, id, w.first.role))
			w.do(w.Accept(w.ctx, w.first.Actor, id))
			w.deliver()
			w.do(w.Return(w.ctx, w.first.Actor, id, "other_body", w.second.body, "Это водоканал"))
			i := w.get(id)
			if i.State != New || i.Returns != n+1 || i.HintBody != w.second.body || i.Official != 0 {
				t.Fatalf("returned as %+v", i)
			}
			w.wantClocks(id, map[Clock]time.Duration{TriageClock: time.Hour, AnswerClock: 24 * time.Hour})
			if diff := cmp.Diff([]string{fmt.Sprintf("card №%d returned", id)}, w.outgoing(w.group)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff([]string{fmt.Sprintf("notice №%d", id)}, w.outgoing(w.first.chat)); diff != "" {
				t.Errorf("told to who gave it back:\n%s", diff)
			}
			w.wantLive(id, map[int64]string{w.group: "card"})
			w.deliver()
		}
		w.do(w.Assign(w.ctx, w.admin, id, w.first.role))
		if c := w.wantConflict(second(w.Return(w.ctx, w.first.Actor, id, "other", 0, ""))); !c.TooMany {
			t.Errorf("the third return got %+v", c)
		}
		if c := w.wantConflict(second(w.Return(w.ctx, w.second.Actor, id, "other", 0, ""))); !c.NotYours {
			t.Errorf("another official's return got %+v", c)
		}
		w.do(w.CloseUnpublished(w.ctx, w.admin, id, "Решено на месте"))
		w.do(w.Reopen(w.ctx, w.admin, id, "Не решено"))
		w.do(w.Return(w.ctx, w.first.Actor, id, "other", 0, ""))
		if i := w.get(id); i.Returns != 1 {
			t.Errorf("%d returns since it was reopened", i.Returns)
		}
		w.wantSound()
	})
}

func TestUnreachable(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		one, two := w.assigned(), w.assigned()
		third := w.incident()
		w.do(w.Assign(w.ctx, w.admin, third, w.second.role))
		w.deliver()
		w.check(w.PersonUnreachable(w.ctx, w.first.Person))
		for _, id := range []int64{one, two} {
			if i := w.get(id); i.State != New || i.Returns != 0 {
				t.Errorf("released as %+v", i)
			}
		}
		want := []string{fmt.Sprintf("card №%d unreachable", one), fmt.Sprintf("card №%d unreachable", two)}
		if diff := cmp.Diff(want, w.outgoing(w.group)); diff != "" {
			t.Error(diff)
		}
		w.check(w.EndRole(w.ctx, w.admin, w.region, w.second.role))
		if i := w.get(third); i.State != New {
			t.Errorf("a former official still has %+v", i)
		}
		w.wantKinds(third, "registered by monitor", "assigned by administrator", "unreachable by system")
		if n := w.number(`SELECT count(*) FROM assignments WHERE ended_at IS NULL`); n != 0 {
			t.Errorf("%d assignments are open", n)
		}
		w.wantSound()
	})
}

func TestUnreachableWhilePublishing(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		lost, gone, out := w.frozen(), w.frozen(), w.frozen()
		w.check(w.PersonUnreachable(w.ctx, w.first.Person))
		for _, id := range []int64{lost, gone, out} {
			if i := w.get(id); i.State != Assigned {
				t.Fatalf("taken away while it was being published: %+v", i)
			}
		}
		for range 3 {
			p := w.take()
			switch p.Incident {
			case lost:
				w.check(w.PublishUnknown(w.ctx, p.ID))
			case gone:
				w.check(w.PublishImpossible(w.ctx, p.ID, "gone"))
			case out:
				w.check(w.PublishedAs(w.ctx, p.ID, "1", "https://vk.com/wall-1_1?reply=7"))
			}
		}
		for id, want := range map[int64]State{lost: New, gone: New, out: Answered} {
			if i := w.get(id); i.State != want {
				t.Errorf("№%d is %s, want %s", id, i.State, want)
			}
		}
		w.wantSound()
	})
}

func TestCloseAndReopen(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		id := w.answered()
		w.wantClocks(id, map[Clock]time.Duration{AutoCloseClock: 72 * time.Hour})
		w.do(w.CloseIncident(w.ctx, w.first.Actor, id))
		if i := w.get(id); i.State != Closed || i.ClosedAt.IsZero() {
			t.Errorf("closed as %+v", i)
		}
		w.wantClocks(id, map[Clock]time.Duration{})
		w.deliver()
		s.Advance(5 * time.Hour)
		w.do(w.Reopen(w.ctx, w.admin, id, "Яма на месте"))
		i := w.get(id)
		if i.State != Assigned || i.Official != w.first.role || !i.AcceptedAt.IsZero() || !i.AnsweredAt.IsZero() || !i.ClosedAt.IsZero() {
			t.Errorf("reopened as %+v", i)
		}
		w.wantClocks(id, map[Clock]time.Duration{AcceptClock: 30 * time.Minute, AnswerClock: 24 * time.Hour})
		if diff := cmp.Diff([]string{fmt.Sprintf("card №%d reopened", id)}, w.outgoing(w.group)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{fmt.Sprintf("item №%d reopened", id)}, w.outgoing(w.first.chat)); diff != "" {
			t.Error(diff)
		}
		w.draft(w.first, id, "Заделали снова.")
		w.wantSound()

		dismissed := w.incident()
		w.do(w.Dismiss(w.ctx, w.admin, dismissed, "other", ""))
		w.do(w.Reopen(w.ctx, w.admin, dismissed, "Посмотрите ещё раз"))
		if i := w.get(dismissed); i.State != New || i.Reason != "" {
			t.Errorf("reopened as %+v", i)
		}

		left := w.answered()
		w.check(w.EndRole(w.ctx, w.admin, w.region, w.first.role))
		w.deliver()
		w.do(w.Reopen(w.ctx, w.admin, left, "Не решено"))
		if i := w.get(left); i.State != New || i.Official != 0 {
			t.Errorf("reopened after its official left: %+v", i)
		}
		w.wantLive(left, map[int64]string{w.group: "card", w.first.chat: "preview"})
		w.wantSound()
	})
}

func TestAdjust(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		id := w.incident()
		w.check(w.SetImportance(w.ctx, w.admin, id, Danger))
		w.wantClocks(id, map[Clock]time.Duration{TriageClock: time.Hour, AnswerClock: 15 * time.Minute})
		w.wantConflict(w.SetImportance(w.ctx, w.admin, id, Danger))
		if _, err := w.AddRule(w.ctx, w.admin, w.region, "Вода", "ржавая вода"); err != nil {
			t.Fatal(err)
		}
		topics, err := w.Topics(w.ctx, w.region)
		w.check(err)
		w.check(w.SetTopic(w.ctx, w.admin, id, topics[1].ID))
		if i := w.get(id); i.TopicName != "Вода" || i.Importance != Danger || i.State != New {
			t.Errorf("adjusted to %+v", i)
		}
		other := w.newRegion("Нагорный край")
		w.wantConflict(w.SetTopic(w.ctx, w.admin, id, w.topicOf(other)))
		w.do(w.Dismiss(w.ctx, w.admin, id, "other", ""))
		w.wantConflict(w.SetImportance(w.ctx, w.admin, id, Normal))
		w.wantKinds(id, "registered by monitor", "importance_set by administrator", "topic_set by administrator", "dismissed by administrator")
		w.wantSound()
	})
}

func TestQuestionAndReply(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		id := w.assigned()
		w.deliver()
		w.check(w.Ask(w.ctx, w.first.Actor, id, "Чья это дорога?"))
		w.check(w.Reply(w.ctx, w.admin, id, "Областная"))
		if diff := cmp.Diff([]string{fmt.Sprintf("card №%d question", id)}, w.outgoing(w.group)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{fmt.Sprintf("item №%d reply", id)}, w.outgoing(w.first.chat)); diff != "" {
			t.Error(diff)
		}
		w.check(w.Comment(w.ctx, w.admin, id, "Звонил"))
		if c := w.wantConflict(w.Ask(w.ctx, w.second.Actor, id, "?")); !c.NotYours {
			t.Errorf("another official's question got %+v", c)
		}
		events, err := w.Journal(w.ctx, id)
		w.check(err)
		var texts []string
		for _, e := range events {
			texts = append(texts, e.Text)
		}
		if diff := cmp.Diff([]string{"", "", "Чья это дорога?", "Областная", "Звонил"}, texts); diff != "" {
			t.Error(diff)
		}
	})
}

// stands are the ways to bring an incident into each state, and on its way.
var stands = map[string]func(*world) int64{
	"new":      func(w *world) int64 { return w.incident() },
	"assigned": func(w *world) int64 { return w.assigned() },
	"drafted": func(w *world) int64 {
		id := w.assigned()
		w.draft(w.first, id, "Черновик")
		return id
	},
	"planned": func(w *world) int64 { return w.frozen() },
	"sending": func(w *world) int64 {
		id := w.frozen()
		w.takeOf(id)
		return id
	},
	"unknown": func(w *world) int64 {
		id := w.frozen()
		w.check(w.PublishUnknown(w.ctx, w.takeOf(id).ID))
		return id
	},
	"waiting":  func(w *world) int64 { return w.frozen(byHand) },
	"answered": func(w *world) int64 { return w.answered() },
	"closed": func(w *world) int64 {
		id := w.answered()
		w.do(w.CloseIncident(w.ctx, w.admin, id))
		return id
	},
	"dismissed": func(w *world) int64 {
		id := w.incident()
		w.do(w.Dismiss(w.ctx, w.admin, id, "other", ""))
		return id
	},
	"merged": func(w *world) int64 {
		id := w.incident()
		w.do(w.Merge(w.ctx, w.admin, id, w.incident()))
		return id
	},
}

// steps are all transitions, and the states that each starts from.
var steps = map[string]struct {
	do   func(*world, int64) error
	from []string
	to   State
}{
	"dismiss": {func(w *world, id int64) error { return second(w.Dismiss(w.ctx, w.admin, id, "other", "")) }, []string{"new"}, Dismissed},
	"assign":  {func(w *world, id int64) error { return second(w.Assign(w.ctx, w.admin, id, w.second.role)) }, []string{"new", "assigned", "drafted", "unknown", "waiting"}, Assigned},
	"accept":  {func(w *world, id int64) error { return second(w.Accept(w.ctx, w.first.Actor, id)) }, []string{"assigned"}, Assigned},
	"return":  {func(w *world, id int64) error { return second(w.Return(w.ctx, w.first.Actor, id, "other", 0, "")) }, []string{"assigned", "drafted", "unknown", "waiting"}, New},
	"publish": {func(w *world, id int64) error { return second(w.Publish(w.ctx, w.first.Actor, id, 1, 0)) }, []string{"drafted"}, Assigned},
	"stop":    {func(w *world, id int64) error { return second(w.Stop(w.ctx, w.first.Actor, id)) }, []string{"planned", "waiting"}, Assigned},
	"published by hand": {func(w *world, id int64) error {
		return second(w.PublishedByHand(w.ctx, w.first.Actor, id, ByHandProof{}))
	}, []string{"unknown", "waiting"}, Answered},
	"send again": {func(w *world, id int64) error { return w.SendAgain(w.ctx, w.first.Actor, id) }, []string{"unknown"}, Assigned},
	"draft": {func(w *world, id int64) error {
		return second(w.SaveDraft(w.ctx, w.first.Actor, id, DraftPart{Chat: w.first.chat, Telegram: 77, Text: "Ещё"}))
	}, []string{"assigned", "drafted"}, Assigned},
	"close":             {func(w *world, id int64) error { return second(w.CloseIncident(w.ctx, w.admin, id)) }, []string{"answered"}, Closed},
	"close unpublished": {func(w *world, id int64) error { return second(w.CloseUnpublished(w.ctx, w.admin, id, "Решено")) }, []string{"assigned", "drafted", "unknown", "waiting"}, Closed},
	"reopen":            {func(w *world, id int64) error { return second(w.Reopen(w.ctx, w.admin, id, "Не решено")) }, []string{"answered", "closed", "dismissed"}, ""},
	"merge":             {func(w *world, id int64) error { return second(w.Merge(w.ctx, w.admin, id, w.incident())) }, []string{"new", "assigned", "drafted"}, Merged},
	"split":             {func(w *world, id int64) error { return second(w.Split(w.ctx, w.admin, id)) }, []string{"merged"}, New},
}

// TestEveryStepFromEveryState asks for each step in each state: it is made, or
// it is refused with a *Conflict and leaves nothing behind.
func TestEveryStepFromEveryState(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		for _, stand := range slices.Sorted(maps.Keys(stands)) {
			for _, name := range slices.Sorted(maps.Keys(steps)) {
				id := stands[stand](w)
				before, lines := w.get(id), w.kinds(id)
				step := steps[name]
				err := step.do(w, id)
				after := w.get(id)
				if slices.Contains(step.from, stand) {
					if err != nil {
						t.Errorf("%s from %s: %v", name, stand, err)
					} else if step.to != "" && after.State != step.to {
						t.Errorf("%s from %s leads to %s, want %s", name, stand, after.State, step.to)
					}
					continue
				}
				if !errors.Is(err, ErrConflict) {
					t.Errorf("%s from %s: %v, want a conflict", name, stand, err)
					continue
				}
				if c := w.wantConflict(err); (stand == "planned" || stand == "sending") && name != "accept" && name != "reopen" && name != "close" && name != "dismiss" && name != "send again" && name != "split" && !c.Publishing {
					t.Errorf("%s from %s is refused, but does not say that the answer is on its way: %+v", name, stand, c)
				} else if before.Step != 0 && c.Last.ID != before.Step {
					t.Errorf("%s from %s is refused, but tells step %d, want %d", name, stand, c.Last.ID, before.Step)
				}
				if diff := cmp.Diff(before, after); diff != "" {
					t.Errorf("%s from %s is refused, but changed:\n%s", name, stand, diff)
				}
				if diff := cmp.Diff(lines, w.kinds(id)); diff != "" {
					t.Errorf("%s from %s is refused, but stands in the journal:\n%s", name, stand, diff)
				}
			}
		}
		w.wantSound()
	})
}

// undoables are the steps that can be taken back, with who made them.
var undoables = map[string]struct {
	from string
	do   func(*world, int64) (Change, error)
	own  bool // made by an official
}{
	"dismiss": {"new", func(w *world, id int64) (Change, error) { return w.Dismiss(w.ctx, w.admin, id, "other", "") }, false},
	"assign":  {"new", func(w *world, id int64) (Change, error) { return w.Assign(w.ctx, w.admin, id, w.first.role) }, false},
	"reassign": {"drafted", func(w *world, id int64) (Change, error) {
		return w.Assign(w.ctx, w.admin, id, w.second.role)
	}, false},
	"accept": {"assigned", func(w *world, id int64) (Change, error) { return w.Accept(w.ctx, w.first.Actor, id) }, true},
	"return": {"drafted", func(w *world, id int64) (Change, error) {
		return w.Return(w.ctx, w.first.Actor, id, "other", w.second.body, "")
	}, true},
	"return while a link is waited for": {"waiting", func(w *world, id int64) (Change, error) {
		return w.Return(w.ctx, w.first.Actor, id, "other", 0, "")
	}, true},
	"close": {"answered", func(w *world, id int64) (Change, error) { return w.CloseIncident(w.ctx, w.first.Actor, id) }, true},
	"close unpublished": {"waiting", func(w *world, id int64) (Change, error) {
		return w.CloseUnpublished(w.ctx, w.first.Actor, id, "Решено на месте")
	}, true},
	"merge": {"drafted", func(w *world, id int64) (Change, error) { return w.Merge(w.ctx, w.admin, id, w.incident()) }, false},
}

func TestUndo(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		for _, name := range slices.Sorted(maps.Keys(undoables)) {
			u := undoables[name]
			by := w.admin
			if u.own {
				by = w.first.Actor
			}
			id := stands[u.from](w)
			w.deliver()
			before, clocks, live := w.get(id), w.clocksRunning(id), w.live(id)
			draft, draftErr := w.Answer(w.ctx, id)
			c := w.do(u.do(w, id))

			if got := w.wantConflict(second(w.Undo(w.ctx, w.second.Actor, c.Event.ID))); !got.NotYours {
				t.Errorf("%s taken back by somebody else: %+v", name, got)
			}
			w.do(w.Undo(w.ctx, by, c.Event.ID))
			after := w.get(id)
			// What waited for a link is a draft again, so its time is the draft's.
			ignore := []string{"Step"}
			if u.from == "waiting" {
				ignore = append(ignore, "FrozenAt")
				clocks = map[Clock]time.Duration{AnswerClock: 24 * time.Hour}
				draft.State = Draft
			}
			if diff := cmp.Diff(before, after, cmpopts.IgnoreFields(Incident{}, ignore...)); diff != "" {
				t.Errorf("%s taken back:\n%s", name, diff)
			}
			w.wantClocks(id, clocks)
			if diff := cmp.Diff(live, w.live(id)); diff != "" {
				t.Errorf("%s taken back, live messages:\n%s", name, diff)
			}
			if again, err := w.Answer(w.ctx, id); !errors.Is(err, draftErr) || again.Text != draft.Text || again.State != draft.State {
				t.Errorf("%s taken back: the answer is %+v (%v), was %+v (%v)", name, again, err, draft, draftErr)
			}
			if after.State == Assigned {
				if n := w.number(`SELECT official_id FROM assignments WHERE incident_id = $1 AND ended_at IS NULL AND (accepted_at IS NULL) = ($2 = 1)`, id, flag(after.AcceptedAt.IsZero())); n != after.Official {
					t.Errorf("%s taken back: the open assignment is role %d's, want %d's", name, n, after.Official)
				}
			} else if n := w.number(`SELECT count(*) FROM assignments WHERE incident_id = $1 AND ended_at IS NULL`, id); after.State == New && n != 0 {
				t.Errorf("%s taken back: %d assignments are open", name, n)
			}
			if err := second(w.Undo(w.ctx, by, c.Event.ID)); !errors.Is(err, ErrConflict) {
				t.Errorf("%s taken back twice: %v", name, err)
			}
			kinds := w.kinds(id)
			if want := "undone by " + string(by.Kind); kinds[len(kinds)-1] != want {
				t.Errorf("%s taken back: the journal ends with %q, want %q", name, kinds[len(kinds)-1], want)
			}
		}
		w.wantSound()
	})
}

func TestUndoRefused(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		late := w.do(w.Dismiss(w.ctx, w.admin, w.incident(), "other", ""))
		onTime := w.do(w.Dismiss(w.ctx, w.admin, w.incident(), "other", ""))
		s.Advance(undoLife - time.Minute)
		w.do(w.Undo(w.ctx, w.admin, onTime.Event.ID))
		s.Advance(time.Minute + time.Second)
		if c := w.wantConflict(second(w.Undo(w.ctx, w.admin, late.Event.ID))); !c.Expired {
			t.Errorf("after ten minutes: %+v", c)
		}

		id := w.incident()
		assigned := w.do(w.Assign(w.ctx, w.admin, id, w.first.role))
		accepted := w.do(w.Accept(w.ctx, w.first.Actor, id))
		if c := w.wantConflict(second(w.Undo(w.ctx, w.admin, assigned.Event.ID))); c.Last.ID != accepted.Event.ID {
			t.Errorf("after the next step the conflict tells %+v, want the acceptance", c.Last)
		}
		if c := w.wantConflict(second(w.Undo(w.ctx, w.first.Actor, assigned.Event.ID))); c.Incident.State != Assigned {
			t.Errorf("an administrator's step taken back by the official: %+v", c)
		}
		w.do(w.Undo(w.ctx, w.admin, accepted.Event.ID))

		reopened := w.do(w.Reopen(w.ctx, w.admin, w.answered(), "Не решено"))
		if err := second(w.Undo(w.ctx, w.admin, reopened.Event.ID)); !errors.Is(err, ErrNotFound) {
			t.Errorf("a step that cannot be taken back: %v", err)
		}
		own := w.do(w.Assign(w.ctx, w.admin, w.incident(), w.first.role))
		if c := w.wantConflict(second(w.Undo(w.ctx, w.first.Actor, own.Event.ID))); !c.NotYours {
			t.Errorf("an administrator's step taken back by the official: %+v", c)
		}
	})
}
