package rules

// Exclude is a rule that finds what another finds, but not where a word, in any
// of its forms, stands in the text. The old text stays as it is written. Its
// error, if any, is a *SyntaxError.
func Exclude(rule, word string) (string, error) {
	e, err := Parse(rule)
	if err != nil {
		return "", err
	}
	if _, ok := e.(Or); ok {
		rule = "(" + rule + ")"
	}
	rule += " -" + word
	_, err = Parse(rule)
	return rule, err
}
