package suggest

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// TestModelIsBounded: however much and whatever is learned, a model stays small
// and goes on to be right.
func TestModelIsBounded(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	m := newModel()
	for i := range 3000 {
		kind := i % 40
		text := complaint(rng, kind%3, 0.2)
		for range 25 {
			text += fmt.Sprintf(" слово%c%c%c", 'а'+rng.IntN(32), 'а'+rng.IntN(32), 'а'+rng.IntN(32))
		}
		labels := [heads]int64{bodyHead: int64(kind + 1), topicHead: int64(kind%20 + 1), urgencyHead: int64(kind%2 + 1), reasonHead: int64(kind%8 + 1)}
		m.teachRow(Case{Text: text, Topic: int64(kind%20 + 1)}, labels, true, present{})
	}
	for k, h := range m.heads {
		if h.size > limits[k] {
			t.Errorf("head %d has %d weights, at most %d are allowed", k, h.size, limits[k])
		}
	}
	data, err := m.encode()
	if err != nil || len(data) > 7<<19 {
		t.Errorf("the model has %d bytes, %v", len(data), err)
	}
	right := 0
	for i := range 60 {
		kind := i % 3
		if g := m.heads[bodyHead].rank(Case{Text: complaint(rng, kind, 0), Topic: int64(kind + 1)}.features(m.words)); g[0].class%20 == int64(kind+1)%20 {
			right++
		}
	}
	if right < 50 {
		t.Errorf("%d of 60 are right after pruning", right)
	}
}

func FuzzDecode(f *testing.F) {
	m := newModel()
	rng := rand.New(rand.NewPCG(3, 3))
	for i := range 6 {
		m.teachRow(Case{Text: complaint(rng, i%3, 0), Topic: 1, Place: 2}, [heads]int64{1, 2, 1, 1}, true, present{})
	}
	data, err := m.encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := decode(data)
		if err != nil {
			return
		}
		// What can be read can be used and written again.
		m.teachRow(Case{Text: "яма на дороге"}, [heads]int64{1, 2, 1, 1}, true, present{})
		for _, l := range m.recent {
			m.unlearn(l.incident, l.head)
			break
		}
		if _, err := m.encode(); err != nil {
			t.Fatal(err)
		}
	})
}

func BenchmarkAdvise(b *testing.B) {
	m := newModel()
	rng := rand.New(rand.NewPCG(3, 3))
	for i := range 1000 {
		m.teachRow(Case{Text: complaint(rng, i%3, 0.3)}, [heads]int64{int64(i%30 + 1), int64(i%18 + 1), int64(i%2 + 1), int64(i%8 + 1)}, true, present{})
	}
	c := Case{Text: complaint(rng, 1, 0)}
	for b.Loop() {
		m.advise(c, present{})
	}
}

func BenchmarkTeach(b *testing.B) {
	m := newModel()
	rng := rand.New(rand.NewPCG(3, 3))
	for i := 0; b.Loop(); i++ {
		m.teachRow(Case{Text: complaint(rng, i%3, 0.3)}, [heads]int64{int64(i%30 + 1), int64(i%18 + 1), int64(i%2 + 1), int64(i%8 + 1)}, true, present{})
	}
}
