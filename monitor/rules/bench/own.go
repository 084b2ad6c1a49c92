package main

import (
	"strings"
	"unicode"

	"otklik/monitor/rules"
	"otklik/monitor/rules/dictionary"
)

// matcher is our own engine with the memory that its caller keeps.
type matcher struct {
	set    *rules.Set
	memory rules.Matches
}

func compile(list []mixed) (*matcher, error) {
	set, err := rules.Compile(ruleTexts(list))
	return &matcher{set: set}, err
}

// hits are good until the next call.
func (m *matcher) hits(post string) []rules.Hit {
	return m.set.Match(&m.memory, post)
}

// match counts the rules that the posts meet.
func (m *matcher) match(posts []string) (matched int) {
	for _, post := range posts {
		matched += len(m.hits(post))
	}
	return matched
}

// tokenise is the engine's own first pass, without any rules.
func tokenise(posts []string) (tokens int) {
	var m rules.Matches
	for _, post := range posts {
		tokens += m.Words(post)
	}
	return tokens
}

func notCyrillic(r rune) bool { return !unicode.Is(unicode.Cyrillic, r) }

// wordsIn are the words of a text in small letters, ё as е.
func wordsIn(text string) []string {
	folded := strings.ReplaceAll(strings.ToLower(text), "ё", "е")
	return strings.FieldsFunc(folded, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// formsOf are all forms of a word.
func formsOf(w string) []string { return dictionary.Forms(w) }

// lemmas are the words of a text, each as it stands in a dictionary.
func lemmas(text string) []string {
	words := wordsIn(text)
	for i, w := range words {
		words[i] = dictionary.Lemma(w)
	}
	return words
}
