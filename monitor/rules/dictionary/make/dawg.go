package main

import (
	"encoding/binary"
	"fmt"
	"iter"
	"os"
	"strings"
)

// dawg is a finite automaton of keys, as the dawgdic library writes it: units
// hold the transitions, guide the first and the next child of each state.
// Keys are Windows-1251.
type dawg struct {
	units []uint32
	guide []byte
}

const (
	isLeaf  = 1 << 31
	hasLeaf = 1 << 8
)

func readDAWG(path string) (*dawg, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	size, rest, err := count(data, 4)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	d := &dawg{units: make([]uint32, size)}
	for i := range d.units {
		d.units[i] = binary.LittleEndian.Uint32(rest[4*i:])
	}
	if size, rest, err = count(rest[4*size:], 2); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	d.guide = rest[:2*size]
	return d, nil
}

// count reads a number of items of so many bytes, which must follow.
func count(data []byte, width int) (int, []byte, error) {
	if len(data) < 4 {
		return 0, nil, fmt.Errorf("too short")
	}
	n := int(binary.LittleEndian.Uint32(data))
	if len(data)-4 < n*width {
		return 0, nil, fmt.Errorf("%d items of %d bytes announced, %d bytes follow", n, width, len(data)-4)
	}
	return n, data[4:], nil
}

func offset(unit uint32) uint32 { return unit >> 10 << (unit & (1 << 9) >> 6) }

// follow goes from a state along a byte.
func (d *dawg) follow(state uint32, c byte) (uint32, bool) {
	next := state ^ offset(d.units[state]) ^ uint32(c)
	return next, d.units[next]&(isLeaf|0xFF) == uint32(c)
}

// all gives every key with its value. The key is valid until the next step.
func (d *dawg) all() iter.Seq2[[]byte, uint32] {
	return func(yield func([]byte, uint32) bool) { d.walk(0, nil, yield) }
}

func (d *dawg) walk(state uint32, key []byte, yield func([]byte, uint32) bool) bool {
	if unit := d.units[state]; unit&hasLeaf != 0 {
		if !yield(key, d.units[state^offset(unit)]&^isLeaf) {
			return false
		}
	}
	for c := d.guide[2*state]; c != 0; {
		next, ok := d.follow(state, c)
		if !ok {
			break
		}
		if !d.walk(next, append(key, c), yield) {
			return false
		}
		c = d.guide[2*next+1]
	}
	return true
}

// decode reads Windows-1251, of which words use the Russian letters and ASCII.
func decode(key []byte) string {
	var s strings.Builder
	for _, c := range key {
		switch {
		case c >= 0xC0:
			s.WriteRune('А' + rune(c-0xC0))
		case c == 0xB8:
			s.WriteRune('ё')
		default:
			s.WriteByte(c)
		}
	}
	return s.String()
}
