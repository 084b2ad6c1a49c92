package monitor

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	vkSweepIDs  = 100                    // posts that one wall.getById tells of
	vkSweepWait = 500 * time.Millisecond // for others who want to ask along
)

// vkSweep asks for posts by their ids, those of many sources in one call: who
// asks first waits a moment, the others add their ids to his. A post that is
// not there is left out of the answer.
type vkSweep struct {
	ask func(ctx context.Context, ids []string) (vkList[vkPost], error)

	mu   sync.Mutex
	open *vkBatch // others may join it; nil: the next to ask begins one
}

// vkBatch is one call.
type vkBatch struct {
	ids   []string
	asked map[string]bool
	full  chan struct{} // closed when there is no room any more
	done  chan struct{} // closed when what follows is set

	posts  map[string]*vkPost // read by everybody, changed by none
	groups map[int64]vkGroup
	err    error
	left   bool // who asked went away: whoever still waits asks again
}

// vkFound are posts by their external ids, with the communities that they name.
type vkFound struct {
	posts  map[string]*vkPost
	groups map[int64]vkGroup
}

// find asks for posts.
func (s *vkSweep) find(ctx context.Context, ids []string) (vkFound, error) {
	found := vkFound{posts: map[string]*vkPost{}, groups: map[int64]vkGroup{}}
	for len(ids) > 0 {
		b, n, mine := s.join(ids)
		if mine {
			s.run(ctx, b)
		}
		select {
		case <-b.done:
		case <-ctx.Done():
			return found, ctx.Err()
		}
		switch {
		case b.left && ctx.Err() == nil:
			continue
		case b.err != nil:
			return found, b.err
		}
		for _, id := range ids[:n] {
			if p := b.posts[id]; p != nil {
				found.posts[id] = p
			}
		}
		for id, g := range b.groups {
			found.groups[id] = g
		}
		ids = ids[n:]
	}
	return found, nil
}

// join adds as many of the ids as there is room for to the batch that is open,
// or begins one, which is then the caller's to run.
func (s *vkSweep) join(ids []string) (b *vkBatch, n int, mine bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b = s.open; b == nil {
		mine = true
		b = &vkBatch{asked: map[string]bool{}, full: make(chan struct{}), done: make(chan struct{})}
		s.open = b
	}
	for _, id := range ids {
		if !b.asked[id] {
			if len(b.ids) == vkSweepIDs {
				break
			}
			b.asked[id] = true
			b.ids = append(b.ids, id)
		}
		n++
	}
	if len(b.ids) == vkSweepIDs {
		close(b.full)
		s.open = nil
	}
	return b, n, mine
}

// run waits for others to join, makes the call and hands its answer to all.
func (s *vkSweep) run(ctx context.Context, b *vkBatch) {
	wait := time.NewTimer(vkSweepWait)
	defer wait.Stop()
	select {
	case <-b.full:
	case <-wait.C:
	case <-ctx.Done():
	}
	s.mu.Lock()
	if s.open == b {
		s.open = nil
	}
	s.mu.Unlock()
	defer close(b.done)
	list, err := s.ask(ctx, b.ids)
	if b.err, b.left = err, ctx.Err() != nil; err != nil {
		return
	}
	b.posts, b.groups = map[string]*vkPost{}, vkGroups(list.Groups)
	for i := range list.Items {
		if p := &list.Items[i]; p.Deleted == 0 {
			b.posts[p.externalID()] = p
		}
	}
}

// byID is wall.getById.
func (n *vk) byID(ctx context.Context, ids []string) (list vkList[vkPost], err error) {
	if len(ids) > vkSweepIDs || slices.Contains(ids, "") {
		return list, errors.New("no ids that wall.getById takes")
	}
	return list, n.read(ctx, "wall.getById", url.Values{"posts": {strings.Join(ids, ",")}, "extended": {"1"}}, &list)
}
