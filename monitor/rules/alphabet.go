package rules

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// Words are compared as codes: а–я, without ё, are a byte each from letterA,
// ASCII is itself, and all else its UTF-8, whose first byte is none of these.
// So a beginning of a word is a beginning of its codes.
const letterA = 0x80

// room is how many bytes have to follow the codes that sum reads.
const room = 16

// cyrillicCodes give the code of a letter by the last bit of its first byte,
// 0xD0 or 0xD1, and its second byte; 0 for what needs a closer look.
var cyrillicCodes = func() (table [512]byte) {
	set := func(r, to rune) {
		var utf [2]byte
		utf8.EncodeRune(utf[:], r)
		table[int(utf[0]&1)<<8|int(utf[1])] = letterA | byte(to-'а')
	}
	for r := 'а'; r <= 'я'; r++ {
		set(r, r)
		set(r-'а'+'А', r)
	}
	set('ё', 'е')
	set('Ё', 'е')
	return table
}()

// asciiCodes give the code of an ASCII letter or digit, 0 for other signs.
var asciiCodes = func() (table [256]byte) {
	for c := '0'; c <= '9'; c++ {
		table[c] = byte(c)
	}
	for c := 'a'; c <= 'z'; c++ {
		table[c], table[c-'a'+'A'] = byte(c), byte(c)
	}
	return table
}()

// ends tells the bytes that end a word without a closer look.
var ends = func() (table [256]bool) {
	for c := range 0x80 {
		table[c] = asciiCodes[c] == 0
	}
	return table
}()

// appendCode appends the code of a letter or digit in lower case.
func appendCode(codes []byte, r rune) []byte {
	switch {
	case 'а' <= r && r <= 'я':
		return append(codes, letterA|byte(r-'а'))
	case r < utf8.RuneSelf:
		return append(codes, byte(r))
	}
	return utf8.AppendRune(codes, r)
}

// encode gives the codes of a folded word.
func encode(codes []byte, word string) []byte {
	for _, r := range word {
		codes = appendCode(codes, r)
	}
	return codes
}

// decode gives the folded word of codes.
func decode(codes []byte) string {
	out := make([]byte, 0, 2*len(codes))
	for i := 0; i < len(codes); {
		if c := codes[i]; c >= letterA && c < letterA+32 {
			out = utf8.AppendRune(out, 'а'+rune(c-letterA))
			i++
			continue
		}
		_, size := utf8.DecodeRune(codes[i:])
		out = append(out, codes[i:i+size]...)
		i += size
	}
	return string(out)
}

// lettersOf counts the letters of codes.
func lettersOf(codes []byte) (n int) {
	for i := 0; i < len(codes); n++ {
		if c := codes[i]; c < utf8.RuneSelf || c < letterA+32 {
			i++
			continue
		}
		_, size := utf8.DecodeRune(codes[i:])
		i += size
	}
	return n
}

const (
	seed0 = 0xa0761d6478bd642f
	seed1 = 0xe7037ed1a0b428db
)

// sum hashes n > 0 codes. At least room bytes follow them.
func sum(codes []byte, from, n int) uint64 {
	a := binary.LittleEndian.Uint64(codes[from:])
	if n <= 8 {
		return mix(a&(^uint64(0)>>(uint(8-n)*8&63))^seed0, seed1)
	}
	b := binary.LittleEndian.Uint64(codes[from+8:])
	if n <= 16 {
		return mix(a^seed0, b&(^uint64(0)>>(uint(16-n)*8&63))^seed1)
	}
	return mix(mix(a^seed0, b^seed1)^seed1, sum(codes, from+16, n-16))
}

func mix(a, b uint64) uint64 {
	high, low := bits.Mul64(a, b)
	return high ^ low
}

// sumOf hashes the codes of a folded word of a rule.
func sumOf(word string) uint64 {
	codes := encode(make([]byte, 0, 2*len(word)+room), word)
	return sum(codes[:cap(codes)], 0, len(codes))
}
