package bot

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"otklik/bot/sandbox"
)

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
