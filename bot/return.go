package bot

import (
	"context"
	"slices"

	"otklik/storage"
)

// giveBack is «Не моё»: the incident returns to the administrators, with the
// body whose it is when the official knows.
func (b *Bot) giveBack(ctx context.Context, a ask) (toast, error) {
	reason, body := a.arg(0), a.id(1)
	if !slices.Contains(returns, reason) || body != 0 && reason != "other_body" {
		return toast{}, stale{}
	}
	if body != 0 {
		if _, err := b.store.Body(ctx, a.incident.Region, body); err != nil {
			return toast{}, err
		}
	}
	c, err := b.store.Return(ctx, a.as, a.incident.ID, reason, body, "")
	if err != nil {
		return toast{}, err
	}
	return toast{code: "done_returned", data: storage.Params{"ID": c.Incident.ID}}, nil
}

// viewReturned tells an official what he gave back, with the way to take it
// again while there is one.
func viewReturned(b *Bot, ctx context.Context, s *speaker, m storage.Message) (rendered, error) {
	f, err := b.facts(ctx, m.Incident, storage.Head{}, 0)
	if err != nil {
		return rendered{}, err
	}
	r := rendered{text: s.html("returned", f)}
	if e, ok := f.lastStep(b.store.Now()); ok && e.Kind == storage.Returned {
		if r.buttons, err = b.ownUndoRow(ctx, s, m, f); err != nil {
			return r, err
		}
	}
	return r, s.err
}
