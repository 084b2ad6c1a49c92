package bot

import (
	"context"
	"errors"

	"otklik/bot/texts"
	"otklik/storage"
)

// stale says that a button is not ours, or of another time.
type stale struct{}

func (stale) Error() string { return "stale or foreign data" }

// wrong is something that a person did wrong, with the template that tells it.
type wrong struct {
	code string
	data storage.Params
}

func (w wrong) Error() string { return "refused: " + w.code }

// known tells whether an error is somebody's mistake or bad luck, which he was
// told, and not a trouble of ours.
func known(err error) bool {
	var w wrong
	return errors.Is(err, storage.ErrConflict) || errors.Is(err, storage.ErrNotFound) || errors.Is(err, storage.ErrUnreachable) ||
		errors.Is(err, storage.ErrEmpty) || errors.Is(err, stale{}) || errors.Is(err, refused{}) || errors.As(err, &w)
}

// excuse turns an error into words, the only place that does.
func (b *Bot) excuse(ctx context.Context, a ask, err error) toast {
	var conflict *storage.Conflict
	var w wrong
	switch {
	case errors.As(err, &conflict):
		return b.excuseConflict(ctx, a, conflict)
	case errors.As(err, &w):
		return toast{code: w.code, data: w.data, alert: true}
	case errors.Is(err, refused{}):
		return toast{code: "refused"}
	case errors.Is(err, stale{}):
		return toast{code: "stale", data: storage.Params{"Private": a.chat.Kind == storage.Private}}
	case errors.Is(err, storage.ErrUnreachable):
		return toast{code: "unreachable", alert: true}
	case errors.Is(err, storage.ErrEmpty):
		return toast{code: "empty_answer", alert: true}
	case errors.Is(err, storage.ErrNotFound):
		return toast{code: "gone"}
	case errors.Is(err, storage.ErrConflict):
		return toast{code: "taken"}
	}
	return toast{code: "trouble", alert: true}
}

// excuseConflict tells who was first and when.
func (b *Bot) excuseConflict(ctx context.Context, a ask, c *storage.Conflict) toast {
	data := storage.Params{"ID": c.Incident.ID, "State": string(c.Incident.State)}
	switch {
	case c.NotYours:
		return toast{code: "conflict_not_yours", data: data}
	case c.TooMany:
		return toast{code: "conflict_too_many", data: data, alert: true}
	case c.Expired:
		return toast{code: "conflict_expired", data: data}
	case c.Said:
		return toast{code: "conflict_said", data: data, alert: true}
	case c.Waiting > 0:
		data["Waiting"] = c.Waiting
		return toast{code: "conflict_waiting", data: data, alert: true}
	case c.Publishing:
		return toast{code: "conflict_publishing", data: data}
	case c.Last.ID == 0:
		return toast{code: "conflict", data: data}
	}
	region, err := b.store.Region(ctx, c.Incident.Region)
	if err != nil {
		return toast{code: "conflict", data: data}
	}
	d, err := b.deed(ctx, c.Last, region)
	if err != nil {
		return toast{code: "conflict", data: data}
	}
	data["Deed"], data["At"] = d, texts.In(region.Zone(), c.Last.At, b.store.Now())
	return toast{code: "conflict_deed", data: data}
}
