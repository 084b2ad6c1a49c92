package rules

import (
	"cmp"
	"slices"

	"otklik/monitor/rules/dictionary"
)

// builder collects the rules of a set and their terms; the same word is one
// term, whoever looks for it.
type builder struct {
	set    *Set
	terms  map[Expr]uint32
	common []float64 // by term: how common it is
	uses   []uint32  // by term: how often rules look for it
	used   int       // the sum of these
	words  []pair
	starts []pair
	tags   []pair
	codes  []byte
}

func newBuilder(rules int) *builder {
	return &builder{
		set:   &Set{rules: make([]rule, 0, rules), nodes: make([]node, 0, 3*rules)},
		terms: make(map[Expr]uint32, rules),
	}
}

func (b *builder) add(id int64, e Expr) {
	root := uint32(len(b.set.nodes))
	b.set.nodes = append(b.set.nodes, node{})
	b.fill(root, e)
	b.set.rules = append(b.set.rules, rule{id: id, root: root})
}

// fill makes the node at of an expression, its kids behind all others.
func (b *builder) fill(at uint32, e Expr) {
	switch e := e.(type) {
	case Word, Tag:
		b.set.nodes[at] = node{op: opTerm, at: b.term(e)}
	case Phrase:
		words := make([]Expr, len(e.Words))
		for i, w := range e.Words {
			words[i] = w
		}
		b.fillKids(at, opPhrase, words)
	case Near:
		first := b.fillKids(at, opNear, e.Terms)
		for i, within := range e.Within {
			b.set.nodes[first+uint32(i)].within = uint8(within)
		}
	case And:
		b.fillKids(at, opAnd, cheapFirst(e.Parts))
	case Or:
		b.fillKids(at, opOr, e.Parts)
	case Not:
		b.fillKids(at, opNot, []Expr{e.Part})
	}
}

func (b *builder) fillKids(at uint32, op op, parts []Expr) (first uint32) {
	first = uint32(len(b.set.nodes))
	b.set.nodes = append(b.set.nodes, make([]node, len(parts))...)
	b.set.nodes[at] = node{op: op, n: uint16(len(parts)), at: first}
	for i, part := range parts {
		b.fill(first+uint32(i), part)
	}
	return first
}

// cheapFirst puts the parts first that take the least to be told absent.
func cheapFirst(parts []Expr) []Expr {
	cost := func(e Expr) int {
		switch e.(type) {
		case Word, Tag:
			return 0
		case Phrase:
			return 1
		case Near:
			return 2
		}
		return 3
	}
	parts = slices.Clone(parts)
	slices.SortStableFunc(parts, func(a, b Expr) int { return cost(a) - cost(b) })
	return parts
}

// term numbers a Word or Tag and notes what it looks for.
func (b *builder) term(e Expr) uint32 {
	b.used++
	if id, ok := b.terms[e]; ok {
		b.uses[id]++
		return id
	}
	id := uint32(len(b.terms))
	b.terms[e] = id
	b.uses = append(b.uses, 1)
	common := 0.0
	switch e := e.(type) {
	case Tag:
		b.tags = append(b.tags, pair{b.sum(foldTag(e.Text)), id})
	case Word:
		switch e.Form {
		case Beginning:
			text := foldWord(e.Text)
			b.starts = append(b.starts, pair{b.sum(text), id})
			b.set.beginnings.note(encode(nil, text))
			common = commonBeginning(text)
		case ThisForm:
			text := foldWord(e.Text)
			b.words = append(b.words, pair{b.sum(text), id})
			common = commonWord(text)
		default:
			common = b.forms(e.Text, id)
		}
	}
	b.common = append(b.common, common)
	return id
}

// forms notes all forms of a word and returns how common they are.
func (b *builder) forms(word string, id uint32) float64 {
	text := foldWord(word)
	b.words = append(b.words, pair{b.sum(text), id})
	common := commonWord(text)
	for _, form := range dictionary.Forms(word) {
		if form != text {
			b.words = append(b.words, pair{b.sum(form), id})
			common += commonWord(form)
		}
	}
	return common
}

// sum hashes a folded word.
func (b *builder) sum(word string) uint64 {
	b.codes = encode(b.codes[:0], word)
	n := len(b.codes)
	b.codes = append(b.codes, make([]byte, room)...)
	return sum(b.codes, 0, n)
}

func (b *builder) finish() *Set {
	s := b.set
	s.terms = len(b.terms)
	all := b.choose()
	b.renumber(all)
	s.words, s.tags, s.beginnings.table = newTable(b.words), newTable(b.tags), newTable(b.starts)
	slices.Sort(s.beginnings.long)
	s.beginnings.long = slices.Compact(s.beginnings.long)
	b.hang(all)
	return s
}

// renumber gives the terms on which rules hang the first numbers, and of these
// and of the others the commonest: what most texts need then lies close
// together.
func (b *builder) renumber(all []hung) {
	hangs := make([]bool, len(b.uses))
	for _, h := range all {
		hangs[h.term] = true
	}
	order := make([]uint32, len(b.uses))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortStableFunc(order, func(x, y uint32) int {
		return cmp.Or(compare(hangs[y], hangs[x]), cmp.Compare(b.rarity(y), b.rarity(x)))
	})
	number := make([]uint32, len(order))
	for to, from := range order {
		number[from] = uint32(to)
	}
	for i := range b.set.nodes {
		if n := &b.set.nodes[i]; n.op == opTerm {
			n.at = number[n.at]
		}
	}
	for i := range all {
		h := &all[i]
		if h.term = number[h.term]; h.other != none {
			h.other = number[h.other]
		}
	}
	for _, pairs := range [][]pair{b.words, b.starts, b.tags} {
		for i := range pairs {
			pairs[i].term = number[pairs[i].term]
		}
	}
}
