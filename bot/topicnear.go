package bot

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"otklik/storage"
)

// topicMissing shows what a rule would catch, before a topic is made for it
// whose name may be a slip of the pen: another topic is called nearly so.
func (b *Bot) topicMissing(ctx context.Context, a ask, r *trial, name, rule string, near storage.Topic) error {
	return b.reply(ctx, a, "topic_near", r.params(storage.Params{"topic": name, "rule": rule, "near": near.Name, "near_id": near.ID}))
}

func viewTopicNear(b *Bot, ctx context.Context, s *speaker, g occasion) (rendered, error) {
	p, err := b.trialWords(ctx, g)
	if err != nil {
		return rendered{}, err
	}
	return rendered{text: s.html("topic_near", p), buttons: [][]button{
		{s.button("button_topic_near", p, data("rule_keep", 0, number(g.params, "near_id")))},
		{s.button("button_topic_new", p, data("rule_keep", 0))},
		{s.button("button_rule_leave", nil, data("rule_leave", 0))},
	}}, s.err
}

// hasTopic tells whether a topic of this very name is there.
func hasTopic(topics []storage.Topic, name string) bool {
	return slices.ContainsFunc(topics, func(t storage.Topic) bool { return t.Name == name })
}

// nearestTopic is the topic whose name, or as many words of it side by side, is
// written most like another name: not more than each fourth letter differs.
func nearestTopic(name string, topics []storage.Topic) (near storage.Topic, ok bool) {
	words := strings.FieldsFunc(folded(name), notOfWord)
	typed := []rune(strings.Join(words, " "))
	if len(words) == 0 {
		return near, false
	}
	best := max(1, len(typed)/4) + 1
	for _, t := range topics {
		have := strings.FieldsFunc(folded(t.Name), notOfWord)
		for at := range max(1, len(have)-len(words)+1) {
			part := []rune(strings.Join(have[at:min(at+len(words), len(have))], " "))
			if d := slips(typed, part); d < best {
				near, best = t, d
			}
		}
	}
	return near, near.ID != 0
}

// slips is how many letters must be put in, left out, replaced or swapped with
// the next to turn one word into another.
func slips(a, b []rune) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		before, last, row = last, row, before
		row[0] = i + 1
		for j := range b {
			replaced := last[j]
			if a[i] != b[j] {
				replaced++
			}
			row[j+1] = min(replaced, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}

func notOfWord(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
