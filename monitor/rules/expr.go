package rules

import (
	"strconv"
	"strings"
)

// Expr is a parsed rule or a part of one. Its String is the canonical text:
// parsing that text yields an equal Expr.
type Expr interface {
	String() string
	// binds orders the operators: what binds less needs parentheses inside
	// what binds more.
	binds() int
}

const (
	bindsOr = iota
	bindsAnd
	bindsNot
	bindsNear
	bindsAtom
)

// Form says which forms of a word a rule means.
type Form int

const (
	// AnyForm is a plain word: all its forms match.
	AnyForm Form = iota
	// ThisForm is =word: only the form as written matches.
	ThisForm
	// Beginning is word*: every word that begins so matches.
	Beginning
)

// Word is one word, in lower case.
type Word struct {
	Text string
	Form Form
}

// Tag is a hashtag, in lower case and without its sign.
type Tag struct {
	Text string
}

// Phrase is two words or more side by side in this order.
type Phrase struct {
	Words []Word
}

// Near holds two terms or more; Terms[i] and Terms[i+1] stand, in either
// order, at most Within[i] words apart (1: side by side). A term is a Word,
// a Tag, a Phrase or an Or of these.
type Near struct {
	Terms  []Expr
	Within []int
}

// And holds when all its parts hold somewhere in the text.
type And struct {
	Parts []Expr
}

// Or holds when one of its parts does.
type Or struct {
	Parts []Expr
}

// Not holds when its part does not.
type Not struct {
	Part Expr
}

func (w Word) String() string {
	switch w.Form {
	case ThisForm:
		return "=" + w.Text
	case Beginning:
		return w.Text + "*"
	default:
		return w.Text
	}
}

func (t Tag) String() string { return "#" + t.Text }

func (p Phrase) String() string {
	words := make([]string, len(p.Words))
	for i, w := range p.Words {
		words[i] = w.String()
	}
	return `"` + strings.Join(words, " ") + `"`
}

func (n Near) String() string {
	var b strings.Builder
	for i, term := range n.Terms {
		if i > 0 {
			b.WriteString(" ~" + strconv.Itoa(n.Within[i-1]) + " ")
		}
		b.WriteString(inside(term, bindsAtom))
	}
	return b.String()
}

func (a And) String() string { return join(a.Parts, " ", bindsNot) }
func (o Or) String() string  { return join(o.Parts, " | ", bindsAnd) }
func (n Not) String() string { return "-" + inside(n.Part, bindsNear) }

func (Word) binds() int   { return bindsAtom }
func (Tag) binds() int    { return bindsAtom }
func (Phrase) binds() int { return bindsAtom }
func (Near) binds() int   { return bindsNear }
func (Not) binds() int    { return bindsNot }
func (And) binds() int    { return bindsAnd }
func (Or) binds() int     { return bindsOr }

func join(parts []Expr, sep string, atLeast int) string {
	texts := make([]string, len(parts))
	for i, part := range parts {
		texts[i] = inside(part, atLeast)
	}
	return strings.Join(texts, sep)
}

func inside(e Expr, atLeast int) string {
	if e.binds() < atLeast {
		return "(" + e.String() + ")"
	}
	return e.String()
}
