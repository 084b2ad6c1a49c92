package sandbox

import (
	"slices"
	"strings"
)

// wallCreateComment is wall.createComment with a community's token. The same
// guid again returns the comment that it made.
func (c *call) wallCreateComment() (any, *refusal) {
	post := c.v.post(c.params.Get("owner_id") + "_" + c.params.Get("post_id"))
	message := c.params.Get("message")
	guid := c.token + " " + c.params.Get("guid")
	if made, ok := c.v.guids[guid]; ok && c.params.Get("guid") != "" {
		return c.created(post, made), nil
	}
	if problem := c.mayComment(post, message); problem != nil {
		return nil, problem
	}
	reply, problem := c.int("reply_to_comment", 0, 0, 1<<40)
	if problem != nil {
		return nil, problem
	}
	var to *Comment
	if reply != 0 {
		at := slices.IndexFunc(post.comments, func(x *Comment) bool { return x.id == reply && x.live(c.now) })
		if at < 0 {
			return nil, refuse(100, "One of the parameters specified was missing or invalid: reply_to_comment is invalid")
		}
		to = post.comments[at]
	}
	made := post.add(-c.grant.group, nil, message, to, 0)
	if c.params.Get("guid") != "" {
		c.v.guids[guid] = made.id
	}
	return c.created(post, made.id), nil
}

func (c *call) mayComment(post *Post, message string) *refusal {
	from, problem := c.int("from_group", c.grant.group, 0, 1<<40)
	switch {
	case problem != nil:
		return problem
	case strings.TrimSpace(message) == "":
		return missing("message")
	case from != c.grant.group:
		return refuse(15, "Access denied: from_group is another community")
	case post == nil || !post.live(c.now):
		return refuse(15, "Access denied: post was not found or deleted")
	case post.wall.owner != -c.grant.group && (!c.v.opt.ForeignWalls || post.wall.owner >= 0):
		return refuse(15, "Access denied: no access to this wall")
	case post.options.CommentsClosed:
		return refuse(213, "Access to status replies denied")
	case post.wall.noLinks && strings.Contains(message, "://"):
		return refuse(222, "Hyperlinks are forbidden")
	}
	own := 0
	for _, x := range post.comments {
		if x.from == -c.grant.group && x.live(c.now) {
			own++
		}
	}
	if post.wall.maxUnder > 0 && own >= post.wall.maxUnder {
		return refuse(223, "Too many replies")
	}
	return nil
}

func (c *call) created(post *Post, id int64) any {
	parents := []int64{}
	if post != nil {
		for _, x := range post.comments {
			if x.id == id && x.thread != nil {
				parents = append(parents, x.thread.id)
			}
		}
	}
	return map[string]any{"comment_id": id, "parents_stack": parents}
}

// wallDeleteComment is wall.deleteComment: a community removes what stands on
// its own wall.
func (c *call) wallDeleteComment() (any, *refusal) {
	owner, problem := c.int("owner_id", -c.grant.group, -1<<40, 1<<40)
	if problem != nil {
		return nil, problem
	}
	id, problem := c.int("comment_id", 0, 1, 1<<40)
	if problem != nil || id == 0 {
		return nil, missing("comment_id")
	}
	if w := c.v.wallOf(owner); w != nil && owner == -c.grant.group {
		for _, p := range w.posts {
			for _, x := range p.comments {
				if x.id == id && x.live(c.now) {
					x.remove()
					return 1, nil
				}
			}
		}
	}
	return nil, refuse(211, "Access to wall's comment denied")
}
