package bot

import (
	"context"

	"otklik/storage"
)

// setTopic changes what the incident is about.
func (b *Bot) setTopic(ctx context.Context, a ask) (toast, error) {
	name, err := b.topicName(ctx, a.incident.Region, a.id(0))
	if err != nil {
		return toast{}, err
	}
	if name == "" {
		return toast{}, stale{}
	}
	err = b.store.SetTopic(ctx, a.as, a.incident.ID, a.id(0))
	return toast{code: "done_topic", data: storage.Params{"ID": a.incident.ID, "Topic": name}}, err
}
