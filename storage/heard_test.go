package storage

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// watched is a public group that a region watches.
func (w *world) watched(address int64, name string, regions ...int64) (c Chat, sources []int64) {
	w.t.Helper()
	c = must2(w.t)(w.MeetChat(w.ctx, address, Supergroup, "Двор", 1))
	w.check(w.NameChat(w.ctx, c.ID, name))
	for _, r := range regions {
		sources = append(sources, must(w.t)(w.AddSource(w.ctx, w.admin, Source{Region: r, Network: Telegram, Kind: "community", URL: "https://t.me/" + strings.ToLower(name), Address: strings.ToLower(name)}, 0)))
	}
	return must2(w.t)(w.Chat(w.ctx, c.ID)), sources
}

func must2(t testing.TB) func(Chat, error) Chat {
	return func(c Chat, err error) Chat {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
}

// said hands a message over, as the update of a number.
func (w *world) said(update int64, c Chat, h Heard) {
	w.t.Helper()
	w.check(w.SaveUpdates(w.ctx, 1, []Update{{ID: update, Lane: c.Address, Raw: []byte(`{"secret":"raw"}`)}}))
	w.check(w.HandOver(w.ctx, 1, update, c.ID, h, true))
}

func (w *world) waiting(c Chat, after int64) []Heard {
	w.t.Helper()
	list, err := w.HeardAfter(w.ctx, c.ID, after, 100)
	w.check(err)
	return list
}

// What was said is kept in the transaction that empties the inbox, once, and
// gone in the transaction that saves it for the last source that reads it.
func TestHeardIsKeptUntilEverybodyReadIt(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		other := w.newRegion("Речное")
		c, sources := w.watched(-100500, "Nash_Dvor", w.region, other)
		if c.Purpose != SourceChat || c.Username != "nash_dvor" {
			t.Fatalf("%+v", c)
		}
		changed, end := w.Changed(Handed)
		defer end()
		w.said(1, c, Heard{Message: 5, Text: "Яма", Written: 100, Author: 77, Origin: &ChatPost{Chat: -1007, Name: "news", Message: 3}})
		select {
		case <-changed:
		default:
			t.Error("nobody is woken")
		}
		w.check(w.HandOver(w.ctx, 1, 1, c.ID, Heard{Message: 5, Text: "Яма"}, true)) // handled again
		list := w.waiting(c, 0)
		if len(list) != 1 || list[0].Text != "Яма" || list[0].Author != 77 || list[0].Origin.Message != 3 || list[0].At.IsZero() {
			t.Fatalf("%+v", list)
		}
		if left, err := w.WaitingUpdates(w.ctx, 1); err != nil || len(left) != 0 {
			t.Errorf("the inbox has %v, %v", left, err)
		}
		if raw := must(t)(one(w.ctx, w.read, scalar[int64], `SELECT count(*) FROM inbox WHERE payload <> ''`)); raw != 0 {
			t.Error("the raw update stays")
		}
		for n, source := range sources {
			ids, err := w.HandedTo(w.ctx)
			w.check(err)
			if len(ids) != 2-n {
				t.Errorf("%d to read for %v", n, ids)
			}
			found := []Found{{Post: Post{Network: Telegram, Kind: "post", ExternalID: "nash_dvor/5", Text: "Яма", Source: source}}}
			_, err = w.SavePosts(w.ctx, &Progress{Source: source, Cursor: fmt.Sprint(list[0].ID), Next: w.Now().Add(time.Hour)}, found)
			w.check(err)
			if left := w.waiting(c, 0); len(left) != 1-n {
				t.Errorf("after reader %d there are %d", n, len(left))
			}
		}
		// Read on, and thrown away at the latest by upkeep.
		w.said(2, c, Heard{Message: 6, Text: "Ещё"})
		w.Advance(25 * time.Hour)
		w.check(w.Upkeep(w.ctx, keeping))
		if left := w.waiting(c, 0); len(left) != 0 {
			t.Errorf("a day later: %+v", left)
		}
	})
}

// A source belongs to its chat whenever that is met, and lets it go again.
func TestSourcesFindTheirChats(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		id := must(t)(w.AddSource(w.ctx, w.admin, Source{Region: w.region, Network: Telegram, Kind: "community", URL: "https://t.me/dvor", Address: "dvor"}, 0))
		if _, err := w.ChatOfSource(w.ctx, id); !errors.Is(err, ErrNotFound) {
			t.Errorf("a chat nobody met: %v", err)
		}
		c, _ := w.watched(-100500, "dvor")
		if of := must2(t)(w.ChatOfSource(w.ctx, id)); of.ID != c.ID || of.Purpose != SourceChat {
			t.Errorf("%+v", of)
		}
		if source := must(t)(one(w.ctx, w.read, scalar[int64], `SELECT count(*) FROM sources WHERE name = 'Двор'`)); source != 1 {
			t.Error("the source has no name")
		}
		// The name goes to another chat: who had it has it no more, and keeps its source.
		w.watched(-100501, "dvor")
		if called := must2(t)(w.ChatCalled(w.ctx, "DVOR")); called.Address != -100501 || called.Purpose != OtherChat {
			t.Errorf("%+v", called)
		}
		w.said(1, c, Heard{Message: 5, Text: "Яма"})
		w.check(w.RemoveSource(w.ctx, w.admin, w.region, id))
		if c = must2(t)(w.Chat(w.ctx, c.ID)); c.Purpose != OtherChat || len(w.waiting(c, 0)) != 0 {
			t.Errorf("removed: %+v", c)
		}
		w.said(2, c, Heard{Message: 6, Text: "Яма"})
		if left := w.waiting(c, 0); len(left) != 0 {
			t.Errorf("kept for nobody: %+v", left)
		}
		// An admin group is no source.
		admin := must2(t)(w.Chat(w.ctx, w.group))
		must(t)(w.AddSource(w.ctx, w.admin, Source{Region: w.region, Network: Telegram, Kind: "community", Address: fmt.Sprint(admin.Address)}, 0))
		if admin = must2(t)(w.Chat(w.ctx, w.group)); admin.Purpose != AdminChat {
			t.Errorf("%+v", admin)
		}
	})
}

// Who watches a chat is told once of each change of what the bot hears there.
func TestMembershipIsCheckedAnew(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		c, _ := w.watched(-100500, "dvor", w.region)
		checks := func() int {
			list, err := w.OpenChecks(w.ctx)
			w.check(err)
			for _, x := range list {
				w.check(w.FinishCheck(w.ctx, x, Notice{Code: "source_heard"}))
			}
			return len(list)
		}
		checks()
		for n, step := range []struct {
			do   func() error
			told int
		}{
			{func() error { return w.SetMembership(w.ctx, c.ID, Membership{Standing: Member}) }, 1},
			{func() error { return w.SetMembership(w.ctx, c.ID, Membership{Standing: Member}) }, 0},
			{func() error { return w.SetMembership(w.ctx, c.ID, Membership{Standing: Runs, Hears: true}) }, 1},
			{func() error { return w.PauseChat(w.ctx, c.ID, Gone, "kicked", w.Now()) }, 1},
			{func() error { return w.PauseChat(w.ctx, c.ID, Gone, "kicked", w.Now()) }, 0},
			{func() error {
				return w.SetMembership(w.ctx, c.ID, Membership{Standing: Member, Hears: true, Linked: -1007})
			}, 1},
		} {
			w.check(step.do())
			if told := checks(); told != step.told {
				t.Errorf("step %d is told %d times", n, told)
			}
		}
		// What was found out before the change is not told after it.
		w.check(w.SetMembership(w.ctx, c.ID, Membership{Standing: Member}))
		stale, err := w.OpenChecks(w.ctx)
		w.check(err)
		w.check(w.SetMembership(w.ctx, c.ID, Membership{Standing: Member, Hears: true}))
		w.check(w.FinishCheck(w.ctx, stale[0], Notice{Code: "stale"}))
		if n := must(t)(one(w.ctx, w.read, scalar[int64], `SELECT count(*) FROM messages WHERE payload LIKE '%stale%'`)); n != 0 || checks() != 1 {
			t.Errorf("%d stale answers", n)
		}
		if c = must2(t)(w.Chat(w.ctx, c.ID)); c.Membership != (Membership{Standing: Member, Hears: true, Linked: -1007}) {
			t.Errorf("%+v", c.Membership)
		}
	})
}

// A group that becomes a supergroup takes its sources along, and its waiting
// answers back.
func TestSourcesMoveWithTheirChat(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		c := must2(t)(w.MeetChat(w.ctx, -500, Group, "Подъезд", 1))
		source := must(t)(w.AddSource(w.ctx, w.admin, Source{Region: w.region, Network: Telegram, Kind: "community", URL: c.URL(), Address: c.Key()}, 0))
		p := w.handed(c)
		// An update from the new address may come before the news of the migration.
		early := must2(t)(w.MeetChat(w.ctx, -100777, Supergroup, "Подъезд", 1))
		w.check(w.BroughtBy(w.ctx, early.ID, 700))
		w.check(w.SetMembership(w.ctx, early.ID, Membership{Standing: Member}))
		w.check(w.MigrateChat(w.ctx, -500, -100777))
		if list, err := w.BroughtChats(w.ctx, 700); err != nil || len(list) > 0 {
			t.Errorf("%v, a chat that is none is offered: %+v", err, list)
		}
		moved, err := w.Source(w.ctx, source)
		w.check(err)
		if moved.Address != "-100777" || moved.URL != "https://t.me/c/777" {
			t.Errorf("%+v", moved)
		}
		if p = w.publicationNow(p.ID); p.State != AwaitsHand || p.Reason != "moved" {
			t.Errorf("%+v", p)
		}
	})
}

// handed is an answer that waits in the outbox for a watched chat.
func (w *world) handed(c Chat) Publication {
	w.t.Helper()
	w.answerIn(c)
	p := w.take()
	w.check(w.SendAnswer(w.ctx, c.ID, p.Key, ChatAnswer{ReplyTo: 5, External: c.Key() + "/", URL: strings.TrimSuffix(c.URL(), "/") + "/"}))
	return w.publicationNow(p.ID)
}

// answerIn publishes an answer to something that was said in a chat.
func (w *world) answerIn(c Chat) {
	w.t.Helper()
	saved, err := w.SavePosts(w.ctx, nil, []Found{{
		Post:    Post{Network: Telegram, Kind: "post", ExternalID: fmt.Sprintf("%s/%d", c.Key(), w.posts.Add(1)), Text: "Яма", CanPublish: true},
		Matches: []Match{{Region: w.region, Topic: w.topic, Importance: Normal}},
	}})
	w.check(err)
	id := saved[0].Incidents[0]
	w.do(w.Assign(w.ctx, w.admin, id, w.first.role))
	draft := mustBe[Answer](w.t)(w.SaveDraft(w.ctx, w.first.Actor, id, DraftPart{Chat: w.first.chat, Telegram: 100 + id, Text: "Заделали"}))
	w.do(w.Publish(w.ctx, w.first.Actor, id, draft.Version, 0))
}

func (w *world) publicationNow(id int64) Publication {
	w.t.Helper()
	return mustBe[Publication](w.t)(one(w.ctx, w.read, scanPublication, `SELECT `+publicationColumns+publicationTables+`WHERE b.id = $1`, id))
}
