package main

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// A form that running text nearly always means otherwise is no sign of its
// lemma: «уже» of «узкий», «мой» of «мыть», «часто» of «частый».
const (
	rareShare = 3 // per cent of what OpenCorpora met
	// closedShare is the least of a form that is also a pronoun, a numeral, a
	// preposition, a conjunction or a particle, which are met far more often
	// than a small corpus tells, and of a short adjective that is also an
	// adverb («скоро» of «скорый»).
	closedShare = 10
	// shortNoun is the longest noun, in letters, that gives way to one of these
	// when nothing was counted; longer ones («словом», «данных») stay.
	shortNoun = 3
)

// rarities tell which forms are rare.
type rarities struct {
	corpus  corpus
	closed  map[string]bool // forms of pronouns and the like
	adverbs map[string]bool
}

func findRarities(lexemes []lexeme, c corpus) rarities {
	r := rarities{c, map[string]bool{}, map[string]bool{}}
	for _, l := range lexemes {
		for _, f := range l {
			if closed(f.tag) {
				r.closed[f.text] = true
			}
			if strings.HasPrefix(f.tag, "ADVB") {
				r.adverbs[f.text] = true
			}
		}
	}
	return r
}

func closed(tag string) bool {
	part, _, _ := strings.Cut(tag, ",")
	part, _, _ = strings.Cut(part, " ")
	return slices.Contains([]string{"NPRO", "NUMR", "PREP", "CONJ", "PRCL"}, part) || strings.Contains(tag, "Apro")
}

// rare tells whether a form, which is not the lemma, is rare.
func (r rarities) rare(f form, lemma string) bool {
	shares := r.corpus.shares[f.text]
	share, counted := shares[lemma]
	var total uint32
	for _, s := range shares {
		total += s
	}
	closedOne := r.closed[f.text] && !closed(f.tag)
	adverb := r.adverbs[f.text] && (strings.HasPrefix(f.tag, "ADJS") || strings.HasPrefix(f.tag, "COMP"))
	switch {
	case counted && (closedOne || adverb):
		return 100*share < closedShare*total
	case counted:
		return 100*share < rareShare*total
	}
	return closedOne && (!strings.HasPrefix(f.tag, "NOUN") || utf8.RuneCountInString(f.text) <= shortNoun)
}
