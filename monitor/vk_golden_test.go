package monitor

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"otklik/storage"
)

// answers is a network that answers each method with a file.
type answers struct{ folder string }

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	raw, err := os.ReadFile(filepath.Join(a.folder, path.Base(r.URL.Path)+".json"))
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(raw)), Request: r}, nil
}

// TestVKGolden reads answers as the network words them: numbers as strings, a
// pinned post, a repost, a deleted post and comment, people without a profile.
func TestVKGolden(t *testing.T) {
	var got []Item
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Unix(1_795_395_000, 0)))
		n, err := openVK(setupOf(vkSettings{Token: []string{"service"}, URL: "https://api.vk.com", Communities: "900100:token"}, &http.Client{Transport: answers{"testdata/vk"}}))
		if err != nil {
			t.Fatal(err)
		}
		s := storage.Source{Network: "vk", Kind: vkKindCommunity, Address: "-900100"}
		for more := true; more; {
			p, err := n.Fetch(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			got, s.Cursor, more = append(got, p.Items...), p.Cursor, p.More
		}
	})
	wantGolden(t, "testdata/vk/posts.json", got)
}

func FuzzVKAnswer(f *testing.F) {
	files, err := filepath.Glob("testdata/vk/*.json")
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
	f.Add([]byte(`{"response":null}`))
	f.Add([]byte(`{"response":{"items":[{"id":"x"}]}}`))
	f.Add([]byte(`{"error":{"error_code":"6"}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var reply vkReply
		if json.Unmarshal(raw, &reply) != nil {
			return
		}
		var posts vkList[vkPost]
		if json.Unmarshal(reply.Response, &posts) == nil {
			n := &vk{}
			for i := range posts.Items {
				if item := n.postItem(&posts.Items[i], vkGroups(posts.Groups)); item.Network != "vk" || item.ExternalID == "" {
					t.Errorf("post %+v became %+v", posts.Items[i], item)
				}
			}
		}
		var comments vkList[vkComment]
		_ = json.Unmarshal(reply.Response, &comments)
	})
}
