package monitor

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"otklik/monitor/links"
	"otklik/storage"
)

// TestGraphGolden reads answers as the networks word them: numbers as strings and
// ids as numbers, nobody's posts, photos without a word, a shared post, a comment
// without its time, a video whose address says reel.
func TestGraphGolden(t *testing.T) {
	for name, one := range map[string]struct {
		open     func(setup) (Network, error)
		settings any
		address  string
	}{
		links.Facebook:  {openFacebook, facebookSettings{URL: "https://graph.facebook.com/v25.0", Pages: "77:token"}, "77"},
		links.Instagram: {openInstagram, instagramSettings{URL: "https://graph.facebook.com/v25.0", Accounts: "17841:token"}, "17841"},
	} {
		t.Run(name, func(t *testing.T) {
			var got []Item
			folder := filepath.Join("testdata", name)
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(time.Unix(1_795_395_000, 0)))
				n, err := one.open(setupOf(one.settings, &http.Client{Transport: answers{folder}}))
				if err != nil {
					t.Fatal(err)
				}
				s := storage.Source{Network: name, Kind: links.Community, Address: one.address}
				for more := true; more; {
					p, err := n.Fetch(t.Context(), s)
					if err != nil {
						t.Fatal(err)
					}
					got, s.Cursor, more = append(got, p.Items...), p.Cursor, p.More
				}
			})
			wantGolden(t, filepath.Join(folder, "posts.json"), got)
		})
	}
}

func FuzzGraphAnswer(f *testing.F) {
	for _, pattern := range []string{"testdata/facebook/*.json", "testdata/instagram/*.json"} {
		files, err := filepath.Glob(pattern)
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
	}
	f.Add([]byte(`{"error":{"code":"190","error_subcode":463}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		fb, ig := &facebook{&graph{}}, &instagram{graph: &graph{}}
		var posts graphList[fbPost]
		if json.Unmarshal(raw, &posts) == nil {
			_, _ = posts.more("")
			for i := range posts.Data {
				if item := fb.postItem(&posts.Data[i]); item.Network != links.Facebook || item.CanPublish {
					t.Errorf("post %+v became %+v", posts.Data[i], item)
				}
			}
		}
		var comments graphList[fbComment]
		if json.Unmarshal(raw, &comments) == nil {
			for i := range comments.Data {
				fb.commentItem(&fbPost{ID: "77_15"}, &comments.Data[i])
			}
		}
		var media graphList[igMedium]
		if json.Unmarshal(raw, &media) == nil {
			for i := range media.Data {
				if item, err := ig.mediumItem(&media.Data[i]); err == nil && (item.ExternalID == "" || item.URL == "") {
					t.Errorf("medium %+v became %+v", media.Data[i], item)
				}
			}
		}
		var failed struct {
			Error *graphError `json:"error"`
		}
		_ = json.Unmarshal(raw, &failed)
	})
}
