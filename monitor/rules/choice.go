package rules

import (
	"cmp"
	"slices"
)

// Claim is what in one text speaks for one topic. The zero Claim says nothing.
type Claim struct {
	Importance string // of the most important rule met
	words      int    // that met its rules; a word may meet several
	first      int    // where the first of them begins, in bytes
}

// ascending are the importances; what is none of them comes before all.
var ascending = []string{Normal, High, Danger}

// Add takes a rule's hit in; importance is that of the rule.
func (c *Claim) Add(importance string, hit Hit) {
	none, start := c.words == 0, hit.Spans[0].Start
	if none || slices.Index(ascending, importance) > slices.Index(ascending, c.Importance) {
		c.Importance = importance
	}
	if none || start < c.first {
		c.first = start
	}
	c.words += len(hit.Spans)
}

// Compare is positive when c speaks for its topic more than o for its own: by
// danger, then by the number of words, then by being spoken of first.
func (c Claim) Compare(o Claim) int {
	return cmp.Or(
		compare(c.Importance == Danger, o.Importance == Danger),
		cmp.Compare(c.words, o.words),
		cmp.Compare(o.first, c.first))
}

// compare is positive when only the first is so.
func compare(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}
