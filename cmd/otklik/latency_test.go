package main

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"testing"
	"time"

	telegram "otklik/bot/sandbox"
)

var numbered = regexp.MustCompile(`№(\d+)`)

// From an accepted line to the card in an idle group: under a second for 99 of
// 100, also while other groups get theirs and Telegram needs a tenth of a
// second for each call.
func TestCardComesWithinASecond(t *testing.T) {
	inBubble(t, 200, func(b *bubble) {
		b.telegram.AddFault(telegram.Fault{Count: -1, Delay: 100 * time.Millisecond})
		accepted := map[string]time.Time{} // by number of the incident
		for n, o := range b.offices {
			line := fmt.Sprintf(`{"url":"https://example.org/%d","text":"Яма на дороге, %s"}`, n, o.place)
			results := b.post([]byte(line))
			if len(results) != 1 || results[0].Status != "new" || len(results[0].Incidents) != 1 {
				b.Fatalf("%s: %+v", line, results)
			}
			accepted[fmt.Sprint(results[0].Incidents[0])] = time.Now()
			time.Sleep(time.Duration(rand.Int64N(int64(120 * time.Millisecond))))
		}
		b.rest(time.Minute)
		var took []time.Duration
		for _, c := range b.telegram.CallsOf("sendMessage") {
			m := numbered.FindStringSubmatch(c.Params["text"])
			if at, ok := accepted[append(m, "", "")[1]]; ok && c.Code == 200 {
				took = append(took, c.At.Sub(at))
			}
		}
		slices.Sort(took)
		if len(took) != len(b.offices) {
			b.Fatalf("%d cards for %d lines", len(took), len(b.offices))
		}
		p99 := took[len(took)*99/100]
		b.Logf("median %v, p99 %v, longest %v", took[len(took)/2], p99, took[len(took)-1])
		if p99 >= time.Second {
			b.Errorf("the p99 is %v, want less than a second", p99)
		}
	})
}
