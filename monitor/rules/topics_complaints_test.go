package rules

import (
	_ "embed"
	"slices"
	"strings"
	"testing"
)

// complaints are lines such as residents write, under the topic that has to
// find them; "!" marks those where life is at stake.
//
//go:embed testdata/complaints.txt
var complaints string

// chatter are lines that concern nobody's office, in the words of the topics.
//
//go:embed testdata/chatter.txt
var chatter string

func TestTopicsFindComplaints(t *testing.T) {
	set, owner, danger := builtinSet(t)
	for line := range strings.Lines(complaints) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		head, text, _ := strings.Cut(line, ": ")
		code, deadly := strings.CutPrefix(head, "! ")
		var topics []string
		alarm := false
		for _, hit := range set.Match(nil, text) {
			topics = append(topics, owner[hit.Rule])
			alarm = alarm || danger[hit.Rule]
		}
		topics = slices.Compact(topics)
		if !slices.Contains(topics, code) || alarm != deadly {
			t.Errorf("%q: topics %v, danger %v; want %s, %v", text, topics, alarm, code, deadly)
		}
	}
}

func TestTopicsLeaveChatterAlone(t *testing.T) {
	set, owner, _ := builtinSet(t)
	lines := strings.Split(strings.TrimSpace(chatter), "\n")
	for _, line := range lines {
		for _, hit := range set.Match(nil, line) {
			t.Errorf("%q: %s by %v", line, owner[hit.Rule], hit)
		}
	}
	if different := slices.Compact(slices.Sorted(slices.Values(lines))); len(different) != len(lines) || len(lines) < 300 {
		t.Errorf("%d lines, %d of them different", len(lines), len(different))
	}
}

// TestChatterFindsBroadRules is the control: a rule that takes its words as
// they come is found out.
func TestChatterFindsBroadRules(t *testing.T) {
	for _, rule := range []string{
		"дорога", "снег", "люк", "свет", "подъезд", "собака", "мусор", "автобус", "запах", "пожар", "школа", "врач", "пенсия", "паспорт", "фонарь",
		"без ~2 вода", "яма", "дерево ~5 двор", "лифт дом", "крыша ~4 течь", "горит", "скорая ~5 помощь", "детская площадка",
	} {
		set, err := Compile([]Rule{{Text: rule}})
		if err != nil {
			t.Fatal(err)
		}
		if hits := set.Match(nil, chatter); len(hits) == 0 {
			t.Errorf("no line has %s", rule)
		}
	}
}

// builtinSet compiles all built-in rules and tells, by rule, its topic and
// whether it means danger.
func builtinSet(t *testing.T) (set *Set, owner map[int64]string, danger map[int64]bool) {
	t.Helper()
	owner, danger = map[int64]string{}, map[int64]bool{}
	var list []Rule
	add := func(topic Topic, rules []string, deadly bool) {
		for _, rule := range rules {
			id := int64(len(list))
			list = append(list, Rule{ID: id, Text: rule})
			owner[id], danger[id] = topic.Code, deadly
		}
	}
	for _, topic := range Topics() {
		add(topic, topic.Rules, false)
		add(topic, topic.DangerRules, true)
	}
	set, err := Compile(list)
	if err != nil {
		t.Fatal(err)
	}
	return set, owner, danger
}
