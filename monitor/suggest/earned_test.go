package suggest

import (
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
