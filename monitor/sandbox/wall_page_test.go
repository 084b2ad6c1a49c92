package sandbox_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"otklik/monitor/sandbox"
)

func TestWallIsForThisMachineOnly(t *testing.T) {
	v := sandbox.NewVK(sandbox.VKOptions{})
	w := v.Community("Двор", "dvor")
	page := sandbox.NewWallPage(nil, v)
	body := fmt.Sprintf(`{"wall":"0/%d","resident":1,"text":"Яма"}`, w.OwnerID())
	for name, one := range map[string]struct {
		host, origin, kind, body string
		want                     int
	}{
		"here":             {"127.0.0.1:8080", "http://127.0.0.1:8080", "application/json", body, 200},
		"by name":          {"localhost", "http://localhost", "application/json", body, 200},
		"a program":        {"[::1]:80", "", "application/json", body, 200},
		"another site":     {"127.0.0.1:8080", "https://example.org", "application/json", body, 403},
		"no site":          {"127.0.0.1:8080", "null", "application/json", body, 403},
		"a rebound name":   {"example.org", "http://example.org", "application/json", body, 403},
		"a form":           {"127.0.0.1:8080", "", "application/x-www-form-urlencoded", body, 415},
		"a stranger":       {"127.0.0.1:8080", "", "application/json", strings.Replace(body, `"resident":1`, `"resident":99`, 1), 400},
		"nothing to say":   {"127.0.0.1:8080", "", "application/json", strings.Replace(body, "Яма", " ", 1), 400},
		"a wall elsewhere": {"127.0.0.1:8080", "", "application/json", `{"wall":"0/-5","resident":1,"text":"Яма"}`, 400},
		"another network":  {"127.0.0.1:8080", "", "application/json", strings.Replace(body, "0/", "1/", 1), 400},
		"no post there":    {"127.0.0.1:8080", "", "application/json", strings.Replace(body, "}", `,"post":"9"}`, 1), 400},
	} {
		r := httptest.NewRequest(http.MethodPost, "/wall/write", strings.NewReader(one.body))
		r.Host = one.host
		r.Header.Set("Content-Type", one.kind)
		if one.origin != "" {
			r.Header.Set("Origin", one.origin)
		}
		got := httptest.NewRecorder()
		page.ServeHTTP(got, r)
		if got.Code != one.want {
			t.Errorf("%s: status %d, want %d: %s", name, got.Code, one.want, got.Body)
		}
	}
	if n := len(w.Posts()); n != 3 {
		t.Errorf("%d posts stand, want 3", n)
	}
}
