package storage

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func (w *world) takeOutgoing(chat int64) Outgoing {
	w.t.Helper()
	return mustBe[Outgoing](w.t)(w.TakeOutgoing(w.ctx, chat))
}

func (w *world) lane(chat int64) Lane {
	w.t.Helper()
	lanes, err := w.Lanes(w.ctx)
	w.check(err)
	for _, l := range lanes {
		if l.Chat == chat {
			return l
		}
	}
	return Lane{}
}

func TestOutboxOrder(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		w.deliver()
		say := func(priority int, code string) {
			t.Helper()
			_, err := w.Say(w.ctx, Saying{Chat: w.group, Kind: NoticeMessage, Payload: Notice{Code: code}, Priority: priority})
			w.check(err)
		}
		say(Waiting, "summary")
		w.incident()
		say(Second, "item")
		w.incident()
		say(First, "reply")
		if l := w.lane(w.group); l.Pending != 5 || l.Cards != 2 || l.Dirty != 0 || !l.Next.IsZero() {
			t.Errorf("lane %+v", l)
		}
		var order []string
		for range 5 {
			o := w.takeOutgoing(w.group)
			order = append(order, fmt.Sprint(o.Message.Kind, " ", o.Priority))
			w.check(w.Sent(w.ctx, o, 1, 1000+o.ID))
		}
		if diff := cmp.Diff([]string{"notice 0", "notice 2", "card 4", "card 4", "notice 6"}, order); diff != "" {
			t.Error(diff)
		}
		if _, err := w.TakeOutgoing(w.ctx, w.group); !errors.Is(err, ErrNotFound) {
			t.Errorf("nothing is left: %v", err)
		}
		calls, err := w.Calls(w.ctx, w.group, w.Now().Add(-time.Minute))
		w.check(err)
		if len(calls) != 7 { // the world's two notices too
			t.Errorf("%d calls count", len(calls))
		}
		if l := w.lane(w.group); l != (Lane{}) {
			t.Errorf("a lane without work: %+v", l)
		}
	})
}

func TestOutboxStates(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		w.deliver()
		w.check(w.SawMessage(w.ctx, w.group, 5000))
		w.check(w.SawMessage(w.ctx, w.group, 4000))
		id := w.incident()
		o := w.takeOutgoing(w.group)
		if o.Message.Incident != id || o.AfterID != 5000 || o.Attempts != 1 || o.Repeated || !o.Sound || o.SendingAt.IsZero() || o.Message.Region != w.region {
			t.Errorf("taken %+v", o)
		}
		until := at(ms(w.Now().Add(time.Minute)))
		w.check(w.Later(w.ctx, o, until, "429"))
		if l := w.lane(w.group); l.Pending != 0 || !l.Next.Equal(until) {
			t.Errorf("put back: %+v", l)
		}
		if _, err := w.TakeOutgoing(w.ctx, w.group); !errors.Is(err, ErrNotFound) {
			t.Errorf("taken before its time: %v", err)
		}
		s.Advance(2 * time.Minute)
		o = w.takeOutgoing(w.group)
		w.check(w.Uncertain(w.ctx, o, "reset"))
		if l := w.lane(w.group); l.Unknown != 1 || l.Pending != 0 {
			t.Errorf("uncertain: %+v", l)
		}
		list, err := w.Uncertainties(w.ctx, w.group)
		w.check(err)
		if len(list) != 1 || list[0].ID != o.ID || list[0].Attempts != 2 {
			t.Fatalf("uncertainties %+v", list)
		}
		w.check(w.Repeat(w.ctx, list[0]))
		o = w.takeOutgoing(w.group)
		if !o.Repeated || o.Attempts != 3 {
			t.Errorf("repeated as %+v", o)
		}
		w.check(w.Sent(w.ctx, o, 1, 5001))
		w.check(w.Sent(w.ctx, o, 1, 5001))
		if m := mustBe[Message](t)(w.Message(w.ctx, w.group, 1, 5001)); m.Shown != m.Wanted || m.SentAt.IsZero() || m.State != Live {
			t.Errorf("sent as %+v", m)
		}
		known, err := w.KnownMessages(w.ctx, w.group, 5000)
		w.check(err)
		if diff := cmp.Diff(map[int64]bool{5001: true}, known); diff != "" {
			t.Error(diff)
		}

		w.incident()
		bad := w.takeOutgoing(w.group)
		w.check(w.FailOutgoing(w.ctx, bad, "400"))
		if m, err := w.LiveMessage(w.ctx, bad.Message.Incident, w.group, CardMessage); !errors.Is(err, ErrNotFound) {
			t.Errorf("a failed message lives: %+v, %v", m, err)
		}
		if l := w.lane(w.group); l != (Lane{}) {
			t.Errorf("a failed message waits: %+v", l)
		}
	})
}

// TestInterruptedSending stops the process between the taking and the sending.
func TestInterruptedSending(t *testing.T) {
	eachAddress(t, func(t *testing.T, address string) {
		s := open(t, address)
		w := newWorld(t, s)
		w.deliver()
		w.incident()
		o := w.takeOutgoing(w.group)
		id := w.frozen()
		p := w.take()
		closeStore(t, s)
		w.Store = open(t, address)
		list, err := w.Uncertainties(w.ctx, w.group)
		w.check(err)
		if len(list) != 1 || list[0].ID != o.ID {
			t.Errorf("uncertain after the restart: %+v", list)
		}
		interrupted, err := w.InterruptedPublications(w.ctx)
		w.check(err)
		if len(interrupted) != 1 || interrupted[0].ID != p.ID || interrupted[0].Incident != id {
			t.Errorf("interrupted publications: %+v", interrupted)
		}
	})
}

func TestDedupe(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		say := func() int64 {
			t.Helper()
			return must(t)(w.Say(w.ctx, Saying{Chat: w.group, Kind: NoticeMessage, Payload: Notice{Code: "x"}, Dedupe: "x:1"}))
		}
		if first, again := say(), say(); first == 0 || again != 0 {
			t.Errorf("said as %d and %d", first, again)
		}
		w.deliver()
		if say() != 0 {
			t.Error("said again after it was sent")
		}
		s.Advance(15 * 24 * time.Hour)
		w.check(w.Upkeep(w.ctx, keeping))
		if say() == 0 {
			t.Error("never said again")
		}
		w.check(w.Notify(w.ctx, w.region, Notice{Code: "y"}, "y"))
		w.check(w.Notify(w.ctx, w.newRegion("Без группы"), Notice{Code: "z"}, "z"))
	})
}

func TestEditsAreLevels(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		id := w.incident()
		w.deliver()
		for range 5 {
			w.check(w.Touch(w.ctx, id))
		}
		if l := w.lane(w.group); l.Dirty != 1 {
			t.Errorf("five changes: %+v", l)
		}
		m := mustBe[Message](t)(w.TakeEdit(w.ctx, w.group))
		// A change while the edit is on the wire is not lost.
		w.do(w.Assign(w.ctx, w.admin, id, w.first.role))
		w.check(w.Shown(w.ctx, m))
		again := mustBe[Message](t)(w.TakeEdit(w.ctx, w.group))
		if again.ID != m.ID || again.Wanted <= m.Wanted || again.Shown != m.Wanted {
			t.Errorf("taken %+v, then %+v", m, again)
		}
		w.check(w.Shown(w.ctx, again))
		w.check(w.Shown(w.ctx, m)) // a late word changes nothing
		if _, err := w.TakeEdit(w.ctx, w.group); !errors.Is(err, ErrNotFound) {
			t.Errorf("nothing is left to edit: %v", err)
		}
		// The same for a change while the message itself is on the wire.
		o := w.takeOutgoing(w.first.chat)
		if o.Message.Incident != id {
			o = w.takeOutgoing(w.first.chat)
		}
		w.do(w.Accept(w.ctx, w.first.Actor, id))
		w.check(w.Sent(w.ctx, o, 1, 70))
		if m := mustBe[Message](t)(w.TakeEdit(w.ctx, w.first.chat)); m.Telegram != 70 {
			t.Errorf("to be edited: %+v", m)
		}
		if m := mustBe[Message](t)(w.TakeEdit(w.ctx, w.group)); m.Incident != id {
			t.Errorf("to be edited: %+v", m)
		} else {
			until := at(ms(w.Now().Add(time.Minute)))
			w.check(w.EditLater(w.ctx, m, until))
			if l := w.lane(w.group); l.Dirty != 0 || !l.Next.Equal(until) {
				t.Errorf("put off: %+v", l)
			}
		}
	})
}

// TestEditsInTurn gives those that people work with before those retired, and
// the longest waiting first.
func TestEditsInTurn(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		one, two := w.incident(), w.incident()
		w.deliver()
		s.Advance(time.Second)
		w.check(w.ShowCard(w.ctx, one)) // retires the first card
		w.deliverOnly(w.group)
		w.check(w.Touch(w.ctx, one))
		w.check(w.Touch(w.ctx, two))
		var order []string
		for range 3 {
			s.Advance(time.Second)
			m := mustBe[Message](t)(w.TakeEdit(w.ctx, w.group))
			order = append(order, fmt.Sprintf("%s №%d", m.State, m.Incident))
			w.check(w.Shown(w.ctx, m))
		}
		want := []string{fmt.Sprintf("live №%d", two), fmt.Sprintf("live №%d", one), fmt.Sprintf("retired №%d", one)}
		if diff := cmp.Diff(want, order); diff != "" {
			t.Error(diff)
		}
	})
}

// deliverOnly sends what waits for a chat and edits nothing.
func (w *world) deliverOnly(chat int64) {
	for w.send(chat) {
	}
}

func TestRetireOfUnsentCard(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		w.deliver()
		id := w.incident()
		w.check(w.ShowCard(w.ctx, id))
		w.check(w.ShowCard(w.ctx, id))
		if diff := cmp.Diff([]string{fmt.Sprintf("card №%d found", id)}, w.outgoing(w.group)); diff != "" {
			t.Errorf("only the newest card waits:\n%s", diff)
		}
		w.deliver()
		if n := w.number(`SELECT count(*) FROM messages WHERE incident_id = $1 AND state = 'retired'`, id); n != 0 {
			t.Errorf("%d cards that were never sent are retired, not lost", n)
		}
		w.wantLive(id, map[int64]string{w.group: "card"})
	})
}

func TestMessageLost(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		id := w.assigned()
		w.draft(w.first, id, "Черновик")
		w.deliver()
		for _, x := range []struct {
			chat int64
			kind MessageKind
		}{{w.group, CardMessage}, {w.first.chat, ItemMessage}, {w.first.chat, PreviewMessage}} {
			m := mustBe[Message](t)(w.LiveMessage(w.ctx, id, x.chat, x.kind))
			w.check(w.MessageLost(w.ctx, m))
			again := mustBe[Message](t)(w.LiveMessage(w.ctx, id, x.chat, x.kind))
			if again.ID == m.ID || again.Telegram != 0 {
				t.Errorf("a deleted %s came back as %+v", x.kind, again)
			}
			w.check(w.MessageLost(w.ctx, m)) // told twice
			if n := w.number(`SELECT count(*) FROM messages WHERE incident_id = $1 AND kind = $2 AND state = 'live'`, id, string(x.kind)); n != 1 {
				t.Errorf("%d live messages of kind %s", n, x.kind)
			}
		}
	})
}

func TestMenus(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		id := w.incident()
		w.deliver()
		m := mustBe[Message](t)(w.LiveMessage(w.ctx, id, w.group, CardMessage))
		menu := func() string {
			return mustBe[Message](t)(w.LiveMessage(w.ctx, id, w.group, CardMessage)).Menu
		}
		w.check(w.OpenMenu(w.ctx, m.ID, "assign"))
		if menu() != "assign" {
			t.Errorf("menu %q", menu())
		}
		w.check(w.FoldMenus(w.ctx))
		if menu() != "assign" {
			t.Error("folded before its minute")
		}
		s.Advance(menuLife + time.Second)
		w.check(w.FoldMenus(w.ctx))
		if menu() != "" || w.lane(w.group).Dirty != 1 {
			t.Errorf("after a minute: menu %q, %+v", menu(), w.lane(w.group))
		}
		w.check(w.OpenMenu(w.ctx, m.ID, "assign"))
		w.do(w.Assign(w.ctx, w.admin, id, w.first.role))
		if menu() != "" {
			t.Error("a change of state leaves the menu open")
		}
	})
}

func TestDigest(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		w.deliver()
		var ids []int64
		for range 12 {
			ids = append(ids, w.incident())
		}
		urgent := w.incident()
		w.check(w.ShowCard(w.ctx, urgent)) // no first card: it is not gathered
		if made, err := w.GatherDigest(w.ctx, w.group, 13); err != nil || made {
			t.Errorf("a digest of fewer than its lines: %v, %v", made, err)
		}
		if made, err := w.GatherDigest(w.ctx, w.group, 10); err != nil || !made {
			t.Fatalf("no digest: %v, %v", made, err)
		}
		if l := w.lane(w.group); l.Cards != 2 || l.Pending != 4 {
			t.Errorf("after the digest %+v", l)
		}
		var digest Message
		for range 4 {
			o := w.takeOutgoing(w.group)
			if o.Message.Kind == DigestMessage {
				digest = o.Message
			}
			w.check(w.Sent(w.ctx, o, 1, 100+o.ID))
		}
		lines, err := w.Digest(w.ctx, digest.ID)
		w.check(err)
		if diff := cmp.Diff(ids[:10], lines); diff != "" {
			t.Error(diff)
		}
		// An entry brings its card.
		w.check(w.ShowCard(w.ctx, ids[0]))
		w.wantLive(ids[0], map[int64]string{w.group: "card"})
		// A step of one that has no card shows nothing and fails nowhere.
		w.do(w.Dismiss(w.ctx, w.admin, ids[1], "other", ""))
	})
}

func TestGoneChatsHaveNoLane(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		w.deliver()
		w.incident()
		until := at(ms(w.Now().Add(time.Hour)))
		w.check(w.PauseChat(w.ctx, w.group, Paused, "no_rights", until))
		if l := w.lane(w.group); l.Pending != 1 || !l.Next.Equal(until) {
			t.Errorf("paused: %+v", l)
		}
		w.check(w.PauseChat(w.ctx, w.group, Gone, "kicked", time.Time{}))
		if l := w.lane(w.group); l != (Lane{}) {
			t.Errorf("gone: %+v", l)
		}
		w.check(w.ResumeChat(w.ctx, w.group))
		if l := w.lane(w.group); l.Pending != 1 || !l.Next.IsZero() {
			t.Errorf("back: %+v", l)
		}
		w.check(w.SetThread(w.ctx, w.group, 12))
		if o := w.takeOutgoing(w.group); o.Thread != 12 {
			t.Errorf("taken %+v", o)
		}
	})
}

func TestInbox(t *testing.T) {
	eachAddress(t, func(t *testing.T, address string) {
		s := open(t, address)
		w := &world{Store: s, t: t, ctx: context.Background()}
		updates := []Update{{ID: 3, Lane: 1, Raw: []byte(`{"a":1}`)}, {ID: 1, Lane: 2, Raw: []byte(`{"a":2}`)}}
		told, end := s.Changed(Inbox)
		defer end()
		w.check(s.SaveUpdates(w.ctx, 7, updates))
		select {
		case <-told:
		default:
			t.Error("nobody was woken")
		}
		w.check(s.SaveUpdates(w.ctx, 7, []Update{{ID: 3, Lane: 1, Raw: []byte(`{"a":9}`)}, {ID: 4, Lane: 1, Raw: []byte(`{"a":3}`)}}))
		waiting := func() (got []string) {
			list, err := s.WaitingUpdates(w.ctx, 7)
			w.check(err)
			for _, u := range list {
				got = append(got, fmt.Sprintf("%d %s", u.ID, u.Raw))
			}
			return got
		}
		if diff := cmp.Diff([]string{`1 {"a":2}`, `3 {"a":1}`, `4 {"a":3}`}, waiting()); diff != "" {
			t.Error(diff)
		}
		if list, err := s.WaitingUpdates(w.ctx, 8); err != nil || len(list) != 0 {
			t.Errorf("another bot's updates: %v, %v", list, err)
		}
		w.check(s.FinishUpdate(w.ctx, 7, 1))
		w.check(s.FinishUpdate(w.ctx, 7, 1))
		for n := range MaxAttempts {
			givenUp, err := s.FailUpdate(w.ctx, 7, 3, "panic")
			w.check(err)
			if want := n == MaxAttempts-1; givenUp != want {
				t.Errorf("after %d failures given up: %v", n+1, givenUp)
			}
		}
		closeStore(t, s)
		s = open(t, address)
		w.Store = s
		if diff := cmp.Diff([]string{`4 {"a":3}`}, waiting()); diff != "" {
			t.Error(diff)
		}
		// A handled update that the messenger tells again stays handled, and empty.
		w.check(s.SaveUpdates(w.ctx, 7, updates))
		if n := w.number(`SELECT count(*) FROM inbox WHERE payload <> ''`); n != 1 {
			t.Errorf("%d payloads are kept", n)
		}
	})
}
