package dictionary

import (
	"bytes"
	_ "embed"
	"math/bits"
	"sync"

	"otklik/monitor/rules/dictionary/packed"
)

//go:embed dictionary.bin.gz
var file []byte

// words are the dictionary with what finds a word in it.
type words struct {
	*packed.Dictionary
	stems    []entry // at the hash of the stem or behind it
	suffixes map[string]uint16
}

// loaded reads the dictionary once.
var loaded = sync.OnceValue(func() *words {
	d, err := packed.Read(bytes.NewReader(file))
	if err != nil {
		panic(err) // the file is part of the program, and a test reads it
	}
	return index(d)
})

// entry is where a stem begins, and some bits of its hash above that, so that
// another stem is seldom looked at. Places are counted from 1; 0 is empty.
type entry uint32

const (
	slotBits   = 18 // the dictionary's stems take half
	offsetBits = 21 // and two million bytes
)

func index(d *packed.Dictionary) *words {
	w := &words{
		Dictionary: d,
		stems:      make([]entry, 1<<slotBits),
		suffixes:   make(map[string]uint16, len(d.Suffixes)),
	}
	for at := 0; at < len(d.Stems); {
		letters, _, next := d.Stems.At(at)
		h := hash(0)
		for _, c := range letters {
			h = h.add(c)
		}
		slot := h.slot()
		for w.stems[slot] != 0 {
			slot = (slot + 1) % (1 << slotBits)
		}
		w.stems[slot] = h.mark() | entry(at+1)
		at = next
	}
	for i, s := range d.Suffixes {
		w.suffixes[s] = uint16(i)
	}
	return w
}

// hash is of the letters so far.
type hash uint64

func (h hash) add(letter byte) hash {
	return hash(bits.RotateLeft64(uint64(h), 5)^uint64(letter)) * 0x9E3779B97F4A7C15
}

// slot is where the table is searched from, by the highest bits.
func (h hash) slot() uint32 { return uint32(h >> (64 - slotBits)) }

// mark is what an entry keeps of the hash, of the next bits.
func (h hash) mark() entry { return entry(h>>(64-slotBits-32+offsetBits)) << offsetBits }

// stem finds the stem of these letters, whose hash is h.
func (w *words) stem(letters []byte, h hash) (packed.Paradigms, bool) {
	for slot := h.slot(); w.stems[slot] != 0; slot = (slot + 1) % (1 << slotBits) {
		e := w.stems[slot]
		if e&^(1<<offsetBits-1) != h.mark() {
			continue
		}
		if have, paradigms, _ := w.Stems.At(int(e&(1<<offsetBits-1)) - 1); bytes.Equal(have, letters) {
			return paradigms, true
		}
	}
	return nil, false
}
