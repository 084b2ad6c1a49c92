package sandbox

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-telegram/bot/models"
	"github.com/google/go-cmp/cmp"
)

// poll takes updates without waiting.
func (w *world) poll(t *testing.T, p params) []models.Update {
	t.Helper()
	var list []models.Update
	r := w.call(t, "getUpdates", p)
	if !r.OK {
		t.Fatalf("getUpdates: %d %s", r.Code, r.Description)
	}
	if err := json.Unmarshal(r.Result, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

// quiet is a world whose updates so far are confirmed.
func quiet(t *testing.T, opt Options) *world {
	w := newWorld(opt)
	w.poll(t, params{"offset": 1 << 40})
	return w
}

func texts(list []models.Update) []string {
	var all []string
	for _, u := range list {
		if u.Message != nil {
			all = append(all, u.Message.Text)
		}
	}
	return all
}

func TestOffsets(t *testing.T) {
	w := quiet(t, Options{})
	c := w.official.Chat()
	for _, text := range []string{"1", "2", "3", "4"} {
		w.official.Say(c, text)
	}
	first := w.poll(t, params{"limit": 2})
	if diff := cmp.Diff([]string{"1", "2"}, texts(first)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(texts(first), texts(w.poll(t, params{"limit": 2}))); diff != "" {
		t.Error("unconfirmed updates come again:", diff)
	}
	if diff := cmp.Diff([]string{"3", "4"}, texts(w.poll(t, params{"offset": first[1].ID + 1}))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"4"}, texts(w.poll(t, params{"offset": -1}))); diff != "" {
		t.Error(diff)
	}
	if w.Pending() != 1 {
		t.Errorf("%d pending after a negative offset", w.Pending())
	}
	w.poll(t, params{"offset": 1 << 40})
	w.RepeatUpdate(first[0].ID)
	if diff := cmp.Diff([]string{"1"}, texts(w.poll(t, params{"offset": 1 << 40}))); diff != "" {
		t.Error("a repeated update:", diff)
	}
	if left := w.poll(t, params{}); len(left) != 0 {
		t.Errorf("%d left", len(left))
	}
}

func TestSecondPoller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := quiet(t, Options{})
		var older reply
		var running sync.WaitGroup
		running.Go(func() { older = w.call(t, "getUpdates", params{"timeout": 50}) })
		synctest.Wait()
		if !w.Polling() {
			t.Error("no poll is waiting")
		}
		w.poll(t, params{})
		running.Wait()
		if older.Code != 409 || !strings.Contains(older.Description, "terminated by other getUpdates request") {
			t.Errorf("the older poll got %d %q", older.Code, older.Description)
		}
	})
}

func TestAllowedUpdates(t *testing.T) {
	w := quiet(t, Options{})
	w.group.PromoteBot(w.admin)
	guest := w.Person("Гость", "ru")
	w.group.Add(guest)
	kinds := func() (kinds []string) {
		for _, u := range w.poll(t, params{}) {
			switch {
			case u.ChatMember != nil:
				kinds = append(kinds, "chat_member")
			case u.MyChatMember != nil:
				kinds = append(kinds, "my_chat_member")
			case u.Message != nil:
				kinds = append(kinds, "message")
			}
		}
		w.poll(t, params{"offset": 1 << 40})
		return kinds
	}
	if diff := cmp.Diff([]string{"my_chat_member", "message"}, kinds()); diff != "" {
		t.Error("by default:", diff)
	}
	w.poll(t, params{"allowed_updates": []string{"chat_member"}})
	w.group.Kick(w.admin, guest)
	if diff := cmp.Diff([]string{"chat_member"}, kinds()); diff != "" {
		t.Error("only chat_member:", diff)
	}
	w.poll(t, params{"allowed_updates": []string{}})
	w.group.Add(guest)
	if diff := cmp.Diff([]string{"message"}, kinds()); diff != "" {
		t.Error("default kinds again:", diff)
	}
}

func TestUpdatesDie(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := quiet(t, Options{})
		w.call(t, "sendMessage", params{"chat_id": w.official.ID(), "text": "x", "reply_markup": buttons(1)})
		press := w.official.Press(w.official.Chat().Last(), "x")
		w.official.Say(w.official.Chat(), "текст")
		if n := w.Pending(); n != 2 {
			t.Errorf("%d pending", n)
		}
		time.Sleep(150 * time.Second)
		if diff := cmp.Diff([]string{"текст"}, texts(w.poll(t, params{}))); diff != "" {
			t.Error("after 150 s:", diff)
		}
		if r := w.call(t, "answerCallbackQuery", params{"callback_query_id": press.ID()}); r.Code != 400 {
			t.Errorf("a late answer: %d", r.Code)
		}
		time.Sleep(24 * time.Hour)
		if n := w.Pending(); n != 0 {
			t.Errorf("%d pending after a day", n)
		}
	})
}

// taker is a webhook that refuses as long as it is told to.
type taker struct {
	mu     sync.Mutex
	refuse map[int64]int // how often, by chat
	taken  []string
	secret string
}

func (x *taker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var u models.Update
	if json.NewDecoder(r.Body).Decode(&u) != nil || u.Message == nil {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.secret = r.Header.Get("X-Telegram-Bot-Api-Secret-Token")
	if x.refuse[u.Message.Chat.ID] > 0 {
		x.refuse[u.Message.Chat.ID]--
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	x.taken = append(x.taken, u.Message.Text)
}

func TestWebhook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := &taker{refuse: map[int64]int{}}
		w := quiet(t, Options{Webhook: &http.Client{Transport: &memory{handler: x}}})
		defer w.Close()
		other := w.Person("Ира", "ru")
		x.refuse[w.official.ID()] = 3
		w.official.Say(w.official.Chat(), "1")
		w.official.Say(w.official.Chat(), "2")
		other.Say(other.Chat(), "3")
		if r := w.call(t, "setWebhook", params{"url": "https://bot.example/hook", "secret_token": "s3cret"}); !r.OK {
			t.Fatal(r.Description)
		}
		synctest.Wait()
		info := w.call(t, "getWebhookInfo", params{})
		if !strings.Contains(string(info.Result), `"pending_update_count":2`) || !strings.Contains(string(info.Result), "503") {
			t.Errorf("getWebhookInfo: %s", info.Result)
		}
		if r := w.call(t, "getUpdates", params{}); r.Code != 409 || !strings.Contains(r.Description, "webhook is active") {
			t.Errorf("poll beside a webhook: %d %q", r.Code, r.Description)
		}
		time.Sleep(8 * time.Second) // 1 + 2 + 4 s of pauses
		synctest.Wait()
		x.mu.Lock()
		defer x.mu.Unlock()
		if diff := cmp.Diff([]string{"3", "1", "2"}, x.taken); diff != "" || x.secret != "s3cret" || w.Pending() != 0 {
			t.Errorf("secret %q, %d pending: %s", x.secret, w.Pending(), diff)
		}
		if r := w.call(t, "deleteWebhook", params{}); !r.OK {
			t.Error(r.Description)
		}
		if r := w.call(t, "getUpdates", params{}); !r.OK {
			t.Error(r.Description)
		}
	})
}

func TestPrivacy(t *testing.T) {
	for name, c := range map[string]struct {
		opt     Options
		promote bool
		want    []string
	}{
		"plain member":  {Options{}, false, []string{"/queue", "/queue@otklik_sandbox_bot 7", "да"}},
		"administrator": {Options{}, true, []string{"просто", "/queue", "/queue@otklik_sandbox_bot 7", "/queue@other_bot", "о /queue", "да"}},
		"privacy off":   {Options{ReadsAll: true}, false, []string{"просто", "/queue", "/queue@otklik_sandbox_bot 7", "/queue@other_bot", "о /queue", "да"}},
	} {
		w := newWorld(c.opt)
		if c.promote {
			w.group.PromoteBot(w.admin)
		}
		w.poll(t, params{"offset": 1 << 40})
		w.call(t, "sendMessage", params{"chat_id": w.group.ID(), "text": "?"})
		question := w.group.Last()
		for _, text := range []string{"просто", "/queue", "/queue@otklik_sandbox_bot 7", "/queue@other_bot", "о /queue"} {
			w.admin.Say(w.group, text)
		}
		w.admin.Say(w.group, "да", Reply(question))
		if diff := cmp.Diff(c.want, texts(w.poll(t, params{}))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := quiet(t, Options{Limits: Limits{GroupPer: 20, Penalty: 3 * time.Second}})
		send := func() reply { return w.call(t, "sendMessage", params{"chat_id": w.group.ID(), "text": "x"}) }
		for i := range 19 {
			if r := send(); !r.OK {
				t.Fatalf("message %d: %s", i, r.Description)
			}
			time.Sleep(time.Second)
		}
		id := w.group.Last().ID
		if r := w.call(t, "editMessageText", params{"chat_id": w.group.ID(), "message_id": id, "text": "y"}); !r.OK {
			t.Fatal(r.Description)
		}
		r := send()
		if r.status != 429 || r.header.Get("Retry-After") != "41" || r.Parameters["retry_after"] != 41.0 {
			t.Errorf("the 21st: %d, Retry-After %s, %v", r.status, r.header.Get("Retry-After"), r.Parameters)
		}
		time.Sleep(40 * time.Second)
		if r := send(); r.status != 429 {
			t.Errorf("a second too early: %d", r.status)
		}
		time.Sleep(time.Second)
		if r := send(); !r.OK {
			t.Error(r.Description)
		}
		if r := w.call(t, "sendMessage", params{"chat_id": w.official.ID(), "text": "x"}); !r.OK {
			t.Error("another chat:", r.Description)
		}

		w.SetLimits(Limits{ChatBurst: 3, GlobalPer: 5})
		time.Sleep(time.Minute)
		var got []int
		for range 4 {
			got = append(got, w.call(t, "sendMessage", params{"chat_id": w.official.ID(), "text": "x"}).status)
		}
		for range 3 {
			got = append(got, send().status)
		}
		if diff := cmp.Diff([]int{200, 200, 200, 429, 200, 200, 429}, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestFaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := quiet(t, Options{})
		send := func() (reply, error) {
			return post(w.Server, "sendMessage", params{"chat_id": w.official.ID(), "text": "x"})
		}
		sent := func() int { return len(w.official.Chat().FromBot()) }
		w.AddFault(Fault{Method: "sendMessage", Drop: true})
		if _, err := send(); err == nil || sent() != 0 {
			t.Errorf("drop: %v, %d sent", err, sent())
		}
		w.AddFault(Fault{ChatID: w.official.ID(), Lose: true})
		if _, err := send(); err == nil || !strings.Contains(err.Error(), "unexpected EOF") || sent() != 1 {
			t.Errorf("lose: %v, %d sent", err, sent())
		}
		w.AddFault(Fault{Method: "sendMessage", Code: 500, Count: 2})
		for range 2 {
			if r, err := send(); err != nil || r.status != 500 || r.Description != "Internal Server Error" {
				t.Errorf("500: %+v, %v", r, err)
			}
		}
		w.AddFault(Fault{HTML502: true})
		if _, err := send(); err == nil {
			t.Error("an HTML page was read as JSON")
		}
		w.AddFault(Fault{Delay: 3 * time.Second, Match: func(c Call) bool { return c.Params["text"] == "x" }})
		began := time.Now()
		if r, err := send(); err != nil || !r.OK || time.Since(began) != 3*time.Second {
			t.Errorf("delay: %v after %v", err, time.Since(began))
		}
		remove := w.AddFault(Fault{Method: "sendMessage", Code: 403, Count: -1})
		if r, err := send(); err == nil && r.OK {
			t.Error("a fault without an end ended")
		}
		remove()
		if r, err := send(); err != nil || !r.OK {
			t.Errorf("after the removal: %v", err)
		}
		var codes []int
		for _, c := range w.CallsOf("sendMessage") {
			codes = append(codes, c.Code)
		}
		if diff := cmp.Diff([]int{0, 0, 500, 500, 502, 200, 403, 200}, codes); diff != "" {
			t.Error("journal:", diff)
		}
		if lost := w.CallsOf("sendMessage")[1]; !lost.Applied || lost.MessageID == 0 {
			t.Errorf("the lost call is %+v", lost)
		}
	})
}

// TestLostOverSocket: with a real connection it is closed.
func TestLostOverSocket(t *testing.T) {
	w := quiet(t, Options{})
	web := httptest.NewServer(w)
	defer web.Close()
	for _, f := range []Fault{{Drop: true}, {Lose: true}} {
		w.AddFault(f)
		before := len(w.official.Chat().FromBot())
		_, err := web.Client().PostForm(web.URL+"/bot"+w.Token()+"/sendMessage", map[string][]string{"chat_id": {"1002"}, "text": {"x"}})
		if err == nil || len(w.official.Chat().FromBot())-before != b2i(f.Lose) {
			t.Errorf("%+v: %v, %d messages", f, err, len(w.official.Chat().FromBot())-before)
		}
	}
}

func TestClientCancels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := quiet(t, Options{})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, URL+"/bot"+w.Token()+"/getUpdates?timeout=50", nil)
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if _, err = w.Client().Do(req); err == nil || time.Since(began) != time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		synctest.Wait()
		if w.Polling() {
			t.Error("the poll goes on without its caller")
		}
	})
}

func TestWaitEndsWithContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := s.Wait(ctx, func() bool { return false }); err == nil {
			t.Error("no error")
		}
		if slices.Contains([]bool{s.Wait(ctx, func() bool { return true }) == nil}, false) {
			t.Error("a condition that holds needs no time")
		}
	})
}
