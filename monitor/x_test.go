package monitor

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"otklik/monitor/sandbox"
	"otklik/storage"
)

// xBench is a connector before a network of this machine.
type xBench struct {
	*testing.T
	x       *sandbox.X
	ours    *sandbox.XAccount
	network *x
	source  storage.Source
	got     map[string]int  // how often an item was saved, by id and text
	items   map[string]Item // by external id
	usd     float64
}

// inX runs a test in a bubble with one account, which is ours, and a connector
// that searches for Заречный.
func inX(t *testing.T, opt sandbox.XOptions, run func(*xBench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)))
		x := sandbox.NewX(opt)
		b := &xBench{T: t, x: x, ours: x.Account("zarechny_adm"), got: map[string]int{}, items: map[string]Item{}, usd: 1000}
		b.source = storage.Source{Network: "x", Kind: xKindSearch, Address: "(заречный OR заречном) lang:ru -is:retweet"}
		b.network = b.open(opt.Tokens...)
		run(b)
	})
}

func (b *xBench) open(tokens ...string) *x {
	b.Helper()
	if len(tokens) == 0 {
		tokens = []string{sandbox.DefaultXToken}
	}
	n, err := openX(setupOf(xSettings{Token: tokens, URL: "https://api.x.com/2", Accounts: b.ours.Keys(), DailyUSD: b.usd, Stream: "off"}, b.x.Client()))
	if err != nil {
		b.Fatal(err)
	}
	return n.(*x)
}

// page reads once and saves what came, as monitor does.
func (b *xBench) page() (more bool, err error) {
	p, err := b.network.Fetch(b.Context(), b.source)
	if err != nil {
		return false, err
	}
	for _, item := range p.Items {
		b.got[item.ExternalID+" "+item.Text]++
		b.items[item.ExternalID] = item
	}
	b.source.Cursor = p.Cursor
	return p.More, nil
}

// poll reads to the end.
func (b *xBench) poll() {
	b.Helper()
	readToEnd(b.T, b.page)
}

// wantOnce compares what was saved with what should have been, once each.
func (b *xBench) wantOnce(posts ...*sandbox.XPost) {
	b.Helper()
	want := map[string]int{}
	for _, p := range posts {
		want[p.ExternalID()+" "+strings.TrimPrefix(p.Text(), "@zarechny_adm ")] = 1 // whom it calls is left out
	}
	if diff := cmp.Diff(want, b.got); diff != "" {
		b.Errorf("items (-want +got):\n%s", diff)
	}
}

func TestXReadsASearchToItsEndAndOnlyOnce(t *testing.T) {
	inX(t, sandbox.XOptions{}, func(b *xBench) {
		resident := b.x.Account("resident_1")
		var want []*sandbox.XPost
		for i := range 260 {
			want = append(want, resident.Post(fmt.Sprint("Яма в Заречном, дом ", i), sandbox.XPostOptions{At: time.Now().Add(-time.Duration(i+1) * time.Minute)}))
		}
		resident.Post("Заречный год назад", sandbox.XPostOptions{At: time.Now().Add(-25 * time.Hour)})
		resident.Post("Заречный, repost", sandbox.XPostOptions{Repost: want[0]})
		resident.Post("Заречный in English", sandbox.XPostOptions{Lang: "en"})
		b.poll()
		b.poll()
		b.wantOnce(want...)
		time.Sleep(3 * time.Minute)
		late := resident.Post("Заречный, виден поздно", sandbox.XPostOptions{Late: 4 * time.Minute})
		time.Sleep(time.Minute)
		want = append(want, resident.Post("Заречный, виден сразу", sandbox.XPostOptions{}))
		time.Sleep(time.Minute)
		b.poll()
		time.Sleep(3 * time.Minute)
		b.poll()
		b.wantOnce(append(want, late)...)
	})
}

func TestXReadsTheNewestFirstAndForgetsNoGap(t *testing.T) {
	inX(t, sandbox.XOptions{}, func(b *xBench) {
		resident := b.x.Account("resident_1")
		var want []*sandbox.XPost
		for i := range 300 {
			want = append(want, resident.Post(fmt.Sprint("Заречный ", i), sandbox.XPostOptions{At: time.Now().Add(-time.Duration(i+1) * time.Minute)}))
		}
		if more, err := b.page(); !more || err != nil {
			t.Fatalf("more %v, %v", more, err)
		}
		time.Sleep(10 * time.Minute)
		fresh := resident.Post("Заречный, новое", sandbox.XPostOptions{})
		time.Sleep(time.Minute)
		if _, err := b.page(); err != nil || b.got[fresh.ExternalID()+" "+fresh.Text()] != 1 {
			t.Fatalf("what is new had to wait for what is old: %v", err)
		}
		b.poll()
		b.wantOnce(append(want, fresh)...)
	})
}

func TestXTellsWhatAPostIs(t *testing.T) {
	for _, spelling := range []bool{false, true} {
		inX(t, sandbox.XOptions{PostSpelling: spelling}, func(b *xBench) {
			resident, other := b.x.Account("resident_1"), b.x.Account("resident_2")
			p := resident.Post("Заречный & Нагорный: <нет> воды https://example.org/a?b=c", sandbox.XPostOptions{Photos: 2, Videos: 1})
			reply := other.Post("В Заречном тоже", sandbox.XPostOptions{ReplyTo: p})
			quote := other.Post("Заречный, смотрите", sandbox.XPostOptions{Quote: p})
			called := resident.Post("@zarechny_adm Заречный, где вода?", sandbox.XPostOptions{})
			ours := b.ours.Post("Заречный: дадут вечером", sandbox.XPostOptions{})
			quoted := resident.Post("Заречный: не дали", sandbox.XPostOptions{Quote: ours})
			again := resident.Post("Заречный: и не дадут", sandbox.XPostOptions{ReplyTo: ours})
			b.poll()
			time.Sleep(time.Minute)
			quote.Edit("Заречный, смотрите все")
			b.poll()

			type facts struct {
				URL, Kind, ParentURL, Text string
				Photos, Videos             int
				Own, Can                   bool
				Reason, RepostOf, ReplyTo  string
				Fate                       storage.Fate
			}
			link := func(p *sandbox.XPost) string { return "https://x.com/i/web/status/" + p.ExternalID() }
			for _, one := range []struct {
				post *sandbox.XPost
				want facts
			}{
				{p, facts{link(p), "post", "", "Заречный & Нагорный: <нет> воды https://example.org/a?b=c", 2, 1, false, false, reasonNotSummoned, "", "", ""}},
				{reply, facts{link(reply), "comment", link(p), "@resident_1 В Заречном тоже", 0, 0, false, false, reasonNotSummoned, "", p.ExternalID(), ""}},
				{quote, facts{link(quote), "post", "", "Заречный, смотрите все", 0, 0, false, false, reasonNotSummoned, p.ExternalID(), "", storage.PostEdited}},
				{called, facts{link(called), "post", "", "Заречный, где вода?", 0, 0, false, true, "summoned:zarechny_adm", "", "", ""}},
				{ours, facts{link(ours), "post", "", "Заречный: дадут вечером", 0, 0, true, false, reasonNotSummoned, "", "", ""}},
				{quoted, facts{link(quoted), "post", "", "Заречный: не дали", 0, 0, false, true, "summoned:zarechny_adm", ours.ExternalID(), "", ""}},
				{again, facts{link(again), "comment", link(ours), "Заречный: и не дадут", 0, 0, false, true, "summoned:zarechny_adm", "", ours.ExternalID(), ""}},
			} {
				i := b.items[one.post.ExternalID()]
				got := facts{i.URL, i.Kind, i.ParentURL, i.Text, i.Photos, i.Videos, i.Own, i.CanPublish, i.PublishReason, i.RepostOf, i.ReplyTo, i.Fate}
				if diff := cmp.Diff(one.want, got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", one.want.Text, diff)
				}
			}
		})
	}
}

func TestXReadsAccountsAndHashtags(t *testing.T) {
	inX(t, sandbox.XOptions{}, func(b *xBench) {
		resident, paper := b.x.Account("resident_1"), b.x.Account("gazeta")
		called := resident.Post("@zarechny_adm где вода?", sandbox.XPostOptions{})
		article := paper.Post("Воду отключили", sandbox.XPostOptions{})
		reader := resident.Post("И когда дадут?", sandbox.XPostOptions{ReplyTo: article})
		tagged := resident.Post("Нет воды #заречный", sandbox.XPostOptions{})
		time.Sleep(time.Minute)
		for _, one := range []struct {
			kind, address string
			want          []*sandbox.XPost
		}{
			{xKindCommunity, "zarechny_adm", []*sandbox.XPost{called}},
			{xKindAccount, "@Zarechny_ADM", []*sandbox.XPost{called}},
			{xKindCommunity, "gazeta", []*sandbox.XPost{article, reader}},
			{xKindHashtag, "заречный", []*sandbox.XPost{tagged}},
		} {
			b.got = map[string]int{}
			b.source = storage.Source{Network: "x", Kind: one.kind, Address: one.address}
			b.poll()
			b.poll()
			b.wantOnce(one.want...)
		}
		for _, s := range []storage.Source{{Kind: xKindCommunity, Address: "a b"}, {Kind: xKindHashtag, Address: "a OR b"}, {Kind: "wall", Address: "a"}} {
			b.source = s
			if _, err := b.page(); troubleCode(err) != troubleSetting {
				t.Errorf("%+v: error %v", s, err)
			}
		}
	})
}

func TestXComesBackAfterMoreThanASearchReaches(t *testing.T) {
	inX(t, sandbox.XOptions{}, func(b *xBench) {
		resident := b.x.Account("resident_1")
		want := []*sandbox.XPost{resident.Post("Заречный, первое", sandbox.XPostOptions{})}
		b.poll()
		time.Sleep(24 * time.Hour)
		resident.Post("Заречный, так давно не найти", sandbox.XPostOptions{})
		time.Sleep(8 * 24 * time.Hour)
		want = append(want, resident.Post("Заречный, второе", sandbox.XPostOptions{}))
		time.Sleep(time.Minute)
		b.poll()
		b.wantOnce(want...)
	})
}

func TestXErrorsAreOfTheirKindAndMoveNothing(t *testing.T) {
	is := func(kind any) func(error) bool {
		return func(err error) bool {
			switch kind.(type) {
			case Limited:
				return errors.As(err, new(Limited))
			case AuthLost:
				return errors.As(err, new(AuthLost))
			case BadConfig:
				return errors.As(err, new(BadConfig))
			}
			return troubleCode(err) == troubleNetwork && !errors.As(err, new(Retry)) && !errors.As(err, new(CannotPublish))
		}
	}
	for name, one := range map[string]struct {
		fault sandbox.Fault
		kind  any
	}{
		"token":       {sandbox.Fault{Text: "token"}, AuthLost{}},
		"rate":        {sandbox.Fault{Text: "rate"}, Limited{}},
		"legacy rate": {sandbox.Fault{Text: "legacy rate"}, Limited{}},
		"capped":      {sandbox.Fault{Text: "usage-capped"}, Limited{}},
		"credits":     {sandbox.Fault{Text: "credits"}, Limited{}},
		"enrolled":    {sandbox.Fault{Text: "client-forbidden"}, BadConfig{}},
		"unavailable": {sandbox.Fault{Text: "unavailable"}, nil},
		"internal":    {sandbox.Fault{Text: "internal"}, nil},
		"gateway":     {sandbox.Fault{HTML502: true}, nil},
		"half JSON":   {sandbox.Fault{Garbage: true}, nil},
		"dropped":     {sandbox.Fault{Drop: true}, nil},
		"lost":        {sandbox.Fault{Lose: true}, nil},
		"slow":        {sandbox.Fault{Delay: time.Hour}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			inX(t, sandbox.XOptions{}, func(b *xBench) {
				resident := b.x.Account("resident_1")
				first := resident.Post("Заречный, яма", sandbox.XPostOptions{})
				b.poll()
				second := resident.Post("Заречный, ещё яма", sandbox.XPostOptions{})
				b.x.AddFault(one.fault)
				_, err := b.page()
				if err == nil || !is(one.kind)(err) {
					t.Fatalf("error %v is not %T", err, one.kind)
				}
				for _, secret := range append(b.ours.Secrets(), sandbox.DefaultXToken, "заречный") {
					if strings.Contains(err.Error(), secret) {
						t.Errorf("the error shows %s: %v", secret, err)
					}
				}
				b.network = b.open()
				time.Sleep(time.Hour)
				b.poll()
				b.wantOnce(first, second)
			})
		})
	}
}

func TestXSparesItsTokens(t *testing.T) {
	inX(t, sandbox.XOptions{Tokens: []string{"one", "two"}}, func(b *xBench) {
		limited := 0
		for began := time.Now(); time.Since(began) < 2*time.Hour; time.Sleep(500 * time.Millisecond) {
			if _, err := b.page(); err != nil {
				if !errors.As(err, new(Limited)) {
					t.Fatal(err)
				}
				limited++
			}
		}
		calls := map[string]int{}
		for _, c := range b.x.Calls() {
			if calls[c.Token]++; c.Code != 0 || c.TokenInURL {
				t.Fatalf("call %+v", c)
			}
		}
		if calls["one"] < 3400 || calls["one"] > 3600 {
			t.Errorf("calls %v: want the budget of a token used and kept", calls)
		}
	})
	inX(t, sandbox.XOptions{Tokens: []string{"one", "two"}}, func(b *xBench) {
		p := b.x.Account("resident_1").Post("Заречный", sandbox.XPostOptions{})
		b.x.Revoke("one")
		b.poll()
		b.poll()
		b.wantOnce(p)
		if lost := len(b.x.Calls()) - 2; lost != 1 {
			t.Errorf("a refused token was tried %d times, want 1", lost)
		}
	})
	// Another program spends the calls too: what the headers say counts.
	inX(t, sandbox.XOptions{Limits: map[string]int{"search": 3}}, func(b *xBench) {
		for range 3 {
			b.poll()
		}
		_, err := b.page()
		var limited Limited
		if !errors.As(err, &limited) || time.Until(limited.Until) > 15*time.Minute || len(b.x.Calls()) != 3 {
			t.Errorf("error %v after %d calls", err, len(b.x.Calls()))
		}
		time.Sleep(time.Until(limited.Until) + time.Second)
		b.poll()
	})
}

func TestXOpensByItsSettings(t *testing.T) {
	open := func(s xSettings) (Network, error) { return openX(setupOf(s, http.DefaultClient)) }
	good := xSettings{Token: []string{"s3cret"}, URL: "https://api.x.com/2", DailyUSD: 5, Stream: "off"}
	with := func(change func(*xSettings)) xSettings { s := good; change(&s); return s }
	if n, err := open(with(func(s *xSettings) { s.Token = []string{" "} })); n != nil || err != nil {
		t.Errorf("without a token: %v, %v", n, err)
	}
	if n, err := open(with(func(s *xSettings) { s.Accounts = "adm:key:s3cret:12-s3cret:s3cret, @two:k:s:13-t:u," })); err != nil || len(n.(*x).accounts) != 2 {
		t.Errorf("two accounts: %v, %v", n, err)
	}
	for _, change := range []func(*xSettings){
		func(s *xSettings) { s.URL = "api.x.com" },
		func(s *xSettings) { s.URL = "https://user:s3cret@api.x.com/2" },
		func(s *xSettings) { s.DailyUSD = 0 },
		func(s *xSettings) { s.DailyUSD = -1 },
		func(s *xSettings) { s.Stream = "s3cret" },
		func(s *xSettings) { s.Accounts = "adm:key:s3cret:12-s3cret" },
		func(s *xSettings) { s.Accounts = "adm:key:s3cret:s3cret:s3cret" },
		func(s *xSettings) { s.Accounts = "ООО:key:s3cret:12-s3cret:s3cret" },
		func(s *xSettings) { s.Token, s.Accounts = nil, "adm:key:s3cret:12-s3cret:s3cret" },
	} {
		s := with(change)
		if _, err := open(s); err == nil || strings.Contains(err.Error(), "s3cret") || !strings.Contains(err.Error(), "OTKLIK_X_") {
			t.Errorf("%+v: error %v", s, err)
		}
	}
}

func TestXTextBeginsWithWhatItIsAbout(t *testing.T) {
	n := &x{accounts: []*xAccount{{name: "zarechny"}}}
	for text, want := range map[string]string{
		"@zarechny Яма во дворе":           "Яма во дворе",
		"@Zarechny, @zarechny: Яма":        "Яма",
		"@other @zarechny Яма":             "@other @zarechny Яма",
		"Яма, @zarechny, когда заделаете?": "Яма, @zarechny, когда заделаете?",
		"@zarechny": "@zarechny",
	} {
		if got := n.uncalled(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}
