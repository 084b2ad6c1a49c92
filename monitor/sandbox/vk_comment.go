package sandbox

import (
	"fmt"
	"time"
)

// Comment is a comment under a post; those of the second level stand in the
// thread of one of the first.
type Comment struct {
	post    *Post
	id      int64
	from    int64
	author  *person // nil: a community
	at      time.Time
	shown   time.Time
	text    string
	deleted bool
	thread  *Comment // the comment of the first level above; nil is that level
	answers *Comment // the comment that this one replies to
}

// Comment writes under the post. An empty author is the community itself.
func (p *Post) Comment(author, text string) *Comment { return p.LateComment(author, text, 0) }

// LateComment writes under the post what shows only a while after its time.
func (p *Post) LateComment(author, text string, late time.Duration) *Comment {
	p.wall.v.mu.Lock()
	defer p.wall.v.mu.Unlock()
	from, who := p.wall.by(author)
	return p.add(from, who, text, nil, late)
}

// Reply writes in the comment's thread.
func (c *Comment) Reply(author, text string) *Comment {
	c.post.wall.v.mu.Lock()
	defer c.post.wall.v.mu.Unlock()
	from, who := c.post.wall.by(author)
	return c.post.add(from, who, text, c, 0)
}

// add makes a comment. The caller holds mu.
func (p *Post) add(from int64, author *person, text string, to *Comment, late time.Duration) *Comment {
	w := p.wall
	c := &Comment{post: p, id: w.nextID(), from: from, author: author, at: w.v.second(time.Time{}), text: text, answers: to}
	c.shown = c.at.Add(late)
	if to != nil {
		c.thread = to
		if to.thread != nil {
			c.thread = to.thread
		}
	}
	p.comments = append(p.comments, c)
	c.tell("wall_reply_new")
	return c
}

// tell tells the community's long poll what became of the comment. The caller
// holds mu.
func (c *Comment) tell(kind string) {
	c.post.wall.tell(kind, func() any {
		object := c.json()
		object["post_owner_id"] = c.post.wall.owner
		return object
	})
	c.streamed(streamActions[kind[len("wall_reply_"):]])
}

// ExternalID is the comment's id, owner_post_comment.
func (c *Comment) ExternalID() string { return fmt.Sprintf("%s_%d", c.post.ExternalID(), c.id) }

// Text is what the comment says now.
func (c *Comment) Text() string { return locked(c.post.wall.v, func() string { return c.text }) }

// FromCommunity says whether the community of the wall wrote it.
func (c *Comment) FromCommunity() bool { return c.from == c.post.wall.owner }

// Edit changes the text.
func (c *Comment) Edit(text string) {
	c.post.wall.v.mu.Lock()
	defer c.post.wall.v.mu.Unlock()
	c.text = text
	c.tell("wall_reply_edit")
}

// Delete removes the comment; one with a thread leaves its place behind.
func (c *Comment) Delete() {
	c.post.wall.v.mu.Lock()
	defer c.post.wall.v.mu.Unlock()
	c.remove()
}

func (c *Comment) remove() {
	c.deleted = true
	c.post.wall.tell("wall_reply_delete", func() any {
		return map[string]any{"owner_id": c.post.wall.owner, "id": c.id, "post_id": c.post.id, "deleter_id": c.from}
	})
	c.streamed("delete")
}

// Restore brings a deleted comment back.
func (c *Comment) Restore() {
	c.post.wall.v.mu.Lock()
	defer c.post.wall.v.mu.Unlock()
	c.deleted = false
	c.tell("wall_reply_restore")
}

func (c *Comment) live(now time.Time) bool {
	return !c.deleted && !c.shown.After(now) && c.post.live(now) && (c.thread == nil || !c.thread.shown.After(now))
}

// level lists the comments that stand directly under the post, or in a
// comment's thread: those alive and those whose deletion left a thread behind.
func (p *Post) level(thread *Comment) []*Comment {
	now := p.wall.v.now()
	var out []*Comment
	for _, c := range p.comments {
		if c.thread == thread && (c.live(now) || c.deleted && thread == nil && p.alive(c) > 0) {
			out = append(out, c)
		}
	}
	return out
}

// alive counts the living comments in a thread, or all under the post.
func (p *Post) alive(thread *Comment) int {
	now, n := p.wall.v.now(), 0
	for _, c := range p.comments {
		if c.live(now) && (thread == nil || c.thread == thread) {
			n++
		}
	}
	return n
}
