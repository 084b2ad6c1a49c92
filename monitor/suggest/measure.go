package suggest

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// Labelled is a text with its right class, for measuring.
type Labelled struct{ Text, Class string }

// Setting is how texts are measured.
type Setting struct {
	Folds    int
	Orders   int  // random orders that the rows are learned in, averaged over
	ByTopics bool // the built-in rules read a text, and choose the topic of its case
}

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
func Measure(rows []Labelled, s Setting) Measured {
	rows = slices.Clone(rows)
	ids, counts := map[string]int64{}, map[string]int{}
	most := 0
	for _, r := range rows {
		if ids[r.Class] == 0 {
			ids[r.Class] = int64(len(ids) + 1)
		}
		counts[r.Class]++
		most = max(most, counts[r.Class])
	}
	n := max(len(rows), 1)
	m := Measured{Rows: len(rows), Classes: len(ids), Most: float64(most) / float64(n)}
	var t trial
	for order := range s.Orders {
		rand.New(rand.NewPCG(uint64(order+1), 1)).Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		for fold := range s.Folds {
			t.fold(rows, ids, fold, s)
		}
	}
	tried := float64(max(t.predicted, 1))
	m.First, m.Three = float64(t.first)/tried, float64(t.three)/tried
	m.Predict = t.predicting / time.Duration(max(t.predicted, 1))
	m.Update = t.updating / time.Duration(max(t.learned, 1))
	return m
}

// trial adds up what folds showed.
type trial struct {
	predicted, first, three, learned int
	predicting, updating             time.Duration
}

func (t *trial) fold(rows []Labelled, ids map[string]int64, fold int, s Setting) {
	model := newModel()
	for i, r := range rows {
		if i%s.Folds == fold {
			continue
		}
		c := s.caseOf(r.Text)
		started := time.Now()
		model.teachRow(c, [heads]int64{bodyHead: ids[r.Class]}, false, present{})
		t.updating += time.Since(started)
		t.learned++
	}
	for i := fold; i < len(rows); i += s.Folds {
		c := s.caseOf(rows[i].Text)
		started := time.Now()
		guesses := model.heads[bodyHead].rank(c.features(model.words))
		t.predicting += time.Since(started)
		t.predicted++
		switch slices.IndexFunc(guesses, func(g guess) bool { return g.class == ids[rows[i].Class] }) {
		case 0:
			t.first++
			fallthrough
		case 1, 2:
			t.three++
		}
	}
}

func (s Setting) caseOf(text string) Case {
	if !s.ByTopics {
		return Case{Text: text, wordsOnly: true}
	}
	return Case{Text: text, Topic: builtin().choose(text)}
}
