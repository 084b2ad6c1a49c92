package storage

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSearchesFollowWhatIsWanted(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		other := w.newRegion("Приречье")
		w.check(w.SetSearches(w.ctx, other, "vk", []string{"Заречный"}))
		must(t)(w.AddSource(w.ctx, w.admin, Source{Region: w.region, Network: "vk", Kind: "community", URL: "https://vk.com/a", Address: "a"}, 0))
		searches := func(region int64) map[string]int64 {
			list, err := w.Sources(w.ctx, region)
			w.check(err)
			found := map[string]int64{}
			for _, x := range list {
				if x.Kind == SearchSource {
					found[x.Address] = x.ID
				}
			}
			return found
		}
		lines := func() int64 {
			return w.number(`SELECT count(*) FROM events WHERE region_id = $1 AND kind = 'list_changed' AND actor = 'monitor' AND person_id IS NULL`, w.region)
		}
		w.check(w.SetSearches(w.ctx, w.region, "vk", []string{"Заречный", "Нагорный"}))
		first := searches(w.region)
		w.check(w.SetSearches(w.ctx, w.region, "vk", []string{"Нагорный", "Заречный"}))
		if diff := cmp.Diff(first, searches(w.region)); diff != "" || len(first) != 2 || lines() != 1 {
			t.Errorf("set twice, %d lines in the journal (-first +second):\n%s", lines(), diff)
		}
		w.check(w.SetSearches(w.ctx, w.region, "vk", []string{"Нагорный", "Ольховка"}))
		second := searches(w.region)
		if len(second) != 2 || second["Нагорный"] != first["Нагорный"] || second["Ольховка"] == 0 || lines() != 2 {
			t.Errorf("searches are %v after %v, %d lines in the journal", second, first, lines())
		}
		w.check(w.SetSearches(w.ctx, w.region, "vk", nil))
		list, err := w.Sources(w.ctx, w.region)
		w.check(err)
		if len(list) != 1 || list[0].Kind != "community" || len(searches(other)) != 1 {
			t.Errorf("after the last search went there are %+v, and %v elsewhere", list, searches(other))
		}
		w.wantSound()
	})
}

func TestSearchesInTroubleAreToldOfOnce(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		w.check(w.SetSearches(w.ctx, w.region, "vk", []string{"Заречный", "Нагорный", "Ольховка"}))
		list, err := w.Sources(w.ctx, w.region)
		w.check(err)
		told := func() int64 {
			return w.number(`SELECT count(*) FROM messages WHERE chat_id = $1 AND payload LIKE '%source_trouble%' AND payload LIKE '%search%'`, w.group)
		}
		fail := func() {
			for _, x := range list {
				w.check(w.SourceRead(w.ctx, x.ID, "token", w.Now().Add(time.Minute)))
			}
		}
		fail()
		if told() != 0 {
			t.Fatal("a trouble of no time was told")
		}
		w.check(w.tx(w.ctx, func(x *tx) error {
			return x.exec(`UPDATE sources SET failing_since = $1 WHERE trouble <> ''`, ms(w.Now().Add(-2*time.Hour)))
		}))
		fail()
		fail()
		if n := told(); n != 1 {
			t.Errorf("told %d times of three searches with one trouble, want 1", n)
		}
	})
}
