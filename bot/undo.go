package bot

import (
	"context"
	"errors"

	"otklik/storage"
)

// undo takes back the step whose event the button carries.
func (b *Bot) undo(ctx context.Context, a ask) (toast, error) {
	e, err := b.store.Event(ctx, a.id(0))
	if err != nil {
		return toast{}, err
	}
	if e.Incident != a.incident.ID {
		return toast{}, stale{}
	}
	c, err := b.store.Undo(ctx, a.as, e.ID)
	var late *storage.Conflict
	if errors.As(err, &late) && late.Expired {
		// The button goes; what else takes the step back comes in its place.
		err = errors.Join(err, b.store.Touch(ctx, a.incident.ID))
	}
	return toast{code: "done_undone", data: storage.Params{"ID": c.Incident.ID, "Kind": string(e.Kind)}}, err
}
