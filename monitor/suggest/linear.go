package suggest

import (
	"cmp"
	"slices"
)

// linear is an online multiclass classifier of two linear ones: one that learns
// from its mistakes, and what was counted (see bayes.go); they err differently.
//
// The first is passive-aggressive (PA-I, Crammer et al. 2006, doi
// 10.5555/1248547.1248566) against the strongest wrong classes, its weights
// averaged over the last steps so that no single one decides. The average of a
// weight over time is w - u/age: a step by d that is made at an age a adds d to
// w and d·a to u. Up to horizon steps that is the plain average; later the age
// grows by a constant factor a step, so that what is long past fades.
type linear struct {
	limit   int // how many weights are kept
	classes []int64
	weights map[uint32][]weight // by the hash of a feature
	size    int                 // how many weights there are
	age     float64

	mass  []float64 // of each class: the sum of its counts
	fresh float64   // what a new count weighs beside those that faded
}

// weight is what a feature says about a class.
type weight struct {
	class   int32 // index of classes
	w, u    float32
	counted float32 // how much of the feature the class had
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
	class int32
	by    float32
}

const (
	aggressive = 0.5 // the C of PA-I: how far one example may move a class
	rivals     = 3   // so many wrong classes are pushed away at once
	horizon    = 200 // steps; what is older fades
	oldest     = 1e7 // an age beyond it is counted anew, still above horizon
)

func newLinear(limit int) *linear {
	return &linear{limit: limit, weights: map[uint32][]weight{}, fresh: 1}
}

// rank are the classes that were learned, likeliest first.
func (l *linear) rank(all []feature) []guess {
	scores := l.together(all)
	guesses := make([]guess, 0, len(scores))
	for i, s := range scores {
		if l.mass[i] > l.least() {
			guesses = append(guesses, guess{l.classes[i], s})
		}
	}
	slices.SortFunc(guesses, func(a, b guess) int {
		if a.score != b.score {
			return cmp.Compare(b.score, a.score)
		}
		return cmp.Compare(a.class, b.class)
	})
	return guesses
}

// together are the scores of the classes in their order, by the averaged weights
// and by the counts.
func (l *linear) together(all []feature) []float32 {
	scores := make([]float32, len(l.classes))
	back, length := float32(1/max(l.age, 1)), float32(0)
	for _, f := range all {
		list := l.weights[f.hash]
		sum := counted(list)
		for _, w := range list {
			scores[w.class] += f.size * (w.w - w.u*back + l.says(w, sum))
		}
		length += f.size
	}
	l.addMass(scores, length)
	return scores
}

// scores are those of the classes in their order, by the present weights.
func (l *linear) scores(all []feature) []float32 {
	scores := make([]float32, len(l.classes))
	for _, f := range all {
		for _, w := range l.weights[f.hash] {
			scores[w.class] += f.size * w.w
		}
	}
	return scores
}

// learn takes the class that was right for the features; most is how far a class
// may be moved.
func (l *linear) learn(all []feature, class int64, most float32) step {
	right := l.index(class)
	s := step{age: float32(l.age)}
	for _, m := range against(l.scores(all), right, most) {
		s.moves = append(s.moves, m)
		l.move(all, m, s.age)
	}
	l.grow()
	return s
}

// index is that of a class, which may be new.
func (l *linear) index(class int64) int {
	i := slices.Index(l.classes, class)
	if i < 0 {
		i = len(l.classes)
		l.classes, l.mass = append(l.classes, class), append(l.mass, 0)
	}
	return i
}

// against are the moves that put the right class above its strongest rivals by
// a margin of 1.
func against(scores []float32, right int, most float32) (moves []move) {
	total := float32(0)
	strongest := strongestBut(right, scores)
	for n, c := range strongest {
		loss := 1 - (scores[right] - scores[c])
		if loss <= 0 {
			break
		}
		by := min(loss/2, most) / float32(n+1) // the features are of length 1, the two classes share
		moves = append(moves, move{int32(c), -by})
		total += by
	}
	if len(strongest) == 0 {
		total = most
	}
	if total > 0 {
		moves = append(moves, move{int32(right), total})
	}
	return moves
}

// strongestBut are the classes of the highest scores but one class, the first
// of equals before the others.
func strongestBut(right int, scores []float32) (list []int) {
	for c, s := range scores {
		if c == right {
			continue
		}
		at := len(list)
		for at > 0 && scores[list[at-1]] < s {
			at--
		}
		if at < rivals {
			list = slices.Insert(list, at, c)
			list = list[:min(len(list), rivals)]
		}
	}
	return list
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
		l.prune(l.limit * 9 / 10)
	}
}

func (l *linear) add(hash uint32, class int32, by, age float32) {
	list := l.weights[hash]
	for i := range list {
		if list[i].class == class {
			list[i].w += by
			list[i].u += by * age
			return
		}
	}
	l.weights[hash] = append(list, weight{class: class, w: by, u: by * age})
	l.size++
}
