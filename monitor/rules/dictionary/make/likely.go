package main

import (
	"maps"
	"slices"
	"strings"

	"otklik/monitor/rules/dictionary/packed"
)

// likely finds the forms whose likeliest lemma in running text is not that of
// the commonest paradigm, by the shares of tags that OpenCorpora counted.
func (p *packing) likely(s *source) {
	shares := map[string]uint32{}
	for key, share := range s.frequency.all() {
		shares[decode(key)] = share
	}
	scores := map[string]map[string]uint32{} // form, lemma
	for _, l := range s.lexemes() {
		for _, f := range l.forms {
			share, ok := shares[f.raw+":"+f.tag]
			if !ok {
				continue
			}
			if scores[f.text] == nil {
				scores[f.text] = map[string]uint32{}
			}
			scores[f.text][l.lemma()] += share
		}
	}
	usual := p.usual(scores)
	for _, form := range slices.Sorted(maps.Keys(usual)) {
		best := usual[form].lemma
		for _, lemma := range slices.Sorted(maps.Keys(scores[form])) {
			if scores[form][lemma] > scores[form][best] && usual[form].lemmas[lemma] {
				best = lemma
			}
		}
		if best != usual[form].lemma {
			p.dictionary.Likely = append(p.dictionary.Likely, packed.Likely{Form: form, Lemma: best})
		}
	}
}

// usual is the lemma of a form's commonest paradigm, and all its lemmas.
type usual struct {
	lemma    string
	paradigm uint16
	lemmas   map[string]bool
}

func (p *packing) usual(forms map[string]map[string]uint32) map[string]usual {
	out := map[string]usual{}
	for _, w := range p.words {
		for _, f := range w.forms {
			if forms[f.text] == nil {
				continue
			}
			u, ok := out[f.text]
			if !ok {
				u.lemmas = map[string]bool{}
			}
			if better := w.paradigm < u.paradigm || w.paradigm == u.paradigm && strings.Compare(w.lemma(), u.lemma) < 0; !ok || better {
				u.lemma, u.paradigm = w.lemma(), w.paradigm
			}
			u.lemmas[w.lemma()] = true
			out[f.text] = u
		}
	}
	return out
}
