package storage

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// became is a found post again, with what became of it.
func became(f Found, fate Fate, text string) Found {
	f.Fate = fate
	if text != "" {
		f.Post.Text = text
	}
	return f
}

func (w *world) post(id int64) Post {
	w.t.Helper()
	return mustBe[Post](w.t)(w.Post(w.ctx, id))
}

// last is the newest line of the journal about an incident.
func (w *world) last(incident int64) Event {
	w.t.Helper()
	list := mustBe[[]Event](w.t)(w.Journal(w.ctx, incident))
	return list[len(list)-1]
}

func TestEditedPost(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		f := w.found()
		saved := w.save(f)[0]
		id := saved.Incidents[0]
		w.deliver()
		s.Advance(time.Hour)
		changed := became(f, PostEdited, "Яму уже засыпали, но криво")
		for n, want := range []SaveResult{Edited, Duplicate} {
			if got := w.save(changed)[0]; got.Result != want || got.Post != saved.Post {
				t.Errorf("time %d: %+v, want %s", n+1, got, want)
			}
		}
		p := w.post(saved.Post)
		if p.Text != changed.Post.Text || p.State != Ready || p.EditedAt.Before(p.FoundAt.Add(time.Hour)) {
			t.Errorf("the post is %+v", p)
		}
		w.wantKinds(id, "registered by monitor", "post_edited by monitor")
		if e := w.last(id); e.Text != f.Post.Text || e.Data.Post != saved.Post {
			t.Errorf("the journal keeps %+v", e)
		}
		if got := w.outgoing(w.group); len(got) != 0 {
			t.Errorf("an edit sends %v", got)
		}
		if n := w.number(`SELECT count(*) FROM messages WHERE wanted > shown AND kind = 'card' AND state = 'live'`); n != 1 {
			t.Errorf("%d cards are to be edited", n)
		}
		w.wantSound()
	})
}

// A post that nobody knew is like any other once it is edited, also in a region
// that it did not concern before; one that is gone is nobody's business.
func TestFateOfAnUnknownPost(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		nobody := w.found()
		nobody.Matches = nil
		w.save(nobody)
		if got := w.save(became(nobody, PostRemoved, ""))[0]; got.Post != 0 || got.Result != Withdrawn || len(got.Incidents) > 0 {
			t.Errorf("removed: %+v", got)
		}
		nobody.Matches = []Match{{Region: w.region, Topic: w.topic, Importance: Normal}}
		got := w.save(became(nobody, PostEdited, "Яма"))[0]
		if got.Result != Fresh || len(got.Incidents) != 1 {
			t.Fatalf("edited so that it matches: %+v", got)
		}
		other := w.newRegion("Нагорный край")
		nobody.Matches = append(nobody.Matches, Match{Region: other, Topic: w.topicOf(other), Importance: Normal})
		second := w.save(became(nobody, PostEdited, "Яма в Нагорном"))[0]
		if second.Result != Fresh || len(second.Incidents) != 2 {
			t.Errorf("edited so that it concerns another region: %+v", second)
		}
		w.wantKinds(got.Incidents[0], "registered by monitor", "post_edited by monitor")
		// What both know changes for both.
		w.save(became(nobody, PostEdited, "Яма в Нагорном и Заречном"))
		for _, id := range second.Incidents {
			if e := w.last(id); e.Kind != PostChanged || e.Text != "Яма в Нагорном" {
				t.Errorf("incident %d: %s %q", id, e.Kind, e.Text)
			}
		}
		w.wantSound()
	})
}

func TestRemovedAndRestoredPost(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		f := w.found()
		id := w.save(f)[0].Incidents[0]
		steps := []struct {
			fate   Fate
			text   string
			result SaveResult
			state  PostState
			kept   string
		}{
			{PostRestored, "", Duplicate, Ready, f.Post.Text},
			{PostRemoved, "", Withdrawn, Deleted, f.Post.Text},
			{PostRemoved, "", Duplicate, Deleted, f.Post.Text},
			{PostEdited, "поздно", Duplicate, Deleted, f.Post.Text},
			{PostRestored, "Снова яма", Restored, Ready, "Снова яма"},
		}
		for n, step := range steps {
			if got := w.save(became(f, step.fate, step.text))[0]; got.Result != step.result {
				t.Errorf("step %d, %s: %+v", n, step.fate, got)
			}
			if p := w.post(1); p.State != step.state || p.Text != step.kept {
				t.Errorf("step %d, %s: %s %q", n, step.fate, p.State, p.Text)
			}
		}
		if i := w.get(id); i.State != New {
			t.Errorf("the incident is %s", i.State)
		}
		w.wantKinds(id, "registered by monitor", "post_removed by monitor", "post_restored by monitor")
		forgotten := became(f, PostRemoved, "")
		forgotten.Forget = true
		w.save(forgotten)
		if p := w.post(1); p.State != Deleted || p.Text != "" {
			t.Errorf("a network that lets nobody keep words: %s %q", p.State, p.Text)
		}
		w.wantSound()
	})
}

// Who is writing an answer is told, once in a while; who is not sees it in his
// item; and a closed incident only shows it.
func TestWhoIsToldOfAnEdit(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		f := w.found()
		id := w.save(f)[0].Incidents[0]
		w.do(w.Assign(w.ctx, w.admin, id, w.first.role))
		w.deliver()
		w.save(became(f, PostEdited, "вторая"))
		if got := w.outgoing(w.first.chat); len(got) != 0 {
			t.Errorf("before a draft: %v", got)
		}
		w.draft(w.first, id, "Заделаем")
		w.deliver()
		for n := range 3 {
			w.save(became(f, PostEdited, fmt.Sprint("правка", n)))
		}
		notice := fmt.Sprintf("notice №%d", id)
		if diff := cmp.Diff([]string{notice}, w.outgoing(w.first.chat)); diff != "" {
			t.Errorf("while he writes (-want +got):\n%s", diff)
		}
		w.deliver()
		s.Advance(warnEvery)
		w.save(became(f, PostRemoved, ""))
		if diff := cmp.Diff([]string{notice}, w.outgoing(w.first.chat)); diff != "" {
			t.Errorf("removed while he writes (-want +got):\n%s", diff)
		}
		w.deliver()
		w.do(w.CloseUnpublished(w.ctx, w.first.Actor, id, "удалено"))
		w.deliver()
		w.save(became(f, PostRestored, ""))
		w.save(became(f, PostEdited, "последняя"))
		if got := append(w.outgoing(w.first.chat), w.outgoing(w.group)...); len(got) != 0 {
			t.Errorf("closed: %v", got)
		}
		if p := w.post(1); p.Text != "последняя" {
			t.Errorf("closed: %q", p.Text)
		}
		w.wantSound()
	})
}

// An edit that makes life or limb its matter is not lost in an edited card.
func TestEditRaisesImportance(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		f, judged := w.found(), w.found()
		id, by := w.save(f)[0].Incidents[0], w.save(judged)[0].Incidents[0]
		w.check(w.SetImportance(w.ctx, w.admin, by, High))
		w.check(w.SetImportance(w.ctx, w.admin, by, Normal))
		w.deliver()
		for _, x := range []Found{f, judged} {
			x.Matches[0].Importance = Danger
			w.save(became(x, PostEdited, "Взрыв газа"))
		}
		if i := w.get(id); i.Importance != Danger {
			t.Errorf("it is %s", i.Importance)
		}
		if i := w.get(by); i.Importance != Normal {
			t.Errorf("what an administrator judged is %s", i.Importance)
		}
		if diff := cmp.Diff([]string{fmt.Sprintf("card №%d edited", id)}, w.outgoing(w.group)); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		if left := w.clocksRunning(id)[AnswerClock]; left > dangerTerm {
			t.Errorf("%v are left to answer", left)
		}
	})
}

// Fifty reposts are one incident and not one message.
func TestRepostStorm(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		f := w.found()
		id := w.save(f)[0].Incidents[0]
		w.do(w.Assign(w.ctx, w.admin, id, w.first.role))
		w.deliver()
		other := w.newRegion("Нагорный край")
		var all []Found
		for range 50 {
			r := w.found()
			r.RepostOf = f.Post.ExternalID
			if len(all)%2 == 0 {
				r.Matches = nil // whether it says itself what it is about or not
			}
			all = append(all, r)
		}
		chain := w.found()
		chain.RepostOf, chain.Matches = all[0].Post.ExternalID, nil
		all = append(all, chain)
		for n, saved := range w.save(all...) {
			if saved.Result != Fresh || len(saved.Incidents) != 1 || saved.Incidents[0] != id {
				t.Fatalf("repost %d: %+v", n, saved)
			}
		}
		for _, saved := range w.save(all...) {
			if saved.Result != Duplicate {
				t.Fatalf("again: %+v", saved)
			}
		}
		if i := w.get(id); i.Posts != 52 {
			t.Errorf("×%d", i.Posts)
		}
		if got := append(w.outgoing(w.group), w.outgoing(w.first.chat)...); len(got) != 0 {
			t.Errorf("messages: %v", got)
		}
		// A region that the original does not concern takes it as an ordinary post.
		far := w.found()
		far.RepostOf, far.Matches = f.Post.ExternalID, []Match{{Region: other, Topic: w.topicOf(other), Importance: Normal}}
		if got := w.save(far)[0]; len(got.Incidents) != 2 || got.Incidents[0] != id {
			t.Errorf("in another region: %+v", got)
		}
		strange := w.found()
		strange.RepostOf = "-9_9"
		if got := w.save(strange)[0]; len(got.Incidents) != 1 || got.Incidents[0] == id {
			t.Errorf("of an unknown post: %+v", got)
		}
		// The answer goes out under each.
		w.do(w.Publish(w.ctx, w.first.Actor, id, w.draft(w.first, id, "Заделали"), 0))
		if n := w.number(`SELECT count(*) FROM publications`); n != 53 {
			t.Errorf("%d publications", n)
		}
		w.wantSound()
	})
}

func TestRepostAfterTheAnswer(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		id := w.answered()
		original := w.post(1).ExternalID
		again := func() Saved {
			r := w.found()
			r.RepostOf = original
			return w.save(r)[0]
		}
		s.Advance(2 * 24 * time.Hour)
		if got := again(); got.Incidents[0] != id {
			t.Errorf("two days after the answer: %+v", got)
		}
		s.Advance(29 * 24 * time.Hour)
		if got := again(); got.Incidents[0] == id {
			t.Errorf("a month after the answer: %+v", got)
		}
		w.do(w.CloseIncident(w.ctx, w.admin, id))
		if got := again(); got.Incidents[0] == id {
			t.Errorf("after the close: %+v", got)
		}
	})
}

func TestPostsToCheck(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		w.incident()
		w.incident()
		w.answered()
		w.do(w.Dismiss(w.ctx, w.admin, w.incident(), "other", ""))
		due := func() string {
			list := mustBe[[]Post](t)(w.PostsToCheck(w.ctx, "vk", s.Now().Add(-20*time.Hour), 10))
			var ids []string
			for _, p := range list {
				ids = append(ids, fmt.Sprint(p.ID))
			}
			return strings.Join(ids, " ")
		}
		if got := due(); got != "" {
			t.Errorf("just found: %s", got)
		}
		s.Advance(21 * time.Hour)
		if got := due(); got != "3 2 1" {
			t.Errorf("after a day: %q", got)
		}
		w.check(w.PostsChecked(w.ctx, []int64{3, 1}, s.Now()))
		if got := due(); got != "2" {
			t.Errorf("when two were looked at: %q", got)
		}
		s.Advance(14 * 24 * time.Hour)
		if got := due(); got != "2 1" {
			t.Errorf("two weeks after the answer: %q", got)
		}
		if list := mustBe[[]Post](t)(w.PostsToCheck(w.ctx, "ok", s.Now(), 10)); len(list) > 0 {
			t.Errorf("another network: %v", list)
		}
	})
}
