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
	return toast{code: "done_returned", data: storage.Params{"ID": c.Incident.ID}}, err
}
