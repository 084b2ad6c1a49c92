package suggest

import (
	"math/rand/v2"
	"testing"

	"otklik/storage"
)

// TestUndoneTeachesNothing: an assignment taken back leaves the model's answers
// as they were, and the control does not.
func TestUndoneTeachesNothing(t *testing.T) {
	moved := map[bool]float32{}
	for _, undone := range []bool{true, false} {
		o := newOffice(t)
		a := New(o.Store)
		o.teach(a, 12, itself)
		r, err := a.region(t.Context(), o.region)
		o.check(err)
		head := r.heads[bodyHead]
		probe := Case{Text: complaint(rand.New(rand.NewPCG(1, 2)), 0, 0), Topic: o.topic}.features(r.words)
		before, taught := head.scores(probe), head.lessons()
		e := o.assign(o.complain(a, 0), 2)
		o.learn(a)
		if undone {
			_, err := o.Undo(t.Context(), admin, e.ID)
			o.check(err)
			o.learn(a)
			if head.lessons() != taught {
				t.Error("an undone assignment counts as a lesson")
			}
		}
		for i, s := range head.scores(probe) {
			moved[undone] = max(moved[undone], s-before[i], before[i]-s)
		}
	}
	if moved[true] > 1e-5 || moved[false] < 0.1 {
		t.Errorf("scores moved by %v, undone by %v", moved[false], moved[true])
	}
}

// TestReturnCorrects: the body that an official names, and who gets it then, is
// what is learned.
func TestReturnCorrects(t *testing.T) {
	o := newOffice(t)
	a := New(o.Store)
	r, err := a.region(t.Context(), o.region)
	o.check(err)
	id := o.complain(a, 0)
	o.assign(id, 1)
	o.learn(a)
	person := func(role int64) storage.Actor {
		official, err := o.Official(t.Context(), role)
		o.check(err)
		return storage.Actor{Kind: storage.AsOfficial, Person: official.Person}
	}
	for _, step := range []struct {
		what string
		do   func() error
		want int64
	}{
		{"returned with a body", func() error {
			_, err := o.Return(t.Context(), person(o.roles[1]), id, "other_body", o.bodies[0], "")
			return err
		}, o.bodies[0]},
		{"assigned to another", func() error { o.assign(id, 2); return nil }, o.bodies[2]},
		{"returned without one", func() error {
			_, err := o.Return(t.Context(), person(o.roles[2]), id, "federal", 0, "")
			return err
		}, 0},
	} {
		o.check(step.do())
		o.learn(a)
		if got := r.learned(id, bodyHead); got != step.want {
			t.Errorf("%s: learned body %d, want %d", step.what, got, step.want)
		}
		if n := r.heads[bodyHead].lessons(); n != min(int(step.want), 1) {
			t.Errorf("%s: %d lessons of one incident", step.what, n)
		}
	}
}
