package bot

import (
	"context"
	"fmt"

	"otklik/storage"
)

// renewBuiltins brings a region's built-in rules up to those of this version.
func (b *Bot) renewBuiltins(ctx context.Context, a ask) (toast, error) {
	n, err := pressedNotice(a, "keywords")
	if err != nil {
		return toast{}, err
	}
	r, err := b.store.RenewBuiltins(ctx, a.as, a.region.ID, startingTopics(a.region.Language))
	if err != nil {
		return toast{}, fmt.Errorf("renew the built-in rules: %w", err)
	}
	// What the notice says stays the same; what it shows does not.
	if _, err := b.turn(ctx, a, "keywords", storage.Params{"turns": number(n.Params, "turns") + 1}); err != nil {
		return toast{}, err
	}
	return toast{code: "done_builtins", data: storage.Params{"Topics": r.Topics, "Added": r.Added, "Gone": r.Gone}}, nil
}
