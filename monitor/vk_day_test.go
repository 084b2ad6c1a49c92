package monitor

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"otklik/monitor/sandbox"
	"otklik/storage"
)

const (
	vkDaySources = 200
	vkDayBusy    = vkDaySources / 4
)

// vkDayLength is a day; the race detector has not that much time.
var vkDayLength = func() time.Duration {
	if raceDetector() {
		return 2 * time.Hour
	}
	return 24 * time.Hour
}()

// vkWatched is the connector with an eye on what it brings.
type vkWatched struct {
	*vk
	mu    sync.Mutex
	found map[string]time.Time       // when an item came first
	again int                        // items that came as new once more
	reads map[string][]time.Duration // how long each source was not read, by its address
	last  map[string]time.Time
}

func (w *vkWatched) Fetch(ctx context.Context, s storage.Source) (Page, error) {
	p, err := w.vk.Fetch(ctx, s)
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil {
		return p, err
	}
	now := time.Now()
	if s.Kind == vkKindCommunity {
		w.reads[s.Address] = append(w.reads[s.Address], now.Sub(cmp.Or(w.last[s.Address], now)))
		w.last[s.Address] = now
	}
	for _, i := range p.Items {
		if s.Kind != vkKindCommunity || i.Fate != "" {
			continue
		}
		if _, known := w.found[i.ExternalID]; known {
			w.again++
			continue
		}
		w.found[i.ExternalID] = now
	}
	return p, nil
}

// vkTown writes on walls as a day goes.
type vkTown struct {
	r     *rand.Rand
	walls []*sandbox.Wall
	posts map[*sandbox.Wall][]*sandbox.Post
	born  map[string]time.Time // what was written while somebody watched
	wall  map[string]int       // the wall it was written on
}

// history is a week of posts before anybody watched.
func (t *vkTown) history() {
	for i, w := range t.walls {
		a := vkDayActs(i)
		for n := range 7 * a.posts {
			at := time.Now().Add(-time.Duration(n+1) * 24 * time.Hour / time.Duration(a.posts))
			t.posts[w] = append(t.posts[w], w.Post("Житель 1", "Из прошлого", sandbox.PostOptions{At: at}))
			w.Skip(int64(a.comments / a.posts))
		}
		slices.Reverse(t.posts[w])
	}
}

type vkActs struct{ posts, comments int }

// vkDayActs is what is written on a wall in a day.
func vkDayActs(wall int) vkActs {
	if wall < vkDayBusy {
		return vkActs{30, 300}
	}
	return vkActs{2, 5}
}

// live writes for a day: little at night, most in the evening. Each hour is told.
func (t *vkTown) live(hour func(int)) {
	type act struct {
		at   time.Duration
		wall int
		post bool
	}
	var acts []act
	for i := range t.walls {
		a := vkDayActs(i)
		for n := range a.posts + a.comments {
			if at := t.moment(); at < vkDayLength {
				acts = append(acts, act{at, i, n < a.posts})
			}
		}
	}
	slices.SortFunc(acts, func(a, b act) int { return cmp.Compare(a.at, b.at) })
	began, told := time.Now(), 0
	for n, a := range acts {
		time.Sleep(time.Until(began.Add(a.at)))
		if h := int(a.at.Hours()); h > told {
			told = h
			hour(h)
		}
		text := "Просто разговор"
		if n%50 == 0 {
			text = fmt.Sprint("Яма на дороге, дом ", n)
		}
		w := t.walls[a.wall]
		var id string
		if a.post {
			p := w.Post("Житель 2", text, sandbox.PostOptions{})
			t.posts[w], id = append(t.posts[w], p), p.ExternalID()
		} else {
			posts := t.posts[w] // those that are followed
			for len(posts) > 1 && time.Since(posts[0].At()) > 6*24*time.Hour {
				posts = posts[1:]
			}
			t.posts[w] = posts
			back := min(int(t.r.ExpFloat64()*8), len(posts)-1) // mostly under what is fresh
			if t.r.IntN(5) == 0 {
				back = t.r.IntN(len(posts))
			}
			p := posts[len(posts)-1-back]
			if all := p.Comments(); len(all) > 0 && t.r.IntN(2) == 0 {
				id = all[t.r.IntN(len(all))].Reply("Житель 3", text).ExternalID()
			} else {
				id = p.Comment("Житель 3", text).ExternalID()
			}
		}
		t.born[id], t.wall[id] = time.Now(), a.wall
	}
	time.Sleep(time.Until(began.Add(vkDayLength)))
}

func (t *vkTown) moment() time.Duration {
	for {
		at := time.Duration(t.r.Int64N(int64(24 * time.Hour)))
		weight := 10
		switch hour := at.Hours(); {
		case hour < 6:
			weight = 2
		case hour >= 18 && hour < 23:
			weight = 16
		}
		if t.r.IntN(16) < weight {
			return at
		}
	}
}

// TestVKADayOfTwoHundredCommunities watches 200 communities and 40 places with
// one service key for a day, against the network's limits and with restarts:
// none is met, what is written in the busy quarter is stored within minutes, and
// all of it is.
func TestVKADayOfTwoHundredCommunities(t *testing.T) {
	if testing.Short() {
		t.Skip("a whole day takes a minute")
	}
	synctest.Test(t, func(t *testing.T) {
		limits := map[string]int{"wall.get": 5000, "newsfeed.search": 1000}
		v, store := sandbox.NewVK(sandbox.VKOptions{PerSecond: 5, PerDay: limits, Indexing: 2 * time.Minute}), open(t)
		places := make([]string, 40)
		for i := range places {
			places[i] = fmt.Sprintf("Посёлок%d", i)
		}
		region := addRegion(t, store, "Область", places...)
		town := &vkTown{r: rand.New(rand.NewPCG(1, 2)), posts: map[*sandbox.Wall][]*sandbox.Post{}, born: map[string]time.Time{}, wall: map[string]int{}}
		for i := range vkDaySources {
			w := v.Community(fmt.Sprint("Двор ", i), "")
			town.walls = append(town.walls, w)
		}
		town.history()
		for _, w := range town.walls {
			addSource(t, store, region, "vk", fmt.Sprint(w.OwnerID()))
		}
		eye := &vkWatched{found: map[string]time.Time{}, reads: map[string][]time.Duration{}, last: map[string]time.Time{}}
		begin := func() (stop func()) {
			n, err := openVK(setupOf(vkSettings{Token: []string{sandbox.DefaultServiceToken}, URL: "https://api.vk.com"}, v.Client()))
			if err != nil {
				t.Fatal(err)
			}
			eye.vk = n.(*vk)
			m, err := New(store, Config{networks: []network{{name: "vk", prefix: "TEST", every: 2 * time.Minute, parallel: vkParallel,
				open: func(setup) (Network, error) { return eye, nil }}}}, zerolog.Nop())
			if err != nil {
				t.Fatal(err)
			}
			return run(t, m)
		}
		stop := begin()
		town.live(func(hour int) {
			if hour%7 == 0 {
				stop()
				stop = begin()
			}
		})
		day := v.Tally()
		time.Sleep(time.Hour)
		stop()
		vkDayReport(t, day, eye, town)
		want := len(town.born)
		for id := range town.born {
			if eye.found[id].IsZero() {
				t.Errorf("%s never came", id)
			}
		}
		if stored := len(incidents(t, store, region)); stored != (want+49)/50 {
			t.Errorf("%d incidents, want %d", stored, (want+49)/50)
		}
	})
}

// vkDayReport prints the day and judges it.
func vkDayReport(t *testing.T, day map[sandbox.Outcome]int, eye *vkWatched, town *vkTown) {
	t.Helper()
	var b strings.Builder
	calls, refused := map[string]int{}, 0
	for o, n := range day {
		calls[o.Method] += n
		if o.Code != 0 {
			refused += n
			fmt.Fprintf(&b, "%s refused %d times with %d\n", o.Method, n, o.Code)
		}
	}
	budget := map[string]string{"wall.get": "5000 a day", "newsfeed.search": "1000 a day"}
	all := 0
	for _, method := range slices.Sorted(maps.Keys(calls)) {
		all += calls[method]
		fmt.Fprintf(&b, "%-18s %7d calls  of %s\n", method, calls[method], cmp.Or(budget[method], "what 5 a second bear"))
	}
	fmt.Fprintf(&b, "%-18s %7d calls, %.2f a second of 5, %d refused\n", "all", all, float64(all)/vkDayLength.Seconds(), refused)
	lags := map[bool][]time.Duration{}
	for id, born := range town.born {
		if at, ok := eye.found[id]; ok {
			busy := town.wall[id] < vkDayBusy
			lags[busy] = append(lags[busy], at.Sub(born))
		}
	}
	for _, busy := range []bool{true, false} {
		l := lags[busy]
		slices.Sort(l)
		name := map[bool]string{true: "busy quarter", false: "the others"}[busy]
		fmt.Fprintf(&b, "%-18s %7d items, stored after %v (median) %v (95%%) %v (longest)\n", name, len(l),
			l[len(l)/2].Round(time.Second), l[len(l)*95/100].Round(time.Second), l[len(l)-1].Round(time.Second))
	}
	longest := time.Duration(0)
	for _, gaps := range eye.reads {
		longest = max(longest, slices.Max(gaps))
	}
	fmt.Fprintf(&b, "%d items came again after restarts, which stores nothing\n", eye.again)
	fmt.Fprintf(&b, "longest time without a reading of a source: %v\n", longest.Round(time.Second))
	t.Log("\n" + b.String())
	if refused > 0 {
		t.Errorf("%d calls were refused", refused)
	}
	most := 5 * time.Minute
	if vkDayLength < 24*time.Hour {
		most = 10 * time.Minute // of a few hours the first reading of all walls takes one
	}
	if median := lags[true][len(lags[true])/2]; median > most {
		t.Errorf("the busy quarter is %v late, want %v at most", median, most)
	}
	if longest > time.Hour || len(eye.reads) != vkDaySources {
		t.Errorf("%d sources were read, one was left for %v", len(eye.reads), longest)
	}
}
