package monitor

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxTag is the longest word of a hashtag, in letters.
const maxTag = 100

// isTag tells whether a word can be a hashtag, its sign left out. A regexp with
// a count of such wide classes would take megabytes.
func isTag(word string) bool {
	return word != "" && utf8.RuneCountInString(word) <= maxTag && !strings.ContainsFunc(word, func(r rune) bool {
		return r != '_' && !unicode.IsLetter(r) && !unicode.IsNumber(r)
	})
}
