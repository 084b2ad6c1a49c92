package main

import (
	_ "embed"
	"strings"

	"otklik/monitor/rules"
)

//go:embed words.txt
var wordsText string

// vocabulary holds the words that texts are made of.
type vocabulary struct {
	joining []string // «и», «на»: a third of running text
	content []string // by falling frequency
}

// newVocabulary takes the frequent words first, then those that the built-in
// topics look for, and for the long tail proper names.
func newVocabulary() vocabulary {
	var v vocabulary
	head, text, _ := strings.Cut(wordsText, "\n\n")
	for line := range strings.Lines(head) {
		if !strings.HasPrefix(line, "//") {
			v.joining = append(v.joining, strings.Fields(line)...)
		}
	}
	seen := map[string]bool{}
	add := func(word string) {
		if !seen[word] {
			seen[word] = true
			v.content = append(v.content, word)
		}
	}
	for word := range strings.FieldsSeq(text) {
		add(word)
	}
	for _, topic := range rules.Topics() {
		for _, rule := range topic.Rules {
			for _, word := range wordsOf(rule) {
				add(word)
			}
		}
	}
	for _, name := range properNames() {
		add(name)
	}
	return v
}

// properNames are invented places and surnames, which no dictionary knows.
func properNames() []string {
	roots := strings.Fields("берёз сосн камен красн бел чёрн зелен озёр реч луг бор глин песч ключ волч медвед лос зайч глух светл тих " +
		"марьин иван петр семён фёдор никит савел тимоф ерем кузьм аким лукьян прохор захар игнат")
	ends := strings.Fields("ово ино овка инка ское ск овск анка ино уха ищи овичи")
	before := strings.Fields("верхне нижне старо ново мало больше усть при за под")
	var names []string
	for _, root := range roots {
		for _, end := range ends {
			names = append(names, root+end)
		}
		for _, end := range []string{"ов", "овский", "енко", "ин", "овых"} {
			names = append(names, root+end)
		}
	}
	for _, first := range before {
		for _, root := range roots {
			for _, end := range ends {
				names = append(names, first+root+end)
			}
		}
	}
	return names
}

// wordsOf are the plain words of a rule.
func wordsOf(rule string) []string {
	e, err := rules.Parse(rule)
	if err != nil {
		return nil
	}
	return plainWords(e, nil)
}

func plainWords(e rules.Expr, words []string) []string {
	var parts []rules.Expr
	switch e := e.(type) {
	case rules.Word:
		if e.Form == rules.AnyForm {
			words = append(words, e.Text)
		}
	case rules.Phrase:
		for _, w := range e.Words {
			words = plainWords(w, words)
		}
	case rules.Near:
		parts = e.Terms
	case rules.And:
		parts = e.Parts
	case rules.Or:
		parts = e.Parts
	}
	for _, part := range parts {
		words = plainWords(part, words)
	}
	return words
}
