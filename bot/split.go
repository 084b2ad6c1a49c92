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

// dividing is the data of the button that splits off a part.
func dividing(incident int64, p storage.Part) string {
	if p.Incident != 0 {
		return data("split", incident, p.Incident)
	}
	return data("split_post", incident, p.Post)
}

// partButton names a part by its first words.
func (b *Bot) partButton(ctx context.Context, s *speaker, f facts, p storage.Part) (button, error) {
	named := part{ID: p.Incident}
	var err error
	if p.Incident != 0 {
		named.First, err = b.firstOf(ctx, p.Incident, 30)
	} else {
		var post storage.Post
		post, err = b.store.Post(ctx, p.Post)
		named.First = firstLine(post.Text, 40)
	}
	return s.button("button_part", named, dividing(f.ID, p)), err
}

// partsMenu lists what can be split off, the latest first. Only the page that
// is shown is read: there may be hundreds.
func (b *Bot) partsMenu(ctx context.Context, s *speaker, f facts, page int, rows [][]button) ([][]button, error) {
	parts, err := b.store.Parts(ctx, f.ID)
	if err != nil {
		return nil, fmt.Errorf("parts of incident %d: %w", f.ID, err)
	}
	entries := make([]button, len(parts))
	page = min(max(page, 0), max(len(parts)-1, 0)/menuPage)
	for n := page * menuPage; n < min((page+1)*menuPage, len(parts)); n++ {
		if entries[n], err = b.partButton(ctx, s, f, parts[n]); err != nil {
			return nil, fmt.Errorf("a part of incident %d: %w", f.ID, err)
		}
	}
	back := s.button("button_back", nil, data("menu", f.ID, "more"))
	return s.paged(rows, []button{back}, entries, page, func(p int) string { return data("menu", f.ID, "parts", p) }), nil
}

// togetherRow merges an open incident with another one, and splits off what it
// has of others: the only part at once, several by a menu.
func (b *Bot) togetherRow(ctx context.Context, s *speaker, f facts) ([]button, error) {
	row := []button{s.button("button_merge", nil, data("ask_merge", f.ID))}
	parts, err := b.store.Parts(ctx, f.ID)
	if err != nil {
		return nil, fmt.Errorf("parts of incident %d: %w", f.ID, err)
	}
	switch len(parts) {
	case 0:
		return row, nil
	case 1:
		return append(row, s.button("button_split", nil, dividing(f.ID, parts[0]))), nil
	}
	return append(row, s.button("button_split", nil, data("menu", f.ID, "parts"))), nil
}
