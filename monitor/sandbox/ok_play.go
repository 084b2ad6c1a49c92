package sandbox

import (
	"fmt"
	"slices"
	"strconv"
)

// OK as the wall page shows it: its open groups. A topic has its comments in
// one row; one that answers another names its author.

func (o *OK) pulse() (int64, <-chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.version, o.changed
}

func (o *OK) view(wall string) networkView {
	o.mu.Lock()
	defer o.mu.Unlock()
	out := networkView{Network: "ok"}
	for _, g := range o.groups {
		if g.private {
			continue
		}
		topics := slices.DeleteFunc(slices.Clone(g.topics), func(t *OKTopic) bool { return !t.live(o.now()) })
		view := wallView{ID: g.ID(), Name: g.name}
		for _, t := range topics {
			view.Count += 1 + len(t.alive())
		}
		out.Walls = append(out.Walls, view)
		if view.ID != wall {
			continue
		}
		slices.SortStableFunc(topics, func(a, b *OKTopic) int { return b.at.Compare(a.at) })
		for _, t := range window(topics, 0, shownPosts) {
			out.Posts = append(out.Posts, t.view())
		}
	}
	return out
}

func (o *OK) write(wall, post, comment string, resident int, text string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	g := o.group(wall)
	if g == nil || g.private {
		return fmt.Errorf("there is no group %s", wall)
	}
	who := o.person(fmt.Sprint(residentName, resident))
	if post == "" {
		g.add(who, text, OKTopicOptions{})
		o.wake()
		return nil
	}
	t := o.topic(post)
	switch {
	case t == nil || t.group != g || !t.live(o.now()):
		return fmt.Errorf("there is no topic %s", post)
	case t.options.CommentsClosed:
		return fmt.Errorf("comments are closed")
	}
	var to *OKComment
	for _, c := range t.alive() {
		if c.id == comment {
			to = c
		}
	}
	if comment != "" && to == nil {
		return fmt.Errorf("there is no comment %s", comment)
	}
	t.add(who, text, to, 0)
	o.wake()
	return nil
}

// signed is an author as the page shows him.
func (g *OKGroup) signed(author *okPerson) authorView {
	if author == nil {
		return authorView{Name: g.name, Hue: int(g.id % hues), Official: true}
	}
	return authorView{Name: author.name, Hue: int(author.id % hues), Resident: author.resident}
}

func (t *OKTopic) view() postView {
	out := postView{
		ID: strconv.FormatInt(t.id, 10), Author: t.group.signed(t.author), At: t.at, Edited: t.edited, Text: t.text,
		Photos: t.options.Photos, Videos: t.options.Videos, Closed: t.options.CommentsClosed, Comments: []commentView{},
	}
	for _, more := range t.options.More {
		out.Text += "\n\n" + more
	}
	if shared := t.options.Repost; shared != nil {
		view := shared.view()
		view.Comments, view.Repost = nil, nil
		out.Repost = &view
	}
	for _, c := range t.alive() {
		view := commentView{ID: c.id, Author: t.group.signed(c.author), At: c.at, Text: c.text}
		if c.answers != nil {
			view.To = t.group.signed(c.answers.author).Name
		}
		out.Comments = append(out.Comments, view)
	}
	out.Count = len(out.Comments)
	return out
}
