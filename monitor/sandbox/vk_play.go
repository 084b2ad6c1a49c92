package sandbox

import (
	"fmt"
	"strconv"
)

// VK as the wall page shows it: its open communities.

func (v *VK) pulse() (int64, <-chan struct{}) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.version, v.changed
}

func (v *VK) view(wall string) networkView {
	v.mu.Lock()
	defer v.mu.Unlock()
	out := networkView{Network: "vk"}
	for _, w := range v.walls {
		if w.owner > 0 || w.private {
			continue
		}
		view := w.view()
		out.Walls = append(out.Walls, view)
		if view.ID != wall {
			continue
		}
		for _, p := range window(w.inOrder(v.now()), 0, shownPosts) {
			out.Posts = append(out.Posts, p.view())
		}
	}
	return out
}

func (v *VK) write(wall, post, comment string, resident int, text string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	owner, _ := strconv.ParseInt(wall, 10, 64) // what is no number is no wall
	w := v.wallOf(owner)
	if w == nil || w.private {
		return fmt.Errorf("there is no wall %s", wall)
	}
	who := v.person(fmt.Sprint(residentName, resident))
	if post == "" {
		w.add(who.id, who, text, PostOptions{})
		return nil
	}
	under := v.post(fmt.Sprintf("%d_%s", w.owner, post))
	switch {
	case under == nil || !under.live(v.now()):
		return fmt.Errorf("there is no post %s", post)
	case under.options.CommentsClosed:
		return fmt.Errorf("comments are closed")
	}
	var to *Comment
	for _, c := range under.comments {
		if strconv.FormatInt(c.id, 10) == comment && c.live(v.now()) {
			to = c
		}
	}
	if comment != "" && to == nil {
		return fmt.Errorf("there is no comment %s", comment)
	}
	under.add(who.id, who, text, to, 0)
	return nil
}

func (w *Wall) view() wallView {
	out := wallView{ID: strconv.FormatInt(w.owner, 10), Name: w.name}
	for _, p := range w.inOrder(w.v.now()) {
		out.Count += 1 + p.alive(nil)
	}
	return out
}

// signed is an author as the page shows him.
func (w *Wall) signed(from int64, author *person) authorView {
	a := authorView{Hue: int(max(from, -from) % hues), Official: from == w.owner}
	switch {
	case author != nil:
		a.Name, a.Resident = author.name, author.resident
	case from == w.owner:
		a.Name = w.name
	default:
		if other := w.v.wallOf(from); other != nil {
			a.Name = other.name
		}
	}
	return a
}

func (p *Post) view() postView {
	out := postView{
		ID: strconv.FormatInt(p.id, 10), Author: p.wall.signed(p.from, p.author), At: p.at, Edited: !p.edited.IsZero(), Text: p.text,
		Photos: p.options.Photos, Videos: p.options.Videos, Pinned: p.options.Pinned, Closed: p.options.CommentsClosed,
		Comments: []commentView{}, Count: p.alive(nil),
	}
	if o := p.options.Repost; o != nil {
		shared := o.view()
		shared.Comments, shared.Repost = nil, nil
		out.Repost = &shared
	}
	for _, c := range p.level(nil) {
		view := c.view()
		for _, reply := range p.level(c) {
			view.Replies = append(view.Replies, reply.view())
		}
		out.Comments = append(out.Comments, view)
	}
	return out
}

func (c *Comment) view() commentView {
	out := commentView{ID: strconv.FormatInt(c.id, 10), Author: c.post.wall.signed(c.from, c.author), At: c.at, Text: c.text, Deleted: c.deleted}
	if c.deleted {
		out.Text, out.Author = "", authorView{}
	}
	if c.answers != nil && c.answers.thread != nil {
		out.To = c.post.wall.signed(c.answers.from, c.answers.author).Name
	}
	return out
}
