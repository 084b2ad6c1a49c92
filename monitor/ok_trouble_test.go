package monitor

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"otklik/monitor/sandbox"
)

// TestOKReadsTopicsAsTheyAreToldWhereFieldsAreRefused: the list's parameters are
// documented nowhere.
func TestOKReadsTopicsAsTheyAreToldWhereFieldsAreRefused(t *testing.T) {
	inOK(t, sandbox.OKOptions{NoSummaries: true}, func(b *okBench) {
		b.o.AddFault(sandbox.Fault{Code: okParameter, Count: -1, Match: func(c sandbox.Call) bool { return c.Method == "mediatopic.getTopics" && c.Params["fields"] != "" }})
		var want []string
		for i := range 120 {
			want = append(want, b.group.Topic("Житель", fmt.Sprint(i), sandbox.OKTopicOptions{}).ExternalID())
		}
		b.poll()
		want = append(want, b.group.Topic("Житель", "Ещё", sandbox.OKTopicOptions{}).ExternalID())
		b.poll()
		b.wantOnce(want...)
		refused := 0
		for _, c := range b.o.CallsOf("mediatopic.getTopics") {
			if c.Code != 0 {
				refused++
			}
		}
		if refused != 1 {
			t.Errorf("what the network refuses was asked %d times, want 1", refused)
		}
	})
}

func TestOKTroubleIsToldByItsKind(t *testing.T) {
	for code, want := range map[int]string{
		1: troubleNetwork, okNoMethod: troubleSetting, 4: troubleNetwork, okActionBlocked: troubleLimited, okFlood: troubleLimited, okAddressBlocked: troubleLimited,
		okDenied: troubleForbidden, okLimit: troubleLimited, okTotalLimit: troubleLimited, okParameter: troubleSetting, okAppKey: troubleSetting, okSessionExpired: troubleToken,
		okSessionWrong: troubleToken, okSignature: troubleSetting, okNoGroup: troubleGone, okNoRight: troubleSetting, okNotFound: troubleGone, okSessionNeeded: troubleToken,
		458: troubleForbidden, 9999: troubleNetwork,
	} {
		inOK(t, sandbox.OKOptions{}, func(b *okBench) {
			p := b.group.Topic("Житель", "Яма", sandbox.OKTopicOptions{})
			end := b.o.AddFault(sandbox.Fault{Method: "mediatopic.getTopics", Code: code, Count: -1})
			cursor := b.source.Cursor
			if _, err := b.page(); err == nil || troubleCode(err) != want || b.source.Cursor != cursor {
				t.Errorf("code %d: error %v, want trouble %q", code, err, want)
			}
			end()
			time.Sleep(2 * time.Hour)
			b.network = b.open(sandbox.DefaultOKToken)
			b.poll()
			b.wantOnce(p.ExternalID())
		})
	}
	for name, fault := range map[string]sandbox.Fault{"html": {HTML502: true}, "drop": {Drop: true}, "lose": {Lose: true}, "garbage": {Garbage: true}, "null": {Null: true}, "slow": {Delay: time.Minute}} {
		inOK(t, sandbox.OKOptions{}, func(b *okBench) {
			p := b.group.Topic("Житель", "Яма", sandbox.OKTopicOptions{})
			b.poll()
			fault.Method = "mediatopic.getTopics"
			b.o.AddFault(fault)
			if _, err := b.page(); err == nil || troubleCode(err) != troubleNetwork {
				t.Errorf("%s: error %v", name, err)
			}
			b.poll()
			b.wantOnce(p.ExternalID())
		})
	}
}

// TestOKOneBadTopicHoldsUpNoOther lets the network refuse the comments of one.
func TestOKOneBadTopicHoldsUpNoOther(t *testing.T) {
	inOK(t, sandbox.OKOptions{}, func(b *okBench) {
		bad, good := b.group.Topic("Житель", "Плохая", sandbox.OKTopicOptions{}), b.group.Topic("Житель", "Хорошая", sandbox.OKTopicOptions{})
		hidden, c := bad.Comment("Житель", "раз"), good.Comment("Житель", "два")
		id := strings.Split(bad.ExternalID(), "/")[1]
		end := b.o.AddFault(sandbox.Fault{Code: 1, Count: -1, Match: func(c sandbox.Call) bool { return c.Params["discussionId"] == id }})
		b.poll()
		later := good.Comment("Житель", "три")
		b.poll()
		want := []string{bad.ExternalID(), good.ExternalID(), c.ExternalID(), later.ExternalID()}
		b.wantOnce(want...)
		end()
		time.Sleep(time.Hour)
		b.poll()
		b.wantOnce(append(want, hidden.ExternalID())...)
	})
}

// TestOKSaysSoWhereCommentsAreRefusedAltogether: no topic of its own is bad.
func TestOKSaysSoWhereCommentsAreRefusedAltogether(t *testing.T) {
	for code, want := range map[int]string{okNoMethod: troubleSetting, okDenied: troubleForbidden, okParameter: troubleSetting, okNoRight: troubleSetting} {
		inOK(t, sandbox.OKOptions{}, func(b *okBench) {
			var items []string
			for range 3 {
				p := b.group.Topic("Житель", "Яма", sandbox.OKTopicOptions{})
				items = append(items, p.ExternalID(), p.Comment("Житель", "раз").ExternalID())
			}
			end := b.o.AddFault(sandbox.Fault{Method: "discussions.getComments", Code: code, Count: -1})
			var err error
			for more := true; more && err == nil; {
				more, err = b.page()
			}
			if err == nil || troubleCode(err) != want {
				t.Errorf("code %d: %v, want trouble %q", code, err, want)
			}
			end()
			time.Sleep(time.Hour)
			b.poll()
			b.poll()
			b.wantOnce(items...)
		})
	}
}

// TestOKDoesWithoutTopicsByTheirIDs: comments come all the same, if without the
// line that they stand under.
func TestOKDoesWithoutTopicsByTheirIDs(t *testing.T) {
	inOK(t, sandbox.OKOptions{}, func(b *okBench) {
		b.o.AddFault(sandbox.Fault{Method: "mediatopic.getByIds", Code: okDenied, Count: -1})
		var topics []*sandbox.OKTopic
		want := []string{}
		for i := range 80 {
			topics = append(topics, b.group.Topic("Житель", fmt.Sprint(i), sandbox.OKTopicOptions{}))
			want = append(want, topics[i].ExternalID(), topics[i].Comment("Житель", "раз").ExternalID())
			time.Sleep(time.Minute)
		}
		b.poll()
		want = append(want, topics[0].Comment("Житель", "два").ExternalID())
		for range 30 {
			time.Sleep(2 * time.Minute)
			b.poll()
		}
		b.wantOnce(want...)
		if len(b.removed) != 0 {
			t.Errorf("told to be gone: %v", b.removed)
		}
	})
}

func TestOKDeadTokenStopsThatTokenAlone(t *testing.T) {
	for _, code := range []int{102, 103, 453} {
		inOK(t, sandbox.OKOptions{Tokens: []string{"one", "two"}}, func(b *okBench) {
			foreign := b.o.Group("Чужая", "foreign")
			p := foreign.Topic("Житель", "Яма", sandbox.OKTopicOptions{})
			b.network, b.source.Address = b.open("one", "two"), foreign.ID()
			b.o.Expire("one", code)
			b.poll()
			b.poll()
			b.wantOnce(p.ExternalID())
			lost := 0
			for _, c := range b.o.Calls() {
				if c.Token == "one" {
					lost++
				}
			}
			if lost != 1 {
				t.Errorf("a refused token was tried %d times, want 1", lost)
			}
			b.o.Expire("two", code)
			if _, err := b.page(); err == nil || troubleCode(err) != troubleToken || !strings.Contains(err.Error(), "OTKLIK_OK_TOKEN") || strings.Contains(err.Error(), "two") {
				t.Errorf("error %v", err)
			}
		})
	}
}

// TestOKKeepsItsPaceAndItsQuota runs two busy days.
func TestOKKeepsItsPaceAndItsQuota(t *testing.T) {
	inOK(t, sandbox.OKOptions{PerSecond: 3, PerDay: map[string]int{"mediatopic.getTopics": 300}}, func(b *okBench) {
		want := []string{}
		limited := 0
		for i := range 24 * 60 {
			time.Sleep(2 * time.Minute)
			if i%10 == 0 {
				want = append(want, b.group.Topic("Житель", fmt.Sprint(i), sandbox.OKTopicOptions{}).ExternalID())
			}
			for more := true; more; {
				var err error
				if more, err = b.page(); err != nil {
					if !errors.As(err, new(Limited)) {
						t.Fatal(err)
					}
					limited++
					more = false
				}
			}
		}
		time.Sleep(24 * time.Hour)
		b.poll()
		b.wantOnce(want...)
		codes := map[int]int{}
		for _, c := range b.o.Calls() {
			codes[c.Code]++
		}
		if codes[8] != 0 || codes[11] > 60 || limited == 0 {
			t.Errorf("codes %v, limited %d times: want the pace kept and a used-up quota asked about rarely", codes, limited)
		}
		var budgets []string
		for _, budget := range b.network.Budgets() {
			budgets = append(budgets, fmt.Sprint(budget.Key, " ", budget.Number, " ", budget.Method))
			if budget.Left > budget.Limit || budget.Limit <= 0 {
				t.Errorf("budget %+v", budget)
			}
		}
		if len(budgets) != 6 {
			t.Errorf("budgets %v", budgets)
		}
	})
}
