package storage

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"
)

// surges are the alarms that were sent to a chat, as posts and what is usual.
func (w *world) surges(chat int64) (list []string) {
	w.t.Helper()
	payloads := mustBe[[]string](w.t)(all(w.ctx, w.read, scalar[string], `SELECT payload FROM messages WHERE kind = 'notice' AND chat_id = $1 ORDER BY id`, chat))
	for _, p := range payloads {
		var n struct {
			Code   string
			Params struct {
				Topic, Place string
				Posts, Usual int
				Incidents    []int64
			}
		}
		w.check(json.Unmarshal([]byte(p), &n))
		if n.Code == "surge" {
			list = append(list, fmt.Sprintf("%s %s %d of %d, samples %d", n.Params.Topic, n.Params.Place, n.Params.Posts, n.Params.Usual, len(n.Params.Incidents)))
		}
	}
	return list
}

// complain saves so many posts that were found and posted now, changed by the
// given functions.
func (w *world) complain(n int, change ...func(*Found)) {
	w.t.Helper()
	var posts []Found
	for range n {
		f := w.found()
		f.Signature = []byte{1}
		for _, c := range change {
			c(&f)
		}
		posts = append(posts, f)
	}
	w.save(posts...)
}

// minute is what the upkeep does each minute.
func (w *world) minute() {
	w.t.Helper()
	w.check(w.tellSurges(w.ctx))
}

func (w *world) wantSurges(chat int64, want ...string) {
	w.t.Helper()
	if got := w.surges(chat); !slices.Equal(got, want) {
		w.t.Errorf("alarms %q, want %q", got, want)
	}
}

// TestSurgeNeedsEnough: ten posts in two hours, and not nine, nor ten of which
// one is older, says what was said already, or needs no answer.
func TestSurgeNeedsEnough(t *testing.T) {
	for name, c := range map[string]struct {
		tenth func(w *world)
		alarm bool
	}{
		"one more":      {func(w *world) { w.complain(1) }, true},
		"there is none": {func(*world) {}, false},
		"posted before": {func(w *world) {
			w.complain(1, func(f *Found) { f.Post.PublishedAt = at(ms(w.Now().Add(-surgeWindow))) })
		}, false},
		"found before":    {func(w *world) { w.complain(1); w.Advance(surgeWindow); w.complain(9) }, false},
		"a repost":        {func(w *world) { w.complain(1, func(f *Found) { f.RepostOf, f.Matches = "-1_1", nil }) }, false},
		"the same words":  {func(w *world) { w.complain(1, func(f *Found) { f.Matches[0].Same = Twin{Post: 1, Score: 1} }) }, false},
		"nearly the same": {func(w *world) { w.complain(1, func(f *Found) { f.Matches[0].Same = Twin{Post: 1, Score: 0.9} }) }, true},
		"needs no answer": {func(w *world) {
			w.complain(1)
			w.do(w.Dismiss(w.ctx, w.admin, w.number(`SELECT max(id) FROM incidents`), "no_facts", ""))
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			eachEngine(t, func(t *testing.T, s *Store) {
				w := newWorld(t, s)
				w.complain(9)
				w.minute()
				w.wantSurges(w.group)
				c.tenth(w)
				w.minute()
				w.minute()
				if c.alarm {
					w.wantSurges(w.group, "Дороги  10 of 0, samples 3")
				} else {
					w.wantSurges(w.group)
				}
			})
		})
	}
}

// TestSurgeIsMoreThanUsual: four times as many as in the windows of the last 28
// days, on the average.
func TestSurgeIsMoreThanUsual(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		usual := int(3 * windowsBefore)
		w.complain(usual + 1)
		w.Advance(surgePast - time.Hour)
		w.complain(12)
		w.minute()
		w.wantSurges(w.group) // 12 of 3.003: 3.996 times
		w.check(w.tx(w.ctx, func(t *tx) error {
			return t.exec(`UPDATE posts SET published_at = 1 WHERE id = (SELECT min(id) FROM posts)`)
		}))
		w.minute()
		w.wantSurges(w.group, "Дороги  12 of 3, samples 3")
	})
}

// TestSurgeIsToldOnce: it is told again only after it was over for two hours, also
// by a daemon that started anew; its region's group and staff are told, and nobody
// else.
func TestSurgeIsToldOnce(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		other := newWorldOf(t, s, "Нагорье", 1000)
		staff := w.newPerson("Штаб")
		w.check(w.CreateInvite(w.ctx, w.admin, w.region, w.group, StaffRole, "", "staff"))
		if _, err := w.Join(w.ctx, "staff", staff.ID); err != nil {
			t.Fatal(err)
		}
		const alarm = "Дороги  10 of 0, samples 3"
		w.complain(10)
		w.minute()
		w.wantSurges(w.group, alarm)
		w.wantSurges(staff.Chat, alarm)
		w.wantSurges(other.group)
		w.wantSurges(w.first.chat)

		w.Advance(surgeWindow - time.Minute)
		w.complain(10)
		w.minute() // it goes on
		w.Advance(surgeWindow)
		w.minute() // it is over
		w.Advance(surgeWindow - time.Minute)
		w.complain(10)
		w.minute() // and comes again before two hours have passed
		w.wantSurges(w.group, alarm)
		w.Advance(surgeWindow)
		w.minute() // it is over
		w.Advance(surgeWindow)
		w.complain(10)
		w.minute()
		w.wantSurges(w.group, alarm, alarm)
		w.wantSurges(staff.Chat, alarm, alarm)
	})
}

// TestSurgesOfTwoPlaces: each place is counted and told by itself.
func TestSurgesOfTwoPlaces(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		if _, _, err := w.ChangePlaces(w.ctx, w.admin, w.region, []string{"Заречный", "Нагорный"}, nil); err != nil {
			t.Fatal(err)
		}
		places := mustBe[[]Place](t)(w.Places(w.ctx, w.region))
		in := func(n int) func(*Found) { return func(f *Found) { f.Matches[0].Place = places[n].ID } }
		w.complain(9, in(0))
		w.complain(9, in(1))
		w.minute()
		w.wantSurges(w.group)
		w.complain(1, in(1))
		w.minute()
		w.wantSurges(w.group, "Дороги "+places[1].Name+" 10 of 0, samples 3")
		w.complain(1, in(0))
		w.minute()
		w.wantSurges(w.group, "Дороги "+places[1].Name+" 10 of 0, samples 3", "Дороги "+places[0].Name+" 10 of 0, samples 3")
	})
}
