package suggest

import (
	"math/rand/v2"
	"testing"

	"otklik/storage"
)

// TestRestart: a process that ends at any point goes on with the same model.
func TestRestart(t *testing.T) {
	for seed := range uint64(5) {
		o := newOffice(t)
		o.rng = rand.New(rand.NewPCG(seed, 1))
		restarted := New(o.Store)
		var undoable []int64
		for range 24 {
			kind := o.rng.IntN(3)
			switch o.rng.IntN(8) {
			case 0, 1:
				undoable = append(undoable, o.assign(o.complain(nil, kind), kind).ID)
			case 2:
				c, err := o.Dismiss(t.Context(), admin, o.complain(nil, kind), Reasons[kind], "")
				o.check(err)
				undoable = append(undoable, c.Event.ID)
			case 3:
				o.check(o.SetTopic(t.Context(), admin, o.complain(nil, kind), o.other))
			case 4:
				id := o.complain(nil, kind)
				o.check(o.SetImportance(t.Context(), admin, id, storage.High))
				o.assign(id, kind)
			case 5:
				if n := len(undoable); n > 0 {
					_, err := o.Undo(t.Context(), admin, undoable[n-1])
					o.check(err)
					undoable = undoable[:n-1]
				}
			case 6:
				restarted = New(o.Store) // what was not stored yet is lost
			case 7:
				o.Advance(soon)
				undoable = nil
			}
			o.learn(restarted)
		}
		// The other one reads the whole journal at once.
		steady := New(o.Store)
		steady.regions[o.region] = &region{model: newModel(), changed: map[int64]bool{}, saved: o.Now().Add(soon)}
		o.learn(steady)
		if o.model(steady) != o.model(restarted) {
			t.Errorf("seed %d: the model after restarts is another one", seed)
		}
		// The control: one lesson less shows.
		r := restarted.regions[o.region]
		before, last := o.model(restarted), r.recent[len(r.recent)-1]
		if r.unlearn(last.incident, last.head); o.model(restarted) == before {
			t.Errorf("seed %d: a lesson less does not show", seed)
		}
	}
}
