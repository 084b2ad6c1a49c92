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

// community reads a wall: first its pages, then post by post the comments
// where their number changed.
func (r *vkReading) community(ctx context.Context) error {
	if len(r.cursor.Todo) > 0 {
		return r.nextComments(ctx)
	}
	w := r.cursor.Walk
	if w == nil {
		w = &vkWalk{Newest: r.cursor.Newest}
		if r.now.Unix()-r.cursor.Deep >= int64(vkDeepEvery.Seconds()) {
			w.Deep = r.now.Unix()
		}
		r.cursor.Walk = w
	}
	params := url.Values{"count": {strconv.Itoa(vkWallPage)}, "offset": {strconv.Itoa(w.Offset)}, "extended": {"1"}, "filter": {"all"}}
	r.name(params)
	var page vkList[vkPost]
	if err := r.read(ctx, "wall.get", params, &page); err != nil {
		return err
	}
	if !w.joins(page.Items) && w.Restarts < vkWallRestarts {
		w.Offset, w.Tail, w.Restarts, r.more = 0, nil, w.Restarts+1, true
		return nil
	}
	end := r.wallPage(w, page)
	w.Offset += vkStep(page.Items, func(p vkPost) vkInt { return p.ID })
	if !end && len(page.Items) > 0 && w.Offset+vkWallOverlap < int(page.Count) {
		w.Tail = vkTail(page.Items)
		r.more = true
		return nil
	}
	r.endWall(w)
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

// name says in the parameters whose wall is meant: by id, or by short name.
func (r *vkReading) name(params url.Values) {
	if _, err := strconv.ParseInt(r.source.Address, 10, 64); err == nil {
		params.Set("owner_id", r.source.Address)
		return
	}
	params.Set("domain", r.source.Address)
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

// wallPage takes what is new on a page; it says whether all that follows is
// too old to matter.
func (r *vkReading) wallPage(w *vkWalk, page vkList[vkPost]) (end bool) {
	groups := vkGroups(page.Groups)
	followed := r.now.Add(-vkCommentDays).Unix()
	horizon := followed
	if w.Deep == 0 {
		horizon = max(followed, r.cursor.Newest-int64(vkOverlap.Seconds()))
	}
	oldest := r.now.Unix()
	for i := range page.Items {
		p := &page.Items[i]
		date := int64(p.Date)
		if p.Deleted != 0 {
			continue
		}
		if p.Pinned == 0 {
			oldest = min(oldest, date)
		}
		w.Newest = max(w.Newest, date)
		if date < followed && p.Pinned == 0 {
			continue
		}
		m := r.cursor.mark(int64(p.ID))
		if m == nil {
			m = &vkPostMark{ID: int64(p.ID), Date: date}
			r.cursor.Posts = append(r.cursor.Posts, m)
			if date >= r.cursor.Start {
				r.items = append(r.items, r.postItem(p, groups))
			}
		}
		m.Now, m.Pinned = int64(p.Comments.Count), p.Pinned != 0
		// A deletion and a new comment leave the number as it was.
		if w.Deep != 0 && m.Now > 0 && date >= r.now.Add(-vkLateness).Unix() {
			m.Count = -1
		}
	}
	return oldest < horizon
}

// endWall ends the pages: what was read so far counts, and the comments follow.
func (r *vkReading) endWall(w *vkWalk) {
	c := &r.cursor
	c.Newest, c.Walk = w.Newest, nil
	if w.Deep != 0 {
		c.Deep = w.Deep
	}
	followed := r.now.Add(-vkCommentDays).Unix()
	c.Posts = slices.DeleteFunc(c.Posts, func(m *vkPostMark) bool { return m.Date < followed && !m.Pinned })
	for _, m := range c.Posts {
		if m.Now != m.Count {
			c.Todo = append(c.Todo, m.ID)
		}
	}
	r.more = len(c.Todo) > 0
}

// nextComments reads the comments of one post whose number changed.
func (r *vkReading) nextComments(ctx context.Context) error {
	c := &r.cursor
	id := c.Todo[0]
	m := c.mark(id)
	if m != nil {
		owner, err := r.owner(ctx)
		if err != nil {
			return err
		}
		if err := r.comments(ctx, owner, m); err != nil && !vkUnreadable(err) {
			return err
		}
		m.Count = m.Now
	}
	c.Todo = c.Todo[1:]
	r.more = len(c.Todo) > 0
	return nil
}

// vkUnreadable says that a post, or what stands under it, is not to be read
// any more: that is no trouble of the whole wall.
func vkUnreadable(err error) bool {
	var gone Gone
	var forbidden Forbidden
	return errors.As(err, &gone) || errors.As(err, &forbidden)
}

// owner is the wall's owner id.
func (r *vkReading) owner(ctx context.Context) (int64, error) {
	if id, err := strconv.ParseInt(r.source.Address, 10, 64); err == nil {
		return id, nil
	}
	return r.resolve(ctx, r.source.Address)
}

// onePost reads a post; Gone when the network does not show it.
func (n *vk) onePost(ctx context.Context, id string) (*vkPost, map[int64]vkGroup, error) {
	var page vkList[vkPost]
	if err := n.read(ctx, "wall.getById", url.Values{"posts": {id}, "extended": {"1"}}, &page); err != nil {
		return nil, nil, err
	}
	for i := range page.Items {
		if p := &page.Items[i]; p.externalID() == id && p.Deleted == 0 {
			return p, vkGroups(page.Groups), nil
		}
	}
	return nil, nil, fmt.Errorf("post %s of vk: %w", id, Gone{})
}

// post reads what stands under one post, and at first the post itself.
func (r *vkReading) post(ctx context.Context) error {
	p, groups, err := r.onePost(ctx, r.source.Address)
	if err != nil {
		return err
	}
	c := &r.cursor
	m := c.mark(int64(p.ID))
	if m == nil {
		m = &vkPostMark{ID: int64(p.ID), Date: int64(p.Date)}
		c.Posts = append(c.Posts, m)
		if m.Date >= c.Start {
			r.items = append(r.items, r.postItem(p, groups))
		}
	}
	deep := r.now.Unix()-c.Deep >= int64(vkDeepEvery.Seconds())
	m.Now = int64(p.Comments.Count)
	if m.Now == m.Count && !deep {
		return nil
	}
	if err := r.commentsOf(ctx, p, groups, m); err != nil {
		return err
	}
	m.Count, c.Newest = m.Now, max(c.Newest, m.Date)
	if deep {
		c.Deep = r.now.Unix()
	}
	return nil
}

// comments reads what stands under a post of a wall.
func (r *vkReading) comments(ctx context.Context, owner int64, m *vkPostMark) error {
	p, groups, err := r.onePost(ctx, fmt.Sprintf("%d_%d", owner, m.ID))
	if err != nil {
		return err
	}
	m.Now = int64(p.Comments.Count)
	return r.commentsOf(ctx, p, groups, m)
}

// commentsOf takes the comments that were not seen before.
func (r *vkReading) commentsOf(ctx context.Context, p *vkPost, groups map[int64]vkGroup, m *vkPostMark) error {
	texts := map[int64]vkComment{}
	err := r.eachComment(ctx, p, func(c vkComment) bool {
		texts[int64(c.ID)] = vkComment{ID: c.ID, Text: c.Text}
		if c.Deleted != 0 || m.Log.has(int64(c.ID)) {
			return true
		}
		m.Log.add(int64(c.ID), int64(c.Date))
		if int64(c.Date) >= r.cursor.Start {
			r.items = append(r.items, r.commentItem(p, &c, vkParent(&c, texts), groups))
		}
		return true
	})
	if err != nil {
		return err
	}
	m.Log.fold(r.now.Add(-vkLateness).Unix())
	return nil
}

// vkParent is the comment that another one replies to, as far as it was read;
// nil for one that stands directly under the post.
func vkParent(c *vkComment, texts map[int64]vkComment) *vkComment {
	id := int64(c.ReplyTo)
	if id == 0 && len(c.Parents) > 0 {
		id = int64(c.Parents[0])
	}
	if id == 0 {
		return nil
	}
	parent := texts[id]
	parent.ID = vkInt(id)
	return &parent
}
