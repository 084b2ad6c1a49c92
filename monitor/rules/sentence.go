package rules

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// sentenceSigns may end a sentence.
var sentenceSigns = [utf8.RuneSelf]bool{'.': true, '!': true, '?': true, '\n': true}

// abbreviations are words after which a full stop ends no sentence, besides
// those of one or two letters; by their hashes.
var abbreviations = func() map[uint64]bool {
	out := map[uint64]bool{}
	for word := range strings.FieldsSeq(`пер пос обл просп мкр бул наб тел руб тыс млн стр корп дер адм гор ост эт под респ мин сек чел`) {
		out[sumOf(word)] = true
	}
	return out
}()

const longestAbbreviation = 5

// sign reads the ASCII sign at i that may end a sentence or begin a hashtag.
func (r *reader) sign(text string, i int) {
	if text[i] == '#' {
		r.tag(text, i)
		return
	}
	if len(r.tokens) > 0 && r.ends(text, i) {
		r.endSentence(text)
	}
}

// endSentence lets the next word begin a new sentence.
func (r *reader) endSentence(text string) {
	if n := len(r.tokens); n > 0 {
		r.spaced(text, n)
		r.next = r.tokens[len(r.tokens)-1].to + 2
	}
}

// ends tells whether the sign at i ends a sentence after the last word.
func (r *reader) ends(text string, i int) bool {
	switch text[i] {
	case '\n':
		rest := strings.TrimLeft(text[i+1:min(len(text), i+17)], " \t\r")
		return strings.HasPrefix(rest, "\n")
	case '.':
		next, _ := utf8.DecodeRuneInString(text[i+1:])
		last := &r.tokens[len(r.tokens)-1]
		for back := len(r.tokens) - 2; back >= 0 && r.tokens[back].from == last.from; back-- {
			last = &r.tokens[back] // the first reading
		}
		codes := r.codes[last.code : last.code+last.n]
		return !unicode.IsDigit(next) && lettersOf(codes) > 2 && (len(codes) > longestAbbreviation || !abbreviations[last.hash])
	}
	return true
}
