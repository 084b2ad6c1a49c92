package bot

import (
	"strings"

	"otklik/monitor/rules"
	"otklik/monitor/rules/dictionary"
)

const (
	formsShown = 4  // of a word, beside itself
	wordsShown = 12 // of a rule
)

// wordForms is a word of a rule with the forms that it finds.
type wordForms struct {
	Word  string
	Forms string // the first few
	More  int    // that are not shown
}

// formsOf are the words of a rule that have forms, and how many more there are.
func formsOf(rule string) (list []wordForms, more int) {
	e, err := rules.Parse(rule)
	if err != nil {
		return nil, 0 // it was read when it was added, by an older language
	}
	seen := map[string]bool{}
	for term := range rules.Terms(e) {
		w, ok := term.(rules.Word)
		if !ok || w.Form != rules.AnyForm || seen[w.Text] {
			continue
		}
		seen[w.Text] = true
		forms := dictionary.Forms(w.Text)[1:]
		if len(forms) == 0 {
			continue
		}
		if len(list) == wordsShown {
			more++
			continue
		}
		n := min(formsShown, len(forms))
		list = append(list, wordForms{w.Text, strings.Join(forms[:n], ", "), len(forms) - n})
	}
	return list, more
}
