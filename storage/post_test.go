package storage

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// results are the results of a saving, in order.
func results(saved []Saved) []SaveResult {
	var list []SaveResult
	for _, s := range saved {
		list = append(list, s.Result)
	}
	return list
}

func TestDuplicates(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		both, byID, byURL := w.found(), w.found(), w.found()
		byID.Post.URL = ""
		byURL.Post.ExternalID = ""
		first := w.save(both, byID, byURL, both)
		if diff := cmp.Diff([]SaveResult{Fresh, Fresh, Fresh, Duplicate}, results(first)); diff != "" {
			t.Fatal(diff)
		}
		sameID, sameURL := both, both
		sameID.Post.URL = "https://vk.com/another"
		sameURL.Post.ExternalID, sameURL.Post.Network = "", "rss"
		elsewhere := byID
		elsewhere.Post.Network, elsewhere.Post.URL = "ok", "https://ok.ru/group/1/topic/2"
		again := w.save(sameID, sameURL, byID, byURL, elsewhere)
		if diff := cmp.Diff([]SaveResult{Duplicate, Duplicate, Duplicate, Duplicate, Fresh}, results(again)); diff != "" {
			t.Error(diff)
		}
		for n, want := range []int{0, 0, 1, 2} {
			if diff := cmp.Diff(first[want].Incidents, again[n].Incidents); diff != "" || len(again[n].Incidents) != 1 {
				t.Errorf("duplicate %d has other incidents:\n%s", n, diff)
			}
		}
		nothing := w.found()
		nothing.Matches = nil
		if got := w.save(nothing, nothing)[1]; got.Result != Unmatched || got.Post != 0 || got.Incidents != nil {
			t.Errorf("a post of no topic: %+v", got)
		}
		counts := map[string]int64{}
		for _, r := range []SaveResult{Fresh, Duplicate, Unmatched} {
			counts[string(r)] = w.number(`SELECT coalesce(sum(posts), 0) FROM counts WHERE result = $1`, string(r))
		}
		if diff := cmp.Diff(map[string]int64{"new": 4, "duplicate": 5, "unmatched": 2}, counts); diff != "" {
			t.Error(diff)
		}
		w.wantSound()
	})
}

func TestTwoRegionsInOnePost(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		other := w.newRegion("Нагорный край")
		group := w.newGroup(other)
		third := w.newRegion("Озёрный край") // has no group yet
		match := func(region int64) Match {
			return Match{Region: region, Topic: w.topicOf(region), Importance: Normal}
		}
		f := w.found()
		f.Matches = append(f.Matches, match(other))
		saved := w.save(f)[0]
		if len(saved.Incidents) != 2 || saved.Result != Fresh {
			t.Fatalf("saved as %+v", saved)
		}
		for n, region := range []int64{w.region, other} {
			if i := w.get(saved.Incidents[n]); i.Region != region {
				t.Errorf("incident %d is of region %d", n, i.Region)
			}
		}
		if got := w.outgoing(group); len(got) != 1 {
			t.Errorf("the other region is sent %v", got)
		}
		f.Matches = append(f.Matches, match(third))
		later := w.save(f)[0]
		if later.Result != Fresh || len(later.Incidents) != 3 {
			t.Errorf("a region found later: %+v", later)
		}
		if n := w.number(`SELECT count(*) FROM messages WHERE incident_id = $1`, later.Incidents[2]); n != 0 {
			t.Errorf("%d cards of a region without a group", n)
		}
		if again := w.save(f)[0]; again.Result != Duplicate || len(again.Incidents) != 3 {
			t.Errorf("again: %+v", again)
		}
		// The group that comes later gets the cards that waited for it.
		late := w.newGroup(third)
		if diff := cmp.Diff([]string{fmt.Sprintf("card №%d", later.Incidents[2])}, w.outgoing(late)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestPendingIsFilled(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		full := w.found()
		full.Post.Photos, full.Post.Spans = 2, []Span{{0, 6}}
		known := Found{Post: Post{Network: "vk", Kind: "post", ExternalID: full.Post.ExternalID, State: Pending}}
		if saved := w.save(known)[0]; saved.Result != Fresh || saved.Incidents != nil {
			t.Errorf("only an id: %+v", saved)
		}
		if saved := w.save(known)[0]; saved.Result != Duplicate {
			t.Errorf("the id again: %+v", saved)
		}
		list, err := w.PendingPosts(w.ctx, 10)
		w.check(err)
		if len(list) != 1 {
			t.Fatalf("%d posts wait to be fetched", len(list))
		}
		saved := w.save(full)[0]
		if saved.Result != Fresh || len(saved.Incidents) != 1 || saved.Post != list[0].ID {
			t.Errorf("filled: %+v", saved)
		}
		p := mustBe[Post](t)(w.Post(w.ctx, saved.Post))
		if p.State != Ready || p.Text != full.Post.Text || p.URL != full.Post.URL || p.Photos != 2 || !p.CanPublish || len(p.Spans) != 1 {
			t.Errorf("filled with %+v", p)
		}
		if list, err := w.PendingPosts(w.ctx, 10); err != nil || len(list) != 0 {
			t.Errorf("still to be fetched: %v, %v", list, err)
		}
		// The address that it turns out to have may be another post's.
		twin := w.found()
		w.save(twin)
		w.save(Found{Post: Post{Network: "ok", Kind: "post", ExternalID: "9", State: Pending}})
		twin.Post.Network, twin.Post.ExternalID = "ok", "9"
		if saved := w.save(twin)[0]; saved.Result != Fresh {
			t.Errorf("a post with another's address: %+v", saved)
		}
		w.check(w.PostGone(w.ctx, saved.Post))
		if p := mustBe[Post](t)(w.Post(w.ctx, saved.Post)); p.State != Deleted {
			t.Errorf("gone as %s", p.State)
		}
	})
}

func TestProgressIsSavedWithItsPosts(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		source, err := w.AddSource(w.ctx, w.admin, Source{Region: w.region, Network: "vk", Kind: "community", URL: "https://vk.com/z", Address: "z"}, w.group)
		w.check(err)
		w.check(w.SourceRead(w.ctx, source, "timeout", w.Now().Add(time.Minute)))
		next := at(ms(w.Now().Add(time.Minute)))
		f := w.found()
		f.Post.Source = source
		if _, err := w.SavePosts(w.ctx, &Progress{Source: source, Cursor: "c2", Next: next}, []Found{f}); err != nil {
			t.Fatal(err)
		}
		g := mustBe[Source](t)(w.Source(w.ctx, source))
		if g.Cursor != "c2" || g.Trouble != "" || !g.NextReadAt.Equal(next) || !g.LastPostAt.Equal(f.Post.PublishedAt) {
			t.Errorf("the source is %+v", g)
		}
		// One bad post, and neither the others nor the cursor are saved.
		bad := w.found()
		bad.Matches[0].Region = 999
		if _, err := w.SavePosts(w.ctx, &Progress{Source: source, Cursor: "c3", Next: next}, []Found{w.found(), bad}); !errors.Is(err, ErrNotFound) {
			t.Errorf("a post of no region: %v", err)
		}
		wrong := w.found()
		wrong.Post.ExternalID, wrong.Post.URL = "", ""
		if _, err := w.SavePosts(w.ctx, &Progress{Source: source, Cursor: "c3", Next: next}, []Found{w.found(), wrong}); err == nil {
			t.Error("a post without id and address was saved")
		}
		if g := mustBe[Source](t)(w.Source(w.ctx, source)); g.Cursor != "c2" {
			t.Errorf("the cursor moved to %s", g.Cursor)
		}
		if n := w.number(`SELECT count(*) FROM posts`); n != 1 {
			t.Errorf("%d posts", n)
		}
		if _, err := w.SavePosts(w.ctx, &Progress{Source: source, Cursor: "c4", Next: next}, nil); err != nil {
			t.Fatal(err)
		}
		if g := mustBe[Source](t)(w.Source(w.ctx, source)); g.Cursor != "c4" || !g.LastPostAt.Equal(f.Post.PublishedAt) {
			t.Errorf("after an empty reading the source is %+v", g)
		}
		w.wantSound()
	})
}

func TestCardsAreHeardSparingly(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		sounds := func(posts ...Found) []int64 {
			t.Helper()
			before := w.number(`SELECT coalesce(max(id), 0) FROM outbox`)
			w.save(posts...)
			list, err := all(w.ctx, w.read, scalar[int64], `SELECT sound FROM outbox WHERE id > $1 ORDER BY id`, before)
			w.check(err)
			return list
		}
		high := w.found()
		high.Matches[0].Importance = High
		if diff := cmp.Diff([]int64{1, 0, 1}, sounds(w.found(), w.found(), high)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]int64{0}, sounds(w.found())); diff != "" {
			t.Error(diff)
		}
		open, err := w.Incidents(w.ctx, QueueFilter{Region: w.region, States: []State{New}, Limit: 10})
		w.check(err)
		for _, i := range open {
			w.do(w.Dismiss(w.ctx, w.admin, i.ID, "other", ""))
		}
		if diff := cmp.Diff([]int64{1}, sounds(w.found())); diff != "" {
			t.Error(diff)
		}
	})
}

func TestBatchOfThousand(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		var batch []Found
		for n := range 1000 {
			f := w.found()
			if n%10 == 9 {
				f.Post = batch[n-1].Post
			}
			batch = append(batch, f)
		}
		w.deliver()
		saved := w.save(batch...)
		fresh, posts := 0, map[int64]bool{}
		for n, r := range saved {
			want := Fresh
			if n%10 == 9 {
				want = Duplicate
			}
			if r.Result != want || len(r.Incidents) != 1 {
				t.Fatalf("post %d: %+v", n, r)
			}
			if r.Result == Fresh {
				fresh++
			}
			posts[r.Post] = true
			if p := mustBe[Post](t)(w.Post(w.ctx, r.Post)); n%100 == 0 && p.Text != batch[n].Post.Text {
				t.Errorf("result %d is post %q, want %q", n, p.Text, batch[n].Post.Text)
			}
		}
		if fresh != 900 || len(posts) != 900 || w.number(`SELECT count(*) FROM incidents`) != 900 || len(w.outgoing(w.group)) != 900 {
			t.Errorf("%d fresh, %d posts", fresh, len(posts))
		}
		w.wantSound()
	})
}

// TestFindThroughPages looks through more texts than a page holds, with
// incidents of many posts.
func TestFindThroughPages(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		var batch []Found
		for range 700 {
			batch = append(batch, w.found())
		}
		for n, saved := range w.save(batch...) {
			if n%2 == 0 {
				f := w.found()
				f.Matches, f.Post.State, f.Post.Text = nil, Pending, fmt.Sprint("ещё раз о №", saved.Incidents[0])
				p := w.save(f)[0].Post
				_, err := w.write.ExecContext(w.ctx, `INSERT INTO incident_posts (region_id, post_id, incident_id, added_at) VALUES ($1, $2, $3, 0)`, w.region, p, saved.Incidents[0])
				w.check(err)
			}
		}
		seen := map[string]bool{}
		last := int64(1) << 62
		w.check(w.IncidentTexts(w.ctx, w.region, func(x IncidentText) bool {
			if x.Incident > last {
				t.Errorf("№%d after №%d", x.Incident, last)
			}
			last = x.Incident
			seen[x.Text] = true
			return true
		}))
		if len(seen) != 1050 {
			t.Errorf("%d texts were looked through, want 1050", len(seen))
		}
		calls := 0
		w.check(w.IncidentTexts(w.ctx, w.region, func(IncidentText) bool { calls++; return calls < 3 }))
		if calls != 3 {
			t.Errorf("%d texts after it was enough", calls)
		}
	})
}
