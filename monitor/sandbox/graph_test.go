package sandbox_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"otklik/monitor/sandbox"
)

// graphAsk makes a call to the graph; the error code is 0 when it succeeded.
// Parameters are name and value in turn.
func graphAsk(t *testing.T, g *sandbox.Graph, token, method, path string, params ...string) (answer map[string]any, code int, h http.Header) {
	t.Helper()
	form := url.Values{}
	for i := 0; i < len(params); i += 2 {
		form.Set(params[i], params[i+1])
	}
	address, body := "https://graph.facebook.com"+sandbox.GraphVersion+"/"+path, ""
	if method == http.MethodGet {
		address += "?" + form.Encode()
	} else {
		body = form.Encode()
	}
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "Bearer "+token)
	got, err := g.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	if err := json.NewDecoder(got.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	if failed, ok := answer["error"].(map[string]any); ok {
		if got.StatusCode == http.StatusOK {
			t.Errorf("an error with status 200: %v", failed)
		}
		return nil, int(failed["code"].(float64)), got.Header
	}
	return answer, 0, got.Header
}

// graphIDs lists the ids on a page of a list, and where it goes on.
func graphIDs(page map[string]any) (ids []string, after string) {
	data, _ := page["data"].([]any)
	for _, item := range data {
		ids = append(ids, item.(map[string]any)["id"].(string))
	}
	if paging, ok := page["paging"].(map[string]any); ok && paging["next"] != nil {
		after = paging["cursors"].(map[string]any)["after"].(string)
	}
	return ids, after
}

func TestGraphPagesStandStill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := sandbox.NewGraph(sandbox.GraphOptions{})
		p := g.Page("Страница", "page")
		var want []string
		var posts []*sandbox.Entry
		for i := range 7 {
			posts = append(posts, p.Post("Житель", fmt.Sprint(i), sandbox.EntryOptions{}))
			want = append([]string{posts[i].ExternalID()}, want...)
			time.Sleep(time.Second)
		}
		page, _, _ := graphAsk(t, g, p.Token(), http.MethodGet, p.ID()+"/feed", "limit", "3", "fields", "id,message")
		got, after := graphIDs(page)
		// Between two pages one comes, the last one of the page goes, and so does one of the next.
		p.Post("Житель", "новый", sandbox.EntryOptions{})
		posts[4].Delete()
		posts[1].Delete()
		for after != "" {
			page, _, _ = graphAsk(t, g, p.Token(), http.MethodGet, p.ID()+"/feed", "limit", "3", "fields", "id", "after", after)
			more, on := graphIDs(page)
			got, after = append(got, more...), on
		}
		if diff := cmp.Diff(append(want[:5:5], want[6]), got); diff != "" {
			t.Errorf("pages (-want +got):\n%s", diff)
		}
		if _, code, _ := graphAsk(t, g, p.Token(), http.MethodGet, p.ID()+"/feed", "after", "nonsense"); code != 100 {
			t.Errorf("a cursor that is none: error %d", code)
		}
	})
}

func TestGraphRefusesAsTheNetworkDoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := sandbox.NewGraph(sandbox.GraphOptions{})
		p, other, a := g.Page("Страница", "page"), g.Page("Чужая", "other"), g.Account("account")
		post := p.Post("Житель", "Яма", sandbox.EntryOptions{})
		theirs := other.Post("Житель", "Яма", sandbox.EntryOptions{})
		comment := post.Comment("Житель", "Да")
		late := p.Post("Житель", "Позже", sandbox.EntryOptions{Late: time.Hour})
		gone := p.Post("Житель", "Удалят", sandbox.EntryOptions{})
		gone.Delete()
		get := func(token, path string, params ...string) int {
			t.Helper()
			_, code, _ := graphAsk(t, g, token, http.MethodGet, path, params...)
			return code
		}
		send := func(path string, params ...string) int {
			t.Helper()
			_, code, _ := graphAsk(t, g, p.Token(), http.MethodPost, path, params...)
			return code
		}
		for what, c := range map[string]struct{ got, want int }{
			"no token":              {get("", p.ID()), 190},
			"own page":              {get(p.Token(), "me", "fields", "id,name,username"), 0},
			"foreign feed":          {get(p.Token(), other.ID()+"/feed"), 10},
			"foreign post":          {get(p.Token(), theirs.ExternalID()), 100},
			"deleted":               {get(p.Token(), gone.ExternalID()), 100},
			"not shown yet":         {get(p.Token(), late.ExternalID()), 100},
			"unknown field":         {get(p.Token(), post.ExternalID(), "fields", "id,parent"), 100},
			"field of comments":     {get(p.Token(), comment.ExternalID(), "fields", "id,parent{id}"), 0},
			"broken fields":         {get(p.Token(), post.ExternalID(), "fields", "id,from{id"), 2500},
			"several":               {get(p.Token(), "", "ids", post.ExternalID()+","+comment.ExternalID(), "fields", "id,message"), 0},
			"several, one deleted":  {get(p.Token(), "", "ids", post.ExternalID()+","+gone.ExternalID()), 100},
			"a page asks for tags":  {get(p.Token(), "ig_hashtag_search", "user_id", a.ID(), "q", "яма"), 24},
			"a media of the page":   {get(p.Token(), p.ID()+"/media"), 100},
			"a comment":             {send(post.ExternalID()+"/comments", "message", "Ответ"), 0},
			"nothing said":          {send(post.ExternalID()+"/comments", "message", " "), 100},
			"under a deleted post":  {send(gone.ExternalID()+"/comments", "message", "Ответ"), 100},
			"under a foreign post":  {send(theirs.ExternalID()+"/comments", "message", "Ответ"), 100},
			"something unheard of":  {send(post.ExternalID() + "/likes"), 100},
			"account without rules": {get(a.Token(), a.ID(), "fields", "username"), 0},
		} {
			if c.got != c.want {
				t.Errorf("%s: error %d, want %d", what, c.got, c.want)
			}
		}
		if code := send(post.ExternalID()+"/comments", "message", "Ответ"); code != 506 {
			t.Errorf("the same again: error %d, want 506", code)
		}
		g.SetUsage(p.Token(), sandbox.GraphUsage{App: 28, Business: 96, Regain: 19})
		_, _, h := graphAsk(t, g, p.Token(), http.MethodGet, p.ID())
		if !strings.Contains(h.Get("X-App-Usage"), `"call_count":28`) || !strings.Contains(h.Get("X-Business-Use-Case-Usage"), `"estimated_time_to_regain_access":19`) {
			t.Errorf("usage %v", h)
		}
		time.Sleep(time.Hour)
		if code := get(p.Token(), late.ExternalID()); code != 0 {
			t.Errorf("what shows late, later: error %d", code)
		}
		g.Expire(p.Token())
		if code := get(p.Token(), "me"); code != 190 {
			t.Errorf("an expired token: error %d", code)
		}
	})
}

func TestGraphCountsHashtags(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := sandbox.NewGraph(sandbox.GraphOptions{})
		a := g.Account("account")
		search := func(word string) (id string, code int) {
			t.Helper()
			answer, code, _ := graphAsk(t, g, a.Token(), http.MethodGet, "ig_hashtag_search", "user_id", a.ID(), "q", word)
			if ids, _ := graphIDs(answer); len(ids) == 1 {
				id = ids[0]
			}
			return id, code
		}
		for i := range 31 {
			g.Stranger("zhitel", fmt.Sprintf("Яма #слово%d ", i), 0)
		}
		first := ""
		for i := range 31 {
			id, code := search(fmt.Sprint("слово", i))
			if i == 0 {
				first = id
			}
			if (code == 18) != (i == 30) {
				t.Errorf("hashtag %d: error %d", i+1, code)
			}
		}
		if id, code := search("слово0"); code != 0 || id != first {
			t.Errorf("the first one again: %q, error %d", id, code)
		}
		if _, code := search("никто"); code != 24 {
			t.Errorf("a word that nobody used: error %d", code)
		}
		page, _, _ := graphAsk(t, g, a.Token(), http.MethodGet, first+"/recent_media", "user_id", a.ID(), "fields", "id,caption,permalink")
		if ids, _ := graphIDs(page); len(ids) != 1 {
			t.Errorf("found %v", ids)
		}
		if _, code, _ := graphAsk(t, g, a.Token(), http.MethodGet, first+"/recent_media", "user_id", a.ID(), "fields", "username"); code != 100 {
			t.Errorf("who published: error %d", code)
		}
		time.Sleep(7*24*time.Hour + time.Second)
		if _, code := search("слово30"); code != 0 {
			t.Errorf("a week later: error %d", code)
		}
		page, _, _ = graphAsk(t, g, a.Token(), http.MethodGet, first+"/recent_media", "user_id", a.ID())
		if ids, _ := graphIDs(page); len(ids) != 0 {
			t.Errorf("of a week ago found %v", ids)
		}
	})
}
