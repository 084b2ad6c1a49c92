package storage

import "testing"

// A press may be faster than the answer to the sending of what was pressed.
func TestPressBeforeTheSendingIsNoted(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		w.deliver()
		i := w.incident()
		o := w.takeOutgoing(w.group)
		w.check(w.AdoptMessage(w.ctx, o.Message, 1, 700))
		w.check(w.Sent(w.ctx, o, 1, 700))
		m, err := w.Message(w.ctx, w.group, 1, 700)
		w.check(err)
		if m.ID != o.Message.ID || m.State != Live || m.Incident != i {
			t.Errorf("the card became %+v", m)
		}
		if n := w.number(`SELECT count(*) FROM outbox WHERE state IN ('pending', 'sending', 'unknown')`); n != 0 {
			t.Errorf("%d messages are still on their way", n)
		}
	})
}

// A press may name the copy that a crash left behind while the repeat is on its
// way: the repeat is the card, the copy goes out of service.
func TestPressOfACopyWhileTheRepeatIsSent(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		w.deliver()
		w.incident()
		o := w.takeOutgoing(w.group)
		w.check(w.Uncertain(w.ctx, o, "lost"))
		w.check(w.Repeat(w.ctx, o))
		again := w.takeOutgoing(w.group)
		w.check(w.AdoptMessage(w.ctx, again.Message, 1, 700))
		w.check(w.Sent(w.ctx, again, 1, 701))
		for id, want := range map[int64]MessageState{700: Retired, 701: Live} {
			m, err := w.Message(w.ctx, w.group, 1, id)
			w.check(err)
			if m.State != want {
				t.Errorf("message %d is %s, want %s", id, m.State, want)
			}
		}
		if l := w.lane(w.group); l.Dirty == 0 || l.Live == l.Dirty {
			t.Errorf("of %d messages that wait to be edited none is the copy", l.Dirty)
		}
	})
}
