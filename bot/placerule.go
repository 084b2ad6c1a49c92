package bot

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"otklik/monitor/rules"
	"otklik/storage"
)

// ownRule is what finds a place beside its name.
type ownRule struct{ place, rule string }

// splitOwnRules takes the lines "PLACE: RULE" out of a list of places.
func splitOwnRules(text string) (rest string, own []ownRule) {
	var lines []string
	for line := range strings.Lines(text) {
		place, rule, ok := strings.Cut(line, ":")
		if !ok {
			lines = append(lines, line)
			continue
		}
		own = append(own, ownRule{cleanLine(place), cleanLine(rule)})
	}
	return strings.Join(lines, ""), own
}

// setPlaceRules does what the lines "PLACE: RULE" of a message say.
func (b *Bot) setPlaceRules(ctx context.Context, a ask, own []ownRule, spelled map[string]string) error {
	if len(own) > ownRulesAtOnce {
		return wrong{"place_rules_many", storage.Params{"limit": ownRulesAtOnce}}
	}
	for n, o := range own {
		if err := b.setPlaceRule(ctx, a, n, o, spelled); err != nil {
			return err
		}
	}
	return nil
}

// ownRulesAtOnce is how many places one message gives rules: each is answered
// by a message.
const ownRulesAtOnce = 5

// setPlaceRule gives a place a rule of its own, adding the place when it is new,
// or takes the rule away. It is the n-th of its message.
func (b *Bot) setPlaceRule(ctx context.Context, a ask, n int, o ownRule, spelled map[string]string) error {
	known := spelled[folded(o.place)]
	switch {
	case utf8.RuneCountInString(o.place) > maxName || utf8.RuneCountInString(o.rule) > maxRule:
		return wrong{"place_rule_long", storage.Params{"name": maxName, "rule": maxRule}}
	case rules.PlaceRule(o.place) == "", known == "" && o.rule == "":
		return wrong{"place_unknown", storage.Params{"name": cut(o.place, maxName)}}
	case known != "":
		o.place = known
	}
	params := storage.Params{"name": o.place, "rule": ""}
	if o.rule != "" {
		if err := readable(o.rule); err != nil {
			return err
		}
		if err := proper(o.rule); err != nil {
			return err
		}
		r, err := b.tryOut(ctx, a.region.ID, o.rule)
		if err != nil {
			return err
		}
		params = r.params(storage.Params{"name": o.place, "rule": o.rule})
	}
	if _, err := b.store.SetPlaceRule(ctx, a.as, a.region.ID, o.place, o.rule); err != nil {
		return fmt.Errorf("set a place's rule: %w", err)
	}
	return b.say(ctx, a.chat.ID, b.key(a.update, fmt.Sprintf("place%d", n)), "place_rule", params)
}

func viewPlaceRule(b *Bot, ctx context.Context, s *speaker, g occasion) (rendered, error) {
	p, err := b.trialWords(ctx, g)
	if err != nil {
		return rendered{}, err
	}
	return rendered{text: s.html("place_rule", p)}, s.err
}

// everydayShown is how many names a message warns of.
const everydayShown = 5

// everyday are names of places, the first few, that posts have as ordinary words too, and in
// how many of the recent posts they stand.
func (b *Bot) everyday(ctx context.Context, region int64, names []string) (words []string, r *trial, err error) {
	var found []string
	for _, name := range names {
		if len(words) < everydayShown && rules.Everyday(name) {
			words, found = append(words, name), append(found, rules.PlaceRule(name))
		}
	}
	if len(words) == 0 {
		return nil, new(trial), nil
	}
	r, err = b.tryOut(ctx, region, strings.Join(found, " | "))
	return words, r, err
}
