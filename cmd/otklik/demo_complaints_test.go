package main

import (
	"strings"
	"testing"

	"otklik/monitor/rules"
)

func TestEachComplaintIsFoundByItsTopicAndChatterByNone(t *testing.T) {
	list, err := demoComplaints(demoComplaintsText + demoSurgeText)
	if err != nil {
		t.Fatal(err)
	}
	type rule struct {
		topic  string
		danger bool
	}
	var all []rules.Rule
	var whose []rule
	for _, topic := range rules.Topics() {
		for danger, texts := range [][]string{topic.Rules, topic.DangerRules} {
			for _, text := range texts {
				all = append(all, rules.Rule{ID: int64(len(all)), Text: text})
				whose = append(whose, rule{topic.Code, danger == 1})
			}
		}
	}
	set, err := rules.Compile(all)
	if err != nil {
		t.Fatal(err)
	}
	found, dangers, chatter := 0, 0, 0
	for _, c := range list {
		topics, danger := map[string]bool{}, false
		for _, hit := range set.Match(nil, c.text) {
			topics[whose[hit.Rule].topic] = true
			danger = danger || whose[hit.Rule].danger
		}
		switch {
		case c.topic == "" && len(topics) > 0:
			t.Errorf("chatter is taken for %v: %s", topics, c.text)
		case c.topic != "" && !topics[c.topic]:
			t.Errorf("not found by %s but by %v: %s", c.topic, topics, c.text)
		case c.danger != danger:
			t.Errorf("danger is %v: %s", danger, c.text)
		}
		if demoBodies[c.topic] == "" && c.topic != "" {
			t.Errorf("nobody answers for %s", c.topic)
		}
		switch {
		case c.topic == "":
			chatter++
		case c.danger:
			dangers++
			fallthrough
		default:
			found++
		}
	}
	if found < 40 || dangers < 3 || chatter < 5 {
		t.Errorf("%d complaints, %d dangers and %d of chatter", found, dangers, chatter)
	}
	if first := list[0]; demoBodies[first.topic] != demoTransport {
		t.Errorf("the first card goes to %s", demoBodies[first.topic])
	}
}

func TestDemoComplaintsNameTheLineThatIsWrong(t *testing.T) {
	for _, text := range []string{"roads Заречный", "roads | яма", "roads Заречный | "} {
		if _, err := demoComplaints("// remark\n" + text); err == nil || !strings.Contains(err.Error(), "line 2") {
			t.Errorf("%q: %v", text, err)
		}
	}
}
