package rules

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
	passed := m.passed[:0]
	for _, l := range lists {
		for i, other := range s.others[l.from:l.to] {
			if other == none || m.some[other/64%(someBits/64)]>>(other%64)&1 != 0 && m.has(other) {
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
func (m *Matches) judge(p *candidate) {
	term, other := p.term, p.other
	if p.shape == shapeOther {
		m.evaluate(p.rule)
		return
	}
	if p.not != none && m.has(p.not) {
		return
	}
	from := len(m.spans)
	a := m.token(m.states[term].head)
	switch {
	case p.shape == shapeTerm:
		m.limit = from + MaxSpans
		m.holdsTerm(term)
	case p.shape == shapeBoth:
		m.limit = from + MaxSpans
		m.holdsTerm(term)
		m.holdsTerm(other)
	case !m.single(term) || !m.single(other):
		m.evaluate(p.rule)
		return
	default:
		b := m.token(m.states[other].head)
		after, before := b.from-a.to, a.from-b.to
		switch within := int32(p.within); p.shape {
		case shapeNear:
			if (after < 1 || after > within) && (before < 1 || before > within) {
				return
			}
			m.spans = append(m.spans, Span{int(a.start), int(a.end)}, Span{int(b.start), int(b.end)})
		case shapeFollows:
			if after != 1 {
				return
			}
			m.spans = append(m.spans, Span{int(a.start), int(b.end)})
		case shapePrecedes:
			if before != 1 {
				return
			}
			m.spans = append(m.spans, Span{int(b.start), int(a.end)})
		}
	}
	m.meets(p.id, from)
}

// single tells whether a term that is there stands in one place.
func (m *Matches) single(term uint32) bool { return m.states[term].head == m.states[term].tail }

// meets notes that the text meets a rule, with the spans from from on.
func (m *Matches) meets(id int64, from int) {
	m.spans = m.spans[:from+tidy(m.spans[from:])]
	m.found = append(m.found, metRule{id: id, from: uint32(from), to: uint32(len(m.spans))})
}

// evaluate judges a rule by its nodes.
func (m *Matches) evaluate(at uint32) {
	r := m.set.rules[at]
	if r.several {
		if m.met[at] == m.epoch {
			return
		}
		m.met[at] = m.epoch
	}
	from := len(m.spans)
	m.limit = from + MaxSpans
	if m.holds(m.set.nodes[r.root]) {
		m.meets(r.id, from)
	}
}

// tidy sorts spans, joins those that overlap, and returns how many are left.
func tidy(spans []Span) int {
	for i := 1; i < len(spans); i++ {
		for j := i; j > 0 && before(spans[j], spans[j-1]); j-- {
			spans[j], spans[j-1] = spans[j-1], spans[j]
		}
	}
	n := 1
	for _, s := range spans[1:] {
		if last := &spans[n-1]; s.Start < last.End {
			last.End = max(last.End, s.End)
			continue
		}
		spans[n] = s
		n++
	}
	return n
}

func before(a, b Span) bool { return a.Start < b.Start || a.Start == b.Start && a.End < b.End }
