package storage

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
)

// crowd is how many people press at once.
const crowd = 20

// atOnce calls do from many goroutines at the same moment.
func atOnce(do func(n int) error) []error {
	errs := make([]error, crowd)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for n := range crowd {
		wg.Go(func() {
			<-start
			errs[n] = do(n)
		})
	}
	close(start)
	wg.Wait()
	return errs
}

// TestOneWins presses each button twenty times at once.
func TestOneWins(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		for _, name := range slices.Sorted(maps.Keys(steps)) {
			step := steps[name]
			// These may be done again: each is a new version, or takes another official.
			if name == "draft" || name == "assign" {
				continue
			}
			id := stands[step.from[0]](w)
			before := w.get(id).Step
			w.oneWins(name, id, before, atOnce(func(int) error { return step.do(w, id) }))
		}
		for _, name := range slices.Sorted(maps.Keys(undoables)) {
			u := undoables[name]
			id := stands[u.from](w)
			c := w.do(u.do(w, id))
			by := c.Event.Actor
			w.oneWins("undo "+name, id, c.Event.ID, atOnce(func(int) error { return second(w.Undo(w.ctx, by, c.Event.ID)) }))
		}
		w.wantSound()
	})
}

// oneWins asks that one press won and that the others read the winner's step.
func (w *world) oneWins(name string, incident, before int64, errs []error) {
	w.t.Helper()
	now := w.get(incident)
	won := 0
	for _, err := range errs {
		var c *Conflict
		switch {
		case err == nil:
			won++
		case !errors.As(err, &c):
			w.t.Errorf("%s: %v", name, err)
		case now.Step != before && c.Last.ID != now.Step:
			w.t.Errorf("%s: a loser was told of step %d, the winner's is %d", name, c.Last.ID, now.Step)
		}
	}
	if won != 1 {
		w.t.Errorf("%s: %d of %d won", name, won, len(errs))
	}
}

func TestAssignAtOnce(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		var crew []official
		for n := range crowd {
			crew = append(crew, w.newOfficial(w.region, fmt.Sprintf("Ведомство %d", n)))
		}
		id := w.incident()
		// Everybody assigns to another official: each is a step of its own.
		for n, err := range atOnce(func(n int) error { return second(w.Assign(w.ctx, w.admin, id, crew[n].role)) }) {
			if err != nil {
				t.Errorf("assign to official %d: %v", n, err)
			}
		}
		i := w.get(id)
		if n := w.number(`SELECT official_id FROM assignments WHERE incident_id = $1 AND ended_at IS NULL`, id); n != i.Official {
			t.Errorf("the open assignment is role %d's, the incident role %d's", n, i.Official)
		}
		if n := w.number(`SELECT count(*) FROM messages WHERE incident_id = $1 AND kind = 'item' AND state = 'live'`, id); n != 1 {
			t.Errorf("%d officials hold a live item", n)
		}
		// Some assign, some dismiss: no dismissal may follow an assignment unseen.
		id = w.incident()
		errs := atOnce(func(n int) error {
			if n%2 == 0 {
				return second(w.Dismiss(w.ctx, w.admin, id, "other", ""))
			}
			return second(w.Assign(w.ctx, w.admin, id, crew[0].role))
		})
		w.oneWins("assign or dismiss", id, 0, errs)
		w.wantSound()
	})
}

// TestStopOrTake stops answers while the monitor takes them: never both.
func TestStopOrTake(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		for range 10 {
			id := w.frozen()
			var taken, stopped int
			var mu sync.Mutex
			for _, err := range atOnce(func(n int) error {
				var err error
				if n%2 == 0 {
					_, err = w.TakePublication(w.ctx)
				} else {
					_, err = w.Stop(w.ctx, w.first.Actor, id)
				}
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil && n%2 == 0:
					taken++
				case err == nil:
					stopped++
				case errors.Is(err, ErrNotFound) || errors.Is(err, ErrConflict):
					return nil
				}
				return err
			}) {
				if err != nil {
					t.Error(err)
				}
			}
			if taken+stopped != 1 {
				t.Errorf("taken %d times and stopped %d times", taken, stopped)
			}
		}
		w.wantSound()
	})
}

// TestLeaveWhileAssigned assigns to officials who leave at that moment: nothing
// stays with somebody who is gone.
func TestLeaveWhileAssigned(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		for round := range 5 {
			o := w.newOfficial(w.region, fmt.Sprintf("Ведомство %d", round))
			var ids []int64
			for range crowd {
				ids = append(ids, w.incident())
			}
			for n, err := range atOnce(func(n int) error {
				if n == crowd/2 && round%2 == 0 {
					return w.EndRole(w.ctx, w.admin, w.region, o.role)
				}
				if n == crowd/2 {
					return w.PersonUnreachable(w.ctx, o.Person)
				}
				return second(w.Assign(w.ctx, w.admin, ids[n], o.role))
			}) {
				if err != nil && !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrUnreachable) {
					t.Errorf("round %d, press %d: %v", round, n, err)
				}
			}
			if n := w.number(`SELECT count(*) FROM incidents WHERE official_id = $1 AND state = 'assigned'`, o.role); n != 0 {
				t.Errorf("round %d: %d incidents stay with an official who left", round, n)
			}
		}
		w.wantSound()
	})
}

// TestSaveAtOnce brings the same posts from many sources at once.
func TestSaveAtOnce(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		other := w.newRegion("Нагорный край")
		topic := w.topicOf(other)
		var batch []Found
		for range 50 {
			f := w.found()
			f.Matches = append(f.Matches, Match{Region: other, Topic: topic, Importance: Normal})
			batch = append(batch, f)
		}
		for _, err := range atOnce(func(n int) error {
			mine := slices.Clone(batch)
			if n%2 == 1 {
				slices.Reverse(mine)
			}
			for i := range mine {
				mine[i].Matches = slices.Clone(mine[i].Matches)
				if n%3 == 0 {
					slices.Reverse(mine[i].Matches)
				}
			}
			_, err := w.SavePosts(w.ctx, nil, mine)
			return err
		}) {
			if err != nil {
				t.Error(err)
			}
		}
		for query, want := range map[string]int64{
			`SELECT count(*) FROM posts`:                                         50,
			`SELECT count(*) FROM incidents`:                                     100,
			`SELECT posts FROM counts WHERE result = 'new'`:                      50,
			`SELECT posts FROM counts WHERE result = 'duplicate'`:                50 * (crowd - 1),
			`SELECT count(*) FROM events WHERE kind = 'registered'`:              100,
			`SELECT count(*) FROM messages WHERE kind = 'card'`:                  50,
			`SELECT count(DISTINCT incident_id) FROM incident_posts`:             100,
			`SELECT count(*) FROM outbox o WHERE o.sound = 1 AND o.priority = 4`: 1,
		} {
			if got := w.number(query); got != want {
				t.Errorf("%s is %d, want %d", query, got, want)
			}
		}
		w.wantSound()
	})
}

// TestTakeAtOnce takes messages and publications from many goroutines: each
// is given once.
func TestTakeAtOnce(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		w.deliver()
		for range 5 {
			w.frozen()
		}
		var mu sync.Mutex
		seen := map[string]int{}
		for _, err := range atOnce(func(n int) error {
			for {
				o, err := w.TakeOutgoing(w.ctx, w.group)
				if errors.Is(err, ErrNotFound) {
					break
				}
				if err != nil {
					return err
				}
				mu.Lock()
				seen[fmt.Sprintf("message %d", o.ID)]++
				mu.Unlock()
			}
			for {
				p, err := w.TakePublication(w.ctx)
				if errors.Is(err, ErrNotFound) {
					return nil
				}
				if err != nil {
					return err
				}
				mu.Lock()
				seen[fmt.Sprintf("publication %d", p.ID)]++
				mu.Unlock()
			}
		}) {
			if err != nil {
				t.Error(err)
			}
		}
		for what, n := range seen {
			if n != 1 {
				t.Errorf("%s was given %d times", what, n)
			}
		}
		if len(seen) != 10 {
			t.Errorf("%d were given, want 5 cards and 5 publications", len(seen))
		}
	})
}
