package packed

import "encoding/binary"

// Stems are records one after the other: the number of letters, the letters,
// the number of paradigms, the paradigms in two bytes each.
type Stems []byte

// Add appends a record.
func (s *Stems) Add(letters []byte, paradigms []uint16) {
	*s = append(*s, byte(len(letters)))
	*s = append(*s, letters...)
	*s = append(*s, byte(len(paradigms)))
	for _, p := range paradigms {
		*s = binary.LittleEndian.AppendUint16(*s, p)
	}
}

// At reads the record that begins at an offset, and gives the offset of the next.
func (s Stems) At(offset int) (letters []byte, paradigms Paradigms, next int) {
	end := offset + 1 + int(s[offset])
	next = end + 1 + 2*int(s[end])
	return s[offset+1 : end], Paradigms(s[end+1 : next]), next
}

// Paradigms are those of one stem.
type Paradigms []byte

// Len is their number.
func (p Paradigms) Len() int { return len(p) / 2 }

// At gives one of them.
func (p Paradigms) At(i int) uint16 { return binary.LittleEndian.Uint16(p[2*i:]) }
