package monitor

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"otklik/storage"
)

// TestXGolden reads an answer as the network words it: by both spellings, ids as
// numbers, a long text, an edited post, a time that is none, errors beside data.
func TestXGolden(t *testing.T) {
	var got []Item
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)))
		n, err := openX(setupOf(xSettings{Token: []string{"bearer"}, URL: "https://api.x.com/2", DailyUSD: 5, Stream: "off",
			Accounts: "zarechny_adm:key:secret:77-token:secret"}, &http.Client{Transport: answers{"testdata/x"}}))
		if err != nil {
			t.Fatal(err)
		}
		p, err := n.Fetch(t.Context(), storage.Source{Network: "x", Kind: xKindSearch, Address: "заречный"})
		if err != nil || p.More {
			t.Fatalf("more %v, %v", p.More, err)
		}
		got = p.Items
	})
	wantGolden(t, "testdata/x/posts.json", got)
}

func FuzzXAnswer(f *testing.F) {
	files, err := filepath.Glob("testdata/x/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	for _, text := range []string{`{"meta":{"result_count":0}}`, `{"data":[{"id":"x"}],"meta":{}}`, `{"data":[{"id":7,"edit_history_tweet_ids":[""]}]}`, `{"errors":[{}]}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var page xPage
		if json.Unmarshal(raw, &page) != nil {
			return
		}
		r := &xReading{x: &x{}}
		r.take(page)
		for _, item := range r.items {
			if item.Network != "x" || !xUserID.MatchString(item.ExternalID) {
				t.Errorf("%s became %+v", raw, item)
			}
		}
		_ = page.hidden()
		_ = page.problem(xSearch)
	})
}
