package main

import (
	"slices"
	"testing"
)

func word(tags ...string) (l lexeme) {
	for i := 0; i < len(tags); i += 2 {
		l = append(l, form{text: tags[i], raw: tags[i], tag: tags[i+1]})
	}
	return l
}

func texts(k kept) (out []string) {
	for _, f := range k {
		out = append(out, f.text)
	}
	return out
}

func TestKeep(t *testing.T) {
	words := keep([]lexeme{
		word("секунда", "NOUN,inan,femn sing,nomn", "секунд", "NOUN,inan,femn plur,gent", "с", "NOUN,inan,femn,Fixd,Abbr sing,nomn"),
		word("текущий", "ADJF masc,sing,nomn"),
		word("течь", "INFN,impf,intr", "течет", "VERB,impf,intr sing,3per,pres,indc", "текущий", "PRTF,impf,intr,pres,actv masc,sing,nomn", "текущая", "PRTF,impf,intr,pres,actv femn,sing,nomn"),
		word("разбитый", "ADJF masc,sing,nomn"),
		word("разбить", "INFN,perf,tran", "разбитый", "PRTF,perf,tran,past,pssv masc,sing,nomn"),
		word("из-за", "PREP"),
		word("мой", "ADJF,Apro masc,sing,nomn"),
		word("мыть", "INFN,impf,tran", "мой", "VERB,impf,tran sing,impr,excl", "моют", "VERB,impf,tran plur,3per,pres,indc"),
		word("узкий", "ADJF,Qual masc,sing,nomn", "узко", "ADJS,Qual neut,sing", "уже", "COMP,Qual"),
	}, corpus{shares: map[string]map[string]uint32{"уже": {"узкий": 1, "уже": 99}, "узко": {"узкий": 40, "узко": 60}}})
	want := [][]string{{"секунда", "секунд"}, {"текущий"}, {"течь", "течет"}, {"разбитый"}, {"разбить", "разбитый"}, {"мой"}, {"мыть", "моют"}, {"узкий", "узко"}}
	if len(words) != len(want) {
		t.Fatalf("%d words: %v", len(words), words)
	}
	for i, w := range words {
		if !slices.Equal(texts(w), want[i]) {
			t.Errorf("%q is kept, not %q", texts(w), want[i])
		}
	}
}

// Words of one paradigm share it; a stem is what all forms begin with.
func TestPack(t *testing.T) {
	p := pack(keep([]lexeme{
		word("яма", "NOUN,inan,femn sing,nomn", "ямы", "NOUN,inan,femn sing,gent"),
		word("вода", "NOUN,inan,femn sing,nomn", "воды", "NOUN,inan,femn sing,gent"),
		word("лед", "NOUN,inan,masc sing,nomn", "льда", "NOUN,inan,masc sing,gent"),
	}, corpus{}))
	if d := p.dictionary; !slices.Equal(d.Suffixes, []string{"а", "ы", "ед", "ьда"}) || !slices.Equal(d.Paradigms, []uint32{0, 2, 4}) {
		t.Errorf("suffixes %q, paradigms %d", d.Suffixes, d.Paradigms)
	}
}

// A source that is cut short is refused.
func TestBrokenSource(t *testing.T) {
	if _, err := readDAWG("nowhere"); err == nil {
		t.Error("what is not there was read")
	}
	if _, _, err := count([]byte{9, 0, 0, 0, 1}, 4); err == nil {
		t.Error("nine items in one byte were counted")
	}
	if got := decode([]byte{0xB8, 0xEF, 0xFF, ':', 'A'}); got != "ёпя:A" {
		t.Errorf("decoded as %q", got)
	}
}
