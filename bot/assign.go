package bot

import (
	"context"

	"otklik/storage"
)

// assign hands the incident to the official whose button was pressed.
func (b *Bot) assign(ctx context.Context, a ask) (toast, error) {
	c, err := b.store.Assign(ctx, a.as, a.incident.ID, a.id(0))
	if err != nil {
		return toast{}, err
	}
	o, err := b.store.Official(ctx, c.Incident.Official)
	if err != nil {
		return toast{}, err
	}
	return toast{code: "done_assigned", data: storage.Params{"ID": c.Incident.ID, "Body": cleanLine(o.BodyName), "Official": cleanLine(o.Name)}}, nil
}

// howToInvite tells how somebody comes to answer for a topic that has nobody.
func (b *Bot) howToInvite(ctx context.Context, a ask) (toast, error) {
	return toast{}, b.reply(ctx, a, "how_to_invite", storage.Params{"Topic": cleanLine(a.incident.TopicName)})
}
