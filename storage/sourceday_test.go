package storage

import (
	"fmt"
	"math"
	"testing"
	"time"
)

func TestActivity(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		source := must(t)(s.AddSource(w.ctx, w.admin, Source{Region: w.region, Network: "vk", Kind: "community", URL: "https://vk.com/a", Address: "a"}, 0))
		idle := must(t)(s.AddSource(w.ctx, w.admin, Source{Region: w.region, Network: "vk", Kind: "community", URL: "https://vk.com/b", Address: "b"}, 0))
		save := func(age time.Duration, fate Fate, hit bool) {
			t.Helper()
			f := w.found()
			f.Post.Source, f.Post.PublishedAt, f.Fate = source, s.Now().Add(-age), fate
			if !hit {
				f.Matches = nil
			}
			for range 2 { // the second time it is known, or nothing but counted before
				if _, err := s.SavePosts(w.ctx, &Progress{Source: source, Cursor: "c"}, []Found{f}); err != nil {
					t.Fatal(err)
				}
				if !hit {
					break
				}
			}
		}
		// want asks for sums of whole days: what a part of today makes of them is the clock's.
		want := func(posts, hits float64, days int) {
			t.Helper()
			midnight := s.Now().UTC().Truncate(24 * time.Hour)
			span := s.Now().Sub(midnight).Hours()/24 + float64(days)
			got, err := s.Activity(w.ctx, source)
			w.check(err)
			list, err := s.Activities(w.ctx, w.region)
			w.check(err)
			if math.Abs(got.Posts*span-posts) > 0.01 || math.Abs(got.Hits*span-hits) > 0.01 || math.Abs(list[source].Posts-got.Posts) > 0.01 || len(list) != 1 || list[idle] != (Activity{}) {
				t.Errorf("%.2f posts and %.2f hits a day, in all %v; want %v and %v over %.2f days", got.Posts, got.Hits, list, posts, hits, span)
			}
		}
		save(0, "", true)
		save(0, "", false)
		save(0, PostEdited, false)
		save(20*time.Hour, "", true)
		save(9*24*time.Hour, "", true)  // before it was watched
		save(40*24*time.Hour, "", true) // not even counted
		want(3, 2, 1)
		if n := w.number(`SELECT sum(posts) FROM source_days`); n != 4 {
			t.Errorf("%d posts are counted, want 4", n)
		}
		s.Advance(5 * 24 * time.Hour)
		want(3, 2, 6)
		save(time.Hour, "", true)
		want(4, 3, 6)
		s.Advance(7 * 24 * time.Hour)
		if got, err := s.Activity(w.ctx, source); err != nil || got != (Activity{}) {
			t.Errorf("of a week without a post: %+v, %v", got, err)
		}
		w.wantSound()
		s.Advance(30 * 24 * time.Hour)
		w.check(s.Upkeep(w.ctx, keeping))
		if n := w.number(`SELECT count(*) FROM source_days`); n != 0 {
			t.Errorf("%d days are kept for ever", n)
		}
		w.check(s.RemoveSource(w.ctx, w.admin, w.region, source))
	})
}

func TestTokenTroubleIsToldOnce(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		dead := TokenTrouble{Key: "OTKLIK_VK_TOKEN", Number: 2, Network: "vk", Cause: "refused"}
		changed, end := s.Changed(Tokens)
		defer end()
		state := func() string {
			list, err := s.TokenTroubles(w.ctx)
			w.check(err)
			out := ""
			for _, x := range list {
				out += fmt.Sprintf("%s %d %s told=%v cured=%v;", x.Key, x.Number, x.Cause, !x.Told.IsZero(), !x.Cured.IsZero())
			}
			return out
		}
		first := func() TokenTrouble { return mustBe[[]TokenTrouble](t)(s.TokenTroubles(w.ctx))[0] }
		for _, step := range []struct {
			name string
			do   func() error
			want string
			wake bool
		}{
			{"dies", func() error { return s.TokenFailed(w.ctx, dead) }, "OTKLIK_VK_TOKEN 2 refused told=false cured=false;", true},
			{"again", func() error { return s.TokenFailed(w.ctx, dead) }, "OTKLIK_VK_TOKEN 2 refused told=false cured=false;", false},
			{"told", func() error { return s.TokenTold(w.ctx, first()) }, "OTKLIK_VK_TOKEN 2 refused told=true cured=false;", false},
			{"and again", func() error { return s.TokenFailed(w.ctx, dead) }, "OTKLIK_VK_TOKEN 2 refused told=true cured=false;", false},
			{"cured", func() error { return s.TokenCured(w.ctx, dead.Key, 2) }, "OTKLIK_VK_TOKEN 2 refused told=true cured=true;", true},
			{"dies anew before that was told", func() error { s.Advance(time.Second); return s.TokenFailed(w.ctx, dead) }, "OTKLIK_VK_TOKEN 2 refused told=false cured=false;", true},
			{"an older telling", func() error { x := first(); x.Since = x.Since.Add(-time.Second); return s.TokenTold(w.ctx, x) }, "OTKLIK_VK_TOKEN 2 refused told=false cured=false;", false},
			{"told anew", func() error { return s.TokenTold(w.ctx, first()) }, "OTKLIK_VK_TOKEN 2 refused told=true cured=false;", false},
			{"another cause", func() error { d := dead; d.Cause = "captcha"; return s.TokenFailed(w.ctx, d) }, "OTKLIK_VK_TOKEN 2 captcha told=false cured=false;", true},
			{"another token", func() error { return s.TokenCured(w.ctx, dead.Key, 1) }, "OTKLIK_VK_TOKEN 2 captcha told=false cured=false;", true},
			{"cured untold", func() error { return s.TokenCured(w.ctx, dead.Key, 2) }, "", true},
			{"dies once more", func() error { return s.TokenFailed(w.ctx, dead) }, "OTKLIK_VK_TOKEN 2 refused told=false cured=false;", true},
			{"told of that", func() error { return s.TokenTold(w.ctx, first()) }, "OTKLIK_VK_TOKEN 2 refused told=true cured=false;", false},
			{"cured for good", func() error { return s.TokenCured(w.ctx, dead.Key, 2) }, "OTKLIK_VK_TOKEN 2 refused told=true cured=true;", true},
			{"and that told", func() error { return s.TokenTold(w.ctx, first()) }, "", false},
		} {
			w.check(step.do())
			woken := false
			select {
			case <-changed:
				woken = true
			default:
			}
			if got := state(); got != step.want || woken != step.wake {
				t.Errorf("%s: %q, woken %v; want %q, %v", step.name, got, woken, step.want, step.wake)
			}
		}
	})
}
