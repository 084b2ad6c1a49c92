package packed

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"io"
)

// magic begins the file and names its form.
const magic = "otklik dictionary 1\n"

// Write writes the dictionary; the same dictionary gives the same bytes.
// Numbers of one kind stand together, which packs best.
func (d *Dictionary) Write(to io.Writer) error {
	zip, err := gzip.NewWriterLevel(to, gzip.BestCompression)
	if err != nil {
		return err
	}
	w := &writer{}
	w.WriteString(magic)
	w.words(d.Suffixes)
	d.writeParadigms(w)
	d.writeStems(w)
	d.writeGuesses(w)
	d.writeLikely(w)
	if _, err := zip.Write(w.Bytes()); err != nil {
		return err
	}
	return zip.Close()
}

type writer struct{ bytes.Buffer }

func (w *writer) number(n int) {
	w.Write(binary.AppendUvarint(nil, uint64(n)))
}

// words writes words that are in order or not, each as the number of letters
// it shares with the one before, its other letters, and 0.
func (w *writer) words(list []string) {
	w.number(len(list))
	var shared, rest bytes.Buffer
	var before []byte
	for _, word := range list {
		letters, _ := Letters(nil, word)
		same := 0
		for same < min(len(before), len(letters)) && before[same] == letters[same] {
			same++
		}
		shared.WriteByte(byte(same))
		rest.Write(letters[same:])
		rest.WriteByte(0)
		before = letters
	}
	w.Write(shared.Bytes())
	w.Write(rest.Bytes())
}

func (d *Dictionary) writeParadigms(w *writer) {
	w.number(len(d.Paradigms) - 1)
	for i, start := range d.Paradigms[1:] {
		w.number(int(start - d.Paradigms[i]))
	}
	for _, f := range d.Forms {
		w.number(int(f.Suffix))
	}
	for _, f := range d.Forms {
		w.number(int(f.Grammar))
	}
}

func (d *Dictionary) writeStems(w *writer) {
	var words []string
	var counts, paradigms writer
	total := 0
	for at := 0; at < len(d.Stems); {
		letters, own, next := d.Stems.At(at)
		words = append(words, Text(letters))
		counts.WriteByte(byte(own.Len()))
		for i := range own.Len() {
			paradigms.number(int(own.At(i)))
		}
		total += own.Len()
		at = next
	}
	w.number(len(words))
	w.Write(counts.Bytes())
	w.number(total)
	w.Write(paradigms.Bytes())
	w.words(words)
}

func (d *Dictionary) writeGuesses(w *writer) {
	var words []string
	for _, g := range d.Guesses {
		words = append(words, g.Letters)
	}
	w.words(words)
	for _, g := range d.Guesses {
		w.number(len(g.Readings))
	}
	for _, g := range d.Guesses {
		for _, r := range g.Readings {
			w.number(int(r.Paradigm))
			w.number(int(r.Form))
		}
	}
}

func (d *Dictionary) writeLikely(w *writer) {
	var forms, lemmas []string
	for _, l := range d.Likely {
		forms, lemmas = append(forms, l.Form), append(lemmas, l.Lemma)
	}
	w.words(forms)
	w.words(lemmas)
}
