package bot

import (
	"context"

	"otklik/storage"
)

// accept is «Беру».
func (b *Bot) accept(ctx context.Context, a ask) (toast, error) {
	c, err := b.store.Accept(ctx, a.as, a.incident.ID)
	return toast{code: "done_accepted", data: storage.Params{"ID": c.Incident.ID}}, err
}
