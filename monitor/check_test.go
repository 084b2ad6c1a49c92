package monitor

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"otklik/storage"
)

// notices are what was said to a chat, in order.
func notices(t *testing.T, store *storage.Store, chat int64) []storage.Notice {
	t.Helper()
	var list []storage.Notice
	for {
		o, err := store.TakeOutgoing(t.Context(), chat)
		if err != nil {
			return list
		}
		if o.Message.Kind != storage.NoticeMessage {
			continue
		}
		var n storage.Notice
		if err := json.Unmarshal(o.Message.Payload, &n); err != nil {
			t.Fatal(err)
		}
		list = append(list, n)
	}
}

func TestNewSourceIsAnswered(t *testing.T) {
	now := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) // of every bubble
	old := complaint("0", now.Add(-48*time.Hour))
	own := complaint("own", now)
	own.Own = true
	other := complaint("2", now)
	other.Text = "Продам гараж"
	const url, name = "https://fake.example/town", "Подслушано в Заречном"
	for label, c := range map[string]struct {
		network string
		unset   bool
		err     error
		want    storage.Notice
	}{
		"readable": {network: "fake", want: storage.Notice{Code: "source_ok", Params: storage.Params{"network": "fake", "url": url, "name": name,
			"posts": 2.0, "matched": 1.0, "samples": []any{"Огромная яма на дороге, звоните [телефон]"}}}},
		"closed":  {network: "fake", err: Forbidden{}, want: storage.Notice{Code: "source_unreadable", Params: storage.Params{"network": "fake", "url": url, "name": name, "trouble": troubleForbidden}}},
		"not set": {network: "fake", unset: true, want: storage.Notice{Code: "source_no_token", Params: storage.Params{"network": "fake", "url": url, "name": "", "setting": "OTKLIK_TEST_TOKEN"}}},
		"unknown": {network: "myspace", want: storage.Notice{Code: "source_unknown", Params: storage.Params{"network": "myspace", "url": url, "name": ""}}},
	} {
		t.Run(label, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := openOffice(t)
				o.net.add("https://fake.example/town", old, complaint("1", now), other, own)
				o.net.fetch = func(int, storage.Source) error { return c.err }
				m := watching(t, o.store, Config{}, o.net)
				if c.unset {
					m.byName["fake"].network = nil
				}
				stop := run(t, m)
				defer stop()
				notices(t, o.store, o.group.ID) // who came
				_, err := o.store.AddSource(t.Context(), owner, storage.Source{Region: o.region, Network: c.network, Kind: "community", URL: url, Address: url}, o.group.ID)
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(10 * time.Second)
				synctest.Wait()
				if diff := cmp.Diff([]storage.Notice{c.want}, notices(t, o.store, o.group.ID)); diff != "" {
					t.Errorf("said (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestUnmatchedTextsAreKeptMaskedAndOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, f := open(t), newFake("fake")
		region := addRegion(t, store, "Край")
		addSource(t, store, region, "fake", "town")
		post := complaint("1", time.Now())
		post.Text = "Продам гараж, +7 912 345-67-89"
		f.add("town", post)
		told := &tally{}
		m := watching(t, store, Config{Recent: 10, Observer: told}, f)
		stop := run(t, m)
		defer stop()
		time.Sleep(2 * time.Hour) // the network tells it again at every reading
		synctest.Wait()
		kept, err := store.RecentTexts(t.Context(), region, 10)
		if err != nil {
			t.Fatal(err)
		}
		if len(kept) != 1 || strings.Contains(kept[0], "912") {
			t.Errorf("kept %q", kept)
		}
		told.mu.Lock()
		defer told.mu.Unlock()
		if diff := cmp.Diff(map[string]int{"fake unmatched": 1}, told.posts); diff != "" {
			t.Errorf("counted (-want +got):\n%s", diff)
		}
	})
}
