package bot

import (
	"context"
	"fmt"

	"otklik/storage"
)

// digestLines is how many incidents a digest lists, and how many first cards
// may wait in a group before they are gathered into digests.
const digestLines = 10

// gather turns a burst of new incidents into digests, so that a group sees the
// last of them minutes and not hours after it came. Nothing is dropped.
func (b *Bot) gather(ctx context.Context, lane storage.Lane) error {
	if lane.Kind == storage.Private || lane.Cards <= b.digestAfter || b.store.Held() {
		return nil
	}
	for {
		made, err := b.store.GatherDigest(ctx, lane.Chat, digestLines)
		if err != nil {
			return fmt.Errorf("gather a digest: %w", err)
		}
		if !made {
			return nil
		}
	}
}
