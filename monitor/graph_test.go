package monitor

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"otklik/monitor/links"
	"otklik/monitor/sandbox"
	"otklik/storage"
)

// graphBench is a connector of Meta's before a network of this machine.
type graphBench struct {
	*testing.T
	g       *sandbox.Graph
	page    *sandbox.Page    // of Facebook, ours
	account *sandbox.Account // of Instagram, ours
	open    func() Network
	network Network
	source  storage.Source
	got     map[string]int  // how often an item was saved; edits are not counted
	items   map[string]Item // by external id
	failed  []AuthLost
	bad     func(sandbox.Call) bool
}

const (
	hookSecret = "hook-secret"
	hookWord   = "hook-word"
)

// inFacebook runs a test in a bubble with one page, which is ours.
func inFacebook(t *testing.T, opt sandbox.GraphOptions, run func(*graphBench)) {
	t.Helper()
	inGraph(t, opt, func(b *graphBench) {
		b.page = b.g.Page("Администрация Заречного", "zarechny")
		b.source = storage.Source{Network: links.Facebook, Kind: links.Community, Address: b.page.ID()}
		b.open = func() Network {
			return b.opened(openFacebook, facebookSettings{
				URL: "https://graph.facebook.com" + sandbox.GraphVersion, Pages: b.page.ID() + ":" + b.page.Token(), AppSecret: hookSecret, VerifyToken: hookWord})
		}
		b.network = b.open()
		run(b)
	})
}

// inInstagram runs a test in a bubble with one account, which is ours.
func inInstagram(t *testing.T, opt sandbox.GraphOptions, hashtags []string, run func(*graphBench)) {
	t.Helper()
	inGraph(t, opt, func(b *graphBench) {
		b.account = b.g.Account("zarechny_adm")
		b.source = storage.Source{Network: links.Instagram, Kind: links.Community, Address: b.account.ID()}
		b.open = func() Network {
			return b.opened(openInstagram, instagramSettings{
				URL: "https://graph.facebook.com" + sandbox.GraphVersion, Accounts: b.account.ID() + ":" + b.account.Token(), Hashtags: hashtags,
				AppSecret: hookSecret, VerifyToken: hookWord})
		}
		b.network = b.open()
		run(b)
	})
}

func inGraph(t *testing.T, opt sandbox.GraphOptions, run func(*graphBench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		opt.AppSecret, opt.VerifyToken = hookSecret, hookWord
		b := &graphBench{T: t, g: sandbox.NewGraph(opt), got: map[string]int{}, items: map[string]Item{}}
		run(b)
		for _, call := range b.g.Calls() {
			if call.TokenInURL {
				t.Errorf("a token in the address of %s", call.Method)
			}
		}
	})
}

func (b *graphBench) opened(open func(setup) (Network, error), settings any) Network {
	b.Helper()
	with := setupOf(settings, b.g.Client())
	with.fails = func(e AuthLost, _ time.Time) { b.failed = append(b.failed, e) }
	n, err := open(with)
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// fetch reads once and saves what came, as monitor does.
func (b *graphBench) fetch() (more bool, err error) {
	p, err := b.network.Fetch(b.Context(), b.source)
	if err != nil {
		if strings.Contains(err.Error(), "EAAB") {
			b.Errorf("a token in the error %v", err)
		}
		return false, err
	}
	for _, item := range p.Items {
		if item.Fate == "" {
			b.got[item.ExternalID]++
		}
		b.items[item.ExternalID] = item
	}
	b.source.Cursor = p.Cursor
	if strings.Contains(p.Cursor, "EAAB") {
		b.Error("a token in the cursor")
	}
	return p.More, nil
}

// poll reads to the end.
func (b *graphBench) poll() {
	b.Helper()
	readToEnd(b.T, b.fetch)
}

// wantOnce compares what was saved with what should have been, once each.
func (b *graphBench) wantOnce(ids ...string) {
	b.Helper()
	wantEachOnce(b.T, b.got, ids)
}

// stored is an item as the database gives it back, once it was read.
func (b *graphBench) stored(id string) storage.Post {
	b.Helper()
	b.poll()
	item, ok := b.items[id]
	if !ok {
		b.Fatalf("%s was not read", id)
	}
	return item.Post
}

// receive gives calls to the connector's receiver, as monitor does.
func (b *graphBench) receive(calls ...*http.Request) (items []Item) {
	b.Helper()
	for _, call := range calls {
		body := hookBody(b.T, call)
		some, _, err := b.network.(Receiver).Receive(call.WithContext(b.Context()), body)
		if err != nil {
			b.Fatal(err)
		}
		items = append(items, some...)
	}
	return items
}

func hookBody(t *testing.T, r *http.Request) []byte {
	t.Helper()
	if r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	var raw json.RawMessage
	if err := json.NewDecoder(r.Body).Decode(&raw); err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestGraphErrorsAreOfKinds(t *testing.T) {
	for code, want := range map[int]string{
		190: troubleToken, 102: troubleToken, 4: troubleLimited, 17: troubleLimited, 32: troubleLimited, 613: troubleLimited, 80001: troubleLimited, 80002: troubleLimited,
		10: troubleForbidden, 200: troubleForbidden, 299: troubleForbidden, 803: troubleGone, 24: troubleGone, 100: troubleSetting, 18: troubleLimited, 1: troubleNetwork, 2: troubleNetwork, 777: troubleNetwork,
	} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			inFacebook(t, sandbox.GraphOptions{}, func(b *graphBench) {
				b.page.Post("Житель", "Яма", sandbox.EntryOptions{})
				b.g.AddFault(sandbox.Fault{Code: code, Method: "feed", Count: 2})
				_, err := b.fetch()
				if err == nil || troubleCode(err) != want {
					t.Errorf("error %v, want trouble %q", err, want)
				}
				if passes := code == 1 || code == 2; errors.As(err, new(Retry)) != passes {
					t.Errorf("error %v, to be tried again soon: want %v", err, passes)
				}
				if b.source.Cursor != "" {
					t.Errorf("the cursor moved to %s", b.source.Cursor)
				}
				if lost := code == 190 || code == 102; lost != (len(b.failed) == 1) {
					t.Errorf("the owner is told of %v", b.failed)
				}
				calls := len(b.g.Calls())
				if _, err := b.fetch(); want == troubleToken && (err == nil || len(b.g.Calls()) != calls) {
					t.Error("a dead token is used on")
				}
			})
		})
	}
}

func TestGraphBearsAnswersThatAreNone(t *testing.T) {
	for name, fault := range map[string]sandbox.Fault{
		"gateway": {HTML502: true}, "half": {Garbage: true}, "dropped": {Drop: true}, "lost": {Lose: true}, "slow": {Delay: time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			inFacebook(t, sandbox.GraphOptions{Strings: true, HideAuthors: true}, func(b *graphBench) {
				p := b.page.Post("Житель", "Яма", sandbox.EntryOptions{})
				b.g.AddFault(fault)
				if _, err := b.fetch(); err == nil || troubleCode(err) != troubleNetwork || b.source.Cursor != "" {
					t.Errorf("error %v, cursor %q", err, b.source.Cursor)
				}
				b.poll()
				b.wantOnce(p.ExternalID())
			})
		})
	}
}

func TestGraphProvesItsSecretAndAsksForLess(t *testing.T) {
	opt := sandbox.GraphOptions{NeedsProof: true, TooMuch: 50, PublicContent: true}
	inFacebook(t, opt, func(b *graphBench) {
		var want []string
		p := b.page.Post("Житель", "Яма", sandbox.EntryOptions{})
		for i := range 30 {
			want = append(want, b.page.Post("Житель", fmt.Sprint(i), sandbox.EntryOptions{}).ExternalID(), p.Comment("Житель", fmt.Sprint(i)).ExternalID())
		}
		b.poll()
		b.wantOnce(append(want, p.ExternalID())...)
		if _, _, err := b.network.(Publisher).Publish(b.Context(), b.items[p.ExternalID()].Post, Answer{Text: "Ответ"}); err != nil {
			t.Error(err)
		}
		b.g.AddFault(sandbox.Fault{Drop: true})
		if _, err := b.fetch(); err == nil || strings.Contains(err.Error(), "proof") {
			t.Errorf("an address in the error %v", err)
		}
	})
	inInstagram(t, opt, nil, func(b *graphBench) {
		m := b.account.Medium("Субботник")
		want := []string{m.Code()}
		for i := range 60 {
			want = append(want, m.Comment("zhitel", fmt.Sprint(i)).ID())
		}
		b.poll()
		b.wantOnce(want...)
	})
}

// TestGraphLeavesAPostThatCannotBeRead: it is told as trouble, and then stands in
// nobody's way; its comments come when it can be read.
func TestGraphLeavesAPostThatCannotBeRead(t *testing.T) {
	stuck := func(b *graphBench, poison string, want ...string) {
		b.Helper()
		end := b.g.AddFault(sandbox.Fault{Method: "comments", Code: 12, Count: -1, Match: func(c sandbox.Call) bool { return c.Params["after"] == "" && b.bad(c) }})
		failures := 0
		for range 20 {
			time.Sleep(5 * time.Minute)
			for {
				more, err := b.fetch()
				if err != nil {
					failures++
				}
				if err != nil || !more {
					break
				}
			}
		}
		if failures != graphStumbles-1 {
			b.Errorf("%d failures before the others are read", failures)
		}
		b.wantOnce(want...)
		end()
		time.Sleep(5 * time.Minute)
		b.poll()
		b.wantOnce(append(want, poison)...)
	}
	inFacebook(t, sandbox.GraphOptions{}, func(b *graphBench) {
		bad, good := b.page.Post("Житель", "Яма", sandbox.EntryOptions{}), b.page.Post("Житель", "Колея", sandbox.EntryOptions{})
		hidden, seen := bad.Comment("Житель", "Да"), good.Comment("Житель", "Да")
		b.bad = func(c sandbox.Call) bool { return c.Params["path"] == bad.ExternalID() }
		stuck(b, hidden.ExternalID(), bad.ExternalID(), good.ExternalID(), seen.ExternalID())
	})
	inInstagram(t, sandbox.GraphOptions{}, nil, func(b *graphBench) {
		bad, good := b.account.Medium("Яма"), b.account.Medium("Колея")
		hidden, seen := bad.Comment("zhitel", "Да"), good.Comment("zhitel", "Да")
		b.bad = func(c sandbox.Call) bool { return c.Params["path"] == bad.ID() }
		stuck(b, hidden.ID(), bad.Code(), good.Code(), seen.ID())
	})
}

func TestGraphReadsOddLists(t *testing.T) {
	for raw, want := range map[string]struct {
		more string
		bad  bool
	}{
		`{}`:            {"", true},
		`{"data":null}`: {"", true},
		`{"data":[]}`:   {"", false},
		`{"data":[{"id":"1_2"}],"paging":{"cursors":{"after":"x"}}}`:                                                                         {"", false},
		`{"data":[{"id":"1_2"}],"paging":{"cursors":{"after":"x y"},"next":"https://graph.facebook.com/?access_token=EAAB&after=z"}}`:        {"after=x+y", false},
		`{"data":[{"id":"1_2"}],"paging":{"next":"https://graph.facebook.com/v25.0/1/feed?access_token=EAAB&until=5&__paging_token=enc_1"}}`: {"__paging_token=enc_1&until=5", false},
		`{"data":[{"id":"1_2"}],"paging":{"next":"https://graph.facebook.com/v25.0/1/feed?access_token=EAAB"}}`:                              {"", true},
		`{"data":[{"id":"1_2"}],"paging":{"cursors":{"after":"same"},"next":"https://x"}}`:                                                   {"after=same", true},
		`{"data":[{"id":"1_2"}],"paging":{"next":"%zz://EAAB"}}`:                                                                             {"", true},
	} {
		var l graphList[fbPost]
		if err := json.Unmarshal([]byte(raw), &l); err != nil {
			t.Fatal(err)
		}
		more, err := l.more("after=same")
		if more != want.more || (err != nil) != want.bad || err != nil && strings.Contains(err.Error(), "EAAB") {
			t.Errorf("%s: %q, %v", raw, more, err)
		}
	}
	for raw, bad := range map[string]bool{
		`{"data":[{"id":122,"created_time":"2026-11-23T00:35:00+0000"}]}`: false, `{"data":[{"id":"1_2","created_time":1795395000,"comments":{"summary":{"total_count":"7"}}}]}`: false,
		`{"data":[{"id":"1_2","created_time":"yesterday","from":null,"message":null}]}`: false, `{"data":[{"id":{"x":1}}]}`: true, `{"data":{"id":"1"}}`: true, `{"data":[{"id":"1 2"}]}`: true,
	} {
		if err := json.Unmarshal([]byte(raw), new(graphList[fbPost])); (err != nil) != bad {
			t.Errorf("%s: %v", raw, err)
		}
	}
}

func TestGraphSlowsDownAndStops(t *testing.T) {
	inFacebook(t, sandbox.GraphOptions{}, func(b *graphBench) {
		b.page.Post("Житель", "Яма", sandbox.EntryOptions{})
		usage := func(u sandbox.GraphUsage) Page {
			b.Helper()
			b.g.SetUsage(b.page.Token(), u)
			p, err := b.network.Fetch(b.Context(), b.source)
			if err != nil {
				b.Fatal(err)
			}
			return p
		}
		if p := usage(sandbox.GraphUsage{App: 74, Business: 30}); !p.NotBefore.IsZero() {
			t.Errorf("at 74 %% the source is read as ever, not before %v", p.NotBefore)
		}
		if p := usage(sandbox.GraphUsage{App: 10, Business: 80}); time.Until(p.NotBefore) != 3*time.Minute {
			t.Errorf("at 80 %% the source rests for %v", time.Until(p.NotBefore))
		}
		if left := b.network.(Meter).Budgets(); len(left) != 1 || left[0] != (Budget{Key: fbKeyPages, Number: 1, Method: "percent", Left: 20, Limit: 100}) {
			t.Errorf("budgets %+v", left)
		}
		usage(sandbox.GraphUsage{App: 10, Business: 96, Regain: 19})
		calls := len(b.g.Calls())
		_, err := b.fetch()
		var limited Limited
		if !errors.As(err, &limited) || time.Until(limited.Until) != 19*time.Minute || limited.Scope != "" || len(b.g.Calls()) != calls {
			t.Errorf("error %v after %d calls", err, len(b.g.Calls())-calls)
		}
		time.Sleep(19*time.Minute + time.Second)
		usage(sandbox.GraphUsage{App: 97})
		if _, err = b.fetch(); !errors.As(err, &limited) || limited.Scope != "app" {
			t.Errorf("error %v, want the whole app to rest", err)
		}
		time.Sleep(2 * time.Hour)
		if left := b.network.(Meter).Budgets(); left[0].Left != 100 {
			t.Errorf("hours later, budgets %+v", left)
		}
	})
	t.Run("a limit within the hour", func(t *testing.T) {
		inFacebook(t, sandbox.GraphOptions{CallsPerHour: 40}, func(b *graphBench) {
			var want []string
			refused := 0
			for i := range 300 {
				want = append(want, b.page.Post("Житель", fmt.Sprint("Яма ", i), sandbox.EntryOptions{}).ExternalID())
				time.Sleep(time.Minute)
				if _, err := b.fetch(); err != nil && !errors.As(err, new(Limited)) {
					t.Fatal(err)
				}
			}
			for _, c := range b.g.Calls() {
				if c.Code == 80001 {
					refused++
				}
			}
			if refused > 1 {
				t.Errorf("%d calls of %d met the limit that was told before", refused, len(b.g.Calls()))
			}
			time.Sleep(2 * time.Hour)
			b.poll()
			b.wantOnce(want...)
		})
	})
}

func TestGraphSettings(t *testing.T) {
	client := &http.Client{}
	for name, s := range map[string]struct {
		open     func(setup) (Network, error)
		settings any
		key      string // in the error; "" for no error
		set      bool
	}{
		"nothing set":      {openFacebook, facebookSettings{URL: "https://graph.facebook.com/v25.0"}, "", false},
		"a page":           {openFacebook, facebookSettings{URL: "https://graph.facebook.com/v25.0/", Pages: "77:s3cret, 78:s3cret2,"}, "", true},
		"no number":        {openFacebook, facebookSettings{URL: "https://graph.facebook.com/v25.0", Pages: "zarechny:s3cret"}, fbKeyPages, false},
		"no token":         {openFacebook, facebookSettings{URL: "https://graph.facebook.com/v25.0", Pages: "77:"}, fbKeyPages, false},
		"twice":            {openFacebook, facebookSettings{URL: "https://graph.facebook.com/v25.0", Pages: "77:s3cret,77:s3cret"}, fbKeyPages, false},
		"no address":       {openFacebook, facebookSettings{URL: "graph.facebook.com", Pages: "77:s3cret"}, fbKeyURL, false},
		"secret address":   {openFacebook, facebookSettings{URL: "https://a:s3cret@graph.facebook.com", Pages: "77:s3cret"}, fbKeyURL, false},
		"an account":       {openInstagram, instagramSettings{URL: "https://graph.facebook.com/v25.0", Accounts: "77:s3cret", Hashtags: []string{"#Заречный", " дороги_59", ""}}, "", true},
		"no account":       {openInstagram, instagramSettings{URL: "https://graph.facebook.com/v25.0", Hashtags: []string{"заречный"}}, "", false},
		"two words":        {openInstagram, instagramSettings{URL: "https://graph.facebook.com/v25.0", Hashtags: []string{"два слова"}}, igKeyHashtags, false},
		"emoji":            {openInstagram, instagramSettings{URL: "https://graph.facebook.com/v25.0", Hashtags: []string{"дождь☔"}}, igKeyHashtags, false},
		"30 hashtags":      {openInstagram, instagramSettings{URL: "https://graph.facebook.com/v25.0", Accounts: "77:s3cret", Hashtags: words(30)}, "", true},
		"31 hashtags":      {openInstagram, instagramSettings{URL: "https://graph.facebook.com/v25.0", Accounts: "77:s3cret", Hashtags: words(31)}, igKeyHashtags, false},
		"instagram: wrong": {openInstagram, instagramSettings{URL: "https://graph.facebook.com/v25.0", Accounts: "s3cret"}, igKeyAccounts, false},
	} {
		t.Run(name, func(t *testing.T) {
			n, err := s.open(setupOf(s.settings, client))
			if (err != nil) != (s.key != "") || (n != nil) != s.set {
				t.Fatalf("network %v, error %v", n, err)
			}
			if err != nil && (!strings.Contains(err.Error(), s.key) || strings.Contains(err.Error(), "s3cret")) {
				t.Errorf("error %v, want it to name %s", err, s.key)
			}
		})
	}
}

func words(n int) (list []string) {
	for i := range n {
		list = append(list, fmt.Sprint("слово", i))
	}
	return list
}

func TestGraphHooksAreChecked(t *testing.T) {
	body := []byte(`{"object":"page","entry":[]}`)
	inFacebook(t, sandbox.GraphOptions{}, func(b *graphBench) {
		hook := b.network.(Receiver)
		address := "https://otklik.example/hooks/facebook"
		if _, reply, err := hook.Receive(b.g.Register(address, "challenge-1"), nil); err != nil || reply != "challenge-1" {
			t.Errorf("registering: %q, %v", reply, err)
		}
		if _, _, err := hook.Receive(b.g.Signed(address, body), body); err != nil {
			t.Errorf("a signed call: %v", err)
		}
		wrong := sandbox.NewGraph(sandbox.GraphOptions{AppSecret: "another", VerifyToken: "another"})
		bare := b.g.Signed(address, body)
		bare.Header.Del("X-Hub-Signature-256")
		short := b.g.Signed(address, body)
		short.Header.Set("X-Hub-Signature-256", short.Header.Get("X-Hub-Signature-256")[:20])
		odd := b.g.Signed(address, body)
		odd.Header.Set("X-Hub-Signature-256", "sha256=zz")
		put := b.g.Signed(address, body)
		put.Method = http.MethodPut
		mode := b.g.Register(address, "x")
		mode.URL.RawQuery = strings.ReplaceAll(mode.URL.RawQuery, "subscribe", "unsubscribe")
		for name, r := range map[string]*http.Request{
			"wrong secret": wrong.Signed(address, body), "wrong word": wrong.Register(address, "x"), "unsigned": bare, "short": short, "not hex": odd, "put": put, "mode": mode,
		} {
			if _, reply, err := hook.Receive(r, body); !errors.Is(err, ErrNotGenuine) || reply != "" {
				t.Errorf("%s: %q, %v", name, reply, err)
			}
		}
		if _, _, err := hook.Receive(b.g.Signed(address, body), append([]byte(" "), body...)); !errors.Is(err, ErrNotGenuine) {
			t.Errorf("a body that was changed on its way: %v", err)
		}
		broken := []byte(`{"object":"page","entry":[{"id":"` + b.page.ID() + `","changes":[{"field":"feed","value":7}]}]}`)
		if _, _, err := hook.Receive(b.g.Signed(address, broken), broken); err == nil || errors.Is(err, ErrNotGenuine) {
			t.Errorf("signed nonsense: %v", err)
		}
	})
	without, err := openFacebook(setupOf(facebookSettings{URL: "https://graph.facebook.com/v25.0", Pages: "77:token", AppSecret: hookSecret}, &http.Client{}))
	if err != nil {
		t.Fatal(err)
	}
	empty := sandbox.NewGraph(sandbox.GraphOptions{})
	if _, _, err := without.(Receiver).Receive(empty.Register("https://otklik.example/hooks/facebook", "x"), nil); !errors.As(err, new(BadConfig)) {
		t.Errorf("without the settings an empty word is taken: %v", err)
	}
}
