package monitor

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"otklik/monitor/links"
	"otklik/monitor/sandbox"
	"otklik/storage"
)

// TestGraphInTheHouse runs the monitor on both networks: what pages, hashtags and
// webhooks tell becomes an incident each, once; trouble names settings only; and
// no token is in the log at its most talkative.
func TestGraphInTheHouse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := sandbox.NewGraph(sandbox.GraphOptions{AppSecret: hookSecret, VerifyToken: hookWord})
		page, account := g.Page("Администрация", "zarechny"), g.Account("zarechny_adm")
		store := open(t)
		region := addRegion(t, store, "Заречный", "Заречный")
		base := "https://graph.facebook.com" + sandbox.GraphVersion
		opening := func(open func(setup) (Network, error), settings any) func(setup) (Network, error) {
			return func(with setup) (Network, error) {
				mine := setupOf(settings, g.Client())
				mine.fails = with.fails
				return open(mine)
			}
		}
		cfg := Config{networks: []network{
			{name: links.Facebook, prefix: "TEST", needs: "PAGES", every: time.Minute, parallel: 2, open: opening(openFacebook, facebookSettings{
				URL: base, Pages: page.ID() + ":" + page.Token(), AppSecret: hookSecret, VerifyToken: hookWord})},
			{name: links.Instagram, prefix: "TEST", needs: "ACCOUNTS", every: time.Minute, parallel: 2, open: opening(openInstagram, instagramSettings{
				URL: base, Accounts: account.ID() + ":" + account.Token(), Hashtags: []string{"дороги59"}, AppSecret: hookSecret, VerifyToken: hookWord})},
		}}
		log := &lockedBuffer{}
		m, err := New(store, cfg, zerolog.New(log).Level(zerolog.TraceLevel))
		if err != nil {
			t.Fatal(err)
		}
		for network, address := range map[string]string{links.Facebook: page.ID(), links.Instagram: account.ID()} {
			_, err := store.AddSource(t.Context(), owner, storage.Source{Region: region, Network: network, Kind: links.Community, URL: "https://www." + network + ".com/zarechny", Address: address}, 0)
			if err != nil {
				t.Fatal(err)
			}
		}
		stop := run(t, m)
		post := page.Post("Житель", "Яма на Мира", sandbox.EntryOptions{})
		medium := account.Medium("Субботник")
		post.Comment("Житель 2", "И выбоина у школы")
		medium.Comment("zhitel", "Колея по колено")
		medium.Comment("zhitel_2", "Яма у садика")
		g.Stranger("zhitel_3", "Яма, посёлок Заречный #дороги59 ", 0)
		g.Stranger("zhitel_4", "Яма где-то ещё #дороги59 ", 0)
		elsewhere := account.MentionComment("zhitel_5", "@zarechny_adm яма у дома")
		deliver := func(object, network string) {
			t.Helper()
			for _, call := range g.Deliver(object, "https://otklik.example/hooks/"+network, sandbox.Delivery{Batch: 1, Repeat: true}) {
				w := httptest.NewRecorder()
				m.Hooks().ServeHTTP(w, call.WithContext(t.Context()))
				if w.Code != http.StatusOK {
					t.Errorf("a call to the hook of %s: status %d", network, w.Code)
				}
			}
		}
		deliver("page", links.Facebook)
		deliver("instagram", links.Instagram)
		w := httptest.NewRecorder()
		m.Hooks().ServeHTTP(w, g.Register("https://otklik.example/hooks/facebook", "challenge-1").WithContext(t.Context()))
		if w.Body.String() != "challenge-1" {
			t.Errorf("registering is answered with %d %q", w.Code, w.Body)
		}
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		texts := map[string]bool{}
		for _, i := range incidents(t, store, region) {
			posts, err := store.Posts(t.Context(), i.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range posts {
				if texts[p.Text] {
					t.Errorf("%q came twice", p.Text)
				}
				texts[p.Text] = true
				if found := strings.Contains(p.Text, "посёлок"); p.CanPublish == found {
					t.Errorf("%q: can be answered %v, %q", p.Text, p.CanPublish, p.PublishReason)
				}
				if p.ExternalID == elsewhere.ID() && p.URL != igURL(elsewhere.Medium().Code(), elsewhere.ID()) {
					t.Errorf("a mention stands at %s", p.URL)
				}
			}
		}
		for _, want := range []string{"Яма на Мира", "И выбоина у школы", "Колея по колено", "Яма у садика", "Яма, посёлок Заречный #дороги59", "[имя] яма у дома"} {
			if !texts[want] {
				t.Errorf("%q made no incident, only %v did", want, texts)
			}
		}
		if len(texts) != 6 {
			t.Errorf("incidents of %v", texts)
		}
		g.AddFault(sandbox.Fault{Code: 777, Count: 20})
		time.Sleep(time.Hour)
		g.Expire(page.Token())
		g.Expire(account.Token())
		time.Sleep(3 * time.Hour)
		synctest.Wait()
		stop()
		troubles, err := store.TokenTroubles(t.Context())
		if err != nil || len(troubles) != 2 {
			t.Errorf("tokens in trouble %+v, %v", troubles, err)
		}
		sources, err := store.Sources(t.Context(), region)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range sources {
			if s.Trouble != troubleToken {
				t.Errorf("source %s %s is in trouble %q", s.Network, s.Kind, s.Trouble)
			}
		}
		if said := log.b.String(); strings.Contains(said, "EAAB") || strings.Contains(said, hookSecret) || strings.Contains(said, hookWord) || len(said) == 0 {
			t.Errorf("a secret in the log, or nothing at all:\n%s", said)
		}
	})
}
