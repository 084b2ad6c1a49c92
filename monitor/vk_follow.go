package monitor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"otklik/monitor/links"
	"otklik/storage"
)

const (
	vkPostsAtOnce = 20  // whose comments one page brings
	vkItemsAtOnce = 100 // after which a page ends before them: many sources are read at once
)

// sweep looks at the followed posts and at the next ids of a wall.
func (r *vkReading) sweep(ctx context.Context) error {
	c := &r.cursor
	due := r.sweepable()
	ids := make([]string, 0, len(due)+vkAhead)
	for _, m := range due {
		ids = append(ids, vkPostID(r.home, m.ID))
	}
	for range vkAheadSteps {
		top := c.Top
		for i := range int64(vkAhead) {
			ids = append(ids, vkPostID(r.home, top+1+i))
		}
		found, err := r.sweeps.find(ctx, ids)
		if err != nil {
			return err
		}
		r.meet(found.groups)
		for _, p := range found.posts {
			if p.onWall() {
				r.look(p)
			}
		}
		if c.Top < top+vkAhead/2 {
			r.looked = true
			return r.missing(ctx, due)
		}
		ids = ids[:0]
	}
	// More came than can be looked ahead.
	if err := r.wall(ctx); err != nil && !r.canWait(err) {
		return err
	}
	r.looked = true
	return r.missing(ctx, due)
}

func vkPostID(owner, id int64) string { return fmt.Sprintf("%d_%d", owner, id) }

// missing takes the posts that were asked for and not told. Where not one was
// told, the wall itself says whether it can be read at all.
func (r *vkReading) missing(ctx context.Context, asked []*vkPostMark) error {
	there := slices.ContainsFunc(asked, func(m *vkPostMark) bool { return r.fresh[m.ID] != nil })
	lost := slices.DeleteFunc(asked, func(m *vkPostMark) bool { return r.fresh[m.ID] != nil || m.Hash == vkGone })
	if len(lost) == 0 {
		return nil
	}
	if !there && !r.walled {
		err := r.wall(ctx)
		if err != nil && errors.As(err, new(Limited)) {
			return nil // they are asked for again
		}
		if err != nil {
			return err
		}
	}
	for _, m := range lost {
		if r.fresh[m.ID] == nil {
			r.gone(m)
		}
	}
	return nil
}

// look takes a post as it stands now: a new one, or what became of a known one.
func (r *vkReading) look(p *vkPost) {
	c, id, date, hash := &r.cursor, int64(p.ID), int64(p.Date), vkHash(p.whole())
	c.Top = max(c.Top, id)
	m := r.marks[id]
	if m == nil {
		if p.Pinned == 0 && (date < r.followed() || date < c.Floor) {
			return
		}
		m = r.follow(p)
	} else if fate := vkFate(m.Hash, hash); fate != "" {
		r.emit(r.postItem(p, r.groups), fate)
		if fate == storage.PostRestored {
			m.Count = -1 // what stands under it is back as well
		}
	}
	m.Hash, m.Now, m.Pinned = hash, int64(p.Comments.Count), p.Pinned != 0
	r.fresh[id] = p
}

// follow begins to follow a post that is new.
func (r *vkReading) follow(p *vkPost) *vkPostMark {
	m := &vkPostMark{ID: int64(p.ID), Date: int64(p.Date), Hash: vkHash(p.whole())}
	r.cursor.Posts, r.marks[m.ID] = append(r.cursor.Posts, m), m
	r.emit(r.postItem(p, r.groups), "")
	return m
}

// emit hands an item over, unless it is older than anybody's business.
func (r *vkReading) emit(item Item, fate storage.Fate) {
	if item.PublishedAt.Unix() >= r.cursor.Start {
		item.Fate = fate
		r.items = append(r.items, item)
	}
}

// gone takes a post that was deleted, and with it what stood under it.
func (r *vkReading) gone(m *vkPostMark) {
	id := vkPostID(r.home, m.ID)
	m.Hash, m.Now, m.Count = vkGone, 0, 0
	r.emit(vkRemoved(links.Post, id, m.Date), storage.PostRemoved)
	for _, s := range m.Log.lost(0, nil) {
		r.emit(vkRemoved(links.Comment, fmt.Sprintf("%s_%d", id, s[0]), s[1]), storage.PostRemoved)
	}
}

// vkRemoved is a post or comment of which only is known that it is gone.
func vkRemoved(kind, id string, date int64) Item {
	return Item{Fate: storage.PostRemoved, Post: storage.Post{
		Network: links.VK, Kind: kind, ExternalID: id, URL: vkURL(kind, id), PublishedAt: time.Unix(date, 0).UTC()}}
}

// todo are the posts whose comments are to be read, the newest first.
func (r *vkReading) todo() (ids []int64) {
	for _, m := range slices.Backward(r.cursor.Posts) {
		if r.wantsComments(m) {
			ids = append(ids, m.ID)
		}
	}
	return ids
}

// underPosts reads the comments of the next posts. An error after something was
// read is met again by the next page; what was read is kept.
func (r *vkReading) underPosts(ctx context.Context) error {
	c := &r.cursor
	some := c.Todo[:min(len(c.Todo), vkPostsAtOnce)]
	if err := r.fetchPosts(ctx, some); err != nil {
		return err
	}
	for i, id := range some {
		if len(r.items) >= vkItemsAtOnce {
			break
		}
		if m, p := r.marks[id], r.fresh[id]; m != nil {
			if p != nil {
				if err := r.commentsOf(ctx, p, m); err != nil && !vkUnreadable(err) {
					if i == 0 && !r.looked {
						return err
					}
					r.more = true
					return nil
				}
			}
			m.Count, m.Read = m.Now, r.now.Unix()
		}
		c.Todo = c.Todo[1:]
	}
	r.more = r.more || len(c.Todo) > 0
	return nil
}

// fetchPosts reads posts that this reading has not seen yet.
func (r *vkReading) fetchPosts(ctx context.Context, ids []int64) error {
	var wanted []string
	for _, id := range ids {
		if r.fresh[id] == nil && r.marks[id] != nil {
			wanted = append(wanted, vkPostID(r.home, id))
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	// Nobody else asks for these: there is nobody to wait for.
	page, err := r.byID(ctx, wanted)
	if err != nil {
		return err
	}
	r.meet(vkGroups(page.Groups))
	for i := range page.Items {
		if p := &page.Items[i]; p.Deleted == 0 && p.onWall() {
			r.look(p)
		}
	}
	return nil
}

// vkUnreadable says that a post, or what stands under it, is not to be read
// any more: that is no trouble of the whole wall.
func vkUnreadable(err error) bool {
	return errors.As(err, new(Gone)) || errors.As(err, new(Forbidden))
}

// meet remembers communities that an answer names.
func (r *vkReading) meet(groups map[int64]vkGroup) {
	for id, g := range groups {
		r.groups[id] = g
	}
}
