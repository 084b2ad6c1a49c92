package main

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"otklik/monitor"
	"otklik/storage"
)

// TestDoctorAsksTheNetworks: each network has its lines, with the setting that
// cures what is wrong and no token in them.
func TestDoctorAsksTheNetworks(t *testing.T) {
	vk := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.Header.Get("Authorization"), "dead-token") {
			fmt.Fprint(w, `{"error":{"error_code":5,"error_msg":"dead-token"}}`)
			return
		}
		fmt.Fprint(w, `{"response":{"groups":[{"id":1,"name":"A"}],"items":[]}}`)
	}))
	defer vk.Close()
	t.Setenv("OTKLIK_VK_TOKEN", "good-token,dead-token")
	t.Setenv("OTKLIK_VK_URL", vk.URL)
	store, err := storage.Open(t.Context(), filepath.Join(t.TempDir(), "otklik.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	var out bytes.Buffer
	r := &report{out: &out}
	r.networks(t.Context(), store, config{})
	for _, want := range []string{
		"ok   vk: reading (OTKLIK_VK_TOKEN, token 1)\n", "ok   vk: searching (OTKLIK_VK_TOKEN, token 1)\n",
		"FAIL vk: reading (OTKLIK_VK_TOKEN, token 2): ", "put a new token into OTKLIK_VK_TOKEN\n",
		"ok   ok: not set up, nothing to check (OTKLIK_OK_TOKEN)\n", "ok   rss: needs no token\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("doctor does not say %q:\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "-token") || !r.bad {
		t.Errorf("a token shows, or all is well (%v):\n%s", !r.bad, out.String())
	}
	for line := range strings.Lines(out.String()) {
		if !strings.HasPrefix(line, "ok   ") && !strings.HasPrefix(line, "FAIL ") {
			t.Errorf("no line of its own: %q", line)
		}
	}
}

func TestDoctorEndsWithWhatItFound(t *testing.T) {
	var out bytes.Buffer
	err := doctor(t.Context(), config{Database: filepath.Join(t.TempDir(), "otklik.db"), Language: "ru"}, &out, false)
	if !errors.Is(err, errUnhealthy) || errors.As(err, new(wrongSetting)) || !strings.Contains(out.String(), "FAIL OTKLIK_BOT_TOKEN") {
		t.Errorf("without a token of the bot: %v\n%s", err, out.String())
	}
}

func TestCures(t *testing.T) {
	for want, err := range map[string]error{
		"put a new token into OTKLIK_X_TOKEN": fmt.Errorf("read: %w", monitor.AuthLost{Key: "OTKLIK_X_TOKEN"}),
		"nothing to do but wait":              monitor.Limited{Until: time.Now()},
		"give the token the right to it, or make one that has it, for OTKLIK_X_TOKEN": monitor.Forbidden{},
		"look at OTKLIK_X_TOKEN": monitor.BadConfig{What: "x"},
		"try again; if it stays so, look at OTKLIK_X_URL and OTKLIK_X_PROXY": errors.New("no answer"),
	} {
		if got := cure("x", monitor.Capability{Key: "OTKLIK_X_TOKEN", Err: err}); got != want {
			t.Errorf("%v: %q, want %q", err, got, want)
		}
	}
}
