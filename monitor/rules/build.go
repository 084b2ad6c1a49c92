package rules

import (
	"slices"
)

// node is an expression whose words are numbered terms.
type node struct {
	op     op
	term   int32
	kids   []*node
	within []int
}

type op int

const (
	opTerm op = iota
	opPhrase
	opNear
	opAnd
	opOr
	opNot
)

// builder collects the terms of all rules; the same word is one term.
type builder struct {
	set   *Set
	terms map[Expr]int32
}

func newBuilder() *builder {
	return &builder{
		terms: map[Expr]int32{},
		set: &Set{
			forms:    map[string][]int32{},
			stems:    map[string][]int32{},
			prefixes: map[string][]int32{},
			tags:     map[string][]int32{},
		},
	}
}

func (b *builder) add(id int64, e Expr) {
	root := b.node(e)
	at := int32(len(b.set.rules))
	b.set.rules = append(b.set.rules, compiled{id: id, root: root})
	for _, term := range anchors(root) {
		b.set.anchored[term] = append(b.set.anchored[term], at)
	}
}

func (b *builder) node(e Expr) *node {
	switch e := e.(type) {
	case Word:
		return &node{op: opTerm, term: b.term(e)}
	case Tag:
		return &node{op: opTerm, term: b.term(e)}
	case Phrase:
		n := &node{op: opPhrase}
		for _, w := range e.Words {
			n.kids = append(n.kids, b.node(w))
		}
		return n
	case Near:
		return &node{op: opNear, kids: b.nodes(e.Terms), within: e.Within}
	case And:
		return &node{op: opAnd, kids: b.nodes(e.Parts)}
	case Or:
		return &node{op: opOr, kids: b.nodes(e.Parts)}
	case Not:
		return &node{op: opNot, kids: b.nodes([]Expr{e.Part})}
	}
	panic("rules: unknown expression")
}

func (b *builder) nodes(list []Expr) []*node {
	out := make([]*node, len(list))
	for i, e := range list {
		out[i] = b.node(e)
	}
	return out
}

func (b *builder) term(e Expr) int32 {
	if id, ok := b.terms[e]; ok {
		return id
	}
	id := int32(len(b.terms))
	b.terms[e] = id
	b.set.anchored = append(b.set.anchored, nil)
	put := func(table map[string][]int32, key string) {
		if !slices.Contains(table[key], id) {
			table[key] = append(table[key], id)
		}
	}
	switch e := e.(type) {
	case Tag:
		put(b.set.tags, foldTag(e.Text))
	case Word:
		k := keysOf(e)
		for _, form := range k.forms {
			put(b.set.forms, form)
		}
		for _, s := range k.stems {
			put(b.set.stems, s)
		}
		if k.prefix != "" {
			put(b.set.prefixes, k.prefix)
		}
	}
	return id
}

func (b *builder) finish() *Set {
	for prefix := range b.set.prefixes {
		b.set.lengths = append(b.set.lengths, len(prefix))
	}
	slices.Sort(b.set.lengths)
	b.set.lengths = slices.Compact(b.set.lengths)
	return b.set
}

// anchors are terms one of which stands in every text that n matches: of an
// And or a phrase the smallest choice will do, of an Or it takes all.
func anchors(n *node) []int32 {
	switch n.op {
	case opTerm:
		return []int32{n.term}
	case opOr:
		var out []int32
		for _, kid := range n.kids {
			terms := anchors(kid)
			if terms == nil {
				return nil
			}
			out = append(out, terms...)
		}
		slices.Sort(out)
		return slices.Compact(out)
	case opAnd, opPhrase, opNear:
		var best []int32
		for _, kid := range n.kids {
			if terms := anchors(kid); terms != nil && (best == nil || len(terms) < len(best)) {
				best = terms
			}
		}
		return best
	}
	return nil
}

// probe looks every word of the text up.
func (s *Set) probe(text string) *matching {
	m := &matching{tokens: tokens(text), hits: map[int32][]place{}}
	for i, t := range m.tokens {
		at := place{from: t.pos, to: t.pos, start: t.start, end: t.end}
		s.probeWord(m, t.word, at)
		if t.other != "" {
			s.probeWord(m, t.other, at)
		}
		if t.tag != "" {
			at.start, at.end = t.start-1, t.tagEnd
			at.to = s.lastOf(m.tokens[i:], t.tagEnd)
			m.note(s.tags[t.tag], at)
		}
	}
	return m
}

// lastOf is the place of the last word before the byte end.
func (s *Set) lastOf(list []token, end int) int {
	pos := list[0].pos
	for _, t := range list {
		if t.end > end {
			break
		}
		pos = t.pos
	}
	return pos
}

func (s *Set) probeWord(m *matching, word string, at place) {
	m.note(s.forms[word], at)
	if len(s.stems) > 0 && inflected(word) {
		m.note(s.stems[stem(word)], at)
	}
	for _, n := range s.lengths {
		if n > len(word) {
			break
		}
		m.note(s.prefixes[word[:n]], at)
	}
}
