package monitor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/time/rate"

	"otklik/storage"
)

// After an answer stands in a network its thread is read on for two weeks:
// every few minutes at first, for most who reply do so at once, then ever more
// rarely. What a resident replies may come by reading the sources and by
// streams as well; storage takes it once.

const (
	threadsAtOnce = 50               // before the clock is looked at again
	threadSoonest = 3 * time.Minute  // between two readings of a young thread
	threadRarest  = 6 * time.Hour    // and of an old one
	threadShare   = 10               // else a tenth of its age
	threadOverlap = 15 * time.Minute // read again, for networks show some things late
	threadPause   = time.Second      // between two threads of a network
	threadTime    = 60 * time.Second // for one
	aboutReplies  = "replies"        // the scope of a network's limits
)

// follower reads the threads under the answers in one network.
type follower struct {
	m        *Monitor
	n        *opened
	face     Follower
	pace     *rate.Limiter
	failures map[int64]int // in a row, by publication
}

// newFollower is nil for a network whose threads cannot be read.
func newFollower(m *Monitor, n *opened) *follower {
	face, ok := n.network.(Follower)
	if !ok {
		return nil
	}
	return &follower{m: m, n: n, face: face, pace: rate.NewLimiter(rate.Every(threadPause), 1), failures: map[int64]int{}}
}

// step reads the threads that are due, those first that have waited longest,
// and says when to go on; the zero time leaves it to the poll.
func (f *follower) step(ctx context.Context) (time.Time, error) {
	if until := f.n.heldUntil(aboutReplies); until.After(f.m.store.Now()) {
		return until, nil
	}
	due, err := f.m.store.DueThreads(ctx, f.n.name, threadsAtOnce)
	if err != nil {
		return time.Time{}, fmt.Errorf("read which threads are due: %w", err)
	}
	for _, t := range due {
		if err := f.pace.Wait(ctx); err != nil {
			return time.Time{}, err
		}
		if err := f.follow(ctx, t); err != nil {
			return time.Time{}, err
		}
		if until := f.n.heldUntil(aboutReplies); until.After(f.m.store.Now()) {
			return until, nil
		}
	}
	if len(due) == threadsAtOnce {
		return f.m.store.Now(), nil
	}
	return time.Time{}, nil
}

// follow reads one thread; the network's trouble ends here. An error is one of
// the database, or that ctx ended.
func (f *follower) follow(ctx context.Context, t storage.Thread) error {
	start := f.m.store.Now()
	items, err := f.replies(ctx, t)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		f.failures[t.Publication]++
		next := f.afterTrouble(t, err)
		f.m.log.Debug().Err(err).Str("network", f.n.name).Int64("publication", t.Publication).Time("next", next).Msg("cannot read what was replied to an answer")
		return f.m.store.ThreadRead(ctx, t.Publication, time.Time{}, next)
	}
	delete(f.failures, t.Publication)
	if err := f.m.saveThread(ctx, t, items); err != nil {
		return err
	}
	return f.m.store.ThreadRead(ctx, t.Publication, start.Add(-threadOverlap), start.Add(threadEvery(start.Sub(t.DoneAt))))
}

func (f *follower) replies(ctx context.Context, t storage.Thread) ([]Item, error) {
	give, err := f.n.slot(ctx)
	if err != nil {
		return nil, err
	}
	defer give()
	items, err := call(f.m, ctx, f.n.name, "replies", func(ctx context.Context) ([]Item, error) {
		ctx, cancel := context.WithTimeout(ctx, threadTime)
		defer cancel()
		return f.face.Replies(ctx, t.Post, t.ExternalID, t.Since)
	})
	var limited Limited
	if errors.As(err, &limited) {
		f.n.hold(limited, aboutReplies)
	}
	return items, err
}

// threadEvery is how long a thread of an age is left alone.
func threadEvery(age time.Duration) time.Duration {
	return spread(min(max(age/threadShare, threadSoonest), threadRarest), 0.1)
}

// afterTrouble is when a thread is tried again.
func (f *follower) afterTrouble(t storage.Thread, err error) time.Time {
	now, failures := f.m.store.Now(), f.failures[t.Publication]
	var limited Limited
	var retry Retry
	switch {
	case errors.As(err, &limited):
		return later(now.Add(time.Second), limited.Until)
	case errors.As(err, &retry):
		return now.Add(max(retry.After, backoff(time.Second, threadRarest, failures)))
	case troubleCode(err) != troubleNetwork:
		return now.Add(threadRarest) // a person has to cure it, or nobody can
	}
	return now.Add(backoff(threadSoonest, threadRarest, failures))
}

// saveThread stores what stands in the thread of an answer: what replies to it,
// and complaints of others as those that they are.
func (m *Monitor) saveThread(ctx context.Context, t storage.Thread, items []Item) error {
	set := m.rules.Load()
	key, err := m.store.AuthorKey(ctx)
	if err != nil {
		return fmt.Errorf("read the author key: %w", err)
	}
	var batch []prepared
	for _, item := range items {
		if item.Own || item.ExternalID == "" {
			continue
		}
		item.besides(t.Post)
		f := m.match(set, m.prepare(item, key), item.Text, set.sources[canonicalSource(item.SourceURL)])
		f.tell(item)
		f.Thread = t.Publication
		if f.Fate == "" && m.heard.has(set, f) {
			continue
		}
		batch = append(batch, f)
	}
	if len(batch) == 0 {
		return nil
	}
	saved, err := m.saveNew(ctx, nil, batch)
	if err != nil {
		return fmt.Errorf("comments under an answer: %w", err)
	}
	var counted []prepared
	var results []storage.Saved
	for i, s := range saved {
		if s.Result == storage.Unmatched {
			m.heard.add(set, batch[i]) // reading its source shows it too, and counts it
			continue
		}
		counted, results = append(counted, batch[i]), append(results, s)
	}
	m.count(counted, results)
	return nil
}

// besides fills what a comment does not tell of where it stands from the post
// that it was found beside.
func (item *Item) besides(p storage.Post) {
	if item.Network == "" {
		item.Network = p.Network
	}
	if item.Source == 0 {
		item.Source = p.Source
	}
	if item.SourceURL == "" {
		item.SourceURL = p.SourceURL
	}
	if item.SourceName == "" {
		item.SourceName = p.SourceName
	}
}
