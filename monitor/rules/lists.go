package rules

import (
	"fmt"
	"regexp"
	"strings"
)

// lists are the words of $names.
type lists map[string]string

var listName = regexp.MustCompile(`\$[\p{L}\d_]*`)

// add defines a name; its words may use names defined before.
func (l lists) add(name, words string) error {
	if listName.FindString(name) != name || name == "$" {
		return fmt.Errorf("%q is not $ and a name", name)
	}
	if _, ok := l[name]; ok {
		return fmt.Errorf("list %s given twice", name)
	}
	words, err := l.expand(words)
	if err == nil {
		_, err = Parse(words)
	}
	l[name] = words
	return err
}

// expand writes in a rule, for each name, its words in parentheses.
func (l lists) expand(rule string) (string, error) {
	var err error
	out := listName.ReplaceAllStringFunc(rule, func(name string) string {
		words, ok := l[name]
		if !ok && err == nil {
			err = fmt.Errorf("list %s is not given above", name)
		}
		return "(" + words + ")"
	})
	return strings.TrimSpace(out), err
}
