package similar

import "slices"

// Addresses are the streets, houses, entrances and numbers that a text names,
// each as a hash. Flats are left out: they are nobody's business.
type Addresses struct {
	n     uint8
	marks [maxMarks]mark
}

// maxMarks is how many of its addresses count; a text that names more is about
// none of them alone.
const maxMarks = 6

// mark is a kind, in the upper three bits, and a hash of what is named.
type mark uint32

type kind uint8

const (
	nothing  kind = iota
	street        // or a quarter, a village
	house         // with what belongs to its number: 12/3, 12а
	block         // корпус, строение
	entrance      // подъезд
	number        // of a school, a route, a request: what stands after №
)

func markOf(k kind, hash uint64) mark { return mark(k)<<29 | mark(mix(hash)>>35) }

func (m mark) kind() kind { return kind(m >> 29) }

func (a *Addresses) add(m mark) {
	if int(a.n) < maxMarks && !slices.Contains(a.marks[:a.n], m) {
		a.marks[a.n] = m
		a.n++
	}
}

// Conflict says whether two texts speak of different places: each names
// something of one kind that the other does not. A text that names less, or
// nothing, contradicts no other.
func Conflict(a, b Addresses) bool {
	for k := street; k <= number; k++ {
		if a.lacks(b, k) && b.lacks(a, k) {
			return true
		}
	}
	return false
}

// lacks says whether b names something of a kind that a does not.
func (a *Addresses) lacks(b Addresses, k kind) bool {
	return slices.ContainsFunc(b.marks[:b.n], func(m mark) bool {
		return m.kind() == k && !slices.Contains(a.marks[:a.n], m)
	})
}

// AddressesOf reads the addresses of a text as people write them: «ул. Ленина,
// д. 12/3», «Ленина 12 к 3», «на Садовой улице», «дома 12, 14 и 16», «3-й
// подъезд», «школа № 5».
func AddressesOf(text string) Addresses {
	r := reading{}
	for w := (words{text: text}); w.next(); {
		r.take(&w.word)
	}
	r.believe()
	return r.found
}

// reading goes through the words of a text.
type reading struct {
	found Addresses
	want  kind    // what the next number is
	named bool    // the next word is the name of a street
	loose bool    // also when it is written small
	last  word    // the word before
	guess [2]mark // a name and a number: an address, unless a measure follows
	free  uint64  // the number before, when nothing has claimed it; 0 for none
}

func (r *reading) take(w *word) {
	switch {
	case w.number:
		r.believe()
		r.takeNumber(w)
	case r.guess[0] != 0 && measures[w.hash]:
		r.guess = [2]mark{}
	default:
		r.believe()
		r.takeWord(w)
	}
	r.last = *w
}

// believe takes a guess that nothing has contradicted.
func (r *reading) believe() {
	if r.guess[0] == 0 {
		return
	}
	r.found.add(r.guess[0])
	r.found.add(r.guess[1])
	r.guess, r.want = [2]mark{}, house
}

func (r *reading) takeNumber(w *word) {
	r.free = 0
	switch {
	case r.named: // «ул. 8 Марта»: the name comes yet
	case w.numero && (r.want == nothing || w.stopped), r.want == number && !w.stopped:
		r.found.add(markOf(number, w.hash))
	case w.digits > 4: // a telephone, a sum
	case r.want != nothing && !w.stopped:
		r.found.add(markOf(r.want, w.hash))
	case r.last.proper() && !w.stopped:
		name, _ := r.last.stem()
		r.guess = [2]mark{markOf(street, name), markOf(house, w.hash)}
	default:
		r.free = w.hash
	}
}

func (r *reading) takeWord(w *word) {
	free := r.free
	r.free = 0
	c, known := classes[w.hash]
	if c.kind == block && w.n == 1 && !r.last.number {
		known = false // «к» is first of all a preposition
	}
	switch {
	case known && c.kind == street:
		r.takeStreet(w, c)
	case known && c.kind == entrance && free != 0 && !w.stopped && !w.comma:
		r.found.add(markOf(entrance, free))
		r.want, r.named = nothing, false
	case known:
		if c.kind == house && w.n <= 3 && r.last.proper() && !w.stopped { // «Ленина, д. 5», and not «Возле дома 5»
			name, _ := r.last.stem()
			r.found.add(markOf(street, name))
		}
		r.want, r.named = c.kind, false
	case r.named && w.n >= 3:
		r.takeName(w)
	case w.n > 1 || w.upper:
		r.want = nothing // a small letter joins numbers: «12 и 14»
	}
}

// takeStreet takes a word for a street: its name stands before it, as an
// adjective, or comes after it.
func (r *reading) takeStreet(w *word, c class) {
	r.want, r.named, r.loose = nothing, true, c.short
	if name, adjective := r.last.stem(); adjective && r.last.proper() && !w.stopped && !w.comma {
		r.found.add(markOf(street, name))
		r.want, r.named = house, false
	}
}

// takeName takes the word after that for a street. Written small it is a name
// only where a number follows: «на улице темно».
func (r *reading) takeName(w *word) {
	r.named = false
	if !r.loose && !w.upper {
		w.upper = true
		return
	}
	name, _ := w.stem()
	r.found.add(markOf(street, name))
	r.want = house
}

// proper says whether a word may be a name of its own.
func (w *word) proper() bool { return w.upper && !w.number && w.n >= 4 }
