package main

import (
	"maps"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/joho/godotenv"
	"github.com/kelseyhightower/envconfig"

	telegram "otklik/bot/sandbox"
	"otklik/monitor"
)

func TestExampleNamesEverySettingWithItsDefault(t *testing.T) {
	example, err := godotenv.Read("../../.env.example")
	if err != nil {
		t.Fatal(err)
	}
	var usage strings.Builder
	if err := envconfig.Usagef(prefix, &config{}, &usage, "{{range .}}{{usage_key .}} {{usage_default .}}\n{{end}}"); err != nil {
		t.Fatal(err)
	}
	var want []string
	for line := range strings.Lines(usage.String()) {
		key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		want = append(want, key)
		if example[key] != value {
			t.Errorf("%s is %q in the example and %q without it", key, example[key], value)
		}
	}
	networks, err := monitor.SettingNames()
	if err != nil {
		t.Fatal(err)
	}
	want = append(want, networks...)
	slices.Sort(want)
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(example))); diff != "" {
		t.Errorf("the example (-settings +example):\n%s", diff)
	}
}

// rightSettings are those of a daemon that could run beside a Telegram.
func rightSettings(t *testing.T, telegramURL string) map[string]string {
	return map[string]string{
		"OTKLIK_BOT_TOKEN": telegram.DefaultToken, "OTKLIK_OWNERS": "1001", "OTKLIK_DATABASE": filepath.Join(t.TempDir(), "otklik.db"),
		"OTKLIK_TELEGRAM_URL": telegramURL, "OTKLIK_LISTEN": "127.0.0.1:0", "OTKLIK_LOG_LEVEL": "error",
	}
}

// serveTelegram puts a Telegram on loopback.
func serveTelegram(t *testing.T) (*telegram.Server, *httptest.Server) {
	t.Helper()
	s := telegram.New(telegram.Options{})
	served := httptest.NewServer(s)
	t.Cleanup(func() {
		served.CloseClientConnections()
		served.Close()
		s.Close()
	})
	return s, served
}

func TestWrongSettingEndsWithOneLineThatNamesIt(t *testing.T) {
	_, served := serveTelegram(t)
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = busy.Close() }) // after the parallel tests
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, key, value string }{
		{"a token that is missing", "OTKLIK_BOT_TOKEN", ""},
		{"a token with a newline", "OTKLIK_BOT_TOKEN", "7000000001:sand\nvalue"},
		{"a token that is none", "OTKLIK_BOT_TOKEN", "VALUE"},
		{"a token with a way out", "OTKLIK_BOT_TOKEN", "7000000001:../VALUE"},
		{"a token with a question", "OTKLIK_BOT_TOKEN", "7000000001:a?VALUE"},
		{"a token that Telegram refuses", "OTKLIK_BOT_TOKEN", "7000000001:VALUE"},
		{"a token of another bot", "OTKLIK_BOT_TOKEN", "7000000002:VALUE"},
		{"no owners", "OTKLIK_OWNERS", ""},
		{"owners by name", "OTKLIK_OWNERS", "VALUE"},
		{"a duration without a unit", "OTKLIK_HOLD", "8123"},
		{"a negative duration", "OTKLIK_HOLD", "-8123s"},
		{"a language", "OTKLIK_LANGUAGE", "VALUE"},
		{"a level", "OTKLIK_LOG_LEVEL", "VALUE"},
		{"a rate", "OTKLIK_GROUP_RATE", "-8123"},
		{"a rate in words", "OTKLIK_GROUP_RATE", "VALUE"},
		{"a probe", "OTKLIK_PROBE", "VALUE"},
		{"a retention", "OTKLIK_RETENTION", "-8123"},
		{"recent texts", "OTKLIK_RECENT", "-8123"},
		{"a truth", "OTKLIK_ALLOW_PRIVATE", "VALUE"},
		{"an address without a port", "OTKLIK_LISTEN", "VALUE"},
		{"a busy address", "OTKLIK_LISTEN", busy.Addr().String()},
		{"an address of another scheme", "OTKLIK_TELEGRAM_URL", "ftp://VALUE"},
		{"a proxy of another scheme", "OTKLIK_TELEGRAM_PROXY", "ftp://user:VALUE@host"},
		{"a database below a file", "OTKLIK_DATABASE", filepath.Join(file, "otklik.db")},
		{"a database that is a folder", "OTKLIK_DATABASE", t.TempDir()},
		{"an address of a database that is none", "OTKLIK_DATABASE", "postgres://user:VALUE@[::1/otklik?x=%zz"},
		{"a network's pace", "OTKLIK_VK_EVERY", "VALUE"},
		{"a network's pace that is too fast", "OTKLIK_RSS_EVERY", "812ms"},
		{"a network's proxy", "OTKLIK_RSS_PROXY", "ftp://user:VALUE@host"},
		{"communities without a token", "OTKLIK_VK_COMMUNITIES", "VALUE"},
		{"an address of a network", "OTKLIK_VK_URL", "ftp://VALUE"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			env := rightSettings(t, served.URL)
			if env[c.key] = c.value; c.key == "OTKLIK_VK_URL" {
				env["OTKLIK_VK_TOKEN"] = "token"
			}
			wantEnd(t, begin(t, env), 2, c.key, secretOf(c.value))
		})
	}
}

// secretOf is the part of a value that must not be shown: who wrote it knows it,
// who reads the log need not. A path is no secret, and helps.
func secretOf(value string) string {
	for _, secret := range []string{"VALUE", "value", "8123", "812ms"} {
		if strings.Contains(value, secret) && !filepath.IsAbs(value) {
			return secret
		}
	}
	return ""
}

// wantEnd wants a status and one line that names a key and hides a secret.
func wantEnd(t *testing.T, p *process, want int, key, secret string) {
	t.Helper()
	status := p.status(15 * time.Second)
	said := p.stderr.String()
	if status != want || strings.Count(said, "\n") != 1 || !strings.HasPrefix(said, "otklik: ") || !strings.Contains(said, key+": ") {
		t.Errorf("status %d, want %d and one line about %s:\n%s", status, want, key, said)
	}
	if secret != "" && strings.Contains(said, secret) {
		t.Errorf("it shows the value: %s", said)
	}
}

// A server that is away is waited for a while, then named with its key.
func TestDatabaseServerOutOfReachEndsWithItsKey(t *testing.T) {
	env := rightSettings(t, "")
	env["OTKLIK_DATABASE"] = "postgres://user:VALUE@127.0.0.1:1/otklik"
	wantEnd(t, begin(t, env), 2, "OTKLIK_DATABASE", "VALUE")
}

func TestSecondProcessOfADatabaseEnds(t *testing.T) {
	_, served := serveTelegram(t)
	env := rightSettings(t, served.URL)
	env["OTKLIK_LOG_LEVEL"] = "info"
	first := begin(t, env)
	first.becomes("/readyz", 200, 10*time.Second)
	env["OTKLIK_LOG_LEVEL"] = "error"
	wantEnd(t, begin(t, env), 2, "OTKLIK_DATABASE", "")
	if code, body := first.get("/readyz"); code != 200 {
		t.Errorf("the first is disturbed: %d %s", code, body)
	}
	if status, _ := first.stop(); status != 0 {
		t.Errorf("the first ended with %d", status)
	}
}

func TestEnvFileIsReadAndTheEnvironmentWins(t *testing.T) {
	_, served := serveTelegram(t)
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	for file, key := range map[string]string{
		"OTKLIK_LANGUAGE=VALUE\n":                         "OTKLIK_LANGUAGE",
		"OTKLIK_BOT_TOKEN=refused\nOTKLIK_HOLD=VALUE\n":   "OTKLIK_HOLD",
		"OTKLIK_BOT_TOKEN='7000000001:VALUE\nno end here": ".env",
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, ".env"), []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
		wantEnd(t, beginIn(t, dir, path, rightSettings(t, served.URL)), 2, key, "VALUE")
	}
}

// A build without a C compiler tells what it lacks instead of failing oddly.
func TestBuildWithoutCgoSaysSo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "otklik")
	if err := build(path, "CGO_ENABLED=0"); err != nil {
		t.Fatal(err)
	}
	_, served := serveTelegram(t)
	p := beginIn(t, t.TempDir(), path, rightSettings(t, served.URL))
	wantEnd(t, p, 2, "OTKLIK_DATABASE", "")
	if said := p.stderr.String(); !strings.Contains(said, "cgo") || !strings.Contains(said, "CGO_ENABLED=1") {
		t.Errorf("it says %q", said)
	}
}
