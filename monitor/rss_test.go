package monitor

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"
	"golang.org/x/text/encoding/charmap"

	"otklik/monitor/links"
	"otklik/storage"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// goldenItem is what a golden file keeps of an item.
type goldenItem struct {
	ID, URL, Text  string
	Author         string `json:",omitempty"`
	Photos, Videos int    `json:",omitempty"`
	PublishedAt    time.Time
}

func TestFeeds(t *testing.T) {
	files, err := filepath.Glob("testdata/rss/*.xml")
	if err != nil || len(files) == 0 {
		t.Fatal("no feeds", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			body, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			feed, err := parseFeed(body, "application/xml")
			if err != nil {
				t.Fatal(err)
			}
			base, err := url.Parse("https://forum.example/feed.xml")
			if err != nil {
				t.Fatal(err)
			}
			var got []goldenItem
			items, _ := feedMarks(nil).news("https://forum.example/feed.xml", feedEntries(feed, base, time.Now()))
			for _, i := range items {
				got = append(got, goldenItem{ID: i.ExternalID, URL: i.URL, Text: i.Text, Author: i.AuthorID, Photos: i.Photos, Videos: i.Videos, PublishedAt: i.PublishedAt.UTC()})
			}
			golden := strings.TrimSuffix(file, ".xml") + ".json"
			if *update {
				var b bytes.Buffer
				e := json.NewEncoder(&b)
				e.SetEscapeHTML(false)
				e.SetIndent("", "  ")
				if err := e.Encode(got); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(golden, b.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			raw, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			var want []goldenItem
			if err := json.Unmarshal(raw, &want); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("items (-want +got):\n%s", diff)
			}
		})
	}
}

// reader is a feed reader that may visit the servers of tests.
func reader(t *testing.T) *rss {
	t.Helper()
	n, err := openRSS(setup{client: dialing{agent: "test", allowPrivate: true}.client})
	if err != nil {
		t.Fatal(err)
	}
	return n.(*rss)
}

func feedOf(titles ...string) string {
	var b strings.Builder
	b.WriteString(`<rss version="2.0"><channel><title>Т</title>`)
	for _, title := range titles {
		fmt.Fprintf(&b, `<item><guid>%s</guid><title>%s</title><pubDate>%s</pubDate></item>`, title, title, time.Now().UTC().Format(time.RFC1123Z))
	}
	return b.String() + `</channel></rss>`
}

func names(p Page) []string {
	list := []string{}
	for _, i := range p.Items {
		list = append(list, i.Text)
	}
	return list
}

func TestFeedTellsOnlyWhatIsNew(t *testing.T) {
	body, etag := feedOf("1", "2"), `"a"`
	unchanged := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") == etag {
			unchanged++
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("ETag", etag)
		fmt.Fprint(w, body)
	}))
	defer server.Close()
	n, s := reader(t), storage.Source{URL: server.URL}
	fetch := func() []string {
		t.Helper()
		p, err := n.Fetch(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		s.Cursor = p.Cursor
		return names(p)
	}
	for _, step := range []struct {
		body, etag string
		want       []string
	}{
		{feedOf("1", "2"), `"a"`, []string{"2", "1"}},
		{feedOf("1", "2"), `"a"`, []string{}},
		{feedOf("3", "1"), `"b"`, []string{"3"}},
		{feedOf("2", "3"), `"c"`, []string{}}, // what left comes back
		{feedOf("4", "4", "2"), "", []string{"4"}},
	} {
		body, etag = step.body, step.etag
		if diff := cmp.Diff(step.want, fetch()); diff != "" {
			t.Errorf("after %s (-want +got):\n%s", step.etag, diff)
		}
	}
	if unchanged != 1 {
		t.Errorf("an unchanged feed was told so %d times, want once", unchanged)
	}
}

func TestFeedTrouble(t *testing.T) {
	for name, c := range map[string]struct {
		status  int
		headers map[string]string
		body    string
		want    string
	}{
		"closed":       {status: 403, want: troubleForbidden},
		"gone":         {status: 410, want: troubleGone},
		"missing":      {status: 404, want: troubleGone},
		"busy":         {status: 429, headers: map[string]string{"Retry-After": "120"}, want: troubleLimited},
		"down":         {status: 503, want: troubleNetwork},
		"no feed":      {status: 200, body: "<html><body>Привет</body></html>", want: troubleSetting},
		"other JSON":   {status: 200, body: `{"error":{"message":"no"}}`, want: troubleSetting},
		"nothing":      {status: 200, body: "", want: troubleNetwork},
		"too big":      {status: 200, body: "<rss>" + strings.Repeat(" ", maxFeed), want: troubleNetwork},
		"broken":       {status: 200, body: `<rss version="2.0"><channel><item>`, want: troubleNetwork},
		"moved inside": {status: 302, headers: map[string]string{"Location": "file:///etc/passwd"}, want: troubleNetwork},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				for k, v := range c.headers {
					w.Header().Set(k, v)
				}
				w.WriteHeader(c.status)
				fmt.Fprint(w, c.body)
			}))
			defer server.Close()
			_, err := reader(t).Fetch(t.Context(), storage.Source{URL: server.URL + "/?key=secret"})
			if got := troubleCode(err); err == nil || got != c.want {
				t.Errorf("trouble %s (%v), want %s", got, err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("the error shows the address: %v", err)
			}
			var limited Limited
			if errors.As(err, &limited) {
				if wait := time.Until(limited.Until); wait < time.Minute || wait > 2*time.Minute {
					t.Errorf("limited for %v", wait)
				}
			}
		})
	}
}

func TestCharsetOfTheServerCounts(t *testing.T) {
	text, err := charmap.Windows1251.NewEncoder().String(feedOf("Яма"))
	if err != nil {
		t.Fatal(err)
	}
	feed, err := parseFeed([]byte(text), "application/rss+xml; charset=windows-1251")
	if err != nil {
		t.Fatal(err)
	}
	if feed.Items[0].Title != "Яма" {
		t.Errorf("title %q", feed.Items[0].Title)
	}
}

func TestFeedBehindAPage(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `<html><head><link rel="stylesheet" href="a.css"><link rel="alternate" type="application/rss+xml" href="/feed"></head></html>`)
	})
	mux.HandleFunc("/feed", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, feedOf("1")) })
	server := httptest.NewServer(mux)
	defer server.Close()
	s, err := reader(t).Resolve(t.Context(), links.Link{URL: server.URL + "/"})
	if err != nil {
		t.Fatal(err)
	}
	if s.Address != server.URL+"/feed" || s.Name != "Т" {
		t.Errorf("resolved %+v", s)
	}
	if p, err := reader(t).Fetch(t.Context(), s); err != nil || len(p.Items) != 1 {
		t.Errorf("read %v, %v", p.Items, err)
	}
}

func TestPlainText(t *testing.T) {
	for in, want := range map[string]string{
		"просто текст":                            "просто текст",
		"a < b и b > c":                           "a < b и b > c",
		"<p>раз</p><p>два</p>":                    "раз\nдва",
		"раз<br/>два<BR>три":                      "раз\nдва\nтри",
		"<style>p{}</style>вид<script>x</script>": "вид",
		"&laquo;яма&raquo; &amp;lt;":              "«яма» &lt;",
		"<ul><li>а<li>б</ul>":                     "а\nб",
		"  много \n\n\n  строк\t":                 "много\nстрок",
		"<script>без конца":                       "",
	} {
		if got := plainText(in); got != want {
			t.Errorf("plainText(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzFeed(f *testing.F) {
	f.Add([]byte(feedOf("1", "2")), "text/xml; charset=koi8-r")
	f.Add([]byte(`<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="//a"/></entry></feed>`), "")
	f.Add([]byte(`{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","content_html":"<b>a"}]}`), "")
	base, err := url.Parse("https://forum.example/")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		feed, err := parseFeed(body, contentType)
		if err != nil {
			return
		}
		items, seen := feedMarks(nil).news(base.String(), feedEntries(feed, base, time.Now()))
		if again, _ := seen.news(base.String(), feedEntries(feed, base, time.Now())); len(again) > 0 {
			t.Errorf("%d of %d items come twice", len(again), len(items))
		}
		for _, i := range items {
			if len(i.ExternalID) != 32 {
				t.Errorf("id %q", i.ExternalID)
			}
			if i.URL != "" && !strings.HasPrefix(i.URL, "http") {
				t.Errorf("address %q", i.URL)
			}
		}
	})
}

func FuzzRetryAfter(f *testing.F) {
	f.Add("120")
	f.Add("Mon, 23 Nov 2026 09:00:00 GMT")
	f.Add("-1")
	f.Fuzz(func(t *testing.T, value string) {
		if d := retryAfter(value, time.Now()); d < 0 || d > 24*time.Hour {
			t.Errorf("wait %v", d)
		}
	})
}

func TestFeedBecomesIncidents(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, feedOf("Яма у школы", "Продам гараж"))
	}))
	defer server.Close()
	for allowed, want := range map[bool]int{true: 1, false: 0} {
		store := open(t)
		region := addRegion(t, store, "Край")
		m, err := New(store, Config{AllowPrivate: allowed}, zerolog.Nop())
		if err != nil {
			t.Fatal(err)
		}
		if err := m.loadRules(t.Context()); err != nil {
			t.Fatal(err)
		}
		id, err := store.AddSource(t.Context(), owner, storage.Source{Region: region, Network: "web", Kind: "page", URL: server.URL, Address: server.URL}, 0)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, err = m.read(t.Context(), id); allowed != (err == nil) {
				t.Fatalf("allowed %v, and yet: %v", allowed, err)
			}
		}
		if !allowed && m.trouble(source(t, store, id), err) != troubleSetting {
			t.Errorf("a private address is trouble of the kind %q", troubleCode(err))
		}
		if n := len(incidents(t, store, region)); n != want {
			t.Errorf("private addresses allowed %v: %d incidents, want %d", allowed, n, want)
		}
	}
}
