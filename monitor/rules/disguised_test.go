package rules

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// complaintTexts are texts of one to four of our complaints.
func complaintTexts(r *rand.Rand, n int) []string {
	var lines []string
	for line := range strings.Lines(complaints) {
		if _, text, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "! "), ": "); ok {
			lines = append(lines, text)
		}
	}
	out := make([]string, n)
	for i := range out {
		var parts []string
		for range 1 + r.IntN(4) {
			parts = append(parts, lines[r.IntN(len(lines))])
		}
		out[i] = strings.Join(parts, ". ")
	}
	return out
}

// However a text is disguised, the rules of the built-in topics find what they
// find in the plain one, and no more.
func TestDisguisedTextsAreFound(t *testing.T) {
	set, err := Compile(topicRules())
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, 4))
	texts := complaintTexts(r, 2000)
	var m Matches
	for _, disguise := range disguises {
		plain, kept, extra, changed := 0, 0, 0, 0
		for _, text := range texts {
			want := map[int64]bool{}
			for _, hit := range set.Match(&m, text) {
				want[hit.Rule] = true
			}
			plain += len(want)
			disguised := disguise.apply(r, text)
			for _, hit := range set.Match(&m, disguised) {
				if want[hit.Rule] {
					kept++
				} else {
					extra++
				}
			}
			if disguised != text {
				changed++
			}
		}
		t.Logf("%-20s %d hits, kept %.4f, extra %.4f", disguise.name, plain, float64(kept)/float64(plain), float64(extra)/float64(plain))
		if kept*1000 < plain*999 || extra*1000 > plain {
			t.Errorf("%s: of %d hits %d kept, %d extra", disguise.name, plain, kept, extra)
		}
		if changed < len(texts)/2 {
			t.Errorf("%s changes only %d of %d texts", disguise.name, changed, len(texts))
		}
	}
}
