package monitor

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"

	"otklik/monitor/sandbox"
	"otklik/storage"
)

// searching makes a monitor that reads a VK of this machine with its service
// keys.
func searching(t *testing.T, store *storage.Store, v *sandbox.VK, tokens ...string) *Monitor {
	t.Helper()
	m, err := New(store, Config{networks: []network{{name: "vk", prefix: "TEST", needs: "TOKEN", every: 2 * time.Minute, parallel: 4,
		open: func(setup) (Network, error) {
			return openVK(setupOf(vkSettings{Token: tokens, URL: "https://api.vk.com"}, v.Client()))
		}}}}, zerolog.New(zerolog.NewTestWriter(t)).Level(zerolog.ErrorLevel))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// searchesOf are what a region searches for, sorted.
func searchesOf(t *testing.T, store *storage.Store, region int64) []string {
	t.Helper()
	list, err := store.Sources(t.Context(), region)
	if err != nil {
		t.Fatal(err)
	}
	queries := []string{}
	for _, s := range list {
		if s.Kind == storage.SearchSource {
			queries = append(queries, s.Network+" "+s.Address)
		}
	}
	slices.Sort(queries)
	return queries
}

func changePlaces(t *testing.T, store *storage.Store, region int64, add, remove []string) {
	t.Helper()
	if _, _, err := store.ChangePlaces(t.Context(), owner, region, add, remove); err != nil {
		t.Fatal(err)
	}
}

// asked are the times at which each query was searched for; every call must
// have been answered.
func asked(t *testing.T, v *sandbox.VK) map[string][]time.Time {
	t.Helper()
	found := map[string][]time.Time{}
	for _, c := range v.CallsOf("newsfeed.search") {
		if c.Code != 0 {
			t.Fatalf("a search was refused: %+v", c)
		}
		found[c.Params["q"]] = append(found[c.Params["q"]], c.At)
	}
	return found
}

func TestSearchBringsWhatNamesAPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, store := sandbox.NewVK(sandbox.VKOptions{PerSecond: 5, Indexing: time.Minute}), open(t)
		region := addRegion(t, store, "Край", "Заречный")
		wall, person := v.Community("Подслушано", "podslushano"), v.Person("Житель")
		addVK := storage.Source{Region: region, Network: "vk", Kind: vkKindCommunity, URL: "https://vk.com/podslushano", Address: fmt.Sprint(wall.OwnerID()), Name: "Подслушано"}
		if _, err := store.AddSource(t.Context(), owner, addVK, 0); err != nil {
			t.Fatal(err)
		}
		both := wall.Post("Житель", "Яма на дороге в Заречном, третий дом", sandbox.PostOptions{})
		unnamed := wall.Post("Житель", "Яма у магазина", sandbox.PostOptions{})
		far := person.Post("Житель", "В Заречном огромная яма", sandbox.PostOptions{})
		person.Post("Житель", "В Заречном хорошо", sandbox.PostOptions{})
		person.Post("Житель", "Яма на заречнинском мосту", sandbox.PostOptions{}) // the network thinks it fits
		person.Post("Житель", "Яма в Нагорном", sandbox.PostOptions{})
		person.Post("Житель", "Яма в Заречном была", sandbox.PostOptions{At: time.Now().Add(-25 * time.Hour)})
		stop := run(t, searching(t, store, v, sandbox.DefaultServiceToken))
		time.Sleep(20 * time.Minute)
		stop()
		var got []string
		for _, i := range incidents(t, store, region) {
			posts, err := store.Posts(t.Context(), i.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range posts {
				got = append(got, p.ExternalID+" "+p.SourceName)
			}
		}
		slices.Sort(got)
		want := []string{both.ExternalID() + " Подслушано", unnamed.ExternalID() + " Подслушано", far.ExternalID() + " "}
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("posts of incidents (-want +got):\n%s", diff)
		}
	})
}

func TestSearchesFollowThePlaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, store := sandbox.NewVK(sandbox.VKOptions{}), open(t)
		region := addRegion(t, store, "Край", "Заречный", "«Усть-Илимск»", "-Новый посёлок", "новый поселок", "…")
		empty := addRegion(t, store, "Область")
		stop := run(t, searching(t, store, v, sandbox.DefaultServiceToken))
		time.Sleep(time.Second)
		synctest.Wait()
		if diff := cmp.Diff([]string{"vk Заречный", "vk Новый посёлок", "vk Усть-Илимск"}, searchesOf(t, store, region)); diff != "" {
			t.Errorf("searches (-want +got):\n%s", diff)
		}
		changePlaces(t, store, region, []string{"Нагорный"}, []string{"Заречный", "«Усть-Илимск»"})
		changePlaces(t, store, empty, []string{"Заречный"}, nil)
		time.Sleep(time.Second)
		synctest.Wait()
		removed := time.Now()
		time.Sleep(time.Hour)
		calls := asked(t, v)
		if n := len(calls["Нагорный"]); n < 10 || calls["Нагорный"][0].After(removed) {
			t.Errorf("a new place was searched for %d times in an hour, first at %v", n, calls["Нагорный"])
		}
		if late := calls["Усть-Илимск"]; len(late) == 0 || late[len(late)-1].After(removed) {
			t.Errorf("a place that was removed at %v was searched for at %v", removed, late)
		}
		before, cards := searchesOf(t, store, region), len(calls["Нагорный"])
		stop()
		stop = run(t, searching(t, store, v, sandbox.DefaultServiceToken))
		time.Sleep(time.Second)
		synctest.Wait()
		if diff := cmp.Diff(before, searchesOf(t, store, region)); diff != "" {
			t.Errorf("a restart changes the searches (-before +after):\n%s", diff)
		}
		if n := len(asked(t, v)["Нагорный"]); n > cards+1 {
			t.Errorf("a restart searches %d times", n-cards)
		}
		stop()
		// Without a key nothing can be searched.
		stop = run(t, searching(t, store, v))
		time.Sleep(time.Minute)
		synctest.Wait()
		stop()
		if left := append(searchesOf(t, store, region), searchesOf(t, store, empty)...); len(left) != 0 {
			t.Errorf("without a key there are the searches %v", left)
		}
	})
}

func TestRestartBringsNoSecondIncident(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, store := sandbox.NewVK(sandbox.VKOptions{}), open(t)
		region := addRegion(t, store, "Край", "Заречный", "Нагорный")
		v.Person("Житель").Post("Житель", "Яма между Заречным и Нагорным", sandbox.PostOptions{})
		for range 3 {
			stop := run(t, searching(t, store, v, sandbox.DefaultServiceToken))
			time.Sleep(10 * time.Minute)
			stop()
			changePlaces(t, store, region, nil, []string{"Нагорный"})
			changePlaces(t, store, region, []string{"Нагорный"}, nil)
		}
		if n := len(incidents(t, store, region)); n != 1 {
			t.Errorf("%d incidents, want 1", n)
		}
	})
}

func TestSearchesShareTheBudgetOfADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, store := sandbox.NewVK(sandbox.VKOptions{PerSecond: 5, PerDay: map[string]int{"newsfeed.search": 1000}}), open(t)
		var places []string
		for i := range 40 {
			places = append(places, fmt.Sprintf("Посёлок%d", i))
		}
		region := addRegion(t, store, "Край", places...)
		start := time.Now()
		stop := run(t, searching(t, store, v, sandbox.DefaultServiceToken))
		person := v.Person("Житель")
		for range 26 { // one place is talked about without end
			for range 20 {
				person.Post("Житель", "Посёлок0 живёт", sandbox.PostOptions{})
			}
			time.Sleep(time.Hour)
		}
		stop()
		if n := len(searchesOf(t, store, region)); n != 40 {
			t.Fatalf("%d searches, want 40", n)
		}
		firstDay, longest := 0, time.Duration(0)
		for _, times := range asked(t, v) {
			for i, at := range append(times, time.Now()) {
				last := start
				if i > 0 {
					last = times[i-1]
				}
				longest = max(longest, at.Sub(last))
				if at.Sub(start) < 24*time.Hour {
					firstDay++
				}
			}
		}
		if firstDay > 1000 || firstDay < 900 {
			t.Errorf("%d searches in a day of 1000", firstDay)
		}
		if n := len(asked(t, v)); n != 40 || longest > time.Hour+time.Minute {
			t.Errorf("%d of 40 places were searched for, one waited %v", n, longest)
		}
	})
}

func TestTwoKeysSearchTwiceAsMuch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keys := []string{"one", "two"}
		v, store := sandbox.NewVK(sandbox.VKOptions{ServiceTokens: keys, PerSecond: 5, PerDay: map[string]int{"newsfeed.search": 1000}}), open(t)
		for _, name := range []string{"Край", "Область"} {
			var places []string
			for i := range 40 {
				places = append(places, fmt.Sprintf("Посёлок%d %s", i, name))
			}
			addRegion(t, store, name, places...)
		}
		stop := run(t, searching(t, store, v, keys...))
		time.Sleep(150 * time.Minute)
		stop()
		calls := asked(t, v)
		for q, times := range calls {
			if len(times) < 2 || time.Since(times[len(times)-1]) > 61*time.Minute {
				t.Errorf("%s was searched for at %v", q, times)
			}
		}
		if len(calls) != 80 {
			t.Errorf("%d of 80 places were searched for", len(calls))
		}
	})
}

func TestSearchThatCannotKeepUpStartsAnew(t *testing.T) {
	crowd := func(b *vkBench) []string {
		b.source.Kind, b.source.Address = vkKindSearch, "яма"
		var ids []string
		for i := range 2300 {
			ids = append(ids, b.wall.Post("Житель", "Яма", sandbox.PostOptions{At: time.Now().Add(-time.Duration(i) * 30 * time.Second)}).ExternalID())
		}
		return ids
	}
	inVK(t, sandbox.VKOptions{}, func(b *vkBench) {
		crowd(b)
		var fresh string
		for range 6 { // a page in two hours
			if _, err := b.page(); err != nil {
				b.Fatal(err)
			}
			if fresh == "" {
				fresh = b.wall.Post("Житель", "Новая яма", sandbox.PostOptions{}).ExternalID()
			}
			time.Sleep(2 * time.Hour)
		}
		if b.got[fresh] != 1 {
			b.Error("a post of ten hours ago was not found yet")
		}
	})
	inVK(t, sandbox.VKOptions{}, func(b *vkBench) {
		want := crowd(b)
		if more, err := b.page(); !more || err != nil {
			b.Fatalf("first page: more %v, %v", more, err)
		}
		time.Sleep(12 * time.Hour) // nobody is here to search
		b.poll()
		b.wantOnce(want...)
	})
}

func FuzzVKQuery(f *testing.F) {
	for _, name := range []string{"Заречный", "Усть-Илимск", `"Новый" -посёлок`, "--", "п. Ключи (дальние)", "#яма|дом", "\xff-a"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		q := vkQuery(name)
		if again := vkQuery(q); again != q {
			t.Errorf("%q is %q, and that is %q", name, q, again)
		}
		for i, r := range q {
			if r == '-' && (i == 0 || q[i-1] == ' ' || i == len(q)-1 || q[i+1] == ' ') {
				t.Errorf("%q excludes a word: %q", name, q)
			}
			if r == '"' || r == '#' || r == '|' || r == ':' {
				t.Errorf("%q has an operator: %q", name, q)
			}
		}
	})
}
