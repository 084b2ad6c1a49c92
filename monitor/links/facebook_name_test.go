package links

import (
	"strings"
	"testing"
)

func TestFacebookNames(t *testing.T) {
	for part, want := range map[string]bool{
		"perm.city-59": true, "город": true, "ab": true, strings.Repeat("ж", 80): true,
		"": false, "a": false, strings.Repeat("ж", 81): false, "a b": false, "a_b": false, "a\n": false, "ab\xff": false,
	} {
		if got := fbName(part); got != want {
			t.Errorf("%q: %v, want %v", part, got, want)
		}
	}
}
