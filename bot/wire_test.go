package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"otklik/bot/sandbox"
)

// aBot is a bot without a database, for single calls.
func aBot(t *testing.T, s *sandbox.Server) *Bot {
	t.Helper()
	b, err := New(nil, Config{Token: sandbox.DefaultToken, URL: sandbox.URL, Client: s.Client()}, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// over is a bot that talks over a real socket to an address.
func over(t *testing.T, address string) *Bot {
	t.Helper()
	b, err := New(nil, Config{Token: sandbox.DefaultToken, URL: address}, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.client.close)
	return b
}

func TestWhetherARequestWentOutIsKnown(t *testing.T) {
	// Nobody listens: nothing was sent.
	l := ok(net.Listen("tcp", "127.0.0.1:0"))
	address := "http://" + l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if k := kindOf(over(t, address).hear(t.Context())); k != unsent {
		t.Errorf("nobody listens: kind %d", k)
	}
	// The server took it and hung up: nobody knows.
	hangUp := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		drain(r)
		panic(http.ErrAbortHandler)
	}))
	defer hangUp.Close()
	if k := kindOf(over(t, hangUp.URL).hear(t.Context())); k != lost {
		t.Errorf("hung up: kind %d", k)
	}
	// It never answers: nobody knows.
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		drain(r)
		<-r.Context().Done()
	}))
	defer slow.Close()
	b := over(t, slow.URL)
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if k := kindOf(b.hear(ctx)); k != lost {
		t.Errorf("no answer: kind %d", k)
	}
}

func TestSmallBodiesHaveALengthAndLargeOnesStream(t *testing.T) {
	var length atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		length.Store(r.ContentLength)
		drain(r)
		_, _ = io.WriteString(w, `{"ok":true,"result":{"message_id":1}}`)
	}))
	defer s.Close()
	b := over(t, s.URL)
	for size, sized := range map[int]bool{100: true, 3 << 20: false} {
		_, err := b.api.SendDocument(t.Context(), &tg.SendDocumentParams{ChatID: 1, Document: &models.InputFileUpload{Filename: "x", Data: bytes.NewReader(make([]byte, size))}})
		if err != nil {
			t.Fatal(err)
		}
		if (length.Load() > int64(size)) != sized {
			t.Errorf("%d bytes went out with length %d", size, length.Load())
		}
	}
}

func TestTheTokenIsInNoErrorAndNoLog(t *testing.T) {
	const token = "7000000001:very-SECRET_token"
	echo := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		drain(r)
		switch {
		case strings.HasSuffix(r.URL.Path, "/getMe"):
			http.Error(w, "no such page: "+r.URL.Path, http.StatusNotFound)
		case strings.HasSuffix(r.URL.Path, "/getUpdates"):
			w.WriteHeader(http.StatusInternalServerError)
			_ = json.NewEncoder(w).Encode(map[string]any{"ok": false, "error_code": 500, "description": "failed: " + r.URL.Path})
		default:
			http.Redirect(w, r, "http://"+token+"@127.0.0.1:1/", http.StatusTemporaryRedirect)
		}
	}))
	defer echo.Close()
	var out logs
	b := ok(New(nil, Config{Token: token, URL: echo.URL}, zerolog.New(&out).Level(zerolog.TraceLevel)))
	defer b.client.close()
	_, updates := b.getUpdates(t.Context(), 0, 0)
	_, file := b.Fetch(t.Context(), "x")
	_, direct := b.download(t.Context(), "x")
	_, strange := b.download(t.Context(), "x\x7f")
	for name, err := range map[string]error{"getMe": b.hear(t.Context()), "getUpdates": updates, "getFile": file, "download": direct, "strange path": strange} {
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		b.log.Error().Err(err).Msg(name)
	}
	if text := out.text(); strings.Contains(text, "SECRET") || !strings.Contains(text, "getUpdates") {
		t.Errorf("the log: %s", text)
	}
	for _, address := range []string{"127.0.0.1:80", "ftp://x", "http://", "http://[::1"} {
		if _, err := New(nil, Config{Token: token, URL: address}, zerolog.Nop()); err == nil || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("address %q: %v", address, err)
		}
	}
}

func TestRunLeavesNothingBehind(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) }) // after every other cleanup
	r := newRig(t, sandbox.Options{}, supergroup)
	server := httptest.NewServer(r.tg)
	t.Cleanup(server.Close)
	r.cfg.URL, r.cfg.Client = server.URL, nil
	r.post(3)
	r.start()
	r.official.Say(r.official.Chat(), "привет")
	if err := r.tg.Wait(t.Context(), func() bool { return len(r.chat.FromBot()) == 3 && r.tg.Pending() == 0 }); err != nil {
		t.Fatal(err)
	}
	if err := r.stop(); err != nil {
		t.Error(err)
	}
}

func FuzzReadUpdates(f *testing.F) {
	f.Add([]byte(`{"ok":true,"result":[{"update_id":5,"message":{"chat":{"id":-7}}},{"update_id":6,"callback_query":{"from":{"id":9},"message":{"date":0}}}]}`))
	f.Add([]byte(`{"ok":false,"error_code":429,"parameters":{"retry_after":3}}`))
	f.Add([]byte(`{"ok":true,"result":[{"update_id":1,"my_chat_member":{"new_chat_member":{"status":"?"}}}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		updates, err := readUpdates(&http.Response{Body: io.NopCloser(bytes.NewReader(body))})
		if err != nil {
			return
		}
		for _, u := range updates {
			if !json.Valid(u.raw) || nextOffset(updates) <= u.ID && u.ID > 0 {
				t.Errorf("update %d: %q", u.ID, u.raw)
			}
			u.lane()
		}
	})
}

// drain reads what a client sends, as far as it does: some hang up.
func drain(r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }
