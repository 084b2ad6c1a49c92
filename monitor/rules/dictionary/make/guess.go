package main

import (
	"cmp"
	"maps"
	"slices"

	"otklik/monitor/rules/dictionary/packed"
)

// What an ending must have to tell something. Chosen on a tenth of the words
// that was held out: by their lemmas, 97 % of the forms of places are found,
// 92 % of those of persons, 99 % of those of common nouns and adjectives; by
// their genitives, 90, 73, 96 and 98 %.
const (
	leastCount   = 20
	mostReadings = 3
	// leastShare is how often another reading must come, in per cent of the first.
	leastShare = 10
	// lemmaWeight is how many times likelier a keyword is a lemma than one
	// other form.
	lemmaWeight = 15
)

// guess learns from nouns and adjectives how to read unknown words.
func (p *packing) guess() {
	best := map[string][]packed.Reading{}
	for ending, readings := range p.endings() {
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

// endings counts for every ending how it is read.
func (p *packing) endings() map[string]map[packed.Reading]int {
	counts := map[string]map[packed.Reading]int{}
	for _, w := range p.words {
		for i, f := range w.forms {
			if f.grammar.Case() == 0 {
				continue
			}
			weight := 1
			if i == 0 {
				weight = lemmaWeight
			}
			reading := packed.Reading{Paradigm: w.paradigm, Form: uint16(i)}
			for n := 1; n <= packed.LongestEnding && n*letterBytes < len(f.text); n++ {
				ending := f.text[len(f.text)-n*letterBytes:]
				if counts[ending] == nil {
					counts[ending] = map[packed.Reading]int{}
				}
				counts[ending][reading] += weight
			}
		}
	}
	return counts
}

// likeliest chooses the readings of an ending, none if it is too rare.
func likeliest(counts map[packed.Reading]int) (out []packed.Reading) {
	sorted := slices.SortedFunc(maps.Keys(counts), func(a, b packed.Reading) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a.Paradigm, b.Paradigm), cmp.Compare(a.Form, b.Form))
	})
	if counts[sorted[0]] < leastCount {
		return nil
	}
	for _, r := range sorted {
		if slices.ContainsFunc(out, func(have packed.Reading) bool { return have.Paradigm == r.Paradigm }) {
			continue
		}
		if len(out) == mostReadings || 100*counts[r] < leastShare*counts[sorted[0]] {
			break
		}
		out = append(out, r)
	}
	return out
}

// shorter gives what a shorter ending says.
func shorter(best map[string][]packed.Reading, ending string) []packed.Reading {
	for ending = ending[letterBytes:]; ending != ""; ending = ending[letterBytes:] {
		if list, ok := best[ending]; ok {
			return list
		}
	}
	return nil
}
