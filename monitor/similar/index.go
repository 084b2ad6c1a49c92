package similar

import (
	"hash/maphash"
	"unsafe"
)

const (
	bands   = 21
	rows    = 3 // bins of a band
	deepest = 8 // newest entries of a chain that a search looks at: a flood of one template costs no more
)

// The likenesses from which a text is taken for the same, and offered as like
// another. Of 4 million pairs of real complaints 33 are alike by JoinAt: the same
// complaint told again, one letter of two senders, and four times one template
// with two addresses, which is a conflict; 48 are alike by ProposeAt.
const (
	JoinAt    = 0.6
	ProposeAt = 0.4
)

// Entry is a text in the index.
type Entry struct {
	Region    int64
	Post      int64 // what a search tells; 0 is nobody
	At        int64 // when it was found, in Unix milliseconds
	From      Key   // where it was said: short texts are compared only there
	Self      Key   // the post's own address
	Under     Key   // that of the post that it stands under
	Signature Signature
}

// Key is a word as the index compares it; 0 is none.
type Key uint32

var keySeed = maphash.MakeSeed()

// KeyOf makes the key of a word, 0 of an empty one. It holds within one process.
func KeyOf(word string) Key {
	if word == "" {
		return 0
	}
	return Key(maphash.String(keySeed, word)) | 1
}

// Twin is a text like the one that was asked for; the zero one is none.
type Twin struct {
	Post     int64
	Likeness float64
}

// Index finds texts that are like a given one among the newest of all regions.
// It is for one goroutine at a time.
//
// Each entry stands in 21 chains, one for each three bins of its signature: texts
// with half of their bins equal share one of the chains in 94 of 100 cases, with
// six tenths in 99.5. A chain begins with its newest entry. When the index is
// full the newest entry takes the place of the oldest, whose chains then end
// before it.
type Index struct {
	most   int
	last   uint32   // the number of the newest entry, from 1
	search uint32   // the number of the newest search
	slots  []slot   // by the numbers of their entries, modulo their count
	heads  []uint32 // the newest of each chain, an equal stretch for each band
}

type slot struct {
	entry Entry
	next  [bands]uint32 // the number of the entry before in each chain; 0 ends it
	seen  uint32        // the search that saw it last
}

// first is how many entries an index has room for before it grows.
const first = 256

// NewIndex makes an index that remembers the newest entries, so many at most.
func NewIndex(most int) *Index { return &Index{most: most} }

// Len is how many entries there are.
func (x *Index) Len() int { return min(int(x.last), len(x.slots)) }

// Bytes is how much memory the entries take.
func (x *Index) Bytes() int { return len(x.slots)*int(unsafe.Sizeof(slot{})) + 4*len(x.heads) }

// Add remembers a text; the oldest is forgotten when there are too many. A text
// that can be like no other is not kept: one without words, and a short one of
// which nobody knows where it was said.
func (x *Index) Add(e *Entry) {
	if e.chains() == 0 {
		return
	}
	if int(x.last) >= len(x.slots) && len(x.slots) < x.most {
		x.grow()
	}
	x.last++
	s := x.slot(x.last)
	*s = slot{entry: *e}
	for band := range e.chains() {
		head := x.head(e, band)
		s.next[band] = *head
		*head = x.last
	}
}

// grow doubles the room; the entries are numbered anew.
func (x *Index) grow() {
	old := *x
	room := min(max(first, 2*len(old.slots)), x.most)
	width := 1
	for width < room {
		width *= 2
	}
	*x = Index{most: old.most, slots: make([]slot, room), heads: make([]uint32, bands*width)}
	for n := old.last - uint32(len(old.slots)); n != old.last; n++ {
		x.Add(&old.slot(n + 1).entry)
	}
}

func (x *Index) slot(n uint32) *slot { return &x.slots[n%uint32(len(x.slots))] }

// alive says whether the number is that of an entry that is still there.
func (x *Index) alive(n uint32) bool { return n != 0 && x.last-n < uint32(len(x.slots)) }

// head is where a chain of an entry begins.
func (x *Index) head(e *Entry, band int) *uint32 {
	width := uint64(len(x.heads) / bands)
	return &x.heads[uint64(band)*width+e.chain(band)&(width-1)]
}

// chains is how many chains an entry stands in.
func (e *Entry) chains() int {
	switch {
	case e.Signature.size == long:
		return bands
	case e.Signature.size == short && e.From != 0:
		return 1
	}
	return 0
}

// chain is the hash of a chain of an entry. Regions have chains of their own, and
// for short texts so have the places where they were said.
func (e *Entry) chain(band int) uint64 {
	b := e.Signature.bins[rows*band:]
	h := uint64(b[0]) | uint64(b[1])<<16 | uint64(b[2])<<32 | uint64(band)<<48
	if e.Signature.size == short {
		h = mix(h) ^ uint64(e.From)
	}
	return mix(h ^ uint64(e.Region)*0x9e3779b97f4a7c15)
}

// Find looks for texts of the entry's region that are like it and no older than
// since, in Unix milliseconds: same is the one that is most like it of those to
// be taken for the same, the newest of equals; like, where there is none, the
// one to be offered. A post is no twin of itself nor of the one under which it
// stands.
func (x *Index) Find(e *Entry, since int64) (same, like Twin) {
	if len(x.slots) == 0 {
		return same, like
	}
	x.search++
	for band := range e.chains() {
		n := *x.head(e, band)
		for depth := 0; depth < deepest && x.alive(n); depth++ {
			s := x.slot(n)
			n = s.next[band]
			if !e.shares(&s.entry, band) || s.seen == x.search {
				continue
			}
			s.seen = x.search
			if o := &s.entry; o.At >= since && e.meets(o) {
				weigh(e, o, &same, &like)
			}
			if same.Likeness == 1 {
				return same, Twin{} // the newest: it heads the first of the chains that they share
			}
		}
	}
	if same.Post != 0 {
		like = Twin{}
	}
	return same, like
}

// shares says whether two entries have a band in common: other entries stand in
// its chain too.
func (e *Entry) shares(o *Entry, band int) bool {
	a, b := e.Signature.bins[rows*band:], o.Signature.bins[rows*band:]
	return a[0] == b[0] && a[1] == b[1] && a[2] == b[2]
}

// meets says whether two entries may be twins, whatever their texts.
func (e *Entry) meets(o *Entry) bool {
	switch {
	case o.Post == 0, o.Post == e.Post, o.Region != e.Region:
		return false
	case e.Under != 0 && e.Under == o.Self, o.Under != 0 && o.Under == e.Self:
		return false
	}
	return !e.Signature.Short() || e.From == o.From
}

// weigh takes o for the twin of e when it is the best so far.
func weigh(e, o *Entry, same, like *Twin) {
	t := Twin{Post: o.Post, Likeness: e.Signature.Likeness(&o.Signature)}
	best := like
	if t.Likeness >= JoinAt && !Conflict(e.Signature.Addresses, o.Signature.Addresses) {
		best = same
	}
	if t.Likeness >= ProposeAt && (t.Likeness > best.Likeness || t.Likeness == best.Likeness && t.Post > best.Post) {
		*best = t
	}
}

// Remove forgets a post. Like Renew it looks at every entry, so it is for what is
// rare.
func (x *Index) Remove(post int64) {
	for i := range x.slots {
		if e := &x.slots[i].entry; e.Post == post {
			e.Post = 0
		}
	}
}

// Renew gives a post another signature, in every region that has it.
func (x *Index) Renew(post int64, s Signature) {
	var renewed []Entry
	for i := range x.slots {
		if e := &x.slots[i].entry; e.Post == post {
			n := *e
			n.Signature = s
			renewed = append(renewed, n)
			e.Post = 0
		}
	}
	for i := range renewed {
		x.Add(&renewed[i])
	}
}
