package rules

import "slices"

// candidate is a rule whose anchor and other term are there.
type candidate struct {
	posting
	term, other uint32
}

// list is where the rules that hang on a term stand.
type list struct {
	term, from, to uint32
	first          uint32 // of the terms that they need besides
}

// candidates judges the rules that hang on the terms present. It works in
// rounds, each of which reads what lies all over the memory and does little
// else: so these reads overlap.
func (m *Matches) candidates() {
	s := m.set
	lists := m.ranges[:0]
	for _, term := range m.terms {
		if from, to := s.posted[term], s.posted[term+1]; from < to {
			lists = append(lists, list{term, from, to, s.others[from]})
		}
	}
	passed, states, some, epoch := m.passed[:0], m.states, &m.some, m.epoch
	for _, l := range lists {
		for i, other := range s.others[l.from:l.to] {
			if other == none || some[other%someTerms] && states[other].epoch == epoch {
				passed = append(passed, candidate{posting: posting{rule: l.from + uint32(i)}, term: l.term, other: other})
			}
		}
	}
	m.ranges, m.passed = lists, passed
	for i := range passed {
		passed[i].posting = s.postings[passed[i].rule]
	}
	for i := range passed {
		m.judge(&passed[i])
	}
}

// judge judges a rule whose anchor and other term are there.
func (m *Matches) judge(c *candidate) {
	switch {
	case c.shape == shapeOther:
		m.evaluate(c.rule)
	case c.not != none && m.has(c.not):
	case !m.single(c.term) || c.other != none && !m.single(c.other):
		m.judgeMany(c)
	case c.shape == shapeTerm:
		from := len(m.spans)
		a := m.token(m.states[c.term].head)
		m.spans = append(m.spans, Span{int(a.start), int(a.end)})
		m.meets(c.rule, c.id, from)
	default:
		m.judgePair(c)
	}
}

// judgePair judges a rule whose terms stand in one place each.
func (m *Matches) judgePair(c *candidate) {
	a, b := m.token(m.states[c.term].head), m.token(m.states[c.other].head)
	after, before, within := b.from-a.to, a.from-b.to, int32(c.within)
	switch {
	case c.shape == shapeNear && (after < 1 || after > within) && (before < 1 || before > within):
		return
	case c.shape == shapeFollows && after != 1, c.shape == shapePrecedes && before != 1:
		return
	}
	from := len(m.spans)
	if a.start > b.start {
		a, b = b, a
	}
	if c.shape >= shapeFollows || a.end > b.start {
		m.spans = append(m.spans, Span{int(a.start), int(max(a.end, b.end))})
	} else {
		m.spans = append(m.spans, Span{int(a.start), int(a.end)}, Span{int(b.start), int(b.end)})
	}
	m.meets(c.rule, c.id, from)
}

// judgeMany judges a rule of which a term stands in several places.
func (m *Matches) judgeMany(c *candidate) {
	from := len(m.spans)
	m.limit = from + MaxSpans
	switch c.shape {
	case shapeTerm:
		m.holdsTerm(c.term)
	case shapeBoth:
		m.holdsTerm(c.term)
		m.holdsTerm(c.other)
	case shapeNear:
		m.showNear(c.term, c.other, int32(c.within))
	case shapeFollows:
		m.showPhrase(c.term, c.other)
	case shapePrecedes:
		m.showPhrase(c.other, c.term)
	}
	m.tidy(from)
	if len(m.spans) > from {
		m.meets(c.rule, c.id, from)
	}
}

// showNear shows two terms where they are near.
func (m *Matches) showNear(one, two uint32, within int32) {
	m.places = m.places[:0]
	m.gatherTerm(one)
	middle := len(m.places)
	m.gatherTerm(two)
	first, second := m.places[:middle], m.places[middle:]
	second = second[:m.beside(second, first, within)]
	m.showAll(second)
	m.showAll(first[:m.beside(first, second, within)])
}

// showPhrase shows two terms where one follows the other.
func (m *Matches) showPhrase(one, two uint32) {
	m.places = m.places[:0]
	m.gatherTerm(one)
	if !slices.IsSortedFunc(m.places, byEnd) {
		slices.SortFunc(m.places, byEnd)
	}
	m.extend(0, two)
	m.showAll(m.places)
}

// single tells whether a term that is there stands in one place.
func (m *Matches) single(term uint32) bool { return m.states[term].head == m.states[term].tail }

// meets notes that the text meets a rule, with the spans from from on.
func (m *Matches) meets(rule uint32, id int64, from int) {
	m.order = append(m.order, uint64(rule)<<32|uint64(len(m.found)))
	m.found = append(m.found, met{id: id, from: uint32(from), to: uint32(len(m.spans))})
}

// evaluate judges a rule by its nodes.
func (m *Matches) evaluate(at uint32) {
	r := m.set.rules[at]
	if r.several {
		if m.looked[at] == m.epoch {
			return
		}
		m.looked[at] = m.epoch
	}
	from := len(m.spans)
	m.limit = from + MaxSpans
	if m.holds(m.set.nodes[r.root]) {
		m.tidy(from)
		m.meets(at, r.id, from)
	}
}

// tidy sorts the spans from from on and joins those that overlap.
func (m *Matches) tidy(from int) {
	spans := m.spans[from:]
	for i := 1; i < len(spans); i++ {
		for j := i; j > 0 && before(spans[j], spans[j-1]); j-- {
			spans[j], spans[j-1] = spans[j-1], spans[j]
		}
	}
	n := 0
	for _, s := range spans {
		if n > 0 && s.Start < spans[n-1].End {
			spans[n-1].End = max(spans[n-1].End, s.End)
			continue
		}
		spans[n] = s
		n++
	}
	m.spans = m.spans[:from+n]
}

func before(a, b Span) bool { return a.Start < b.Start || a.Start == b.Start && a.End < b.End }
