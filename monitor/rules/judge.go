package rules

import "slices"

// candidate is a posting at the term on which it hangs; its other term may be
// there.
type candidate struct{ term, at uint32 }

// candidates judges the rules that hang on the terms present. What may be one
// is found without a branch for each posting: hardly any of them could be
// foretold.
func (m *Matches) candidates() {
	s := m.set
	passed, some, n := m.passed, m.some, 0
	for _, term := range m.hung {
		from, to := s.posted[term], s.posted[term+1]
		others := s.others[from:to]
		if more := n + len(others) - len(passed); more > 0 {
			passed = append(passed, make([]candidate, more+n)...)
		}
		for i, other := range others {
			passed[n] = candidate{term: term, at: from + uint32(i)}
			n += int(*some.at(other))
		}
	}
	m.passed = passed
	for i := range passed[:n] {
		c := passed[i]
		if other := s.others[c.at]; other == none || m.has(other) {
			m.judge(c.term, other, &s.postings[c.at])
		}
	}
}

// judge judges a rule whose anchor and other term are there.
func (m *Matches) judge(term, other uint32, p *posting) {
	switch {
	case p.shape == shapeOther:
		m.evaluate(p.rule)
	case p.not != none && m.has(p.not):
	case !m.single(term) || other != none && !m.single(other):
		m.judgeMany(term, other, p)
	case p.shape == shapeTerm:
		from := len(m.spans)
		a := m.token(m.states[term].head)
		m.spans = append(m.spans, Span{int(a.start), int(a.end)})
		m.meets(p.rule, p.id, from)
	default:
		m.judgePair(term, other, p)
	}
}

// judgePair judges a rule whose terms stand in one place each.
func (m *Matches) judgePair(term, other uint32, p *posting) {
	pair := [2]*token{m.token(m.states[term].head), m.token(m.states[other].head)}
	after, before := pair[1].from-pair[0].to, pair[0].from-pair[1].to
	if less(uint32(after-1), uint32(p.after))|less(uint32(before-1), uint32(p.before))|int(p.apart) == 0 {
		return
	}
	from := len(m.spans)
	swap := less(uint32(pair[1].start), uint32(pair[0].start))
	a, b := pair[swap], pair[1-swap]
	if p.shape >= shapeFollows || a.end > b.start {
		m.spans = append(m.spans, Span{int(a.start), int(max(a.end, b.end))})
	} else {
		m.spans = append(m.spans, Span{int(a.start), int(a.end)}, Span{int(b.start), int(b.end)})
	}
	m.meets(p.rule, p.id, from)
}

// judgeMany judges a rule of which a term stands in several places.
func (m *Matches) judgeMany(term, other uint32, p *posting) {
	from := len(m.spans)
	m.limit = from + MaxSpans
	switch p.shape {
	case shapeTerm:
		m.holdsTerm(term)
	case shapeBoth:
		m.holdsTerm(term)
		m.holdsTerm(other)
	case shapeNear:
		m.showNear(term, other, int32(p.after))
	case shapeFollows:
		m.showPhrase(term, other)
	case shapePrecedes:
		m.showPhrase(other, term)
	}
	m.tidy(from)
	if len(m.spans) > from {
		m.meets(p.rule, p.id, from)
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
