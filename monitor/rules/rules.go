// Package rules is the language in which a region says what it looks for, and
// the engine that finds it in posts.
//
//	яма дорога        both words, in any of their forms, anywhere in the text
//	яма | выбоина     one of them
//	дорога -железная  without that word
//	"нет воды"        side by side in this order, in any form
//	вода ~3 ржавая    at most three words apart, in either order
//	=дороги           this form only
//	отоплен*          all words that begin so
//	#ямы              the hashtag
//	(…)               grouping; a space binds more than |, ~ more than a space
//
// Words are compared without regard to case, ё, stress marks, invisible signs,
// and to Latin letters and digits that stand for Cyrillic ones.
//
// The forms of a word are found by its stem, for words of a short stem by the
// endings of nouns and adjectives. That misses forms whose stem changes
// («пёс», «псы», unless listed) and takes some relatives for forms («больной»,
// «больница» are told apart, «мусор», «мусорить» are not). A dictionary can
// replace it behind Compile and Match without a change to their users.
package rules

import (
	"cmp"
	"fmt"
	"slices"
)

// Rule is one rule with the id by which its hits are reported.
type Rule struct {
	ID   int64
	Text string
}

// Span is a stretch of a text in bytes, End excluded.
type Span struct {
	Start, End int
}

// Hit is a rule that matched, with the words that made it match: in order,
// not overlapping, at least one.
type Hit struct {
	Rule  int64
	Spans []Span
}

// Set is an immutable set of compiled rules, safe for concurrent use.
type Set struct {
	rules    []compiled
	forms    map[string][]int32
	stems    map[string][]int32
	prefixes map[string][]int32
	tags     map[string][]int32
	lengths  []int     // of the prefixes, in bytes, ascending
	anchored [][]int32 // by term: the rules that cannot match without it
}

type compiled struct {
	id   int64
	root *node
}

// Compile builds a set. A rule that does not parse fails all; the error names
// its id and wraps the *SyntaxError.
func Compile(list []Rule) (*Set, error) {
	sorted := slices.Clone(list)
	slices.SortStableFunc(sorted, func(a, b Rule) int { return cmp.Compare(a.ID, b.ID) })
	b := newBuilder()
	for i, rule := range sorted {
		if i > 0 && sorted[i-1].ID == rule.ID {
			return nil, fmt.Errorf("rule %d: given twice", rule.ID)
		}
		expr, err := Parse(rule.Text)
		if err != nil {
			return nil, fmt.Errorf("rule %d: %w", rule.ID, err)
		}
		b.add(rule.ID, expr)
	}
	return b.finish(), nil
}

// Len is the number of rules in the set.
func (s *Set) Len() int { return len(s.rules) }

// Match appends to dst a hit for each rule that the text meets, in the order
// of their ids.
func (s *Set) Match(dst []Hit, text string) []Hit {
	if len(s.rules) == 0 {
		return dst
	}
	m := s.probe(text)
	for _, i := range s.candidates(m) {
		rule := s.rules[i]
		if spans, ok := m.eval(rule.root, nil); ok {
			dst = append(dst, Hit{Rule: rule.id, Spans: tidy(spans)})
		}
	}
	return dst
}

// candidates are the rules whose anchor stands in the text, in order.
func (s *Set) candidates(m *matching) []int32 {
	var out []int32
	for term := range m.hits {
		out = append(out, s.anchored[term]...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// tidy sorts spans and joins those that overlap.
func tidy(spans []Span) []Span {
	slices.SortFunc(spans, func(a, b Span) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
	})
	out := spans[:0]
	for _, s := range spans {
		if n := len(out); n > 0 && s.Start < out[n-1].End {
			out[n-1].End = max(out[n-1].End, s.End)
			continue
		}
		out = append(out, s)
	}
	return slices.Clip(out)
}
