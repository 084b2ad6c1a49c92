package main

import (
	"math/rand/v2"
	"strings"
	"unicode"
)

// disguise writes a text so that people still read it and a plain comparison
// does not.
type disguise struct {
	name  string
	apply func(r *rand.Rand, text string) string
}

var disguises = []disguise{
	{"Latin look-alikes, a third of the letters", func(r *rand.Rand, text string) string {
		return replaced(text, latin, func() bool { return r.IntN(3) == 0 })
	}},
	{"digits for letters", func(_ *rand.Rand, text string) string {
		return replaced(text, digits, func() bool { return true })
	}},
	{"zero-width signs and soft hyphens", func(r *rand.Rand, text string) string {
		return after(text, func() string { return pick(r, "", "", "\u200b", "\u00ad") })
	}},
	{"stress marks", func(r *rand.Rand, text string) string {
		return after(text, func() string { return pick(r, "", "", "", "\u0301") })
	}},
	{"decomposed letters", func(_ *rand.Rand, text string) string {
		return strings.NewReplacer("й", "и\u0306", "Й", "И\u0306", "ё", "е\u0308", "Ё", "Е\u0308").Replace(text)
	}},
	{"capitals", func(_ *rand.Rand, text string) string { return strings.ToUpper(text) }},
	{"ё at random", func(r *rand.Rand, text string) string {
		return replaced(text, map[rune]rune{'е': 'ё', 'ё': 'е'}, func() bool { return r.IntN(2) == 0 })
	}},
}

var (
	latin  = map[rune]rune{'а': 'a', 'с': 'c', 'е': 'e', 'о': 'o', 'р': 'p', 'х': 'x', 'у': 'y', 'А': 'A', 'В': 'B', 'С': 'C', 'Е': 'E', 'Н': 'H', 'К': 'K', 'М': 'M', 'О': 'O', 'Р': 'P', 'Т': 'T', 'Х': 'X'}
	digits = map[rune]rune{'о': '0', 'з': '3', 'ч': '4'}
)

// replaced exchanges by the table the letters for which chosen says so.
func replaced(text string, table map[rune]rune, chosen func() bool) string {
	return strings.Map(func(r rune) rune {
		if to, ok := table[r]; ok && chosen() {
			return to
		}
		return r
	}, text)
}

// after inserts what sign gives after each Cyrillic letter.
func after(text string, sign func() string) string {
	var b strings.Builder
	for _, r := range text {
		b.WriteRune(r)
		if unicode.Is(unicode.Cyrillic, r) {
			b.WriteString(sign())
		}
	}
	return b.String()
}
