package main

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"otklik/monitor/rules/dictionary/packed"
)

// letterBytes is the length of a Russian letter in UTF-8.
const letterBytes = 2

// packing turns words into stems and paradigms.
type packing struct {
	dictionary packed.Dictionary
	suffixes   map[string]uint16
	words      []packedWord
}

// packedWord is a word with the number of its paradigm.
type packedWord struct {
	forms    kept
	paradigm uint16
}

func (w packedWord) lemma() string { return w.forms[0].text }

func pack(words []kept) *packing {
	p := &packing{suffixes: map[string]uint16{}}
	number := p.paradigms(words)
	stems := map[string][]uint16{}
	for _, w := range words {
		stem, endings := w.split()
		n := number[key(endings)]
		if !slices.Contains(stems[stem], n) {
			stems[stem] = append(stems[stem], n)
			p.words = append(p.words, packedWord{w, n})
		}
	}
	for _, stem := range slices.Sorted(maps.Keys(stems)) {
		letters, _ := packed.Letters(nil, stem)
		slices.Sort(stems[stem])
		p.dictionary.Stems.Add(letters, stems[stem])
	}
	return p
}

// paradigms numbers the different lists of endings, the commonest first.
func (p *packing) paradigms(words []kept) map[string]uint16 {
	uses, lists := map[string]int{}, map[string][]keptForm{}
	for _, w := range words {
		_, endings := w.split()
		k := key(endings)
		uses[k]++
		lists[k] = endings
	}
	keys := slices.SortedFunc(maps.Keys(uses), func(a, b string) int {
		return cmp.Or(cmp.Compare(uses[b], uses[a]), cmp.Compare(a, b))
	})
	number := map[string]uint16{}
	d := &p.dictionary
	for i, k := range keys {
		number[k] = uint16(i)
		d.Paradigms = append(d.Paradigms, uint32(len(d.Forms)))
		for _, f := range lists[k] {
			d.Forms = append(d.Forms, packed.Form{Suffix: p.suffix(f.text), Grammar: f.grammar})
		}
	}
	d.Paradigms = append(d.Paradigms, uint32(len(d.Forms)))
	return number
}

// suffix numbers the endings as they come, the commonest paradigms' first.
func (p *packing) suffix(text string) uint16 {
	n, ok := p.suffixes[text]
	if !ok {
		n = uint16(len(p.dictionary.Suffixes))
		p.suffixes[text] = n
		p.dictionary.Suffixes = append(p.dictionary.Suffixes, text)
	}
	return n
}

// split gives what all forms begin with, and the forms without it.
func (w kept) split() (stem string, endings []keptForm) {
	stem = w[0].text
	for _, f := range w {
		for !strings.HasPrefix(f.text, stem) {
			stem = stem[:len(stem)-letterBytes]
		}
	}
	for _, f := range w {
		endings = append(endings, keptForm{f.text[len(stem):], f.grammar})
	}
	return stem, endings
}

// key tells lists of endings apart.
func key(endings []keptForm) string {
	var b strings.Builder
	for _, e := range endings {
		b.WriteString(e.text)
		b.WriteByte(byte(e.grammar))
		b.WriteByte(byte(e.grammar >> 8))
		b.WriteByte(0)
	}
	return b.String()
}
