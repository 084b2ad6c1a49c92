package rules

import (
	"cmp"
	"slices"
)

// Claim is what in one text speaks for one topic. The zero Claim says nothing.
type Claim struct {
	Importance string // of the most important rule met
	words      []int  // where those begin that met its rules, in bytes, in order
}

// ascending are the importances; what is none of them comes before all.
var ascending = []string{Normal, High, Danger}

// Add takes a rule's hit in; importance is that of the rule.
func (c *Claim) Add(importance string, hit Hit) {
	if len(c.words) == 0 || slices.Index(ascending, importance) > slices.Index(ascending, c.Importance) {
		c.Importance = importance
	}
	for _, span := range hit.Spans {
		if at, known := slices.BinarySearch(c.words, span.Start); !known {
			c.words = slices.Insert(c.words, at, span.Start)
		}
	}
}

// Compare is positive when c speaks for its topic more than o for its own: by
// danger, then by the number of words, each of which counts once, then by being
// spoken of first.
func (c Claim) Compare(o Claim) int {
	return cmp.Or(
		compare(c.Importance == Danger, o.Importance == Danger),
		cmp.Compare(len(c.words), len(o.words)),
		slices.Compare(o.words, c.words))
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
