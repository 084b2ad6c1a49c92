package storage

import (
	"errors"
	"testing"
	"time"
)

// nextOut takes what waits for a chat.
func (w *world) nextOut(c Chat) Outgoing {
	w.t.Helper()
	return mustBe[Outgoing](w.t)(w.TakeOutgoing(w.ctx, c.ID))
}

// The outbox ends a publication in the transaction that learns what became of
// the message, and monitor looks none of these up.
func TestAnswerThroughTheOutbox(t *testing.T) {
	for name, x := range map[string]struct {
		end    func(*world, Chat, Outgoing) error
		state  PublicationState
		reason string
	}{
		"sent":        {func(w *world, _ Chat, o Outgoing) error { return w.Sent(w.ctx, o, 1, 42) }, Published, ""},
		"refused":     {func(w *world, _ Chat, o Outgoing) error { return w.FailOutgoing(w.ctx, o, "refused") }, AwaitsHand, "refused"},
		"no rights":   {func(w *world, _ Chat, o Outgoing) error { return w.FailOutgoing(w.ctx, o, "no_rights") }, AwaitsHand, "no_rights"},
		"unworded":    {func(w *world, _ Chat, o Outgoing) error { return w.FailOutgoing(w.ctx, o, "render") }, AwaitsHand, "trouble"},
		"unknown":     {func(w *world, _ Chat, o Outgoing) error { return w.FailOutgoing(w.ctx, o, "unknown") }, Unknown, "lost_answer"},
		"no question": {func(w *world, _ Chat, o Outgoing) error { return w.FailOutgoing(w.ctx, o, "gone") }, Impossible, "gone"},
		"put back, kicked": {func(w *world, c Chat, o Outgoing) error {
			return errors.Join(w.Later(w.ctx, o, w.Now(), "403"), w.PauseChat(w.ctx, c.ID, Gone, "gone", time.Time{}))
		}, AwaitsHand, "kicked"},
		"put back, muted": {func(w *world, c Chat, o Outgoing) error {
			return errors.Join(w.Later(w.ctx, o, w.Now(), "400"), w.PauseChat(w.ctx, c.ID, Paused, "no_rights", w.Now().Add(time.Minute)))
		}, AwaitsHand, "no_rights"},
		"flooded": {func(w *world, _ Chat, o Outgoing) error { return w.Flooded(w.ctx, o, w.Now().Add(time.Minute)) }, Sending, ""},
	} {
		t.Run(name, func(t *testing.T) {
			eachEngine(t, func(t *testing.T, s *Store) {
				w := newWorld(t, s)
				c, _ := w.watched(-100500, "dvor", w.region)
				p := w.handed(c)
				w.check(w.SendAnswer(w.ctx, c.ID, p.Key, ChatAnswer{ReplyTo: 5})) // handed over again
				if list, err := w.InterruptedPublications(w.ctx); err != nil || len(list) != 0 {
					t.Errorf("to be looked up: %+v, %v", list, err)
				}
				for text, want := range map[string]bool{w.answer(p.Incident).Text: true, "Другой регион ответил иначе.": false} {
					if underway, err := w.AnswerUnderway(w.ctx, p.Post, text); err != nil || underway != want {
						t.Errorf("%q underway: %v, %v", text, underway, err)
					}
				}
				w.check(w.PublishLater(w.ctx, p.ID, w.Now())) // monitor has no say any more
				w.check(x.end(w, c, w.nextOut(c)))
				if now := w.publicationNow(p.ID); now.State != x.state || now.Reason != x.reason {
					t.Errorf("%+v", now)
				}
				if _, err := w.TakeOutgoing(w.ctx, c.ID); x.state != Sending && !errors.Is(err, ErrNotFound) {
					t.Errorf("there is more to send: %v", err)
				}
			})
		})
	}
}

// A publication that stands has its id and address; the incident is answered.
func TestAnswerStandsWithItsAddress(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		c, _ := w.watched(-100500, "dvor", w.region)
		p := w.handed(c)
		o := w.nextOut(c)
		w.check(w.Sent(w.ctx, o, 1, 42))
		w.check(w.Sent(w.ctx, o, 1, 42))
		if p = w.publicationNow(p.ID); p.ExternalID != "dvor/42" || p.URL != "https://t.me/dvor/42" || !p.Checked {
			t.Errorf("%+v", p)
		}
		if i := w.get(p.Incident); i.State != Answered {
			t.Errorf("the incident is %s", i.State)
		}
	})
}

// What the official sends again after an unknown end is another message.
func TestAnswerIsHandedOverOnceAnAttempt(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		c, _ := w.watched(-100500, "dvor", w.region)
		p := w.handed(c)
		w.check(w.FailOutgoing(w.ctx, w.nextOut(c), "unknown"))
		if err := w.SendAnswer(w.ctx, c.ID, p.Key, ChatAnswer{}); !errors.Is(err, ErrConflict) {
			t.Errorf("handed over while it is asked about: %v", err)
		}
		w.check(w.SendAgain(w.ctx, w.first.Actor, p.Incident))
		p = w.take()
		if p.Message != 0 || p.Attempts != 2 {
			t.Errorf("%+v", p)
		}
		if list, err := w.InterruptedPublications(w.ctx); err != nil || len(list) != 1 {
			t.Errorf("a crash now must be looked into: %+v, %v", list, err)
		}
		w.check(w.SendAnswer(w.ctx, c.ID, p.Key, ChatAnswer{External: "dvor/"}))
		w.check(w.Sent(w.ctx, w.nextOut(c), 1, 43))
		if p = w.publicationNow(p.ID); p.State != Published || p.ExternalID != "dvor/43" {
			t.Errorf("%+v", p)
		}
	})
}

// A chat that nobody watches, or that is closed, takes no answer.
func TestAnswerNeedsAnOpenWatchedChat(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		c, sources := w.watched(-100500, "dvor", w.region)
		w.answerIn(c)
		p := w.take()
		w.check(w.PauseChat(w.ctx, c.ID, Gone, "kicked", w.Now()))
		if err := w.SendAnswer(w.ctx, c.ID, p.Key, ChatAnswer{}); !errors.Is(err, ErrConflict) {
			t.Errorf("into a closed chat: %v", err)
		}
		w.check(w.ResumeChat(w.ctx, c.ID))
		w.check(w.RemoveSource(w.ctx, w.admin, w.region, sources[0]))
		if err := w.SendAnswer(w.ctx, c.ID, p.Key, ChatAnswer{}); !errors.Is(err, ErrConflict) {
			t.Errorf("into a chat of others: %v", err)
		}
	})
}

// An answer that waits, or of which nobody knows, is not left with a chat that
// is gone, whatever came first.
func TestAnswersLeaveAChatThatIsGone(t *testing.T) {
	for name, x := range map[string]struct {
		end   func(*world, Outgoing) error
		state PublicationState
	}{
		"flooded on its way": {func(w *world, o Outgoing) error { return w.Flooded(w.ctx, o, w.Now().Add(time.Minute)) }, AwaitsHand},
		"lost on its way":    {func(w *world, o Outgoing) error { return w.Uncertain(w.ctx, o, "lost") }, Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			eachEngine(t, func(t *testing.T, s *Store) {
				w := newWorld(t, s)
				c, _ := w.watched(-100500, "dvor", w.region)
				p := w.handed(c)
				o := w.nextOut(c)
				w.check(w.PauseChat(w.ctx, c.ID, Gone, "kicked", w.Now()))
				w.check(x.end(w, o))
				if now := w.publicationNow(p.ID); now.State != Sending {
					t.Errorf("before: %s", now.State)
				}
				w.check(w.Upkeep(w.ctx, keeping))
				if now := w.publicationNow(p.ID); now.State != x.state {
					t.Errorf("after: %s", now.State)
				}
			})
		})
	}
}
