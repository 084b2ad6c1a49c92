package similar

import "strings"

// word is a word or a number of a text.
type word struct {
	hash    uint64        // of its signs
	signs   [maxWord]byte // the first of them
	n       int           // how many those are
	digits  int           // of a number: in its longest run
	number  bool
	upper   bool // begins with a capital
	stopped bool // a sentence or a line ended before it
	comma   bool // a comma stands before it
	numero  bool // № stands before it
}

const maxWord = 24

func (w *word) put(sign byte) {
	if sign <= gap {
		return
	}
	w.hash = hashOn(w.hash, sign)
	if w.n < maxWord {
		w.signs[w.n] = sign
		w.n++
	}
}

// hashOn adds a sign to a hash.
func hashOn(h uint64, sign byte) uint64 { return (h + uint64(sign)) * 0x9e3779b97f4a7c15 }

// stem is the hash of the word without its ending, and whether that was one of
// an adjective: «Садовая», «Садовой» and «Садовую» have the same.
func (w *word) stem() (hash uint64, adjective bool) {
	for length := 3; length > 0; length-- {
		if rest := w.n - length; rest >= 3 && endings[string(w.signs[rest:w.n])] {
			for _, sign := range w.signs[:rest] {
				hash = hashOn(hash, sign)
			}
			return hash, length > 1
		}
	}
	return w.hash, false
}

// words cuts a text into words.
type words struct {
	text string
	at   int
	word word
}

// next reads one word; it is false at the end.
func (w *words) next() bool {
	before := &w.word
	abbreviated := !before.number && before.n <= 5
	w.word = word{}
	for w.at < len(w.text) {
		l, size := lookAt(w.text, w.at)
		switch {
		case l&digit != 0:
			w.readNumber()
			return true
		case l&letter != 0:
			w.word.upper = l&upper != 0
			w.readWord()
			return true
		}
		w.pass(abbreviated)
		w.at += size
	}
	return false
}

// pass notes a sign that stands before a word.
func (w *words) pass(abbreviated bool) {
	switch w.text[w.at] {
	case '\n', '!', '?', ';':
		w.word.stopped = true
	case '.':
		w.word.stopped = w.word.stopped || !abbreviated
	case ',':
		w.word.comma = true
	case numero[0]:
		w.word.numero = w.word.numero || strings.HasPrefix(w.text[w.at:], numero)
	}
}

const numero = "№"

// readWord reads letters with the hyphens between them. A digit in a word is an
// obfuscated letter, unless it is the number in «д5» and «к3».
func (w *words) readWord() {
	for w.at < len(w.text) {
		l, size := lookAt(w.text, w.at)
		switch {
		case l&letter != 0, l.sign() == unseen:
		case l&digit != 0:
			if w.word.n <= 2 && !w.letterAfterDigits() {
				return
			}
		case w.text[w.at] == '-' && w.is(letter, w.at+1):
			l = '-'
		default:
			return
		}
		w.word.put(l.sign())
		w.at += size
	}
}

// is tells whether there is a letter, or a digit, at a place.
func (w *words) is(what look, at int) bool {
	if at >= len(w.text) {
		return false
	}
	l, _ := lookAt(w.text, at)
	return l&what != 0
}

func (w *words) letterAfterDigits() bool {
	at := w.at
	for at < len(w.text) && '0' <= w.text[at] && w.text[at] <= '9' {
		at++
	}
	return w.is(letter, at)
}

// readNumber reads digits with what belongs to the number of a house: 12/3, 12а,
// 12-б. Other letters after them make an ordinal: 3-й.
func (w *words) readNumber() {
	w.word.number = true
	run := 0
	for w.at < len(w.text) {
		l, size := lookAt(w.text, w.at)
		switch {
		case l&digit != 0:
			run++
			w.word.digits = max(w.word.digits, run)
		case w.text[w.at] == '/' && w.is(digit, w.at+1):
			run = 0
			l = '/'
		default:
			w.readSuffix()
			return
		}
		w.word.put(l.sign())
		w.at += size
	}
}

// readSuffix reads the letters that are written together with a number.
func (w *words) readSuffix() {
	at := w.at
	if w.text[at] == '-' {
		at++
	}
	var first byte
	letters := 0
	for ; at < len(w.text); letters++ {
		l, size := lookAt(w.text, at)
		if l&letter == 0 {
			break
		}
		if letters == 0 {
			if first = l.sign(); first == signOf('к') && w.is(digit, at+size) {
				return // 12к3: к is a word of its own
			}
		}
		at += size
	}
	if letters == 0 {
		return
	}
	w.at = at
	if letters == 1 && signOf('а') <= first && first <= signOf('е') {
		w.word.put(first)
	}
}
