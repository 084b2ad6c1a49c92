// Package dictionary knows the words of Russian: their inflected forms and
// their lemmas, by the dictionary of OpenCorpora, whose file lies beside it
// (NOTICE says whose work it is and on which terms it may be passed on). It is
// read when the first word is asked for, and safe for concurrent use.
//
// Words are given in any case and come back folded: in lower case, ё as е.
package dictionary

import (
	"slices"
	"strings"

	"otklik/monitor/rules/dictionary/packed"
)

// Forms gives the forms under which a word is looked for, the word itself
// first, none twice. If the word is a lemma, they are the forms of that lemma
// («дорога» has none of «дорогой»), else of all lemmas that it may be a form
// of. A word that the dictionary does not know is read as a noun or an
// adjective by its ending. What is no single word of Russian letters, or is
// longer than 64 of them, has no other forms.
func Forms(word string) []string {
	var letters [packed.MaxWord]byte
	text, in, ok := fold(letters[:0], word)
	out := []string{text}
	if !ok {
		return out
	}
	w := loaded()
	var buf [8]reading
	for _, r := range w.meant(buf[:0], text, in) {
		out = w.appendForms(out, text[:r.stem], r.paradigm)
	}
	return out
}

// appendForms appends the forms of a paradigm that are not there yet.
func (w *words) appendForms(out []string, stem string, paradigm uint16) []string {
	forms, before := w.Paradigm(paradigm), out
	for i, f := range forms {
		if slices.ContainsFunc(forms[:i], func(have packed.Form) bool { return have.Suffix == f.Suffix }) {
			continue
		}
		if form := stem + w.Suffixes[f.Suffix]; !slices.Contains(before, form) {
			out = append(out, form)
		}
	}
	return out
}

// Known tells whether the dictionary has the word, as a lemma or another form.
func Known(word string) bool {
	var letters [packed.MaxWord]byte
	text, in, ok := fold(letters[:0], word)
	var buf [8]reading
	return ok && len(loaded().known(buf[:0], text, in)) > 0
}

// Lemma gives the likeliest lemma of a form in running text, the form itself
// when the dictionary does not know it.
func Lemma(form string) string {
	var letters [packed.MaxWord]byte
	text, in, ok := fold(letters[:0], form)
	if !ok {
		return text
	}
	w := loaded()
	var buf [8]reading
	readings := w.known(buf[:0], text, in)
	if len(readings) == 0 {
		return text
	}
	if len(readings) > 1 {
		if i, ok := slices.BinarySearchFunc(w.Likely, text, byForm); ok {
			return w.Likely[i].Lemma
		}
	}
	best := readings[0]
	for _, r := range readings[1:] {
		if r.paradigm < best.paradigm || r.paradigm == best.paradigm && w.lemma(text, r) < w.lemma(text, best) {
			best = r
		}
	}
	return w.lemma(text, best)
}

func byForm(l packed.Likely, form string) int { return strings.Compare(l.Form, form) }

func (w *words) lemma(text string, r reading) string {
	if r.lemma {
		return text
	}
	return text[:r.stem] + w.Suffixes[w.Paradigm(r.paradigm)[0].Suffix]
}
