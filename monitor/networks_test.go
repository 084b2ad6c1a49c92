package monitor

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
)

func TestSettingsAreNamedAndRefusedWithoutTheirValue(t *testing.T) {
	names, err := SettingNames()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"OTKLIK_VK_EVERY", "OTKLIK_VK_TOKEN", "OTKLIK_VK_URL", "OTKLIK_RSS_EVERY", "OTKLIK_RSS_PROXY"} {
		if !slices.Contains(names, want) {
			t.Errorf("%s is not among %v", want, names)
		}
	}
	for name, value := range map[string]string{"OTKLIK_RSS_EVERY": "s3cret", "OTKLIK_RSS_PROXY": "s3cret://user:s3cret@host"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(name, value)
			_, err := New(open(t), Config{}, zerolog.Nop())
			if err == nil || !strings.Contains(err.Error(), name) || strings.Contains(err.Error(), "s3cret") {
				t.Errorf("error %v", err)
			}
		})
	}
	t.Run("too often", func(t *testing.T) {
		t.Setenv("OTKLIK_RSS_EVERY", "1ms")
		if _, err := New(open(t), Config{}, zerolog.Nop()); err == nil {
			t.Error("a feed may be read a thousand times a second")
		}
	})
	t.Run("set", func(t *testing.T) {
		t.Setenv("OTKLIK_RSS_EVERY", "90s")
		m, err := New(open(t), Config{}, zerolog.Nop())
		if err != nil || m.byName["rss"].every != 90*time.Second || m.byName["web"] != m.byName["rss"] {
			t.Errorf("%v", err)
		}
	})
}
