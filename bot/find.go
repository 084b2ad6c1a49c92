package bot

import (
	"context"
	"errors"
	"fmt"

	"otklik/monitor/rules"
	"otklik/storage"
)

const (
	foundShown = 10
	// foundWithin is how many texts /find looks through, newest first.
	foundWithin = 20_000
)

// find is /find: an incident by its number, or incidents by their words.
func (b *Bot) find(ctx context.Context, a ask) error {
	if ok, err := b.regional(ctx, a); !ok {
		return err
	}
	if a.text == "" {
		return b.reply(ctx, a, "find_usage", nil)
	}
	if id, ok := readNumber(a.text); ok {
		return b.findNumber(ctx, a, id)
	}
	query := cut(cleanLine(a.text), 300)
	if err := readable(query); err != nil {
		return err
	}
	ids, err := b.findWords(ctx, a.region.ID, query)
	if err != nil {
		return err
	}
	return b.reply(ctx, a, "found", storage.Params{"query": query, "ids": ids})
}

// findNumber shows the card of an incident. Another region's does not exist.
func (b *Bot) findNumber(ctx context.Context, a ask, id int64) error {
	i, err := b.store.Incident(ctx, id)
	if errors.Is(err, storage.ErrNotFound) || err == nil && i.Region != a.region.ID {
		return wrong{"find_nothing", storage.Params{"ID": id}}
	}
	if err != nil {
		return fmt.Errorf("incident %d: %w", id, err)
	}
	if err := b.store.ShowCard(ctx, id); err != nil {
		return fmt.Errorf("show a card: %w", err)
	}
	return nil
}

// findWords returns the newest incidents whose texts meet a rule.
func (b *Bot) findWords(ctx context.Context, region int64, query string) (ids []int64, err error) {
	set, err := rules.Compile([]rules.Rule{{ID: 1, Text: query}})
	if err != nil {
		return nil, fmt.Errorf("compile what is looked for: %w", err)
	}
	var m rules.Matches
	seen, looked := map[int64]bool{}, 0
	err = b.store.IncidentTexts(ctx, region, func(x storage.IncidentText) bool {
		if len(set.Match(&m, x.Text)) > 0 && !seen[x.Incident] {
			seen[x.Incident] = true
			ids = append(ids, x.Incident)
		}
		looked++
		return len(ids) < foundShown && looked < foundWithin && ctx.Err() == nil
	})
	return ids, err
}

// viewFound lists what was found.
func viewFound(b *Bot, ctx context.Context, s *speaker, g occasion) (rendered, error) {
	values, _ := g.params["ids"].([]any)
	var list []storage.Incident
	for _, v := range values {
		i, err := b.store.Incident(ctx, number(storage.Params{"id": v}, "id"))
		if errors.Is(err, storage.ErrNotFound) || err == nil && i.Region != g.region.ID {
			continue
		}
		if err != nil {
			return rendered{}, fmt.Errorf("read what was found: %w", err)
		}
		list = append(list, i)
	}
	lines, buttons, err := b.incidentLines(ctx, s, list, g.region, "show")
	if err != nil {
		return rendered{}, err
	}
	return rendered{text: s.html("found", storage.Params{"Query": word(g.params, "query"), "Lines": lines}), buttons: rowsOf(buttons, 5)}, s.err
}
