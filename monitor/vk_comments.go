package monitor

import (
	"context"
	"fmt"
	"net/url"
	"strconv"

	"otklik/monitor/links"
)

const (
	vkCommentPage = 100
	vkThreadItems = 10
	vkMaxPages    = 1000 // of one level under one post, against a list without end
)

// eachComment hands over every comment under a post, threads too, until take
// says no. The order is that of the network: a comment before its thread.
func (n *vk) eachComment(ctx context.Context, p *vkPost, take func(vkComment) bool) error {
	params := url.Values{
		"owner_id": {strconv.FormatInt(int64(p.OwnerID), 10)}, "post_id": {strconv.FormatInt(int64(p.ID), 10)},
		"thread_items_count": {strconv.Itoa(vkThreadItems)},
	}
	more := true
	err := n.level(ctx, params, func(c vkComment) (bool, error) {
		if more = take(c); !more {
			return false, nil
		}
		if int(c.Thread.Count) <= len(c.Thread.Items) {
			for _, reply := range c.Thread.Items {
				if more = take(reply); !more {
					return false, nil
				}
			}
			return true, nil
		}
		inside := url.Values{"owner_id": params["owner_id"], "post_id": params["post_id"], "comment_id": {strconv.FormatInt(int64(c.ID), 10)}}
		err := n.level(ctx, inside, func(reply vkComment) (bool, error) {
			more = take(reply)
			return more, nil
		})
		return more, err
	})
	return err
}

// level hands over the comments of one level, the oldest page first. Pages
// start at a comment, which does not move when others come or go.
func (n *vk) level(ctx context.Context, params url.Values, take func(vkComment) (bool, error)) error {
	seen := map[vkInt]bool{}
	start := int64(0)
	for range vkMaxPages {
		q := url.Values{"sort": {"asc"}, "count": {strconv.Itoa(vkCommentPage)}, "preview_length": {"0"}, "extended": {"0"}}
		for key, value := range params {
			q[key] = value
		}
		if start != 0 {
			q.Set("start_comment_id", strconv.FormatInt(start, 10))
		}
		var page vkList[vkComment]
		if err := n.read(ctx, "wall.getComments", q, &page); err != nil {
			return err
		}
		before := len(seen)
		for _, c := range page.Items {
			if seen[c.ID] {
				continue
			}
			seen[c.ID] = true
			start = max(start, int64(c.ID))
			if more, err := take(c); err != nil || !more {
				return err
			}
		}
		if len(seen) == before || page.Level > 0 && len(seen) >= int(page.Level) {
			return nil
		}
	}
	return nil
}

// commentsOf takes what is new under a post, and what became of what was seen.
// Comments that were seen and do not stand there are gone only when as many
// were read as the post has: a list that ends too soon proves nothing.
func (r *vkReading) commentsOf(ctx context.Context, p *vkPost, m *vkPostMark) error {
	texts, stands := map[int64]vkComment{}, map[int64]bool{}
	log := vkLog{Low: m.Log.Low, Seen: append([][3]int64(nil), m.Log.Seen...)}
	var items []Item
	err := r.eachComment(ctx, p, func(c vkComment) bool {
		id, date := int64(c.ID), int64(c.Date)
		texts[id] = vkComment{ID: c.ID, Text: c.Text}
		r.cursor.Top = max(r.cursor.Top, id)
		if c.Deleted != 0 {
			return true
		}
		stands[id] = true
		if fresh, fate := log.take(id, date, vkHash(vkText(c.Text))); (fresh || fate != "") && date >= r.cursor.Start {
			item := r.commentItem(p, &c, vkParent(&c, texts), r.groups)
			item.Fate = fate
			items = append(items, item)
		}
		return true
	})
	if err != nil {
		return err
	}
	if len(stands) >= int(p.Comments.Count) {
		for _, s := range log.lost(0, stands) {
			if s[1] >= r.cursor.Start {
				items = append(items, vkRemoved(links.Comment, fmt.Sprintf("%s_%d", p.externalID(), s[0]), s[1]))
			}
		}
	}
	log.fold(r.now.Add(-vkLateness).Unix())
	m.Log, r.items = log, append(r.items, items...)
	return nil
}

// post reads what stands under one post, and the post itself.
func (r *vkReading) post(ctx context.Context) error {
	place, ok := vkPlaceOf(r.source.Address)
	if !ok {
		return BadConfig{What: "address of a post"}
	}
	r.home = place.owner
	found, err := r.sweeps.find(ctx, []string{place.postID()})
	if err != nil {
		return err
	}
	r.meet(found.groups)
	m, p := r.marks[place.post], found.posts[place.postID()]
	switch {
	case p == nil && m != nil && m.Hash != vkGone:
		r.gone(m)
		return nil
	case p == nil:
		return fmt.Errorf("post %s: %w", place.postID(), Gone{})
	}
	if m == nil { // followed however old it is
		m = r.follow(p)
	}
	r.look(p)
	if !r.wantsComments(m) && r.now.Unix()-m.Read < int64(vkReread.Seconds()) {
		return nil
	}
	if err := r.commentsOf(ctx, p, m); err != nil {
		return err
	}
	m.Count, m.Read = m.Now, r.now.Unix()
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
