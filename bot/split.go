package bot

import (
	"context"
	"fmt"

	"otklik/storage"
)

// divide is «Отделить» for a merged incident: on its own card, or, as the
// argument, on the card of the one that it is a part of.
func (b *Bot) divide(ctx context.Context, a ask) (toast, error) {
	part := a.incident.ID
	if id := a.id(0); id != 0 {
		i, err := b.store.Incident(ctx, id)
		if err != nil {
			return toast{}, err
		}
		if i.Region != a.incident.Region {
			return toast{}, stale{}
		}
		part = id
	}
	c, err := b.store.Split(ctx, a.as, part)
	return toast{code: "done_split", data: storage.Params{"ID": c.Incident.ID}}, err
}

// dividePost is «Отделить» for a post that joined by itself.
func (b *Bot) dividePost(ctx context.Context, a ask) (toast, error) {
	c, err := b.store.SplitPost(ctx, a.as, a.incident.ID, a.id(0))
	return toast{code: "done_split_post", data: storage.Params{"ID": c.Incident.ID}}, err
}

// part is something that can be split off, as a button names it.
type part struct {
	ID    int64 // of a merged incident; 0 for a post
	First string
}

// divisions are the buttons that split off what an incident has from others,
// the latest first.
func (b *Bot) divisions(ctx context.Context, s *speaker, f facts) (list []button, err error) {
	parts, err := b.store.Parts(ctx, f.ID)
	if err != nil {
		return nil, fmt.Errorf("parts of incident %d: %w", f.ID, err)
	}
	for _, p := range parts {
		if p.Incident != 0 {
			first, err := b.firstOf(ctx, p.Incident, 30)
			if err != nil {
				return nil, err
			}
			list = append(list, s.button("button_part", part{p.Incident, first}, data("split", f.ID, p.Incident)))
			continue
		}
		post, err := b.store.Post(ctx, p.Post)
		if err != nil {
			return nil, fmt.Errorf("post %d: %w", p.Post, err)
		}
		list = append(list, s.button("button_part", part{0, firstLine(post.Text, 40)}, data("split_post", f.ID, p.Post)))
	}
	return list, nil
}

// partsMenu lists what can be split off.
func (b *Bot) partsMenu(ctx context.Context, s *speaker, f facts, page int, rows [][]button) ([][]button, error) {
	entries, err := b.divisions(ctx, s, f)
	if err != nil {
		return nil, err
	}
	back := s.button("button_back", nil, data("menu", f.ID, "more"))
	return s.paged(rows, []button{back}, entries, page, func(p int) string { return data("menu", f.ID, "parts", p) }), nil
}

// togetherRow merges an open incident with another one, and splits off what it
// has of others: the only part at once, several by a menu.
func (b *Bot) togetherRow(ctx context.Context, s *speaker, f facts) ([]button, error) {
	row := []button{s.button("button_merge", nil, data("ask_merge", f.ID))}
	parts, err := b.divisions(ctx, s, f)
	switch {
	case err != nil || len(parts) == 0:
		return row, err
	case len(parts) == 1:
		return append(row, s.button("button_split", nil, parts[0].data)), nil
	}
	return append(row, s.button("button_split", nil, data("menu", f.ID, "parts"))), nil
}
