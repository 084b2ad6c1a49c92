package main

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What generated texts look like: a comment of about 220 bytes, a third of
// its words such that only join others, one in twenty written so that a
// simple search misses it, one in a hundred ten times as long.
const (
	meanWords     = 14
	shareJoining  = 0.35
	shareDisguise = 0.05
	shareLong     = 0.01
	commonForms   = 20 // of a word; the participles of a verb come later
)

// generator writes texts; one seed always writes the same.
type generator struct {
	r     *rand.Rand
	words vocabulary
	zipf  *rand.Zipf
	forms map[string][]string
}

func newGenerator(seed uint64) *generator {
	g := &generator{r: rand.New(rand.NewPCG(seed, seed)), words: newVocabulary(), forms: map[string][]string{}}
	g.zipf = rand.NewZipf(g.r, 1.1, 20, uint64(len(g.words.content)-1))
	return g
}

// posts writes n texts.
func (g *generator) posts(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = g.post()
	}
	return list
}

func (g *generator) post() string {
	words := 3 + int(g.r.ExpFloat64()*(meanWords-3))
	if g.r.Float64() < shareLong {
		words *= 10
	}
	var b strings.Builder
	for left := words; left > 0; {
		n := min(left, 3+g.r.IntN(10))
		left -= n
		g.sentence(&b, n)
	}
	g.ending(&b)
	text := b.String()
	if g.r.Float64() < shareDisguise {
		text = disguises[g.r.IntN(len(disguises))].apply(g.r, text)
	}
	return text
}

func (g *generator) sentence(b *strings.Builder, words int) {
	if b.Len() > 0 {
		b.WriteByte(' ')
	}
	for i := range words {
		word := g.word()
		if i == 0 {
			word = capital(word)
		} else {
			b.WriteString(pick(g.r, " ", " ", " ", " ", " ", " ", ", ", " - "))
		}
		b.WriteString(word)
	}
	b.WriteString(pick(g.r, ".", ".", ".", "!", "?", "...", "", "!!!"))
}

// word is one in any of its forms.
func (g *generator) word() string {
	switch p := g.r.Float64(); {
	case p < shareJoining:
		return pick(g.r, g.words.joining...)
	case p < shareJoining+0.02:
		return strconv.Itoa(1 + g.r.IntN(200))
	}
	word := g.words.content[g.zipf.Uint64()]
	forms, ok := g.forms[word]
	if !ok {
		forms = formsOf(word)
		forms = forms[:min(commonForms, len(forms))]
		g.forms[word] = forms
	}
	return pick(g.r, forms...)
}

// ending is what stands after the last sentence of some posts.
func (g *generator) ending(b *strings.Builder) {
	switch g.r.IntN(12) {
	case 0:
		b.WriteString(" #" + pick(g.r, g.words.content[:200]...) + "_" + pick(g.r, g.words.content[:200]...))
	case 1:
		b.WriteString(pick(g.r, " 😡", " 🙏🙏", " ))", "\n\n❗️❗️❗️"))
	case 2:
		b.WriteString(" https://example.org/wall-" + strconv.Itoa(g.r.IntN(1e6)) + "_" + strconv.Itoa(g.r.IntN(1e4)))
	}
}

func pick(r *rand.Rand, from ...string) string { return from[r.IntN(len(from))] }

func capital(word string) string {
	first, size := utf8.DecodeRuneInString(word)
	return string(unicode.ToUpper(first)) + word[size:]
}
