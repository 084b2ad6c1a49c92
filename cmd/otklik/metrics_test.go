package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"otklik/monitor"
	"otklik/storage"
)

// scrape is what /metrics says of a store and a monitor after some work.
func scrape(t *testing.T) string {
	t.Helper()
	t.Setenv("OTKLIK_VK_TOKEN", "first,second")
	store, err := storage.Open(t.Context(), filepath.Join(t.TempDir(), "otklik.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	m := newMetrics(store, func() error { return nil }, zerolog.Nop())
	watched, err := monitor.New(store, monitor.Config{Observer: networkMetrics{m}}, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	m.budgets.of.Store(watched)
	ctx := t.Context()
	region, err := store.CreateRegion(ctx, storage.Actor{Kind: storage.Owner}, "Край", "Europe/Moscow", "ru", []storage.NewTopic{{Code: "roads", Name: "Дороги", Importance: storage.Normal, Rules: []string{"яма"}}})
	if err != nil {
		t.Fatal(err)
	}
	group, err := store.MeetChat(ctx, -1001, storage.Supergroup, "Администраторы", 1)
	if err == nil {
		err = store.BindGroup(ctx, storage.Actor{Kind: storage.Owner}, region, group.ID, true)
	}
	if err != nil {
		t.Fatal(err)
	}
	id, err := store.AddSource(ctx, storage.Actor{Kind: storage.Owner}, storage.Source{Region: region, Network: "vk", Kind: "community", URL: "https://vk.com/a", Address: "-1"}, 0)
	if err != nil {
		t.Fatal(err)
	}
	topics, err := store.Topics(ctx, region)
	if err != nil {
		t.Fatal(err)
	}
	post := storage.Found{Post: storage.Post{Network: "vk", Kind: "post", ExternalID: "-1_1", Text: "Яма"}, Matches: []storage.Match{{Region: region, Topic: topics[0].ID, Importance: storage.Normal}}}
	if _, err := store.SavePosts(ctx, nil, []storage.Found{post}); err != nil {
		t.Fatal(err)
	}
	if err := store.SourceRead(ctx, id, "token", store.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := store.TokenFailed(ctx, storage.TokenTrouble{Key: "OTKLIK_VK_TOKEN", Number: 2, Network: "vk", Cause: "refused"}); err != nil {
		t.Fatal(err)
	}
	m.Call("sendMessage", "200")
	m.Flood(time.Second)
	n := networkMetrics{m}
	for _, method := range []string{"fetch", "publish", "replies"} {
		n.Call("vk", method, "ok", time.Second)
	}
	n.Call("vk", "fetch", "token", time.Second)
	n.Posts("vk", "new", 3)
	n.Lag("vk", time.Minute)
	w := httptest.NewRecorder()
	routes(func() error { return nil }, m, http.NotFoundHandler(), http.NotFoundHandler()).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	return w.Body.String()
}

func TestMetrics(t *testing.T) {
	page := scrape(t)
	for _, want := range []string{
		`otklik_network_calls_total{code="ok",method="replies",network="vk"} 1`,
		`otklik_network_calls_total{code="token",method="fetch",network="vk"} 1`,
		`otklik_posts_total{network="vk",result="new"} 3`,
		`otklik_post_age_seconds_count{network="vk"} 1`,
		`otklik_source_trouble{network="vk"} 1`,
		`otklik_source_lag_seconds{network="vk"} `,
		`otklik_token_trouble{cause="refused",key="OTKLIK_VK_TOKEN",network="vk",number="2"} 1`,
		`otklik_network_budget_left{key="OTKLIK_VK_TOKEN",method="newsfeed.search",network="vk",number="2"} `,
		`otklik_network_budget_limit{key="OTKLIK_VK_TOKEN",method="newsfeed.search",network="vk",number="1"} `,
		`otklik_ready 1`,
	} {
		if !strings.Contains(page, "\n"+want) {
			t.Errorf("/metrics lacks %s", want)
		}
	}
	if strings.Contains(page, "first") || strings.Contains(page, "second,") {
		t.Error("/metrics shows a token")
	}
}

// TestDashboardsKnowTheMetrics: what the dashboard and the alerts ask for is
// what /metrics tells.
func TestDashboardsKnowTheMetrics(t *testing.T) {
	page := scrape(t)
	name := regexp.MustCompile(`otklik_[a-z_]+`)
	var told []string
	for line := range strings.Lines(page) {
		if found := name.FindString(line); found != "" && !strings.HasPrefix(line, "#") {
			told = append(told, found)
		}
	}
	for _, file := range []string{"../../deploy/dashboard.json", "../../deploy/alerts.yml"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		asked := name.FindAllString(string(text), -1)
		if len(asked) < 8 {
			t.Fatalf("%s asks for %v only", file, asked)
		}
		for _, a := range asked {
			if !slices.Contains(told, a) {
				t.Errorf("%s asks for %s, which /metrics does not tell", file, a)
			}
		}
	}
}
