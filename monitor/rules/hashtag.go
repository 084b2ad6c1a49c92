package rules

import "unicode/utf8"

// tagged is a hashtag: a token of all its words, whose span begins with the
// sign.
type tagged struct {
	token
	words int
}

// tag reads the hashtag at i ahead of its words.
func (r *reader) tag(text string, i int) {
	start := i
	if sign, _ := utf8.DecodeRuneInString(text[i+1:]); !wordRune(sign) {
		return
	}
	t := tagged{token: token{start: int32(start), from: r.next, code: int32(r.used)}}
	r.reserve(4*(MaxWord+1) + len(text) - i)
	codes, seen, signs := r.codes[:r.used], r.seen[:0], 0
	flush := func() {
		if len(seen) > 0 {
			t.words++
		}
		r.folded.fold(seen)
		for _, letter := range r.folded.first[:r.folded.n] {
			codes = appendCode(codes, letter)
		}
		seen = seen[:0]
	}
	for i++; i < len(text); {
		sign, size := utf8.DecodeRuneInString(text[i:])
		if !tagRune(sign) {
			break
		}
		i += size
		if signs > MaxWord {
			continue
		}
		if sign == '_' {
			flush()
			codes = append(codes, '_')
			signs++
			continue
		}
		before := len(seen)
		seen = see(seen, sign)
		signs += len(seen) - before
	}
	flush()
	if signs > MaxWord {
		return
	}
	t.end, t.to = int32(i), r.next+int32(t.words)-1
	t.n = int32(len(codes) - r.used)
	r.used = len(codes)
	t.hash = sum(r.codes, int(t.code), int(t.n))
	r.tags = append(r.tags, t)
}
