package bot

import (
	"context"
	"errors"
	"fmt"

	"otklik/storage"
)

// dropRule removes the rule pressed; the notice then lets it come back.
func (b *Bot) dropRule(ctx context.Context, a ask) (toast, error) {
	if _, err := pressedNotice(a, "keywords", "rule_added"); err != nil {
		return toast{}, err
	}
	rule, err := b.rule(ctx, a.region.ID, a.id(0))
	if err != nil {
		return toast{}, err
	}
	if err := b.store.RemoveRule(ctx, a.as, a.region.ID, rule.ID); err != nil {
		return toast{}, fmt.Errorf("remove rule %d: %w", rule.ID, err)
	}
	return b.turn(ctx, a, "rule_dropped", storage.Params{"id": rule.ID, "topic": rule.TopicName, "rule": cut(rule.Text, shownRule)})
}

// returnRule takes back that a rule was removed.
func (b *Bot) returnRule(ctx context.Context, a ask) (toast, error) {
	n, err := pressedNotice(a, "rule_dropped")
	if err != nil {
		return toast{}, err
	}
	id := number(n.Params, "id")
	err = b.store.RestoreRule(ctx, a.as, a.region.ID, id)
	if errors.Is(err, storage.ErrConflict) {
		return toast{}, wrong{"rule_there", storage.Params{"topic": word(n.Params, "topic"), "rule": word(n.Params, "rule")}}
	}
	if err != nil {
		return toast{}, fmt.Errorf("restore rule %d: %w", id, err)
	}
	return b.turn(ctx, a, "keywords", storage.Params{"rule": id})
}

func viewRuleDropped(_ *Bot, _ context.Context, s *speaker, g occasion) (rendered, error) {
	return rendered{text: s.html("rule_dropped", g.params), buttons: [][]button{{
		s.button("button_rule_return", nil, data("rule_return", 0)), s.button("button_back", nil, data("keywords", 0, 0, 0)),
	}}}, s.err
}

// rule is a present rule of a region; one that is gone makes the button that
// named it stale.
func (b *Bot) rule(ctx context.Context, region, id int64) (storage.Rule, error) {
	list, err := b.store.Rules(ctx, region)
	if err != nil {
		return storage.Rule{}, fmt.Errorf("read the rules: %w", err)
	}
	for _, u := range list {
		if u.ID == id {
			return u, nil
		}
	}
	return storage.Rule{}, stale{}
}
