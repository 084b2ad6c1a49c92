package rules

import (
	"math/rand/v2"
	"strings"
)

// disguise is a way in which people hide a word from filters, or in which
// their devices write it.
type disguise struct {
	name  string
	apply func(r *rand.Rand, text string) string
}

// each puts the result of change in the place of letters, of share of them.
func each(r *rand.Rand, text string, share float64, change func(string) string) string {
	var b strings.Builder
	for _, letter := range text {
		if r.Float64() < share {
			b.WriteString(change(string(letter)))
		} else {
			b.WriteRune(letter)
		}
	}
	return b.String()
}

var disguises = []disguise{
	{"Latin look-alikes", func(r *rand.Rand, text string) string {
		return each(r, text, 1./3, strings.NewReplacer("а", "a", "с", "c", "е", "e", "о", "o", "р", "p", "х", "x", "у", "y", "А", "A", "В", "B", "С", "C", "Е", "E", "Н", "H", "К", "K", "М", "M", "О", "O", "Р", "P", "Т", "T", "Х", "X").Replace)
	}},
	{"digits", func(r *rand.Rand, text string) string {
		return each(r, text, 1, strings.NewReplacer("о", "0", "з", "3", "ч", "4").Replace)
	}},
	{"invisible signs", func(r *rand.Rand, text string) string {
		return each(r, text, 0.3, func(letter string) string {
			return letter + []string{"\u200b", "\u00ad", "\u2060", "\ufeff"}[r.IntN(4)]
		})
	}},
	{"stress marks", func(r *rand.Rand, text string) string {
		return each(r, text, 1, strings.NewReplacer("а", "а\u0301", "о", "о\u0301", "ы", "ы\u0301").Replace)
	}},
	{"decomposed letters", func(r *rand.Rand, text string) string {
		return each(r, text, 1, strings.NewReplacer("й", "и\u0306", "ё", "е\u0308", "Й", "И\u0306", "Ё", "Е\u0308").Replace)
	}},
	{"capitals", func(r *rand.Rand, text string) string { return strings.ToUpper(text) }},
	{"ё by chance", func(r *rand.Rand, text string) string {
		return each(r, text, 0.5, strings.NewReplacer("е", "ё", "ё", "е").Replace)
	}},
}
