package suggest

import (
	"maps"
	"slices"
)

// strength is how much a weight of a feature says.
func (l *linear) strength(w weight, all float32) float32 {
	x := w.w - w.u/float32(max(l.age, 1)) + l.says(w, all)
	return max(x, -x)
}

// prune keeps about so many weights, those that say most.
func (l *linear) prune(keep int) {
	every := make([]float32, 0, l.size)
	for _, list := range l.weights {
		all := counted(list)
		for _, w := range list {
			every = append(every, l.strength(w, all))
		}
	}
	slices.Sort(every)
	least := every[len(every)-keep]
	l.size = 0
	// In one order, so that the masses are the same each time.
	for _, h := range slices.Sorted(maps.Keys(l.weights)) {
		list := l.weights[h]
		all := counted(list)
		list = slices.DeleteFunc(list, func(w weight) bool {
			weak := l.strength(w, all) < least
			if weak {
				l.mass[w.class] -= float64(w.counted)
			}
			return weak
		})
		if len(list) < cap(list)/2 {
			list = slices.Clone(list) // gives its memory back
		}
		l.weights[h] = list
		l.size += len(list)
	}
	maps.DeleteFunc(l.weights, func(_ uint32, list []weight) bool { return len(list) == 0 })
}

// young makes the ages small again, and the counts that have faded, with those
// of the lessons that may be taken back: only their ratios count.
func (l *linear) young(taught []*lesson) {
	const by = 1e-3
	if l.age >= oldest {
		l.age *= by
		for _, list := range l.weights {
			for i := range list {
				list[i].u *= by
			}
		}
		for _, t := range taught {
			for i := range t.steps {
				t.steps[i].age *= by
			}
		}
	}
	if l.fresh >= freshest {
		l.fresh *= by
		for i := range l.mass {
			l.mass[i] *= by
		}
		for _, list := range l.weights {
			for i := range list {
				list[i].counted *= by
			}
		}
		for _, t := range taught {
			t.counted *= by
		}
	}
}
