package rules

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// token is one word of a text.
type token struct {
	start, end int // bytes
	// pos counts words. The end of a sentence takes a place of its own, so
	// that no phrase reaches over it.
	pos   int
	word  string
	other string // the second reading, see fold
	// tag is the hashtag that this word opens, tagEnd its end in bytes.
	tag    string
	tagEnd int
}

// abbreviations are words after which a full stop ends no sentence, besides
// those of one or two letters.
var abbreviations = map[string]bool{
	"пер": true, "пос": true, "обл": true, "просп": true, "мкр": true, "бул": true, "наб": true, "тел": true,
	"руб": true, "тыс": true, "млн": true, "стр": true, "корп": true, "дер": true, "адм": true, "гор": true,
	"ост": true, "эт": true, "под": true, "респ": true, "мин": true, "сек": true, "чел": true,
}

// tokens cuts a text into words.
func tokens(text string) []token {
	out := make([]token, 0, len(text)/12+1)
	pos := 0
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if !wordRune(r) {
			if len(out) > 0 && endsSentence(text, i, size, out[len(out)-1].word) {
				pos = out[len(out)-1].pos + 2
			}
			i += size
			continue
		}
		t := token{start: i, end: runEnd(text, i, wordOrIgnorable), pos: pos}
		t.word, t.other = fold([]rune(text[t.start:t.end]))
		if i > 0 && text[i-1] == '#' {
			t.tagEnd = runEnd(text, i, tagRune)
			t.tag = foldTag(text[i:t.tagEnd])
		}
		out = append(out, t)
		pos++
		i = t.end
	}
	return out
}

func wordOrIgnorable(r rune) bool { return wordRune(r) || ignorable(r) }

func runEnd(text string, from int, part func(rune) bool) int {
	for i, r := range text[from:] {
		if !part(r) || r == utf8.RuneError {
			return from + i
		}
	}
	return len(text)
}

// endsSentence tells whether the sign at i ends a sentence after the word.
func endsSentence(text string, i, size int, word string) bool {
	switch sign := text[i : i+size]; sign {
	case "!", "?", "…":
		return true
	case "\n":
		rest := strings.TrimLeft(text[i+size:min(len(text), i+size+16)], " \t\r")
		return strings.HasPrefix(rest, "\n")
	case ".":
		next, _ := utf8.DecodeRuneInString(text[i+size:])
		return !unicode.IsDigit(next) && utf8.RuneCountInString(word) > 2 && !abbreviations[word]
	}
	return false
}
