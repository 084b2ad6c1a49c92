package storage

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestHits(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		by := func(rules ...int64) func(*Found) {
			return func(f *Found) { f.Matches[0].Rules = rules }
		}
		old := w.incident(by(1))
		s.Advance(8 * 24 * time.Hour)
		since := s.Now().Add(-7 * 24 * time.Hour)
		both := w.incident(by(1, 2))
		repost := w.found()
		repost.RepostOf, repost.Matches[0].Rules = w.post(2).ExternalID, []int64{3}
		w.save(repost)
		none := w.incident()
		elsewhere := w.found()
		elsewhere.Matches[0].Region = w.newRegion("Нагорный край")
		elsewhere.Matches[0].Topic, elsewhere.Matches[0].Rules = w.topicOf(elsewhere.Matches[0].Region), []int64{9}
		w.save(elsewhere)
		w.do(w.Dismiss(w.ctx, w.admin, both, "no_problem", ""))

		type row struct {
			Incident int64
			State    State
			Reason   string
			Rules    []int64
			Text     bool
			False    bool
		}
		rows := func(list []Hit, err error) (rows []row) {
			w.check(err)
			for _, h := range list {
				rows = append(rows, row{h.Incident, h.State, h.Reason, h.Rules, h.Text != "", h.False()})
			}
			return rows
		}
		want := []row{{none, New, "", nil, false, false}, {both, Dismissed, "no_problem", []int64{3}, false, true}, {both, Dismissed, "no_problem", []int64{1, 2}, false, true}}
		if diff := cmp.Diff(want, rows(w.Hits(w.ctx, w.region, since))); diff != "" {
			t.Errorf("hits (-want +got):\n%s", diff)
		}
		for i := range want {
			want[i].Text = true
		}
		if diff := cmp.Diff(want, rows(w.HitTexts(w.ctx, w.region, since))); diff != "" {
			t.Errorf("with texts (-want +got):\n%s", diff)
		}
		if list := rows(w.Hits(w.ctx, w.region, since.Add(-48*time.Hour))); len(list) != 4 || list[3].Incident != old {
			t.Errorf("since longer ago: %v", list)
		}
		found, err := w.FoundBy(w.ctx, both)
		w.check(err)
		if diff := cmp.Diff(map[int64][]int64{2: {1, 2}, 3: {3}}, found); diff != "" {
			t.Errorf("found by (-want +got):\n%s", diff)
		}
	})
}

func TestFalseHits(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		want := map[string]bool{"no_problem": true, "other_region": true, "no_facts": false, "insult": false, "closed_profile": false, "already_answered": false, "other": false}
		for reason := range want {
			w.do(w.Dismiss(w.ctx, w.admin, w.incident(), reason, ""))
		}
		back := w.incident()
		w.do(w.Dismiss(w.ctx, w.admin, back, "no_problem", ""))
		w.do(w.Reopen(w.ctx, w.admin, back, "a resident wrote again"))
		list, err := w.Hits(w.ctx, w.region, w.Now().Add(-time.Hour))
		w.check(err)
		if len(list) != len(want)+1 {
			t.Fatalf("%d hits, want %d", len(list), len(want)+1)
		}
		for _, h := range list {
			if h.False() != (h.Incident != back && want[h.Reason]) {
				t.Errorf("incident %d, %s %q: false is %v", h.Incident, h.State, h.Reason, h.False())
			}
		}
	})
}

// A week is read whole though it takes many pages.
func TestHitsOfManyPages(t *testing.T) {
	w := newWorld(t, open(t, t.TempDir()+"/otklik.db"))
	var posts []Found
	for range 2*hitsAtOnce + 10 {
		posts = append(posts, w.found())
	}
	w.save(posts...)
	list, err := w.Hits(w.ctx, w.region, w.Now().Add(-time.Hour))
	w.check(err)
	if len(list) != len(posts) {
		t.Errorf("%d hits of %d", len(list), len(posts))
	}
}
