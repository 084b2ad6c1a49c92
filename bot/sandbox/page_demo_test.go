package sandbox_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"otklik/bot/sandbox"
)

// ask calls the demo's endpoints as a page of this machine does.
func ask(s *sandbox.Server, method, target, body string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Host = "127.0.0.1:8081"
	r.Header.Set("Content-Type", "application/json")
	for _, c := range change {
		c(r)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func TestDemoIsToldInTheLanguageAskedFor(t *testing.T) {
	s := sandbox.New(sandbox.Options{})
	s.ServePage(sandbox.Demo{
		Panels:  []sandbox.Panel{{Title: map[string]string{"ru": "Стена", "en": "Wall"}, URL: "/wall/"}, {Title: map[string]string{"ru": "Лента"}, URL: "/feed/"}},
		Columns: []sandbox.Column{{ChatID: -5001, As: 1001}},
		Hint: func(language string) sandbox.Hint {
			return sandbox.Hint{Text: "hint " + language, ChatID: -5001, Button: "Беру"}
		},
	})
	for language, want := range map[string]string{
		"en": `{"panels":[{"title":"Wall","url":"/wall/"},{"title":"Лента","url":"/feed/"}],"columns":[{"chat_id":-5001,"as":1001}],"hint":{"text":"hint en","chat_id":-5001,"button":"Беру"},"can_advance":false,"manner":{"silent":{},"asks":{}}}`,
		"xx": `{"panels":[{"title":"Стена","url":"/wall/"},{"title":"Лента","url":"/feed/"}],"columns":[{"chat_id":-5001,"as":1001}],"hint":{"text":"hint ru","chat_id":-5001,"button":"Беру"},"can_advance":false,"manner":{"silent":{},"asks":{}}}`,
	} {
		if diff := cmp.Diff(want, ask(s, "GET", "/play/demo?lang="+language, "").Body.String()); diff != "" {
			t.Errorf("lang=%s (-want +got):\n%s", language, diff)
		}
	}
}

func TestDemoRefusesWhatMakesNoSense(t *testing.T) {
	s := sandbox.New(sandbox.Options{})
	var moved []time.Duration
	s.ServePage(sandbox.Demo{
		Advance:  func(d time.Duration) error { moved = append(moved, d); return nil },
		Language: func(string) error { return errors.New("the bot does not listen") },
	})
	for _, c := range []struct {
		path, body string
		status     int
	}{
		{"/play/demo/advance", `{"minutes":60}`, 200},
		{"/play/demo/advance", `{"minutes":0}`, 400},
		{"/play/demo/advance", `{"minutes":-60}`, 400},
		{"/play/demo/advance", `{"minutes":99999999999}`, 400},
		{"/play/demo/advance", `{"minutes":`, 400},
		{"/play/demo/advance", strings.Repeat(" ", 5000) + `{"minutes":60}`, 400},
		{"/play/demo/language", `{"language":"de"}`, 400},
		{"/play/demo/language", `{"language":"ru"}`, 500},
	} {
		w := ask(s, "POST", c.path, c.body)
		if w.Code != c.status {
			t.Errorf("%s %.40q: %d, want %d", c.path, c.body, w.Code, c.status)
		}
		if c.status >= 400 && !strings.Contains(w.Body.String(), `{"error":`) {
			t.Errorf("%s %.40q: no reason in %s", c.path, c.body, w.Body)
		}
	}
	if diff := cmp.Diff([]time.Duration{time.Hour}, moved); diff != "" {
		t.Errorf("the clock moved (-want +got):\n%s", diff)
	}
}

func TestASceneIsPlayedOnce(t *testing.T) {
	s := sandbox.New(sandbox.Options{})
	var played []string
	broken := true
	s.ServePage(sandbox.Demo{Scenes: []sandbox.Scene{
		{Title: map[string]string{"ru": "Авария", "en": "Accident"}, Said: map[string]string{"ru": "Случилась"}, Play: func() error { played = append(played, "accident"); return nil }},
		{Title: map[string]string{"ru": "Гроза"}, Play: func() error {
			if broken {
				return errors.New("no clouds")
			}
			played = append(played, "storm")
			return nil
		}},
	}})
	left := func(want string) {
		t.Helper()
		if diff := cmp.Diff(want, ask(s, "GET", "/play/demo/scenes?lang=en", "").Body.String()); diff != "" {
			t.Errorf("scenes (-want +got):\n%s", diff)
		}
	}
	const accident, storm = `{"scene":0,"title":"Accident","said":"Случилась"}`, `{"scene":1,"title":"Гроза","said":""}`
	left("[" + accident + "," + storm + "]")
	for _, c := range []struct {
		body   string
		status int
	}{{`{"scene":1}`, 500}, {`{}`, 400}, {`{"scene":-1}`, 400}, {`{"scene":2}`, 400}, {`{"scene":`, 400}, {`{"scene":0}`, 200}, {`{"scene":0}`, 400}} {
		if w := ask(s, "POST", "/play/demo/scene", c.body); w.Code != c.status {
			t.Errorf("%s: %d, want %d", c.body, w.Code, c.status)
		}
	}
	left("[" + storm + "]")
	broken = false
	if w := ask(s, "POST", "/play/demo/scene", `{"scene":1}`); w.Code != http.StatusOK {
		t.Errorf("what failed cannot be played again: %d", w.Code)
	}
	left("[]")
	if diff := cmp.Diff([]string{"accident", "storm"}, played); diff != "" {
		t.Errorf("played (-want +got):\n%s", diff)
	}
}

func TestPageIsOnlyForThisMachine(t *testing.T) {
	s := sandbox.New(sandbox.Options{})
	s.ServePage(sandbox.Demo{Advance: func(time.Duration) error { t.Error("somebody elsewhere moved the clock"); return nil },
		Scenes: []sandbox.Scene{{Play: func() error { t.Error("somebody elsewhere played a scene"); return nil }}}})
	abroad := func(r *http.Request) { r.Host = "sandbox.example" }
	foreign := func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") }
	for name, w := range map[string]*httptest.ResponseRecorder{
		"page by another name":        ask(s, "GET", "/", "", abroad),
		"demo by another name":        ask(s, "GET", "/play/demo", "", abroad),
		"scene from another origin":   ask(s, "POST", "/play/demo/scene", `{"scene":0}`, foreign),
		"advance from another origin": ask(s, "POST", "/play/demo/advance", `{"minutes":60}`, foreign),
	} {
		if w.Code < 400 || w.Code > 499 {
			t.Errorf("%s: status %d", name, w.Code)
		}
	}
}

func TestPageLetsNothingInFromElsewhere(t *testing.T) {
	s := sandbox.New(sandbox.Options{})
	s.ServePage(sandbox.Demo{Panels: []sandbox.Panel{{URL: "http://127.0.0.1:9001/wall?x=1"}, {URL: "/own"}, {URL: "javascript:alert(1)"}}})
	w := ask(s, "GET", "/", "")
	want := "default-src 'self'; img-src 'self' data: blob:; frame-src 'self' http://127.0.0.1:9001; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	if diff := cmp.Diff(want, w.Header().Get("Content-Security-Policy")); diff != "" {
		t.Errorf("policy (-want +got):\n%s", diff)
	}
	for path, kind := range map[string]string{"/": "text/html", "/app.js": "text/javascript", "/style.css": "text/css", "/icon.svg": "image/svg+xml"} {
		w := ask(s, "GET", path, "")
		if w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Type"), kind) || w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d %v", path, w.Code, w.Header())
		}
		if strings.Contains(w.Body.String(), "innerHTML") {
			t.Errorf("%s puts text in as markup", path)
		}
	}
	if w := ask(s, "POST", "/", ""); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST /: %d", w.Code)
	}
	if w := ask(s, "GET", "/nothing", ""); w.Code != http.StatusNotFound {
		t.Errorf("GET /nothing: %d", w.Code)
	}
}
