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
// The forms of a word come from package dictionary. Words are compared without
// regard to case, ё, stress marks, invisible signs, and to Latin letters and
// digits that stand for Cyrillic ones («д0рoга», «CBET»). Letters spaced out
// («я м а») are a word as well, and so are the words of a hashtag written
// together (#ямынадорогах), if all of them are known.
//
// # How it works
//
// Compile expands every word to its forms and hashes them into one table. Match
// reads a text once: it folds, cuts and hashes its words in the same pass, and
// looks each up in the table, behind a bitmap that spares most look-ups. Every
// rule hangs on its anchor, the rarest of the words without which it cannot
// match, together with another word that it needs; so few rules of many are
// looked at for a text, and only those are evaluated, with the places of their
// words. A Set never changes: whoever has new rules compiles a new one and puts
// it in the place of the old, as with an atomic.Pointer.
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

// Set is an immutable set of compiled rules, safe for concurrent use.
type Set struct {
	rules      []rule // by id
	nodes      []node
	terms      int
	words      table // of the forms
	tags       table
	beginnings beginnings
	// Rules hang on the terms before anchors: those of the term t stand from
	// posted[t] to posted[t+1] in postings, and in others the term that each
	// needs besides, or none.
	anchors  uint32
	posted   []uint32
	others   []uint32
	postings []posting
}

// rule is a compiled rule: its root among the nodes.
type rule struct {
	id   int64
	root uint32
	// several says that it has several postings, and may be met more than once.
	several bool
}

// Compile builds a set. A rule that does not parse fails all; the error names
// its id and wraps the *SyntaxError.
func Compile(list []Rule) (*Set, error) {
	sorted := slices.Clone(list)
	slices.SortStableFunc(sorted, func(a, b Rule) int { return cmp.Compare(a.ID, b.ID) })
	b := newBuilder(len(list))
	for i, r := range sorted {
		if i > 0 && sorted[i-1].ID == r.ID {
			return nil, fmt.Errorf("rule %d: given twice", r.ID)
		}
		expr, err := Parse(r.Text)
		if err != nil {
			return nil, fmt.Errorf("rule %d: %w", r.ID, err)
		}
		b.add(r.ID, expr)
	}
	return b.finish(), nil
}

// Len is the number of rules in the set.
func (s *Set) Len() int { return len(s.rules) }
