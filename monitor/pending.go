package monitor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"otklik/storage"
)

const (
	pendingAtOnce = 5000 // posts looked at in one step
	pendingPause  = 30 * time.Second
	pendingLife   = 7 * 24 * time.Hour // what could not be fetched until then never will be
)

// fetcher completes posts of which only the id is known.
type fetcher struct {
	m        *Monitor
	failures map[int64]int
	next     map[int64]time.Time
}

func newFetcher(m *Monitor) *fetcher {
	return &fetcher{m: m, failures: map[int64]int{}, next: map[int64]time.Time{}}
}

// wakeFetcher lets pending posts be fetched at once, if there are any among those
// that were just stored.
func (m *Monitor) wakeFetcher(stored []prepared) {
	if !slices.ContainsFunc(stored, func(f prepared) bool { return f.Post.State == storage.Pending }) {
		return
	}
	select {
	case m.posted <- struct{}{}:
	default:
	}
}

// step fetches the pending posts that are due and says when the next one is.
func (f *fetcher) step(ctx context.Context) (next time.Time, err error) {
	posts, err := f.m.store.PendingPosts(ctx, pendingAtOnce)
	if err != nil {
		return next, fmt.Errorf("read pending posts: %w", err)
	}
	for _, p := range posts {
		if f.m.store.Now().Sub(p.FoundAt) > pendingLife {
			if err := f.m.store.PostGone(ctx, p.ID); err != nil {
				return next, fmt.Errorf("give up pending post %d: %w", p.ID, err)
			}
			delete(f.failures, p.ID)
			delete(f.next, p.ID)
			continue
		}
		n := f.m.byName[p.Network]
		if n == nil || n.network == nil {
			continue
		}
		face, ok := n.network.(PostFetcher)
		if !ok {
			continue
		}
		if due := f.next[p.ID]; due.After(f.m.store.Now()) {
			next = sooner(next, due)
			continue
		}
		if until := n.heldUntil("post"); until.After(f.m.store.Now()) {
			next = sooner(next, until)
			continue
		}
		err := f.fetch(ctx, n, face, p)
		if ctx.Err() != nil {
			return next, ctx.Err()
		}
		if err == nil {
			delete(f.failures, p.ID)
			delete(f.next, p.ID)
			continue
		}
		f.failures[p.ID]++
		f.next[p.ID] = f.m.store.Now().Add(backoff(pendingPause, patience, f.failures[p.ID]))
		next = sooner(next, f.next[p.ID])
		f.m.log.Debug().Err(err).Int64("post", p.ID).Int("failures", f.failures[p.ID]).Msg("cannot fetch a pending post")
	}
	return next, nil
}

func (f *fetcher) fetch(ctx context.Context, n *opened, face PostFetcher, p storage.Post) error {
	ctx, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	item, err := call(f.m, ctx, n.name, "post", func(ctx context.Context) (Item, error) { return face.FetchPost(ctx, p.ExternalID) })
	var limited Limited
	switch {
	case errors.As(err, &limited):
		n.hold(limited, "post")
		return err
	case err != nil && (troubleCode(err) == troubleGone || troubleCode(err) == troubleForbidden):
		return f.m.store.PostGone(ctx, p.ID)
	case err != nil:
		return err
	case item.Own:
		return f.m.store.PostGone(ctx, p.ID)
	}
	return f.m.complete(ctx, p, item)
}

// complete fills a pending post with what its network told.
func (m *Monitor) complete(ctx context.Context, pending storage.Post, item Item) error {
	key, err := m.store.AuthorKey(ctx)
	if err != nil {
		return fmt.Errorf("read the author key: %w", err)
	}
	item.Network, item.ExternalID, item.State = pending.Network, pending.ExternalID, storage.Ready
	item.SourceURL = pending.SourceURL
	if item.SourceName == "" {
		item.SourceName = pending.SourceName
	}
	if item.URL == "" {
		item.URL = pending.URL
	}
	set := m.rules.Load()
	f := m.match(set, m.prepare(item, key), item.Text, set.sources[canonicalSource(item.SourceURL)])
	f.tell(item)
	if _, _, err := m.file(ctx, set, nil, []prepared{f}); err != nil {
		return fmt.Errorf("complete post %d: %w", pending.ID, err)
	}
	return nil
}
