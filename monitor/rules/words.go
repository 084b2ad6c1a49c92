package rules

// textWord is a word of a text, folded.
type textWord struct {
	start, end int // bytes
	pos        int // words, as token.from
	word       string
}

// wordsOf cuts a text into words, in their first reading.
func wordsOf(text string) []textWord {
	var r reader
	r.read(text)
	var out []textWord
	for _, t := range r.tokens {
		if n := len(out); n > 0 && out[n-1].pos == int(t.from) || t.from != t.to {
			continue
		}
		out = append(out, textWord{start: int(t.start), end: int(t.end), pos: int(t.from), word: decode(r.codes[t.code : t.code+t.n])})
	}
	return out
}
