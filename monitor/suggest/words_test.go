package suggest

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"otklik/monitor/rules/dictionary"
)

// TestMemoIsTheDictionary: also where many words share a place.
func TestMemoIsTheDictionary(t *testing.T) {
	words := slices.Concat(slices.Concat(kinds...), filler)
	letters := []rune("аеиостнрвл")
	rng := rand.New(rand.NewPCG(1, 1))
	for range 3 * len(memo{}) {
		words = append(words, string([]rune{letters[rng.IntN(10)], letters[rng.IntN(10)], letters[rng.IntN(10)], letters[rng.IntN(10)]}))
	}
	m := new(memo)
	for range 3 {
		rng.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
		for _, w := range words {
			if lemma, h := m.lemma(w); lemma != dictionary.Lemma(w) || h != hash(lemma) {
				t.Fatalf("%s is remembered as %s", w, lemma)
			}
		}
	}
}

// TestSeenInWords: words of two letters and more are seen as their lemmas, in any
// case, with their neighbours; numbers are not, and no more than the first.
func TestSeenInWords(t *testing.T) {
	same := func(a, b string) bool { return slices.Equal(seenIn(a), seenIn(b)) }
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"ЯМЫ на дорогах!", "яма на дороге", true},
		{"дом 12, ул. Ёлочная", "дом ул елочный", true},
		{"яма на дороге", "дорога на яме", false},
		{strings.Repeat("дом ", maxWords) + "яма", strings.Repeat("дом ", maxWords), true},
		{strings.Repeat("дом ", maxWords-1) + "яма", strings.Repeat("дом ", maxWords), false},
	} {
		if same(c.a, c.b) != c.same {
			t.Errorf("%.30q and %.30q: the same: %v", c.a, c.b, !c.same)
		}
	}
}
