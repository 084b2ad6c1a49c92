package bot

import (
	"context"
	"fmt"
	"slices"

	"otklik/storage"
)

// viewRule shows one rule: its words' forms and what it found in the last week.
func (b *Bot) viewRule(ctx context.Context, s *speaker, g occasion, u storage.Rule, week weekly) (rendered, error) {
	samples, err := b.found(ctx, g.region, u.ID)
	if err != nil {
		return rendered{}, err
	}
	forms, more := formsOf(u.Text)
	return rendered{
		text: s.html("keywords_rule", storage.Params{
			"ID": u.ID, "Topic": u.TopicName, "Text": cut(u.Text, maxRule), "Danger": u.Danger, "Forms": forms, "More": more, "Week": week, "Samples": samples,
		}),
		buttons: [][]button{{
			s.button("button_rule_drop", nil, data("rule_drop", 0, u.ID)), s.button("button_back", nil, data("keywords", 0, u.Topic, number(g.params, "page"))),
		}},
	}, s.err
}

// found are the newest posts of the last week that a rule found.
func (b *Bot) found(ctx context.Context, region storage.Region, rule int64) (list []sample, err error) {
	hits, err := b.store.Hits(ctx, region.ID, b.store.Now().Add(-week))
	if err != nil {
		return nil, fmt.Errorf("read the hits: %w", err)
	}
	for _, h := range hits {
		if !slices.Contains(h.Rules, rule) {
			continue
		}
		p, err := b.store.Post(ctx, h.Post)
		if err != nil {
			return nil, fmt.Errorf("post %d: %w", h.Post, err)
		}
		x, err := b.sampleOf(ctx, region, h.Incident, unmarked(marked(p.Text, p.Spans)))
		if err != nil {
			return nil, err
		}
		if list = append(list, x); len(list) == samplesShown {
			break
		}
	}
	return list, nil
}
