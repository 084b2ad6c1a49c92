package rules

import "strings"

// Terms of the table of joining words.
const (
	glue   = iota // joins other words of a hashtag
	filler        // may be one of them
)

// joining are the words that a hashtag may consist of besides those of the rules.
var joining = func() table {
	var pairs []pair
	add := func(kind uint32, words string) {
		for word := range strings.FieldsSeq(words) {
			pairs = append(pairs, pair{sumOf(word), kind})
		}
	}
	add(glue, "а в во до за и из к ко на над об от по под при про с со у без")
	add(filler, "все всех где город города городе для как мы вы наш наша наше наши не нет они это")
	return newTable(pairs)
}()

// The bounds of a rule's word inside a hashtag, in letters.
const (
	minInTag = 3
	maxInTag = 24
)

// splitTags reads hashtags written together, as #ямынадорогах, once more as
// words, each hashtag by itself after the text, near no other word. All of it
// has to be words that the set looks for or that join them, at least two of them
// no glue; else «завода» would be «за воды».
func (m *Matches) splitTags(text string) {
	for i := range m.tags {
		t := &m.tags[i]
		if t.words != 1 || t.n < 2*minInTag || t.n > MaxWord || m.set.words.has(t.hash) {
			continue
		}
		var s split
		if s.find(m, t) {
			m.pushParts(text, t, &s)
		}
	}
}

// split cuts codes into the fewest words; of equals it prefers the one whose
// last word is longest, and so on towards the beginning.
type split struct {
	words [MaxWord + 1]uint8 // up to here, 0: none
	back  [MaxWord + 1]uint8 // where the last of them begins
	last  [MaxWord + 1]bool  // and whether it is no glue
}

// find tells whether there is a split.
func (s *split) find(m *Matches, t *tagged) bool {
	n := int(t.n)
	for _, c := range m.codes[t.code:][:n] {
		if c >= letterA+32 {
			return false // a letter of several codes
		}
	}
	for from := range n {
		if from > 0 && s.words[from] == 0 {
			continue
		}
		for to := from + 1; to <= min(n, from+maxInTag); to++ {
			known, whole := m.partOfTag(int(t.code)+from, to-from)
			if known && (s.words[to] == 0 || s.words[from]+1 < s.words[to]) {
				s.words[to], s.back[to], s.last[to] = s.words[from]+1, uint8(from), whole
			}
		}
	}
	if s.words[n] == 0 {
		return false
	}
	whole := 0
	for at := n; at > 0; at = int(s.back[at]) {
		if s.last[at] {
			whole++
		}
	}
	return whole >= 2
}

// partOfTag tells whether codes may be a word of a hashtag, and whether it is
// no glue.
func (m *Matches) partOfTag(code, n int) (known, whole bool) {
	h := sum(m.codes, code, n)
	if n >= minInTag && m.set.words.has(h) {
		return true, true
	}
	if !joining.maybe(h) {
		return false, false
	}
	what := joining.find(h)
	return what != free, what == filler+1
}

// pushParts appends the words of a split.
func (m *Matches) pushParts(text string, t *tagged, s *split) {
	var begins [MaxWord + 1]bool
	for at := int(t.n); at > 0; at = int(s.back[at]) {
		begins[s.back[at]] = true
	}
	m.next += MaxDistance // near no other word
	code, open := 0, false
	for i, sign := range text[t.start+1 : t.end] {
		if ignorable(sign) {
			continue
		}
		if begins[code] {
			at := t.start + 1 + int32(i)
			if open {
				m.endPart(at, t.code+int32(code))
			}
			m.tokens = append(m.tokens, token{start: at, from: m.next, to: m.next, code: t.code + int32(code)})
			m.next++
			open = true
		}
		code++
	}
	m.endPart(t.end, t.code+t.n)
}

// endPart completes the last token.
func (m *Matches) endPart(at, code int32) {
	t := &m.tokens[len(m.tokens)-1]
	t.end, t.n = at, code-t.code
	t.hash = sum(m.codes, int(t.code), int(t.n))
}
