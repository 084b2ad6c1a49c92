package main

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	telegram "otklik/bot/sandbox"
)

func TestTelegramOutOfReachIsWaitedFor(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	env := rightSettings(t, "http://"+address)
	env["OTKLIK_LOG_LEVEL"] = "info"
	p := begin(t, env)
	p.becomes("/healthz", http.StatusOK, 10*time.Second)
	p.becomes("/readyz", http.StatusServiceUnavailable, 10*time.Second)
	if _, body := p.get("/readyz"); !strings.Contains(body, "telegram") || strings.Contains(body, ":sandbox") {
		t.Errorf("/readyz says %q: want what is missing, without the token", body)
	}
	for range 2 {
		s := telegram.New(telegram.Options{})
		if listener, err = net.Listen("tcp", address); err != nil {
			t.Fatal(err)
		}
		server := &http.Server{Handler: s, ReadHeaderTimeout: time.Second}
		served := make(chan error, 1)
		go func() { served <- server.Serve(listener) }()
		p.becomes("/readyz", http.StatusOK, 30*time.Second)
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
		s.Close()
		p.becomes("/readyz", http.StatusServiceUnavailable, 10*time.Second)
	}
	if status, took := p.stop(); status != 0 || took > 10*time.Second {
		t.Errorf("status %d after %v", status, took)
	}
	if strings.Contains(p.stderr.String(), ":sandbox") {
		t.Errorf("the log shows the token:\n%s", p.stderr)
	}
}

// stalled lets through what the test does not hold back; what is held back is
// told and hangs until whoever asked goes away.
type stalled struct {
	to     http.Handler
	method string
	held   chan struct{}
	free   atomic.Bool
}

func (s *stalled) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if path.Base(r.URL.Path) == s.method && !s.free.Load() {
		_, _ = io.Copy(io.Discard, r.Body) // who hangs up is noticed only then
		notice(s.held)
		<-r.Context().Done()
		return
	}
	s.to.ServeHTTP(w, r)
}

// A stop does not wait for an upload that does not end, and what was in hand
// comes after the next start.
func TestStopWithAnUploadInHand(t *testing.T) {
	k := newKilled(t, 1, "off")
	held := &stalled{to: k.telegram, method: "sendPhoto", held: make(chan struct{}, 1)}
	served := httptest.NewServer(held)
	defer served.Close()
	defer served.CloseClientConnections()
	env := k.env()
	env["OTKLIK_TELEGRAM_URL"] = served.URL
	o := k.offices[0]

	p := begin(t, env)
	p.becomes("/readyz", http.StatusOK, 10*time.Second)
	o.admin.Say(o.group, "/summary")
	select {
	case <-held.held:
	case <-time.After(20 * time.Second):
		t.Fatalf("no picture is sent:\n%s", p.stderr)
	}
	body, feed := io.Pipe()
	defer feed.Close()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.address()+"/intake", body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+killToken)
	go func() { // an upload of somebody else, who is slow
		if resp, err := http.DefaultClient.Do(request); err == nil {
			resp.Body.Close()
		}
	}()
	if _, err := feed.Write([]byte(`{"url":"https://example.org/1",`)); err != nil {
		t.Fatal(err)
	}
	if status, took := p.stop(); status != 0 || took > 10*time.Second {
		t.Errorf("status %d after %v:\n%s", status, took, p.stderr)
	} else {
		t.Logf("stopped after %v", took)
	}

	held.free.Store(true)
	next := begin(t, env)
	next.becomes("/readyz", http.StatusOK, 10*time.Second)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	err = k.telegram.Wait(ctx, func() bool {
		for _, m := range o.group.FromBot() {
			if len(m.Photo) > 0 {
				return true
			}
		}
		return false
	})
	if err != nil {
		t.Errorf("the picture never comes: %v\n%s", err, next.stderr)
	}
	next.stop()
}
