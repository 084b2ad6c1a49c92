package rules

import "iter"

// Terms walks over the words and hashtags of an expression, each a Word or a
// Tag, in order; the second value tells those whose absence it asks for. A
// double negation asks for presence again.
func Terms(e Expr) iter.Seq2[Expr, bool] {
	return func(yield func(Expr, bool) bool) { walk(e, false, yield) }
}

// walk is Terms; it tells whether to go on.
func walk(e Expr, negated bool, yield func(Expr, bool) bool) bool {
	all := func(parts []Expr) bool {
		for _, part := range parts {
			if !walk(part, negated, yield) {
				return false
			}
		}
		return true
	}
	switch e := e.(type) {
	case Phrase:
		for _, w := range e.Words {
			if !yield(w, negated) {
				return false
			}
		}
		return true
	case Near:
		return all(e.Terms)
	case And:
		return all(e.Parts)
	case Or:
		return all(e.Parts)
	case Not:
		return walk(e.Part, !negated, yield)
	}
	return yield(e, negated)
}
