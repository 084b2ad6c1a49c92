package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"otklik/monitor/rules"
)

// shape is one of the five kinds of rules that are measured.
type shape int

const (
	single  shape = iota // яма
	near                 // яма ~3 дорога
	both                 // яма дорога
	without              // яма дорога -железная
	phrase               // "нет воды"
)

// shares are percents of the rules, in the order of the shapes.
var shares = [...]int{16, 30, 30, 12, 12}

const (
	within = 3   // words between those of near
	nameOf = 2   // one word rule in so many is a proper name
	tries  = 200 // for a pair that stands in a post and is no rule yet
)

// mixed is a rule and what it is made of, for the baselines.
type mixed struct {
	shape  shape
	words  []string // of without: the last is the one that must not stand
	anchor string   // the rarest of those that must
}

func (m mixed) String() string {
	switch m.shape {
	case near:
		return fmt.Sprintf("%s ~%d %s", m.words[0], within, m.words[1])
	case both:
		return m.words[0] + " " + m.words[1]
	case without:
		return m.words[0] + " " + m.words[1] + " -" + m.words[2]
	case phrase:
		return `"` + m.words[0] + " " + m.words[1] + `"`
	}
	return m.words[0]
}

// required are the words without which the rule cannot match.
func (m mixed) required() []string {
	if m.shape == without {
		return m.words[:2]
	}
	return m.words
}

func ruleTexts(list []mixed) []rules.Rule {
	out := make([]rules.Rule, len(list))
	for i, m := range list {
		out[i] = rules.Rule{ID: int64(i + 1), Text: m.String()}
	}
	return out
}

// mixer makes rules of words that stand together in posts.
type mixer struct {
	seed  uint64
	posts [][]string     // words of each post, in order, as lemmas
	count map[string]int // posts by word
	names []string
	// Of the rules at hand.
	r     *rand.Rand
	limit int      // a word in more posts than this makes no rule
	pool  []string // words for rules, sorted
	made  map[string]bool
}

func newMixer(seed uint64, posts []string) *mixer {
	m := &mixer{seed: seed, count: map[string]int{}, names: properNames()}
	for _, post := range posts {
		words := lemmas(post)
		m.posts = append(m.posts, words)
		for _, w := range slices.Compact(slices.Sorted(slices.Values(words))) {
			m.count[w]++
		}
	}
	return m
}

// fit tells a word that a rule is made of.
func (m *mixer) fit(w string) bool {
	return len([]rune(w)) >= 4 && m.count[w] <= m.limit && strings.IndexFunc(w, notCyrillic) < 0
}

// rules makes n rules in the shares of the mix, of words that stand in limit
// posts at most. Where the posts have too few pairs, names fill up.
func (m *mixer) rules(n, limit int) []mixed {
	m.r, m.made = rand.New(rand.NewPCG(m.seed, m.seed+1)), make(map[string]bool, n)
	m.limit, m.pool = limit, m.pool[:0]
	for w := range m.count {
		if m.fit(w) {
			m.pool = append(m.pool, w)
		}
	}
	slices.Sort(m.pool)
	list := make([]mixed, 0, n)
	for len(list) < n {
		list = append(list, m.rule(m.shape(len(list))))
	}
	return list
}

// shape spreads the shares evenly, so that any beginning of the list has them.
func (m *mixer) shape(i int) shape {
	at := i * 37 % 100 // 37 and 100 have no common divisor
	for s, share := range shares {
		if at -= share; at < 0 {
			return shape(s)
		}
	}
	panic("shares add up to less than 100")
}

func (m *mixer) rule(s shape) mixed {
	for range tries {
		words := m.wordsFor(s)
		if rule := (mixed{shape: s, words: words}); words != nil && !m.made[rule.String()] {
			return m.done(rule)
		}
	}
	for { // names give pairs enough
		rule := mixed{shape: s, words: []string{pick(m.r, m.names...), pick(m.r, m.names...), pick(m.r, m.names...)}[:size(s)]}
		if !m.made[rule.String()] {
			return m.done(rule)
		}
	}
}

func (m *mixer) done(rule mixed) mixed {
	m.made[rule.String()] = true
	rule.anchor = m.rarer(rule.required()...)
	return rule
}

// rarer is the word that the fewest posts have.
func (m *mixer) rarer(words ...string) string {
	return slices.MinFunc(words, func(a, b string) int { return m.count[a] - m.count[b] })
}

func size(s shape) int {
	switch s {
	case single:
		return 1
	case without:
		return 3
	}
	return 2
}

// wordsFor takes words that stand together in one post; nil when the post has
// none that fit.
func (m *mixer) wordsFor(s shape) []string {
	if s == single {
		if m.r.IntN(nameOf) == 0 {
			return []string{pick(m.r, m.names...)}
		}
		return []string{m.rarer(pick(m.r, m.pool...), pick(m.r, m.pool...), pick(m.r, m.pool...))}
	}
	post := m.posts[m.r.IntN(len(m.posts))]
	if len(post) < 2 {
		return nil
	}
	i := m.r.IntN(len(post))
	j := m.r.IntN(len(post))
	switch s {
	case near:
		j = i + 1 + m.r.IntN(within)
	case phrase:
		j = i + 1
	}
	if j >= len(post) || post[i] == post[j] || !m.pairs(s, post[i], post[j]) {
		return nil
	}
	words := []string{post[i], post[j]}
	if s == without {
		words = append(words, pick(m.r, m.pool...))
	}
	return words
}

// pairs tells whether two words make a rule. Side by side one of them may be
// frequent («нет воды»); anywhere in a text that would be no second word.
func (m *mixer) pairs(s shape, a, b string) bool {
	if s == near || s == phrase {
		return usable(a) && usable(b) && (m.fit(a) || m.fit(b))
	}
	return m.fit(a) && m.fit(b)
}

func usable(w string) bool { return len([]rune(w)) >= 3 && strings.IndexFunc(w, notCyrillic) < 0 }
