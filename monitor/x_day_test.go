package monitor

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
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

// xDayResult is what a day of searching came to.
type xDayResult struct {
	places, queries, pages, posts, found, refused int
	usd                                           float64
	median, worst                                 time.Duration // between two looks of a query
	delay                                         time.Duration // the median one, from a complaint to its incident
}

// xRoots and xEndings make names of places.
var (
	xRoots   = strings.Fields("Бел Верхн Дуб Сосн Берез Красн Черн Нов Степ Лес Озёр Ключ Камен Песч Рыб Волч Медвеж Орл Соколь Журавл")
	xEndings = strings.Fields("ово ино ский ка овка ск инск ная ное ец ики ань ый овск евичи")
)

// xLooks are the looks of a connector at a search, by query.
type xLooks struct {
	next http.RoundTripper

	mu             sync.Mutex
	at             map[string][]time.Time
	pages, refused int
}

func (l *xLooks) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := l.next.RoundTrip(r)
	l.mu.Lock()
	defer l.mu.Unlock()
	if q := r.URL.Query(); q.Get("query") != "" {
		l.pages++
		if q.Get("next_token") == "" && q.Get("until_id") == "" {
			l.at[q.Get("query")] = append(l.at[q.Get("query")], time.Now())
		}
		if err != nil || answer.StatusCode != http.StatusOK {
			l.refused++
		}
	}
	return answer, err
}

// xDayOf lets ten regions of thirty places search for a day, each query once in
// a while at most. Of the posts that name a place every third is a complaint.
func xDayOf(t *testing.T, usd float64, postsADay int, every time.Duration) (r xDayResult) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)))
		x, store := sandbox.NewX(sandbox.XOptions{Indexing: 15 * time.Second}), open(t)
		var places []string
		for region := range 10 {
			var names []string
			for i := range 30 {
				n := region*30 + i
				names = append(names, xRoots[n/len(xEndings)]+xEndings[n%len(xEndings)])
			}
			addRegion(t, store, fmt.Sprint("Край ", region), names...)
			places = append(places, names...)
		}
		looks := &xLooks{next: x.Client().Transport, at: map[string][]time.Time{}}
		m, err := New(store, Config{networks: []network{{name: "x", prefix: "TEST", needs: "TOKEN", every: every, parallel: 4, open: func(with setup) (Network, error) {
			s := setupOf(xSettings{Token: []string{sandbox.DefaultXToken}, URL: "https://api.x.com/2", DailyUSD: usd, Stream: "off"}, &http.Client{Transport: looks})
			s.store = with.store
			return openX(s)
		}}}}, zerolog.New(zerolog.NewTestWriter(t)).Level(zerolog.ErrorLevel))
		if err != nil {
			t.Fatal(err)
		}
		stop := run(t, m)
		began, random := time.Now(), rand.New(rand.NewPCG(1, 1))
		resident := x.Account("resident_1")
		for n := range postsADay {
			// Few write at night.
			time.Sleep(time.Until(began.Add(time.Duration(float64(24*time.Hour) * (0.15 + 0.8*float64(n)/float64(postsADay))))))
			forms := xForms(places[int(float64(len(places))*random.Float64()*random.Float64())])
			text := "Красивый закат, "
			if n%3 == 0 {
				text = "Огромная яма, "
			}
			resident.Post(text+forms[random.IntN(len(forms))]+fmt.Sprint(" ", n), sandbox.XPostOptions{})
		}
		time.Sleep(time.Until(began.Add(24*time.Hour - time.Second)))
		stop()
		r.usd, r.places, r.posts = x.Spent(time.Now()), len(places), postsADay
		r.waits(looks, began)
		r.delays(t, store)
	})
	return r
}

// waits tells how long queries waited for their turn.
func (r *xDayResult) waits(l *xLooks, began time.Time) {
	var waits []time.Duration
	for _, times := range l.at {
		last := began
		for _, at := range append(times, began.Add(24*time.Hour)) {
			waits, last = append(waits, at.Sub(last)), at
		}
	}
	slices.Sort(waits)
	r.queries, r.pages, r.refused, r.median, r.worst = len(l.at), l.pages, l.refused, waits[len(waits)/2], waits[len(waits)-1]
}

// delays tells how many complaints were found, and how soon.
func (r *xDayResult) delays(t *testing.T, store *storage.Store) {
	t.Helper()
	regions, err := store.Regions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var delays []time.Duration
	for _, region := range regions {
		for _, i := range incidents(t, store, region.ID) {
			posts, err := store.Posts(t.Context(), i.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range posts {
				delays = append(delays, p.FoundAt.Sub(p.PublishedAt))
			}
		}
	}
	slices.Sort(delays)
	if r.found = len(delays); r.found > 0 {
		r.delay = delays[len(delays)/2]
	}
}

var days = flag.Bool("days", false, "print the table of simulated days, which takes minutes")

// TestXDay prints what a day costs and how long a query waits: for two budgets
// with little and with much traffic where -days asks for it.
func TestXDay(t *testing.T) {
	type day struct {
		usd   float64
		posts int
		every time.Duration
		worst time.Duration
	}
	list := []day{{2, 1500, 2 * time.Hour, 20 * time.Hour}}
	if *days {
		list = []day{{5, 600, 2 * time.Minute, 10 * time.Minute}, {5, 3000, 2 * time.Minute, 8 * time.Hour}, {5, 12_000, 2 * time.Minute, 24 * time.Hour}, {50, 3000, 2 * time.Minute, 10 * time.Minute}}
	}
	var table strings.Builder
	fmt.Fprintf(&table, "%6s %6s %7s %6s %6s %10s %8s %12s %12s %12s\n", "USD", "places", "queries", "pages", "posts", "complaints", "spent", "median look", "worst look", "median delay")
	for _, d := range list {
		r := xDayOf(t, d.usd, d.posts, d.every)
		fmt.Fprintf(&table, "%6.0f %6d %7d %6d %6d %10s %8.2f %12s %12s %12s\n", d.usd, r.places, r.queries, r.pages, r.posts, fmt.Sprintf("%d/%d", r.found, (r.posts+2)/3), r.usd,
			r.median.Round(time.Second), r.worst.Round(time.Second), r.delay.Round(time.Second))
		if r.usd > d.usd {
			t.Errorf("%.2f USD were spent of %.2f", r.usd, d.usd)
		}
		if r.refused > 0 {
			t.Errorf("%d calls were refused", r.refused)
		}
		if r.worst > d.worst {
			t.Errorf("a query waited for %s", r.worst)
		}
	}
	t.Log("\n" + table.String())
}
