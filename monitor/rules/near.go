package rules

import "slices"

// holdsNear tells whether operands stand near each other and shows, for each
// operand, the places that are part of a whole chain. Two sweeps, forth and
// back, find them.
func (m *Matches) holdsNear(n node) bool {
	kids := m.kids(n)
	for _, kid := range kids {
		if !m.may(kid) {
			return false
		}
	}
	m.places, m.lists = m.places[:0], m.lists[:0]
	for i, kid := range kids {
		from := len(m.places)
		m.gather(kid)
		if i > 0 {
			m.places = m.places[:from+m.beside(m.places[from:], m.list(i-1, from), int32(kids[i-1].within))]
		}
		if len(m.places) == from {
			return false
		}
		m.lists = append(m.lists, int32(from))
	}
	others := m.list(len(kids)-1, len(m.places))
	m.showAll(others)
	for i := len(kids) - 2; i >= 0; i-- {
		list := m.list(i, int(m.lists[i+1]))
		others = list[:m.beside(list, others, int32(kids[i].within))]
		m.showAll(others)
	}
	return true
}

// list is the i-th list of places, that ends at end.
func (m *Matches) list(i, end int) []place { return m.places[m.lists[i]:end] }

func (m *Matches) showAll(list []place) {
	for _, p := range list {
		m.show(p)
	}
}

// beside moves to the front of list the places that have one of the others at
// most within words before or after them, and returns how many. A place is not
// beside itself. Both are in order.
func (m *Matches) beside(list, others []place, within int32) int {
	m.ends = m.ends[:0]
	for _, o := range others {
		m.ends = append(m.ends, o.to)
	}
	if !slices.IsSorted(m.ends) {
		slices.Sort(m.ends)
	}
	n, after, before := 0, 0, 0
	for _, p := range list {
		for after < len(others) && others[after].from <= p.to {
			after++
		}
		for after > 0 && others[after-1].from > p.to {
			after-- // the place before ended later
		}
		for before < len(m.ends) && m.ends[before] < p.from-within {
			before++
		}
		follows := after < len(others) && others[after].from <= p.to+within
		precedes := before < len(m.ends) && m.ends[before] < p.from
		if follows || precedes {
			list[n] = p
			n++
		}
	}
	return n
}
