package suggest

import "math"

// The counts are those of a complement naive Bayes classifier (Rennie et al.
// 2003, doi 10.5555/3041838.3041916): a class is as likely as the features are
// rare in all others. It counts how much of a feature each class had, so it
// learns at once from few examples, and from classes of uneven size.
const (
	countShare = 0.7  // what its scores weigh beside the others
	unseen     = 0.2  // of a feature is taken to be in every class, seen there or not
	memory     = 2000 // lessons; what is older fades
	mistake    = 2.5  // how much more a lesson counts that was predicted otherwise
	freshest   = 1e5  // a new count beyond it is counted anew
)

// count adds to what a class had of the features, times by, which may be
// negative: then it is taken back.
func (l *linear) count(all []feature, class int64, by float32) {
	c := l.index(class)
	for _, f := range all {
		n := by * f.size
		list := l.weights[f.hash]
		at := -1
		for i := range list {
			if int(list[i].class) == c {
				at = i
			}
		}
		switch {
		case at >= 0:
			n = max(n, -list[at].counted)
			list[at].counted += n
		case n < 0:
			continue // it was pruned
		default:
			l.weights[f.hash] = append(list, weight{class: int32(c), counted: n})
			l.size++
		}
		l.mass[c] += float64(n)
	}
	if l.size > l.limit {
		l.prune(l.limit * 9 / 10)
	}
}

// fade lets what was counted weigh less beside what will be.
func (l *linear) fade() { l.fresh *= memory / (memory - 1.0) }

// least is the mass of a class that nothing is left of but errors of rounding.
func (l *linear) least() float64 { return 1e-3 * l.fresh }

// counted is how much of a feature all classes had.
func counted(list []weight) (all float32) {
	for _, w := range list {
		all += w.counted
	}
	return all
}

// says is what a count says for its class.
func (l *linear) says(w weight, all float32) float32 {
	if w.counted <= 0 {
		return 0
	}
	least := unseen * float32(l.fresh)
	return countShare * float32(math.Log(float64((all+least)/(max(all-w.counted, 0)+least))))
}

// addMass adds what the size of the classes says, for features of that length:
// what most had little of is no wonder where they had little in all.
func (l *linear) addMass(scores []float32, length float32) {
	total := unseen * l.fresh * float64(len(l.weights))
	for _, m := range l.mass {
		total += m
	}
	for i, m := range l.mass {
		scores[i] += countShare * length * float32(math.Log(max(total-m, 1e-9)))
	}
}
