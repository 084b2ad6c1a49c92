package suggest

import (
	"testing"
)

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
