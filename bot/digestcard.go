package bot

import (
	"context"
	"errors"

	"otklik/storage"
)

// showCard sends the card of an incident that a digest or a list names.
func (b *Bot) showCard(ctx context.Context, a ask) (toast, error) {
	if a.incident.ID == 0 {
		return toast{}, stale{}
	}
	return toast{code: "done_shown", data: storage.Params{"ID": a.incident.ID}}, b.store.ShowCard(ctx, a.incident.ID)
}

// digestLine is one new incident among many.
type digestLine struct {
	ID         int64
	State      string
	Importance string
	Topic      string
	Place      string
	First      string
}

// viewDigest words many new incidents as one message with a button for each.
func viewDigest(b *Bot, ctx context.Context, m storage.Message) (rendered, error) {
	s, err := b.speakerFor(ctx, m)
	if err != nil {
		return rendered{}, err
	}
	ids, err := b.store.Digest(ctx, m.ID)
	if err != nil {
		return rendered{}, err
	}
	var lines []digestLine
	var row []button
	var r rendered
	for _, id := range ids {
		l, err := b.digestLine(ctx, id)
		if errors.Is(err, storage.ErrNotFound) {
			continue
		}
		if err != nil {
			return rendered{}, err
		}
		lines = append(lines, l)
		if row = append(row, s.button("button_number", id, data("show", id))); len(row) == 5 {
			r.buttons, row = append(r.buttons, row), nil
		}
	}
	if len(row) > 0 {
		r.buttons = append(r.buttons, row)
	}
	r.text = s.html("digest", struct{ Lines []digestLine }{lines})
	return r, s.err
}

func (b *Bot) digestLine(ctx context.Context, id int64) (digestLine, error) {
	i, err := b.store.Incident(ctx, id)
	if err != nil {
		return digestLine{}, err
	}
	posts, err := b.store.Posts(ctx, id)
	if err != nil {
		return digestLine{}, err
	}
	l := digestLine{ID: id, State: string(i.State), Importance: string(i.Importance), Topic: cut(cleanLine(i.TopicName), 30), Place: cut(cleanLine(i.PlaceName), 30)}
	if len(posts) > 0 {
		l.First = firstLine(posts[0].Text, 70)
	}
	return l, nil
}
