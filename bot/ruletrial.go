package bot

import (
	"context"
	"fmt"
	"maps"

	"otklik/storage"
)

// tryRule shows what a rule without a topic would have caught.
func (b *Bot) tryRule(ctx context.Context, a ask, rule string) error {
	if err := checkRule("", rule, nil); err != nil {
		return err
	}
	r, err := b.tryOut(ctx, a.region.ID, rule)
	if err != nil {
		return err
	}
	return b.reply(ctx, a, "rule_tried", r.params(storage.Params{"rule": rule}))
}

// chooseTopic shows the topics that a tried rule can be added to, a page of
// them; without an argument it shows the trial again.
func (b *Bot) chooseTopic(ctx context.Context, a ask) (toast, error) {
	n, err := pressedNotice(a, "rule_tried")
	if err != nil {
		return toast{}, err
	}
	p := maps.Clone(n.Params)
	delete(p, "page")
	if a.arg(0) != "" {
		p["page"] = a.id(0)
	}
	return b.turn(ctx, a, "rule_tried", p)
}

// keepRule adds a rule that was only shown: to the topic pressed, or to the one
// that it was written for.
func (b *Bot) keepRule(ctx context.Context, a ask) (toast, error) {
	n, err := pressedNotice(a, "rule_tried", "rule_broad", "topic_near")
	if err != nil {
		return toast{}, err
	}
	topics, err := b.store.Topics(ctx, a.region.ID)
	if err != nil {
		return toast{}, fmt.Errorf("read the topics: %w", err)
	}
	topic, rule := word(n.Params, "topic"), word(n.Params, "rule")
	for _, t := range topics {
		if t.ID == a.id(0) {
			topic = t.Name
		}
	}
	if topic == "" {
		return toast{}, stale{}
	}
	// The reject list of today judges what was shown yesterday.
	if err := checkRule(topic, rule, topics); err != nil {
		return toast{}, err
	}
	added, err := b.addRule(ctx, a, topic, rule, !hasTopic(topics, topic))
	if err != nil {
		return toast{}, err
	}
	p := maps.Clone(n.Params)
	delete(p, "page")
	maps.Copy(p, added)
	return b.turn(ctx, a, "rule_added", p)
}

// leaveRule is «Не добавлять».
func (b *Bot) leaveRule(ctx context.Context, a ask) (toast, error) {
	n, err := pressedNotice(a, "rule_broad", "topic_near")
	if err != nil {
		return toast{}, err
	}
	return b.turn(ctx, a, "rule_left", storage.Params{"topic": word(n.Params, "topic"), "rule": word(n.Params, "rule")})
}

// trialWords are the values of a notice about a trial.
func (b *Bot) trialWords(ctx context.Context, g occasion) (storage.Params, error) {
	samples, err := b.samples(ctx, g.region, g.params)
	if err != nil {
		return nil, err
	}
	p := maps.Clone(g.params)
	rule := word(p, "rule")
	for _, name := range []string{"total", "caught", "new"} {
		p[name] = int(number(p, name))
	}
	p["rule"], p["samples"] = cut(rule, shownRule), samples
	p["forms"], p["more"] = formsOf(rule)
	return p, nil
}

// shownRule is how many characters of a rule a notice about it shows.
const shownRule = 1000

func viewRuleTried(b *Bot, ctx context.Context, s *speaker, g occasion) (rendered, error) {
	p, err := b.trialWords(ctx, g)
	if err != nil {
		return rendered{}, err
	}
	r := rendered{text: s.html("rule_tried", p), buttons: [][]button{{s.button("button_rule_choose", nil, data("rule_choose", 0, 0))}}}
	if _, chooses := g.params["page"]; !chooses {
		return r, s.err
	}
	topics, err := b.store.Topics(ctx, g.region.ID)
	if err != nil {
		return rendered{}, fmt.Errorf("read the topics: %w", err)
	}
	part, at, pages := page(topics, int(number(g.params, "page")), topicsAtOnce)
	var entries []button
	for _, t := range part {
		entries = append(entries, button{text: cut(cleanLine(t.Name), 30), data: data("rule_keep", 0, t.ID)})
	}
	row := turner(s, at, pages, func(p int) string { return data("rule_choose", 0, p) })
	r.buttons = append(rowsOf(entries, 2), append(row, s.button("button_back", nil, data("rule_choose", 0))))
	return r, s.err
}

func viewRuleBroad(b *Bot, ctx context.Context, s *speaker, g occasion) (rendered, error) {
	p, err := b.trialWords(ctx, g)
	if err != nil {
		return rendered{}, err
	}
	return rendered{text: s.html("rule_broad", p), buttons: [][]button{{
		s.button("button_rule_keep", nil, data("rule_keep", 0)), s.button("button_rule_leave", nil, data("rule_leave", 0)),
	}}}, s.err
}

func viewRuleAdded(b *Bot, ctx context.Context, s *speaker, g occasion) (rendered, error) {
	p, err := b.trialWords(ctx, g)
	if err != nil {
		return rendered{}, err
	}
	return rendered{text: s.html("rule_added", p), buttons: [][]button{{
		s.button("button_rule_drop", nil, data("rule_drop", 0, number(g.params, "id"))),
	}}}, s.err
}
