package rules

import (
	_ "embed"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed common.txt
var commonText string

// commonWords are how many posts have a form, as a share, and the forms in
// alphabetical order.
type commonWords struct {
	share map[string]float64
	forms []string
}

var common = sync.OnceValue(func() (c commonWords) {
	c.share = map[string]float64{}
	for line := range strings.Lines(commonText) {
		perMille, words, ok := strings.Cut(line, ":")
		n, err := strconv.Atoi(perMille)
		if !ok || err != nil {
			continue // the head; a test reads the rest
		}
		for word := range strings.FieldsSeq(words) {
			c.share[word] = float64(n) / 1000
			c.forms = append(c.forms, word)
		}
	}
	slices.Sort(c.forms)
	return c
})

// commonWord is the share of posts that have a folded form, 0 for a rare one.
func commonWord(form string) float64 { return common().share[form] }

// commonBeginning is that of all forms that begin so; a short beginning has
// rare ones as well.
func commonBeginning(text string) float64 {
	forms := common().forms
	share := 0.05 / float64(len(text))
	i, _ := slices.BinarySearch(forms, text)
	for ; i < len(forms) && strings.HasPrefix(forms[i], text); i++ {
		share += commonWord(forms[i])
	}
	return share
}

// Common tells whether a word, in this form, stands in many posts of residents:
// in two of a thousand at least.
func Common(word string) bool { return commonWord(foldWord(word)) > 0 }
