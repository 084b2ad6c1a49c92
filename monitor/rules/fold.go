package rules

import (
	"strings"
	"unicode"
)

// lookAlikes are the Latin letters that pass for Cyrillic ones. The small
// ones are small by their own shape, so the case of the original counts.
var lookAlikes = map[rune]rune{
	'a': 'а', 'c': 'с', 'e': 'е', 'k': 'к', 'm': 'м', 'o': 'о', 'p': 'р', 't': 'т', 'x': 'х', 'y': 'у',
	'A': 'а', 'B': 'в', 'C': 'с', 'E': 'е', 'H': 'н', 'K': 'к', 'M': 'м', 'O': 'о', 'P': 'р', 'T': 'т', 'X': 'х', 'Y': 'у',
}

// digitLetters are the digits written for letters, as in «д0рога».
var digitLetters = map[rune]rune{'0': 'о', '1': 'и', '3': 'з', '4': 'ч', '6': 'б'}

// ignorable is what nobody sees inside a word: soft hyphens, zero-width
// signs, stress marks.
func ignorable(r rune) bool {
	switch {
	case r == 0xAD, r == 0xFEFF, 0x200B <= r && r <= 0x200F, 0x2060 <= r && r <= 0x2064:
		return true
	}
	return r >= 0x300 && unicode.Is(unicode.Mn, r)
}

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

func tagRune(r rune) bool { return wordRune(r) || r == '_' || ignorable(r) }

func cyrillic(r rune) bool { return unicode.Is(unicode.Cyrillic, r) }

// canonical is a word in lower case, its letters composed, without what
// nobody sees; ё stays. It is how a rule is printed.
func canonical(raw []rune) string {
	return string(lower(visible(raw)))
}

// visible composes й and ё and drops what nobody sees.
func visible(raw []rune) []rune {
	out := make([]rune, 0, len(raw))
	for _, r := range raw {
		switch {
		case r == 0x306 && len(out) > 0 && (out[len(out)-1] == 'и' || out[len(out)-1] == 'И'):
			out[len(out)-1] = 'й'
		case r == 0x308 && len(out) > 0 && (out[len(out)-1] == 'е' || out[len(out)-1] == 'Е'):
			out[len(out)-1] = 'ё'
		case !ignorable(r):
			out = append(out, r)
		}
	}
	return out
}

func lower(runes []rune) []rune {
	for i, r := range runes {
		runes[i] = unicode.ToLower(r)
	}
	return runes
}

// fold gives the form in which words are compared: canonical, ё as е, and in
// a Cyrillic word the Latin letters and digits that pass for Cyrillic ones
// replaced. other is a second reading, of a word in Latin capitals that may
// be a Cyrillic one («CBET»); it is empty where there is none.
func fold(raw []rune) (word, other string) {
	seen := visible(raw)
	letters := 0
	for _, r := range seen {
		if cyrillic(r) {
			letters++
		}
	}
	switch {
	case letters > 0:
		return string(plain(disguised(seen))), ""
	case len(seen) >= 3:
		if latin, ok := replaceAll(seen, lookAlikes, unicode.IsUpper); ok {
			other = string(latin)
		}
	}
	return string(plain(seen)), other
}

// plain lowers the letters and writes the rare ё, ѐ, ѝ as е, и.
func plain(runes []rune) []rune {
	lower(runes)
	for i, r := range runes {
		switch r {
		case 'ё', 'ѐ':
			runes[i] = 'е'
		case 'ѝ':
			runes[i] = 'и'
		}
	}
	return runes
}

// disguised replaces what passes for Cyrillic in a word that has Cyrillic
// letters. Latin letters are replaced when all of them are look-alikes; digits
// when each stands alone between or beside at least three letters, so that
// «12й» and «д5» stay what they are.
func disguised(runes []rune) []rune {
	foreign := func(r rune) bool { return unicode.Is(unicode.Latin, r) }
	if out, ok := replaceAll(runes, lookAlikes, foreign); ok {
		runes = out
	}
	letters, digits := 0, 0
	for i, r := range runes {
		switch {
		case !unicode.IsDigit(r):
			letters++
		case i > 0 && unicode.IsDigit(runes[i-1]):
			return runes
		default:
			digits++
		}
	}
	if digits == 0 || letters < 3 {
		return runes
	}
	out, ok := replaceAll(runes, digitLetters, unicode.IsDigit)
	if !ok {
		return runes
	}
	return out
}

// replaceAll replaces by the table every rune that is meant. It is not ok when
// one of them is not in the table.
func replaceAll(runes []rune, table map[rune]rune, meant func(rune) bool) ([]rune, bool) {
	out := make([]rune, len(runes))
	for i, r := range runes {
		out[i] = r
		if meant(r) {
			to, ok := table[r]
			if !ok {
				return nil, false
			}
			out[i] = to
		} else if !wordRune(r) {
			return nil, false
		}
	}
	return out, true
}

// foldWord folds a word of a rule.
func foldWord(text string) string {
	word, _ := fold([]rune(text))
	return word
}

// foldTag folds a hashtag, whose words may be joined by low lines.
func foldTag(text string) string {
	parts := strings.Split(text, "_")
	for i, part := range parts {
		parts[i] = foldWord(part)
	}
	return strings.Join(parts, "_")
}
