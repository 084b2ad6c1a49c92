package monitor

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"otklik/storage"
)

// feedSite is a site whose pages a test changes; it counts what was asked for.
type feedSite struct {
	*httptest.Server
	pages map[string]http.HandlerFunc
	asked []string
}

func newFeedSite(t *testing.T) *feedSite {
	t.Helper()
	s := &feedSite{pages: map[string]http.HandlerFunc{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked = append(s.asked, r.URL.Path)
		if page := s.pages[r.URL.Path]; page != nil {
			page(w, r)
			return
		}
		http.NotFound(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *feedSite) says(path string, status int, body string) {
	s.pages[path] = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status); fmt.Fprint(w, body) }
}

func (s *feedSite) redirects(path string, status int, to string) {
	s.pages[path] = func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, status) }
}

func TestFeedThatMoves(t *testing.T) {
	site, n := newFeedSite(t), reader(t)
	s := storage.Source{URL: site.URL + "/feed"}
	fetch := func() (string, error) {
		site.asked = nil
		p, err := n.Fetch(t.Context(), s)
		if err == nil {
			s.Cursor = p.Cursor
		}
		return strings.Join(names(p), " ") + " by " + strings.Join(site.asked, " "), err
	}
	for _, step := range []struct {
		name   string
		change func()
		want   string
		fails  bool
	}{
		{"where it was", func() { site.says("/feed", 200, feedOf("1")) }, "1 by /feed", false},
		{"for now", func() { site.redirects("/feed", 302, "/now"); site.says("/now", 200, feedOf("2", "1")) }, "2 by /feed /now", false},
		{"for now, again", func() {}, " by /feed /now", false},
		{"for good", func() { site.redirects("/feed", 301, "/good"); site.says("/good", 200, feedOf("3", "2")) }, "3 by /feed /good", false},
		{"and is known to", func() {}, " by /good", false},
		{"further, in two ways", func() {
			site.redirects("/good", 308, "/better")
			site.redirects("/better", 307, "/now")
			site.says("/now", 200, feedOf("4", "3"))
		}, "4 by /good /better /now", false},
		{"only as far as for good", func() {}, " by /better /now", false},
		{"the new place is gone", func() { site.says("/better", 410, ""); site.says("/feed", 200, feedOf("5", "4")) }, "5 by /better /feed", false},
		{"back at the old one", func() {}, " by /feed", false},
		{"gone", func() { site.says("/feed", 410, "") }, " by /feed", true},
		{"a page of trouble", func() { site.says("/feed", 200, "<html>Ведутся работы</html>") }, " by /feed", true},
		{"in a circle", func() { site.redirects("/feed", 301, "/feed") }, " by /feed /feed /feed /feed /feed /feed", true},
	} {
		step.change()
		got, err := fetch()
		if got != step.want || step.fails == (err == nil) {
			t.Errorf("%s: %q, %v; want %q", step.name, got, err, step.want)
		}
		if step.name == "gone" && !errors.As(err, new(Gone)) || step.name == "a page of trouble" && troubleCode(err) != troubleNetwork {
			t.Errorf("%s is trouble of the kind %s", step.name, troubleCode(err))
		}
	}
}

// TestPageInsteadOfAFeed: the page names its feed, which is found at the first
// reading too, and remembered.
func TestPageInsteadOfAFeed(t *testing.T) {
	site, n := newFeedSite(t), reader(t)
	site.says("/", 200, `<html><head><link rel=alternate type="application/atom+xml" href="atom.xml"></head></html>`)
	site.says("/atom.xml", 200, feedOf("1"))
	s := storage.Source{URL: site.URL + "/"}
	for _, want := range []string{"/ /atom.xml", "/atom.xml"} {
		site.asked = nil
		p, err := n.Fetch(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		s.Cursor = p.Cursor
		if got := strings.Join(site.asked, " "); got != want {
			t.Errorf("asked for %s, want %s", got, want)
		}
	}
}

func TestFeedEdits(t *testing.T) {
	site, n := newFeedSite(t), reader(t)
	s := storage.Source{URL: site.URL + "/"}
	doc := func(items ...[3]string) string {
		var b strings.Builder
		b.WriteString(`<rss version="2.0"><channel>`)
		for _, i := range items {
			fmt.Fprintf(&b, "<item><guid>%s</guid><link>%s</link><title>%s</title></item>", i[0], i[1], i[2])
		}
		return b.String() + "</channel></rss>"
	}
	ids := map[string]string{}
	for _, step := range []struct {
		doc  string
		want []string
		same [2]string // texts of one id
	}{
		{doc([3]string{"1", "http://a.example/1", "Яма"}), []string{"Яма  http://a.example/1"}, [2]string{}},
		{doc([3]string{"1", "http://a.example/1", "Яма заделана"}), []string{"Яма заделана edited http://a.example/1"}, [2]string{"Яма", "Яма заделана"}},
		{doc([3]string{"1", "http://a.example/1", "Яма"}), []string{"Яма edited http://a.example/1"}, [2]string{}},
		{doc([3]string{"other", "http://a.example/1", "Яма"}), nil, [2]string{}},
		{doc([3]string{"other", "http://a.example/1", "Нет"}), []string{"Нет edited http://a.example/1"}, [2]string{}},
		{doc([3]string{"third", "http://a.example/1", "Да"}), []string{"Да  http://a.example/1#"}, [2]string{}},
	} {
		site.says("/", 200, step.doc)
		p, err := n.Fetch(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		s.Cursor = p.Cursor
		var got []string
		for _, i := range p.Items {
			ids[i.Text] = i.ExternalID
			got = append(got, fmt.Sprintf("%s %s %s", i.Text, i.Fate, strings.TrimSuffix(i.URL, i.ExternalID)))
		}
		if diff := cmp.Diff(step.want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if ids[step.same[0]] != ids[step.same[1]] {
			t.Errorf("%q and %q are two items", step.same[0], step.same[1])
		}
	}
}

func TestFeedCharsets(t *testing.T) {
	utf8 := func(declared string) string {
		return `<?xml version="1.0"` + declared + `?><rss version="2.0"><channel><item><title>Яма №1 «тут» ё</title></item></channel></rss>`
	}
	in1251 := func(s string) string {
		out, err := charmap.Windows1251.NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	koi8, err := charmap.KOI8R.NewEncoder().String(strings.ReplaceAll(utf8(` encoding="KOI8-R"`), "№1 «тут»", "тут"))
	if err != nil {
		t.Fatal(err)
	}
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(utf8(` encoding="utf-16"`))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ body, contentType, want string }{
		"declared":                   {in1251(utf8(` encoding="windows-1251"`)), "text/xml", "Яма №1 «тут» ё"},
		"declared, server wrong":     {in1251(utf8(` encoding='windows-1251'`)), "text/xml; charset=utf-8", "Яма №1 «тут» ё"},
		"by the server":              {in1251(utf8("")), "text/xml; charset=Windows-1251", "Яма №1 «тут» ё"},
		"by nobody":                  {in1251(utf8("")), "text/xml", "Яма №1 «тут» ё"},
		"declared as UTF-8, wrongly": {in1251(utf8(` encoding="UTF-8"`)), "", "Яма №1 «тут» ё"},
		"declared away, wrongly":     {utf8(` encoding="windows-1251"`), "text/xml; charset=windows-1251", "Яма №1 «тут» ё"},
		"UTF-8":                      {utf8(` encoding="utf-8"`), "text/xml", "Яма №1 «тут» ё"},
		"UTF-8 with a mark":          {"\xef\xbb\xbf" + utf8(""), "text/xml; charset=koi8-r", "Яма №1 «тут» ё"},
		"UTF-8, a byte broken":       {strings.Replace(utf8(""), "тут", "т\xd1т", 1), "text/xml", "Яма №1 «т\uFFFDт» ё"},
		"UTF-16":                     {utf16, "text/xml", "Яма №1 «тут» ё"},
		"KOI8-R":                     {koi8, "", "Яма тут ё"},
	} {
		t.Run(name, func(t *testing.T) {
			feed, err := parseFeed([]byte(c.body), c.contentType)
			if err != nil {
				t.Fatal(err)
			}
			if got := feed.Items[0].Title; got != c.want {
				t.Errorf("title %q, want %q", got, c.want)
			}
		})
	}
}

func TestFeedDates(t *testing.T) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	for date, want := range map[string]time.Time{
		"Thu, 26 Nov 2026 11:00:00 +0300": time.Date(2026, 11, 26, 8, 0, 0, 0, time.UTC),
		"Чт, 26 ноя 2026 11:00:00 +0300":  {},
		"":                                {},
		"Thu, 01 Jan 1970 00:00:00 GMT":   {},
		"Fri, 26 Nov 2027 11:00:00 GMT":   {},                                             // next year's
		"Thu, 26 Nov 2026 14:00:00 GMT":   time.Date(2026, 11, 26, 14, 0, 0, 0, time.UTC), // a wrong zone; it is now
	} {
		feed, err := parseFeed([]byte(`<rss version="2.0"><channel><item><title>1</title><pubDate>`+date+`</pubDate></item></channel></rss>`), "")
		if err != nil {
			t.Fatal(err)
		}
		base, _ := http.NewRequest(http.MethodGet, "https://forum.example/", nil)
		if got := feedEntries(feed, base.URL, now)[0].item.PublishedAt; !got.Equal(want) {
			t.Errorf("%q is %v, want %v", date, got, want)
		}
	}
}

func TestFeedAsksToWait(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		after  string
		want   time.Duration // 0: no limit
	}{
		"seconds":        {429, "120", 2 * time.Minute},
		"a date":         {503, time.Now().Add(time.Hour).UTC().Format(http.TimeFormat), time.Hour},
		"says nothing":   {429, "", feedPatience},
		"just broken":    {503, "", 0},
		"unbelievable":   {429, "99999999", 24 * time.Hour},
		"in the past":    {503, "Thu, 26 Nov 2020 11:00:00 GMT", 0},
		"makes no sense": {429, "soon", feedPatience},
	} {
		t.Run(name, func(t *testing.T) {
			site := newFeedSite(t)
			site.pages["/"] = func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", c.after)
				w.WriteHeader(c.status)
			}
			_, err := reader(t).Fetch(t.Context(), storage.Source{URL: site.URL + "/"})
			var limited Limited
			if is := errors.As(err, &limited); is != (c.want > 0) {
				t.Fatalf("%v", err)
			}
			if c.want > 0 && (time.Until(limited.Until)-c.want).Abs() > 5*time.Second {
				t.Errorf("to wait %v, want %v", time.Until(limited.Until), c.want)
			}
		})
	}
}

func FuzzFeedMarks(f *testing.F) {
	f.Add("AAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add("")
	f.Add("AA==")
	f.Fuzz(func(t *testing.T, text string) {
		var marks, again feedMarks
		if marks.UnmarshalText([]byte(text)) != nil {
			return
		}
		raw, err := json.Marshal(marks)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(raw, &again); err != nil || len(again) != len(marks) {
			t.Errorf("%d marks became %d: %v", len(marks), len(again), err)
		}
	})
}
