package suggest

import (
	"bytes"
	"cmp"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
)

// encode writes a model, compressed; the same model is always the same bytes.
// What decode reads is exactly the model, so that learning goes on as if it had
// never stopped.
func (m *model) encode() ([]byte, error) {
	c := &codec{}
	c.model(m)
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestSpeed)
	if err != nil {
		return nil, err
	}
	_, err = w.Write(c.out)
	err = errors.Join(err, w.Close())
	return out.Bytes(), err
}

// maxModel bounds what a stored model may unpack to.
const maxModel = 64 << 20

func decode(data []byte) (*model, error) {
	plain, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(data)), maxModel))
	if err != nil {
		return nil, fmt.Errorf("unpack a suggestion model: %w", err)
	}
	m := newModel()
	c := &codec{in: plain, reading: true}
	c.model(m)
	if len(c.in) > 0 {
		c.broken = true
	}
	if c.broken {
		return nil, errors.New("a suggestion model cannot be read")
	}
	return m, nil
}

// codec writes values one after the other, or reads them in the same order.
type codec struct {
	out, in []byte
	reading bool
	broken  bool
}

// number codes an integer.
func number[T ~int | ~int32 | ~int64 | ~uint8 | ~uint32 | ~uint64](c *codec, v *T) {
	if !c.reading {
		c.out = binary.AppendUvarint(c.out, uint64(*v))
		return
	}
	x, n := binary.Uvarint(c.in)
	if *v = T(x); n <= 0 || uint64(*v) != x {
		c.broken, c.in, *v = true, nil, 0
		return
	}
	c.in = c.in[n:]
}

func (c *codec) float(v *float32) {
	if !c.reading {
		c.out = binary.LittleEndian.AppendUint32(c.out, math.Float32bits(*v))
		return
	}
	if len(c.in) < 4 {
		c.broken, c.in = true, nil
		return
	}
	*v, c.in = math.Float32frombits(binary.LittleEndian.Uint32(c.in)), c.in[4:]
}

func (c *codec) double(v *float64) {
	bits := math.Float64bits(*v)
	number(c, &bits)
	*v = math.Float64frombits(bits)
}

// length codes how many elements follow; each takes at least a byte.
func (c *codec) length(n int) int {
	number(c, &n)
	if c.reading && (n < 0 || n > len(c.in)) {
		c.broken, c.in, n = true, nil, 0
	}
	return n
}

// list codes the elements of a slice.
func list[T any](c *codec, v *[]T, element func(*T)) {
	n := c.length(len(*v))
	if c.reading {
		*v = nil
		for range n {
			var x T
			*v = append(*v, x)
		}
	}
	for i := range *v {
		element(&(*v)[i])
	}
}

// table codes a map in the order of its keys.
func table[K comparable, V any](c *codec, v map[K]V, order func(a, b K) int, element func(*K, *V)) {
	keys := slices.SortedFunc(maps.Keys(v), order)
	for i := range c.length(len(keys)) {
		var key K
		var value V
		if !c.reading {
			key, value = keys[i], v[keys[i]]
		}
		element(&key, &value)
		if c.reading {
			v[key] = value
		}
	}
}

func (c *codec) model(m *model) {
	number(c, &m.words.texts)
	list(c, &m.words.seen, func(n *uint32) { number(c, n) })
	if len(m.words.seen) != countPlaces {
		c.broken = true
	}
	for h := range m.heads {
		c.head(&m.heads[h])
	}
	table(c, m.desk, seat.compare, func(s *seat, official *int64) {
		number(c, &s.body)
		number(c, &s.topic)
		number(c, official)
	})
	list(c, &m.warmed, func(d *uint64) { number(c, d) })
	var last []feature // the heads learn from the same features
	list(c, &m.recent, func(l **lesson) {
		if c.reading {
			*l = &lesson{}
		}
		c.lesson(*l, last)
		last = (*l).features
		if c.reading && !(*l).fits(m) {
			c.broken = true
		}
	})
}

func (c *codec) head(h *head) {
	list(c, &h.classes, func(id *int64) { number(c, id) })
	c.double(&h.age)
	c.double(&h.fresh)
	list(c, &h.mass, c.double)
	if len(h.mass) != len(h.classes) {
		c.broken, h.mass = true, make([]float64, len(h.classes))
	}
	last := uint32(0)
	table(c, h.weights, cmp.Compare, func(hash *uint32, weights *[]weight) {
		step := *hash - last
		number(c, &step)
		*hash = last + step
		last = *hash
		list(c, weights, func(w *weight) {
			number(c, &w.class)
			c.float(&w.w)
			c.float(&w.u)
			c.float(&w.counted)
			if w.class < 0 || int(w.class) >= len(h.classes) {
				c.broken, w.class = true, 0
			}
		})
		if c.reading {
			h.size += len(*weights)
		}
	})
	table(c, h.ledger, entry.compare, func(e *entry, t *tally) {
		number(c, &e.class)
		number(c, &e.margin)
		c.tally(t)
	})
	table(c, h.taught, cmp.Compare, func(class *int64, n *int) {
		number(c, class)
		number(c, n)
	})
}

func (c *codec) tally(t *tally) {
	for _, x := range []*float32{&t.Tried, &t.Right, &t.Beat, &t.Lost} {
		c.float(x)
	}
}

func (c *codec) lesson(l *lesson, last []feature) {
	number(c, &l.incident)
	number(c, &l.head)
	number(c, &l.class)
	same := 0
	if slices.Equal(l.features, last) {
		same = 1
	}
	if number(c, &same); same == 1 {
		l.features = last
	} else {
		list(c, &l.features, func(f *feature) {
			number(c, &f.hash)
			c.float(&f.size)
		})
	}
	list(c, &l.steps, func(s *step) {
		c.float(&s.age)
		number(c, &s.cause)
		list(c, &s.moves, func(m *move) {
			number(c, &m.class)
			c.float(&m.by)
		})
	})
	c.float(&l.counted)
	number(c, &l.outcome.class)
	number(c, &l.outcome.margin)
	c.tally(&l.outcome.tally)
	for _, x := range []*int64{&l.taken.body, &l.taken.topic, &l.taken.official, &l.taken.before[0], &l.taken.before[1], &l.taken.before[2]} {
		number(c, x)
	}
}

// fits tells that a lesson can be taken back from a model.
func (l *lesson) fits(m *model) bool {
	if l.head >= heads {
		return false
	}
	for _, s := range l.steps {
		for _, move := range s.moves {
			if move.class < 0 || int(move.class) >= len(m.heads[l.head].classes) {
				return false
			}
		}
	}
	return true
}
