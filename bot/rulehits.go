package bot

import (
	"context"
	"fmt"

	"otklik/storage"
)

// weekly counts what rules found in the last seven days.
type weekly struct {
	Hits  int
	False int // of them, where the rules were wrong
}

func (t *weekly) add(h storage.Hit) {
	if t.Hits++; h.False() {
		t.False++
	}
}

// Share is the share of what was found in vain, in per cent.
func (t weekly) Share() int {
	if t.Hits == 0 {
		return 0
	}
	return (100*t.False + t.Hits/2) / t.Hits
}

// What makes a rule weak: it found so much, and in vain so often, per cent.
const (
	weakFrom  = 5
	weakShare = 30
)

// weeklies are the counts of a region's week: of each rule and of each topic. A
// post that two rules of a topic found counts once for it.
type weeklies struct {
	rules, topics map[int64]*weekly
}

func (b *Bot) weeklies(ctx context.Context, region int64, list []storage.Rule) (t weeklies, err error) {
	t = weeklies{map[int64]*weekly{}, map[int64]*weekly{}}
	hits, err := b.store.Hits(ctx, region, b.store.Now().Add(-week))
	if err != nil {
		return t, fmt.Errorf("read the hits: %w", err)
	}
	topicOf := map[int64]int64{}
	for _, u := range list {
		topicOf[u.ID], t.rules[u.ID] = u.Topic, &weekly{}
		if t.topics[u.Topic] == nil {
			t.topics[u.Topic] = &weekly{}
		}
	}
	for _, h := range hits {
		counted := map[int64]bool{}
		for _, id := range h.Rules {
			topic := topicOf[id]
			if topic == 0 {
				continue // the rule was removed
			}
			t.rules[id].add(h)
			if !counted[topic] {
				counted[topic] = true
				t.topics[topic].add(h)
			}
		}
	}
	return t, nil
}

// rule is the weekly of one rule.
func (t weeklies) rule(id int64) weekly {
	if n := t.rules[id]; n != nil {
		return *n
	}
	return weekly{}
}

// topic is the weekly of one topic.
func (t weeklies) topic(id int64) weekly {
	if n := t.topics[id]; n != nil {
		return *n
	}
	return weekly{}
}

// weakest is the rule of a list that finds most in vain, 0 when none is weak.
func (t weeklies) weakest(list []storage.Rule) (id int64) {
	worst := weakShare - 1
	for _, u := range list {
		if n := t.rule(u.ID); n.Hits >= weakFrom && n.Share() > worst {
			id, worst = u.ID, n.Share()
		}
	}
	return id
}
