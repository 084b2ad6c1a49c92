// Package similar tells whether two texts are nearly the same: reposts,
// resubmissions and copies of a template with a few words changed. It is pure
// and knows nothing of posts but their texts.
//
// A text is folded, so that case, ё, look-alike letters, spaces and marks do not
// count, and cut into overlapping pieces of four signs. One hash puts each piece
// into one of 64 bins, which keeps the least of its hashes: one-permutation
// MinHash. The share of equal bins estimates the share of equal pieces, with a
// standard error of 0.06 at a half.
//
// Texts of less than 60 signs have too few pieces for that: they are alike only
// when they are folded the same.
package similar

const (
	bins     = 64
	gram     = 4  // signs of a piece
	shortest = 60 // signs of a text whose pieces are compared
)

// Signature is what is kept of a text: no word of it can be read from it.
type Signature struct {
	Addresses Addresses
	size      size
	bins      [bins]uint16 // of a short text: its hash, in the first four
}

// size says what a signature holds.
type size uint8

const (
	empty size = iota // the text had no letter and no digit
	short
	long
)

// Sign makes the signature of a text.
func Sign(text string) Signature {
	s := Signature{Addresses: AddressesOf(text)}
	var least [bins]uint64
	signs, filled := leastOf(text, &least)
	switch {
	case signs == 0:
		return s
	case signs < shortest:
		s.size = short
		h := hashOf(text)
		for i := range 4 {
			s.bins[i] = uint16(h >> (16 * i))
		}
		return s
	}
	s.size = long
	for i := range least {
		from := i
		// An empty bin borrows from one that the same dice choose in every text.
		for try := uint64(1); filled&(1<<from) == 0; try++ {
			from = int(mix(uint64(i)<<32|try) >> 58)
		}
		s.bins[i] = uint16(least[from])
	}
	return s
}

// leastOf finds the least hash of each bin, tells how many signs the text has
// and which bins are filled.
func leastOf(text string, least *[bins]uint64) (signs int, filled uint64) {
	var piece uint64
	var buffer [512]byte
	f := folding{text: text}
	for n := f.read(buffer[:]); n > 0; n = f.read(buffer[:]) {
		for _, sign := range buffer[:n] {
			signs++
			piece = (piece<<8 | uint64(sign)) & (1<<(8*gram) - 1)
			if signs < gram {
				continue
			}
			h := mix(piece)
			bin := h >> 58
			if filled&(1<<bin) == 0 || h < least[bin] {
				least[bin] = h
				filled |= 1 << bin
			}
		}
	}
	return signs, filled
}

// hashOf is the hash of a short text, folded.
func hashOf(text string) (h uint64) {
	var buffer [shortest + 1]byte
	f := folding{text: text}
	for _, sign := range buffer[:f.read(buffer[:])] {
		h = mix(h ^ uint64(sign))
	}
	return h
}

// mix spreads every bit of x over the whole word.
func mix(x uint64) uint64 {
	x = (x + 1) * 0x9e3779b97f4a7c15
	x ^= x >> 29
	x *= 0xbf58476d1ce4e5b9
	return x ^ x>>32
}

// Short says that the text was too short for being compared by its pieces.
func (s *Signature) Short() bool { return s.size == short }

// Likeness is the share of what two texts have in common, from 0 to 1.
func (s *Signature) Likeness(o *Signature) float64 {
	if s.size != o.size || s.size == empty {
		return 0
	}
	same := 0
	for i, b := range &s.bins {
		if b == o.bins[i] {
			same++
		}
	}
	if s.size == short && same < bins {
		return 0
	}
	return float64(same) / bins
}
