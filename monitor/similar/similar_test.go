package similar

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func newRand() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

// Of texts with a few changes nearly all are known again, in the index too.
func TestEditsAreKnown(t *testing.T) {
	r := newRand()
	list := complaints(r, 500)
	x := NewIndex(1000)
	for i, c := range list {
		x.Add(&Entry{Region: 1, Post: int64(i + 1), Signature: Sign(c.text)})
	}
	for _, e := range edits {
		alike, found := 0, 0
		for i, c := range list {
			was, is := Sign(c.text), Sign(e.do(r, c.text))
			if was.Likeness(&is) >= 0.5 {
				alike++
			}
			same, like := x.Find(&Entry{Region: 1, Signature: is}, 0)
			if best := max(same.Likeness, like.Likeness); best > 0 && (same.Post == int64(i+1) || like.Post == int64(i+1) || best >= was.Likeness(&is)) {
				found++
			}
		}
		t.Logf("%-32s %.3f alike, %.3f found", e.name, float64(alike)/float64(len(list)), float64(found)/float64(len(list)))
		if alike*100 < len(list)*97 || found*100 < len(list)*97 {
			t.Errorf("%s: of %d texts %d are alike and %d are found", e.name, len(list), alike, found)
		}
	}
}

// Complaints that have no sentence in common are not even offered, though their
// addresses are the same.
func TestOtherComplaintsAreNotAlike(t *testing.T) {
	list := complaints(newRand(), 600)
	signed := make([]Signature, len(list))
	for i, c := range list {
		signed[i] = Sign(c.text)
	}
	pairs := 0
	for i, a := range list {
		for j, b := range list[:i] {
			if slices.ContainsFunc(a.parts, func(p int) bool { return slices.Contains(b.parts, p) }) {
				continue
			}
			pairs++
			if l := signed[i].Likeness(&signed[j]); l >= ProposeAt {
				t.Errorf("%.2f:\n%s\n%s", l, a.text, b.text)
			}
		}
	}
	if pairs < 50_000 {
		t.Errorf("only %d pairs were compared", pairs)
	}
}

// What nobody sees, or sees as the same, makes no difference at all.
func TestFolding(t *testing.T) {
	const text = "Ёлку с площади Мира так и не убрали: стоит третий месяц, вся осыпалась, хвоя забила ливнёвку."
	want := Sign(text)
	for name, other := range map[string]string{
		"case":            strings.ToUpper(text),
		"ё":               strings.NewReplacer("ё", "е", "Ё", "Е").Replace(text),
		"letters apart":   strings.NewReplacer("й", "й", "ё", "ё", "Ё", "Ё").Replace(text),
		"stress":          strings.Replace(text, "убрали", "убра́ли", 1),
		"hidden signs":    strings.NewReplacer("пло", "пло\u00ad", "мес", "мес\u200b").Replace(text),
		"spaces":          "  " + strings.ReplaceAll(text, " ", " \n\t ") + "\n",
		"marks":           "«" + strings.NewReplacer(",", " —", ":", "!!!").Replace(text) + "»…",
		"Latin letters":   strings.NewReplacer("а", "a", "о", "o", "М", "M", "с", "c").Replace(text),
		"digits":          strings.NewReplacer("о", "0", "з", "3", "ч", "4").Replace(text),
		"another picture": "🎄 " + text + " 😡😡",
	} {
		if got := Sign(other); got.bins != want.bins {
			t.Errorf("%s: likeness %.2f, want 1", name, got.Likeness(&want))
		}
	}
	if other := Sign(strings.ReplaceAll(text, "Ёлку", "Сосну")); other.bins == want.bins {
		t.Error("another word makes no difference")
	}
}

// Short texts are alike only when they say the same.
func TestShortTexts(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want float64
	}{
		{"Поддерживаю!", "ПОДДЕРЖИВАЮ", 1},
		{"Когда дадут воду?", "когда  дадут воду", 1},
		{"Когда дадут воду?", "Когда дадут свет?", 0},
		{"", "", 0},
		{"!!!", "…", 0},
		{"Да", "", 0},
		{strings.Repeat("яма ", 14) + "яма", strings.Repeat("яма ", 15) + "яма", 0}, // 59 signs and 63
	} {
		a, b := Sign(c.a), Sign(c.b)
		if got := a.Likeness(&b); got != c.want {
			t.Errorf("%q and %q: %v, want %v", c.a, c.b, got, c.want)
		}
	}
	if s := Sign(strings.Repeat("я", 59)); !s.Short() {
		t.Error("59 signs are long")
	}
	if s := Sign(strings.Repeat("я", 60)); s.Short() {
		t.Error("60 signs are short")
	}
}

func TestSignAllocatesNothing(t *testing.T) {
	text := complain(newRand(), 1, 2, 3, 4).text
	if n := testing.AllocsPerRun(100, func() { Sign(text) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// A post of the longest size takes moments.
func BenchmarkSignLongest(b *testing.B) {
	text := strings.Repeat(complain(newRand(), 1, 2, 3, 4).text+" ", 200)[:64<<10]
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Sign(text)
	}
}

func FuzzSign(f *testing.F) {
	f.Add("ул. Ленина, д. 12/3 к 2, 3-й подъезд", "Яма")
	f.Add("№", "12-")
	f.Add("д\xff5", strings.Repeat("й", 70))
	f.Fuzz(func(t *testing.T, a, b string) {
		s, o := Sign(a), Sign(b)
		if l := s.Likeness(&o); l < 0 || l > 1 || l != o.Likeness(&s) {
			t.Errorf("likeness %v and %v", l, o.Likeness(&s))
		}
		if s.size != empty && s.Likeness(&s) != 1 || Conflict(s.Addresses, s.Addresses) {
			t.Error("a text is not like itself")
		}
		bytes := s.AppendBinary(nil)
		var back Signature
		if err := back.UnmarshalBinary(bytes); err != nil || s.size != empty && back != s || len(bytes) > 154 {
			t.Errorf("%d bytes: %v", len(bytes), err)
		}
	})
}

func FuzzUnmarshal(f *testing.F) {
	s := Sign("Яма")
	f.Add(s.AppendBinary(nil))
	s = Sign(complain(newRand(), 1, 2, 3).text)
	f.Add(s.AppendBinary(nil))
	f.Add([]byte{edition, 1, 2, 3})
	f.Add([]byte{edition + 1, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		var s Signature
		if s.UnmarshalBinary(b) != nil {
			return
		}
		again := s.AppendBinary(nil)
		var back Signature
		if err := back.UnmarshalBinary(again); err != nil || back != s {
			t.Errorf("%v: %v", again, err)
		}
	})
}
