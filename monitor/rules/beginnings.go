package rules

import "math/bits"

// beginnings finds the terms written word*. By the first two codes of a word it
// knows which lengths to try, and by the third whether to try at all.
type beginnings struct {
	table  table
	starts []start // 64×64 by the first two codes; empty when there are no terms
	long   []int   // lengths above longest, ascending
}

type start struct {
	third   uint32 // bit c: some third code c, modulo 32, or none needed
	lengths uint32 // bit n: some beginning of n codes; bit 0: of more than longest
}

// longest is the longest beginning that has a bit of its own.
const longest = 31

func (b *beginnings) at(c0, c1 byte) *start { return &b.starts[int(c0&63)<<6|int(c1&63)] }

// note prepares for a beginning of the codes.
func (b *beginnings) note(codes []byte) {
	if b.starts == nil {
		b.starts = make([]start, 64*64)
	}
	s := b.at(codes[0], codes[1])
	if len(codes) == 2 {
		s.third = ^uint32(0)
	} else {
		s.third |= 1 << (codes[2] & 31)
	}
	if len(codes) <= longest {
		s.lengths |= 1 << len(codes)
		return
	}
	s.lengths |= 1
	b.long = append(b.long, len(codes))
}

// lengthsOf gives the lengths to try for a word of n ≥ 2 codes, by their bits.
func (b *beginnings) lengthsOf(codes []byte, from, n int) uint32 {
	s := b.at(codes[from], codes[from+1])
	if s.third>>(codes[from+2]&31)&1 == 0 {
		return 0
	}
	if n >= longest {
		return s.lengths
	}
	return s.lengths & (1<<(n+1) - 1)
}

// probeBeginnings looks up the beginnings of a word that have these lengths.
func (m *Matches) probeBeginnings(lengths uint32, token uint32) {
	b, t := &m.set.beginnings, &m.tokens[token]
	for rest := lengths &^ 1; rest != 0; rest &= rest - 1 {
		m.probeBeginning(&b.table, t, bits.TrailingZeros32(rest), token)
	}
	if lengths&1 == 0 {
		return
	}
	for _, n := range b.long {
		if n > int(t.n) {
			break
		}
		m.probeBeginning(&b.table, t, n, token)
	}
}

func (m *Matches) probeBeginning(table *table, t *token, n int, token uint32) {
	if h := sum(m.codes, int(t.code), n); table.maybe(h) {
		m.probe(table, h, token)
	}
}
