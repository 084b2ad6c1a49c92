// Package score judges topics and their rules by texts whose topics are known.
package score

import (
	"fmt"
	"slices"

	"otklik/monitor/rules"
)

// Row is one text with its label.
type Row struct {
	Line   int // where the row begins in its file
	Text   string
	Topics []string // codes, each of which is right, the likeliest first; none: nothing must be found
}

// Judge counts how topics do on rows; it is not safe for concurrent use.
type Judge struct {
	topics []rules.Topic
	at     map[string]int // topics by code
	set    *rules.Set
	owner  []int // by rule: its topic
	worst  int

	counts Counts
	topic  []tally
	rule   []RuleScore
	wrong  []Case
	missed [][]Case // by topic
}

// tally counts of one topic.
type tally struct{ expected, found, right int }

// New makes a Judge of topics that keeps the worst cases, so many of each kind.
// A rule that cannot be read fails it.
func New(topics []rules.Topic, worst int) (*Judge, error) {
	j := &Judge{topics: topics, at: map[string]int{}, worst: worst, topic: make([]tally, len(topics)), missed: make([][]Case, len(topics))}
	var list []rules.Rule
	add := func(topic int, texts []string, importance string) {
		for _, text := range texts {
			list = append(list, rules.Rule{ID: int64(len(list)), Text: text})
			j.owner = append(j.owner, topic)
			j.rule = append(j.rule, RuleScore{Topic: topics[topic].Code, Rule: text, Importance: importance})
		}
	}
	for i, t := range topics {
		j.at[t.Code] = i
		add(i, t.Rules, t.Importance)
		add(i, t.DangerRules, rules.Danger)
	}
	var err error
	if j.set, err = rules.Compile(list); err != nil {
		return nil, fmt.Errorf("compile: %w", err)
	}
	return j, nil
}

// Skip counts a row that is not judged.
func (j *Judge) Skip() {
	j.counts.Rows++
	j.counts.Skipped++
}

// Add judges a row. A topic of its label that has no rules cannot be found, so
// it is as if it was not there. An unknown one is an error.
func (j *Judge) Add(row Row) error {
	var right []int
	for _, code := range row.Topics {
		i, ok := j.at[code]
		switch {
		case !ok:
			return fmt.Errorf("there is no topic %q", code)
		case len(j.topics[i].Rules)+len(j.topics[i].DangerRules) > 0:
			right = append(right, i)
		}
	}
	j.counts.Rows++
	j.counts.Judged++
	hits := j.set.Match(nil, row.Text)
	found, claims := j.choose(hits)
	for _, hit := range hits {
		j.rule[hit.Rule].add(slices.Contains(right, j.owner[hit.Rule]))
	}
	j.settle(row, right, found, hits, claims)
	return nil
}

// choose picks the topic for which the hits speak most, as monitor does for a
// post; -1 without any.
func (j *Judge) choose(hits []rules.Hit) (best int, claims map[int]rules.Claim) {
	claims = map[int]rules.Claim{}
	for _, hit := range hits {
		c := claims[j.owner[hit.Rule]]
		c.Add(j.rule[hit.Rule].Importance, hit)
		claims[j.owner[hit.Rule]] = c
	}
	best = -1
	for i := range j.topics {
		c, ok := claims[i]
		if ok && (best < 0 || c.Compare(claims[best]) > 0) {
			best = i
		}
	}
	return best, claims
}

// settle counts the choice and keeps the case if it is a bad one.
func (j *Judge) settle(row Row, right []int, found int, hits []rules.Hit, claims map[int]rules.Claim) {
	good := slices.Contains(right, found)
	expected := -1
	switch {
	case good:
		expected = found
	case len(right) > 0:
		expected = right[0]
	}
	if expected >= 0 {
		j.topic[expected].expected++
	}
	if found >= 0 {
		j.topic[found].found++
	}
	switch {
	case good:
		j.counts.Right++
		j.topic[found].right++
	case found >= 0:
		j.counts.Wrong++
		j.keepWrong(j.caseOf(row, found, hits, claims))
	case expected >= 0:
		j.counts.Missed++
		if len(j.missed[expected]) < j.worst {
			j.missed[expected] = append(j.missed[expected], Case{Line: row.Line, Text: row.Text, Topics: row.Topics})
		}
	default:
		j.counts.Quiet++
	}
}

// caseOf shows what led to the topic found.
func (j *Judge) caseOf(row Row, found int, hits []rules.Hit, claims map[int]rules.Claim) Case {
	c := Case{Line: row.Line, Text: row.Text, Topics: row.Topics, Found: j.topics[found].Code, claim: claims[found]}
	for _, hit := range hits {
		if j.owner[hit.Rule] == found {
			c.Rules = append(c.Rules, j.rule[hit.Rule].Rule)
			c.Words = append(c.Words, hit.Spans...)
		}
	}
	for i, t := range j.topics {
		if _, ok := claims[i]; ok && i != found {
			c.Also = append(c.Also, t.Code)
		}
	}
	slices.SortFunc(c.Words, func(a, b rules.Span) int { return a.Start - b.Start })
	return c
}

// keepWrong keeps the cases for whose topic most spoke.
func (j *Judge) keepWrong(c Case) {
	at, _ := slices.BinarySearchFunc(j.wrong, c, func(a, b Case) int {
		if a.claim.Compare(b.claim) >= 0 {
			return -1
		}
		return 1
	})
	j.wrong = slices.Insert(j.wrong, at, c)
	j.wrong = j.wrong[:min(len(j.wrong), j.worst)]
}
