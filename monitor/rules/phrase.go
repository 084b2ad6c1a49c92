package rules

import (
	"cmp"
	"slices"
)

// phrases appends the places of words side by side, in order: those of the
// first word, extended by each further word that follows.
func (m *Matches) phrases(n node) {
	base := len(m.places)
	for i, kid := range m.kids(n) {
		if i == 0 {
			m.gather(kid)
			continue
		}
		if !slices.IsSortedFunc(m.places[base:], byEnd) {
			slices.SortFunc(m.places[base:], byEnd)
		}
		m.extend(base, kid.at)
	}
	list := m.places[base:]
	if !slices.IsSortedFunc(list, byBegin) {
		slices.SortFunc(list, byBegin)
		m.places = m.places[:base+len(slices.Compact(list))]
	}
}

// extend replaces the places from base, in order of their ends, by those that
// the term follows, as far as it reaches.
func (m *Matches) extend(base int, term uint32) {
	end := len(m.places)
	at := m.states[term].head
	for _, p := range m.places[base:end] {
		for at != none && m.token(at).from <= p.to {
			at = m.marks[at].next
		}
		for next := at; next != none && m.token(next).from == p.to+1; next = m.marks[next].next {
			t := m.token(next)
			m.places = append(m.places, place{from: p.from, to: t.to, start: p.start, end: t.end})
		}
	}
	m.places = m.places[:base+copy(m.places[base:], m.places[end:])]
}

func byEnd(a, b place) int { return cmp.Compare(a.to, b.to) }

func byBegin(a, b place) int {
	return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to), cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end))
}
