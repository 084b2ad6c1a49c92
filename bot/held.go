package bot

import (
	"context"
	"fmt"

	"otklik/storage"
)

// viewHeld explains the hold while there is one.
func viewHeld(b *Bot, _ context.Context, s *speaker, _ storage.Message) (rendered, error) {
	if !b.store.Held() {
		return rendered{text: s.html("released", nil)}, s.err
	}
	return rendered{text: s.html("held", nil), buttons: [][]button{{s.button("button_release", nil, data("release", 0))}}}, s.err
}

// release lets everything out that a restored database holds back.
func (b *Bot) release(ctx context.Context, a ask) (toast, error) {
	if !b.store.Held() {
		return toast{code: "released"}, nil
	}
	if err := b.store.Release(ctx); err != nil {
		return toast{}, fmt.Errorf("release: %w", err)
	}
	b.log.Info().Msg("an owner released a restored database")
	_, err := b.turn(ctx, a, "released", nil)
	return toast{code: "released"}, err
}
