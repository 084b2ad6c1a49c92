package sandbox

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestReplyToDeleted(t *testing.T) {
	w := newWorld(Options{})
	gone := w.official.Say(w.official.Chat(), "x")
	w.official.Delete(gone)
	r := w.call(t, "sendMessage", params{"chat_id": w.official.ID(), "text": "y", "reply_parameters": params{"message_id": gone.ID, "allow_sending_without_reply": true}})
	if m := w.official.Chat().Last(); !r.OK || m.Text != "y" || m.ReplyToMessage != nil {
		t.Errorf("%s, reply to %v", r.Description, m.ReplyToMessage)
	}
}

func TestEditRemovesButtons(t *testing.T) {
	w := newWorld(Options{})
	id := w.official.ID()
	w.call(t, "sendMessage", params{"chat_id": id, "text": "x", "reply_markup": buttons(2)})
	m := w.official.Chat().Last()
	if len(m.Buttons()) != 2 {
		t.Fatalf("%d buttons", len(m.Buttons()))
	}
	if r := w.call(t, "editMessageReplyMarkup", params{"chat_id": id, "message_id": m.ID, "reply_markup": params{"inline_keyboard": []any{}}}); !r.OK || len(w.official.Chat().Last().Buttons()) != 0 {
		t.Errorf("%s, %d buttons left", r.Description, len(w.official.Chat().Last().Buttons()))
	}
}

func TestTyping(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(Options{})
		w.call(t, "sendChatAction", params{"chat_id": w.official.ID(), "action": "typing"})
		if !w.official.Chat().Typing() {
			t.Error("nothing shows")
		}
		time.Sleep(typingTime)
		if w.official.Chat().Typing() {
			t.Error("it shows for ever")
		}
	})
}

func TestPinAndProfile(t *testing.T) {
	w := newWorld(Options{})
	w.group.PromoteBot(w.admin)
	m := w.admin.Say(w.group, "важное")
	if r := w.call(t, "pinChatMessage", params{"chat_id": w.group.ID(), "message_id": m.ID}); !r.OK || w.group.Pinned() != m.ID {
		t.Error(r.Description)
	}
	if r := w.call(t, "getChat", params{"chat_id": w.group.ID()}); !strings.Contains(string(r.Result), `"text":"важное"`) {
		t.Errorf("getChat: %s", r.Result)
	}
	if r := w.call(t, "unpinChatMessage", params{"chat_id": w.group.ID()}); !r.OK || w.group.Pinned() != 0 {
		t.Error(r.Description)
	}
	w.call(t, "setMyDescription", params{"description": "Что умеет"})
	w.call(t, "setMyDescription", params{"description": "What it does", "language_code": "en"})
	var got []string
	for _, language := range []string{"en", "de"} {
		got = append(got, string(w.call(t, "getMyDescription", params{"language_code": language}).Result))
	}
	if diff := cmp.Diff([]string{`{"description":"What it does"}`, `{"description":"Что умеет"}`}, got); diff != "" {
		t.Error(diff)
	}
}

// TestJournal: a call is seen with its parameters, but no file's content.
func TestJournal(t *testing.T) {
	w := newWorld(Options{})
	w.call(t, "sendMessage", params{"chat_id": w.group.ID(), "text": "x", "disable_notification": true})
	w.call(t, "sendMessage", params{"chat_id": 5, "text": "x"})
	calls := w.Calls()
	type line struct {
		Method    string
		Chat      int64
		Message   int
		Silent    string
		Code      int
		Described string
		Applied   bool
	}
	var got []line
	for _, c := range calls {
		got = append(got, line{c.Method, c.ChatID, c.MessageID, c.Params["disable_notification"], c.Code, c.Description, c.Applied})
	}
	want := []line{
		{"sendMessage", w.group.ID(), w.group.Last().ID, "true", 200, "", true},
		{"sendMessage", 5, 0, "", 400, "Bad Request: chat not found", false},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestWebhookRetryAfter: the other side may ask for a longer pause.
func TestWebhookRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var tries []time.Time
		began := time.Now()
		hook := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if tries = append(tries, time.Now()); len(tries) == 1 {
				w.Header().Set("Retry-After", "600")
				w.WriteHeader(http.StatusTooManyRequests)
			}
		})
		w := quiet(t, Options{Webhook: &http.Client{Transport: &memory{handler: hook}}})
		w.call(t, "setWebhook", params{"url": "http://127.0.0.1:9/hook"})
		w.official.Say(w.official.Chat(), "x")
		time.Sleep(20 * time.Minute)
		w.Close() // no delivery is under way any more
		if len(tries) != 2 || tries[1].Sub(began) != 10*time.Minute || w.Pending() != 0 {
			t.Errorf("tried at %v", tries)
		}
	})
}

// TestFileAddress: the address holds the token, and only the right one serves.
func TestFileAddress(t *testing.T) {
	w := newWorld(Options{})
	id := w.official.Say(w.official.Chat(), "", Document("a.txt", []byte("акт"))).Document.FileID
	get := func(path string) int {
		resp, err := w.Client().Get(URL + "/file/bot" + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	w.mu.Lock()
	path := w.files[id].path
	w.mu.Unlock()
	w.AddFault(Fault{Method: "file", Code: 500})
	got := []int{get(w.Token() + "/" + path), get(w.Token() + "/" + path), get("1:x/" + path), get(w.Token() + "/documents/other.txt")}
	if diff := cmp.Diff([]int{500, 200, 401, 404}, got); diff != "" {
		t.Error(diff)
	}
}

func TestCommandsAreKept(t *testing.T) {
	w := newWorld(Options{})
	w.call(t, "setMyCommands", params{"commands": []params{{"command": "my", "description": "мои"}}, "language_code": "ru"})
	got := []string{string(w.call(t, "getMyCommands", params{"language_code": "ru"}).Result), string(w.call(t, "getMyCommands", params{}).Result)}
	if diff := cmp.Diff([]string{`[{"command":"my","description":"мои"}]`, `[]`}, got); diff != "" {
		t.Error(diff)
	}
}
