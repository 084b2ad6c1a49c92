package bot

import (
	"context"

	"otklik/storage"
)

// nextImportance is what the button «Важно» leads to: up from ordinary, else
// back to it.
func nextImportance(i storage.Importance) string {
	if i == storage.Normal {
		return string(storage.High)
	}
	return string(storage.Normal)
}

// setImportance changes how fast the incident wants its answer.
func (b *Bot) setImportance(ctx context.Context, a ask) (toast, error) {
	to := storage.Importance(a.arg(0))
	if to != storage.High && to != storage.Normal {
		return toast{}, stale{}
	}
	err := b.store.SetImportance(ctx, a.as, a.incident.ID, to)
	return toast{code: "done_importance", data: storage.Params{"ID": a.incident.ID, "Importance": string(to)}}, err
}
