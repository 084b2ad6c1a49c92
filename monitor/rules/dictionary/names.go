package dictionary

import (
	"slices"
	"strings"

	"otklik/monitor/rules/dictionary/packed"
)

// Declension is a word by case: nominative, genitive, dative, accusative,
// instrumental, prepositional. It has one number and, if an adjective, one gender.
type Declension [6]string

// Declensions gives the ways in which a nominative declines, in the number and
// gender that it stands in: «Челны» has no singular, «Заречный» no feminine. If
// it is a place's name, they are those of the place. There is a second one
// where the prepositional has two forms («в Крыму»). None is given of a word that
// is no nominative, and of what is no single word of Russian letters.
func Declensions(nominative string) (out []Declension) {
	var letters [packed.MaxWord]byte
	text, in, ok := fold(letters[:0], nominative)
	if !ok {
		return nil
	}
	w := loaded()
	var buf [8]reading
	readings := lemmas(w.meant(buf[:0], text, in))
	place := func(r reading) bool { return w.Paradigm(r.paradigm)[0].Grammar.Name() == packed.Place }
	named := slices.ContainsFunc(readings, place)
	for _, r := range readings {
		if named && !place(r) {
			continue
		}
		for _, d := range w.declensions(text, r) {
			if !slices.Contains(out, d) {
				out = append(out, d)
			}
		}
	}
	return out
}

// declensions gives those of one paradigm, one for each number and gender in
// which the text is the nominative.
func (w *words) declensions(text string, r reading) (out []Declension) {
	forms := w.Paradigm(r.paradigm)
	for _, f := range forms {
		if f.Grammar.Case() != packed.Nominative || w.Suffixes[f.Suffix] != text[r.stem:] {
			continue
		}
		var d Declension
		second := ""
		for _, other := range forms {
			form := text[:r.stem] + w.Suffixes[other.Suffix]
			switch c := other.Grammar.Case(); {
			case other.Grammar.Group() != f.Grammar.Group() || c == 0:
			case c == packed.Locative2:
				second = form
			default:
				if at := &d[(c-packed.Nominative)/(packed.Genitive-packed.Nominative)]; *at == "" {
					*at = form
				}
			}
		}
		for i, form := range d {
			if form == "" {
				d[i] = text
			}
		}
		out = append(out, d)
		if second != "" {
			d[5] = second
			out = append(out, d)
		}
	}
	return out
}

// Adjective tells whether the word declines as an adjective does, and so agrees
// with a noun beside it.
func (d Declension) Adjective() bool {
	ends := func(word string, endings ...string) bool {
		return slices.ContainsFunc(endings, func(e string) bool { return strings.HasSuffix(word, e) })
	}
	return ends(d[0], "ый", "ий", "ой", "ая", "яя", "ое", "ее", "ые", "ие") &&
		ends(d[1], "ого", "его", "ой", "ей", "ых", "их")
}
