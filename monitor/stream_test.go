package monitor

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"

	"otklik/storage"
)

// telling is a network that tells of news at once: by a stream for each of its
// sources, and by calls whose bodies are external ids.
type telling struct {
	*fake
	news   chan []Item
	breaks chan error // ends a stream

	mu      sync.Mutex
	cursors []string // with which streams began
}

func newTelling() *telling {
	return &telling{fake: newFake("fake"), news: make(chan []Item), breaks: make(chan error)}
}

func (n *telling) Streams(sources []storage.Source) (names []string) {
	for _, s := range sources {
		names = append(names, s.Address)
	}
	return names
}

func (n *telling) Stream(ctx context.Context, name, cursor string, take func([]Item, string) error) error {
	n.mu.Lock()
	n.cursors = append(n.cursors, name+" "+cursor)
	n.mu.Unlock()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-n.breaks:
			return err
		case items := <-n.news:
			if err := take(items, items[len(items)-1].ExternalID); err != nil {
				return err
			}
		}
	}
}

func (n *telling) Receive(r *http.Request, body []byte) ([]Item, string, error) {
	if r.Header.Get("Signature") != "right" {
		return nil, "", ErrNotGenuine
	}
	if len(body) == 0 {
		return nil, "", errors.New("nothing was told")
	}
	item := complaint(string(body), time.Time{})
	item.Origin = "a"
	if r.Header.Get("Told") == "id" {
		item.Text, item.State = "", storage.Pending
	}
	return []Item{item}, "ok", nil
}

func (n *telling) began() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]string(nil), n.cursors...)
}

func tellingMonitor(t *testing.T, store *storage.Store, n *telling) *Monitor {
	t.Helper()
	cfg := Config{networks: []network{{name: "fake", prefix: "TEST", needs: "TOKEN", every: time.Minute, parallel: 4,
		open: func(setup) (Network, error) { return n, nil }}}}
	m, err := New(store, cfg, zerolog.New(zerolog.NewTestWriter(t)).Level(zerolog.ErrorLevel))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// news is a complaint that comes unasked and stands in source a.
func news(id string, at time.Time) Item {
	item := complaint(id, at)
	item.Origin = "a"
	item.Text += ", дом " + id // the same words at one source would join
	return item
}

// TestStreamedNewsAreSavedWithTheirCursor: a stream goes on where its last
// commit was, what it tells is an incident at once and no second one when the
// source is read.
func TestStreamedNewsAreSavedWithTheirCursor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := open(t)
		region := addRegion(t, store, "Край")
		other := addRegion(t, store, "Округ")
		addSource(t, store, region, "fake", "a")
		addSource(t, store, other, "fake", "a")
		n := newTelling()
		m := tellingMonitor(t, store, n)
		stop := run(t, m)
		n.news <- []Item{news("1", time.Now()), news("2", time.Now()), news("old", time.Now().Add(-25*time.Hour))}
		synctest.Wait()
		if here, there := len(incidents(t, store, region)), len(incidents(t, store, other)); here != 2 || there != 2 {
			t.Errorf("%d and %d incidents, want 2 in each region", here, there)
		}
		stop()
		n.add("a", complaint("1", time.Now()), complaint("2", time.Now()))
		stop = run(t, m)
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		stop()
		if got := len(incidents(t, store, region)); got != 2 {
			t.Errorf("%d incidents after the source was read too", got)
		}
		if diff := cmp.Diff([]string{"a ", "a old"}, n.began()); diff != "" {
			t.Errorf("streams began (-want +got):\n%s", diff)
		}
	})
}

// TestMissedNewsAreReadAtOnce: a source waits for its interval, unless its
// stream lost news.
func TestMissedNewsAreReadAtOnce(t *testing.T) {
	for _, end := range []error{Missed{}, Missed{Origin: "a"}, Missed{Origin: "b"}, io.ErrUnexpectedEOF} {
		synctest.Test(t, func(t *testing.T) {
			store := open(t)
			region := addRegion(t, store, "Край")
			addSource(t, store, region, "fake", "a")
			n := newTelling()
			m := tellingMonitor(t, store, n)
			stop := run(t, m)
			defer stop()
			time.Sleep(5 * time.Second) // the first reading is over, the next is a minute off
			synctest.Wait()
			before := len(n.called())
			n.breaks <- end
			time.Sleep(10 * time.Second)
			synctest.Wait()
			missed, ok := errors.AsType[Missed](end)
			want := ok && missed.Origin != "b"
			if got := len(n.called()) > before; got != want {
				t.Errorf("after %v the source was read: %v, want %v", end, got, want)
			}
		})
	}
}

// TestHookNewsAreStoredBeforeTheAnswer: what a network tells is an incident when
// it gets its answer; what is not its own is refused.
func TestHookNewsAreStoredBeforeTheAnswer(t *testing.T) {
	store := open(t)
	region := addRegion(t, store, "Край")
	addSource(t, store, region, "fake", "a")
	m := tellingMonitor(t, store, newTelling())
	call := func(address, signature, body string) (int, string) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(body))
		r.Header.Set("Signature", signature)
		w := httptest.NewRecorder()
		m.Hooks().ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	for _, x := range []struct {
		address, signature, body string
		code                     int
	}{
		{"/hooks/fake", "wrong", "1", http.StatusForbidden},
		{"/hooks/fake", "right", "", http.StatusBadRequest},
		{"/hooks/fake", "right", strings.Repeat("x", maxHook+1), http.StatusRequestEntityTooLarge},
		{"/hooks/nobody", "right", "1", http.StatusNotFound},
	} {
		if code, _ := call(x.address, x.signature, x.body); code != x.code || len(incidents(t, store, region)) != 0 {
			t.Errorf("%s %s: %d with %d incidents, want %d and none", x.address, x.signature, code, len(incidents(t, store, region)), x.code)
		}
	}
	for range 2 { // networks repeat themselves
		if code, body := call("/hooks/fake", "right", "1"); code != http.StatusOK || body != "ok" || len(incidents(t, store, region)) != 1 {
			t.Errorf("%d %q with %d incidents", code, body, len(incidents(t, store, region)))
		}
	}
}

// TestHookNewsWithoutATextAreFetchedAtOnce: they wait for no poll.
func TestHookNewsWithoutATextAreFetchedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := open(t)
		region := addRegion(t, store, "Край")
		addSource(t, store, region, "fake", "a")
		n := newTelling()
		n.posts["1"] = complaint("1", time.Now())
		m := tellingMonitor(t, store, n)
		defer run(t, m)()
		time.Sleep(5 * time.Second)
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/hooks/fake", strings.NewReader("1"))
		r.Header.Set("Signature", "right")
		r.Header.Set("Told", "id")
		m.Hooks().ServeHTTP(httptest.NewRecorder(), r)
		time.Sleep(time.Second)
		synctest.Wait()
		if got := len(incidents(t, store, region)); got != 1 {
			t.Errorf("%d incidents a second after the call", got)
		}
	})
}
