package sandbox

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// play calls the play API with JSON, as the page does.
func (w *world) play(t *testing.T, path string, body any) (int, map[string]any) {
	t.Helper()
	data := must(json.Marshal(body))
	resp, err := w.Client().Post(URL+"/play/"+path, "application/json", bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return read(t, resp)
}

func read(t *testing.T, resp *http.Response) (int, map[string]any) {
	t.Helper()
	defer resp.Body.Close()
	answer := map[string]any{}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, answer
}

func TestPlay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(Options{})
		id := w.official.ID()
		code, sent := w.play(t, "send", params{"as": id, "chat_id": id, "text": "привет"})
		message, _ := sent["message"].(map[string]any)
		if code != 200 || message["text"] != "привет" {
			t.Fatalf("%d %v", code, sent)
		}
		if code, _ := w.play(t, "edit", params{"as": id, "chat_id": id, "message_id": message["message_id"], "text": "пока"}); code != 200 || w.official.Chat().Last().Text != "пока" {
			t.Errorf("edit: %d", code)
		}
		if code, _ := w.play(t, "send", params{"as": id, "chat_id": id, "text": "да", "reply_to": message["message_id"]}); code != 200 || w.official.Chat().Last().ReplyToMessage == nil {
			t.Errorf("reply: %d", code)
		}
		if code, _ := w.play(t, "start", params{"as": w.admin.ID(), "payload": "abc"}); code != 200 || w.admin.Chat().Last().Text != "/start abc" {
			t.Errorf("start: %d", code)
		}
		w.call(t, "sendMessage", params{"chat_id": id, "text": "x", "reply_markup": buttons(1)})
		press := params{"as": id, "chat_id": id, "message_id": w.official.Chat().Last().ID, "data": "x"}
		began := time.Now()
		if code, a := w.play(t, "press", press); code != 200 || a["answered"] != false || time.Since(began) != pressWait {
			t.Errorf("a press without answer: %d %v after %v", code, a, time.Since(began))
		}
		if code, _ := w.play(t, "block", params{"as": id, "blocked": true}); code != 200 || w.official.Started() {
			t.Errorf("block: %d", code)
		}
		for path, body := range map[string]params{
			"send":  {"as": id, "chat_id": id, "text": "я заблокировал"},
			"edit":  {"as": w.admin.ID(), "chat_id": id, "message_id": message["message_id"], "text": "чужое"},
			"press": {"as": 5, "chat_id": id, "message_id": 1, "data": "x"},
			"start": {"as": 0},
		} {
			if code, a := w.play(t, path, body); code < 400 || code >= 500 || a["error"] == "" {
				t.Errorf("%s: %d %v", path, code, a)
			}
		}
	})
}

func TestPlayState(t *testing.T) {
	w := newWorld(Options{})
	w.official.Role("исполнитель")
	w.Supergroup("Чужая")
	w.call(t, "setMyCommands", params{"commands": []params{{"command": "my", "description": "мои"}}})
	state := func(query string) string {
		resp, err := w.Client().Get(URL + "/play/state" + query)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		return string(must(io.ReadAll(resp.Body)))
	}
	all, his := state(""), state("?as=1002")
	for _, want := range []string{`"username":"otklik_sandbox_bot"`, `"role":"исполнитель"`, `"title":"Чужая"`, `"commands":[{"command":"my","description":"мои"}]`, `"reply_keyboard":null`, `"placeholder":""`, `"person_id":1002`, `"members":[1001,1002]`} {
		if !strings.Contains(all, want) {
			t.Errorf("the state lacks %s:\n%s", want, all)
		}
	}
	if strings.Contains(his, "Чужая") || strings.Contains(his, `"person_id":1001`) || !strings.Contains(his, "Регион") {
		t.Errorf("what the official sees:\n%s", his)
	}
}

func TestPlayFiles(t *testing.T) {
	w := newWorld(Options{})
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.WriteField("as", "1002")
	_ = form.WriteField("chat_id", "1002")
	_ = form.WriteField("text", "подпись")
	must(must(form.CreateFormFile("photo", "a.png")).Write(picture(50, 50)))
	must(must(form.CreateFormFile("photo", "b.png")).Write(picture(60, 50)))
	form.Close()
	resp, err := w.Client().Post(URL+"/play/send", form.FormDataContentType(), &body)
	if err != nil {
		t.Fatal(err)
	}
	code, a := read(t, resp)
	list := w.official.Chat().Messages()
	if code != 200 || len(list) != 3 || list[1].Caption != "подпись" || list[2].Photo[0].Width != 60 || list[1].MediaGroupID == "" || list[1].MediaGroupID != list[2].MediaGroupID {
		t.Fatalf("%d %v, %d messages", code, a, len(list))
	}
	page := w.official.Say(w.official.Chat(), "", Document("x.html", []byte("<html><script>alert(1)</script>")))
	for id, want := range map[string]string{
		w.official.Chat().Messages()[1].Photo[0].FileID: "image/png",
		page.Document.FileID:                            "application/octet-stream",
	} {
		resp, err := w.Client().Get(URL + "/play/file/" + id)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if got := resp.Header.Get("Content-Type"); got != want || resp.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("type %q, want %q", got, want)
		}
	}
}

func TestPlayEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(Options{})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		req := must(http.NewRequestWithContext(ctx, http.MethodGet, URL+"/play/events", nil))
		resp, err := w.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		lines := bufio.NewScanner(resp.Body)
		next := func(prefix string) string {
			for lines.Scan() {
				if text, ok := strings.CutPrefix(lines.Text(), prefix); ok {
					return text
				}
			}
			return ""
		}
		next(": hello")
		w.official.Say(w.official.Chat(), "привет")
		var e event
		if err := json.Unmarshal([]byte(next("data: ")), &e); err != nil || e.Type != "message" || e.Message.Text != "привет" || e.ChatID != w.official.ID() {
			t.Errorf("%+v, %v", e, err)
		}
		began := time.Now()
		if next(": still") == "" || time.Since(began) > keepAlive {
			t.Error("no sign of life")
		}
		for range 2 * readerBuffer {
			w.official.Say(w.official.Chat(), "много")
		}
		synctest.Wait()
		w.mu.Lock()
		left := len(w.readers)
		w.mu.Unlock()
		if left != 0 {
			t.Error("a reader that does not read was not dropped")
		}
	})
}

func TestOnlyLocal(t *testing.T) {
	w := newWorld(Options{})
	for name, c := range map[string]struct {
		host, origin, kind string
		want               int
	}{
		"plain":            {"127.0.0.1:8090", "", "application/json", 200},
		"name":             {"localhost:8090", "http://localhost:8090", "application/json", 200},
		"six":              {"[::1]:8090", "http://[::1]:8090", "application/json", 200},
		"rebound name":     {"evil.example:8090", "", "application/json", 403},
		"address":          {"10.0.0.1", "", "application/json", 403},
		"other site":       {"127.0.0.1:8090", "https://evil.example", "application/json", 403},
		"other port":       {"127.0.0.1:8090", "http://127.0.0.1:1", "application/json", 403},
		"null":             {"127.0.0.1:8090", "null", "application/json", 403},
		"localhost prefix": {"localhost.evil.example", "", "application/json", 403},
		"plain form":       {"127.0.0.1:8090", "", "text/plain", 415},
	} {
		req := must(http.NewRequest(http.MethodPost, URL+"/play/send", strings.NewReader(`{"as":1002,"chat_id":1002,"text":"x"}`)))
		req.Host = c.host
		req.Header.Set("Content-Type", c.kind)
		if c.origin != "" {
			req.Header.Set("Origin", c.origin)
		}
		resp, err := w.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != c.want {
			t.Errorf("%s: %d, want %d", name, resp.StatusCode, c.want)
		}
	}
}

// FuzzMultipart: no body makes the server fall, and every answer is Telegram's.
func FuzzMultipart(f *testing.F) {
	f.Add("sendMessage", "--x\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\n1002\r\n--x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\na\r\n--x--\r\n")
	f.Add("sendPhoto", "--x\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\n1002\r\n--x\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.png\"\r\n\r\n\x89PNG\r\n--x--\r\n")
	f.Add("sendMediaGroup", "--x\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\n1002\r\n--x\r\nContent-Disposition: form-data; name=\"media\"\r\n\r\n[{\"type\":\"photo\",\"media\":\"attach://a\"},{}]\r\n--x--\r\n")
	f.Add("editMessageText", "--x\r\n\r\n\r\n--x--")
	f.Add("getUpdates", "")
	f.Fuzz(func(t *testing.T, method, body string) {
		if strings.EqualFold(method, "getUpdates") && strings.Contains(body, "timeout") || strings.EqualFold(method, "setWebhook") || strings.ContainsAny(method, "/?#%") {
			return
		}
		w := newWorld(Options{})
		req, err := http.NewRequest(http.MethodPost, URL+"/bot"+w.Token()+"/"+method, strings.NewReader(body))
		if err != nil {
			return
		}
		req.Header.Set("Content-Type", "multipart/form-data; boundary=x")
		resp, err := w.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var r reply
		if err := json.NewDecoder(resp.Body).Decode(&r); err != nil || r.OK != (resp.StatusCode == http.StatusOK) || resp.StatusCode >= 500 {
			t.Errorf("status %d, ok %v, %v", resp.StatusCode, r.OK, err)
		}
	})
}
