package sandbox

import (
	"slices"
	"strings"
)

// addComment is discussions.addDiscussionComment. As the group's administration
// only its administrator may write. The answer is the comment's bare id, and
// the same call again writes again.
func (c *okCall) addComment() (any, *refusal) {
	t := c.o.topic(c.params.Get("entityId"))
	asGroup, text := c.params.Get("as_admin") == "true", c.params.Get("comment")
	switch {
	case c.params.Get("entityType") != "GROUP_TOPIC":
		return nil, okRefuse(100, "Invalid parameter entityType")
	case strings.TrimSpace(text) == "":
		return nil, okRefuse(100, "Missing required parameter comment")
	case t == nil || !t.live(c.now):
		return nil, okRefuse(300, "Discussion not found")
	case asGroup && c.who.group != t.group:
		return nil, okRefuse(50, "User must be administrator of group to perform operation")
	case t.options.CommentsClosed:
		return nil, okRefuse(458, "Comments are closed")
	}
	var to *OKComment
	if id := c.params.Get("reply_to_comment_id"); id != "" {
		at := slices.IndexFunc(t.comments, func(x *OKComment) bool { return x.id == id && x.live(c.now) })
		switch {
		case at < 0:
			return nil, okRefuse(700, "Comment not found")
		case t.comments[at].deleted:
			return nil, okRefuse(702, "Comment is not active")
		}
		to = t.comments[at]
	}
	made := t.add(nil, text, to, 0)
	if !asGroup {
		made.author = &okPerson{id: c.who.user}
	}
	made.user = c.who.user
	c.o.wake()
	return made.id, nil
}
