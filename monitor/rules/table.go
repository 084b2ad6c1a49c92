package rules

import (
	"cmp"
	"math/bits"
	"slices"
)

// table finds the terms of a hash: open addressing, at most half full, behind
// a bitmap in which most hashes that are not there are not found either.
type table struct {
	bitmap []uint64 // a power of two of bits, 8 a key at least
	slots  []slot
	places uint64 // where a hash may begin its search; slots after them catch the overflow
	lists  []uint32
}

// slot holds half of a key, whose other half says where it stands: another
// word is taken for it once in four thousand million times.
type slot struct {
	tag  uint32
	what uint32 // free, the key's only term plus one, or several and where they stand in lists behind their number
}

const (
	free    = 0
	several = 1 << 31
)

// pair is a key of a term while the table is built.
type pair struct {
	hash uint64
	term uint32
}

// smallBitmap is how many words a bitmap has at most that takes 16 bits a key:
// what a processor's first caches hold besides all else.
const smallBitmap = 64 << 10 / 8

// newTable builds a table of pairs, which it sorts.
func newTable(pairs []pair) table {
	if len(pairs) == 0 {
		return table{}
	}
	slices.SortFunc(pairs, func(a, b pair) int {
		return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.term, b.term))
	})
	pairs = slices.Compact(pairs)
	keys := 1
	for i := 1; i < len(pairs); i++ {
		if pairs[i].hash != pairs[i-1].hash {
			keys++
		}
	}
	words := 1 << bits.Len(uint(keys*16/64))
	if words > smallBitmap {
		words /= 2
	}
	t := table{
		bitmap: make([]uint64, words),
		slots:  make([]slot, 2*keys, 2*keys+64),
		places: uint64(2 * keys),
	}
	for from := 0; from < len(pairs); {
		to := from + 1
		for to < len(pairs) && pairs[to].hash == pairs[from].hash {
			to++
		}
		t.put(pairs[from:to])
		from = to
	}
	t.slots = append(t.slots, slot{}, slot{}, slot{}) // end the search for what would stand last
	return t
}

// put adds the terms of one hash, greater than all hashes before it.
func (t *table) put(same []pair) {
	h := same[0].hash
	t.bitmap[t.word(h)] |= 1 << (h & 63)
	i := t.place(h)
	for i < uint64(len(t.slots)) && t.slots[i].what != free {
		i++
	}
	if i == uint64(len(t.slots)) {
		t.slots = append(t.slots, slot{})
	}
	if len(same) == 1 {
		t.slots[i] = slot{tag: uint32(h), what: same[0].term + 1}
		return
	}
	t.slots[i] = slot{tag: uint32(h), what: several | uint32(len(t.lists))}
	t.lists = append(t.lists, uint32(len(same)))
	for _, p := range same {
		t.lists = append(t.lists, p.term)
	}
}

func (t *table) word(h uint64) uint64 { return h >> 6 & uint64(len(t.bitmap)-1) }

func (t *table) place(h uint64) uint64 {
	high, _ := bits.Mul64(h, t.places)
	return high
}

// maybe is false when no term has the hash. The table is not empty.
func (t *table) maybe(h uint64) bool { return t.bitmap[t.word(h)]>>(h&63)&1 != 0 }

// find tells what the slot of a hash holds, free if there is none. The table
// is not empty.
func (t *table) find(h uint64) uint32 {
	for i := t.place(h); ; i++ {
		if s := t.slots[i]; s.tag == uint32(h) || s.what == free {
			return s.what
		}
	}
}

func (t *table) has(h uint64) bool {
	return len(t.slots) > 0 && t.maybe(h) && t.find(h) != free
}
