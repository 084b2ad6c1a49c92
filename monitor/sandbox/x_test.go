package sandbox_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dghubble/oauth1"
	"github.com/google/go-cmp/cmp"

	"otklik/monitor/sandbox"
)

// xGet reads an address of the API; into is its answer.
func xGet(t *testing.T, x *sandbox.X, token, path string, params url.Values, into any) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://api.x.com"+path+"?"+params.Encode(), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	return xDo(t, x.Client(), r, into)
}

func xDo(t *testing.T, c *http.Client, r *http.Request, into any) *http.Response {
	t.Helper()
	answer, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	return answer
}

func TestXQueriesByTheirGrammar(t *testing.T) {
	text := "Огромная яма в Ростове-на-Дону, на улице Ленина @Adm #дороги"
	for query, want := range map[string]bool{
		"яма": true, "ЯМА": true, "ямы": false, "ямы OR яма": true, "яма дорога": false, "яма -дорога": true, "яма -улице": false,
		`"улице ленина"`: true, `"ленина улице"`: false, `"ростове-на-дону"`: true, "(яма OR выбоина) lang:ru -is:retweet": true,
		"яма lang:en": false, "#дороги": true, "(выбоина OR (яма улице)) lang:ru": true, "выбоина OR яма улице": true, "яма улице OR выбоина": true,
	} {
		got, err := sandbox.MatchX(query, text)
		if err != nil || got != want {
			t.Errorf("%q: %v, %v; want %v", query, got, err, want)
		}
	}
	for _, query := range []string{
		"", " ", "lang:ru", "-яма lang:ru -is:retweet is:x", "-(яма OR улица) дорога", "(яма", "яма)", `"яма`, "яма OR", "OR яма", "яма AND улица", "ростов-на-дону", "place:1 яма", "()", `""`, "-", "from:",
		"(lang:ru OR яма)", strings.Repeat("яма ", 130),
	} {
		if err := sandbox.CheckXQuery(query); err == nil {
			t.Errorf("%q is taken", query)
		}
	}
}

func TestXLimitsAndPrices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := sandbox.NewX(sandbox.XOptions{Limits: map[string]int{"search": 2}, Cap: 12})
		a := x.Account("resident_1")
		for i := range 12 {
			a.Post(fmt.Sprint("яма ", i), sandbox.XPostOptions{})
		}
		var page struct {
			Data []struct{ ID string }
			Meta map[string]any
			Type string
		}
		params := url.Values{"query": {"яма"}, "max_results": {"10"}}
		answer := xGet(t, x, sandbox.DefaultXToken, "/2/tweets/search/recent", params, &page)
		if len(page.Data) != 10 || page.Meta["next_token"] == nil || page.Meta["newest_id"] != page.Data[0].ID || answer.Header.Get("x-rate-limit-remaining") != "1" {
			t.Errorf("%d posts, meta %v, header %v", len(page.Data), page.Meta, answer.Header)
		}
		xGet(t, x, sandbox.DefaultXToken, "/2/tweets/search/recent", params, &page)
		if got := x.Spent(time.Now()); got != 0.05 {
			t.Errorf("the same posts twice cost %.3f", got)
		}
		if answer := xGet(t, x, sandbox.DefaultXToken, "/2/tweets/search/recent", params, &page); answer.StatusCode != 429 {
			t.Errorf("status %d after the window was used up", answer.StatusCode)
		}
		time.Sleep(15 * time.Minute)
		params.Set("next_token", fmt.Sprint(page.Meta["next_token"]))
		xGet(t, x, sandbox.DefaultXToken, "/2/tweets/search/recent", params, &page)
		answer = xGet(t, x, sandbox.DefaultXToken, "/2/tweets/search/recent", params, &page)
		if !strings.HasSuffix(page.Type, "/2/problems/usage-capped") || answer.StatusCode != 429 {
			t.Errorf("status %d, %s after all was read that may be", answer.StatusCode, page.Type)
		}
		if answer := xGet(t, x, "another", "/2/tweets/search/recent", params, &page); answer.StatusCode != 401 {
			t.Errorf("status %d for a wrong token", answer.StatusCode)
		}
	})
}

func TestXTakesOnlyGoodSignatures(t *testing.T) {
	x := sandbox.NewX(sandbox.XOptions{AnyReply: true})
	a := x.Account("adm")
	parts := strings.Split(a.Keys(), ":")
	for name, one := range map[string]struct {
		secret string
		want   int
	}{"good": {parts[4], 201}, "wrong": {"another", 401}} {
		client := oauth1.NewConfig(parts[1], parts[2]).Client(oauth1.NoContext, oauth1.NewToken(parts[3], one.secret))
		client.Transport.(*oauth1.Transport).Base = x.Client().Transport
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://api.x.com/2/tweets?a=%D1%8F%20b", strings.NewReader(`{"text":"Яма засыпана"}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		var made map[string]any
		if answer := xDo(t, client, r, &made); answer.StatusCode != one.want {
			t.Errorf("%s: status %d, %v", name, answer.StatusCode, made)
		}
	}
}

func TestXPostsChangeAndGo(t *testing.T) {
	x := sandbox.NewX(sandbox.XOptions{})
	a := x.Account("resident_1")
	p := a.Post("яма", sandbox.XPostOptions{At: time.Now().Add(-time.Hour)})
	gone := a.Post("яма", sandbox.XPostOptions{})
	gone.Delete()
	p.Edit("яма засыпана")
	var page struct {
		Data []struct {
			ID, Text string
			History  []string `json:"edit_history_tweet_ids"`
		}
		Errors []struct {
			ID string `json:"resource_id"`
		}
	}
	xGet(t, x, sandbox.DefaultXToken, "/2/tweets/search/recent", url.Values{"query": {"яма"}}, &page)
	if len(page.Data) != 1 || page.Data[0].ID != p.ID() || page.Data[0].Text != "яма засыпана" || len(page.Data[0].History) != 2 {
		t.Errorf("a search finds %+v", page.Data)
	}
	xGet(t, x, sandbox.DefaultXToken, "/2/tweets", url.Values{"ids": {p.ExternalID() + "," + gone.ExternalID()}}, &page)
	if len(page.Data) != 1 || page.Data[0].Text != "яма" || len(page.Errors) != 1 || page.Errors[0].ID != gone.ExternalID() {
		t.Errorf("by their ids %+v, without %+v", page.Data, page.Errors)
	}
	if diff := cmp.Diff("яма засыпана", p.Text()); diff != "" {
		t.Error(diff)
	}
}
