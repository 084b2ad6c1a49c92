package monitor

import (
	"cmp"
	"slices"
	"unicode/utf8"

	"otklik/monitor/rules"
	"otklik/monitor/rules/dictionary"
)

// xTopicWords are the words without which most rules of the topics find
// nothing, in forms that X finds, as far as they find room: those that serve
// the most rules first.
func xTopicWords(wanted []Wanted, room int) []string {
	weight := map[string]float64{}
	counted := map[string]bool{}
	for _, w := range wanted {
		for _, r := range w.Rules {
			if counted[r.Text] {
				continue // rules that are built in stand in every region
			}
			counted[r.Text] = true
			e, err := rules.Parse(r.Text)
			if err != nil {
				continue
			}
			words, _ := xNeeded(e)
			for _, word := range words {
				weight[word] += 1 / float64(len(words))
			}
		}
	}
	order := make([]string, 0, len(weight))
	for word := range weight {
		order = append(order, word)
	}
	slices.SortFunc(order, func(a, b string) int { return cmp.Or(cmp.Compare(weight[b], weight[a]), cmp.Compare(a, b)) })
	var out []string
	for _, word := range order {
		forms := xForms(word)
		if len(forms) == 1 {
			forms = dictionary.Forms(word) // a verb, or no nominative
		}
		for _, form := range forms[:min(len(forms), xTopicForms)] {
			size := utf8.RuneCountInString(form)
			if len(out) > 0 {
				size += len(xOr)
			}
			if slices.Contains(out, form) {
				continue
			}
			if size > room {
				return out
			}
			out, room = append(out, form), room-size
		}
	}
	return out
}

// xNeeded are words one of which stands in a text that a rule finds, as far as X
// can be asked for them; whole says that in every such text.
func xNeeded(e rules.Expr) (words []string, whole bool) {
	switch e := e.(type) {
	case rules.Word:
		if e.Form == rules.Beginning || len(xNameWords(e.Text)) != 1 || utf8.RuneCountInString(e.Text) < xTellingWord {
			return nil, false
		}
		return []string{e.Text}, true
	case rules.Phrase:
		var parts []rules.Expr
		for _, w := range e.Words {
			if !xAdjective(w.Text) {
				parts = append(parts, w)
			}
		}
		return xFewest(parts)
	case rules.And:
		return xFewest(e.Parts)
	case rules.Near:
		return xFewest(e.Terms)
	case rules.Or:
		whole = true
		for _, part := range e.Parts {
			more, all := xNeeded(part)
			words, whole = append(words, more...), whole && all
		}
		return words, whole
	}
	return nil, false
}

// xTopicForms are how many forms of a word searches ask for.
const xTopicForms = 4

// xTellingWord is how many letters a word needs to tell a topic.
const xTellingWord = 3

// xFewest are the needed words of one of the parts that must all hold: of one
// that has them whole, if any does, and of these the one with the fewest.
func xFewest(parts []rules.Expr) (best []string, bestWhole bool) {
	for _, part := range parts {
		words, whole := xNeeded(part)
		better := best == nil || whole && !bestWhole || whole == bestWhole && len(words) < len(best)
		if len(words) > 0 && better {
			best, bestWhole = words, whole
		}
	}
	return best, bestWhole
}
