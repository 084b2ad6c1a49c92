package suggest

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"otklik/storage"
)

// TestDefaultUntilEarned: with a default official for all, the model says who
// answers only when it was right where the default was wrong.
func TestDefaultUntilEarned(t *testing.T) {
	o := newOffice(t)
	o.check(o.SetRoute(t.Context(), admin, o.region, o.topic, 0, o.roles[0]))
	a := New(o.Store)
	o.teach(a, 3, itself)
	if _, learned := o.right(a, 6, itself); learned > 0 {
		t.Errorf("after three lessons %d of 6 cards begin with what was learned", learned)
	}
	o.teach(a, 60, itself)
	if right, learned := o.right(a, 30, itself); right < 28 || learned < 20 {
		t.Errorf("after 63 lessons %d of 30 begin with the right one, %d by what was learned", right, learned)
	}
	// The list has those of the other bodies too, each once.
	i, err := o.Incident(t.Context(), o.complain(a, 1))
	o.check(err)
	list, err := o.Suggestions(t.Context(), i, 6)
	o.check(err)
	if len(list) != 3 {
		t.Errorf("%d are suggested, want all three", len(list))
	}
}

// TestNothingEarnedFromChance: where nothing can be learned the default stays.
func TestNothingEarnedFromChance(t *testing.T) {
	o := newOffice(t)
	o.check(o.SetRoute(t.Context(), admin, o.region, o.topic, 0, o.roles[0]))
	a := New(o.Store)
	o.teach(a, 90, func(int) int {
		if o.rng.IntN(2) == 0 {
			return 0
		}
		return 1 + o.rng.IntN(2)
	})
	if _, learned := o.right(a, 30, itself); learned > 6 {
		t.Errorf("%d of 30 cards begin with what was learned from chance", learned)
	}
}

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
		before, taught := head.scores(probe, false), head.lessons()
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
		for i, s := range head.scores(probe, false) {
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

// TestNeverTheAuthor: who wrote it and where changes nothing; what was written
// does.
func TestNeverTheAuthor(t *testing.T) {
	models := map[string]string{}
	for name, change := range map[string]func(*storage.Post){
		"as it is": func(*storage.Post) {},
		"author":   func(p *storage.Post) { p.AuthorHash = []byte{byte(p.Text[3]), 2} },
		"source": func(p *storage.Post) {
			p.SourceName, p.SourceURL, p.Network = "Страница жителя", "https://vk.com/resident", "ok"
		},
		"parent": func(p *storage.Post) { p.ParentText = "Иванов Иван пишет" },
		"text":   func(p *storage.Post) { p.Text += " подъезд" },
	} {
		o := newOffice(t)
		a := New(o.Store)
		for i := range 9 {
			o.assign(o.file(a, complaint(o.rng, i%3, 0), change), i%3)
		}
		o.learn(a)
		models[name] = o.model(a)
	}
	for name, model := range models {
		if same := model == models["as it is"]; same != (name != "text") {
			t.Errorf("another %s: the same model: %v", name, same)
		}
	}
}

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

// TestBodyReorganised: what another body does now is learned in time.
func TestBodyReorganised(t *testing.T) {
	o := newOffice(t)
	a := New(o.Store)
	o.teach(a, 150, itself)
	moved := func(kind int) int { return []int{1, 1, 2}[kind] } // the roads go to the second body
	o.teach(a, 132, moved)
	if right, _ := o.right(a, 30, moved); right < 26 {
		t.Errorf("132 lessons after the reform %d of 30 go to the right body", right)
	}
	// A body without anybody is suggested no more.
	o.check(o.EndRole(t.Context(), admin, o.region, o.roles[2]))
	if official, _ := o.first(o.complain(a, 2)); official == 0 || official == o.roles[2] {
		t.Errorf("a complaint goes to %d", official)
	}
}

// TestPeopleChangeBodiesStay: the successor is suggested.
func TestPeopleChangeBodiesStay(t *testing.T) {
	o := newOffice(t)
	a := New(o.Store)
	o.teach(a, 30, itself)
	o.check(o.EndRole(t.Context(), admin, o.region, o.roles[1]))
	successor := o.hire("Водоканал")
	if official, _ := o.first(o.complain(a, 1)); official != successor {
		t.Errorf("water goes to %d, want the successor %d", official, successor)
	}
}

// TestOpenCardsFollow: an open incident is advised on again when its topic or
// the model changed.
func TestOpenCardsFollow(t *testing.T) {
	o := newOffice(t)
	a := New(o.Store)
	o.learn(a)
	id := o.complain(a, 1)
	if official, why := o.first(id); official != o.roles[0] || why != "any" {
		t.Errorf("before any lesson it goes to %d by %s", official, why)
	}
	o.teach(a, 45, itself)
	o.Advance(soon)
	o.learn(a)
	if official, why := o.first(id); official != o.roles[1] || why != "learned" {
		t.Errorf("after 45 lessons it goes to %d by %s", official, why)
	}
	o.check(o.SetTopic(t.Context(), admin, id, o.other))
	o.learn(a)
	if i, err := o.Advice(t.Context(), id); err != nil || len(i.Topics) == 0 {
		t.Errorf("the topics are not in order: %v, %v", i, err)
	}
}

// TestReasonIsEarned: a reason is offered when it was predicted right often
// enough, and not before.
func TestReasonIsEarned(t *testing.T) {
	o := newOffice(t)
	a := New(o.Store)
	offered := func() string {
		advice, err := o.Advice(t.Context(), o.file(a, "какой прекрасный закат над рекой"))
		o.check(err)
		return advice.Reason
	}
	for i := range 45 {
		if i == 25 && offered() != "" {
			t.Error("a reason is offered after 25 dismissals")
		}
		_, err := o.Dismiss(t.Context(), admin, o.file(a, "какой прекрасный закат над рекой "+filler[i%len(filler)]), "no_problem", "")
		o.check(err)
		o.assign(o.complain(a, i%3), i%3)
		o.learn(a)
	}
	if got := offered(); got != "no_problem" {
		t.Errorf("after 45 dismissals %q is offered", got)
	}
	if advice, err := o.Advice(t.Context(), o.complain(a, 0)); err != nil || advice.Reason != "" {
		t.Errorf("a real complaint is offered %q, %v", advice.Reason, err)
	}
}

// TestUrgencyIsEarned likewise.
func TestUrgencyIsEarned(t *testing.T) {
	o := newOffice(t)
	a := New(o.Store)
	text := "запах газа в подвале детского сада"
	for i := range 30 {
		id := o.file(a, text+" "+filler[i%len(filler)])
		if advice, err := o.Advice(t.Context(), id); err != nil || i < urgentFrom && advice.Urgent {
			t.Errorf("urgency is offered after %d lessons, %v", i, err)
		}
		o.check(o.SetImportance(t.Context(), admin, id, storage.High))
		o.assign(id, 0)
		o.assign(o.complain(a, i%3), i%3)
		o.learn(a)
	}
	for urgentCase, text := range map[bool]string{true: text, false: complaint(o.rng, 2, 0)} {
		if advice, err := o.Advice(t.Context(), o.file(a, text)); err != nil || advice.Urgent != urgentCase {
			t.Errorf("%q: urgent %v, %v", text, advice.Urgent, err)
		}
	}
}

// TestErasedTextsOutlived: a model stays when the texts that taught it go, and
// has none of their words.
func TestModelHasNoWords(t *testing.T) {
	o := newOffice(t)
	a := New(o.Store)
	o.teach(a, 9, itself)
	data := []byte(o.model(a))
	m, err := decode(data)
	o.check(err)
	c := &codec{}
	c.model(m)
	for _, word := range slices.Concat(kinds[0], filler) {
		if slices.ContainsFunc([]string{string(c.out), string(data)}, func(s string) bool { return strings.Contains(s, word) }) {
			t.Errorf("the model has the word %s", word)
		}
	}
}
