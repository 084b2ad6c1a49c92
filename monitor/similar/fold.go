package similar

import (
	"unicode"
	"unicode/utf8"
)

// folding reads a text as signs: a letter or a digit is one whatever its case,
// what stands between words is one, however long, and what nobody sees is none.
type folding struct {
	text  string // what is not read yet
	begun bool   // a word was read
	waits bool   // and then a gap
}

const (
	unseen = 0
	gap    = 1
)

// read fills the buffer and tells with how many signs, 0 at the end. A gap comes
// only between words.
func (f *folding) read(buffer []byte) (n int) {
	at := 0
	for at < len(f.text) && n+2 <= len(buffer) {
		l, size := lookAt(f.text, at)
		at += size
		switch sign := l.sign(); sign {
		case unseen:
		case gap:
			f.waits = f.begun
		default:
			if f.waits {
				buffer[n] = gap
				n++
				f.waits = false
			}
			buffer[n] = sign
			n++
			f.begun = true
		}
	}
	f.text = f.text[at:]
	return n
}

// look is all that matters of a rune: its sign and what it is.
type look uint16

const (
	letter look = 0x100 << iota
	digit
	upper
)

func (l look) sign() byte { return byte(l) }

// lookAt reads the rune at a place of a text and its size in bytes.
func lookAt(text string, at int) (look, int) {
	c := text[at]
	if c < utf8.RuneSelf {
		return looks[c], 1
	}
	if at+1 < len(text) {
		// Only what is valid is in the table: two bytes, the second one of 10xxxxxx.
		if r := int(c)<<6 ^ int(text[at+1]) ^ 0xC0<<6 ^ 0x80; 0x80 <= r && r < len(looks) {
			return looks[r], 2
		}
	}
	r, size := utf8.DecodeRuneInString(text[at:])
	return lookOf(r), size
}

// looks are those of the Latin and Cyrillic runes.
var looks = func() (table [0x530]look) {
	for r := range table {
		table[r] = lookOf(rune(r))
	}
	return table
}()

func lookOf(r rune) look {
	l := look(signOf(r))
	switch {
	case l.sign() == unseen:
	case unicode.IsDigit(r):
		l |= digit
	case unicode.IsLetter(r):
		l |= letter
	}
	if unicode.IsUpper(r) {
		l |= upper
	}
	return l
}

// signOf folds one rune, whatever stands beside it: what passes for a Cyrillic
// letter is that letter everywhere, in Latin words and in numbers too. Two texts
// are folded alike, so nothing is lost by that.
func signOf(r rune) byte {
	if unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r) {
		return unseen
	}
	if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
		return gap
	}
	if to, ok := lookAlikes[r]; ok {
		r = to
	}
	r = unicode.ToLower(r)
	if to, ok := lookAlikes[r]; ok {
		r = to
	}
	switch {
	case 'а' <= r && r <= 'я':
		return byte(r-'а') + 2
	case '0' <= r && r <= '9':
		return byte(r-'0') + 0x30
	case 'a' <= r && r <= 'z':
		return byte(r-'a') + 0x40
	}
	return 0x80 | byte(r)
}

// lookAlikes are the runes that stand for a Cyrillic letter: those that look
// like it, and й and ё, which may come in two pieces or without their mark.
var lookAlikes = map[rune]rune{
	'ё': 'е', 'й': 'и',
	'a': 'а', 'c': 'с', 'e': 'е', 'k': 'к', 'm': 'м', 'o': 'о', 'p': 'р', 't': 'т', 'x': 'х', 'y': 'у',
	'B': 'в', 'H': 'н',
	'0': 'о', '3': 'з', '4': 'ч', '6': 'б',
}
