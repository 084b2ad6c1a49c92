package storage

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const retention = 90 * 24 * time.Hour

func TestQuietIncidentsClose(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		id := w.answered()
		s.Advance(3*24*time.Hour - time.Minute)
		w.check(w.Upkeep(w.ctx, retention))
		if i := w.get(id); i.State != Answered {
			t.Errorf("before its time it is %s", i.State)
		}
		s.Advance(2 * time.Minute)
		for range 2 {
			w.check(w.Upkeep(w.ctx, retention))
		}
		if i := w.get(id); i.State != Closed {
			t.Errorf("after three days it is %s", i.State)
		}
		kinds := w.kinds(id)
		if kinds[len(kinds)-1] != "closed by system" {
			t.Errorf("the journal ends with %v", kinds)
		}
		w.wantSound()
	})
}

func TestErasure(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		other := w.newRegion("Нагорный край")
		shared := w.found()
		shared.Post.AuthorHash = []byte("author")
		shared.Matches = append(shared.Matches, Match{Region: other, Topic: w.topicOf(other), Importance: Normal})
		saved := w.save(shared)[0]
		mine, theirs := saved.Incidents[0], saved.Incidents[1]
		own := w.found()
		ownPost := w.save(own)[0]
		// mine has a post of its own too.
		_, err := w.write.ExecContext(w.ctx, `UPDATE incident_posts SET incident_id = $1 WHERE incident_id = $2`, mine, ownPost.Incidents[0])
		w.check(err)
		w.do(w.Dismiss(w.ctx, w.admin, mine, "other", "Слова"))
		texts := func() map[string]string {
			found := map[string]string{}
			for name, id := range map[string]int64{"own": ownPost.Post, "shared": saved.Post} {
				p := mustBe[Post](t)(w.Post(w.ctx, id))
				found[name] = fmt.Sprintf("%s %v %v", p.State, p.Text != "", p.AuthorHash != nil)
			}
			return found
		}
		s.Advance(retention - time.Minute)
		w.check(w.Upkeep(w.ctx, retention))
		if diff := cmp.Diff(map[string]string{"own": "ready true false", "shared": "ready true true"}, texts()); diff != "" {
			t.Errorf("before its time:\n%s", diff)
		}
		s.Advance(2 * time.Minute)
		w.check(w.Upkeep(w.ctx, retention))
		// The other region still works with the shared one.
		if diff := cmp.Diff(map[string]string{"own": "erased false false", "shared": "ready true true"}, texts()); diff != "" {
			t.Errorf("in time:\n%s", diff)
		}
		w.do(w.Dismiss(w.ctx, w.admin, theirs, "other", ""))
		w.check(w.Upkeep(w.ctx, retention))
		if diff := cmp.Diff(map[string]string{"own": "erased false false", "shared": "ready true true"}, texts()); diff != "" {
			t.Errorf("after the other region dismissed it:\n%s", diff)
		}
		s.Advance(retention + time.Minute)
		w.check(w.Upkeep(w.ctx, retention))
		if diff := cmp.Diff(map[string]string{"own": "erased false false", "shared": "erased false false"}, texts()); diff != "" {
			t.Errorf("at last:\n%s", diff)
		}
		if again := w.save(shared)[0]; again.Result != Duplicate {
			t.Errorf("an erased post that comes again: %+v", again)
		}
		w.wantSound()
	})
}

func TestWhatIsDoneGoes(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		w.check(w.SaveUpdates(w.ctx, 1, []Update{{ID: 1, Lane: 1, Raw: []byte("{}")}, {ID: 2, Lane: 1, Raw: []byte("{}")}}))
		w.check(w.FinishUpdate(w.ctx, 1, 1))
		w.check(w.Call(w.ctx, w.group))
		w.check(w.KeepText(w.ctx, w.region, []string{"a", "b"}))
		w.check(w.OpenDialog(w.ctx, Dialog{Person: w.first.Person, Chat: w.first.chat, Kind: "answer"}))
		count := func() map[string]int64 {
			found := map[string]int64{}
			for _, table := range []string{"inbox", "calls", "recent_texts", "dialogs"} {
				found[table] = w.number(`SELECT count(*) FROM ` + table)
			}
			return found
		}
		w.check(w.Upkeep(w.ctx, retention))
		if diff := cmp.Diff(map[string]int64{"inbox": 2, "calls": 1, "recent_texts": 2, "dialogs": 1}, count()); diff != "" {
			t.Errorf("at once:\n%s", diff)
		}
		s.Advance(8 * 24 * time.Hour)
		w.check(w.Upkeep(w.ctx, retention))
		if diff := cmp.Diff(map[string]int64{"inbox": 2, "calls": 0, "recent_texts": 0, "dialogs": 0}, count()); diff != "" {
			t.Errorf("after a week:\n%s", diff)
		}
		s.Advance(7 * 24 * time.Hour)
		w.check(w.Upkeep(w.ctx, retention))
		if diff := cmp.Diff(map[string]int64{"inbox": 1, "calls": 0, "recent_texts": 0, "dialogs": 0}, count()); diff != "" {
			t.Errorf("after a fortnight:\n%s", diff)
		}
	})
}

func TestRecentTextsAreLimited(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		other := w.newRegion("Нагорный край")
		w.check(w.KeepText(w.ctx, other, []string{"чужой"}))
		_, err := w.write.ExecContext(w.ctx, `
			WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <= $1)
			INSERT INTO recent_texts (region_id, text, found_at) SELECT $2, 'текст', $3 FROM n`, recentTexts, w.region, ms(w.Now()))
		w.check(err)
		w.check(w.KeepText(w.ctx, w.region, []string{"последний"}))
		w.check(w.Upkeep(w.ctx, retention))
		if n := w.number(`SELECT count(*) FROM recent_texts WHERE region_id = $1`, w.region); n != recentTexts {
			t.Errorf("%d texts are kept", n)
		}
		if n := w.number(`SELECT count(*) FROM recent_texts WHERE text IN ('последний', 'чужой')`); n != 2 {
			t.Error("the newest or another region's text went")
		}
	})
}
