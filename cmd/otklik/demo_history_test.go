package main

import (
	"path/filepath"
	"testing"
	"time"

	"otklik/storage"
)

func openDemoStore(t *testing.T) *storage.Store {
	t.Helper()
	store, err := storage.Open(t.Context(), filepath.Join(t.TempDir(), "demo.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

func TestHistoryIsFullAndToldToNobody(t *testing.T) {
	store := openDemoStore(t)
	w := newWorld(store)
	defer w.telegram.Close()
	started := time.Now()
	list, err := demoComplaints(demoComplaintsText)
	if err != nil {
		t.Fatal(err)
	}
	s, err := past(t.Context(), store, w, list)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("the past took %v", time.Since(started))
	if off := time.Until(store.Now()).Abs(); off > time.Second {
		t.Errorf("the clock is %v off after the replay", off)
	}
	days := map[string]int{}
	region, err := store.Region(t.Context(), s.region)
	if err != nil {
		t.Fatal(err)
	}
	states := map[storage.State]int{}
	incidents, err := store.Incidents(t.Context(), storage.QueueFilter{Region: s.region, Limit: 1000,
		States: everyState})
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range incidents {
		states[i.State]++
		days[i.RegisteredAt.In(region.Zone()).Format(time.DateOnly)]++
	}
	for back := 1; back <= demoDays; back++ {
		day := time.Now().In(region.Zone()).AddDate(0, 0, -back).Format(time.DateOnly)
		if n := days[day]; n < 20 || n > 40 {
			t.Errorf("%s has %d incidents", day, n)
		}
	}
	t.Logf("states %v", states)
	if states[storage.New] != 0 {
		t.Errorf("%d incidents of the past are undecided: the one new card must be the only one", states[storage.New])
	}
	for _, state := range []storage.State{storage.Assigned, storage.Answered, storage.Closed, storage.Dismissed} {
		if states[state] < 3 {
			t.Errorf("%d incidents are %s", states[state], state)
		}
	}
	lanes, err := store.Lanes(t.Context())
	if err != nil || len(lanes) != 0 {
		t.Errorf("the past has something to say: %+v %v", lanes, err)
	}
	if faults, err := store.VerifyJournal(t.Context()); err != nil || len(faults) != 0 {
		t.Errorf("the journal does not hold: %v %v", faults, err)
	}
	for _, name := range []string{"vk", "ok", "telegram"} {
		again, err := store.PostsToCheck(t.Context(), name, store.Now(), 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range again {
			if p.SourceName != w.wall.ScreenName() {
				t.Errorf("%s %s is looked at again, though it stands nowhere", p.Network, p.ExternalID)
			}
		}
	}
	if n := len(w.wall.Posts()); n < 5 || n > 60 {
		t.Errorf("%d posts stand on the wall", n)
	}
}
