package sandbox

import (
	"fmt"
	"slices"
)

// wallGetComments is wall.getComments: one level under a post, each comment of
// the first level with the beginning of its thread.
func (c *call) wallGetComments() (any, *refusal) {
	post := c.v.post(c.params.Get("owner_id") + "_" + c.params.Get("post_id"))
	switch {
	case post == nil || !post.live(c.now):
		return nil, refuse(15, "Access denied: post was not found or deleted")
	case post.wall.private:
		return nil, refuse(15, "Access denied: group is private")
	}
	threads, problem := c.int("thread_items_count", 0, 0, 10)
	if problem != nil {
		return nil, problem
	}
	root, problem := c.threadAsked(post)
	if problem != nil {
		return nil, problem
	}
	level := post.level(root)
	if c.params.Get("sort") == "desc" {
		slices.Reverse(level)
	}
	page, problem := pageOf(c, level, func(x *Comment) int64 { return x.id })
	if problem != nil {
		return nil, problem
	}
	open, n := !post.options.CommentsClosed, len(level)
	out := &list{Count: post.alive(nil), CurrentLevel: &n, Items: []any{}, CanPost: &open, GroupsCan: &open}
	var ids []int64
	for _, x := range page {
		item := x.json()
		ids = append(ids, x.from)
		if root == nil {
			thread := post.level(x)
			shown := []any{}
			for _, y := range window(thread, 0, int(threads)) {
				shown = append(shown, y.json())
				ids = append(ids, y.from)
			}
			item["thread"] = map[string]any{"count": len(thread), "items": shown, "can_post": open, "show_reply_button": true, "groups_can_post": open}
		}
		out.Items = append(out.Items, item)
	}
	if c.flag("extended") {
		out.Profiles, out.Groups = c.v.who(ids)
	}
	return out, nil
}

// threadAsked is the comment whose thread is asked for; nil is the first level.
func (c *call) threadAsked(post *Post) (*Comment, *refusal) {
	id, problem := c.int("comment_id", 0, 0, 1<<40)
	if problem != nil || id == 0 {
		return nil, problem
	}
	for _, x := range post.comments {
		if x.id == id && x.thread == nil {
			return x, nil
		}
	}
	return nil, refuse(100, "One of the parameters specified was missing or invalid: comment_id is invalid")
}

// pageOf cuts what count, offset and start_comment_id ask for; the starting
// comment itself is included.
func pageOf[T any](c *call, all []T, id func(T) int64) ([]T, *refusal) {
	count, problem := c.int("count", 10, 0, 100)
	if problem != nil {
		return nil, problem
	}
	offset, problem := c.int("offset", 0, 0, 1<<31)
	if problem != nil {
		return nil, problem
	}
	start, problem := c.int("start_comment_id", 0, 0, 1<<40)
	if problem != nil {
		return nil, problem
	}
	if start != 0 {
		at := slices.IndexFunc(all, func(x T) bool {
			if c.params.Get("sort") == "desc" {
				return id(x) <= start
			}
			return id(x) >= start
		})
		if at < 0 {
			at = len(all)
		}
		all = all[at:]
	}
	return window(all, int(offset), int(count)), nil
}

// boardGetComments is board.getComments: the messages of a discussion.
func (c *call) boardGetComments() (any, *refusal) {
	group, problem := c.int("group_id", 0, 1, 1<<40)
	if problem != nil || group == 0 {
		return nil, missing("group_id")
	}
	id, problem := c.int("topic_id", 0, 1, 1<<40)
	if problem != nil || id == 0 {
		return nil, missing("topic_id")
	}
	w := c.v.wallOf(-group)
	if w == nil || w.private {
		return nil, refuse(15, "Access denied")
	}
	at := slices.IndexFunc(w.topics, func(t *Topic) bool { return t.id == id })
	if at < 0 {
		return nil, refuse(100, fmt.Sprintf("One of the parameters specified was missing or invalid: topic_id %d is invalid", id))
	}
	alive := slices.DeleteFunc(slices.Clone(w.topics[at].comments), func(b *boardComment) bool { return b.deleted })
	if c.params.Get("sort") == "desc" {
		slices.Reverse(alive)
	}
	page, problem := pageOf(c, alive, func(b *boardComment) int64 { return b.id })
	if problem != nil {
		return nil, problem
	}
	out := &list{Count: len(alive), Items: []any{}}
	var ids []int64
	for _, b := range page {
		out.Items = append(out.Items, map[string]any{"id": b.id, "from_id": b.from, "date": b.at.Unix(), "text": b.text})
		ids = append(ids, b.from)
	}
	if c.flag("extended") {
		out.Profiles, out.Groups = c.v.who(ids)
	}
	return out, nil
}
