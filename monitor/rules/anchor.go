package rules

import (
	"cmp"
	"slices"
)

// anchor is a choice of terms one of which stands in every text that an
// expression matches, and how common they are together.
type anchor struct {
	terms  []required
	common float64
}

// required is a term and another that it needs besides, or none.
type required struct{ term, other uint32 }

// hung is a rule that hangs on a term.
type hung struct {
	required
	rule uint32
}

// choose chooses the anchor of every rule.
func (b *builder) choose() []hung {
	s := b.set
	all := make([]hung, 0, len(s.rules))
	for i := range s.rules {
		terms := b.anchor(s.nodes[s.rules[i].root]).terms
		slices.SortFunc(terms, func(a, b required) int { return cmp.Or(cmp.Compare(a.term, b.term), cmp.Compare(a.other, b.other)) })
		terms = slices.Compact(terms)
		s.rules[i].several = len(terms) > 1
		for _, t := range terms {
			all = append(all, hung{t, uint32(i)})
		}
	}
	return all
}

// hang hangs every rule on its anchor.
func (b *builder) hang(all []hung) {
	s := b.set
	slices.SortFunc(all, func(a, b hung) int { return cmp.Or(cmp.Compare(a.term, b.term), cmp.Compare(a.rule, b.rule)) })
	if len(all) > 0 {
		s.anchors = all[len(all)-1].term + 1
	}
	s.posted = make([]uint32, s.anchors+1)
	s.others = make([]uint32, len(all))
	s.postings = make([]posting, len(all))
	for i, h := range all {
		s.posted[h.term+1]++
		s.others[i] = h.other
		s.postings[i] = s.posting(h)
	}
	for t := range s.anchors {
		s.posted[t+1] += s.posted[t]
	}
}

// anchor chooses the anchor of a node: of several parts that are all needed
// the rarest will do, of alternatives it takes all. It has no terms when n can
// hold in a text without any.
func (b *builder) anchor(n node) anchor {
	switch n.op {
	case opTerm:
		return anchor{[]required{{n.at, none}}, b.rarity(n.at)}
	case opOr:
		var all anchor
		for _, kid := range b.set.nodes[n.at:][:n.n] {
			a := b.anchor(kid)
			if a.terms == nil {
				return anchor{}
			}
			all.terms = append(all.terms, a.terms...)
			all.common += a.common
		}
		return all
	case opNot:
		return anchor{}
	}
	return b.rarest(b.set.nodes[n.at:][:n.n])
}

// rarest chooses among parts that are all needed, and with it the rarest word
// of the other parts.
func (b *builder) rarest(kids []node) anchor {
	var best anchor
	chosen, other := -1, none
	for i, kid := range kids {
		if a := b.anchor(kid); a.terms != nil && (chosen < 0 || a.common < best.common) {
			best, chosen = a, i
		}
	}
	for i, kid := range kids {
		if i != chosen && kid.op == opTerm && (other == none || b.rarity(kid.at) < b.rarity(other)) {
			other = kid.at
		}
	}
	for i := range best.terms {
		if best.terms[i].other == none {
			best.terms[i].other = other
		}
	}
	return best
}

// rarity orders terms by how common they are: by the list of common words; and
// what many rules look for is likelier common than what few do, and has a long
// list of rules to go through.
func (b *builder) rarity(term uint32) float64 {
	return b.common[term] + postWords*float64(b.uses[term])/float64(b.used)
}

// postWords is how many different words a post has, about.
const postWords = 20
