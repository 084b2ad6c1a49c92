package storage

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// network changes the network of a post.
func network(name string) func(*Found) {
	return func(f *Found) {
		f.Post.Network, f.Post.URL = name, "https://"+name+".example/"+f.Post.ExternalID
	}
}

// TestFanOutStops lets one network refuse an answer: there the rest is left to
// the official with its reason, elsewhere it goes on.
func TestFanOutStops(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		id := w.assigned()
		for _, n := range []string{"vk", "ok", "vk", "ok"} {
			w.join(id, network(n))
		}
		other := w.frozen()
		w.do(w.Publish(w.ctx, w.first.Actor, id, w.draft(w.first, id, "Заделали."), time.Minute))
		if p := w.take(); p.Incident != other {
			t.Fatalf("taken %+v", p)
		}
		s.Advance(2 * time.Minute)
		one, two := w.take(), w.take()
		w.check(w.PublishedAs(w.ctx, one.ID, "77", "https://vk.com/wall-1_1?reply=77"))
		three := w.take()
		w.check(w.StopFanOut(w.ctx, three.ID, "flood"))
		w.check(w.StopFanOut(w.ctx, three.ID, "flood"))
		a := w.answer(id)
		if diff := cmp.Diff([]PublicationState{Published, AwaitsHand, Sending, AwaitsHand, Planned}, w.states(a.ID)); diff != "" {
			t.Error(diff)
		}
		list := mustBe[[]Publication](t)(w.Publications(w.ctx, a.ID))
		if list[1].Reason != "flood" || list[3].Reason != "flood" || list[4].Reason != "" || two.ID != list[2].ID || three.ID != list[1].ID {
			t.Errorf("%+v", list)
		}
		w.check(w.PublishedAs(w.ctx, two.ID, "78", "https://ok.example/78"))
		w.check(w.PublishedAs(w.ctx, w.take().ID, "79", "https://ok.example/79"))
		if i := w.get(id); i.State != Assigned {
			t.Errorf("while two wait it is %s", i.State)
		}
		w.do(w.PublishedByHand(w.ctx, w.first.Actor, id, ByHandProof{Count: 2}))
		if i := w.get(id); i.State != Answered {
			t.Errorf("it is %s", i.State)
		}
		w.wantSound()
	})
}

// TestUnfitNetworks leaves a text to the official where the network would not
// take it, and asks for nothing under a post that is gone.
func TestUnfitNetworks(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		id := w.assigned(network("x"))
		w.join(id)
		w.join(id)
		w.check(w.PostGone(w.ctx, mustBe[[]Post](t)(w.Posts(w.ctx, id))[2].ID))
		w.do(w.Publish(w.ctx, w.first.Actor, id, w.draft(w.first, id, "Заделали."), 0, "x"))
		list := mustBe[[]Publication](t)(w.Publications(w.ctx, w.answer(id).ID))
		got := ""
		for _, p := range list {
			got += fmt.Sprintf("%s %s, ", p.State, p.Reason)
		}
		if got != "waiting text, planned , impossible gone, " {
			t.Error(got)
		}

		// What the official was to publish under a post that is gone is nothing to wait for.
		posts := mustBe[[]Post](t)(w.Posts(w.ctx, id))
		w.check(w.PostGone(w.ctx, posts[0].ID))
		w.check(w.PostGone(w.ctx, posts[0].ID))
		if diff := cmp.Diff([]PublicationState{Impossible, Planned, Impossible}, w.states(w.answer(id).ID)); diff != "" {
			t.Error(diff)
		}
		w.check(w.PublishedAs(w.ctx, w.takeOf(id).ID, "1", "https://vk.com/wall-1_2?reply=1"))
		if i := w.get(id); i.State != Answered {
			t.Errorf("it is %s", i.State)
		}

		// Where every post is gone the text is a draft again at once.
		id = w.assigned()
		w.check(w.PostGone(w.ctx, mustBe[[]Post](t)(w.Posts(w.ctx, id))[0].ID))
		c := w.do(w.Publish(w.ctx, w.first.Actor, id, w.draft(w.first, id, "Заделали."), 0))
		if !c.Incident.FrozenAt.IsZero() || w.answer(id).State != Draft {
			t.Errorf("under a post that is gone: %+v", c.Incident)
		}
		w.wantSound()
	})
}

// TestLateRepostIsAnswered lets reposts join an incident whose answer is on its
// way: it is published under them too, as far as their network still takes it.
func TestLateRepostIsAnswered(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		id := w.assigned()
		first := mustBe[[]Post](t)(w.Posts(w.ctx, id))[0]
		repost := func(change ...func(*Found)) {
			f := w.found()
			f.RepostOf = first.ExternalID
			for _, c := range change {
				c(&f)
			}
			w.save(f)
		}
		w.do(w.Publish(w.ctx, w.first.Actor, id, w.draft(w.first, id, "Заделали."), 0))
		a := w.answer(id)
		repost()
		repost(byHand)
		if diff := cmp.Diff([]PublicationState{Planned, Planned, AwaitsHand}, w.states(a.ID)); diff != "" {
			t.Error(diff)
		}
		w.check(w.StopFanOut(w.ctx, w.take().ID, "flood"))
		repost()
		list := mustBe[[]Publication](t)(w.Publications(w.ctx, a.ID))
		if n := len(list); n != 4 || list[3].State != AwaitsHand || list[3].Reason != "flood" {
			t.Errorf("after a flood: %+v", list)
		}
		w.do(w.PublishedByHand(w.ctx, w.first.Actor, id, ByHandProof{}))
		repost()
		if n := len(w.states(a.ID)); n != 4 || w.get(id).State != Answered {
			t.Errorf("%d publications of an answer that stands", n)
		}
	})
}

// TestLinkCheck lets the network say what stands where an official published.
func TestLinkCheck(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		for _, c := range []struct {
			verdict LinkVerdict
			checked bool
			told    bool
		}{{LinkUntold, true, false}, {LinkStands, true, false}, {LinkAbsent, false, true}, {LinkOther, false, true}} {
			id := w.frozen(byHand)
			p := mustBe[[]Publication](t)(w.Publications(w.ctx, w.answer(id).ID))[0]
			w.do(w.PublishedByHand(w.ctx, w.first.Actor, id, ByHandProof{Publication: p.ID, URL: "https://vk.com/wall-1_1?reply=9", ExternalID: "-1_1_9", Checked: true, Message: 9}))
			checks := mustBe[[]Check](t)(w.OpenChecks(w.ctx))
			if len(checks) != 1 || checks[0].Kind != "link" || checks[0].Subject != p.ID || checks[0].Chat != w.first.chat {
				t.Fatalf("%+v", checks)
			}
			before := w.number(`SELECT count(*) FROM messages WHERE kind = 'notice'`)
			for range 2 {
				w.check(w.FinishLinkCheck(w.ctx, checks[0], c.verdict, "", ""))
			}
			told := w.number(`SELECT count(*) FROM messages WHERE kind = 'notice'`) - before
			p = mustBe[[]Publication](t)(w.Publications(w.ctx, w.answer(id).ID))[0]
			if p.Checked != c.checked || p.ExternalID != "-1_1_9" || p.ProvedBy != 9 || told != flag(c.told) {
				t.Errorf("%s: %+v, told %d times", c.verdict, p, told)
			}
		}
	})
}

// TestUploads follows photos from a draft to the network and out of the house.
func TestUploads(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		two := func(f *Found) { f.Post.TakesPhotos = 2 }
		write := func(id int64) Answer {
			files := []File{{Bot: 1, Kind: "photo", Address: "a"}, {Bot: 1, Kind: "video", Address: "v"}, {Bot: 1, Kind: "photo", Address: "b"}, {Bot: 1, Kind: "photo", Address: "c"}}
			return mustBe[Answer](t)(w.SaveDraft(w.ctx, w.first.Actor, id, DraftPart{Chat: w.first.chat, Telegram: 10_000 + w.posts.Add(1), Text: "Заделали", Files: files}))
		}
		none := w.assigned()
		w.do(w.Publish(w.ctx, w.first.Actor, none, write(none).Version, 0))
		if list := mustBe[[]Upload](t)(w.WantedUploads(w.ctx)); len(list) != 0 {
			t.Errorf("photos for a network that takes none: %+v", list)
		}
		id := w.assigned(two)
		a := write(id)
		w.do(w.Publish(w.ctx, w.first.Actor, id, a.Version, 0))
		list := mustBe[[]Upload](t)(w.WantedUploads(w.ctx))
		if len(list) != 2 || list[0].Address != "a" || list[1].Address != "b" || list[0].Answer != a.ID || list[0].Bot != 1 {
			t.Fatalf("wanted %+v", list)
		}
		w.check(w.KeepUpload(w.ctx, list[0].ID, "a.jpg", []byte("photo")))
		w.check(w.KeepUpload(w.ctx, list[0].ID, "b.jpg", []byte("another"))) // late, by an earlier attempt
		if photos, wanted, err := w.Uploaded(w.ctx, a.ID, 5); err != nil || wanted != 1 || len(photos) != 1 || !bytes.Equal(photos[0].Data, []byte("photo")) {
			t.Errorf("%+v, %d wanted, %v", photos, wanted, err)
		}
		w.check(w.FailUpload(w.ctx, list[1].ID, "gone"))
		p := w.takeOf(id)
		w.check(w.SendPhotos(w.ctx, p.ID, 1))
		// Nobody knows whether it went out: it may be sent again, with its photos.
		w.check(w.PublishUnknown(w.ctx, p.ID))
		w.check(w.SendAgain(w.ctx, w.first.Actor, id))
		if photos, wanted, err := w.Uploaded(w.ctx, a.ID, 5); err != nil || wanted != 0 || len(photos) != 1 {
			t.Errorf("for another attempt %d, %v", len(photos), err)
		}
		w.check(w.PublishedAs(w.ctx, w.takeOf(id).ID, "1", "https://vk.com/wall-1_1?reply=1"))
		if n := w.number(`SELECT count(*) FROM uploads`); n != 0 {
			t.Errorf("%d photos stay after all", n)
		}
		if p := mustBe[[]Publication](t)(w.Publications(w.ctx, a.ID))[0]; p.Photos != 1 {
			t.Errorf("%+v", p)
		}
		stopped := w.assigned(two)
		w.do(w.Publish(w.ctx, w.first.Actor, stopped, write(stopped).Version, 0))
		w.do(w.Stop(w.ctx, w.first.Actor, stopped))
		if n := w.number(`SELECT count(*) FROM uploads`); n != 0 {
			t.Errorf("%d photos stay after a stop", n)
		}
	})
}

// TestOpenPosts lets monitor say anew what can be answered.
func TestOpenPosts(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		open, closed := w.incident(byHand), w.incident(byHand)
		w.do(w.Dismiss(w.ctx, w.admin, closed, "other", ""))
		list := mustBe[[]Post](t)(w.OpenPosts(w.ctx, w.region, 0, 10))
		if len(list) != 1 || list[0].CanPublish || list[0].PublishReason != "no_api" {
			t.Fatalf("%+v", list)
		}
		if more, err := w.OpenPosts(w.ctx, w.region, list[0].ID, 10); err != nil || len(more) != 0 {
			t.Errorf("after the last: %+v, %v", more, err)
		}
		list[0].CanPublish, list[0].PublishReason, list[0].TakesPhotos = true, "", 4
		w.check(w.SetPublishing(w.ctx, list))
		if p := mustBe[[]Post](t)(w.Posts(w.ctx, open))[0]; !p.CanPublish || p.PublishReason != "" || p.TakesPhotos != 4 {
			t.Errorf("%+v", p)
		}
		if p := mustBe[[]Post](t)(w.Posts(w.ctx, closed))[0]; p.CanPublish {
			t.Errorf("%+v", p)
		}
	})
}

// TestStopOrTakeOfMany stops answers of several posts while the monitor takes
// them: a stopped answer went out nowhere.
func TestStopOrTakeOfMany(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		for range 5 {
			id := w.assigned()
			w.join(id)
			w.join(id, network("ok"))
			w.do(w.Publish(w.ctx, w.first.Actor, id, w.draft(w.first, id, "Заделали."), 0))
			a := w.answer(id)
			for _, err := range atOnce(func(n int) error {
				var err error
				if n%2 == 0 {
					_, err = w.TakePublication(w.ctx)
				} else {
					_, err = w.Stop(w.ctx, w.first.Actor, id)
				}
				if errors.Is(err, ErrNotFound) || errors.Is(err, ErrConflict) {
					return nil
				}
				return err
			}) {
				w.check(err)
			}
			states := map[PublicationState]int{}
			for _, st := range w.states(a.ID) {
				states[st]++
			}
			switch now := w.get(id); {
			case now.FrozenAt.IsZero() && states[Halted] != 3:
				t.Errorf("stopped with %v", states)
			case !now.FrozenAt.IsZero() && (states[Halted] != 0 || states[Sending] == 0):
				t.Errorf("not stopped with %v", states)
			}
		}
	})
}
