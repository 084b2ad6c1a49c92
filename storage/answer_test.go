package storage

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// states are the states of an answer's publications, in the order of posts.
func (w *world) states(answer int64) []PublicationState {
	w.t.Helper()
	list, err := w.Publications(w.ctx, answer)
	w.check(err)
	var states []PublicationState
	for _, p := range list {
		states = append(states, p.State)
	}
	return states
}

func (w *world) answer(incident int64) Answer {
	w.t.Helper()
	return mustBe[Answer](w.t)(w.Answer(w.ctx, incident))
}

// join adds a post to an incident, as a merge would.
func (w *world) join(incident int64, change ...func(*Found)) {
	w.t.Helper()
	f := w.found()
	f.Matches, f.Post.State = nil, Pending
	for _, c := range change {
		c(&f)
	}
	saved := w.save(f)
	_, err := w.write.ExecContext(w.ctx, `INSERT INTO incident_posts (region_id, post_id, incident_id, added_at) VALUES ($1, $2, $3, $4)`, w.region, saved[0].Post, incident, ms(w.Now()))
	w.check(err)
}

func TestDraftIsMadeOfMessages(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		id := w.assigned()
		part := func(telegram int64, album, text string, files ...File) DraftPart {
			return DraftPart{Chat: w.first.chat, Telegram: telegram, Album: album, Text: text, Files: files}
		}
		photo := func(name string) File { return File{Bot: 1, Kind: "photo", Address: name, Size: 7} }
		steps := []struct {
			wait  time.Duration
			part  DraftPart
			text  string
			files int
		}{
			{0, part(1, "", " Яму заделали. "), "Яму заделали.", 0},
			{30 * time.Second, part(2, "", "", photo("a")), "Яму заделали.", 1},
			{0, part(1, "", "Яму заделали вчера."), "Яму заделали вчера.", 1},
			{0, part(3, "", "Совсем другой ответ."), "Совсем другой ответ.", 0},
			{2 * time.Minute, part(4, "", "", photo("late")), "", 1},
			{2 * time.Minute, part(5, "album", "Альбом", photo("b")), "Альбом", 1},
			{2 * time.Minute, part(6, "album", "", photo("c")), "Альбом", 2},
		}
		for n, step := range steps {
			s.Advance(step.wait)
			a, err := w.SaveDraft(w.ctx, w.first.Actor, id, step.part)
			w.check(err)
			files, err := w.Files(w.ctx, a.ID)
			w.check(err)
			if a.Text != step.text || len(files) != step.files || a.Version != int64(n+1) || a.State != Draft || a.Kind != "final" {
				t.Errorf("message %d made %+v with %d files, want %q with %d", n+1, a, len(files), step.text, step.files)
			}
		}
		if i := w.get(id); i.AcceptedAt.IsZero() {
			t.Error("answering did not accept")
		}
		a, err := w.EditDraft(w.ctx, w.first.Actor, part(5, "album", "Альбом, исправлено"))
		w.check(err)
		// Handled again, because the process ended before that was noted, it is no other version.
		again, err := w.SaveDraft(w.ctx, w.first.Actor, id, part(5, "album", "Альбом, исправлено"))
		w.check(err)
		if again != a {
			t.Errorf("handled again it made %+v of %+v", again, a)
		}
		if a.Text != "Альбом, исправлено" {
			t.Errorf("an edited message made %q", a.Text)
		}
		if err := second(w.EditDraft(w.ctx, w.first.Actor, part(99, "", "?"))); !errors.Is(err, ErrNotFound) {
			t.Errorf("a message of no draft: %v", err)
		}
		if n := w.number(`SELECT count(*) FROM messages WHERE kind = 'preview' AND state = 'live'`); n != 1 {
			t.Errorf("%d live previews", n)
		}
		w.wantConflict(second(w.Publish(w.ctx, w.first.Actor, id, a.Version-1, 0)))
		w.do(w.Publish(w.ctx, w.first.Actor, id, a.Version, 0))
		if err := second(w.EditDraft(w.ctx, w.first.Actor, part(5, "album", "поздно"))); !errors.Is(err, ErrNotFound) {
			t.Errorf("a message of a frozen answer: %v", err)
		}
		if got := w.answer(id); got.Text != "Альбом, исправлено" || got.State != FrozenAnswer {
			t.Errorf("frozen as %+v", got)
		}
		w.wantSound()
	})
}

func TestPublishEmpty(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		id := w.assigned()
		a, err := w.SaveDraft(w.ctx, w.first.Actor, id, DraftPart{Chat: w.first.chat, Telegram: 1, Files: []File{{Kind: "photo", Address: "a"}}})
		w.check(err)
		if err := second(w.Publish(w.ctx, w.first.Actor, id, a.Version, 0)); !errors.Is(err, ErrEmpty) {
			t.Errorf("an answer without text: %v", err)
		}
	})
}

func TestPublishByNetwork(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		id := w.assigned()
		w.join(id)
		w.do(w.Publish(w.ctx, w.first.Actor, id, w.draft(w.first, id, "Заделали."), 20*time.Second))
		w.wantClocks(id, map[Clock]time.Duration{})
		a := w.answer(id)
		if _, err := w.TakePublication(w.ctx); !errors.Is(err, ErrNotFound) {
			t.Fatalf("taken within the hold: %v", err)
		}
		if next, err := w.NextPublication(w.ctx); err != nil || next.Sub(w.Now()) > 20*time.Second || next.IsZero() {
			t.Errorf("next at %v (%v), now %v", next, err, w.Now())
		}
		s.Advance(21 * time.Second)
		s.hold.Store(true)
		if next, err := w.NextPublication(w.ctx); err != nil || !next.IsZero() {
			t.Errorf("next at %v (%v) while the database is held", next, err)
		}
		s.hold.Store(false)
		one := w.take()
		if _, err := w.TakePublication(w.ctx); !errors.Is(err, ErrNotFound) {
			t.Fatalf("the second was taken before the first was out: %v", err)
		}
		if next, err := w.NextPublication(w.ctx); err != nil || !next.IsZero() {
			t.Errorf("next at %v (%v) while the first is on its way", next, err)
		}
		if list, err := w.InterruptedPublications(w.ctx); err != nil || len(list) != 1 {
			t.Errorf("%d interrupted (%v), want 1", len(list), err)
		}
		w.check(w.PublishedAs(w.ctx, one.ID, "77", "https://vk.com/wall-1_1?reply=77"))
		two := w.take()
		if one.State != Sending || one.Attempts != 1 || one.Key == "" || one.Key == two.Key || one.Post == two.Post {
			t.Errorf("taken %+v and %+v", one, two)
		}
		if i := w.get(id); i.State != Assigned {
			t.Errorf("with one of two published it is %s", i.State)
		}
		w.check(w.PublishLater(w.ctx, two.ID, w.Now().Add(time.Minute)))
		if _, err := w.TakePublication(w.ctx); !errors.Is(err, ErrNotFound) {
			t.Fatalf("taken before its retry: %v", err)
		}
		s.Advance(2 * time.Minute)
		again := w.take()
		if again.ID != two.ID || again.Attempts != 2 || again.Key != two.Key {
			t.Errorf("taken again as %+v, was %+v", again, two)
		}
		w.check(w.PublishedAs(w.ctx, again.ID, "78", "https://vk.com/wall-1_2?reply=78"))
		w.check(w.PublishedAs(w.ctx, again.ID, "79", "https://vk.com/wall-1_2?reply=79"))
		if i := w.get(id); i.State != Answered || i.AnsweredAt.IsZero() || i.FrozenAt.IsZero() {
			t.Errorf("answered as %+v", i)
		}
		list, err := w.Publications(w.ctx, a.ID)
		w.check(err)
		if list[1].ExternalID != "78" || !list[1].Checked || list[1].State != Published {
			t.Errorf("published twice as %+v", list[1])
		}
		if got := w.answer(id); got.State != Done {
			t.Errorf("the answer is %s", got.State)
		}
		w.wantKinds(id, "registered by monitor", "assigned by administrator", "accepted by official", "drafted by official", "frozen by official",
			"published by monitor", "published by monitor", "answered by monitor")
		w.wantSound()
	})
}

func TestStopWithinHold(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		id := w.assigned()
		w.do(w.Publish(w.ctx, w.first.Actor, id, w.draft(w.first, id, "Заделали."), 20*time.Second))
		frozen := w.answer(id)
		w.do(w.Stop(w.ctx, w.first.Actor, id))
		w.wantClocks(id, map[Clock]time.Duration{AnswerClock: 24 * time.Hour})
		if a := w.answer(id); a.State != Draft || a.Version != frozen.Version+1 || a.Text != "Заделали." {
			t.Errorf("the text became %+v", a)
		}
		if diff := cmp.Diff([]PublicationState{Halted}, w.states(frozen.ID)); diff != "" {
			t.Error(diff)
		}
		s.Advance(time.Minute)
		if _, err := w.TakePublication(w.ctx); !errors.Is(err, ErrNotFound) {
			t.Errorf("a stopped publication was given: %v", err)
		}
		w.do(w.Publish(w.ctx, w.first.Actor, id, frozen.Version+1, 0))
		p := w.take()
		if c := w.wantConflict(second(w.Stop(w.ctx, w.first.Actor, id))); !c.Publishing {
			t.Errorf("stopped while it is being sent: %+v", c)
		}
		w.check(w.PublishedAs(w.ctx, p.ID, "1", "https://vk.com/wall-1_1?reply=1"))
		w.wantConflict(second(w.Stop(w.ctx, w.first.Actor, id)))
		w.wantSound()
	})
}

func TestPublishByHand(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		id := w.assigned(byHand)
		w.join(id)
		w.do(w.Publish(w.ctx, w.first.Actor, id, w.draft(w.first, id, "Заделали."), 0))
		a := w.answer(id)
		if diff := cmp.Diff([]PublicationState{AwaitsHand, Planned}, w.states(a.ID)); diff != "" {
			t.Error(diff)
		}
		w.check(w.PublishByHand(w.ctx, w.take().ID, "no_permission"))
		if n := w.number(`SELECT count(*) FROM messages WHERE kind = 'copy' AND incident_id = $1`, id); n != 1 {
			t.Errorf("the text to copy was sent %d times", n)
		}
		// The first message handled again is no second message.
		for n, message := range []int64{71, 71, 72} {
			if again, err := w.RefuseLinks(w.ctx, id, []string{"https://example.org/1", fmt.Sprintf("https://example.org/%d", n+2)}, message); err != nil || (len(again) == 1) != (n == 2) {
				t.Errorf("link brought for the %d. time: %v, %v", n+1, again, err)
			}
		}
		if c := w.wantConflict(second(w.PublishedByHand(w.ctx, w.second.Actor, id, ByHandProof{}))); !c.NotYours {
			t.Errorf("another official's proof: %+v", c)
		}
		if err := second(w.PublishedByHand(w.ctx, w.first.Actor, id, ByHandProof{URL: "https://example.org/1"})); err == nil {
			t.Error("one link proved two publications")
		}
		list, err := w.Publications(w.ctx, a.ID)
		w.check(err)
		link := ByHandProof{Publication: list[0].ID, URL: "https://example.org/1", Message: 72}
		w.do(w.PublishedByHand(w.ctx, w.first.Actor, id, link))
		w.do(w.PublishedByHand(w.ctx, w.first.Actor, id, link)) // its message handled again
		if diff := cmp.Diff([]PublicationState{ByHand, AwaitsHand}, w.states(a.ID)); diff != "" {
			t.Error(diff)
		}
		if c := w.wantConflict(second(w.PublishedByHand(w.ctx, w.first.Actor, id, ByHandProof{Count: 2}))); c.Waiting != 1 {
			t.Errorf("the rest was more than was told: %+v", c)
		}
		w.do(w.PublishedByHand(w.ctx, w.first.Actor, id, ByHandProof{Count: 1}))
		w.do(w.PublishedByHand(w.ctx, w.first.Actor, id, link)) // and after all is done
		list, err = w.Publications(w.ctx, a.ID)
		w.check(err)
		for n, p := range list {
			if p.State != ByHand || (p.URL == "") != (n == 1) || p.Checked || p.DoneAt.IsZero() {
				t.Errorf("published as %+v", p)
			}
		}
		if i := w.get(id); i.State != Answered {
			t.Errorf("it is %s", i.State)
		}
		w.wantKinds(id, "registered by monitor", "assigned by administrator", "accepted by official", "drafted by official", "frozen by official",
			"unknown by monitor", "by_hand by official", "by_hand by official", "answered by official")
		w.wantSound()
	})
}

func TestUnknownPublication(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		id := w.frozen()
		w.check(w.PublishUnknown(w.ctx, w.take().ID))
		w.check(w.SendAgain(w.ctx, w.first.Actor, id))
		p := w.take()
		if p.Attempts != 2 {
			t.Errorf("sent again as %+v", p)
		}
		w.check(w.PublishUnknown(w.ctx, p.ID))
		// The monitor found it in the network after all.
		w.check(w.PublishedAs(w.ctx, p.ID, "5", "https://vk.com/wall-1_1?reply=5"))
		if i := w.get(id); i.State != Answered {
			t.Errorf("it is %s", i.State)
		}
	})
}

func TestAllImpossible(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		id := w.assigned()
		w.join(id)
		s.Advance(time.Hour)
		w.do(w.Publish(w.ctx, w.first.Actor, id, w.draft(w.first, id, "Заделали."), 0))
		a := w.answer(id)
		s.Advance(time.Hour)
		w.check(w.PublishImpossible(w.ctx, w.take().ID, "gone"))
		w.check(w.PublishImpossible(w.ctx, w.take().ID, "closed"))
		i := w.get(id)
		if i.State != Assigned || !i.FrozenAt.IsZero() {
			t.Errorf("after all failed: %+v", i)
		}
		// The clock resumes where it would have been.
		w.wantClocks(id, map[Clock]time.Duration{AnswerClock: 22 * time.Hour})
		if diff := cmp.Diff([]PublicationState{Impossible, Impossible}, w.states(a.ID)); diff != "" {
			t.Error(diff)
		}
		if d := w.answer(id); d.State != Draft || d.Text != "Заделали." {
			t.Errorf("the text became %+v", d)
		}
		kinds := w.kinds(id)
		if kinds[len(kinds)-1] != "publish_failed by monitor" {
			t.Errorf("the journal ends with %v", kinds)
		}
		w.do(w.CloseUnpublished(w.ctx, w.first.Actor, id, "Все посты удалены"))

		// One that stands is enough.
		id = w.assigned()
		w.join(id)
		w.do(w.Publish(w.ctx, w.first.Actor, id, w.draft(w.first, id, "Заделали."), 0))
		w.check(w.PublishImpossible(w.ctx, w.take().ID, "gone"))
		w.check(w.PublishedAs(w.ctx, w.take().ID, "1", "https://vk.com/wall-1_9?reply=1"))
		if i := w.get(id); i.State != Answered {
			t.Errorf("with one impossible and one published it is %s", i.State)
		}
		w.wantSound()
	})
}

// TestPartlyPublished refuses what would deny an answer that stands already.
func TestPartlyPublished(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		id := w.assigned(byHand)
		w.join(id)
		w.do(w.Publish(w.ctx, w.first.Actor, id, w.draft(w.first, id, "Заделали."), 0))
		w.check(w.PublishedAs(w.ctx, w.take().ID, "1", "https://vk.com/wall-1_1?reply=1"))
		for name, err := range map[string]error{
			"close unpublished": second(w.CloseUnpublished(w.ctx, w.admin, id, "?")),
			"return":            second(w.Return(w.ctx, w.first.Actor, id, "other", 0, "")),
			"stop":              second(w.Stop(w.ctx, w.first.Actor, id)),
		} {
			if c := w.wantConflict(err); !c.Publishing {
				t.Errorf("%s: %+v", name, c)
			}
		}
		a := w.answer(id)
		w.do(w.Assign(w.ctx, w.admin, id, w.second.role))
		if diff := cmp.Diff([]PublicationState{Halted, Published}, w.states(a.ID)); diff != "" {
			t.Error(diff)
		}
		if got := w.answer(id); got.State != Done {
			t.Errorf("the answer that stands in a network is %s", got.State)
		}
	})
}

func TestHeldDatabasePublishesNothing(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		id := w.frozen()
		s.hold.Store(true)
		if _, err := w.TakePublication(w.ctx); !errors.Is(err, ErrNotFound) {
			t.Errorf("a publication of a held database: %v", err)
		}
		if _, err := w.TakeOutgoing(w.ctx, w.group); !errors.Is(err, ErrNotFound) {
			t.Errorf("a message of a held database: %v", err)
		}
		if _, err := w.TakeEdit(w.ctx, w.group); !errors.Is(err, ErrNotFound) {
			t.Errorf("an edit of a held database: %v", err)
		}
		owner := w.newPerson("Владелец")
		_, err := w.Say(w.ctx, Saying{Chat: owner.Chat, Kind: NoticeMessage, Payload: Notice{Code: "held"}, Dedupe: "held:1", Priority: First})
		w.check(err)
		if o, err := w.TakeOutgoing(w.ctx, owner.Chat); err != nil || o.Message.Chat != owner.Chat {
			t.Errorf("the owner's question: %+v, %v", o, err)
		}
		w.check(w.Release(w.ctx))
		if p := w.take(); p.Incident != id {
			t.Errorf("after the release: %+v", p)
		}
		if got := fmt.Sprint(w.outgoing(w.group)); got == "[]" {
			t.Error("the messages that waited are gone")
		}
	})
}
