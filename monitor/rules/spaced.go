package rules

import (
	"unicode"
	"unicode/utf8"
)

// spacedLetters is how many words of one letter may be one word spaced out, as
// «я м а», at least.
const spacedLetters = 3

// spacedRune tells whether a word of this sign alone may be a letter of a word
// spaced out.
func spacedRune(r rune) bool { return unicode.IsLetter(r) || seemsBy(&digitLetters, r) != 0 }

// spacedCodes are the codes of such signs that are codes of one byte.
var spacedCodes = func() (table [256]bool) {
	for r := range rune(utf8.RuneSelf) {
		table[r] = spacedRune(r)
	}
	for c := letterA; c < letterA+32; c++ {
		table[c] = true
	}
	return table
}()

// oneLetterWords are the letters that are words.
var oneLetterWords = func() (table [256]bool) {
	for _, c := range encode(nil, "абвжикосуя") {
		table[c] = true
	}
	return table
}()

// spaced ends a run of words of one letter each, the last of which stands
// before the token end: if it is long enough, its letters together are read as
// a word, and so are all but the first where the first is a word by itself, as
// in «в я м е».
func (r *reader) spaced(text string, end int) {
	start := end - r.single
	r.single = 0
	for end > start && r.digit(end-1) {
		end--
	}
	for end > start && r.digit(start) {
		start++
	}
	if n := end - start; n < spacedLetters || n > MaxWord {
		return
	}
	first, second, last := r.tokens[start], r.tokens[start+1], r.tokens[end-1]
	if end-start > spacedLetters && oneLetterWords[r.codes[first.code]] {
		r.join(text, start+1, token{start: second.start, end: last.end, from: second.from, to: last.to})
	}
	r.join(text, start, token{start: first.start, end: last.end, from: first.from, to: last.to})
}

func (r *reader) digit(token int) bool {
	c := r.codes[r.tokens[token].code]
	return '0' <= c && c <= '9'
}

// join inserts, before the token at, the letters of the words that t spans.
func (r *reader) join(text string, at int, t token) {
	seen, inWord := r.seen[:0], false
	for _, sign := range text[t.start:t.end] {
		inWord = wordRune(sign) || inWord && ignorable(sign)
		if inWord {
			seen = see(seen, sign)
		}
	}
	before := len(r.tokens)
	r.folded.fold(seen)
	r.push(t, len(text)-int(t.end))
	var added [2]token
	n := copy(added[:], r.tokens[before:])
	copy(r.tokens[at+n:], r.tokens[at:before])
	copy(r.tokens[at:], added[:n])
}
