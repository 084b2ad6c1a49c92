package rules

import (
	"math/bits"
	"slices"
)

// Span is a stretch of a text in bytes, End excluded.
type Span struct {
	Start, End int
}

// Hit is a rule that matched, with the words that made it match: in order,
// not overlapping, at least one, MaxSpans at most.
type Hit struct {
	Rule  int64
	Spans []Span
}

// MaxSpans bounds the words that a hit names.
const MaxSpans = 100

// Matches is the memory in which sets find their rules. Its zero value is
// ready; used again and again, it makes matching free of allocations. Only one
// goroutine may use it at a time.
type Matches struct {
	reader
	set    *Set
	epoch  uint32
	states []state  // by term
	looked []uint32 // by rule with several postings: the epoch in which it was looked at
	some   someTerms
	hung   []uint32 // the terms present on which rules hang
	likely []uint32 // tokens that the bitmap lets pass
	slots  []slot   // where they should stand in the table
	passed []candidate
	marks  []mark
	order  []uint64 // the rules met, each with its number in found
	found  []met
	spans  []Span
	limit  int // of spans for the rule at hand
	places []place
	lists  []int32
	ends   []int32
	hits   []Hit
}

// state is where a term stands in the text: a chain of marks.
type state struct {
	epoch      uint32 // of the text
	head, tail uint32
}

// mark is one place of a term.
type mark struct {
	token uint32 // a tag from isTag
	next  uint32 // mark of the same term, or none
}

const isTag = 1 << 31

// met is a rule that the text meets, and the stretch of the spans that says why.
type met struct {
	id       int64
	from, to uint32
}

// someTerms tells with few mistakes, and never that a term is absent which is
// present, whether a term is present: 1 at its last bits.
type someTerms []uint8

// reset makes ready for a text of so many words.
func (s *someTerms) reset(words int) {
	*s = fit(*s, 1<<bits.Len(uint(min(max(words, 64), 1<<13))*8))
	clear(*s)
	*s.at(none) = 1
}

func (s someTerms) at(term uint32) *uint8 { return &s[term&uint32(len(s)-1)] }

// Match finds the rules that the text meets, in the order of their ids. The
// hits are good until m is used again; with a nil m they stay.
func (s *Set) Match(m *Matches, text string) []Hit {
	if m == nil {
		m = new(Matches)
	}
	m.use(s)
	if len(s.rules) == 0 {
		return nil
	}
	m.read(text)
	m.splitTags(text)
	m.some.reset(len(m.tokens))
	m.probeAll()
	m.candidates()
	return m.report()
}

// Words is the number of words in a text: the part of the work of Match that
// no rule adds to.
func (m *Matches) Words(text string) int {
	m.read(text)
	return len(m.tokens)
}

// use turns to a text for the set.
func (m *Matches) use(s *Set) {
	if m.set != s {
		m.set, m.epoch = s, 0
		m.states = append(m.states[:0], make([]state, s.terms)...)
		m.looked = append(m.looked[:0], make([]uint32, len(s.rules))...)
	}
	if m.epoch++; m.epoch == 0 {
		clear(m.states)
		clear(m.looked)
		m.epoch = 1
	}
	m.hung, m.marks, m.order, m.found, m.spans, m.hits = m.hung[:0], m.marks[:0], m.order[:0], m.found[:0], m.spans[:0], m.hits[:0]
}

// probeAll looks all words and hashtags up.
func (m *Matches) probeAll() {
	s := m.set
	m.probeWords()
	if len(s.beginnings.starts) > 0 {
		for i := range m.tokens {
			t := &m.tokens[i]
			if t.n < MinPrefix {
				continue
			}
			if lengths := s.beginnings.lengthsOf(m.codes, int(t.code), int(t.n)); lengths != 0 {
				m.probeBeginnings(lengths, uint32(i))
			}
		}
	}
	if len(s.tags.slots) > 0 {
		for i := range m.tags {
			if t := &m.tags[i]; s.tags.maybe(t.hash) {
				m.probe(&s.tags, t.hash, uint32(i)|isTag)
			}
		}
	}
}

// probeWords looks the words up: all first in the bitmap, so that the look-ups
// of those that pass do not wait for each other. Until then nothing branches on
// what is found, since the processor could not foretell it.
func (m *Matches) probeWords() {
	t := &m.set.words
	if len(t.slots) == 0 {
		return
	}
	tokens, bitmap := m.tokens, t.bitmap
	likely, n := fit(m.likely, len(tokens)), 0
	last := uint64(len(bitmap) - 1)
	for i := range tokens {
		h := tokens[i].hash
		likely[n] = uint32(i)
		n += int(bitmap[h>>6&last] >> (h & 63) & 1)
	}
	likely, slots, all := likely[:n], fit(m.slots, n), t.slots
	for k, i := range likely {
		h := tokens[i].hash
		at := t.place(h) // or one of the next two, for most
		at += differ(all[at].tag, uint32(h))
		at += differ(all[at].tag, uint32(h))
		slots[k] = all[at]
	}
	m.likely, m.slots = likely, slots
	for k, i := range likely {
		if s, h := slots[k], tokens[i].hash; s.tag == uint32(h) && s.what-1 < several-1 {
			m.note(s.what-1, i)
		} else {
			m.probe(t, h, i)
		}
	}
}

// fit gives a slice room for n elements, whatever they are.
func fit[T any](list []T, n int) []T {
	if cap(list) < n {
		return make([]T, n, n+n/2)
	}
	return list[:n]
}

// probe notes the terms of a hash that a table may have.
func (m *Matches) probe(t *table, h uint64, at uint32) {
	switch what := t.find(h); {
	case what == free:
	case what < several:
		m.note(what-1, at)
	default:
		list := t.lists[what-several:]
		for _, term := range list[1:][:list[0]] {
			m.note(term, at)
		}
	}
}

// note adds a place of a term.
func (m *Matches) note(term, at uint32) {
	st, new := &m.states[term], uint32(len(m.marks))
	m.marks = append(m.marks, mark{token: at, next: none})
	if st.epoch != m.epoch {
		*st = state{epoch: m.epoch, head: new, tail: new}
		*m.some.at(term) = 1
		hung := append(m.hung, term)
		m.hung = hung[:len(m.hung)+less(term, m.set.anchors)]
		return
	}
	m.marks[st.tail].next = new
	st.tail = new
}

// has tells whether a term stands in the text.
func (m *Matches) has(term uint32) bool { return m.states[term].epoch == m.epoch }

// report gives what was found as hits.
func (m *Matches) report() []Hit {
	if list := m.order; len(list) > shortList {
		slices.Sort(list)
	} else {
		for i := 1; i < len(list); i++ {
			for j := i; j > 0 && list[j] < list[j-1]; j-- {
				list[j], list[j-1] = list[j-1], list[j]
			}
		}
	}
	for _, o := range m.order {
		f := m.found[uint32(o)]
		m.hits = append(m.hits, Hit{Rule: f.id, Spans: m.spans[f.from:f.to:f.to]})
	}
	return m.hits
}

// shortList is what is sorted the simple way.
const shortList = 24
