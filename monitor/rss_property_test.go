package monitor

import (
	"fmt"
	"html"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"pgregory.net/rapid"

	"otklik/monitor/sandbox"
	"otklik/storage"
)

// feedGame is a feed that changes as feeds do, and a monitor that reads it and
// is killed now and then. Every item has its number in its text.
type feedGame struct {
	t     *rapid.T
	store *storage.Store
	m     *Monitor
	id    int64
	items []gameItem
	next  int
	fault int // what the next answers are instead of the feed
	etag  int // version of the document
	shown map[int]bool
	moved bool
}

type gameItem struct {
	number, version int
	guid, link      string
	dated           bool
	changed         bool // since it was read
}

var feedGames atomic.Int64

func (g *feedGame) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if g.moved && r.URL.Path == "/feed.xml" {
		w.Header().Set("Location", "/moved.xml")
		w.WriteHeader(http.StatusMovedPermanently)
		return
	}
	switch g.fault {
	case 1:
		w.WriteHeader(http.StatusInternalServerError)
		return
	case 2:
		fmt.Fprint(w, "<html><body>Ведутся работы</body></html>")
		return
	case 3:
		fmt.Fprint(w, g.document()[:60])
		return
	case 4:
		w.Header().Set("Retry-After", "60")
		w.WriteHeader(http.StatusTooManyRequests)
		return
	}
	etag := fmt.Sprintf(`"%d"`, g.etag)
	if r.Header.Get("If-None-Match") == etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("ETag", etag)
	for _, i := range g.items {
		g.shown[i.number] = true
	}
	fmt.Fprint(w, g.document())
}

func (g *feedGame) document() string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0"?><rss version="2.0"><channel><title>Т</title>`)
	for _, i := range g.items {
		fmt.Fprintf(&b, "<item><title>Яма номер %d. Версия %d</title>", i.number, i.version)
		if i.guid != "" {
			fmt.Fprintf(&b, `<guid isPermaLink="false">%s</guid>`, html.EscapeString(i.guid))
		}
		if i.link != "" {
			fmt.Fprintf(&b, "<link>%s</link>", i.link)
		}
		if i.dated {
			fmt.Fprintf(&b, "<pubDate>%s</pubDate>", time.Now().UTC().Format(time.RFC1123Z))
		}
		b.WriteString("</item>")
	}
	return b.String() + "</channel></rss>"
}

// restart makes a new monitor on the same database.
func (g *feedGame) restart() {
	m, err := New(g.store, Config{networks: []network{{name: "rss", prefix: "TEST", every: time.Minute, parallel: 1,
		open: func(setup) (Network, error) { return &rss{client: sandbox.Client(g)}, nil }}}}, zerolog.Nop())
	if err == nil {
		err = m.loadRules(g.t.Context())
	}
	if err != nil {
		g.t.Fatal(err)
	}
	g.m = m
}

func (g *feedGame) read() error {
	_, err := g.m.read(g.t.Context(), g.id)
	return err
}

func (g *feedGame) add(t *rapid.T) {
	g.next++
	i := gameItem{number: g.next, dated: rapid.Bool().Draw(t, "dated")}
	own := fmt.Sprintf("https://forum.example/%d", i.number)
	switch rapid.IntRange(0, 5).Draw(t, "kind") {
	case 0:
		i.guid, i.link = own, own
	case 1:
		i.guid = fmt.Sprint("tag:", i.number)
	case 2:
		i.link = own
	case 3: // nothing but its text
	case 4:
		i.guid, i.link = fmt.Sprint("tag:", i.number), "https://forum.example/"
	case 5: // a careless program: it calls two of them alike, or all
		i.guid = "0"
		g.next++
		g.items = append(g.items, gameItem{number: g.next, guid: "0"})
	}
	g.items = append([]gameItem{i}, g.items...)
	g.etag++
}

func (g *feedGame) any(t *rapid.T) *gameItem {
	if len(g.items) == 0 {
		t.Skip("the feed is empty")
	}
	g.etag++
	return &g.items[rapid.IntRange(0, len(g.items)-1).Draw(t, "item")]
}

// change changes an item and its copies, where that leaves something to know it
// by: one that changed already since it was read might be another one.
func (g *feedGame) change(t *rapid.T, do func(*gameItem) bool) {
	var able []gameItem
	for _, i := range g.items {
		if now := i; !i.changed && do(&now) {
			able = append(able, i)
		}
	}
	if len(able) == 0 {
		t.Skip("each would be another item")
	}
	was := rapid.SampledFrom(able).Draw(t, "item")
	now := was
	do(&now)
	g.etag++
	now.changed = true
	for i := range g.items {
		if g.items[i].number == was.number {
			g.items[i] = now
		}
	}
}

// TestFeedItemsArriveExactlyOnce: whatever a feed does with its items, its
// names and its answers, each item that it ever showed makes one incident.
func TestFeedItemsArriveExactlyOnce(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		store, err := storage.Open(t.Context(), filepath.Join(dir, fmt.Sprint(feedGames.Add(1))+".db"))
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		g := &feedGame{t: t, store: store, shown: map[int]bool{}}
		region, err := store.CreateRegion(t.Context(), owner, "Край", "Asia/Yekaterinburg", "ru", []storage.NewTopic{{Code: "roads", Name: "Дороги", Importance: storage.Normal, Rules: []string{"яма"}}})
		if err != nil {
			t.Fatal(err)
		}
		g.id, err = store.AddSource(t.Context(), owner, storage.Source{Region: region, Network: "rss", Kind: "feed", URL: "https://forum.example/feed.xml", Address: "https://forum.example/feed.xml"}, 0)
		if err != nil {
			t.Fatal(err)
		}
		g.restart()
		if err := g.read(); err != nil { // the first reading, of an empty feed
			t.Fatal(err)
		}
		t.Repeat(map[string]func(*rapid.T){
			"add":     g.add,
			"add two": func(t *rapid.T) { g.add(t); g.add(t) },
			"drop":    func(t *rapid.T) { i := g.any(t); i.number, g.items = 0, removed(g.items, i) },
			"edit": func(t *rapid.T) {
				g.change(t, func(i *gameItem) bool {
					i.version++
					return i.guid != "" && i.guid != "0" || i.guid == "" && i.link != ""
				})
			},
			"rename": func(t *rapid.T) {
				g.change(t, func(i *gameItem) bool {
					i.guid = fmt.Sprint("renamed:", g.etag)
					return i.link != "" && i.link != "https://forum.example/"
				})
			},
			"repeat":  func(t *rapid.T) { i := *g.any(t); g.items = append(g.items, i) },
			"shuffle": func(t *rapid.T) { g.items = rapid.Permutation(g.items).Draw(t, "order"); g.etag++ },
			"fail": func(t *rapid.T) {
				g.fault = rapid.IntRange(1, 4).Draw(t, "fault")
				if g.read() == nil {
					t.Error("a failure was taken for a feed")
				}
				g.fault = 0
			},
			"move":    func(*rapid.T) { g.moved = !g.moved },
			"restart": func(*rapid.T) { g.restart() },
			"read": func(t *rapid.T) {
				if err := g.read(); err != nil {
					t.Fatal(err)
				}
				for i := range g.items {
					g.items[i].changed = false
				}
			},
		})
		list, err := store.Incidents(t.Context(), storage.QueueFilter{Region: region, States: []storage.State{storage.New}, Limit: 10000})
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]int{}
		for _, i := range list {
			posts, err := store.Posts(t.Context(), i.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range posts {
				name, _, _ := strings.Cut(p.Text, ".")
				got[name]++
			}
		}
		for n := range g.shown {
			if name := fmt.Sprint("Яма номер ", n); got[name] != 1 {
				t.Errorf("%s came %d times", name, got[name])
			}
		}
		if len(got) != len(g.shown) {
			t.Errorf("%d came of %d: %v", len(got), len(g.shown), got)
		}
	})
}

func removed(items []gameItem, gone *gameItem) []gameItem {
	var left []gameItem
	for i := range items {
		if &items[i] != gone {
			left = append(left, items[i])
		}
	}
	return left
}
