package main

import (
	"slices"
	"strings"
	"unicode/utf8"

	"otklik/monitor/rules/dictionary/packed"
)

// kept are the forms that the dictionary keeps of a word, the lemma first.
type kept []keptForm

type keptForm struct {
	text    string
	grammar packed.Grammar
}

// keep chooses the forms of all words; a word whose lemma is not kept goes.
func keep(lexemes []lexeme, c corpus) []kept {
	rare := findRarities(lexemes, c)
	own := map[string]bool{}
	for _, l := range lexemes {
		if t := l[0].tag; strings.HasPrefix(t, "ADJF") || strings.HasPrefix(t, "NOUN") {
			own[l.lemma()] = true
		}
	}
	var out []kept
	for _, l := range lexemes {
		if k := l.keep(own, rare); len(k) > 0 && k[0].text == l.lemma() {
			out = append(out, k)
		}
	}
	return out
}

// keep leaves out what is no word of Russian letters, abbreviations («с» for
// «секунда»), rare forms, and the participles that are words of their own.
func (l lexeme) keep(own map[string]bool, rare rarities) (out kept) {
	gone := l.independent(own, rare.closed)
	for _, f := range l {
		kind, _, _ := strings.Cut(f.tag, " ")
		_, word := packed.Letters(nil, f.text)
		if !word || gone[kind] || abbreviation(f.text, l.lemma()) || f.text != l.lemma() && rare.rare(f, l.lemma()) {
			continue
		}
		add := keptForm{f.text, grammar(f.tag)}
		if !slices.ContainsFunc(out, func(have keptForm) bool {
			return have == add || have.text == add.text && add.grammar.Case() == 0
		}) {
			out = append(out, add)
		}
	}
	return out
}

// independent gives the kinds of participles that are words of their own:
// «текущий» is no form of «течь», «данный» none of «дать». Passive ones of the
// past that are adjectives («разбитый») keep the sense of their verb.
func (l lexeme) independent(own, closed map[string]bool) map[string]bool {
	out := map[string]bool{}
	for _, f := range l {
		kind, form, _ := strings.Cut(f.tag, " ")
		if form != "masc,sing,nomn" || !strings.HasPrefix(kind, "PRTF") {
			continue
		}
		pastPassive := strings.Contains(kind, "past") && strings.Contains(kind, "pssv")
		if closed[f.text] || own[f.text] && !pastPassive {
			out[kind] = true
		}
	}
	return out
}

// abbreviation tells a form of three letters or fewer, shorter than half the
// lemma.
func abbreviation(form, lemma string) bool {
	n := utf8.RuneCountInString(form)
	return n <= 3 && 2*n < utf8.RuneCountInString(lemma)
}

// grammemes are the words of tags that the dictionary keeps.
var grammemes = map[string]packed.Grammar{
	"NOUN": packed.Noun, "ADJF": packed.Adjective, "ADJS": packed.Adjective, "COMP": packed.Adjective,
	"VERB": packed.Verb, "INFN": packed.Verb, "PRTF": packed.Verb, "PRTS": packed.Verb, "GRND": packed.Verb,
	"nomn": packed.Nominative, "gent": packed.Genitive, "datv": packed.Dative, "accs": packed.Accusative,
	"ablt": packed.Instrumental, "loct": packed.Prepositional, "loc2": packed.Locative2,
	"masc": packed.Masculine, "femn": packed.Feminine, "neut": packed.Neuter,
	"Geox": packed.Place, "Name": packed.Person, "Surn": packed.Person, "Patr": packed.Person,
}

// grammar reads a tag. Verbs have no case here, and adjectives not the
// accusative of what lives: it is their genitive.
func grammar(tag string) (g packed.Grammar) {
	words := strings.FieldsFunc(tag, func(r rune) bool { return r == ',' || r == ' ' })
	for _, w := range words {
		g |= grammemes[w]
	}
	switch {
	case g.Part() == packed.Verb || g.Part() == 0,
		g.Part() == packed.Adjective && slices.Contains(words, "anim") && slices.Contains(words, "accs"):
		return g.Part()
	case slices.Contains(words, "plur"):
		g = g&^g.Group() | packed.Plural
	}
	return g
}
