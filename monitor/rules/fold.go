package rules

import (
	"strings"
	"unicode"
)

// lookAlikes are the Latin letters that pass for Cyrillic ones. The small
// ones are small by their own shape, so the case of the original counts.
var lookAlikes = [128]rune{
	'a': 'а', 'c': 'с', 'e': 'е', 'k': 'к', 'm': 'м', 'o': 'о', 'p': 'р', 't': 'т', 'x': 'х', 'y': 'у',
	'A': 'а', 'B': 'в', 'C': 'с', 'E': 'е', 'H': 'н', 'K': 'к', 'M': 'м', 'O': 'о', 'P': 'р', 'T': 'т', 'X': 'х', 'Y': 'у',
}

// digitLetters are the digits written for letters, as in «д0рога».
var digitLetters = [128]rune{'0': 'о', '1': 'и', '3': 'з', '4': 'ч', '6': 'б'}

// seemsBy is what a sign passes for by a table, 0 for nothing.
func seemsBy(table *[128]rune, r rune) rune {
	if r < 128 {
		return table[r]
	}
	return 0
}

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

func latin(r rune) bool { return unicode.Is(unicode.Latin, r) }

// canonical is a word in lower case, its letters composed, without what
// nobody sees; ё stays. It is how a rule is printed.
func canonical(raw []rune) string {
	seen := make([]rune, 0, len(raw))
	for _, r := range raw {
		seen = see(seen, r)
	}
	for i, r := range seen {
		seen[i] = unicode.ToLower(r)
	}
	return string(seen)
}

// see appends a sign as it is seen after the others: й and ё are composed,
// what nobody sees is dropped.
func see(seen []rune, r rune) []rune {
	if !ignorable(r) {
		return append(seen, r)
	}
	if len(seen) == 0 {
		return seen
	}
	switch last := &seen[len(seen)-1]; {
	case r == 0x306 && *last == 'и':
		*last = 'й'
	case r == 0x306 && *last == 'И':
		*last = 'Й'
	case r == 0x308 && *last == 'е':
		*last = 'ё'
	case r == 0x308 && *last == 'Е':
		*last = 'Ё'
	}
	return seen
}

// readings are the forms in which a word is compared: in lower case, ё as е,
// and in a Cyrillic word the Latin letters and digits that pass for Cyrillic
// ones replaced. A word that may be meant either way has a second reading:
// one in Latin capitals («CBET»), one with few letters to its digits («пр00»).
type readings struct {
	first, second [MaxWord + 1]rune
	n             int
	two           bool
}

// fold reads a word of at most MaxWord+1 visible signs.
func (f *readings) fold(seen []rune) {
	f.n, f.two = len(seen), false
	script := scriptOf(seen)
	for i, r := range seen {
		f.first[i], f.second[i] = plain(r), plain(r)
		if to := seemsBy(&lookAlikes, r); to != 0 && script.disguised {
			f.second[i] = to
			if script.cyrillic {
				f.first[i] = to
			}
		}
		if to := seemsBy(&digitLetters, r); to != 0 && script.numbered {
			f.second[i] = to
		}
	}
	switch {
	case script.cyrillic && script.numbered && script.letters >= 3 && !script.number:
		f.first = f.second
	case script.cyrillic:
		f.two = script.numbered && script.letters >= 2
	default:
		f.two = script.disguised && script.letters >= 2 && len(seen) >= 3
	}
}

// script is what a word is written in.
type script struct {
	cyrillic  bool // it has Cyrillic letters
	disguised bool // all its Latin letters pass for Cyrillic ones
	numbered  bool // it has digits, all of which pass for letters
	number    bool // digits stand side by side
	letters   int
}

func scriptOf(seen []rune) script {
	s := script{disguised: true, numbered: true}
	digits := 0
	for i, r := range seen {
		if unicode.IsDigit(r) {
			digits++
			s.numbered = s.numbered && seemsBy(&digitLetters, r) != 0
			s.number = s.number || i > 0 && unicode.IsDigit(seen[i-1])
			continue
		}
		s.letters++
		s.cyrillic = s.cyrillic || cyrillic(r)
		s.disguised = s.disguised && (seemsBy(&lookAlikes, r) != 0 || !latin(r))
	}
	s.numbered = s.numbered && digits > 0
	if s.cyrillic {
		return s
	}
	for _, r := range seen {
		s.disguised = s.disguised && (unicode.IsUpper(r) && latin(r) || unicode.IsDigit(r) && seemsBy(&digitLetters, r) != 0)
	}
	return s
}

// plain is a letter in lower case, the rare ё, ѐ, ѝ written as е, и.
func plain(r rune) rune {
	switch r = unicode.ToLower(r); r {
	case 'ё', 'ѐ':
		return 'е'
	case 'ѝ':
		return 'и'
	}
	return r
}

// foldWord folds a word of a rule.
func foldWord(text string) string {
	var seen []rune
	for _, r := range text {
		if seen = see(seen, r); len(seen) > MaxWord {
			break
		}
	}
	var f readings
	f.fold(seen)
	return string(f.first[:f.n])
}

// foldTag folds a hashtag, whose words may be joined by low lines.
func foldTag(text string) string {
	parts := strings.Split(text, "_")
	for i, part := range parts {
		parts[i] = foldWord(part)
	}
	return strings.Join(parts, "_")
}
