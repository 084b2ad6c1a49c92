package suggest

import (
	"cmp"
	"maps"
	"slices"
)

// linear is an online multiclass linear classifier: passive-aggressive (PA-I,
// Crammer et al. 2006, doi 10.5555/1248547.1248566) against the strongest wrong
// classes, its weights averaged over the last steps so that no single one
// decides.
//
// The average of a weight over time is w - u/age: a step by d that is made at an
// age a adds d to w and d·a to u. Up to horizon steps that is the plain average;
// later the age grows by a constant factor a step, so that what is long past
// fades.
type linear struct {
	limit   int // how many weights are kept
	classes []int64
	weights map[uint32][]weight // by the hash of a feature
	size    int                 // how many weights there are
	age     float64
}

type weight struct {
	class int // index of classes
	w, u  float32
}

// guess is a class and how much speaks for it.
type guess struct {
	class int64
	score float32
}

// step is what one learning changed: enough to take it back.
type step struct {
	age   float32
	moves []move
	cause int64 // the incident whose lesson it belongs to; 0: the one it is kept with
}

// move adds to the weights of a class by times the features.
type move struct {
	class int
	by    float32
}

const (
	aggressive = 0.5 // the C of PA-I: how far one example may move a class
	rivals     = 3   // so many wrong classes are pushed away at once
	horizon    = 200 // steps; what is older fades
	oldest     = 1e7 // an age beyond it is counted anew, still above horizon
)

func newLinear(limit int) *linear {
	return &linear{limit: limit, weights: map[uint32][]weight{}}
}

// rank are the classes, likeliest first.
func (l *linear) rank(all []feature) []guess {
	scores := l.scores(all, true)
	guesses := make([]guess, len(scores))
	for i, s := range scores {
		guesses[i] = guess{l.classes[i], s}
	}
	slices.SortStableFunc(guesses, func(a, b guess) int { return cmp.Compare(b.score, a.score) })
	return guesses
}

// scores are those of the classes in their order, by the averaged weights or by
// the present ones.
func (l *linear) scores(all []feature, averaged bool) []float32 {
	scores := make([]float32, len(l.classes))
	back := float32(0)
	if averaged && l.age > 0 {
		back = float32(1 / l.age)
	}
	for _, f := range all {
		for _, w := range l.weights[f.hash] {
			scores[w.class] += f.size * (w.w - w.u*back)
		}
	}
	return scores
}

// learn takes the class that was right for the features; most is how far a class
// may be moved.
func (l *linear) learn(all []feature, class int64, most float32) step {
	right := slices.Index(l.classes, class)
	if right < 0 {
		right = len(l.classes)
		l.classes = append(l.classes, class)
	}
	s := step{age: float32(l.age)}
	for _, m := range against(l.scores(all, false), right, most) {
		s.moves = append(s.moves, m)
		l.move(all, m, s.age)
	}
	l.grow()
	return s
}

// against are the moves that put the right class above its strongest rivals by
// a margin of 1.
func against(scores []float32, right int, most float32) (moves []move) {
	order := make([]int, 0, len(scores))
	for c := range scores {
		if c != right {
			order = append(order, c)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	total := float32(0)
	for n, c := range order[:min(rivals, len(order))] {
		loss := 1 - (scores[right] - scores[c])
		if loss <= 0 {
			break
		}
		by := min(loss/2, most) / float32(n+1) // the features are of length 1, the two classes share
		moves = append(moves, move{c, -by})
		total += by
	}
	if len(order) == 0 {
		total = most
	}
	if total > 0 {
		moves = append(moves, move{right, total})
	}
	return moves
}

// grow lets time pass by one step.
func (l *linear) grow() {
	if l.age < horizon {
		l.age++
		return
	}
	l.age *= horizon / (horizon - 1.0)
}

// takeBack makes a step undone, as if it had never been made.
func (l *linear) takeBack(all []feature, s step) {
	for _, m := range s.moves {
		l.move(all, move{m.class, -m.by}, s.age)
	}
}

func (l *linear) move(all []feature, m move, age float32) {
	for _, f := range all {
		l.add(f.hash, m.class, m.by*f.size, age)
	}
	if l.size > l.limit {
		l.prune(l.limit * 3 / 4)
	}
}

func (l *linear) add(hash uint32, class int, by, age float32) {
	list := l.weights[hash]
	for i := range list {
		if list[i].class == class {
			list[i].w += by
			list[i].u += by * age
			return
		}
	}
	l.weights[hash] = append(list, weight{class, by, by * age})
	l.size++
}

// strength is how much an averaged weight says.
func (l *linear) strength(w weight) float32 {
	x := w.w - w.u/float32(max(l.age, 1))
	return max(x, -x)
}

// prune keeps about so many weights, those that say most.
func (l *linear) prune(keep int) {
	all := make([]float32, 0, l.size)
	for _, list := range l.weights {
		for _, w := range list {
			all = append(all, l.strength(w))
		}
	}
	slices.Sort(all)
	least := all[len(all)-keep]
	l.size = 0
	for h, list := range l.weights {
		list = slices.DeleteFunc(list, func(w weight) bool { return l.strength(w) < least })
		l.weights[h] = list
		l.size += len(list)
	}
	maps.DeleteFunc(l.weights, func(_ uint32, list []weight) bool { return len(list) == 0 })
}

// young makes the ages small again, those of the steps that may be taken back
// too: only their ratios count.
func (l *linear) young(steps func(func(*step))) {
	if l.age < oldest {
		return
	}
	const by = 1e-3
	l.age *= by
	for _, list := range l.weights {
		for i := range list {
			list[i].u *= by
		}
	}
	steps(func(s *step) { s.age *= by })
}
