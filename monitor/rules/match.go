package rules

import (
	"cmp"
	"slices"
	"sort"
)

// matching is one text with the terms found in it.
type matching struct {
	tokens []token
	hits   map[int32][]place
}

// place is where a term or phrase stands: its first and last word, and bytes.
type place struct {
	from, to   int
	start, end int
}

func (m *matching) note(terms []int32, at place) {
	for _, term := range terms {
		list := m.hits[term]
		if n := len(list); n > 0 && list[n-1] == at {
			continue // found by its form and by its stem
		}
		m.hits[term] = append(list, at)
	}
}

// eval tells whether n holds and appends the spans of what makes it hold.
func (m *matching) eval(n *node, spans []Span) ([]Span, bool) {
	switch n.op {
	case opAnd:
		mark := len(spans)
		for _, kid := range n.kids {
			var ok bool
			if spans, ok = m.eval(kid, spans); !ok {
				return spans[:mark], false
			}
		}
		return spans, true
	case opOr:
		some := false
		for _, kid := range n.kids {
			var ok bool
			spans, ok = m.eval(kid, spans)
			some = some || ok
		}
		return spans, some
	case opNot:
		mark := len(spans)
		spans, ok := m.eval(n.kids[0], spans)
		return spans[:mark], !ok
	case opNear:
		lists := m.near(n)
		for _, list := range lists {
			spans = appendSpans(spans, list)
		}
		return spans, lists != nil
	default:
		list := m.places(n)
		return appendSpans(spans, list), len(list) > 0
	}
}

func appendSpans(spans []Span, list []place) []Span {
	for _, p := range list {
		spans = append(spans, Span{Start: p.start, End: p.end})
	}
	return spans
}

// places are where a term, a phrase or one of several stands, in order.
func (m *matching) places(n *node) []place {
	switch n.op {
	case opTerm:
		return m.hits[n.term]
	case opPhrase:
		return m.phrase(n)
	}
	var out []place
	for _, kid := range n.kids {
		out = append(out, m.places(kid)...)
	}
	slices.SortFunc(out, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to), cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end))
	})
	return slices.Compact(out)
}

// phrase finds words side by side.
func (m *matching) phrase(n *node) []place {
	var out []place
	for _, first := range m.hits[n.kids[0].term] {
		p := first
		for _, kid := range n.kids[1:] {
			next, ok := m.at(kid.term, p.to+1)
			if !ok {
				p.from = -1
				break
			}
			p.to, p.end = next.to, next.end
		}
		if p.from >= 0 {
			out = append(out, p)
		}
	}
	return out
}

func (m *matching) at(term int32, pos int) (place, bool) {
	list := m.hits[term]
	i := sort.Search(len(list), func(i int) bool { return list[i].from >= pos })
	if i == len(list) || list[i].from != pos {
		return place{}, false
	}
	return list[i], true
}

// near gives, for each operand, the places that are part of a whole chain;
// nil when there is no chain. Two sweeps, forth and back, do it in time
// proportional to the places.
func (m *matching) near(n *node) [][]place {
	lists := make([][]place, len(n.kids))
	for i, kid := range n.kids {
		lists[i] = m.places(kid)
	}
	for i := 1; i < len(lists); i++ {
		lists[i] = beside(lists[i], lists[i-1], n.within[i-1])
	}
	for i := len(lists) - 2; i >= 0; i-- {
		lists[i] = beside(lists[i], lists[i+1], n.within[i])
	}
	if len(lists[0]) == 0 {
		return nil
	}
	return lists
}

// beside keeps the places that have one of the others at most within words
// before or after them. A place is not beside itself.
func beside(list, others []place, within int) []place {
	begins := make([]int, len(others))
	ends := make([]int, len(others))
	for i, p := range others {
		begins[i], ends[i] = p.from, p.to
	}
	slices.Sort(begins)
	slices.Sort(ends)
	some := func(sorted []int, from, to int) bool {
		i, _ := slices.BinarySearch(sorted, from)
		return i < len(sorted) && sorted[i] <= to
	}
	var out []place
	for _, p := range list {
		if some(begins, p.to+1, p.to+within) || some(ends, p.from-within, p.from-1) {
			out = append(out, p)
		}
	}
	return out
}
