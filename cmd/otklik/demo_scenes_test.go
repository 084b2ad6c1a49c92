package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	telegram "otklik/bot/sandbox"
	"otklik/storage"
)

// alarms are the messages of a chat that tell of a surge.
func alarms(c *telegram.Chat) (list []telegram.Message) {
	for _, m := range c.Messages() {
		if strings.Contains(m.Content(), "Всплеск") {
			list = append(list, m)
		}
	}
	return list
}

// A burst main on the page: its button is pressed once, and what residents then
// write in three networks becomes one alarm for the group and the staff.
func TestASurgeIsPlayedOnThePage(t *testing.T) {
	chromium(t)
	p := play(t, time.Hour)
	b := look(t, p.address)
	const button = `document.querySelector("#scenes button")`
	b.until(button)
	b.eval(button + `.click()`)
	b.until(`[...document.querySelectorAll(".toast")].some((node) => node.textContent.includes("тревогу"))`)
	b.until(`!` + button)

	list, err := demoComplaints(demoSurgeText)
	if err != nil {
		t.Fatal(err)
	}
	p.until("the alarm", func() bool { return len(alarms(p.world.group)) > 0 && len(alarms(p.world.staff.Chat())) > 0 })
	b.until(`[...document.querySelectorAll(".column")].filter((node) => node.innerText.includes("Всплеск: Водоснабжение")).length === 2`)
	said := alarms(p.world.group)[0]
	if text := said.Content(); !strings.Contains(text, "Ольховка") || strings.Count(text, "\n№") != 3 || len(said.Buttons()) != 3 {
		t.Errorf("the alarm says:\n%s\nwith %d buttons", text, len(said.Buttons()))
	}
	b.until(`[...document.querySelectorAll(".column .key")].some((node) => node.textContent === ` + quoted(said.Buttons()[0].Text) + `)`)

	water := func() (posts int) {
		incidents, err := p.store.Incidents(t.Context(), storage.QueueFilter{Region: p.seed.region, States: everyState, After: p.past, Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range incidents {
			if i.Topic == p.seed.topics["water"].ID && i.Place == p.seed.places["Ольховка"] {
				posts += i.Posts
			}
		}
		return posts
	}
	p.until("what all networks brought", func() bool { return water() == len(list) })
	if err := p.advance(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	// A chat keeps its order: a second alarm would come before the answer.
	staff := p.world.staff.Chat()
	before := len(staff.Messages())
	p.world.staff.Say(staff, "/summary today")
	p.until("the summary", func() bool {
		return slices.ContainsFunc(staff.Messages()[before:], func(m telegram.Message) bool { return strings.Contains(m.Content(), "Поступило") })
	})
	if g, s := len(alarms(p.world.group)), len(alarms(staff)); g != 1 || s != 1 {
		t.Errorf("%d alarms in the group and %d to the staff, want one each", g, s)
	}
}
