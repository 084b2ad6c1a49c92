package suggest

import (
	"slices"
	"sync"

	"otklik/monitor/rules"
)

// themes are the built-in topics and their rules. Whatever a region looks for,
// they tell what a text is about when few decisions were learned: words that
// mean the same meet the same rule.
type themes struct {
	set        *rules.Set
	owner      []int    // by rule: its topic
	importance []string // by rule
	rules      []uint32 // by rule: the hash of its name
	topics     []uint32 // likewise
	memory     sync.Pool
}

// builtin compiles the built-in rules when they are first asked for. A rule that
// cannot be read is found by the tests of package rules.
var builtin = sync.OnceValue(func() *themes {
	t := &themes{memory: sync.Pool{New: func() any { return new(rules.Matches) }}}
	var list []rules.Rule
	for i, topic := range rules.Topics() {
		t.topics = append(t.topics, hash("theme "+topic.Code))
		add := func(texts []string, importance string) {
			for _, text := range texts {
				list = append(list, rules.Rule{ID: int64(len(list)), Text: text})
				t.owner, t.importance = append(t.owner, i), append(t.importance, importance)
				t.rules = append(t.rules, hash("rule "+text))
			}
		}
		add(topic.Rules, topic.Importance)
		add(topic.DangerRules, rules.Danger)
	}
	var err error
	if t.set, err = rules.Compile(list); err != nil {
		panic("suggest: the built-in rules: " + err.Error())
	}
	return t
})

// match calls a function with the hits of a text, which it must not keep.
func (t *themes) match(text string, see func([]rules.Hit)) {
	m := t.memory.Get().(*rules.Matches)
	defer t.memory.Put(m)
	see(t.set.Match(m, text))
}

// read appends the rules that a text meets, and gives the topics that it is
// about.
func (t *themes) read(seen []sight, text string) (all []sight, topics []uint32) {
	t.match(text, func(hits []rules.Hit) {
		for _, hit := range hits {
			seen = append(seen, sight{t.rules[hit.Rule], ruleShare})
			if topic := t.topics[t.owner[hit.Rule]]; !slices.Contains(topics, topic) {
				topics = append(topics, topic)
			}
		}
	})
	return seen, topics
}

// choose gives the topic for which the strongest rules.Claim speaks, counted
// from 1, 0 for none: the one that a region with the built-in rules gives a post.
func (t *themes) choose(text string) (best int64) {
	t.match(text, func(hits []rules.Hit) {
		claims := map[int]rules.Claim{}
		for _, hit := range hits {
			c := claims[t.owner[hit.Rule]]
			c.Add(t.importance[hit.Rule], hit)
			claims[t.owner[hit.Rule]] = c
		}
		for i := range t.topics {
			if c, met := claims[i]; met && (best == 0 || c.Compare(claims[int(best)-1]) > 0) {
				best = int64(i + 1)
			}
		}
	})
	return best
}
