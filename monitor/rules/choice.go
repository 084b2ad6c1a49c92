package rules

import (
	"cmp"
	"slices"
)

// Claim is what in one text speaks for one topic. The zero Claim says nothing.
type Claim struct {
	Importance string // of the most important rule met
	rules      int
	length     int // bytes of the words that met them
}

// ascending are the importances; what is none of them comes before all.
var ascending = []string{Normal, High, Danger}

// Add takes a rule's hit in; importance is that of the rule.
func (c *Claim) Add(importance string, hit Hit) {
	if c.rules == 0 || slices.Index(ascending, importance) > slices.Index(ascending, c.Importance) {
		c.Importance = importance
	}
	c.rules++
	for _, s := range hit.Spans {
		c.length += s.End - s.Start
	}
}

// Compare is positive when c speaks for its topic more than o for its own: by
// importance, then by the rules met, then by the words that met them.
func (c Claim) Compare(o Claim) int {
	return cmp.Or(
		cmp.Compare(slices.Index(ascending, c.Importance), slices.Index(ascending, o.Importance)),
		cmp.Compare(c.rules, o.rules),
		cmp.Compare(c.length, o.length))
}
