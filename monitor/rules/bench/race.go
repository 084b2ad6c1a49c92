package main

import (
	"runtime"
	"slices"
)

// runner is one way through a sample of posts. Its time is told for a post;
// factor says how many times the work of a run stands for: 40 for one that
// tries every fortieth rule.
type runner struct {
	name   string
	posts  int
	factor float64
	run    func() (found int)
}

// laps are the seconds a post of one runner, by round.
type laps []float64

// race lets the runners run in turn, round by round, so that whatever slows
// the machine down for a while slows all of them.
func race(by clock, rounds int, runners ...runner) map[string]laps {
	out := map[string]laps{}
	for range rounds {
		for _, r := range runners {
			start := by()
			runtime.KeepAlive(r.run()) // nothing of it may be optimised away
			out[r.name] = append(out[r.name], (by()-start).Seconds()*max(r.factor, 1)/float64(r.posts))
		}
	}
	return out
}

// ratio compares two runners of one race.
type ratio struct {
	Median float64 `json:"median"` // of the rounds
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
	Best   float64 `json:"best"` // of the best rounds of each
}

// speedup tells how many times as many posts as the other a runner does.
func speedup(of, other laps) ratio {
	each := make([]float64, len(of))
	for i := range of {
		each[i] = other[i] / of[i]
	}
	slices.Sort(each)
	return ratio{
		Median: median(each),
		Min:    each[0],
		Max:    each[len(each)-1],
		Best:   slices.Min(other) / slices.Min(of),
	}
}

// median of a sorted list.
func median(sorted []float64) float64 {
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// rate is posts a second at its best.
func (l laps) rate() float64 { return 1 / slices.Min(l) }
