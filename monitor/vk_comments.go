package monitor

import (
	"context"
	"net/url"
	"strconv"
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
