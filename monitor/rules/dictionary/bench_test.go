package dictionary

import (
	"bytes"
	"testing"

	"otklik/monitor/rules/dictionary/packed"
)

func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		d, err := packed.Read(bytes.NewReader(file))
		if err != nil {
			b.Fatal(err)
		}
		index(d)
	}
}

// The forms of 11,600 lemmas spread over the dictionary.
func BenchmarkForms(b *testing.B) {
	lemmas := someLemmas(11_600)
	b.ReportAllocs()
	for b.Loop() {
		for _, lemma := range lemmas {
			Forms(lemma)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(lemmas)), "ns/word")
}

func BenchmarkLemma(b *testing.B) {
	var words []string
	for _, lemma := range someLemmas(1000) {
		words = append(words, Forms(lemma)...)
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, word := range words {
			Lemma(word)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(words)), "ns/word")
}

// someLemmas takes so many lemmas at equal distances.
func someLemmas(n int) (out []string) {
	w := loaded()
	step := len(w.Stems) / n
	for at := 0; at < len(w.Stems) && len(out) < n; {
		letters, paradigms, next := w.Stems.At(at)
		if at >= step*len(out) {
			out = append(out, packed.Text(letters)+w.Suffixes[w.Paradigm(paradigms.At(0))[0].Suffix])
		}
		at = next
	}
	return out
}
