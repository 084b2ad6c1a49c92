package sandbox_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"otklik/monitor/sandbox"
)

// ask calls a method; the error code is 0 when it succeeded. Parameters are
// name and value in turn.
func ask(t *testing.T, v *sandbox.VK, token, method string, params ...any) (answer map[string]any, code int) {
	t.Helper()
	form := url.Values{"v": {"5.199"}}
	for i := 0; i < len(params); i += 2 {
		form.Set(fmt.Sprint(params[i]), fmt.Sprint(params[i+1]))
	}
	r, err := http.NewRequest(http.MethodPost, "http://vk/method/"+method, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "Bearer "+token)
	got, err := v.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	var body struct {
		Response any
		Error    *struct {
			Code int `json:"error_code"`
		}
	}
	if err := json.NewDecoder(got.Body).Decode(&body); err != nil {
		t.Fatal(err)
	}
	if body.Error != nil {
		return nil, body.Error.Code
	}
	answer, _ = body.Response.(map[string]any)
	return answer, 0
}

// ids lists the ids in an answer.
func ids(answer map[string]any) (out []int) {
	items, _ := answer["items"].([]any)
	for _, item := range items {
		out = append(out, int(item.(map[string]any)["id"].(float64)))
	}
	return out
}

const service = sandbox.DefaultServiceToken

func TestVKWallIsPinnedFirstThenNewest(t *testing.T) {
	v := sandbox.NewVK(sandbox.VKOptions{})
	w := v.Community("Двор", "dvor")
	at := time.Now().Add(-time.Hour)
	w.Post("", "правила", sandbox.PostOptions{At: at, Pinned: true})
	for range 3 {
		w.Post("Житель 1", "текст", sandbox.PostOptions{At: at})
	}
	w.Post("Житель 1", "позже", sandbox.PostOptions{At: at, Late: 2 * time.Hour})
	w.Posts()[1].Delete()
	answer, code := ask(t, v, service, "wall.get", "domain", "dvor", "count", 2)
	if diff := cmp.Diff([]int{1, 4}, ids(answer)); diff != "" || code != 0 {
		t.Errorf("code %d, first page (-want +got):\n%s", code, diff)
	}
	answer, _ = ask(t, v, service, "wall.get", "owner_id", w.OwnerID(), "offset", 2)
	if diff := cmp.Diff([]int{3}, ids(answer)); diff != "" {
		t.Errorf("second page (-want +got):\n%s", diff)
	}
	answer, _ = ask(t, v, service, "wall.getById", "posts", w.Posts()[0].ExternalID()+",-5_5")
	if len(ids(answer)) != 1 {
		t.Errorf("by id: %v", ids(answer))
	}
}

func TestVKCommentsStartAtAComment(t *testing.T) {
	v := sandbox.NewVK(sandbox.VKOptions{})
	p := v.Community("Двор", "dvor").Post("Житель 1", "текст", sandbox.PostOptions{})
	root := p.Comment("Житель 2", "раз")
	for range 12 {
		root.Reply("Житель 3", "в ветке")
	}
	p.Comment("Житель 2", "два")
	p.Comment("Житель 2", "три")
	root.Delete()
	get := func(params ...any) map[string]any {
		owner, post, _ := strings.Cut(p.ExternalID(), "_")
		answer, code := ask(t, v, service, "wall.getComments", append([]any{"owner_id", owner, "post_id", post}, params...)...)
		if code != 0 {
			t.Fatalf("error %d", code)
		}
		return answer
	}
	all := get("thread_items_count", 10)
	if diff := cmp.Diff([]int{2, 15, 16}, ids(all)); diff != "" {
		t.Errorf("all (-want +got):\n%s", diff)
	}
	first := all["items"].([]any)[0].(map[string]any)
	thread := first["thread"].(map[string]any)
	if first["deleted"] != true || first["text"] != "" || thread["count"] != 12.0 || len(ids(thread)) != 10 || all["count"] != 14.0 {
		t.Errorf("a deleted comment with a thread: %v", first)
	}
	if diff := cmp.Diff([]int{15, 16}, ids(get("start_comment_id", 15))); diff != "" {
		t.Errorf("from a comment (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int{13, 14}, ids(get("comment_id", 2, "start_comment_id", 13))); diff != "" {
		t.Errorf("inside the thread (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int{16, 15}, ids(get("sort", "desc", "count", 2))); diff != "" {
		t.Errorf("backwards (-want +got):\n%s", diff)
	}
}

func TestVKRefusesAsTheNetworkDoes(t *testing.T) {
	v := sandbox.NewVK(sandbox.VKOptions{})
	own, foreign := v.Community("Своя", "own"), v.Community("Чужая", "foreign")
	closed := own.Post("", "закрыто", sandbox.PostOptions{CommentsClosed: true})
	other := foreign.Post("", "чужое", sandbox.PostOptions{})
	private := v.Community("Закрытая", "private")
	private.Close()
	owner, post, _ := strings.Cut(closed.ExternalID(), "_")
	owner2, post2, _ := strings.Cut(other.ExternalID(), "_")
	for name, one := range map[string]struct {
		token, method string
		params        []any
		want          int
	}{
		"wrong token":      {"nobody", "wall.get", []any{"domain", "own"}, 5},
		"no such method":   {service, "wall.eat", nil, 3},
		"community reads":  {own.Token(), "newsfeed.search", []any{"q", "яма"}, 27},
		"service writes":   {service, "wall.createComment", nil, 28},
		"private wall":     {service, "wall.get", []any{"domain", "private"}, 15},
		"foreign wall":     {own.Token(), "wall.createComment", []any{"owner_id", owner2, "post_id", post2, "message", "x"}, 15},
		"comments closed":  {own.Token(), "wall.createComment", []any{"owner_id", owner, "post_id", post, "message", "x"}, 213},
		"no text":          {own.Token(), "wall.createComment", []any{"owner_id", owner, "post_id", post}, 100},
		"too many asked":   {service, "newsfeed.search", []any{"q", "яма", "count", 201}, 100},
		"another's poll":   {own.Token(), "groups.getLongPollServer", []any{"group_id", -foreign.OwnerID()}, 15},
		"another's delete": {own.Token(), "wall.deleteComment", []any{"owner_id", owner2, "comment_id", 1}, 211},
	} {
		if _, code := ask(t, v, one.token, one.method, one.params...); code != one.want {
			t.Errorf("%s: error %d, want %d", name, code, one.want)
		}
	}
}

func TestVKLimitsBySecondAndDay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := sandbox.NewVK(sandbox.VKOptions{PerSecond: 3, PerDay: map[string]int{"wall.get": 5}})
		v.Community("Двор", "dvor")
		var codes []int
		call := func() {
			_, code := ask(t, v, service, "wall.get", "domain", "dvor")
			codes = append(codes, code)
		}
		for range 4 {
			call()
		}
		time.Sleep(time.Second)
		for range 3 {
			call()
		}
		time.Sleep(24 * time.Hour)
		call()
		if diff := cmp.Diff([]int{0, 0, 0, 6, 0, 0, 29, 0}, codes); diff != "" {
			t.Errorf("codes (-want +got):\n%s", diff)
		}
	})
}

func TestVKTakesAnAnswerOnceAlsoWhenItsReceiptIsLost(t *testing.T) {
	v := sandbox.NewVK(sandbox.VKOptions{})
	w := v.Community("Двор", "dvor")
	p := w.Post("Житель 1", "Нет воды", sandbox.PostOptions{})
	c := p.Comment("Житель 2", "И у нас")
	owner, post, _ := strings.Cut(p.ExternalID(), "_")
	comment := c.ExternalID()[strings.LastIndex(c.ExternalID(), "_")+1:]
	form := url.Values{"v": {"5.199"}, "access_token": {w.Token()}, "owner_id": {owner}, "post_id": {post}, "message": {"Дадут"}, "reply_to_comment": {comment}, "guid": {"g1"}}
	v.AddFault(sandbox.Fault{Method: "wall.createComment", Lose: true})
	if _, err := v.Client().PostForm("http://vk/method/wall.createComment", form); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a lost answer is %v", err)
	}
	answer, code := ask(t, v, w.Token(), "wall.createComment", "owner_id", owner, "post_id", post, "message", "Дадут", "reply_to_comment", comment, "guid", "g1")
	if code != 0 || answer["comment_id"] != 3.0 || answer["parents_stack"].([]any)[0] != 2.0 {
		t.Errorf("the same guid again: %v, error %d", answer, code)
	}
	all := p.Comments()
	if len(all) != 2 || !all[1].FromCommunity() {
		t.Errorf("%d comments stand", len(all))
	}
	calls := v.CallsOf("wall.createComment")
	if len(calls) != 2 || !calls[0].Cut || !calls[0].Applied || calls[0].Params["access_token"] != "" {
		t.Errorf("journal %+v", calls)
	}
	if _, code := ask(t, v, w.Token(), "wall.deleteComment", "owner_id", owner, "comment_id", 3); code != 0 || len(p.Comments()) != 1 {
		t.Errorf("deleting: error %d, %d stand", code, len(p.Comments()))
	}
}

func TestVKLongPollTellsOnceAndAdmitsLosses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := sandbox.NewVK(sandbox.VKOptions{})
		w := v.Community("Двор", "dvor")
		server, _ := ask(t, v, w.Token(), "groups.getLongPollServer", "group_id", -w.OwnerID())
		poll := func(ts, key any) map[string]any {
			answer, err := v.Client().Get(fmt.Sprintf("http://vk%s?act=a_check&key=%s&ts=%s&wait=25", server["server"], key, ts))
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			var out map[string]any
			if err := json.NewDecoder(answer.Body).Decode(&out); err != nil {
				t.Fatal(err)
			}
			return out
		}
		go func() {
			time.Sleep(10 * time.Second)
			w.Post("Житель 1", "Яма", sandbox.PostOptions{})
		}()
		began := time.Now()
		got := poll(server["ts"], server["key"])
		update := got["updates"].([]any)[0].(map[string]any)
		if update["type"] != "wall_post_new" || got["ts"] != "1" || time.Since(began) != 10*time.Second {
			t.Errorf("after %v: %v", time.Since(began), got)
		}
		if silent := poll(got["ts"], server["key"]); len(silent["updates"].([]any)) != 0 || time.Since(began) != 35*time.Second {
			t.Errorf("silence is %v", silent)
		}
		w.Forget(false)
		if lost := poll("0", server["key"]); lost["failed"] != 1.0 || lost["ts"] != 1.0 {
			t.Errorf("lost events are %v", lost)
		}
		w.Forget(true)
		if old := poll("1", server["key"]); old["failed"] != 2.0 {
			t.Errorf("an old key is %v", old)
		}
	})
}
