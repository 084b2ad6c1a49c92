package rules

import (
	"cmp"
	"slices"
)

// node is a part of a compiled rule: an op, then for opTerm the term, for the
// others the first of n kids that stand side by side among the nodes.
type node struct {
	op     op
	within uint8 // of a kid of opNear: how far the next one may be
	n      uint16
	at     uint32
}

type op uint8

const (
	opTerm op = iota
	opPhrase
	opNear
	opAnd
	opOr
	opNot
)

// place is where a term or phrase stands: its first and last word, and bytes.
type place struct {
	from, to   int32
	start, end int32
}

func (m *Matches) kids(n node) []node { return m.set.nodes[n.at:][:n.n] }

// holds tells whether n does and appends the spans of what makes it hold.
func (m *Matches) holds(n node) bool {
	mark := len(m.spans)
	switch n.op {
	case opTerm:
		return m.holdsTerm(n.at)
	case opAnd:
		for _, kid := range m.kids(n) {
			if !m.holds(kid) {
				m.spans = m.spans[:mark]
				return false
			}
		}
		return true
	case opOr:
		some := false
		for _, kid := range m.kids(n) {
			some = m.holds(kid) || some
		}
		return some
	case opNot:
		not := !m.holds(m.set.nodes[n.at])
		m.spans = m.spans[:mark]
		return not
	case opNear:
		return m.holdsNear(n)
	default:
		return m.holdsPhrase(n)
	}
}

func (m *Matches) holdsTerm(term uint32) bool {
	if !m.has(term) {
		return false
	}
	for at := m.states[term].head; at != none && len(m.spans) < m.limit; at = m.marks[at].next {
		m.show(m.place(at))
	}
	return true
}

// show appends the span of a place.
func (m *Matches) show(p place) {
	if len(m.spans) < m.limit {
		m.spans = append(m.spans, Span{Start: int(p.start), End: int(p.end)})
	}
}

// token gives the token of a mark.
func (m *Matches) token(at uint32) *token {
	if i := m.marks[at].token; i&isTag != 0 {
		return &m.tags[i&^isTag].token
	} else {
		return &m.tokens[i]
	}
}

func (m *Matches) place(at uint32) place {
	t := m.token(at)
	return place{from: t.from, to: t.to, start: t.start, end: t.end}
}

// may tells whether all words are there that n, a term, a phrase or one of
// several, needs to have a place.
func (m *Matches) may(n node) bool {
	switch n.op {
	case opTerm:
		return m.has(n.at)
	case opPhrase:
		for _, kid := range m.kids(n) {
			if !m.has(kid.at) {
				return false
			}
		}
		return true
	}
	return slices.ContainsFunc(m.kids(n), m.may)
}

// gather appends the places of n, which may has found possible, in order.
func (m *Matches) gather(n node) {
	switch n.op {
	case opTerm:
		m.gatherTerm(n.at)
	case opPhrase:
		m.phrases(n)
	default:
		from := len(m.places)
		for _, kid := range m.kids(n) {
			if m.may(kid) {
				m.gather(kid)
			}
		}
		slices.SortFunc(m.places[from:], func(a, b place) int {
			return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to), cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end))
		})
		m.places = m.places[:from+len(slices.Compact(m.places[from:]))]
	}
}

func (m *Matches) gatherTerm(term uint32) {
	for at := m.states[term].head; at != none; at = m.marks[at].next {
		m.places = append(m.places, m.place(at))
	}
}

func (m *Matches) holdsPhrase(n node) bool {
	if !m.may(n) {
		return false
	}
	m.places = m.places[:0]
	m.phrases(n)
	for _, p := range m.places {
		m.show(p)
	}
	return len(m.places) > 0
}
