package suggest

import (
	"cmp"
	"slices"

	"otklik/storage"
)

// desk remembers who of a body had a topic last, and who had any: people
// change, bodies stay. Topic 0 is any.
type desk map[seat]int64

type seat struct{ body, topic int64 }

func (s seat) compare(o seat) int {
	return cmp.Or(cmp.Compare(s.body, o.body), cmp.Compare(s.topic, o.topic))
}

// taken is that an official took the seats of his body and topic, and who had
// them before.
type taken struct {
	body, topic, official int64
	before                [3]int64
}

func (t *taken) seats() [3]seat {
	return [3]seat{{t.body, t.topic}, {t.body, 0}, {0, t.topic}}
}

func (d desk) take(body, topic, official int64) taken {
	t := taken{body: body, topic: topic, official: official}
	for i, s := range t.seats() {
		t.before[i] = d[s]
		d[s] = official
	}
	return t
}

// giveBack makes a taking undone, where nobody took the seat since.
func (d desk) giveBack(t taken) {
	for i, s := range t.seats() {
		if t.official == 0 || d[s] != t.official {
			continue
		}
		if d[s] = t.before[i]; t.before[i] == 0 {
			delete(d, s)
		}
	}
}

// present is who can be suggested in a region now.
type present struct {
	officials []storage.Official
	routes    []storage.Route
}

func (p present) bodyOf(official int64) int64 {
	for _, o := range p.officials {
		if o.ID == official {
			return o.Body
		}
	}
	return 0
}

// has tells whether somebody of a body is there.
func (p present) has(body int64) bool {
	return slices.ContainsFunc(p.officials, func(o storage.Official) bool { return o.Body == body })
}

// fit is how closely a default official's route fits a case: 0 for none, 3 for
// its topic in its place.
func (p present) fit(official int64, c Case) (best int) {
	for _, r := range p.routes {
		if r.Official.ID != official || r.Topic != 0 && r.Topic != c.Topic || r.Place != 0 && r.Place != c.Place {
			continue
		}
		switch {
		case r.Topic == 0:
			best = max(best, 1)
		case r.Place == 0:
			best = max(best, 2)
		default:
			best = max(best, 3)
		}
	}
	return best
}

// standard is the body that a case goes to by default: that of its route, else
// of who had its topic last; 0 for nobody.
func (p present) standard(c Case, d desk) int64 {
	official, best := int64(0), 0
	for _, o := range p.officials {
		if fit := p.fit(o.ID, c); fit > best {
			official, best = o.ID, fit
		}
	}
	if best == 0 {
		official = d[seat{0, c.Topic}]
	}
	return p.bodyOf(official)
}

// rank puts the officials in order: the likeliest of each body by the order of
// the bodies, then the others in the same order.
func (p present) rank(bodies []guess, c Case, d desk) []storage.Official {
	place := map[int64]int{}
	for i, b := range bodies {
		place[b.class] = i
	}
	at := func(o storage.Official) int {
		if i, known := place[o.Body]; known {
			return i
		}
		return len(bodies)
	}
	list := slices.Clone(p.officials)
	slices.SortStableFunc(list, func(a, b storage.Official) int {
		return cmp.Or(
			cmp.Compare(at(a), at(b)),
			cmp.Compare(a.Body, b.Body),
			cmp.Compare(p.fit(b.ID, c), p.fit(a.ID, c)),
			isFirst(a.ID, b.ID, d[seat{a.Body, c.Topic}]),
			isFirst(a.ID, b.ID, d[seat{a.Body, 0}]),
			cmp.Compare(a.Open, b.Open),
			cmp.Compare(a.ID, b.ID))
	})
	var firsts, others []storage.Official
	for i, o := range list {
		if i > 0 && list[i-1].Body == o.Body {
			others = append(others, o)
		} else {
			firsts = append(firsts, o)
		}
	}
	return append(firsts, others...)
}

// isFirst puts a before b when it is the one that counts.
func isFirst(a, b, one int64) int {
	switch one {
	case a:
		return -1
	case b:
		return 1
	}
	return 0
}
