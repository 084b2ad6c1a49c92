package bot

import (
	"context"
	"fmt"

	"otklik/storage"
)

// render words a message of ours as it should stand now.
func (b *Bot) render(ctx context.Context, m storage.Message) (rendered, error) {
	v, ok := views()[m.Kind]
	if !ok {
		return rendered{nothing: true}, fmt.Errorf("message %d: no view for kind %q", m.ID, m.Kind)
	}
	r, err := v(b, ctx, m)
	if err != nil {
		return r, fmt.Errorf("render message %d (%s): %w", m.ID, m.Kind, err)
	}
	return r, nil
}
