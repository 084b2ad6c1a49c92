package sandbox_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"otklik/monitor/sandbox"
)

// askOK calls a method with a signature that may be wrong, and returns what the
// network says.
func askOK(t *testing.T, o *sandbox.OK, params url.Values) (code float64, answer any) {
	t.Helper()
	r, err := o.Client().PostForm("https://api.ok.ru/fb.do", params)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		t.Fatal(err)
	}
	if m, ok := answer.(map[string]any); ok {
		code, _ = m["error_code"].(float64)
	}
	return code, answer
}

func TestOKRefusesWhoIsNotRight(t *testing.T) {
	o := sandbox.NewOK(sandbox.OKOptions{ApplicationKey: "ABCDEFGHIGKLMNOPK", ApplicationSecret: "ABC123DEF456GHI789JKL123", Tokens: []string{"-s-84W-s3egarWUsbkq-IWTucuedzTKT8VUXIA.s4Xx8IW7"}})
	good := url.Values{"application_key": {"ABCDEFGHIGKLMNOPK"}, "format": {"json"}, "access_token": {"-s-84W-s3egarWUsbkq-IWTucuedzTKT8VUXIA.s4Xx8IW7"}, "method": {"users.getLoggedInUser"}}
	for name, one := range map[string]struct {
		change func(url.Values)
		want   float64
	}{
		"no such method": {func(v url.Values) { v.Set("method", "events.get") }, 3},
		"no application": {func(v url.Values) { v.Set("application_key", "X") }, 101},
		"no token":       {func(v url.Values) { v.Del("access_token") }, 453},
		"another token":  {func(v url.Values) { v.Set("access_token", "x") }, 103},
		"not signed":     {func(url.Values) {}, 104},
	} {
		v := url.Values{}
		for key, value := range good {
			v[key] = value
		}
		one.change(v)
		if code, _ := askOK(t, o, v); code != one.want {
			t.Errorf("%s: error %v, want %v", name, code, one.want)
		}
	}
}

func TestOKShowsOnTheWall(t *testing.T) {
	o := sandbox.NewOK(sandbox.OKOptions{Now: func() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) }})
	g := o.Group("Заречный сегодня", "zarechny")
	p := g.Topic("", "Дворы готовят к зиме", sandbox.OKTopicOptions{Photos: 1})
	page := sandbox.NewWallPage(nil, o)
	write := func(body string) int {
		r := httptest.NewRequest(http.MethodPost, "/wall/write", strings.NewReader(body))
		r.Host = "127.0.0.1"
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		page.ServeHTTP(w, r)
		return w.Code
	}
	topic := strings.Split(p.ExternalID(), "/")[1]
	wall := `"wall":"0/` + g.ID() + `"`
	for body, want := range map[string]int{
		`{` + wall + `,"resident":1,"text":"Яма во дворе","post":"` + topic + `"}`: 200,
		`{` + wall + `,"resident":2,"text":"Нет света"}`:                           200,
		`{` + wall + `,"resident":2,"text":"Кому?","post":"1"}`:                    400,
		`{"wall":"0/1","resident":2,"text":"Где?"}`:                                400,
	} {
		if got := write(body); got != want {
			t.Errorf("%s: status %d, want %d", body, got, want)
		}
	}
	comments := p.Comments()
	if len(comments) != 1 || comments[0].Text() != "Яма во дворе" || comments[0].FromGroup() {
		t.Fatalf("under the topic stand %v", comments)
	}
	comments[0].Reply("", "Засыпем до пятницы")
	r := httptest.NewRequest(http.MethodGet, "/wall/state", nil)
	r.Host = "127.0.0.1"
	w := httptest.NewRecorder()
	page.ServeHTTP(w, r)
	for _, want := range []string{`"network":"ok"`, `"Заречный сегодня"`, `"Яма во дворе"`, `"official":true`, `"to":"Житель 1"`, `"count":4`} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the page does not know %s: %s", want, w.Body)
		}
	}
}
