package monitor

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"otklik/monitor/links"
	"otklik/storage"
)

func TestComplaintBecomesAnIncidentOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, f := open(t), newFake("fake")
		region := addRegion(t, store, "Край", "Заречный")
		id := addSource(t, store, region, "fake", "town")
		f.add("town", complaint("1", time.Now()), Item{Post: storage.Post{Network: "fake", ExternalID: "2", Text: "Продам гараж", PublishedAt: time.Now()}})
		own := complaint("3", time.Now())
		own.Own = true
		f.add("town", own)
		stop := run(t, watching(t, store, Config{Recent: 10}, f))
		defer stop()
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		list := incidents(t, store, region)
		if len(list) != 1 {
			t.Fatalf("%d incidents, want 1", len(list))
		}
		posts, err := store.Posts(t.Context(), list[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		p := posts[0]
		if strings.Contains(p.Text, "912") || !strings.Contains(p.Text, "яма") {
			t.Errorf("stored text %q", p.Text)
		}
		if len(p.Spans) != 1 || p.Text[p.Spans[0].Start:p.Spans[0].End] != "яма" {
			t.Errorf("spans %v of %q", p.Spans, p.Text)
		}
		if len(p.AuthorHash) != 32 || !p.CanPublish {
			t.Errorf("author hash of %d bytes, can publish %v", len(p.AuthorHash), p.CanPublish)
		}
		if s := source(t, store, id); s.Trouble != "" || s.Cursor != "3" {
			t.Errorf("source %+v", s)
		}
	})
}

// TestHistoryMakesNoIncidents: what was posted over a day before anybody
// watched is history, when and wherever it shows; what is newer is not.
func TestHistoryMakesNoIncidents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, f := open(t), newFake("fake")
		region := addRegion(t, store, "Край")
		f.perPage = 1 // history may reach over several pages
		start := time.Now()
		item := func(id, kind string, age time.Duration) Item {
			i := complaint(id, start.Add(-age))
			i.Kind, i.Text = kind, "Яма "+id
			return i
		}
		undated := item("undated", links.Post, 0)
		undated.PublishedAt = time.Time{}
		f.add("town", undated, item("old", links.Post, 72*time.Hour), item("yesterday", links.Post, 25*time.Hour), item("new", links.Post, 23*time.Hour),
			item("old-comment", links.Comment, 25*time.Hour), item("new-comment", links.Comment, 23*time.Hour))
		addSource(t, store, region, "fake", "town")
		stop := run(t, watching(t, store, Config{}, f))
		defer stop()
		time.Sleep(49 * time.Hour)
		late := undated
		late.ExternalID, late.URL, late.Text = "late-undated", "https://fake.example/late-undated", "Яма late-undated"
		f.add("town", item("late-old", links.Post, 25*time.Hour), item("late-old-comment", links.Comment, 30*time.Hour),
			item("late", links.Post, 23*time.Hour), item("late-comment", links.Comment, 20*time.Hour), late)
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		var got []string
		for _, i := range incidents(t, store, region) {
			posts, err := store.Posts(t.Context(), i.ID)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, posts[0].ExternalID)
		}
		slices.Sort(got)
		if diff := cmp.Diff([]string{"late", "late-comment", "late-undated", "new", "new-comment"}, got); diff != "" {
			t.Errorf("incidents (-want +got):\n%s", diff)
		}
	})
}

func TestSourcesAreReadAsOftenAsTheyPost(t *testing.T) {
	// reads is how often a source was read in the second of two days.
	reads := func(t *testing.T, between time.Duration) (n int, longest time.Duration) {
		synctest.Test(t, func(t *testing.T) {
			store, f := open(t), newFake("fake")
			addSource(t, store, addRegion(t, store, "Край"), "fake", "town")
			stop := run(t, watching(t, store, Config{}, f))
			defer stop()
			start := time.Now()
			for i := 0; between > 0 && time.Since(start) < 48*time.Hour; i++ {
				f.add("town", complaint(fmt.Sprint(i), time.Now()))
				time.Sleep(between)
			}
			time.Sleep(time.Until(start.Add(48 * time.Hour)))
			before := start.Add(24 * time.Hour)
			for _, at := range f.called() {
				if at.After(start.Add(24 * time.Hour)) {
					n++
					longest = max(longest, at.Sub(before))
					before = at
				}
			}
		})
		return n, longest
	}
	last := 24 * 60 * 2
	for _, c := range []struct {
		between     time.Duration
		least, most int
	}{
		{time.Minute, 1200, 1500},    // as often as the network's interval allows
		{20 * time.Minute, 200, 800}, // every ten minutes, and soon after each post
		{2 * time.Hour, 40, 200},     // more often after a post
		{24 * time.Hour, 24, 120},
		{0, 22, 60}, // nothing ever: once an hour
	} {
		n, longest := reads(t, c.between)
		if n < c.least || n > c.most || n > last+last/4 || longest > time.Hour {
			t.Errorf("a source that posts every %v was read %d times a day, want %d to %d; once not for %v", c.between, n, c.least, c.most, longest)
		}
		t.Logf("a post every %v: %d readings a day, %v apart at most", c.between, n, longest)
		last = n
	}
}

// TestOneLongSourceKeepsNobodyWaiting: pages are read in turn.
func TestOneLongSourceKeepsNobodyWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, f := open(t), newFake("fake")
		region := addRegion(t, store, "Край")
		f.perPage = 1
		f.fetch = func(int, storage.Source) error { time.Sleep(time.Second); return nil }
		for i := range 400 {
			f.add("long", complaint(fmt.Sprint(i), time.Now()))
		}
		addSource(t, store, region, "fake", "long")
		m := watching(t, store, Config{}, f)
		m.list[0].slots = make(chan struct{}, 1)
		stop := run(t, m)
		defer stop()
		time.Sleep(30 * time.Second) // it pages
		var others []int64
		for i := range 8 {
			others = append(others, addSource(t, store, region, "fake", fmt.Sprint("other", i)))
		}
		time.Sleep(20 * time.Second) // 8 others, and their turns with the long one
		synctest.Wait()
		for _, id := range others {
			if source(t, store, id).LastReadAt.IsZero() {
				t.Errorf("source %d waits for the long one", id)
			}
		}
	})
}

func TestTroubleIsTriedAgainWithGrowingPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, f := open(t), newFake("fake")
		id := addSource(t, store, addRegion(t, store, "Край"), "fake", "town")
		f.fetch = func(n int, _ storage.Source) error {
			if n <= 4 {
				return errors.New("connection reset")
			}
			return nil
		}
		stop := run(t, watching(t, store, Config{}, f))
		defer stop()
		time.Sleep(30 * time.Second)
		if s := source(t, store, id); s.Trouble != troubleNetwork || s.Cursor != "" {
			t.Errorf("source %+v", s)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		calls := f.called()
		for i, want := range []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute} {
			got := calls[i+1].Sub(calls[i])
			if got < want*8/10 || got > want*12/10 {
				t.Errorf("pause %d was %v, want about %v", i+1, got, want)
			}
		}
		if s := source(t, store, id); s.Trouble != "" {
			t.Errorf("trouble %q remains", s.Trouble)
		}
	})
}

func TestPanicOfOneSourceLeavesOthersAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, f := open(t), newFake("fake")
		region := addRegion(t, store, "Край")
		bad := addSource(t, store, region, "fake", "bad")
		addSource(t, store, region, "fake", "good")
		f.add("good", complaint("1", time.Now()))
		f.fetch = func(_ int, s storage.Source) error {
			if s.Address == "bad" {
				panic("index out of range")
			}
			return nil
		}
		m := watching(t, store, Config{}, f)
		m.log = m.log.Level(7)
		stop := run(t, m)
		defer stop()
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		if n := len(incidents(t, store, region)); n != 1 {
			t.Errorf("%d incidents, want 1", n)
		}
		if s := source(t, store, bad); s.Trouble == "" {
			t.Error("the source that panics shows no trouble")
		}
	})
}

func TestNetworkIsObeyed(t *testing.T) {
	for _, scope := range []string{"app", "method", ""} {
		t.Run("limited "+scope, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store, f := open(t), newFake("fake")
				region := addRegion(t, store, "Край")
				addSource(t, store, region, "fake", "one")
				until := time.Now().Add(3 * time.Hour)
				f.fetch = func(n int, _ storage.Source) error {
					if time.Now().Before(until) {
						return fmt.Errorf("search: %w", Limited{Until: until, Scope: scope})
					}
					return nil
				}
				stop := run(t, watching(t, store, Config{}, f))
				defer stop()
				time.Sleep(time.Minute)
				addSource(t, store, region, "fake", "two")
				time.Sleep(2 * time.Hour)
				want := 1
				if scope == "" {
					want = 2 // another source is another matter
				}
				if n := len(f.called()); n != want {
					t.Errorf("called %d times before the limit passed, want %d", n, want)
				}
				time.Sleep(2 * time.Hour)
				if n := len(f.called()); n < 4 {
					t.Errorf("called %d times in all, so the limit was kept after it passed", n)
				}
			})
		})
	}
	t.Run("not before", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			store, f := open(t), newFake("fake")
			addSource(t, store, addRegion(t, store, "Край"), "fake", "one")
			f.notBefore = time.Now().Add(2 * time.Hour)
			stop := run(t, watching(t, store, Config{}, f))
			defer stop()
			time.Sleep(119 * time.Minute)
			if n := len(f.called()); n != 1 {
				t.Errorf("called %d times, want 1", n)
			}
		})
	})
}

func TestSourcesComeAndGoWhileWatching(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, f := open(t), newFake("fake")
		region := addRegion(t, store, "Край")
		stop := run(t, watching(t, store, Config{}, f))
		defer stop()
		time.Sleep(time.Minute)
		id := addSource(t, store, region, "fake", "town")
		time.Sleep(time.Second)
		if len(f.called()) != 1 {
			t.Fatalf("a new source was read %d times within a second, want 1", len(f.called()))
		}
		if err := store.RemoveSource(t.Context(), owner, region, id); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		if n := len(f.called()); n != 1 {
			t.Errorf("a removed source was read %d times more", n-1)
		}
	})
}

func TestNewRuleCountsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, f := open(t), newFake("fake")
		region := addRegion(t, store, "Край")
		addSource(t, store, region, "fake", "town")
		stop := run(t, watching(t, store, Config{}, f))
		defer stop()
		time.Sleep(time.Minute)
		if _, err := store.AddRule(t.Context(), owner, region, "Животные", "бродячая собака"); err != nil {
			t.Fatal(err)
		}
		dog := complaint("9", time.Now())
		dog.Text = "Стая бродячих собак во дворе"
		f.add("town", dog)
		time.Sleep(20 * time.Minute)
		synctest.Wait()
		if n := len(incidents(t, store, region)); n != 1 {
			t.Errorf("%d incidents, want 1", n)
		}
	})
}

func TestSourceOfNobodysNetworkIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := open(t)
		region := addRegion(t, store, "Край")
		unknown, unset := addSource(t, store, region, "myspace", "a"), addSource(t, store, region, "fake", "b")
		m := watching(t, store, Config{}, newFake("fake"))
		m.byName["fake"].network = nil
		stop := run(t, m)
		defer stop()
		time.Sleep(time.Minute)
		synctest.Wait()
		if s := source(t, store, unknown); s.Trouble != troubleUnknown {
			t.Errorf("trouble %q, want %q", s.Trouble, troubleUnknown)
		}
		if s := source(t, store, unset); s.Trouble != troubleNoToken {
			t.Errorf("trouble %q, want %q", s.Trouble, troubleNoToken)
		}
	})
}

// Whatever fails and whenever the process is stopped, each complaint becomes an
// incident exactly once.
func TestEachItemArrivesExactlyOnce(t *testing.T) {
	for seed := range uint64(8) {
		synctest.Test(t, func(t *testing.T) {
			r, faults := rand.New(rand.NewPCG(seed, 1)), rand.New(rand.NewPCG(seed, 2)) // the second one's guard is the network's lock
			store, f := open(t), newFake("fake")
			f.perPage = 1 + r.IntN(5)
			region := addRegion(t, store, "Край")
			addSource(t, store, region, "fake", "a")
			addSource(t, store, region, "fake", "b")
			f.fetch = func(int, storage.Source) error {
				switch faults.IntN(6) {
				case 0:
					return errors.New("reset")
				case 1:
					return Retry{After: time.Second}
				case 2:
					return Limited{Until: time.Now().Add(time.Minute), Scope: "method"}
				}
				return nil
			}
			want := map[string]bool{}
			for round := range 6 {
				stop := run(t, watching(t, store, Config{}, f))
				for range 10 {
					id := fmt.Sprintf("%d-%d", round, len(want))
					want[id] = true
					f.add([]string{"a", "b"}[r.IntN(2)], complaint(id, time.Now()))
					time.Sleep(time.Duration(r.IntN(100)) * time.Second)
				}
				stop()
			}
			f.mu.Lock()
			f.fetch = nil
			f.mu.Unlock()
			stop := run(t, watching(t, store, Config{}, f))
			time.Sleep(3 * time.Hour)
			stop()
			got := map[string]bool{}
			for _, i := range incidents(t, store, region) {
				posts, err := store.Posts(t.Context(), i.ID)
				if err != nil {
					t.Fatal(err)
				}
				for _, p := range posts {
					if got[p.ExternalID] {
						t.Errorf("seed %d: %s arrived twice", seed, p.ExternalID)
					}
					got[p.ExternalID] = true
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("seed %d: arrived (-want +got):\n%s", seed, diff)
			}
		})
	}
}
