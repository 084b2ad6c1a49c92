package bot

import (
	"context"

	"otklik/storage"
)

// askReopen asks what is still to be done; the reply reopens the incident.
func (b *Bot) askReopen(ctx context.Context, a ask) (toast, error) {
	switch a.incident.State {
	case storage.Dismissed, storage.Answered, storage.Closed:
		return toast{code: "reply_below"}, b.question(ctx, a, "ask_reopen")
	}
	return toast{}, wrong{"conflict", storage.Params{"ID": a.incident.ID, "State": string(a.incident.State)}}
}

// reopen takes the comment and puts the incident back to work.
func (b *Bot) reopen(ctx context.Context, a ask) error {
	if err := b.may(ctx, a, inGroup); err != nil {
		return err
	}
	if a.text == "" {
		return wrong{"words_needed", nil}
	}
	_, err := b.store.Reopen(ctx, a.as, a.incident.ID, a.text)
	return err
}
