package sandbox

import (
	"fmt"
	"time"
)

// Topic is a discussion of a community.
type Topic struct {
	wall     *Wall
	id       int64
	title    string
	comments []*boardComment
}

type boardComment struct {
	id, from int64
	at       time.Time
	text     string
	deleted  bool
}

// Topic opens a discussion with its first message.
func (w *Wall) Topic(author, title, text string) *Topic {
	t := &Topic{wall: w, title: title}
	w.set(func() {
		t.id = w.nextID()
		w.topics = append(w.topics, t)
	})
	t.Comment(author, text)
	return t
}

// ID is the topic's number within its community.
func (t *Topic) ID() int64 { return t.id }

// Comment writes in the discussion and returns the id of the new message in
// the form t{group}_{topic}_{message}.
func (t *Topic) Comment(author, text string) string {
	var c *boardComment
	t.wall.set(func() {
		from, _ := t.wall.by(author)
		c = &boardComment{id: t.wall.nextID(), from: from, at: t.wall.v.second(time.Time{}), text: text}
		t.comments = append(t.comments, c)
		t.tell("board_post_new", c)
	})
	return t.externalID(c)
}

// EditComment changes the text of a message, by the id that Comment returned.
func (t *Topic) EditComment(id, text string) {
	t.change(id, "board_post_edit", func(c *boardComment) { c.text = text })
}

// DeleteComment removes a message.
func (t *Topic) DeleteComment(id string) {
	t.change(id, "board_post_delete", func(c *boardComment) { c.deleted = true })
}

// RestoreComment brings a deleted message back.
func (t *Topic) RestoreComment(id string) {
	t.change(id, "board_post_restore", func(c *boardComment) { c.deleted = false })
}

func (t *Topic) change(id, kind string, do func(*boardComment)) {
	t.wall.set(func() {
		for _, c := range t.comments {
			if t.externalID(c) == id {
				do(c)
				t.tell(kind, c)
			}
		}
	})
}

func (t *Topic) externalID(c *boardComment) string {
	return fmt.Sprintf("t%d_%d_%d", -t.wall.owner, t.id, c.id)
}

// tell tells the community's long poll what became of a message. The caller
// holds mu.
func (t *Topic) tell(kind string, c *boardComment) {
	t.wall.tell(kind, func() any {
		object := map[string]any{"id": c.id, "topic_id": t.id, "topic_owner_id": t.wall.owner}
		if !c.deleted {
			object["from_id"], object["date"], object["text"] = c.from, c.at.Unix(), c.text
		}
		return object
	})
	t.streamed(streamActions[kind[len("board_post_"):]], c)
}
