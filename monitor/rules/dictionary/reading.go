package dictionary

import (
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"otklik/monitor/rules/dictionary/packed"
)

// reading is a way to read a word: so many bytes of it are the stem, and its
// ending is a form of the paradigm.
type reading struct {
	stem     int
	paradigm uint16
	lemma    bool // the word is the paradigm's first form
}

// fold gives a word in lower case, ё as е, and the numbers of its letters. It
// is not ok when the word has other signs than Russian letters, or too many.
func fold(to []byte, word string) (string, []byte, bool) {
	if letters, ok := packed.Letters(to, word); ok {
		return word, letters, true
	}
	word = strings.ReplaceAll(strings.ToLower(word), "ё", "е")
	letters, ok := packed.Letters(to, word)
	return word, letters, ok
}

// known appends the readings of a word that the dictionary has, one for each
// lemma.
func (w *words) known(to []reading, text string, letters []byte) []reading {
	h := hash(0)
	for n := 0; ; n++ {
		if paradigms, ok := w.stem(letters[:n], h); ok {
			if suffix, ok := w.suffixes[text[letterBytes*n:]]; ok {
				to = w.ending(to, letterBytes*n, paradigms, suffix)
			}
		}
		if n == len(letters) {
			return to
		}
		h = h.add(letters[n])
	}
}

// letterBytes is the length of a Russian letter in UTF-8.
const letterBytes = 2

// ending appends a reading for each of the paradigms that has the suffix.
func (w *words) ending(to []reading, stem int, paradigms packed.Paradigms, suffix uint16) []reading {
	for i := range paradigms.Len() {
		p := paradigms.At(i)
		for j, f := range w.Paradigm(p) {
			if f.Suffix == suffix {
				to = append(to, reading{stem, p, j == 0})
				break
			}
		}
	}
	return to
}

// meant appends the readings of a keyword: as a lemma if it is one, else as a
// form of any; of an unknown word those that its last letters tell.
func (w *words) meant(to []reading, text string, letters []byte) []reading {
	all := w.known(to, text, letters)
	if len(all) == 0 {
		return w.guess(all, text)
	}
	return lemmas(all)
}

// lemmas keeps the readings as a lemma, all if there are none.
func lemmas(readings []reading) []reading {
	other := func(r reading) bool { return !r.lemma }
	if slices.ContainsFunc(readings, func(r reading) bool { return r.lemma }) {
		return slices.DeleteFunc(readings, other)
	}
	return readings
}

// guess appends the readings that the longest known ending of a word tells.
func (w *words) guess(to []reading, text string) []reading {
	for n := min(packed.LongestEnding, utf8.RuneCountInString(text)-1); n > 0; n-- {
		ending := text[len(text)-letterBytes*n:]
		at, ok := sort.Find(len(w.Guesses), func(i int) int { return strings.Compare(ending, w.Guesses[i].Letters) })
		if !ok {
			continue
		}
		for _, r := range w.Guesses[at].Readings {
			suffix := w.Suffixes[w.Paradigm(r.Paradigm)[r.Form].Suffix]
			if stem, ok := strings.CutSuffix(text, suffix); ok {
				to = append(to, reading{len(stem), r.Paradigm, r.Form == 0})
			}
		}
		if len(to) > 0 {
			return to
		}
	}
	return to
}
