package dictionary

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	_ "embed"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"otklik/monitor/rules/dictionary/packed"
)

//go:embed NOTICE
var notice string

// A new file is made on purpose, by the generator, and not by hand.
const fileHash = "1e19e1c9646731437921d11bea7fd1928f7355588d22884d7ee0a1affd35402c"

func TestFile(t *testing.T) {
	if len(file) > 1_500_000 {
		t.Errorf("%d bytes", len(file))
	}
	if got := fmt.Sprintf("%x", sha256.Sum256(file)); got != fileHash {
		t.Errorf("hash %s", got)
	}
	d := loaded()
	if len(d.Stems) >= 1<<offsetBits {
		t.Errorf("%d bytes of stems are more than an entry can tell", len(d.Stems))
	}
	stems := 0
	for at, before := 0, []byte(nil); at < len(d.Stems); stems++ {
		letters, paradigms, next := d.Stems.At(at)
		if stems > 0 && bytes.Compare(before, letters) >= 0 || paradigms.Len() == 0 {
			t.Fatalf("%s comes behind %s, with %d paradigms", packed.Text(letters), packed.Text(before), paradigms.Len())
		}
		before, at = letters, next
	}
	if got := [...]int{stems, len(d.Paradigms) - 1, len(d.Forms), len(d.Suffixes)}; got != [...]int{141762, 2367, 68724, 10175} {
		t.Errorf("stems, paradigms, forms, suffixes: %d", got)
	}
	byEnding := func(a, b packed.Guess) int { return strings.Compare(a.Letters, b.Letters) }
	if len(d.Guesses) == 0 || !slices.IsSortedFunc(d.Guesses, byEnding) {
		t.Error("guesses are missing or out of order")
	}
	for _, l := range d.Likely {
		if !slices.Contains(Forms(l.Lemma), l.Form) {
			t.Errorf("%s is no form of %s", l.Form, l.Lemma)
		}
	}
}

// The same dictionary gives the same file (packed by the same version of Go).
func TestFileIsWrittenAsRead(t *testing.T) {
	d, err := packed.Read(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := d.Write(&out); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(unpacked(t, out.Bytes()), unpacked(t, file)) {
		t.Errorf("%d bytes written, %d read", out.Len(), len(file))
	}
}

func unpacked(t *testing.T, data []byte) []byte {
	zip, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(zip)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestNotice(t *testing.T) {
	for _, want := range []string{"OpenCorpora", "394551", "Attribution-ShareAlike 3.0", "https://creativecommons.org/licenses/by-sa/3.0/", "changed:", "dictionary.bin.gz"} {
		if !strings.Contains(notice, want) {
			t.Errorf("%q is missing", want)
		}
	}
}
