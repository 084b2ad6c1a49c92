package bot

import (
	"context"
	"slices"

	"otklik/storage"
)

// dismiss decides that the incident needs no answer, for the reason pressed.
func (b *Bot) dismiss(ctx context.Context, a ask) (toast, error) {
	reason := a.arg(0)
	if !slices.Contains(dismissals, reason) {
		return toast{}, stale{}
	}
	c, err := b.store.Dismiss(ctx, a.as, a.incident.ID, reason, "")
	return toast{code: "done_dismissed", data: storage.Params{"ID": c.Incident.ID, "Reason": reason}}, err
}
