package main

import (
	"strings"
	"testing"
	"time"

	"otklik/storage"
)

// TestResidentOfTheDemoObjects goes the whole way, through every real part: an
// answer is published in the network, a resident replies there that nothing was
// done, and the administrators and the official have it before them.
func TestResidentOfTheDemoObjects(t *testing.T) {
	p := play(t, time.Hour)
	p.until("the first card", func() bool { return len(p.cards()) > 0 })
	first := p.world.wall.Posts()[len(p.world.wall.Posts())-1]
	id := p.past + 1
	for n := 0; ; n++ {
		i, err := p.store.Incident(t.Context(), id)
		if err != nil || n > 400 {
			t.Fatalf("incident %d is %s after %d steps: %v", id, i.State, n, err)
		}
		if i.State == storage.Answered || i.State == storage.Closed {
			break
		}
		p.follow()
	}
	first.Comments()[0].Reply("Житель 1", "Ничего не сделали, яма на месте")
	p.until("the objection in the group, with the way back first", func() bool {
		for _, m := range p.world.group.Messages() {
			if strings.Contains(m.Content(), "Житель ответил: не решено") && strings.Contains(m.Content(), "яма на месте") {
				_, ok := m.Button("Вернуть в работу")
				return ok
			}
		}
		return false
	})
	p.until("the objection in the official's chat", func() bool {
		for _, m := range append(p.world.roads.Chat().FromBot(), p.world.housing.Chat().FromBot()...) {
			if strings.Contains(m.Content(), "Житель ответил: не решено") {
				return true
			}
		}
		return false
	})
	if i, err := p.store.Incident(t.Context(), id); err != nil || i.ObjectedAt.IsZero() {
		t.Errorf("%v, objected %v", err, i.ObjectedAt)
	}
	replies, err := p.store.Replies(t.Context(), id)
	if err != nil || len(replies) != 1 || replies[0].Kind != storage.NotSolved {
		t.Errorf("%v, replies %+v", err, replies)
	}
}
