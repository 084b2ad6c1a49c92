package rules

import (
	"bufio"
	_ "embed"
	"fmt"
	"strings"
	"sync"
)

// Importance codes of a topic.
const (
	Normal = "normal"
	High   = "high"
	Danger = "danger" // life is at stake
)

// Topic is one built-in topic.
type Topic struct {
	Code       string
	Names      map[string]string // by language, "ru" and "en"
	Importance string            // Normal, High or Danger
	Rules      []string
	// DangerRules find posts of the topic where life is at stake, whatever
	// the topic's own importance; they count as its rules as well.
	DangerRules []string
}

//go:embed topics.txt
var topicsText string

var builtin = sync.OnceValues(func() ([]Topic, error) { return ParseTopics(topicsText) })

// Topics are the built-in topics, in the order in which they are shown; the
// last is for everything else and has no rules. The caller must not change
// them.
func Topics() []Topic {
	topics, err := builtin()
	if err != nil {
		panic("rules: topics.txt: " + err.Error()) // a test reads the file
	}
	return topics
}

// ParseTopics reads topics in the format that the head of topics.txt explains.
// Its error names the line.
func ParseTopics(text string) ([]Topic, error) {
	var topics []Topic
	seen, lists := map[string]bool{}, lists{}
	lines := bufio.NewScanner(strings.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "//") {
			continue
		}
		if name, words, ok := strings.Cut(line, " = "); ok && strings.HasPrefix(name, "$") {
			if err := lists.add(name, words); err != nil {
				return nil, fmt.Errorf("line %d: %w", n, err)
			}
			continue
		}
		if strings.HasPrefix(line, "[") {
			topic, err := topicHead(line)
			if err == nil && seen[topic.Code] {
				err = fmt.Errorf("topic %q given twice", topic.Code)
			}
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", n, err)
			}
			seen[topic.Code] = true
			topics = append(topics, topic)
			continue
		}
		if len(topics) == 0 {
			return nil, fmt.Errorf("line %d: a rule before the first topic", n)
		}
		rule, err := lists.expand(line)
		if err == nil {
			err = topicLine(&topics[len(topics)-1], rule)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
	}
	return topics, lines.Err()
}

// topicHead reads "[code] importance | name | English name".
func topicHead(line string) (Topic, error) {
	code, rest, ok := strings.Cut(line[1:], "]")
	fields := strings.Split(rest, " | ")
	if !ok || code == "" || len(fields) != 3 {
		return Topic{}, fmt.Errorf("%q is not [code] importance | name | English name", line)
	}
	topic := Topic{
		Code:       code,
		Importance: strings.TrimSpace(fields[0]),
		Names:      map[string]string{"ru": strings.TrimSpace(fields[1]), "en": strings.TrimSpace(fields[2])},
	}
	switch topic.Importance {
	case Normal, High, Danger:
		return topic, nil
	}
	return Topic{}, fmt.Errorf("unknown importance %q", topic.Importance)
}

func topicLine(topic *Topic, line string) error {
	rule, danger := strings.CutPrefix(line, "danger:")
	rule = strings.TrimSpace(rule)
	if _, err := Parse(rule); err != nil {
		return err
	}
	if danger {
		topic.DangerRules = append(topic.DangerRules, rule)
	} else {
		topic.Rules = append(topic.Rules, rule)
	}
	return nil
}
