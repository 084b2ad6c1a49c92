package packed

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
)

var errBroken = errors.New("the dictionary is broken")

// Read reads what Write wrote.
func Read(from io.Reader) (*Dictionary, error) {
	zip, err := gzip.NewReader(from)
	if err != nil {
		return nil, fmt.Errorf("read the dictionary: %w", err)
	}
	data, err := io.ReadAll(zip)
	if err != nil {
		return nil, fmt.Errorf("read the dictionary: %w", err)
	}
	rest, ok := bytes.CutPrefix(data, []byte(magic))
	if !ok {
		return nil, errBroken
	}
	r, d := &reader{rest: rest}, &Dictionary{}
	r.words(func(_ int, letters []byte) { d.Suffixes = append(d.Suffixes, Text(letters)) })
	d.readParadigms(r)
	d.readStems(r)
	d.readGuesses(r)
	d.readLikely(r)
	if r.broken || len(r.rest) > 0 || !d.whole() {
		return nil, errBroken
	}
	return d, nil
}

// reader takes numbers and bytes off the front; after the end it gives zeros
// and is broken.
type reader struct {
	rest   []byte
	broken bool
}

func (r *reader) number() int {
	n, size := binary.Uvarint(r.rest)
	if size <= 0 || n > 1<<31 {
		r.broken, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[size:]
	return int(n)
}

// count reads how many items follow; each takes a byte at least.
func (r *reader) count() int {
	n := r.number()
	if n > len(r.rest) {
		r.broken, r.rest = true, nil
		return 0
	}
	return n
}

func (r *reader) bytes(n int) []byte {
	if n > len(r.rest) {
		r.broken, r.rest = true, nil
		return make([]byte, n)
	}
	out := r.rest[:n]
	r.rest = r.rest[n:]
	return out
}

// words gives the words of a list, which are valid until the next.
func (r *reader) words(each func(i int, letters []byte)) int {
	n := r.count()
	shared := r.bytes(n)
	var word []byte
	for i := range n {
		end := bytes.IndexByte(r.rest, 0)
		if end < 0 || int(shared[i]) > len(word) || int(shared[i])+end > MaxWord {
			r.broken, r.rest = true, nil
			return 0
		}
		word = append(word[:shared[i]], r.rest[:end]...)
		r.rest = r.rest[end+1:]
		each(i, word)
	}
	return n
}

func (d *Dictionary) readParadigms(r *reader) {
	n := r.count()
	d.Paradigms = make([]uint32, n+1)
	for i := range n {
		d.Paradigms[i+1] = d.Paradigms[i] + uint32(r.count())
	}
	if int(d.Paradigms[n]) > len(r.rest) {
		r.broken = true
		return
	}
	d.Forms = make([]Form, d.Paradigms[n])
	for i := range d.Forms {
		d.Forms[i].Suffix = uint16(r.number())
	}
	for i := range d.Forms {
		d.Forms[i].Grammar = Grammar(r.number())
	}
}

func (d *Dictionary) readStems(r *reader) {
	counts := r.bytes(r.count())
	all := make([]uint16, r.count())
	for i := range all {
		all[i] = uint16(r.number())
	}
	d.Stems = make(Stems, 0, len(r.rest)+3*len(counts)+2*len(all))
	n := r.words(func(i int, letters []byte) {
		if i >= len(counts) || int(counts[i]) > len(all) {
			r.broken = true
			return
		}
		d.Stems.Add(letters, all[:counts[i]])
		all = all[counts[i]:]
	})
	r.broken = r.broken || n != len(counts) || len(all) > 0
}

func (d *Dictionary) readGuesses(r *reader) {
	letters := r.texts()
	d.Guesses = make([]Guess, len(letters))
	for i, text := range letters {
		d.Guesses[i] = Guess{Letters: text, Readings: make([]Reading, r.count())}
	}
	for _, g := range d.Guesses {
		for i := range g.Readings {
			g.Readings[i] = Reading{Paradigm: uint16(r.number()), Form: uint16(r.number())}
		}
	}
}

func (d *Dictionary) readLikely(r *reader) {
	forms, lemmas := r.texts(), r.texts()
	if len(forms) != len(lemmas) {
		r.broken = true
		return
	}
	for i, form := range forms {
		d.Likely = append(d.Likely, Likely{form, lemmas[i]})
	}
}

// texts reads a list of words as parts of one string.
func (r *reader) texts() []string {
	var all strings.Builder
	var ends []int
	r.words(func(_ int, letters []byte) {
		all.WriteString(Text(letters))
		ends = append(ends, all.Len())
	})
	out, start := make([]string, len(ends)), 0
	for i, end := range ends {
		out[i], start = all.String()[start:end], end
	}
	return out
}

// whole tells whether every number names something that is there.
func (d *Dictionary) whole() bool {
	paradigms := len(d.Paradigms) - 1
	for i, start := range d.Paradigms[:paradigms] {
		if start >= d.Paradigms[i+1] {
			return false // no lemma
		}
	}
	for _, f := range d.Forms {
		if int(f.Suffix) >= len(d.Suffixes) {
			return false
		}
	}
	for at := 0; at < len(d.Stems); {
		_, own, next := d.Stems.At(at)
		for i := range own.Len() {
			if int(own.At(i)) >= paradigms {
				return false
			}
		}
		at = next
	}
	for _, g := range d.Guesses {
		for _, r := range g.Readings {
			if int(r.Paradigm) >= paradigms || int(r.Form) >= len(d.Paradigm(r.Paradigm)) {
				return false
			}
		}
	}
	return true
}
