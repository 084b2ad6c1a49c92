package suggest

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// Labelled is a text with its right class, for measuring.
type Labelled struct{ Text, Class string }

// Measured is how well texts were classified that were not learned from.
type Measured struct {
	Rows, Classes   int
	First, Three    float64 // share whose class was the likeliest, among the three likeliest
	Most            float64 // share of the most frequent class: what knowing nothing gives
	Predict, Update time.Duration
}

// Error is the standard error of a share.
func (m Measured) Error(share float64) float64 {
	return math.Sqrt(share * (1 - share) / float64(max(m.Rows, 1)))
}

// Measure learns from all folds but one and predicts that one, for each: the
// same learner, once through and in a random order, as decisions come.
func Measure(rows []Labelled, folds int) Measured {
	rows = slices.Clone(rows)
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	ids, counts := map[string]int64{}, map[string]int{}
	most := 0
	for _, r := range rows {
		if ids[r.Class] == 0 {
			ids[r.Class] = int64(len(ids) + 1)
		}
		counts[r.Class]++
		most = max(most, counts[r.Class])
	}
	m := Measured{Rows: len(rows), Classes: len(ids), Most: float64(most) / float64(max(len(rows), 1))}
	first, three, learned := 0, 0, 0
	for fold := range folds {
		model := newModel()
		for i, r := range rows {
			if i%folds == fold {
				continue
			}
			started := time.Now()
			model.teachRow(Case{Text: r.Text}, [heads]int64{bodyHead: ids[r.Class]}, false, present{})
			m.Update += time.Since(started)
			learned++
		}
		for i := fold; i < len(rows); i += folds {
			started := time.Now()
			guesses := model.heads[bodyHead].rank(Case{Text: rows[i].Text}.features(model.words))
			m.Predict += time.Since(started)
			at := slices.IndexFunc(guesses, func(g guess) bool { return g.class == ids[rows[i].Class] })
			if at == 0 {
				first++
			}
			if at >= 0 && at < 3 {
				three++
			}
		}
	}
	n := max(len(rows), 1)
	m.First, m.Three = float64(first)/float64(n), float64(three)/float64(n)
	m.Predict /= time.Duration(n)
	m.Update /= time.Duration(max(learned, 1))
	return m
}
