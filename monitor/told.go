package monitor

import (
	"context"
	"fmt"

	"otklik/storage"
)

// saveTold stores what a network told unasked, with the cursor of the stream it
// came by, in one transaction. An item concerns the regions that watch its
// origin and those whose places it names.
func (m *Monitor) saveTold(ctx context.Context, network string, items []Item, progress *storage.Progress) error {
	set, err := m.currentRules(ctx)
	if err != nil {
		return err
	}
	key, err := m.store.AuthorKey(ctx)
	if err != nil {
		return fmt.Errorf("read the author key: %w", err)
	}
	var batch []prepared
	for _, item := range items {
		if item.Own || item.ExternalID == "" && item.URL == "" {
			continue
		}
		f := m.told(set, key, network, item)
		if f.Fate == "" && m.seen.has(set, f) {
			continue
		}
		batch = append(batch, f)
	}
	_, _, err = m.file(ctx, set, progress, batch)
	return err
}

// told makes an item that came unasked storable and tells what it concerns.
func (m *Monitor) told(set *ruleset, key []byte, network string, item Item) prepared {
	var from []int64
	for _, o := range set.origins[originKey(network, item.Origin)] {
		if item.Source == 0 {
			item.Source, item.SourceURL = o.id, o.url
		}
		if item.SourceName == "" {
			item.SourceName = o.name
		}
		if item.PublishedAt.IsZero() || !item.PublishedAt.Before(o.since.Add(-freshness)) {
			from = append(from, o.region)
		}
	}
	f := m.match(set, m.prepare(item, key), item.Text, from)
	if item.Source != 0 && len(from) == 0 {
		f.Matches, f.about = nil, nil // what was there long before anybody watched is history
	}
	f.tell(item)
	return f
}
