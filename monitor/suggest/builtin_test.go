package suggest

import (
	"slices"
	"testing"

	"otklik/monitor/rules"
)

// TestRulesTellWhatIsAlike: texts without a common word are alike when they meet
// rules of one topic, and only then.
func TestRulesTellWhatIsAlike(t *testing.T) {
	words := newCounts()
	common := func(a, b Case) (n int) {
		other := b.features(words)
		for _, f := range a.features(words) {
			if slices.ContainsFunc(other, func(o feature) bool { return o.hash == f.hash }) {
				n++
			}
		}
		return n - 1 // what all cases have
	}
	for _, c := range []struct {
		a, b  string
		alike bool
	}{
		{"огромная яма посреди проезжей части", "разбитый асфальт возле остановки", true},
		{"огромная яма посреди проезжей части", "поздравляем коллектив с юбилеем", false},
	} {
		if n := common(Case{Text: c.a}, Case{Text: c.b}); n > 0 != c.alike {
			t.Errorf("%q and %q have %d features in common", c.a, c.b, n)
		}
		if n := common(Case{Text: c.a, wordsOnly: true}, Case{Text: c.b, wordsOnly: true}); n > 0 {
			t.Errorf("%q and %q have %d words in common", c.a, c.b, n)
		}
	}
	if n := builtin().choose("огромная яма посреди проезжей части"); n == 0 || rules.Topics()[n-1].Code != "roads" {
		t.Errorf("a pothole is about topic %d", n)
	}
	if n := builtin().choose("поздравляем коллектив с юбилеем"); n != 0 {
		t.Errorf("a congratulation is about topic %d", n)
	}
}
