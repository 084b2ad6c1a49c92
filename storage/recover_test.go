package storage

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestReplayedHistoryIsNotTold(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		w.check(w.Unsynced(w.ctx, func() error {
			w.Advance(-48 * time.Hour)
			defer w.Advance(48 * time.Hour)
			w.answered()
			w.assigned()
			return nil
		}))
		w.check(w.ForgetOutgoing(w.ctx))
		lanes := mustBe[[]Lane](t)(w.Lanes(w.ctx))
		if len(lanes) != 0 {
			t.Errorf("something waits to be said: %+v", lanes)
		}
		if n := w.number(`SELECT count(*) FROM deadlines WHERE stopped_at IS NULL AND warned = 0`); n != 0 {
			t.Errorf("%d deadlines of the past will be warned of", n)
		}
		fresh := w.incident()
		if diff := cmp.Diff([]string{"card №3"}, w.outgoing(w.group)); diff != "" {
			t.Errorf("what is said of incident %d (-want +got):\n%s", fresh, diff)
		}
		w.wantSound()
	})
}

func TestUnsyncedEndsSynced(t *testing.T) {
	s := open(t, t.TempDir()+"/otklik.db")
	w := &world{Store: s, t: t, ctx: t.Context()}
	synchronous := func() int64 { return must(t)(one(w.ctx, s.write, scalar[int64], `PRAGMA synchronous`)) }
	w.check(s.Unsynced(w.ctx, func() error {
		if synchronous() != 0 {
			t.Error("commits wait for the disk")
		}
		return nil
	}))
	if synchronous() != 2 {
		t.Error("commits do not wait for the disk any more")
	}
}

func TestLanguageOfARegionIsSeenAtOnce(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		w.incident()
		w.deliver()
		set := func(language, topic string) {
			w.check(w.SetRegionLanguage(w.ctx, w.admin, w.region, language, map[string]string{"roads": topic}))
		}
		set("en", "Roads")
		set("en", "Ways")
		g := mustBe[Region](t)(w.Region(w.ctx, w.region))
		topics := mustBe[[]Topic](t)(w.Topics(w.ctx, w.region))
		if g.Language != "en" || topics[0].Name != "Roads" {
			t.Errorf("language %q, topic %q", g.Language, topics[0].Name)
		}
		lanes := mustBe[[]Lane](t)(w.Lanes(w.ctx))
		if len(lanes) != 1 || lanes[0].Dirty != 1 {
			t.Errorf("the card is not shown anew: %+v", lanes)
		}
		w.wantSound()
	})
}
