package bot

import (
	"context"
	"fmt"

	"otklik/storage"
)

const (
	topicsAtOnce = 8  // topics on a page
	rulesShown   = 10 // rules of a topic on a page
	ruleShown    = 180
)

// turnKeywords shows the rules of a topic, or another page.
func (b *Bot) turnKeywords(ctx context.Context, a ask) (toast, error) {
	if _, err := pressedNotice(a, "keywords", "rule_dropped"); err != nil {
		return toast{}, err
	}
	return b.turn(ctx, a, "keywords", storage.Params{"topic": a.id(0), "page": a.id(1)})
}

// turnRule shows one rule.
func (b *Bot) turnRule(ctx context.Context, a ask) (toast, error) {
	if _, err := pressedNotice(a, "keywords"); err != nil {
		return toast{}, err
	}
	return b.turn(ctx, a, "keywords", storage.Params{"rule": a.id(0), "page": a.id(1)})
}

// setTopicImportance changes how fast a topic's new incidents want their answer.
func (b *Bot) setTopicImportance(ctx context.Context, a ask) (toast, error) {
	n, err := pressedNotice(a, "keywords")
	if err != nil {
		return toast{}, err
	}
	to := storage.Importance(a.arg(1))
	if to != storage.High && to != storage.Normal {
		return toast{}, stale{}
	}
	if err := b.store.SetTopicImportance(ctx, a.as, a.region.ID, a.id(0), to); err != nil {
		return toast{}, fmt.Errorf("set the importance of a topic: %w", err)
	}
	// What the notice says stays the same; what it shows does not.
	turns := number(n.Params, "turns") + 1
	_, err = b.turn(ctx, a, "keywords", storage.Params{"topic": a.id(0), "page": number(n.Params, "page"), "turns": turns})
	return toast{code: "done_topic_importance", data: storage.Params{"Importance": string(to)}}, err
}

// viewKeywords lists topics, the rules of one, or shows one rule.
func viewKeywords(b *Bot, ctx context.Context, s *speaker, g occasion) (rendered, error) {
	topics, err := b.store.Topics(ctx, g.region.ID)
	if err != nil {
		return rendered{}, fmt.Errorf("read the topics: %w", err)
	}
	list, err := b.store.Rules(ctx, g.region.ID)
	if err != nil {
		return rendered{}, fmt.Errorf("read the rules: %w", err)
	}
	counts, err := b.weeklies(ctx, g.region.ID, list)
	if err != nil {
		return rendered{}, err
	}
	of := map[int64][]storage.Rule{}
	for _, u := range list {
		if u.ID == number(g.params, "rule") {
			return b.viewRule(ctx, s, g, u, counts.rule(u.ID))
		}
		of[u.Topic] = append(of[u.Topic], u)
	}
	at := int(number(g.params, "page"))
	for _, t := range topics {
		if t.ID == number(g.params, "topic") {
			return topicRules(s, t, of[t.ID], counts, at)
		}
	}
	news, err := b.store.BuiltinNews(ctx, g.region.ID, startingTopics(g.region.Language))
	if err != nil {
		return rendered{}, fmt.Errorf("compare the built-in rules: %w", err)
	}
	return topicList(s, g.region, topics, of, counts, news, at)
}

// topicLine is a topic in the list of all.
type topicLine struct {
	Name, Importance string
	Rules            int
	Week             weekly
}

func topicList(s *speaker, region storage.Region, topics []storage.Topic, of map[int64][]storage.Rule, counts weeklies, news storage.Renewal, number int) (rendered, error) {
	part, at, pages := page(topics, number, topicsAtOnce)
	var lines []topicLine
	var buttons []button
	for _, t := range part {
		lines = append(lines, topicLine{cut(cleanLine(t.Name), 60), string(t.Importance), len(of[t.ID]), counts.topic(t.ID)})
		buttons = append(buttons, s.button("button_topic_rules", storage.Params{"Name": t.Name, "Rules": len(of[t.ID])}, data("keywords", 0, t.ID, 0)))
	}
	rules := 0
	for _, list := range of {
		rules += len(list)
	}
	r := rendered{
		text:    s.html("keywords", storage.Params{"Region": region.Name, "Topics": len(topics), "Rules": rules, "Lines": lines, "News": news, "Page": at + 1, "Pages": pages}),
		buttons: rowsOf(buttons, 2),
	}
	row := turner(s, at, pages, func(p int) string { return data("keywords", 0, 0, p) })
	if news.Any() {
		row = append(row, s.button("button_builtins", nil, data("builtins", 0)))
	}
	if row != nil {
		r.buttons = append(r.buttons, row)
	}
	return r, s.err
}

// ruleLine is a rule in the list of its topic.
type ruleLine struct {
	ID     int64
	Text   string
	Danger bool
	Week   weekly
	Weak   bool // it finds most in vain
}

func topicRules(s *speaker, t storage.Topic, list []storage.Rule, counts weeklies, number int) (rendered, error) {
	part, at, pages := page(list, number, rulesShown)
	weakest := counts.weakest(list)
	var lines []ruleLine
	var buttons []button
	for _, u := range part {
		lines = append(lines, ruleLine{u.ID, cut(u.Text, ruleShown), u.Danger, counts.rule(u.ID), u.ID == weakest})
		buttons = append(buttons, s.button("button_rule", u.ID, data("rule", 0, u.ID, at)))
	}
	to := nextImportance(t.Importance)
	row := turner(s, at, pages, func(p int) string { return data("keywords", 0, t.ID, p) })
	rows := append(rowsOf(buttons, 5), []button{s.button("button_topic_importance", to, data("topic_importance", 0, t.ID, to))})
	return rendered{
		text: s.html("keywords_topic", storage.Params{
			"Name": t.Name, "Importance": string(t.Importance), "Rules": lines, "Total": len(list), "Week": counts.topic(t.ID), "Page": at + 1, "Pages": pages,
		}),
		buttons: append(rows, append(row, s.button("button_back", nil, data("keywords", 0, 0, 0)))),
	}, s.err
}
