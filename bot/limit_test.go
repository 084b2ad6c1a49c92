package bot

import (
	"math/rand/v2"
	"testing"
	"time"

	"otklik/storage"
)

// TestNoStretchOfTimeHoldsMoreCallsThanItsWindow asks for calls at random
// moments and counts what was let through in every stretch.
func TestNoStretchOfTimeHoldsMoreCallsThanItsWindow(t *testing.T) {
	for seed := range uint64(20) {
		inBubble(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 1))
			l := newLimits(20)
			kind := []storage.ChatKind{storage.Private, storage.Group, storage.Supergroup}[seed%3]
			var calls, edits []time.Time
			for range 400 {
				edit := random.IntN(3) > 0
				if wait := l.wait(7, kind, edit); wait > 0 {
					time.Sleep(min(wait, time.Duration(random.IntN(5000))*time.Millisecond))
					continue
				}
				l.note(7, edit)
				calls = append(calls, time.Now())
				if edit {
					edits = append(edits, time.Now())
				}
				time.Sleep(time.Duration(random.IntN(900)) * time.Millisecond)
			}
			check(t, calls, 5, 5*time.Second)
			if kind != storage.Private {
				check(t, calls, 20, time.Minute)
				check(t, edits, 15, time.Minute)
			}
			if len(calls) < 40 {
				t.Errorf("only %d calls were let through", len(calls))
			}
		})
	}
}

func check(t *testing.T, calls []time.Time, most int, within time.Duration) {
	t.Helper()
	for i := most; i < len(calls); i++ {
		if d := calls[i].Sub(calls[i-most]); d < within {
			t.Fatalf("%d calls within %v", most+1, d)
		}
	}
}

// TestAWaitIsAsShortAsItCanBe: twenty calls fit into a group's first seconds,
// and the next comes when the first has left the window.
func TestAWaitIsAsShortAsItCanBe(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		l := newLimits(20)
		began := time.Now()
		for range 21 {
			time.Sleep(l.wait(7, storage.Group, false))
			l.note(7, false)
		}
		if d := time.Since(began); d != groupWindow {
			t.Errorf("the 21st call came after %v", d)
		}
		if d := l.wait(8, storage.Group, false); d > 0 {
			t.Errorf("another chat waits %v", d)
		}
	})
}
