package packed

import (
	"bytes"
	"compress/gzip"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// small is a dictionary of яма and море.
func small() *Dictionary {
	d := &Dictionary{
		Suffixes:  []string{"а", "ы", "", "е", "я"},
		Forms:     []Form{{0, Noun | Nominative | Feminine}, {1, Noun | Genitive | Feminine}, {2, Noun | Genitive | Plural}, {3, Noun}, {4, Noun}},
		Paradigms: []uint32{0, 3, 5},
		Guesses:   []Guess{{"ма", []Reading{{0, 0}}}, {"ре", []Reading{{1, 0}, {0, 2}}}},
		Likely:    []Likely{{"ям", "яма"}},
	}
	for _, stem := range []struct {
		text      string
		paradigms []uint16
	}{{"мор", []uint16{1}}, {"ям", []uint16{0, 1}}} {
		letters, _ := Letters(nil, stem.text)
		d.Stems.Add(letters, stem.paradigms)
	}
	return d
}

func TestReadGivesWhatWasWritten(t *testing.T) {
	var file bytes.Buffer
	if err := small().Write(&file); err != nil {
		t.Fatal(err)
	}
	got, err := Read(&file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(small(), got); diff != "" {
		t.Error(diff)
	}
}

// Whatever the file, Read gives a dictionary in which every number names
// something, or an error.
func FuzzRead(f *testing.F) {
	var file bytes.Buffer
	if err := small().Write(&file); err != nil {
		f.Fatal(err)
	}
	zip, err := gzip.NewReader(&file)
	if err != nil {
		f.Fatal(err)
	}
	var plain bytes.Buffer
	if _, err := plain.ReadFrom(zip); err != nil {
		f.Fatal(err)
	}
	f.Add(plain.Bytes())
	for i := range plain.Len() {
		broken := bytes.Clone(plain.Bytes())
		broken[i] = 0xFF
		f.Add(broken)
		f.Add(plain.Bytes()[:i])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var file bytes.Buffer
		zip := gzip.NewWriter(&file)
		if _, err := zip.Write(data); err != nil {
			t.Fatal(err)
		}
		if err := zip.Close(); err != nil {
			t.Fatal(err)
		}
		d, err := Read(&file)
		if err != nil {
			return
		}
		for n := range len(d.Paradigms) - 1 {
			for _, form := range d.Paradigm(uint16(n)) {
				_ = d.Suffixes[form.Suffix]
			}
		}
	})
}
