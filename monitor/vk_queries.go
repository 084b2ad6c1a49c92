package monitor

import (
	"strings"
	"time"
	"unicode"

	"otklik/monitor/rules"
)

// vkSearchesPerDay are the pages of searches that are planned for a token a
// day. What is left of its quota covers what is had at once after each of four
// restarts, and the probe of the settings.
const (
	vkSearchesPerDay = 960
	vkSearchesAtOnce = 8
)

// Queries are the names of the places, each of its own: how several could be
// alternatives in one query is documented nowhere.
func (n *vk) Queries(wanted []Wanted) (queries []Query) {
	if len(n.readers) == 0 {
		return nil
	}
	for _, w := range wanted {
		known := map[string]bool{}
		for _, p := range w.Places {
			if rules.PlaceRule(p.Name) == "" {
				continue // no post would be known to name it
			}
			q := vkQuery(p.Name)
			folded := strings.ReplaceAll(strings.ToLower(q), "ё", "е")
			if q == "" || known[folded] {
				continue
			}
			known[folded] = true
			queries = append(queries, Query{Region: w.Region, Text: q})
		}
	}
	return queries
}

// SearchPace shares the quotas of all service keys among the hours of a day.
func (n *vk) SearchPace() (time.Duration, int) {
	tokens := max(len(n.readers), 1)
	return vkDay / time.Duration(vkSearchesPerDay*tokens), vkSearchesAtOnce * tokens
}

// vkQuery is a name without the signs that mean something in a search: quotes,
// a # or a minus before a word.
func vkQuery(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool { return r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	kept := words[:0]
	for _, w := range words {
		if w = strings.Trim(w, "-"); w != "" {
			kept = append(kept, w)
		}
	}
	return strings.Join(kept, " ")
}
