package storage

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// family is what must be known of incidents that are merged and split: where
// each was merged into, and the incident that each post was first of.
type family struct {
	w      *world
	parent map[int64]int64 // by incident; 0: it goes on
	home   map[int64]int64 // by post
	merges []Change
}

func (f *family) root(incident int64) int64 {
	for f.parent[incident] != 0 {
		incident = f.parent[incident]
	}
	return incident
}

// faults compares the tables with what must be known.
func (f *family) faults() (faults []string) {
	w := f.w
	want, got := map[int64]int64{}, map[int64]int64{}
	counts := map[int64]int{}
	for post, home := range f.home {
		want[post] = f.root(home)
		counts[f.root(home)]++
	}
	type row struct{ post, incident int64 }
	rows := mustBe[[]row](w.t)(all(w.ctx, w.read, func(r scanner) (x row, err error) { return x, r.Scan(&x.post, &x.incident) },
		`SELECT post_id, incident_id FROM incident_posts WHERE region_id = $1`, w.region))
	for _, x := range rows {
		if f.home[x.post] == 0 {
			continue // another family's
		}
		if got[x.post] != 0 {
			faults = append(faults, fmt.Sprintf("post %d is in two incidents", x.post))
		}
		got[x.post] = x.incident
	}
	if diff := cmp.Diff(want, got); diff != "" {
		faults = append(faults, "posts by their incidents (-want +got):\n"+diff)
	}
	for id, parent := range f.parent {
		i := w.get(id)
		if (i.State == Merged) != (parent != 0) || i.MergedInto != parent {
			faults = append(faults, fmt.Sprintf("№%d is %s into №%d, want into №%d", id, i.State, i.MergedInto, parent))
		}
		if i.Posts != counts[id] {
			faults = append(faults, fmt.Sprintf("№%d counts %d posts, want %d", id, i.Posts, counts[id]))
		}
	}
	for what, query := range map[string]string{
		"clocks that run for merged ones":    `SELECT count(*) FROM deadlines d JOIN incidents i ON i.id = d.incident_id WHERE i.state = 'merged' AND d.stopped_at IS NULL`,
		"open ones without a first answer's": `SELECT count(*) FROM incidents i WHERE i.state IN ('new', 'assigned') AND i.frozen_at IS NULL AND NOT EXISTS (SELECT 1 FROM deadlines d WHERE d.incident_id = i.id AND d.kind = 'answer' AND d.stopped_at IS NULL)`,
		"assignments of merged ones":         `SELECT count(*) FROM assignments a JOIN incidents i ON i.id = a.incident_id WHERE i.state = 'merged' AND a.ended_at IS NULL`,
		"drafts of merged ones":              `SELECT count(*) FROM answers a JOIN incidents i ON i.id = a.incident_id WHERE i.state = 'merged' AND a.state IN ('draft', 'frozen')`,
		"answers on their way under posts of others": `SELECT count(*) FROM publications b JOIN answers a ON a.id = b.answer_id WHERE b.state IN ('planned', 'sending', 'waiting', 'unknown')
			AND NOT EXISTS (SELECT 1 FROM incident_posts ip WHERE ip.post_id = b.post_id AND ip.incident_id = a.incident_id)`,
	} {
		if n := w.number(query); n != 0 {
			faults = append(faults, fmt.Sprintf("%s: %d", what, n))
		}
	}
	return faults
}

// TestMergeLife merges, splits and takes back whatever in any order, between
// other steps, and looks after each press where every post is.
func TestMergeLife(t *testing.T) {
	t.Parallel()
	w := newWorld(t, open(t, filepath.Join(t.TempDir(), "otklik.db")))
	rapid.Check(t, func(t *rapid.T) {
		f := newFamily(w, 5)
		t.Repeat(f.presses())
	})
	w.wantSound()
	for _, kind := range []EventKind{MergedInto, SplitOff, Undone, PostAdded, AnsweredNow} {
		if w.number(`SELECT count(*) FROM events WHERE kind = $1`, string(kind)) == 0 {
			t.Errorf("nothing was ever %s: these lives were too short", kind)
		}
	}
}

// newFamily are new incidents with a post each.
func newFamily(w *world, incidents int) *family {
	f := &family{w: w, parent: map[int64]int64{}, home: map[int64]int64{}}
	for range incidents {
		f.found(w.found())
	}
	return f
}

func (f *family) found(p Found) {
	saved := f.w.save(p)[0]
	f.home[saved.Post] = saved.Incidents[0]
	f.parent[saved.Incidents[0]] += 0 // known from now on
}

// some is any incident.
func (f *family) some(t *rapid.T) int64 {
	return rapid.SampledFrom(slices.Sorted(maps.Keys(f.parent))).Draw(t, "incident")
}

// tried says whether a step was made; refusals are no failures.
func (f *family) tried(err error) bool {
	if err != nil && !errors.Is(err, ErrConflict) && !errors.Is(err, ErrNotFound) {
		f.w.t.Fatalf("%v", err)
	}
	return err == nil
}

func (f *family) presses() map[string]func(*rapid.T) {
	w := f.w
	return map[string]func(*rapid.T){
		"merge": func(t *rapid.T) {
			id, into := f.some(t), f.some(t)
			open := w.get(into).Open()
			if c, err := w.Merge(w.ctx, w.admin, id, into); f.tried(err) {
				if id == into || !open { // the next walk up the family might never end
					t.Fatalf("№%d was merged into №%d, which is itself or not open", id, into)
				}
				f.parent[id] = into
				f.merges = append(f.merges, c)
			}
		},
		"split": func(t *rapid.T) {
			id := f.some(t)
			if f.tried(failing(w.Split(w.ctx, w.admin, id))) {
				f.parent[id] = 0
			}
		},
		"undo": func(t *rapid.T) {
			if n := len(f.merges); n > 0 {
				c := f.merges[rapid.IntRange(0, n-1).Draw(t, "merge")]
				if f.tried(failing(w.Undo(w.ctx, w.admin, c.Event.ID))) {
					f.parent[c.Incident.ID] = 0
				}
			}
		},
		"split a post": func(t *rapid.T) {
			id := f.some(t)
			for _, p := range mustBe[[]Part](w.t)(w.Parts(w.ctx, id)) {
				if p.Post == 0 {
					continue
				}
				if c, err := w.SplitPost(w.ctx, w.admin, id, p.Post); f.tried(err) {
					f.home[p.Post], f.parent[c.Incident.ID] = c.Incident.ID, 0
				}
				return
			}
		},
		"the same is written": func(t *rapid.T) {
			if like := f.root(f.some(t)); w.get(like).Posts > 0 {
				f.found(w.same(like))
			}
		},
		"assign":  func(t *rapid.T) { f.tried(failing(w.Assign(w.ctx, w.admin, f.some(t), w.first.role))) },
		"dismiss": func(t *rapid.T) { f.tried(failing(w.Dismiss(w.ctx, w.admin, f.some(t), "other", ""))) },
		"reopen":  func(t *rapid.T) { f.tried(failing(w.Reopen(w.ctx, w.admin, f.some(t), "ещё"))) },
		"publish": func(t *rapid.T) {
			id := f.some(t)
			part := DraftPart{Chat: w.first.chat, Telegram: 10_000 + w.posts.Add(1), Text: "Заделали"}
			if a, err := w.SaveDraft(w.ctx, w.first.Actor, id, part); f.tried(err) {
				f.tried(failing(w.Publish(w.ctx, w.first.Actor, id, a.Version, 0)))
			}
		},
		"stop": func(t *rapid.T) { f.tried(failing(w.Stop(w.ctx, w.first.Actor, f.some(t)))) },
		"network": func(t *rapid.T) {
			if p, err := w.TakePublication(w.ctx); f.tried(err) {
				f.tried(w.PublishedAs(w.ctx, p.ID, "1", ""))
			}
		},
		"wait": func(t *rapid.T) { w.Advance(time.Duration(rapid.IntRange(1, 8).Draw(t, "minutes")) * time.Minute) },
		"": func(t *rapid.T) {
			for _, fault := range f.faults() {
				t.Error(fault)
			}
		},
	}
}

// TestMergeLifeSees breaks what the property looks at, one after the other.
func TestMergeLifeSees(t *testing.T) {
	t.Parallel()
	w := newWorld(t, open(t, filepath.Join(t.TempDir(), "otklik.db")))
	f := newFamily(w, 3)
	f.found(w.same(1))
	w.do(w.Merge(w.ctx, w.admin, 1, 2))
	f.parent[1] = 2
	run := func(query string) {
		w.check(w.tx(w.ctx, func(t *tx) error { return t.exec(query) }))
	}
	for _, x := range []struct{ broken, mended string }{
		{`SELECT 1`, `SELECT 1`},
		{`UPDATE incident_posts SET incident_id = 3 WHERE post_id = 1`, `UPDATE incident_posts SET incident_id = 2 WHERE post_id = 1`},
		{`UPDATE incidents SET posts = posts + 1 WHERE id = 2`, `UPDATE incidents SET posts = posts - 1 WHERE id = 2`},
		{`UPDATE incidents SET merged_into = 3 WHERE id = 1`, `UPDATE incidents SET merged_into = 2 WHERE id = 1`},
		{`UPDATE deadlines SET stopped_at = NULL WHERE incident_id = 1`, `UPDATE deadlines SET stopped_at = 1 WHERE incident_id = 1`},
		{`UPDATE deadlines SET stopped_at = 1 WHERE incident_id = 2`, `UPDATE deadlines SET stopped_at = NULL WHERE incident_id = 2`},
	} {
		run(x.broken)
		if seen := len(f.faults()) > 0; seen != (x.broken != x.mended) {
			t.Errorf("%s: seen %v", x.broken, seen)
		}
		run(x.mended)
	}
}
