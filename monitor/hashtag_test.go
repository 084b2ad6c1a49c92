package monitor

import (
	"strings"
	"testing"
)

func TestIsTag(t *testing.T) {
	for word, want := range map[string]bool{
		"ямы": true, "Ёлка_2026": true, "pothole": true, "№": false, "½": true, "_": true, strings.Repeat("ж", maxTag): true,
		"": false, strings.Repeat("ж", maxTag+1): false, "две ямы": false, "яма-2": false, "#ямы": false, "яма\n": false, "\xff": false, "яма\xd0": false,
	} {
		if got := isTag(word); got != want {
			t.Errorf("%q: %v, want %v", word, got, want)
		}
	}
}
