package monitor

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
)

const (
	vkWallPage     = 100
	vkWallOverlap  = 5 // posts that two pages share, so that a deletion between them hides none
	vkWallRestarts = 3
)

// community reads a wall as vk_plan.go says: the wall itself when its turn has
// come, its followed posts and next ids else, and then the comments where their
// number changed.
func (r *vkReading) community(ctx context.Context) error {
	c := &r.cursor
	if err := r.findHome(ctx); err != nil {
		return err
	}
	if len(c.Todo) > 0 {
		return r.underPosts(ctx)
	}
	if c.Walk != nil || r.walls.due(r.source.ID, r.home, c.WallAt, r.now) {
		err := r.wall(ctx)
		if err != nil && !r.canWait(err) {
			return err
		}
		if err == nil && c.Walk != nil {
			return nil
		}
	}
	if err := r.sweep(ctx); err != nil {
		return err
	}
	c.Todo = r.todo()
	return r.underPosts(ctx)
}

// canWait says that a wall could not be read because a budget is spent, and
// that its posts can be looked at meanwhile.
func (r *vkReading) canWait(err error) bool {
	var limited Limited
	return errors.As(err, &limited) && r.cursor.WallAt > 0 && r.now.Unix()-r.cursor.WallAt < int64(vkWallPatience.Seconds())
}

// wall reads one page of a wall.
func (r *vkReading) wall(ctx context.Context) error {
	c := &r.cursor
	w := c.Walk
	if w == nil {
		w = &vkWalk{Newest: c.Newest}
	}
	params := url.Values{
		"owner_id": {strconv.FormatInt(r.home, 10)}, "count": {strconv.Itoa(vkWallPage)}, "offset": {strconv.Itoa(w.Offset)}, "extended": {"1"}, "filter": {"all"}}
	var page vkList[vkPost]
	err := r.read(ctx, "wall.get", params, &page)
	var limited Limited
	if errors.As(err, &limited) {
		// Of other sources the posts can still be swept.
		return fmt.Errorf("read the wall: %w", Limited{Until: limited.Until})
	}
	if err != nil {
		return err
	}
	if len(page.Items) == 0 && w.Offset == 0 && page.Count > 0 {
		return fmt.Errorf("of %d posts of a wall none was told", page.Count)
	}
	c.Walk, r.more = w, true
	if !w.joins(page.Items) && w.Restarts < vkWallRestarts {
		w.Offset, w.Tail, w.Restarts = 0, nil, w.Restarts+1
		return nil
	}
	end := r.wallPage(w, page)
	w.Offset += vkStep(page.Items, func(p vkPost) vkInt { return p.ID })
	if !end && len(page.Items) > 0 && w.Offset+vkWallOverlap < int(page.Count) {
		w.Tail = vkTail(page.Items)
		return nil
	}
	c.Newest, c.Walk, c.WallAt = w.Newest, nil, r.now.Unix()
	r.walled, r.more = true, false
	r.forget()
	return nil
}

// vkStep is how far the next page of a list begins after this one: pages share
// some, and what a page names twice counts once.
func vkStep[T any](items []T, id func(T) vkInt) int {
	distinct := map[vkInt]bool{}
	for _, item := range items {
		distinct[id(item)] = true
	}
	return max(len(distinct)-vkWallOverlap, 1)
}

// joins says whether a page continues the one before.
func (w *vkWalk) joins(posts []vkPost) bool {
	if len(w.Tail) == 0 || len(posts) == 0 {
		return true
	}
	return slices.ContainsFunc(posts, func(p vkPost) bool { return slices.Contains(w.Tail, int64(p.ID)) })
}

func vkTail(posts []vkPost) []int64 {
	var out []int64
	for _, p := range posts[max(0, len(posts)-vkWallOverlap):] {
		out = append(out, int64(p.ID))
	}
	return out
}

// wallPage takes what stands on a page; it says whether all that follows is
// too old to matter.
func (r *vkReading) wallPage(w *vkWalk, page vkList[vkPost]) (end bool) {
	r.meet(vkGroups(page.Groups))
	horizon := max(r.followed(), r.cursor.Floor, r.cursor.Newest-int64(vkOverlap.Seconds()))
	if r.cursor.WallAt == 0 {
		horizon = r.followed()
	}
	oldest := r.now.Unix()
	for i := range page.Items {
		p := &page.Items[i]
		if p.Deleted != 0 || !p.onWall() {
			continue
		}
		if p.Pinned == 0 {
			oldest = min(oldest, int64(p.Date))
		}
		w.Newest = max(w.Newest, int64(p.Date))
		r.look(p)
	}
	return oldest < horizon
}

// followed is the date from which on the comments under a post are read.
func (r *vkReading) followed() int64 { return r.now.Add(-vkCommentDays).Unix() }

// forget ends the following of old posts, and of the oldest where there are
// more than can be followed.
func (r *vkReading) forget() {
	c, followed := &r.cursor, r.followed()
	slices.SortStableFunc(c.Posts, func(a, b *vkPostMark) int { return int(a.Date - b.Date) })
	over := len(c.Posts) - vkMostPosts
	kept := c.Posts[:0]
	for i, m := range c.Posts {
		if i < over && !m.Pinned {
			c.Floor = max(c.Floor, m.Date+1)
		}
		if m.Pinned || m.Date >= followed && m.Date >= c.Floor {
			kept = append(kept, m)
			continue
		}
		delete(r.marks, m.ID)
	}
	clear(c.Posts[len(kept):])
	c.Posts = kept
}

// findHome learns the owner of the wall that is read.
func (r *vkReading) findHome(ctx context.Context) (err error) {
	c := &r.cursor
	if r.home, err = strconv.ParseInt(r.source.Address, 10, 64); err == nil {
		return nil
	}
	if c.Owner == 0 {
		if c.Owner, err = r.resolve(ctx, r.source.Address); err != nil {
			return err
		}
	}
	r.home = c.Owner
	return nil
}
