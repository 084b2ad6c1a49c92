package bot

import (
	"context"
	"fmt"

	"otklik/storage"
)

// itemText is how much of a complaint its official reads: all of nearly any.
const itemText = 2500

// returns are the reasons of «Не моё», as they are stored.
var returns = []string{"other_body", "other_territory", "federal", "other"}

// viewItem words an incident in its official's chat.
func viewItem(b *Bot, ctx context.Context, m storage.Message) (rendered, error) {
	s, err := b.speakerFor(ctx, m)
	if err != nil {
		return rendered{}, err
	}
	f, err := b.facts(ctx, m.Incident, m.Head(), itemText)
	if err != nil {
		return rendered{}, err
	}
	own := f.official.Chat == m.Chat && f.official.Chat != 0
	if m.State != storage.Live || !own {
		return retiredItem(s, f, own)
	}
	r := rendered{text: s.html("item", card{facts: f, Frozen: !f.incident.FrozenAt.IsZero() && f.incident.State == storage.Assigned})}
	if r.buttons, err = b.itemButtons(ctx, s, m, f); err != nil {
		return r, err
	}
	return r, s.err
}

// retiredItem says in one line whose the incident is now.
func retiredItem(s *speaker, f facts, own bool) (rendered, error) {
	r := rendered{text: s.html("item_retired", struct {
		facts
		Own bool
	}{f, own})}
	return r, s.err
}

// ownUndoRow takes the last step back if the person of a private chat made it.
func (b *Bot) ownUndoRow(ctx context.Context, s *speaker, m storage.Message, f facts) ([][]button, error) {
	e, ok := f.lastStep(b.store.Now())
	if !ok || e.Actor.Kind != storage.AsOfficial {
		return nil, nil
	}
	p, err := b.store.Person(ctx, e.Actor.Person)
	if err != nil {
		return nil, fmt.Errorf("who made step %d: %w", e.ID, err)
	}
	if p.Chat != m.Chat {
		return nil, nil
	}
	return b.undoRow(s, f), nil
}

func (b *Bot) itemButtons(ctx context.Context, s *speaker, m storage.Message, f facts) ([][]button, error) {
	rows := linkRow(s, f)
	id := f.ID
	if m.Menu != "" {
		return b.itemMenu(ctx, s, readMenu(m.Menu), f, rows)
	}
	switch f.incident.State {
	case storage.Assigned:
		var decide []button
		if f.incident.AcceptedAt.IsZero() {
			decide = append(decide, s.button("button_accept", nil, data("accept", id)))
		}
		if f.incident.Returns < storage.MaxReturns {
			decide = append(decide, s.button("button_return", nil, data("turn", id, "return")))
		}
		if len(decide) > 0 {
			rows = append(rows, decide)
		}
		rows = append(rows, []button{s.button("button_answer", nil, data("answer", id)), s.button("button_ask", nil, data("ask", id))})
	case storage.Answered:
		rows = append(rows, []button{s.button("button_close", nil, data("close", id))})
	}
	undo, err := b.ownUndoRow(ctx, s, m, f)
	return append(rows, undo...), err
}

func (b *Bot) itemMenu(ctx context.Context, s *speaker, m menu, f facts, rows [][]button) ([][]button, error) {
	if m.name == "return_body" {
		bodies, err := b.store.Bodies(ctx, f.region.ID)
		if err != nil {
			return nil, err
		}
		var entries []button
		for _, body := range bodies {
			if body.ID != f.official.Body {
				entries = append(entries, button{text: cut(cleanLine(body.Name), labelLength), data: data("return", f.ID, "other_body", body.ID)})
			}
		}
		first := []button{s.button("button_back", nil, data("turn", f.ID, "return")), s.button("button_unknown_body", nil, data("return", f.ID, "other_body", 0))}
		return s.paged(rows, first, entries, int(m.arg(0)), func(p int) string { return data("turn", f.ID, "return_body", p) }), nil
	}
	rows = append(rows, []button{s.button("button_back", nil, data("turn", f.ID, ""))})
	var reasons []button
	for _, reason := range returns {
		press := data("return", f.ID, reason)
		if reason == "other_body" {
			press = data("turn", f.ID, "return_body")
		}
		reasons = append(reasons, s.button("reason", reason, press))
	}
	return append(rows, pairs(reasons)...), nil
}
