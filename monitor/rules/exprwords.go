package rules

import "slices"

// Words are the words that an expression is made of, those it excludes too, in
// the order in which they are written, none twice.
func Words(e Expr) (list []Word) {
	add := func(words ...Word) {
		for _, w := range words {
			if !slices.Contains(list, w) {
				list = append(list, w)
			}
		}
	}
	parts := func(parts []Expr) {
		for _, p := range parts {
			add(Words(p)...)
		}
	}
	switch e := e.(type) {
	case Word:
		add(e)
	case Phrase:
		add(e.Words...)
	case Near:
		parts(e.Terms)
	case And:
		parts(e.Parts)
	case Or:
		parts(e.Parts)
	case Not:
		add(Words(e.Part)...)
	}
	return list
}
