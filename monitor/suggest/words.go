package suggest

import (
	"strings"
	"sync"
	"unicode"

	"otklik/monitor/rules/dictionary"
)

// sight is something that was seen in a text once, and what it weighs.
type sight struct {
	hash  uint32
	share float32
}

// maxWords is how many words of a text are looked at.
const maxWords = 200

// seenIn are the lemmas of the first words of a text and the pairs of
// neighbours. Numbers are none: they tell one house from another, not one body.
func seenIn(text string) []sight {
	parted := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
	all := make([]sight, 0, min(len(text)/4+8, 3*maxWords))
	known := memos.Get().(*memo)
	defer memos.Put(known)
	n, before := 0, uint32(0)
	for word := range strings.FieldsFuncSeq(text, parted) {
		if short(word) || strings.ContainsFunc(word, unicode.IsDigit) {
			continue
		}
		lemma, h := known.lemma(word)
		all = append(all, sight{h, 1})
		if n > 0 {
			all = append(all, sight{hashOn(hashOn(before, " "), lemma), pairShare})
		}
		before = h
		if n++; n == maxWords {
			break
		}
	}
	return all
}

// memo remembers lemmas: most words of a text are among a few thousand.
type memo [1 << 12]struct {
	word, lemma string
	hash        uint32 // of the lemma
}

var memos = sync.Pool{New: func() any { return new(memo) }}

func (m *memo) lemma(word string) (string, uint32) {
	e := &m[hash(word)%uint32(len(m))]
	if e.word != word {
		lemma := dictionary.Lemma(word)
		e.word, e.lemma, e.hash = strings.Clone(word), strings.Clone(lemma), hash(lemma) // a text is not kept for its words
	}
	return e.lemma, e.hash
}

// short tells that a word is a single letter.
func short(word string) bool {
	for i := range word {
		if i > 0 {
			return false
		}
	}
	return true
}

// hash is FNV-1a.
func hash(name string) uint32 { return hashOn(2166136261, name) }

// hashOn is the hash of a name that begins with what has the hash h.
func hashOn(h uint32, name string) uint32 {
	for i := range len(name) {
		h = (h ^ uint32(name[i])) * 16777619
	}
	return h
}
