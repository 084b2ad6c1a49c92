package bot

import (
	"context"

	"otklik/storage"
)

// close closes an answered incident.
func (b *Bot) close(ctx context.Context, a ask) (toast, error) {
	c, err := b.store.CloseIncident(ctx, a.as, a.incident.ID)
	return toast{code: "done_closed", data: storage.Params{"ID": c.Incident.ID}}, err
}

// askUnpublished asks why nothing is said in the network.
func (b *Bot) askUnpublished(ctx context.Context, a ask) (toast, error) {
	return toast{}, b.question(ctx, a, "ask_unpublished")
}

// closeUnpublished takes the reason and closes the incident with it.
func (b *Bot) closeUnpublished(ctx context.Context, a ask) error {
	if err := b.mine(ctx, a); err != nil {
		return err
	}
	if a.text == "" {
		return wrong{"words_needed", nil}
	}
	c, err := b.store.CloseUnpublished(ctx, a.as, a.incident.ID, a.text)
	if err != nil {
		return err
	}
	if err := b.store.CloseDialog(ctx, a.person.ID, a.chat.ID); err != nil {
		return err
	}
	return b.reply(ctx, a, "done_closed", storage.Params{"ID": c.Incident.ID})
}
