package monitor

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"otklik/storage"
)

// Few networks tell that a post was changed or deleted, so the posts of what is
// worked on are looked at again every day.

const (
	// recheckEvery leaves room for trouble within the day in which X wants what
	// was deleted or changed there to be so here.
	recheckEvery  = 20 * time.Hour
	recheckMany   = 100              // posts in one question
	recheckPause  = 2 * time.Second  // between two questions to a network
	recheckIdle   = 10 * time.Minute // when there is nothing to look at
	recheckTime   = 60 * time.Second // for one question
	recheckTries  = 3                // to ask about one post, in a day
	aboutRechecks = "recheck"        // the scope of a network's limits
)

// rechecker looks again at the posts of one network.
type rechecker struct {
	m       *Monitor
	n       *opened
	checker Checker
	pace    *rate.Limiter

	next     time.Time
	failures int           // in a row
	size     int           // posts in the next question: fewer after trouble, to find whose it is
	tries    map[int64]int // of posts whose question alone failed
}

// newRechecker is nil for a network that cannot be asked about its posts.
func newRechecker(m *Monitor, n *opened) *rechecker {
	checker, ok := n.network.(Checker)
	if !ok {
		return nil
	}
	return &rechecker{m: m, n: n, checker: checker, pace: rate.NewLimiter(rate.Every(recheckPause), 1), size: recheckMany, tries: map[int64]int{}}
}

// step looks at the posts that are due, the newest incidents' first, and says
// when to go on.
func (r *rechecker) step(ctx context.Context) (time.Time, error) {
	now := r.m.store.Now()
	if until := later(r.next, r.n.heldUntil(aboutRechecks)); until.After(now) {
		return until, nil
	}
	due, err := r.m.store.PostsToCheck(ctx, r.n.name, now.Add(-recheckEvery), r.size)
	if err != nil {
		return time.Time{}, fmt.Errorf("read which posts are to be looked at: %w", err)
	}
	if len(due) == 0 {
		r.next = now.Add(recheckIdle)
		return r.next, nil
	}
	err = r.askAbout(ctx, due)
	return r.next, err
}

// askAbout asks about posts by one question; what was told before trouble is
// kept.
func (r *rechecker) askAbout(ctx context.Context, posts []storage.Post) error {
	byID := map[string]storage.Post{}
	var ids []string
	for _, p := range posts {
		if _, twice := byID[p.ExternalID]; !twice {
			ids = append(ids, p.ExternalID)
		}
		byID[p.ExternalID] = p
	}
	items, err := r.ask(ctx, ids)
	var now []standing
	told := map[int64]bool{}
	for _, item := range items {
		if p, ok := byID[item.ExternalID]; ok {
			now, told[p.ID] = append(now, standing{p, item}), true
		}
	}
	if err == nil {
		r.size = recheckMany
		return r.settle(ctx, posts, now)
	}
	var left, done []storage.Post
	for _, p := range posts {
		if told[p.ID] {
			done = append(done, p)
		} else {
			left = append(left, p)
		}
	}
	if len(done) > 0 {
		if err := r.settle(ctx, done, now); err != nil {
			return err
		}
	}
	return r.troubled(ctx, left, err)
}

// ask makes one call about posts.
func (r *rechecker) ask(ctx context.Context, ids []string) ([]Item, error) {
	if err := r.pace.Wait(ctx); err != nil {
		return nil, err
	}
	give, err := r.n.slot(ctx)
	if err != nil {
		return nil, err
	}
	defer give()
	return call(r.m, ctx, r.n.name, "recheck", func(ctx context.Context) ([]Item, error) {
		ctx, cancel := context.WithTimeout(ctx, recheckTime)
		defer cancel()
		return r.checker.Recheck(ctx, ids)
	})
}

// troubled says when to ask again. A single post that cannot be asked about is
// left for tomorrow after a few tries, so that it stands in nobody's way.
func (r *rechecker) troubled(ctx context.Context, asked []storage.Post, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	now := r.m.store.Now()
	r.failures++
	r.next = now.Add(backoff(time.Minute, patience, r.failures))
	var limited Limited
	if errors.As(err, &limited) {
		r.n.hold(limited, aboutRechecks)
		r.next = later(now.Add(recheckPause), limited.Until)
		return nil
	}
	r.m.log.Debug().Err(err).Str("network", r.n.name).Int("posts", len(asked)).Time("next", r.next).Msg("cannot look at posts again")
	if troubleCode(err) != troubleNetwork || errors.As(err, new(Retry)) {
		return nil
	}
	if len(asked) == 0 {
		return nil
	}
	if len(asked) > 1 {
		r.size = max(len(asked)/2, 1)
		return nil
	}
	id := asked[0].ID
	if r.tries[id]++; r.tries[id] < recheckTries {
		return nil
	}
	delete(r.tries, id)
	return r.m.store.PostsChecked(ctx, []int64{id}, now)
}

// standing is a post as it is stored, and as it stands in its network.
type standing struct {
	post storage.Post
	item Item
}

// settle stores what has changed and notes that the posts were looked at.
func (r *rechecker) settle(ctx context.Context, asked []storage.Post, now []standing) error {
	if err := r.m.saveStanding(ctx, now); err != nil {
		return err
	}
	var ids []int64
	for _, p := range asked {
		ids = append(ids, p.ID)
		delete(r.tries, p.ID)
	}
	r.failures, r.next = 0, r.m.store.Now()
	return r.m.store.PostsChecked(ctx, ids, r.next)
}

// saveStanding stores how posts stand in their network where that has changed.
func (m *Monitor) saveStanding(ctx context.Context, now []standing) error {
	set := m.rules.Load()
	key, err := m.store.AuthorKey(ctx)
	if err != nil {
		return fmt.Errorf("read the author key: %w", err)
	}
	var batch []prepared
	for _, s := range now {
		s.item.besides(s.post)
		s.item.ExternalID, s.item.URL = s.post.ExternalID, s.post.URL
		p := m.prepare(s.item, key)
		if s.item.Fate = s.fate(p); s.item.Fate == "" {
			continue
		}
		var f prepared
		if s.item.Fate == storage.PostRemoved {
			f.Post = p
		} else {
			f = m.match(set, p, s.item.Text, set.sources[canonicalSource(s.item.SourceURL)])
		}
		f.tell(s.item)
		batch = append(batch, f)
	}
	if len(batch) == 0 {
		return nil
	}
	saved, err := m.saveNew(ctx, nil, batch)
	if err != nil {
		return fmt.Errorf("what became of posts: %w", err)
	}
	m.count(batch, saved)
	return nil
}

// fate is what became of a post that stands as p now; "" for nothing.
func (s standing) fate(p storage.Post) storage.Fate {
	removed := s.post.State == storage.Deleted
	switch {
	case s.item.Fate == storage.PostRemoved && removed:
		return ""
	case s.item.Fate == storage.PostRemoved:
		return storage.PostRemoved
	case removed:
		return storage.PostRestored
	case s.sameText(p.Text):
		return ""
	}
	return storage.PostEdited
}

// sameText says whether a masked text is the one that is stored, blanks aside.
// A later version may mask more than the one that stored it; and what another
// monitor handed over may be the beginning alone.
func (s standing) sameText(text string) bool {
	flat := func(t string) string { return strings.Join(strings.Fields(t), " ") }
	stored, now := flat(s.post.Text), flat(text)
	if stored == now || flat(Mask(s.post.Text)) == now {
		return true
	}
	return s.post.Source == 0 && strings.HasPrefix(now, strings.TrimRight(stored, " .…"))
}
