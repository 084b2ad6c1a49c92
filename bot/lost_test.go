package bot

import (
	"bytes"
	"context"
	"fmt"
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

// burst lets 500 incidents come at once into one group under Telegram's limits,
// and says when the last was seen, and how many calls it took.
func burst(t *testing.T, digestAfter int) (drain time.Duration, calls int) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sandbox.Options{Limits: sandbox.UsualLimits}, supergroup)
		r.digestAfter = digestAfter
		r.start()
		later(2 * time.Minute)
		began := time.Now()
		r.post(500)
		later(40 * time.Minute)
		seen := strings.Join(texted(r.chat), "\n")
		for i := range 500 {
			if !strings.Contains(seen, fmt.Sprintf("№%d.", i+1)) {
				t.Errorf("№%d was never shown", i+1)
			}
		}
		for _, c := range r.tg.CallsOf("sendMessage") {
			if c.Code != 200 {
				t.Errorf("%d %s", c.Code, c.Description)
			}
			drain = c.At.Sub(began)
			calls++
		}
	})
	return drain, calls
}

func TestABurstIsGatheredAndStaysBelowTheLimits(t *testing.T) {
	slow, many := burst(t, 1000)
	// No sender can be faster: 20 in any minute, five of them at once and then one a second.
	bound := 24*time.Minute + 15*time.Second
	if many != 500 || slow > bound*102/100 {
		t.Errorf("one by one: %d calls in %v, the bound is %v", many, slow, bound)
	}
	fast, few := burst(t, digestLines)
	if few != 50 || slow < 10*fast {
		t.Errorf("gathered: %d calls in %v, one by one %v", few, fast, slow)
	}
	t.Logf("one by one: %d calls in %v (%.3f of the bound); gathered: %d in %v, %.1f times sooner", many, slow, float64(slow)/float64(bound), few, fast, float64(slow)/float64(fast))
}

func TestCardsAndEditsTakeTurns(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sandbox.Options{Limits: sandbox.UsualLimits}, supergroup)
		r.digestAfter = 1000
		r.post(5)
		r.start()
		later(2 * time.Minute)
		began := time.Now()
		r.post(60)
		ok(r.store.Dismiss(t.Context(), system, 1, "no_problem", ""))
		for range 40 {
			for i := range int64(4) {
				if err := r.store.Touch(t.Context(), i+2); err != nil {
					t.Fatal(err)
				}
			}
			later(5 * time.Second)
		}
		for range 4 {
			r.tell(r.group, "ждут")
		}
		before := len(r.tg.Calls())
		later(10 * time.Minute)
		dismissed, last, between := time.Hour, time.Duration(0), 1000
		for i, c := range r.tg.Calls() {
			switch {
			case c.Code == 429:
				t.Fatal("over the limit")
			case c.Method == "editMessageText" && strings.Contains(c.Params["text"], "dismissed"):
				dismissed = c.At.Sub(began)
			case c.Method == "sendMessage" && c.Params["text"] == "ждут":
				between = i - before
			case c.Method == "sendMessage":
				last = c.At.Sub(began)
			}
		}
		if dismissed > 15*time.Second {
			t.Errorf("the edit came after %v", dismissed)
		}
		if between > 4 { // the other three, and one that was on its way
			t.Errorf("what a person waits for came after %d other calls", between)
		}
		if last > 8*time.Minute {
			t.Errorf("the last card came after %v", last)
		}
	})
}

func TestTheWindowOfAGroupSurvivesARestart(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sandbox.Options{Limits: sandbox.Limits{GroupPer: 20}}, supergroup)
		r.digestAfter = 1000
		r.post(60)
		for range 8 {
			r.start()
			later(7 * time.Second)
			if err := r.stop(); err != nil {
				t.Fatal(err)
			}
		}
		r.start()
		later(5 * time.Minute)
		for _, c := range r.tg.Calls() {
			if c.Code == 429 {
				t.Fatal("over the limit")
			}
		}
		if n := len(texted(r.chat)); n != 60 {
			t.Errorf("%d cards", n)
		}
	})
}

func TestAMessageWhoseFateCouldNotBeNotedIsSettledInTheEnd(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sandbox.Options{}, supergroup)
		r.post(1)
		r.start()
		later(2 * time.Second)
		r.post(1)
		// Somebody took it and vanished, as when the disk was full at that moment.
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
