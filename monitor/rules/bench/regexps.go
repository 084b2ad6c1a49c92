package main

import (
	"fmt"
	"regexp"
	"strings"
)

// regexps match one rule: all of need and none of never.
type regexps struct {
	need  []*regexp.Regexp
	never []*regexp.Regexp
}

// The edges of a word: \b knows only ASCII.
const (
	edge    = `(?:^|[^\pL\pN])`
	edgeEnd = `(?:[^\pL\pN]|$)`
	gap     = `[^\pL\pN]+`
)

// newRegexps writes a rule as somebody without an engine would: each word an
// alternation of its forms.
func newRegexps(m mixed) regexps {
	words := make([]string, len(m.words))
	for i, w := range m.words {
		words[i] = alternation(w)
	}
	var r regexps
	switch m.shape {
	case near:
		between := fmt.Sprintf(`%s(?:[\pL\pN]+%s){0,%d}`, gap, gap, within-1)
		a, b := words[0], words[1]
		r.need = append(r.need, whole(a+between+b+"|"+b+between+a))
	case phrase:
		r.need = append(r.need, whole(words[0]+gap+words[1]))
	case without:
		r.need = append(r.need, whole(words[0]), whole(words[1]))
		r.never = append(r.never, whole(words[2]))
	default:
		for _, w := range words {
			r.need = append(r.need, whole(w))
		}
	}
	return r
}

func whole(inner string) *regexp.Regexp {
	return regexp.MustCompile("(?i)" + edge + "(?:" + inner + ")" + edgeEnd)
}

func alternation(w string) string {
	forms := formsOf(w)
	quoted := make([]string, len(forms))
	for i, form := range forms {
		quoted[i] = strings.ReplaceAll(regexp.QuoteMeta(form), "е", "[её]")
	}
	return "(?:" + strings.Join(quoted, "|") + ")"
}

func (r regexps) match(text string) bool {
	for _, re := range r.need {
		if !re.MatchString(text) {
			return false
		}
	}
	for _, re := range r.never {
		if re.MatchString(text) {
			return false
		}
	}
	return true
}
