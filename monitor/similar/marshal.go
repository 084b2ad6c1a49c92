package similar

import (
	"encoding/binary"
	"errors"
	"slices"
)

// edition numbers the way of signing: signatures of two editions say nothing of
// each other.
const edition = 1

// errBytes says that bytes are no signature of this edition.
var errBytes = errors.New("no signature of this edition")

// AppendBinary appends the signature, in 154 bytes at most, none for that of an
// empty text.
func (s *Signature) AppendBinary(b []byte) []byte {
	n := s.size.bins()
	if n == 0 {
		return b
	}
	b = slices.Grow(b, 2+2*n+4*int(s.Addresses.n))
	b = append(b, edition, byte(s.size))
	for _, v := range s.bins[:n] {
		b = binary.LittleEndian.AppendUint16(b, v)
	}
	for _, m := range s.Addresses.marks[:s.Addresses.n] {
		b = binary.LittleEndian.AppendUint32(b, uint32(m))
	}
	return b
}

// bins is how many bins a signature of a size fills.
func (s size) bins() int {
	switch s {
	case short:
		return 4
	case long:
		return bins
	}
	return 0
}

// UnmarshalBinary reads what AppendBinary wrote.
func (s *Signature) UnmarshalBinary(b []byte) error {
	*s = Signature{}
	if len(b) == 0 {
		return nil
	}
	if len(b) < 2 || b[0] != edition {
		return errBytes
	}
	n := size(b[1]).bins()
	if rest := len(b) - 2 - 2*n; n == 0 || rest < 0 || rest > 4*maxMarks || rest%4 != 0 {
		return errBytes
	}
	s.size = size(b[1])
	for i := range n {
		s.bins[i] = binary.LittleEndian.Uint16(b[2+2*i:])
	}
	for b = b[2+2*n:]; len(b) > 0; b = b[4:] {
		s.Addresses.add(mark(binary.LittleEndian.Uint32(b)))
	}
	return nil
}
