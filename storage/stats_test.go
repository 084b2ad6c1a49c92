package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// summary is the world's summary of the time between two moments.
func (w *world) summary(now, before Stretch) Summary {
	w.t.Helper()
	return mustBe[Summary](w.t)(w.Summary(w.ctx, w.region, now, before))
}

// moment is now as tables have it, in whole milliseconds.
func (w *world) moment() time.Time { return at(ms(w.Now())) }

// wander makes one random step with an incident; what its state does not allow
// is refused, which is no matter here.
func (w *world) wander(r *rand.Rand, incident int64) {
	w.t.Helper()
	i := w.get(incident)
	who := w.first
	if i.Official == w.second.role {
		who = w.second
	}
	var err error
	switch r.IntN(9) {
	case 0:
		_, err = w.Dismiss(w.ctx, w.admin, incident, []string{"no_problem", "no_facts", "other"}[r.IntN(3)], "")
	case 1, 2:
		_, err = w.Assign(w.ctx, w.admin, incident, []int64{w.first.role, w.second.role}[r.IntN(2)])
	case 3:
		_, err = w.Return(w.ctx, who.Actor, incident, "other_body", 0, "")
	case 4, 5:
		if i.State == Assigned {
			err = w.answerIt(who, incident)
		}
	case 6:
		_, err = w.CloseIncident(w.ctx, w.admin, incident)
	case 7:
		_, err = w.CloseUnpublished(w.ctx, who.Actor, incident, "ответили по телефону")
	case 8:
		if r.IntN(2) == 0 {
			_, err = w.Reopen(w.ctx, w.admin, incident, "снова яма")
		}
	}
	if err != nil && !errors.Is(err, ErrConflict) {
		w.t.Fatal(err)
	}
}

// answerIt writes an answer and publishes it by hand.
func (w *world) answerIt(who official, incident int64) error {
	a, err := w.SaveDraft(w.ctx, who.Actor, incident, DraftPart{Chat: who.chat, Telegram: 10_000 + w.posts.Add(1), Text: "Яму заделали 12 мая."})
	if err != nil {
		return err
	}
	if _, err := w.Publish(w.ctx, who.Actor, incident, a.Version, 0); err != nil {
		return err
	}
	w.Advance(time.Minute)
	_, err = w.PublishedByHand(w.ctx, who.Actor, incident, ByHandProof{URL: fmt.Sprintf("https://vk.com/wall-1_1?reply=%d", a.ID), Checked: true})
	return err
}

// recount counts the same in the slow and obvious way, incident by incident.
func (w *world) recount(ids []int64, in Stretch) (sum Summary) {
	w.t.Helper()
	sum = Summary{States: map[State]int{}, Reasons: map[string]int{}}
	var took []answerTime
	for _, id := range ids {
		i := w.get(id)
		if i.RegisteredAt.Before(in.From) || !i.RegisteredAt.Before(in.To) {
			continue
		}
		sum.Registered++
		sum.States[i.State]++
		if i.State == Dismissed {
			sum.Reasons[i.Reason]++
		}
		if w.late(id) {
			sum.Overdue++
		}
		if first := w.firstAnswer(id); !first.IsZero() {
			took = append(took, answerTime{took: first.Sub(i.RegisteredAt).Milliseconds()})
		}
	}
	sum.Answers = times(took)
	return sum
}

func (w *world) late(id int64) bool {
	w.t.Helper()
	list, err := w.Deadlines(w.ctx, id)
	w.check(err)
	return slices.ContainsFunc(list, func(d Deadline) bool {
		until := d.Stopped
		if until.IsZero() {
			until = w.Now()
		}
		return d.Clock != AutoCloseClock && d.Due.Before(until)
	})
}

// firstAnswer is when «Опубликовать» was pressed for the first answer that arrived.
func (w *world) firstAnswer(id int64) (frozen time.Time) {
	w.t.Helper()
	events, err := w.Journal(w.ctx, id)
	w.check(err)
	for _, e := range events {
		switch e.Kind {
		case Frozen:
			frozen = e.At
		case AnsweredNow:
			return frozen
		}
	}
	return time.Time{}
}

func TestSummaryAddsUp(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w, r := newWorld(t, s), rand.New(rand.NewPCG(7, 11))
		from := w.moment()
		var ids []int64
		var middle time.Time
		for n := range 60 {
			ids = append(ids, w.incident(byHand))
			w.Advance(time.Duration(r.IntN(30)) * time.Minute)
			if n == 29 {
				middle = w.moment()
			}
			for range r.IntN(10) {
				// Mostly a fresh one, so that some are decided in time.
				w.wander(r, ids[max(0, len(ids)-1-r.IntN(4)*r.IntN(4))])
				w.Advance(time.Duration(r.IntN(8)) * time.Minute)
			}
		}
		if _, err := w.Reopen(w.ctx, w.admin, ids[0], ""); err != nil && !errors.Is(err, ErrConflict) {
			t.Fatal(err)
		}
		end := w.Now().Add(time.Second)
		first, second := Stretch{from, middle}, Stretch{middle, end}
		for _, now := range []Stretch{first, second, {from, end}, {end, end.Add(time.Hour)}} {
			got, want := w.summary(now, first), w.recount(ids, now)
			if diff := cmp.Diff([]any{want.Registered, want.States, want.Reasons, want.Overdue, want.Answers}, []any{got.Registered, got.States, got.Reasons, got.Overdue, got.Answers}); diff != "" {
				t.Errorf("%v (-recounted +summary):\n%s", now, diff)
			}
			w.wantWhole(got, now)
			if got.Before != 30 || got.AnswersBefore != w.recount(ids, first).Answers {
				t.Errorf("before: %d and %v", got.Before, got.AnswersBefore)
			}
		}
		if sum := w.summary(Stretch{from, end}, first); sum.Answers.Count < 5 || sum.Overdue < 5 || sum.Registered-sum.Overdue < 5 || len(sum.States) < 4 || len(sum.Reasons) < 2 {
			t.Errorf("the histories are too poor to show anything: %+v", sum)
		}
	})
}

// wantWhole asks that every way of parting the incidents adds up to all.
func (w *world) wantWhole(sum Summary, in Stretch) {
	w.t.Helper()
	add := map[string]int{"registered": sum.Registered}
	for _, n := range sum.States {
		add["by state"] += n
	}
	for _, x := range sum.Topics {
		add["by topic"] += x.Registered
	}
	quarters, err := w.Quarters(w.ctx, w.region, in)
	w.check(err)
	for _, q := range quarters {
		add["by quarter"] += q.Count
		if end := q.From.Add(quarterLife); !end.After(in.From) || !q.From.Before(in.To) || q.From.Minute()%15 != 0 {
			w.t.Errorf("quarter at %v of %v", q.From, in)
		}
	}
	for what, n := range add {
		if n != sum.Registered {
			w.t.Errorf("%s: %d of %d", what, n, sum.Registered)
		}
	}
	dismissed := 0
	for _, n := range sum.Reasons {
		dismissed += n
	}
	if dismissed != sum.States[Dismissed] || sum.Overdue > sum.Registered {
		w.t.Errorf("dismissed %d of %d, overdue %d of %d", dismissed, sum.States[Dismissed], sum.Overdue, sum.Registered)
	}
}

func TestSummaryOfNothing(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		now := Stretch{w.Now().Add(-time.Hour), w.Now().Add(time.Hour)}
		if diff := cmp.Diff(Summary{States: map[State]int{}, Reasons: map[string]int{}}, w.summary(now, now)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		elsewhere := w.newRegion("Лесной край")
		w.incident()
		sum, err := w.Summary(w.ctx, elsewhere, now, now)
		if err != nil || sum.Registered != 0 || len(sum.Topics) != 0 {
			t.Errorf("another region's incident is counted: %+v, %v", sum, err)
		}
	})
}

// TestSummaryEdges: a stretch has its first millisecond and not its last.
func TestSummaryEdges(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		at := w.get(w.incident()).RegisteredAt
		ms := time.Millisecond
		for name, c := range map[string]struct {
			in   Stretch
			want int
		}{
			"starts with it": {Stretch{at, at.Add(ms)}, 1},
			"ends before it": {Stretch{at.Add(-time.Hour), at}, 0},
			"ends after it":  {Stretch{at.Add(-time.Hour), at.Add(ms)}, 1},
			"starts after":   {Stretch{at.Add(ms), at.Add(time.Hour)}, 0},
		} {
			if got := w.summary(c.in, Stretch{}).Registered; got != c.want {
				t.Errorf("%s: %d, want %d", name, got, c.want)
			}
		}
	})
}

// TestSummaryOverdue: late is what runs past its time, and what was late when it stopped.
func TestSummaryOverdue(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		overdue := func() int {
			return w.summary(Stretch{w.Now().Add(-1000 * time.Hour), w.Now().Add(time.Hour)}, Stretch{}).Overdue
		}
		want := func(n int, when string) {
			t.Helper()
			if got := overdue(); got != n {
				t.Errorf("%s: %d overdue, want %d", when, got, n)
			}
		}
		inTime, late := w.incident(byHand), w.incident(byHand)
		want(0, "at once")
		w.do(w.Assign(w.ctx, w.admin, inTime, w.first.role))
		w.do(w.Accept(w.ctx, w.first.Actor, inTime))
		w.Advance(triageTerm + time.Minute)
		want(1, "triage ran out for one")
		w.do(w.Assign(w.ctx, w.admin, late, w.first.role))
		want(1, "decided too late")
		w.check(w.answerIt(w.first, inTime))
		w.Advance(acceptTerm + dayTerm)
		want(1, "one was answered in time, the other is late twice")
		w.do(w.CloseIncident(w.ctx, w.admin, inTime))
		w.Advance(1000 * time.Hour / 2)
		want(1, "long afterwards")
	})
}

// TestSummaryBodies: a body with few incidents is not ranked, and one that
// answers few of its incidents does not come before those that answer most.
func TestSummaryBodies(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		third, lazy := w.newOfficial(w.region, "Администрация"), w.newOfficial(w.region, "Теплосеть")
		from := w.moment()
		handle := func(who official, incidents, answers int, after time.Duration) {
			for n := range incidents {
				id := w.incident(byHand)
				w.do(w.Assign(w.ctx, w.admin, id, who.role))
				if n < answers {
					w.Advance(after + time.Duration(n)*time.Second)
					w.check(w.answerIt(who, id))
				}
			}
		}
		handle(w.first, RankedFrom, RankedFrom, 30*time.Minute)
		handle(w.second, RankedFrom+1, 6, 10*time.Minute)
		handle(third, RankedFrom-1, RankedFrom-1, time.Minute)
		handle(lazy, RankedFrom, 1, time.Minute)
		sum := w.summary(Stretch{from, w.Now().Add(time.Second)}, Stretch{})
		var got []string
		for _, b := range sum.Bodies {
			got = append(got, fmt.Sprintf("%s: %d of %d, %v", b.Name, b.Answers.Count, b.Incidents, b.Answers.Median.Round(time.Second)))
		}
		want := []string{"Водоканал: 6 of 11, 10m3s", "Министерство дорог: 10 of 10, 30m5s", "Теплосеть: 1 of 10, 1m0s"}
		for n := range got { // the median of an even number ends in half a second
			got[n] = strings.ReplaceAll(got[n], "10m2s", "10m3s")
			got[n] = strings.ReplaceAll(got[n], "30m4s", "30m5s")
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("ranked bodies (-want +got):\n%s", diff)
		}
	})
}

func TestSummaryTopics(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		for _, name := range []string{"Вода", "Снег"} {
			must(t)(w.AddRule(w.ctx, w.admin, w.region, name, "слово"))
		}
		id := map[string]int64{}
		topics, err := w.Topics(w.ctx, w.region)
		w.check(err)
		for _, x := range topics {
			id[x.Name] = x.ID
		}
		about := func(name string, n int) {
			for range n {
				w.incident(func(f *Found) { f.Matches[0].Topic = id[name] })
			}
		}
		from := w.moment()
		about("Снег", 3)
		about("Дороги", 2)
		w.Advance(time.Hour)
		middle := w.moment()
		about("Вода", 4)
		about("Дороги", 2)
		sum := w.summary(Stretch{middle, w.Now().Add(time.Second)}, Stretch{from, middle})
		want := []TopicCount{{id["Вода"], "Вода", 4, 0}, {id["Дороги"], "Дороги", 2, 2}, {id["Снег"], "Снег", 0, 3}}
		if diff := cmp.Diff(want, sum.Topics); diff != "" || sum.Before != 5 {
			t.Errorf("%d before; topics (-want +got):\n%s", sum.Before, diff)
		}
	})
}

// TestSummaryPromises: a promise is late while its incident is open and its date past.
func TestSummaryPromises(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		id := w.incident()
		w.check(s.tx(w.ctx, func(t *tx) error {
			return t.exec(`INSERT INTO deadlines (incident_id, kind, due_at) VALUES ($1, 'promise', $2)`, id, t.now+time.Hour.Milliseconds())
		}))
		if got := w.summary(Stretch{}, Stretch{}).LatePromises; got != 0 {
			t.Errorf("%d promises are late before their date", got)
		}
		w.Advance(2 * time.Hour)
		if got := w.summary(Stretch{}, Stretch{}).LatePromises; got != 1 {
			t.Errorf("%d promises are late, want 1", got)
		}
	})
}

func TestMedian(t *testing.T) {
	list := func(minutes ...int64) (l []answerTime) {
		for _, m := range minutes {
			l = append(l, answerTime{took: m * 60_000})
		}
		return l
	}
	for name, c := range map[string]struct {
		list []answerTime
		want AnswerTimes
	}{
		"none":          {nil, AnswerTimes{}},
		"one":           {list(7), AnswerTimes{1, 7 * time.Minute, 7 * time.Minute}},
		"odd, unsorted": {list(90, 1, 2), AnswerTimes{3, 31 * time.Minute, 2 * time.Minute}},
		"even":          {list(4, 1, 2, 1), AnswerTimes{4, 2 * time.Minute, 90 * time.Second}},
	} {
		if diff := cmp.Diff(c.want, times(c.list)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// explained asks SQLite how it would find the rows of each query.
type explained struct {
	queryer
	plans []string
}

func (e *explained) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	steps, err := all(ctx, e.queryer, func(r scanner) (step string, err error) {
		var n int64
		return step, r.Scan(&n, &n, &n, &step)
	}, `EXPLAIN QUERY PLAN `+query, args...)
	if err != nil {
		return nil, err
	}
	e.plans = append(e.plans, steps...)
	return e.queryer.QueryContext(ctx, query, args...)
}

// TestSummaryReadsIndexes: of the large tables a summary reads nothing but
// indexes. Promises are few and found by their date.
func TestSummaryReadsIndexes(t *testing.T) {
	w := newWorld(t, open(t, filepath.Join(t.TempDir(), "otklik.db")))
	w.crowd(1000)
	e, in, sum := &explained{queryer: w.read}, Stretch{w.Now().Add(-time.Hour), w.Now()}, Summary{States: map[State]int{}, Reasons: map[string]int{}}
	c := counting{w.ctx, e, w.region, ms(w.Now())}
	_, err := c.overdue(in)
	w.check(errors.Join(err, c.states(&sum, in), c.topics(&sum, in, in), c.answers(&sum, in, in)))
	large := regexp.MustCompile(`^(SEARCH|SCAN) [iad] `)
	seen := 0
	for _, step := range e.plans {
		if !large.MatchString(step) {
			continue
		}
		if seen++; !strings.Contains(step, "USING COVERING INDEX") || strings.HasPrefix(step, "SCAN") {
			t.Errorf("reads the table itself: %s", step)
		}
	}
	if seen < 8 {
		t.Errorf("only %d steps were seen in %q", seen, e.plans)
	}
}
