package rules

import "testing"

func TestEveryTopicIsComplete(t *testing.T) {
	topics := Topics()
	if len(topics) != 19 || topics[18].Code != "other" || len(topics[18].Rules) != 0 {
		t.Fatalf("%d topics, the last %+v", len(topics), topics[len(topics)-1])
	}
	for _, topic := range topics[:18] {
		if len(topic.Rules) < 6 || topic.Names["ru"] == "" || topic.Names["en"] == "" {
			t.Errorf("topic %s is incomplete: %d rules, names %v", topic.Code, len(topic.Rules), topic.Names)
		}
		for _, rule := range append(topic.Rules, topic.DangerRules...) {
			if code, rejected := Reject(rule); rejected {
				t.Errorf("topic %s: our own reject list refuses %s: %s", topic.Code, rule, code)
			}
		}
		for _, name := range topic.Names {
			if code, rejected := Reject(name); rejected {
				t.Errorf("the reject list refuses the name %q: %s", name, code)
			}
		}
	}
}

func TestTopicsFileErrors(t *testing.T) {
	for name, text := range map[string]string{
		"rule first":     "яма",
		"bad head":       "[a] normal | Имя",
		"bad importance": "[a] loud | Имя | Name",
		"twice":          "[a] normal | Имя | Name\n[a] normal | Имя | Name",
		"bad rule":       "[a] normal | Имя | Name\n(яма",
		"no such list":   "[a] normal | Имя | Name\nяма $где",
		"list below":     "[a] normal | Имя | Name\nяма $где\n$где = двор",
		"list twice":     "$где = двор\n$где = сад",
		"nameless list":  "$ = двор",
		"bad list name":  "$а-б = двор",
		"bad list":       "$где = (двор",
	} {
		if _, err := ParseTopics(text); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestListsStandInRules(t *testing.T) {
	topics, err := ParseTopics("$там = парк | сад\n$где = двор | $там\n[a] normal | Имя | Name\nяма ~3 $где\ndanger: -$там пожар")
	if err != nil {
		t.Fatal(err)
	}
	if got := topics[0]; got.Rules[0] != "яма ~3 (двор | (парк | сад))" || got.DangerRules[0] != "-(парк | сад) пожар" {
		t.Errorf("%q, %q", got.Rules, got.DangerRules)
	}
}
