package monitor

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"

	"otklik/monitor/links"
	"otklik/storage"
)

// fake is a network of one machine. Each source is a list of items; its cursor
// is how many were read.
type fake struct {
	name string

	mu        sync.Mutex
	items     map[string][]Item // by the address of a source
	calls     []time.Time
	fetch     func(n int, s storage.Source) error // asked before a page is given; n counts calls from 1
	perPage   int
	notBefore time.Time
	posts     map[string]Item
	postErr   error

	walls       map[string][]string // published answers by the id of the post
	publishErrs []error             // of the next attempts, nil: published
	lose        int                 // answers to that many attempts are lost after they went out
	findErr     error
	hidden      int // that many looks do not see yet what went out
	attempts    int
	block       chan struct{}  // Publish waits for it
	flood       int            // so many attempts are taken, then the network wants a pause
	takes       int            // photos with an answer
	photos      map[string]int // that came with answers, by the id of the post
	noPhotos    bool           // it refuses those that come
}

func newFake(name string) *fake {
	return &fake{name: name, items: map[string][]Item{}, perPage: 100, posts: map[string]Item{}, walls: map[string][]string{}, photos: map[string]int{}}
}

func (f *fake) Name() string { return f.name }

func (f *fake) add(address string, items ...Item) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.items[address] = append(f.items[address], items...)
}

func (f *fake) Fetch(ctx context.Context, s storage.Source) (Page, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, time.Now())
	if f.fetch != nil {
		if err := f.fetch(len(f.calls), s); err != nil {
			return Page{}, err
		}
	}
	from := 0
	if s.Cursor != "" {
		if _, err := fmt.Sscan(s.Cursor, &from); err != nil {
			return Page{}, err
		}
	}
	all := f.items[s.Address]
	to := min(from+f.perPage, len(all))
	// One item of overlap, as feeds have it.
	return Page{Items: append([]Item(nil), all[max(from-1, 0):to]...), Cursor: fmt.Sprint(to), More: to < len(all), NotBefore: f.notBefore}, nil
}

func (f *fake) FetchPost(_ context.Context, id string) (Item, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	item, ok := f.posts[id]
	if f.postErr != nil {
		return Item{}, f.postErr
	}
	if !ok {
		return Item{}, Gone{}
	}
	return item, nil
}

func (f *fake) Resolve(_ context.Context, l links.Link) (storage.Source, error) {
	return storage.Source{Name: "Подслушано в Заречном", Address: l.URL}, nil
}

func (f *fake) CanPublish(p storage.Post) (bool, string) {
	if p.Kind == links.Topic {
		return false, "closed"
	}
	return true, ""
}

func (f *fake) TakesPhotos(storage.Post) int { return f.takes }

func (f *fake) Publish(ctx context.Context, p storage.Post, a Answer) (string, string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.attempts++
	if f.block != nil {
		f.mu.Unlock()
		<-f.block
		f.mu.Lock()
	}
	if len(f.publishErrs) > 0 {
		err := f.publishErrs[0]
		f.publishErrs = f.publishErrs[1:]
		if err != nil {
			return "", "", err
		}
	}
	if f.flood > 0 && f.attempts > f.flood {
		return "", "", Limited{Until: time.Now().Add(time.Minute), Scope: "method"}
	}
	if f.noPhotos && len(a.Photos) > 0 {
		return "", "", PhotosRefused{}
	}
	f.photos[p.ExternalID] = len(a.Photos)
	f.walls[p.ExternalID] = append(f.walls[p.ExternalID], a.Text)
	if f.lose > 0 {
		f.lose--
		return "", "", context.DeadlineExceeded
	}
	return p.ExternalID + "_a", "https://fake.example/" + p.ExternalID + "?answer=1", nil
}

func (f *fake) FindPublished(_ context.Context, p storage.Post, text string, _ time.Time) (string, string, bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.findErr != nil {
		return "", "", false, f.findErr
	}
	if f.hidden > 0 {
		f.hidden--
		return "", "", false, nil
	}
	for _, t := range f.walls[p.ExternalID] {
		if t == text {
			return p.ExternalID + "_a", "https://fake.example/" + p.ExternalID + "?answer=1", true, nil
		}
	}
	return "", "", false, nil
}

func (f *fake) called() []time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]time.Time(nil), f.calls...)
}

func (f *fake) tries() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.attempts
}

// stands says how often an answer stands under a post.
func (f *fake) stands(id string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.walls[id])
}

// complaint is a post about roads.
func complaint(id string, at time.Time) Item {
	return Item{AuthorID: "77", Post: storage.Post{Network: "fake", Kind: links.Post, ExternalID: id, URL: "https://fake.example/" + id,
		Text: "Огромная яма на дороге, звоните +7 912 345-67-89", PublishedAt: at}}
}

// tally is what an observer was told of posts.
type tally struct {
	nobody
	mu    sync.Mutex
	posts map[string]int // by network and result
}

func (c *tally) Posts(network, result string, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.posts == nil {
		c.posts = map[string]int{}
	}
	c.posts[network+" "+result] += n
}

var owner = storage.Actor{Kind: storage.Owner}

// open opens a store of its own.
func open(t *testing.T) *storage.Store {
	t.Helper()
	return openAt(t, filepath.Join(t.TempDir(), "otklik.db"))
}

func openAt(t *testing.T, path string) *storage.Store {
	t.Helper()
	store, err := storage.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

// addRegion makes a region that looks for roads, and for danger.
func addRegion(t *testing.T, store *storage.Store, name string, places ...string) int64 {
	t.Helper()
	id, err := store.CreateRegion(t.Context(), owner, name, "Asia/Yekaterinburg", "ru", []storage.NewTopic{
		{Code: "roads", Name: "Дороги", Importance: storage.Normal, Rules: []string{"яма", "выбоина | колея"}},
		{Code: "gas", Name: "Газ", Importance: storage.High, Rules: []string{"газ"}, Danger: []string{"взрыв газа"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := store.ChangePlaces(t.Context(), owner, id, places, nil); err != nil {
		t.Fatal(err)
	}
	return id
}

func addSource(t *testing.T, store *storage.Store, region int64, network, address string) int64 {
	t.Helper()
	id, err := store.AddSource(t.Context(), owner, storage.Source{Region: region, Network: network, Kind: "community", URL: "https://fake.example/" + address, Address: address}, 0)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// watching makes a monitor of the fake networks, read every minute.
func watching(t *testing.T, store *storage.Store, cfg Config, fakes ...*fake) *Monitor {
	t.Helper()
	var list []Network
	for _, f := range fakes {
		list = append(list, f)
	}
	return watchingIn(t, store, cfg, list...)
}

// watchingIn makes a monitor of networks that can do more than the fake alone.
func watchingIn(t *testing.T, store *storage.Store, cfg Config, list ...Network) *Monitor {
	t.Helper()
	cfg.networks = []network{}
	for _, n := range list {
		cfg.networks = append(cfg.networks, network{name: n.Name(), prefix: "TEST", needs: "TOKEN", every: time.Minute, parallel: 4,
			open: func(setup) (Network, error) { return n, nil }})
	}
	m, err := New(store, cfg, zerolog.New(zerolog.NewTestWriter(t)).Level(zerolog.ErrorLevel))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// readToEnd reads page after page.
func readToEnd(t *testing.T, page func() (more bool, err error)) {
	t.Helper()
	for range 500 {
		more, err := page()
		if err != nil {
			t.Fatal(err)
		}
		if !more {
			return
		}
	}
	t.Fatal("the reading does not end")
}

// wantEachOnce compares how often each item came with once for each of the ids.
func wantEachOnce(t *testing.T, got map[string]int, ids []string) {
	t.Helper()
	want := map[string]int{}
	for _, id := range ids {
		want[id] = 1
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("items (-want +got):\n%s", diff)
	}
}

// setupOf is what a network is opened with: its settings and one client.
func setupOf(settings any, client *http.Client) setup {
	return setup{
		read:   func(into any) error { reflect.ValueOf(into).Elem().Set(reflect.ValueOf(settings)); return nil },
		client: func(reach) *http.Client { return client },
	}
}

// run runs a monitor until the returned function is called.
func run(t *testing.T, m *Monitor) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- m.Run(ctx) }()
	return func() {
		t.Helper()
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func incidents(t *testing.T, store *storage.Store, region int64) []storage.Incident {
	t.Helper()
	list, err := store.Incidents(t.Context(), storage.QueueFilter{Region: region, States: []storage.State{storage.New, storage.Assigned, storage.Answered, storage.Closed}, Limit: 10000})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func source(t *testing.T, store *storage.Store, id int64) storage.Source {
	t.Helper()
	s, err := store.Source(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
