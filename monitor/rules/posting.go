package rules

// posting is a rule that hangs on a term. One of the common shapes is judged
// from the posting itself, which spares the way to the rule.
type posting struct {
	id    int64
	rule  uint32
	not   uint32 // a term that must be absent, or none
	shape shape
	// The other term of two stands at most so many words after it, or before it;
	// 0: not there. Or apart is 1, and it stands anywhere.
	after, before, apart uint8
}

// none is no term and no mark.
const none = ^uint32(0)

// shape is what a rule looks like that consists of plain words; it may have
// one more word that must be absent.
type shape uint8

const (
	shapeOther    shape = iota
	shapeTerm           // яма
	shapeBoth           // яма дорога
	shapeNear           // яма ~3 дорога
	shapeFollows        // "нет воды", hung on the first
	shapePrecedes       // and hung on the second
)

func (s *Set) posting(h hung) posting {
	r := s.rules[h.rule]
	p := posting{id: r.id, rule: h.rule, not: none}
	root := s.nodes[r.root]
	if r.several {
		return p
	}
	if root.op == opAnd {
		kids := s.nodes[root.at:][:root.n]
		last := kids[len(kids)-1]
		if last.op == opNot && s.nodes[last.at].op == opTerm {
			p.not = s.nodes[last.at].at
			root.n--
			if root.n == 1 {
				root = kids[0]
			}
		}
	}
	var within uint8
	p.shape, within = s.shape(root, h)
	switch p.shape {
	case shapeBoth:
		p.apart = 1
	case shapeNear:
		p.after, p.before = within, within
	case shapeFollows:
		p.after = 1
	case shapePrecedes:
		p.before = 1
	}
	return p
}

func (s *Set) shape(root node, h hung) (shape, uint8) {
	if root.op == opTerm {
		return shapeTerm, 0
	}
	kids := s.nodes[root.at:][:root.n]
	if len(kids) != 2 || kids[0].op != opTerm || kids[1].op != opTerm || kids[0].at == kids[1].at {
		return shapeOther, 0
	}
	switch root.op {
	case opAnd:
		return shapeBoth, 0
	case opNear:
		return shapeNear, kids[0].within
	case opPhrase:
		if kids[0].at == h.term {
			return shapeFollows, 0
		}
		return shapePrecedes, 0
	}
	return shapeOther, 0
}
