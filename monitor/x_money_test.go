package monitor

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"

	"otklik/monitor/links"
	"otklik/monitor/sandbox"
	"otklik/storage"
)

func TestXMoneyIsKeptWithinTheDay(t *testing.T) {
	inX(t, sandbox.XOptions{}, func(b *xBench) {
		b.usd = 2
		b.network = b.open()
		resident := b.x.Account("resident_1")
		for day := range 2 {
			began := time.Now()
			limited := 0
			for i := 0; time.Since(began) < 24*time.Hour; i++ {
				resident.Post(fmt.Sprint("Заречный ", day, i), sandbox.XPostOptions{})
				time.Sleep(time.Minute)
				if _, err := b.page(); err != nil {
					if !errors.As(err, new(Limited)) {
						t.Fatal(err)
					}
					limited++
				}
			}
			for _, at := range []time.Time{began, time.Now()} {
				if spent := b.x.Spent(at); spent > 2 {
					t.Errorf("%.2f USD were spent of 2", spent)
				}
			}
			if spent := b.x.Spent(began.Add(14 * time.Hour)); spent < 1.6 || limited == 0 {
				t.Errorf("%.2f USD were spent of 2, limited %d times: the money is not used", spent, limited)
			}
		}
	})
}

func TestXMoneyOfTheDayIsKnownAfterARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)))
		x, store := sandbox.NewX(sandbox.XOptions{}), open(t)
		region := addRegion(t, store, "Край", "Заречный")
		resident := x.Account("resident_1")
		for i := range 400 {
			resident.Post(fmt.Sprint("Яма на дороге, Заречный ", i), sandbox.XPostOptions{})
		}
		var log bytes.Buffer
		for range 5 {
			m, err := New(store, Config{networks: []network{{name: "x", prefix: "TEST", needs: "TOKEN", every: 2 * time.Minute, parallel: 4, open: func(with setup) (Network, error) {
				s := setupOf(xSettings{Token: []string{sandbox.DefaultXToken}, Accounts: x.Account("zarechny_adm").Keys(), URL: "https://api.x.com/2", DailyUSD: 1, Stream: "on"}, x.Client())
				s.store = with.store
				return openX(s)
			}}}}, zerolog.New(&log).Level(zerolog.TraceLevel))
			if err != nil {
				t.Fatal(err)
			}
			x.AddFault(sandbox.Fault{Text: "unavailable", Method: "search"})
			stop := run(t, m)
			time.Sleep(5 * time.Minute)
			stop()
		}
		// A quarter of the day's money and what half a morning adds, whatever restarts there were.
		if spent := x.Spent(time.Now()); spent > 0.6 || spent < 0.3 {
			t.Errorf("%.2f USD were spent of a dollar a day by half past nine", spent)
		}
		if n := len(incidents(t, store, region)); n == 0 {
			t.Error("no incident came of it")
		}
		for _, secret := range append(x.Account("zarechny_adm").Secrets(), sandbox.DefaultXToken, "Заречный") {
			if strings.Contains(log.String(), secret) {
				t.Errorf("the log shows %s", secret)
			}
		}
		if !strings.Contains(log.String(), "status 503") {
			t.Error("the log tells nothing of the trouble, so this test proves nothing")
		}
	})
}

func TestXResolvesAndProbes(t *testing.T) {
	inX(t, sandbox.XOptions{}, func(b *xBench) {
		b.x.Account("Gazeta").Rename("Газета")
		for raw, want := range map[string]storage.Source{
			"https://twitter.com/gazeta":            {Kind: xKindCommunity, URL: "https://x.com/gazeta", Address: "gazeta", Name: "Газета"},
			"https://x.com/hashtag/заречный?src=ok": {Kind: xKindHashtag, URL: "https://x.com/hashtag/заречный", Address: "заречный", Name: "#заречный"},
		} {
			l, err := links.Parse(raw)
			if err != nil {
				t.Fatal(err)
			}
			got, err := b.network.Resolve(b.Context(), l)
			want.Network = "x"
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("%s: %v (-want +got):\n%s", raw, err, diff)
			}
		}
		for raw, want := range map[string]string{"x.com/nobody_here": troubleGone, "x.com/a/status/1": troubleSetting} {
			l, err := links.Parse(raw)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := b.network.Resolve(b.Context(), l); err == nil || troubleCode(err) != want {
				t.Errorf("%s: error %v, want trouble %q", raw, err, want)
			}
		}
		probe := func(want ...string) {
			b.Helper()
			var got []string
			for _, c := range b.network.Probe(b.Context()) {
				code := "ok"
				if c.Err != nil {
					code = troubleCode(c.Err)
				}
				got = append(got, fmt.Sprint(c.Key, " ", c.Number, " ", c.What, " ", code))
			}
			if diff := cmp.Diff(want, got); diff != "" {
				b.Errorf("probe (-want +got):\n%s", diff)
			}
		}
		probe("OTKLIK_X_TOKEN 1 read ok", "OTKLIK_X_TOKEN 1 search ok", "OTKLIK_X_ACCOUNTS 1 publish ok")
		b.ours.ReadOnly()
		probe("OTKLIK_X_TOKEN 1 read ok", "OTKLIK_X_TOKEN 1 search ok", "OTKLIK_X_ACCOUNTS 1 publish token")
		b.x.Revoke(sandbox.DefaultXToken)
		if _, err := b.page(); !errors.As(err, new(AuthLost)) {
			t.Errorf("a token that was revoked: %v", err)
		}
		probe("OTKLIK_X_TOKEN 1 read token", "OTKLIK_X_TOKEN 1 search token", "OTKLIK_X_ACCOUNTS 1 publish token")
	})
}

func TestXTellsOfTokensAndBudgets(t *testing.T) {
	inX(t, sandbox.XOptions{Tokens: []string{"one", "two"}}, func(b *xBench) {
		b.usd = 4
		var failed []string
		with := setupOf(xSettings{Token: []string{"one", "two"}, URL: "https://api.x.com/2", DailyUSD: 4, Stream: "off"}, b.x.Client())
		with.fails = func(e AuthLost, until time.Time) {
			failed = append(failed, fmt.Sprint(e.Key, " ", e.Number, " ", e.Cause, " ", !until.IsZero()))
		}
		n, err := openX(with)
		if err != nil {
			t.Fatal(err)
		}
		b.network = n.(*x)
		for i := range 20 {
			b.x.Account("resident_1").Post(fmt.Sprint("Заречный ", i), sandbox.XPostOptions{})
		}
		b.poll()
		if diff := cmp.Diff([]Budget{
			{Key: xKeyDaily, Method: "usd", Left: 3.9, Limit: 4},
			{Key: xKeyToken, Number: 1, Method: "search", Left: 449, Limit: 450},
			{Key: xKeyToken, Number: 2, Method: "search", Left: 450, Limit: 450},
		}, b.network.Budgets()); diff != "" {
			t.Errorf("budgets (-want +got):\n%s", diff)
		}
		b.x.Revoke("one")
		b.poll()
		b.x.AddFault(sandbox.Fault{Text: "usage-capped"})
		if _, err := b.page(); !errors.As(err, new(Limited)) {
			t.Errorf("capped: %v", err)
		}
		if diff := cmp.Diff([]string{"OTKLIK_X_TOKEN 1  false", "OTKLIK_X_TOKEN 2 money true"}, failed); diff != "" {
			t.Errorf("told of tokens (-want +got):\n%s", diff)
		}
		time.Sleep(6*time.Hour + time.Second)
		b.poll()
	})
}
