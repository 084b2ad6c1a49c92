package monitor

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"otklik/storage"
)

// okAnswers is a network that answers each method with a file.
type okAnswers struct{ folder string }

func (a okAnswers) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.ParseForm(); err != nil {
		return nil, err
	}
	raw, err := os.ReadFile(filepath.Join(a.folder, filepath.Base(r.Form.Get("method"))+".json"))
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(raw)), Request: r}, nil
}

// TestOKGolden reads answers as the network words them: numbers as strings,
// photos before the text, a shared topic, a pinned old one, comments with and
// without milliseconds, a removed one, one without an author.
func TestOKGolden(t *testing.T) {
	var got []Item
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Unix(1_795_395_000, 0)))
		n, err := openOK(setupOf(okSettings{
			Token: []string{"reader"}, ApplicationKey: "KEY", ApplicationSecret: "SECRET", URL: "https://api.ok.ru", Groups: "55348644610059:token", Publish: "on",
		}, &http.Client{Transport: okAnswers{"testdata/ok"}}))
		if err != nil {
			t.Fatal(err)
		}
		s := storage.Source{Network: "ok", Kind: okKindCommunity, Address: "55348644610059"}
		for more := true; more; {
			p, err := n.Fetch(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			got, s.Cursor, more = append(got, p.Items...), p.Cursor, p.More
		}
	})
	wantGolden(t, "testdata/ok/posts.json", got)
}

func FuzzOKAnswer(f *testing.F) {
	files, err := filepath.Glob("testdata/ok/*.json")
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
	f.Add([]byte(`{"media_topics":null}`))
	f.Add([]byte(`{"media_topics":[{"id":1.5}]}`))
	f.Add([]byte(`{"comment_id":7}`))
	f.Add([]byte(`{"groups":[{"uid":7}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		n := &ok{}
		var topics okTopics
		if json.Unmarshal(raw, &topics) == nil {
			for _, topic := range topics.list() {
				if item := n.topicItem("55", &topic); item.Network != "ok" || item.ExternalID != "55/"+string(topic.ID) {
					t.Errorf("topic %+v became %+v", topic, item)
				}
				n.topicItem("", &topic)
			}
		}
		var comments okComments
		if json.Unmarshal(raw, &comments) == nil {
			for _, c := range comments.Comments {
				c.removed()
				n.commentItem(okPlace{group: "55", topic: "66"}, "", &c, &c, 0)
			}
		}
		_ = json.Unmarshal(raw, new(okMade))
		_ = json.Unmarshal(raw, new(okGroups))
	})
}
