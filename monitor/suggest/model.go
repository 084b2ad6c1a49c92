package suggest

import "slices"

// Version is that of the form of a model and of what its words mean: a stored
// one of another version is learned again from the journal.
const Version = 2

// limits are how many weights the heads keep: about 15 bytes each stored, 80 in
// memory with what finds them.
var limits = [heads]int{bodyHead: 100_000, topicHead: 100_000, urgencyHead: 10_000, reasonHead: 20_000}

// model is what one region's decisions taught.
type model struct {
	cursor int64 // the last line of the journal that it knows
	words  *counts
	heads  [heads]head
	desk   desk
	recent []*lesson // the latest, which can be taken back, oldest first
	warmed []uint64  // digests of the files that were learned
}

// head is one classifier with the record of its predictions.
type head struct {
	*linear
	ledger ledger
	taught map[int64]int // lessons by class
}

// lesson is what was learned from one incident by one head.
type lesson struct {
	incident int64
	head     headKind
	class    int64
	features []feature
	steps    []step
	counted  float32 // what it weighed in the counts
	outcome  outcome
	taken    taken // by the official, for bodyHead
}

// maxRecent is how many lessons of a head are remembered, to be taken back or
// rehearsed. Only what is ten minutes old at most can be undone.
const maxRecent = 100

// rehearsals is how many earlier lessons are gone through again with each new
// one: one look at an example is too few.
const rehearsals = 2

func newModel() *model {
	m := &model{words: newCounts(), desk: desk{}}
	for h := range m.heads {
		m.heads[h] = head{newLinear(limits[h]), ledger{}, map[int64]int{}}
	}
	return m
}

// lessons is how many a head learned.
func (h head) lessons() (n int) {
	for _, k := range h.taught {
		n += k
	}
	return n
}

// learn teaches a lesson: class is what was right, standard what the default
// said (0: nothing), weight how much more than usual it counts. What the head
// says before is put on its record.
func (m *model) learn(l *lesson, standard int64, weight float32) {
	h := m.heads[l.head]
	said := h.rank(l.features)
	if standard >= 0 {
		l.outcome = judge(said, l.head == urgencyHead || l.head == reasonHead, standard, l.class)
		h.ledger.add(l.outcome)
	}
	l.steps = append(l.steps, h.learn(l.features, l.class, aggressive*weight))
	h.taught[l.class]++
	l.counted = weight * float32(h.fresh)
	if len(said) > 0 && said[0].class != l.class {
		l.counted *= mistake
	}
	h.count(l.features, l.class, l.counted)
	h.fade()
	m.rehearse(l.head, l.incident)
	m.remember(l)
	h.young(m.lessonsOf(l.head))
}

// lessonsOf are the lessons of a head that can be taken back, oldest first.
func (m *model) lessonsOf(k headKind) (list []*lesson) {
	for _, l := range m.recent {
		if l.head == k {
			list = append(list, l)
		}
	}
	return list
}

// remember keeps a lesson among the recent ones, and forgets the oldest of its
// head.
func (m *model) remember(l *lesson) {
	m.recent = append(m.recent, l)
	n, oldest := 0, 0
	for i, r := range slices.Backward(m.recent) {
		if r.head == l.head {
			n, oldest = n+1, i
		}
	}
	if n > maxRecent {
		m.recent = slices.Delete(m.recent, oldest, oldest+1)
	}
}

// rehearse goes through earlier lessons of a head again, others each time, with
// the lesson of an incident.
func (m *model) rehearse(k headKind, incident int64) {
	earlier, h := m.lessonsOf(k), m.heads[k]
	n := h.lessons()
	for i := range min(rehearsals, len(earlier)) {
		l := earlier[(n*rehearsals+i)*7919%len(earlier)] // a prime: no pattern of the journal is met twice
		s := h.learn(l.features, l.class, aggressive)
		s.cause = incident
		l.steps = append(l.steps, s)
	}
}

// unlearn takes back what a head learned from an incident, if that is recent
// enough. It says what it was.
func (m *model) unlearn(incident int64, k headKind) (class int64) {
	i := slices.IndexFunc(m.recent, func(l *lesson) bool { return l.incident == incident && l.head == k })
	if i < 0 {
		return 0
	}
	l := m.recent[i]
	h := m.heads[k]
	for _, s := range slices.Backward(l.steps) {
		h.takeBack(l.features, s)
	}
	h.count(l.features, l.class, -l.counted)
	h.ledger.takeBack(l.outcome)
	m.desk.giveBack(l.taken)
	if h.taught[l.class]--; h.taught[l.class] == 0 {
		delete(h.taught, l.class)
	}
	m.recent = slices.Delete(m.recent, i, i+1)
	m.unrehearse(incident, k)
	return l.class
}

// unrehearse takes back what was rehearsed with the lesson of an incident.
func (m *model) unrehearse(incident int64, k headKind) {
	for _, l := range m.recent {
		if l.head != k {
			continue
		}
		l.steps = slices.DeleteFunc(l.steps, func(s step) bool {
			if s.cause != incident {
				return false
			}
			m.heads[k].takeBack(l.features, s)
			return true
		})
	}
}

// learned is the class that a head was taught last for an incident, 0 when that
// is long ago or never was.
func (m *model) learned(incident int64, k headKind) int64 {
	for _, l := range m.recent {
		if l.incident == incident && l.head == k {
			return l.class
		}
	}
	return 0
}
