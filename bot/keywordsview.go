package bot

import (
	"context"
	"fmt"

	"otklik/storage"
)

const (
	topicsAtOnce = 8  // buttons of topics at once
	rulesShown   = 15 // rules of a topic at once
	ruleShown    = 180
)

// turnKeywords shows the rules of a topic, or another page.
func (b *Bot) turnKeywords(ctx context.Context, a ask) (toast, error) {
	if _, err := pressedNotice(a, "keywords"); err != nil {
		return toast{}, err
	}
	return b.turn(ctx, a, "keywords", storage.Params{"topic": a.id(0), "page": a.id(1)})
}

// viewKeywords lists topics as buttons, or the rules of one.
func viewKeywords(b *Bot, ctx context.Context, s *speaker, g occasion) (rendered, error) {
	topics, err := b.store.Topics(ctx, g.region.ID)
	if err != nil {
		return rendered{}, fmt.Errorf("read the topics: %w", err)
	}
	list, err := b.store.Rules(ctx, g.region.ID)
	if err != nil {
		return rendered{}, fmt.Errorf("read the rules: %w", err)
	}
	of := map[int64][]storage.Rule{}
	for _, u := range list {
		of[u.Topic] = append(of[u.Topic], u)
	}
	for _, t := range topics {
		if t.ID == number(g.params, "topic") {
			return topicRules(s, t, of[t.ID], int(number(g.params, "page")))
		}
	}
	part, at, pages := page(topics, int(number(g.params, "page")), topicsAtOnce)
	var buttons []button
	for _, t := range part {
		buttons = append(buttons, s.button("button_topic_rules", storage.Params{"Name": t.Name, "Rules": len(of[t.ID])}, data("keywords", 0, t.ID, 0)))
	}
	r := rendered{text: s.html("keywords", storage.Params{"Region": g.region.Name, "Topics": len(topics), "Rules": len(list)}), buttons: rowsOf(buttons, 2)}
	if row := turner(s, at, pages, func(p int) string { return data("keywords", 0, 0, p) }); row != nil {
		r.buttons = append(r.buttons, row)
	}
	return r, s.err
}

func topicRules(s *speaker, t storage.Topic, list []storage.Rule, number int) (rendered, error) {
	part, at, pages := page(list, number, rulesShown)
	type line struct {
		ID     int64
		Text   string
		Danger bool
	}
	var lines []line
	for _, u := range part {
		lines = append(lines, line{u.ID, cut(u.Text, ruleShown), u.Danger})
	}
	row := turner(s, at, pages, func(p int) string { return data("keywords", 0, t.ID, p) })
	return rendered{
		text:    s.html("keywords_topic", storage.Params{"Name": t.Name, "Importance": string(t.Importance), "Rules": lines, "Total": len(list), "Page": at + 1, "Pages": pages}),
		buttons: [][]button{append(row, s.button("button_back", nil, data("keywords", 0, 0, 0)))},
	}, s.err
}
