package score

import (
	"cmp"
	"slices"

	"otklik/monitor/rules"
)

// Report is how topics and rules did.
type Report struct {
	Counts
	Coverage float64      `json:"coverage"` // share of the judged rows for which any topic was found
	Micro    Measure      `json:"micro"`    // over all rows
	Macro    Measure      `json:"macro"`    // the mean of the topics that were expected
	Topics   []TopicScore `json:"topics"`
	Rules    []RuleScore  `json:"rules"`
	Missing  []Case       `json:"missed_cases"`
	Mistaken []Case       `json:"wrong_cases"`
}

// Counts are of rows: those judged are right, wrong, missed or quiet.
type Counts struct {
	Rows    int `json:"rows"`
	Skipped int `json:"skipped"` // told not to be judged
	Judged  int `json:"judged"`
	Right   int `json:"right"`
	Wrong   int `json:"wrong"`  // a topic was found that is not right
	Missed  int `json:"missed"` // nothing was found where there is a topic
	Quiet   int `json:"quiet"`  // nothing was found, and rightly
}

// Measure is from 0 to 1.
type Measure struct {
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
}

// TopicScore is how one topic did. Of several right ones a row expects the one
// found, else the first.
type TopicScore struct {
	Topic    string `json:"topic"`
	Expected int    `json:"expected"`
	Found    int    `json:"found"`
	Right    int    `json:"right"`
	Measure
}

// RuleScore counts the rows that a rule met, whether its topic was chosen or not.
type RuleScore struct {
	Topic      string `json:"topic"`
	Rule       string `json:"rule"`
	Importance string `json:"importance"`
	Hits       int    `json:"hits"`
	Right      int    `json:"right"` // the rule's topic is a right one
	Wrong      int    `json:"wrong"`
}

// Case is a row that was missed or got a wrong topic.
type Case struct {
	Line   int          `json:"line"`
	Text   string       `json:"text"`
	Topics []string     `json:"topics"`          // the right ones
	Found  string       `json:"found,omitempty"` // the topic chosen
	Rules  []string     `json:"rules,omitempty"` // of the topic found, those met
	Words  []rules.Span `json:"words,omitempty"` // of the text in bytes, those that met them
	Also   []string     `json:"also,omitempty"`  // topics of which rules were met as well

	claim rules.Claim
}

func (r *RuleScore) add(right bool) {
	r.Hits++
	if right {
		r.Right++
	} else {
		r.Wrong++
	}
}

// Report sums up the rows added so far.
func (j *Judge) Report() Report {
	r := Report{Counts: j.counts, Rules: slices.Clone(j.rule), Missing: j.missing(), Mistaken: slices.Clone(j.wrong)}
	var all tally
	topics := 0
	for i, t := range j.topic {
		if t.expected == 0 && t.found == 0 {
			continue
		}
		m := t.measure()
		r.Topics = append(r.Topics, TopicScore{Topic: j.topics[i].Code, Expected: t.expected, Found: t.found, Right: t.right, Measure: m})
		all.expected, all.found, all.right = all.expected+t.expected, all.found+t.found, all.right+t.right
		if t.expected > 0 {
			topics++
			r.Macro.Precision += m.Precision
			r.Macro.Recall += m.Recall
			r.Macro.F1 += m.F1
		}
	}
	r.Micro = all.measure()
	r.Coverage = share(j.counts.Right+j.counts.Wrong, j.counts.Judged)
	if n := float64(topics); n > 0 {
		r.Macro = Measure{Precision: r.Macro.Precision / n, Recall: r.Macro.Recall / n, F1: r.Macro.F1 / n}
	}
	return r
}

func (t tally) measure() Measure {
	return Measure{Precision: share(t.right, t.found), Recall: share(t.right, t.expected), F1: share(2*t.right, t.found+t.expected)}
}

func share(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// missing takes one missed case of each topic in turn, those of most misses
// first, so that each kind is seen.
func (j *Judge) missing() []Case {
	byTopic := slices.Clone(j.missed)
	slices.SortStableFunc(byTopic, func(a, b []Case) int { return cmp.Compare(len(b), len(a)) })
	var out []Case
	for i := 0; len(out) < j.worst; i++ {
		before := len(out)
		for _, cases := range byTopic {
			if i < len(cases) && len(out) < j.worst {
				out = append(out, cases[i])
			}
		}
		if len(out) == before {
			break
		}
	}
	return out
}
