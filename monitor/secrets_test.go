package monitor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"otklik/monitor/links"
	"otklik/storage"
)

// The secrets of this test. secretMark is in each of them; plantedMark is in
// what a network gives us for a while: a key of a stream, an address for a file.
const (
	secretMark  = "s3cr3t"
	plantedMark = "pl4nt3d"
)

// secretSettings are the settings that do not have the form of one secret, with
// %s where secrets stand. Of a new network only such ones are added here: what
// is called TOKEN, SECRET or KEY is found by its name.
var secretSettings = map[string]string{
	"OTKLIK_VK_COMMUNITIES":     "900100:%s,900101:%s",
	"OTKLIK_VK_STREAMING":       "on",
	"OTKLIK_OK_GROUPS":          "53000000001:%s",
	"OTKLIK_OK_PUBLISH":         "on",
	"OTKLIK_OK_HASHTAGS":        "on",
	"OTKLIK_X_ACCOUNTS":         "minroads:%s:%s:900-%s:%s",
	"OTKLIK_X_STREAM":           "on",
	"OTKLIK_FACEBOOK_PAGES":     "100000000000001:%s",
	"OTKLIK_INSTAGRAM_ACCOUNTS": "17841400000000001:%s",
}

// secretSources are sources of a network as people and searches make them; a
// network that is not named has one community.
var secretSources = map[string][]storage.Source{
	"vk":  {{Kind: "community", Address: "-900100", URL: "https://vk.com/club900100"}, {Kind: "topic", Address: "900100_1", URL: "https://vk.com/topic-900100_1"}, {Kind: "post", Address: "-900100_5", URL: "https://vk.com/wall-900100_5"}},
	"ok":  {{Kind: "community", Address: "53000000001", URL: "https://ok.ru/group/53000000001"}},
	"x":   {{Kind: "hashtag", Address: "заречный", URL: "https://x.com/hashtag/заречный"}},
	"rss": {{Kind: "feed", Address: "https://forum.example/feed?key=" + secretMark + "-feed", URL: "https://forum.example/feed?key=" + secretMark + "-feed"}},
}

// secretPosts are the external ids of posts of a network.
var secretPosts = map[string][]string{
	"vk": {"-900100_5", "-900100_5_6"}, "ok": {"53000000001/154000000000001", "53000000001/154000000000001/7"}, "x": {"1795000000000000001"},
	"facebook": {"100000000000001_5"}, "instagram": {"17890000000000001"}, "telegram": {"-1001/5"},
}

// setSecrets gives a network its settings and says which values must never show.
func setSecrets(t *testing.T, n network) {
	t.Helper()
	if n.inside {
		return
	}
	keys, err := SettingNames()
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keys {
		if !strings.HasPrefix(key, n.key("")) {
			continue
		}
		one := 0
		secret := func() string {
			one++
			return fmt.Sprintf("%s-%s-%d", secretMark, strings.ToLower(strings.TrimPrefix(key, "OTKLIK_")), one)
		}
		form, ok := secretSettings[key]
		switch {
		case ok:
			var list []any
			for range strings.Count(form, "%s") {
				list = append(list, secret())
			}
			t.Setenv(key, fmt.Sprintf(form, list...))
		case strings.HasSuffix(key, "_URL"):
			t.Setenv(key, "https://api."+n.name+".example")
		case strings.Contains(key, "TOKEN"), strings.Contains(key, "SECRET"), strings.HasSuffix(key, "KEY"):
			t.Setenv(key, secret())
		}
	}
}

// hostile is a network that fails in every way, and looks at what it is asked.
type hostile struct {
	mode string

	mu     sync.Mutex
	calls  int
	inside []string // addresses with a secret in them
	strays []string // calls to a host that a redirect named
}

var hostileModes = []string{"refused", "redirect", "html", "echo 200", "echo 401", "echo 403", "echo 429", "echo 500", "vk 5", "vk 14", "vk 29", "ok 102", "meta 190", "planted", "cut", "panic"}

// dump is all that a call bears, as a careless server repeats it.
func dump(r *http.Request) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s ", r.Method, r.URL)
	_ = r.Header.Write(&b)
	if r.Body != nil {
		body, _ := io.ReadAll(r.Body)
		b.Write(body)
		if plain, err := url.QueryUnescape(string(body)); err == nil {
			b.WriteString(plain)
		}
	}
	return b.String()
}

func (h *hostile) RoundTrip(r *http.Request) (*http.Response, error) {
	all := dump(r)
	h.mu.Lock()
	h.calls++
	odd := h.calls%2 == 1
	if strings.Contains(r.URL.String(), secretMark) && !strings.Contains(r.URL.Host, "forum.example") {
		h.inside = append(h.inside, r.URL.String())
	}
	if r.URL.Host == "evil.example" && strings.Contains(strings.ReplaceAll(all, secretMark+"-feed", ""), secretMark) {
		h.strays = append(h.strays, all)
	}
	h.mu.Unlock()
	answer := func(status int, kind, body string) (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {kind}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
	}
	telling := func(status, code int) (*http.Response, error) {
		words := fmt.Sprintf("%q", all)
		body := fmt.Sprintf(`{"error":{"error_code":%[1]d,"code":%[1]d,"type":"OAuthException","error_msg":%[2]s,"message":%[2]s,"request_params":[{"key":"access_token","value":%[2]s}]},
			"error_code":%[1]d,"error_msg":%[2]s,"error_data":%[2]s,"errors":[{"code":%[1]d,"message":%[2]s,"title":%[2]s,"detail":%[2]s,"type":%[2]s}],"title":%[2]s,"detail":%[2]s,"type":"about:blank"}`, code, strings.ReplaceAll(words, `\x`, `\\x`))
		return answer(status, "application/json", body)
	}
	var code int
	switch {
	case h.mode == "refused":
		return nil, fmt.Errorf("dial tcp: connect: connection refused (%s)", r.URL.Host)
	case h.mode == "redirect":
		a, err := answer(http.StatusTemporaryRedirect, "text/html", all)
		a.Header.Set("Location", "https://evil.example/steal")
		return a, err
	case h.mode == "html":
		return answer(http.StatusOK, "text/html", "<html>"+all+"</html>")
	case scan(h.mode, "echo %d", &code):
		return telling(code, code)
	case scan(h.mode, "vk %d", &code), scan(h.mode, "ok %d", &code), scan(h.mode, "meta %d", &code):
		return telling(http.StatusOK, code)
	case h.mode == "planted" && odd:
		return answer(http.StatusOK, "application/json", fmt.Sprintf(`{"response":{"key":"%[1]s","server":"https://lp.example/%[1]s","ts":"1","upload_url":"https://up.example/?hash=%[1]s","endpoint":"stream.example"},"url":"https://up.example/?hash=%[1]s","upload_url":"https://up.example/?hash=%[1]s"}`, plantedMark))
	case h.mode == "planted":
		return nil, errors.New("connection reset")
	case h.mode == "cut":
		return answer(http.StatusOK, "application/json", `{"response":{"items":[{"id":`)
	}
	panic("out of range")
}

func scan(text, form string, into *int) bool {
	_, err := fmt.Sscanf(text, form, into)
	return err == nil
}

// heardLog is a log that tests read.
type heardLog struct {
	mu sync.Mutex
	bytes.Buffer
}

func (l *heardLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Buffer.Write(p)
}

// secretRun is a monitor of one network that meets a hostile server.
func secretRun(t *testing.T, n network, mode string) (log string, h *hostile) {
	t.Helper()
	out := &heardLog{}
	h = &hostile{mode: mode}
	dir := t.TempDir()
	open := n.open
	n.open = func(with setup) (Network, error) {
		with.client = func(of reach) *http.Client {
			return &http.Client{Transport: h, CheckRedirect: redirects(of)}
		}
		network, err := open(with)
		if err == nil && network == nil {
			t.Fatalf("%s is not set up by what secretSettings say", n.name)
		}
		return network, err
	}
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(26 * 365 * 24 * time.Hour) // to a year in which networks are
		store, err := storage.Open(t.Context(), filepath.Join(dir, "otklik.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		m, err := New(store, Config{networks: []network{n}}, zerolog.New(out).Level(zerolog.TraceLevel))
		if err != nil {
			t.Fatal(err)
		}
		region := addRegion(t, store, "Край", "Заречный")
		group, err := store.MeetChat(t.Context(), -100, storage.Supergroup, "Администраторы", 1)
		if err == nil {
			err = store.BindGroup(t.Context(), owner, region, group.ID, true)
		}
		if err != nil {
			t.Fatal(err)
		}
		sources := secretSources[n.name]
		if sources == nil {
			sources = []storage.Source{{Kind: "community", Address: "100000000000001", URL: "https://fake.example/page"}}
		}
		for _, s := range sources {
			s.Region, s.Network = region, n.name
			if _, err := store.AddSource(t.Context(), owner, s, group.ID); err != nil {
				t.Fatal(err)
			}
		}
		stop := run(t, m)
		time.Sleep(time.Hour)
		synctest.Wait()
		for _, err := range secretCalls(t.Context(), m, m.list[0].network, sources) {
			m.log.Error().Err(err).Msg("a call failed")
		}
		stop()
	})
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		raw, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		// What a person gave as an address stands in the database, of course.
		raw = bytes.ReplaceAll(raw, []byte(secretMark+"-feed"), nil)
		for _, mark := range []string{secretMark} {
			if i := bytes.Index(raw, []byte(mark)); i >= 0 {
				t.Errorf("%s, %s: the database has …%q…", n.name, mode, raw[max(i-80, 0):min(i+60, len(raw))])
			}
		}
	}
	return out.String(), h
}

// secretCalls makes every call that a network knows and returns their errors.
func secretCalls(ctx context.Context, m *Monitor, network Network, sources []storage.Source) (errs []error) {
	note := func(_ any, err error) { errs = append(errs, err) }
	do := func(call func(context.Context) error) {
		ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
		defer cancel()
		_, err := guarded(ctx, func(ctx context.Context) (struct{}, error) { return struct{}{}, call(ctx) })
		note(nil, err)
	}
	for _, id := range secretPosts[network.Name()] {
		p := storage.Post{Network: network.Name(), Kind: links.Post, ExternalID: id, CanPublish: true}
		if strings.Count(id, "_")+strings.Count(id, "/") > 1 {
			p.Kind = links.Comment
		}
		p.URL, _ = links.Permalink(p.Network, p.Kind, id)
		if face, ok := network.(Publisher); ok {
			photos := []Photo{{Name: "a.jpg", Data: []byte("\xff\xd8\xff")}}
			do(func(ctx context.Context) error {
				_, _, err := face.Publish(ctx, p, Answer{Text: "Заделали", Key: "k", Photos: photos})
				return err
			})
			do(func(ctx context.Context) error {
				_, _, _, err := face.FindPublished(ctx, p, "Заделали", time.Now())
				return err
			})
		}
		if face, ok := network.(Follower); ok {
			do(func(ctx context.Context) error { _, err := face.Replies(ctx, p, id+"_9", time.Now()); return err })
		}
		if face, ok := network.(Checker); ok {
			do(func(ctx context.Context) error { _, err := face.Recheck(ctx, []string{id}); return err })
		}
		if face, ok := network.(PostFetcher); ok {
			do(func(ctx context.Context) error { _, err := face.FetchPost(ctx, id); return err })
		}
	}
	for _, s := range sources {
		do(func(ctx context.Context) error { _, err := network.Fetch(ctx, s); return err })
		if face, ok := network.(Resolver); ok {
			l, err := links.Parse(s.URL)
			note(l, err)
			do(func(ctx context.Context) error { _, err := face.Resolve(ctx, l); return err })
		}
	}
	if face, ok := network.(Prober); ok {
		do(func(ctx context.Context) error {
			for _, c := range face.Probe(ctx) {
				note(c, fmt.Errorf("%s %d %s: %w", c.Key, c.Number, c.What, c.Err))
			}
			return nil
		})
	}
	if face, ok := network.(Receiver); ok {
		for _, query := range []string{"", "?hub.mode=subscribe&hub.verify_token=wrong&hub.challenge=1"} {
			r, _ := http.NewRequestWithContext(ctx, http.MethodPost, "http://127.0.0.1/hooks/"+network.Name()+query, nil)
			_, reply, err := face.Receive(r, []byte(`{"secret":"wrong","entry":[]}`))
			note(nil, fmt.Errorf("%s: %w", reply, err))
		}
	}
	if face, ok := network.(Meter); ok {
		note(nil, fmt.Errorf("%v", face.Budgets()))
	}
	return slices.DeleteFunc(errs, func(err error) bool { return err == nil })
}

// TestSecretsShowNowhere runs every network of the table with settings of known
// secrets against servers that fail in every way, at the most talkative level,
// and looks for the secrets in the log, the database with its notices, and the
// addresses that were called.
func TestSecretsShowNowhere(t *testing.T) {
	for _, n := range networks() {
		t.Run(n.name, func(t *testing.T) {
			setSecrets(t, n)
			calls := 0
			for _, mode := range hostileModes {
				log, h := secretRun(t, n, mode)
				calls += h.calls
				for _, mark := range []string{secretMark, plantedMark} {
					if i := strings.Index(log, mark); i >= 0 {
						t.Errorf("%s: the log has …%s…", mode, log[max(i-300, 0):min(i+80, len(log))])
					}
				}
				for _, address := range slices.Compact(h.inside) {
					t.Errorf("%s: a secret is in the address %s", mode, address)
				}
				for _, stray := range h.strays {
					t.Errorf("%s: a redirect got %s", mode, stray)
				}
				if !n.inside && !strings.Contains(log, "cannot read a source") && !strings.Contains(log, "reading a source panicked") {
					t.Errorf("%s: no failure is logged", mode)
				}
			}
			if !n.inside && calls < len(hostileModes) {
				t.Errorf("the servers were called %d times only", calls)
			}
		})
	}
}

// leaky is a network that does what none may do.
type leaky struct{ client *http.Client }

func (leaky) Name() string { return "leaky" }

func (n leaky) Fetch(ctx context.Context, _ storage.Source) (Page, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://api.leaky.example/?token="+secretMark, nil)
	if err != nil {
		return Page{}, err
	}
	answer, err := n.client.Do(r)
	if err != nil {
		return Page{}, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return Page{}, errors.Join(err, fmt.Errorf("status %d: %s", answer.StatusCode, body))
}

// TestLeaksAreFound is the control of the test above.
func TestLeaksAreFound(t *testing.T) {
	n := network{name: "leaky", prefix: "TEST", every: time.Minute, parallel: 1, open: func(with setup) (Network, error) { return leaky{with.client(checked)}, nil }}
	for _, mode := range []string{"refused", "html", "echo 401"} {
		log, h := secretRun(t, n, mode)
		if !strings.Contains(log, secretMark) || len(h.inside) == 0 {
			t.Errorf("%s: a secret in an address and in the log was not found:\n%s", mode, log)
		}
	}
	_, h := secretRun(t, n, "redirect")
	if h.calls < 2 {
		t.Error("a redirect was not followed at all")
	}
}
