package rules

// PlaceRule is the rule that finds a place by its name: all forms of each of
// its words, side by side. It is empty for a name without letters or digits,
// and for one too long to be a place's.
func PlaceRule(name string) string {
	if len(name) > MaxPhrase*MaxWord {
		return ""
	}
	var words []Word
	for _, t := range wordsOf(name) {
		words = append(words, Word{Text: canonical([]rune(name[t.start:t.end]))})
	}
	switch {
	case len(words) == 0, len(words) > MaxPhrase:
		return ""
	case len(words) == 1:
		return words[0].String()
	}
	return Phrase{Words: words}.String()
}
