package main

import (
	"cmp"
	"maps"
	"slices"

	"otklik/monitor/rules/dictionary/packed"
)

const (
	longestEnding = 5 // letters that tell a reading
	fewestWords   = 3 // that must have an ending before it tells anything
	mostReadings  = 2
	// secondShare is how often a second reading must come, in per cent of the first.
	secondShare = 25
	// nominativeWeight is how many times likelier a keyword is in the
	// nominative than in another case.
	nominativeWeight = 5
)

// guess learns from nouns and adjectives how to read unknown words.
func (p *packing) guess() {
	counts := map[string]map[packed.Reading]int{}
	for _, w := range p.words {
		for i, f := range w.forms {
			if f.grammar.Case() == 0 || f.grammar.Part() == packed.Verb {
				continue
			}
			weight := 1
			if f.grammar.Case() == packed.Nominative {
				weight = nominativeWeight
			}
			for n := 1; n <= longestEnding; n++ {
				at := len(f.text) - n*len("я")
				if at <= 0 {
					break
				}
				ending := f.text[at:]
				if counts[ending] == nil {
					counts[ending] = map[packed.Reading]int{}
				}
				counts[ending][packed.Reading{Paradigm: w.paradigm, Form: uint16(i)}] += weight
			}
		}
	}
	best := map[string][]packed.Reading{}
	for ending, readings := range counts {
		if list := likeliest(readings); len(list) > 0 {
			best[ending] = list
		}
	}
	for _, ending := range slices.Sorted(maps.Keys(best)) {
		if !slices.Equal(best[ending], shorter(best, ending)) {
			p.dictionary.Guesses = append(p.dictionary.Guesses, packed.Guess{Letters: ending, Readings: best[ending]})
		}
	}
}

// likeliest chooses the readings of an ending, none if it is too rare.
func likeliest(counts map[packed.Reading]int) (out []packed.Reading) {
	sorted := slices.SortedFunc(maps.Keys(counts), func(a, b packed.Reading) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a.Paradigm, b.Paradigm), cmp.Compare(a.Form, b.Form))
	})
	if counts[sorted[0]] < fewestWords {
		return nil
	}
	for _, r := range sorted {
		if slices.ContainsFunc(out, func(have packed.Reading) bool { return have.Paradigm == r.Paradigm }) {
			continue
		}
		if len(out) == mostReadings || 100*counts[r] < secondShare*counts[sorted[0]] {
			break
		}
		out = append(out, r)
	}
	return out
}

// shorter gives what a shorter ending says.
func shorter(best map[string][]packed.Reading, ending string) []packed.Reading {
	for ending = ending[len("я"):]; ending != ""; ending = ending[len("я"):] {
		if list, ok := best[ending]; ok {
			return list
		}
	}
	return nil
}
