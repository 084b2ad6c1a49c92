package main

import (
	"cmp"
	"maps"
	"slices"

	"otklik/monitor/rules/dictionary/packed"
)

// corpus is what OpenCorpora counted in running text, in millionths.
type corpus struct {
	shares map[string]map[string]uint32 // of a form's lemmas
	words  map[string]uint32            // of a lemma, over all its forms
}

func (s *source) corpus(lexemes []lexeme) corpus {
	tags := map[string]uint32{}
	for key, share := range s.frequency.all() {
		tags[decode(key)] = share
	}
	c := corpus{map[string]map[string]uint32{}, map[string]uint32{}}
	for _, l := range lexemes {
		for _, f := range l {
			share, ok := tags[f.raw+":"+f.tag]
			if !ok {
				continue
			}
			if c.shares[f.text] == nil {
				c.shares[f.text] = map[string]uint32{}
			}
			c.shares[f.text][l.lemma()] += share
			c.words[l.lemma()] += share
		}
	}
	return c
}

// likely finds the forms whose likeliest lemma in running text is not that of
// the commonest paradigm: the one with the greatest share of the form; if none
// has more, the one that is met most often in any form.
func (p *packing) likely(c corpus) {
	forms := p.ambiguous()
	for _, form := range slices.Sorted(maps.Keys(forms)) {
		lemmas := forms[form]
		best := slices.MaxFunc(lemmas, func(a, b lemma) int {
			return cmp.Or(cmp.Compare(c.shares[form][a.text], c.shares[form][b.text]), cmp.Compare(c.words[a.text], c.words[b.text]), usual(b, a))
		})
		if best.text != slices.MinFunc(lemmas, usual).text {
			p.dictionary.Likely = append(p.dictionary.Likely, packed.Likely{Form: form, Lemma: best.text})
		}
	}
}

type lemma struct {
	text     string
	paradigm uint16
}

// usual puts the lemma of the commonest paradigm first.
func usual(a, b lemma) int {
	return cmp.Or(cmp.Compare(a.paradigm, b.paradigm), cmp.Compare(a.text, b.text))
}

// ambiguous gives the lemmas of the forms that have several.
func (p *packing) ambiguous() map[string][]lemma {
	out := map[string][]lemma{}
	for _, w := range p.words {
		l := lemma{w.lemma(), w.paradigm}
		for _, f := range w.forms {
			if !slices.Contains(out[f.text], l) {
				out[f.text] = append(out[f.text], l)
			}
		}
	}
	maps.DeleteFunc(out, func(_ string, lemmas []lemma) bool { return len(lemmas) == 1 })
	return out
}
