package rules

import (
	"unicode"
	"unicode/utf8"
)

// token is one reading of a word of a text.
type token struct {
	hash       uint64
	start, end int32 // bytes
	// from and to are the word's number in the text; letters spaced out take
	// several. The end of a sentence takes a number of its own, so that no
	// phrase reaches over it. Tokens are in the order of from.
	from, to int32
	code, n  int32 // its codes in Matches.codes
}

// reader cuts a text into words and hashes them, all in one pass.
type reader struct {
	tokens []token
	tags   []tagged
	codes  []byte
	used   int   // of codes
	next   int32 // number of the next word
	single int   // how many words before it are one letter each
	seen   [MaxWord + 1]rune
	folded readings
}

// read reads a text. The common words, all in letters of one alphabet, are read
// here, the others in readHard.
func (r *reader) read(text string) {
	r.reset(len(text))
	tokens, codes, used := r.tokens, r.codes, 0
	for i := 0; i < len(text); {
		start, from := i, used
		switch c := text[i]; {
		case c>>1 == 0xD0>>1:
			for i+1 < len(text) && text[i]>>1 == 0xD0>>1 {
				code := cyrillicCodes[int(text[i]&1)<<8|int(text[i+1])]
				if code == 0 {
					break
				}
				codes[used] = code
				used++
				i += 2
			}
		case asciiCodes[c] != 0:
			plain := false // no Latin capitals alone, nor digits
			for i < len(text) && asciiCodes[text[i]] != 0 {
				c := text[i]
				plain = plain || !mayPass[c]
				codes[used] = asciiCodes[c]
				used++
				i++
			}
			if !plain && used-from > 2 {
				i, used = start, from
			}
		case c < utf8.RuneSelf:
			if sentenceSigns[c] || c == '#' {
				r.tokens, r.used = tokens, used
				r.sign(text, i)
				tokens, codes, used = r.tokens, r.codes, r.used
			}
			i++
			continue
		}
		if used == from || i < len(text) && !ends[text[i]] && continues(text, i) {
			r.tokens, r.used = tokens, from
			i = r.readHard(text, start)
			tokens, codes, used = r.tokens, r.codes, r.used
			continue
		}
		tokens = append(tokens, token{
			hash: sum(codes, from, used-from), start: int32(start), end: int32(i), from: r.next, to: r.next, code: int32(from), n: int32(used - from),
		})
		r.next++
		if used-from == 1 && spacedCodes[codes[from]] {
			r.single++
		} else if r.single != 0 {
			r.tokens, r.used = tokens, used
			r.spaced(text, len(tokens)-1)
			tokens, codes, used = r.tokens, r.codes, r.used
		}
	}
	r.tokens, r.used = tokens, used
	r.spaced(text, len(tokens))
}

// keep is how many tokens are kept room for between texts.
const keep = 1 << 16

func (r *reader) reset(size int) {
	if cap(r.tokens) > keep && size < keep {
		r.tokens, r.codes = nil, nil
	}
	r.tokens, r.tags, r.used, r.next, r.single = r.tokens[:0], r.tags[:0], 0, 0, 0
	r.reserve(size)
}

// reserve makes room for n more codes.
func (r *reader) reserve(n int) {
	if need := r.used + n + room; need > len(r.codes) {
		grown := make([]byte, need+need/4)
		copy(grown, r.codes[:r.used])
		r.codes = grown
	}
}

// continues tells whether the sign at i, no ASCII one that ends a word, belongs
// to the word before it.
func continues(text string, i int) bool {
	sign, _ := utf8.DecodeRuneInString(text[i:])
	return wordRune(sign) || ignorable(sign)
}

// readHard reads what stands at i: a word in a mixture of scripts, with signs
// that nobody sees or of another alphabet, or a sign that is no word. It
// returns where it ends.
func (r *reader) readHard(text string, i int) int {
	sign, size := utf8.DecodeRuneInString(text[i:])
	if !wordRune(sign) {
		if sign == '…' {
			r.endSentence(text)
		}
		return i + size
	}
	start := i
	seen := r.seen[:0]
	for i < len(text) {
		sign, size = utf8.DecodeRuneInString(text[i:])
		if !wordRune(sign) && !ignorable(sign) {
			break
		}
		if len(seen) <= MaxWord {
			seen = see(seen, sign)
		}
		i += size
	}
	r.folded.fold(seen)
	r.push(token{start: int32(start), end: int32(i), from: r.next, to: r.next}, len(text)-i)
	r.next++
	if len(seen) == 1 && spacedRune(seen[0]) {
		r.single++
	} else if r.single != 0 {
		last := len(r.tokens) - 1
		for last > 0 && r.tokens[last-1].from == r.tokens[last].from {
			last--
		}
		r.spaced(text, last)
	}
	return i
}

// push appends the readings folded last as tokens; rest bytes of the text are
// still to be read.
func (r *reader) push(t token, rest int) {
	r.tokens = append(r.tokens, r.coded(t, r.folded.first[:r.folded.n], rest))
	if r.folded.two {
		r.tokens = append(r.tokens, r.coded(t, r.folded.second[:r.folded.n], rest))
	}
}

// coded gives a token its codes and hash.
func (r *reader) coded(t token, word []rune, rest int) token {
	r.reserve(4*len(word) + rest)
	codes := r.codes[:r.used]
	for _, letter := range word {
		codes = appendCode(codes, letter)
	}
	t.code, t.n = int32(r.used), int32(len(codes)-r.used)
	r.used = len(codes)
	if t.n > 0 {
		t.hash = sum(r.codes, int(t.code), int(t.n))
	}
	return t
}

// mayPass tells the ASCII signs that make a word to be read a second time:
// capitals that pass for Cyrillic ones, and digits that pass for letters.
var mayPass = func() (table [256]bool) {
	for c := range rune(128) {
		table[c] = unicode.IsUpper(c) && lookAlikes[c] != 0 || digitLetters[c] != 0
	}
	return table
}()
