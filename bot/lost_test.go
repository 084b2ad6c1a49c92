package bot

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"otklik/bot/sandbox"
	"otklik/storage"
)

const again = "повтор: это сообщение могло прийти раньше\n"

func TestAMessageWhoseAnswerWasLostStandsTwiceAtMostAndSaysSo(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault sandbox.Fault
		want  []string
	}{
		{"applied", sandbox.Fault{Lose: true}, []string{"x", again + "x", "y"}},
		{"not applied", sandbox.Fault{Drop: true}, []string{again + "x", "y"}},
		{"applied twice", sandbox.Fault{Lose: true, Count: 2}, []string{"x", again + "x", "y"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				r := newRig(t, sandbox.Options{}, supergroup)
				r.start()
				later(time.Second)
				c.fault.Method = "sendMessage"
				r.tg.AddFault(c.fault)
				r.tell(r.private, "x")
				later(5 * time.Minute)
				r.tell(r.private, "y")
				later(time.Minute)
				if diff := cmp.Diff(c.want, texted(r.official.Chat())); diff != "" {
					t.Error(diff)
				}
				if lanes := ok(r.store.Lanes(t.Context())); len(lanes) != 0 {
					t.Errorf("%+v", lanes)
				}
			})
		})
	}
}

func TestInASupergroupALostMessageIsFound(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sandbox.Options{Limits: sandbox.UsualLimits}, supergroup)
		r.post(2)
		r.start()
		later(5 * time.Second)
		r.tg.AddFault(sandbox.Fault{Method: "sendMessage", ChatID: r.chat.ID(), Lose: true, Count: 2})
		r.post(3)
		r.chat.Add(r.official)
		later(5 * time.Minute)
		got := texted(r.chat)
		slices.Sort(got)
		if diff := cmp.Diff(cards(5, storage.New), got); diff != "" {
			t.Error(diff)
		}
		ok(r.store.Dismiss(t.Context(), system, 3, "no_problem", ""))
		later(time.Minute)
		for _, c := range texted(r.chat) {
			if strings.HasPrefix(c, "№3. ") && c != "№3. dismissed" {
				t.Errorf("the card that was found is not edited: %q", c)
			}
		}
		for _, c := range r.tg.Calls() {
			if c.Code == 429 {
				t.Fatal("the probe went over the limit")
			}
		}
	})
}

func TestInASupergroupAMessageThatNeverCameIsSentOnceUnmarked(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sandbox.Options{}, supergroup)
		r.post(1)
		r.start()
		later(3 * time.Second)
		r.tg.AddFault(sandbox.Fault{Method: "sendMessage", ChatID: r.chat.ID(), Drop: true})
		r.post(1)
		later(2 * time.Minute)
		if diff := cmp.Diff(cards(2, storage.New), texted(r.chat)); diff != "" {
			t.Error(diff)
		}
		if n := len(r.tg.CallsOf("editMessageText")); n > maxProbes {
			t.Errorf("%d probes", n)
		}
	})
}

func TestCrashesWhileSendingDoubleNothingInASupergroup(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sandbox.Options{}, supergroup)
		r.digestAfter = 1000
		r.post(30)
		remove := r.tg.AddFault(sandbox.Fault{Method: "sendMessage", Count: -1, Delay: 300 * time.Millisecond})
		for i := range 6 {
			r.start()
			later(time.Duration(1000+137*i) * time.Millisecond)
			r.kill()
		}
		remove()
		r.start()
		later(10 * time.Minute)
		if n := len(r.tg.CallsOf("editMessageText")); n == 0 {
			t.Error("no crash fell into a sending: the test tests nothing")
		}
		got := texted(r.chat)
		want := cards(30, storage.New)
		slices.Sort(got)
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestWithoutTheProbeALostCardIsMarked(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sandbox.Options{}, supergroup)
		r.cfg.Probe = false
		r.tg.AddFault(sandbox.Fault{Method: "sendMessage", ChatID: r.chat.ID(), Lose: true})
		r.post(1)
		r.start()
		later(time.Minute)
		if diff := cmp.Diff([]string{"№1. new", again + "№1. new"}, texted(r.chat)); diff != "" {
			t.Fatal(diff)
		}
		// The copy that nobody knows of is pressed: it steps back behind the one we know.
		r.admin.PressButton(r.chat.FromBot()[0], "Ещё")
		later(10 * time.Second)
		first := r.chat.FromBot()[0]
		if first.Content() != "№1. старое" || len(first.Buttons()) != 0 {
			t.Errorf("the copy that was pressed: %q with %d buttons", first.Content(), len(first.Buttons()))
		}
		ok(r.store.Dismiss(t.Context(), system, 1, "no_problem", ""))
		later(10 * time.Second)
		if got := texted(r.chat)[1]; got != "№1. dismissed" {
			t.Errorf("the card: %q", got)
		}
	})
}

func TestARetiredMessageWhoseAnswerWasLostIsNotSentAgain(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sandbox.Options{}, supergroup)
		r.tg.AddFault(sandbox.Fault{Method: "sendMessage", ChatID: r.chat.ID(), Lose: true})
		r.post(1)
		r.start()
		later(2 * time.Second)
		if err := r.store.ShowCard(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		later(3 * time.Minute)
		if diff := cmp.Diff([]string{"№1. старое", "№1. new"}, texted(r.chat)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAMessageWhoseFateCouldNotBeNotedIsSettledInTheEnd(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sandbox.Options{}, supergroup)
		r.post(1)
		r.start()
		later(2 * time.Second)
		// Somebody takes it before the bot does, and vanishes, as when the disk was full at that moment.
		if err := r.store.PauseChat(t.Context(), r.group, storage.Active, "", r.store.Now().Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		r.post(1)
		ok(r.store.TakeOutgoing(t.Context(), r.group))
		later(25 * time.Minute)
		if diff := cmp.Diff(cards(2, storage.New), texted(r.chat)); diff != "" {
			t.Error(diff)
		}
	})
}

// lateWire loses one answer, and delivers that request ten seconds afterwards.
type lateWire struct {
	http.RoundTripper
	armed atomic.Bool
}

func (w *lateWire) RoundTrip(req *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(req.URL.Path, "/sendMessage") || !w.armed.CompareAndSwap(true, false) {
		return w.RoundTripper.RoundTrip(req)
	}
	body := ok(io.ReadAll(req.Body))
	again := req.Clone(context.Background())
	again.Body = io.NopCloser(bytes.NewReader(body))
	go func() {
		time.Sleep(10 * time.Second)
		resp := ok(w.RoundTripper.RoundTrip(again))
		resp.Body.Close()
	}()
	return nil, io.ErrUnexpectedEOF
}

func TestARequestThatArrivesLateIsWaitedForBeforeTheProbe(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sandbox.Options{}, supergroup)
		late := &lateWire{RoundTripper: r.cfg.Client.Transport}
		r.cfg.Client = &http.Client{Transport: late}
		r.post(1)
		r.start()
		later(2 * time.Second)
		late.armed.Store(true)
		r.post(1)
		later(3 * time.Minute)
		if diff := cmp.Diff(cards(2, storage.New), texted(r.chat)); diff != "" {
			t.Error(diff)
		}
	})
}
