package monitor

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"otklik/monitor/links"
	"otklik/storage"
)

// Recheck reads posts again: those of walls a hundred in a call, comments by
// reading what stands under their posts, each post once.
func (n *vk) Recheck(ctx context.Context, ids []string) ([]Item, error) {
	c := vkCheck{vk: n, under: map[string][]vkPlace{}, open: map[int64]bool{}}
	var wanted []string
	for _, id := range ids {
		place, ok := vkPlaceOf(id)
		switch {
		case !ok && strings.HasPrefix(id, "t"):
			if err := c.message(ctx, id); err != nil {
				return c.items, err
			}
			continue
		case !ok:
			continue
		case place.comment == 0:
			c.posts = append(c.posts, place)
		default:
			c.under[place.postID()] = append(c.under[place.postID()], place)
		}
		if !slices.Contains(wanted, place.postID()) {
			wanted = append(wanted, place.postID())
		}
	}
	var err error
	if c.found, err = n.sweeps.find(ctx, wanted); err != nil {
		return c.items, fmt.Errorf("check posts of vk: %w", err)
	}
	for id := range c.found.posts {
		place, _ := vkPlaceOf(id)
		c.open[place.owner] = true
	}
	for _, place := range c.posts {
		if p := c.found.posts[place.postID()]; p != nil {
			c.items = append(c.items, n.postItem(p, c.found.groups))
		} else {
			c.removed(ctx, place)
		}
	}
	for _, id := range wanted {
		if err := c.comments(ctx, id); err != nil {
			return c.items, fmt.Errorf("check comments of vk: %w", err)
		}
	}
	return c.items, nil
}

// vkCheck is a Recheck under way.
type vkCheck struct {
	*vk
	posts []vkPlace
	under map[string][]vkPlace // comments by their posts
	found vkFound
	open  map[int64]bool // walls that can be read, as far as it was asked
	items []Item
}

// removed takes what was left out of an answer. So is all that stands on a wall
// that was closed: that is not to say that it is gone.
func (c *vkCheck) removed(ctx context.Context, places ...vkPlace) {
	for _, place := range places {
		open, asked := c.open[place.owner]
		if !asked && place.owner < 0 {
			_, err := c.group(ctx, -place.owner)
			open = err == nil
			c.open[place.owner] = open
		}
		if open {
			c.items = append(c.items, vkRemovedAt(place.String()))
		}
	}
}

// comments reads those of one post again. What is not among as many as the post
// has is gone.
func (c *vkCheck) comments(ctx context.Context, post string) error {
	asked := c.under[post]
	p := c.found.posts[post]
	if p == nil || len(asked) == 0 {
		c.removed(ctx, asked...)
		return nil
	}
	left := map[int64]vkPlace{}
	for _, place := range asked {
		left[place.comment] = place
	}
	texts, stand := map[int64]vkComment{}, 0
	err := c.eachComment(ctx, p, func(x vkComment) bool {
		texts[int64(x.ID)] = vkComment{ID: x.ID, Text: x.Text}
		if x.Deleted != 0 {
			return true
		}
		stand++
		if _, wanted := left[int64(x.ID)]; wanted {
			c.items = append(c.items, c.commentItem(p, &x, vkParent(&x, texts), c.found.groups))
			delete(left, int64(x.ID))
		}
		return len(left) > 0
	})
	if vkUnreadable(err) || err == nil && stand < int(p.Comments.Count) {
		return nil // it could not be told
	}
	if err != nil {
		return err
	}
	for _, place := range asked {
		if _, missing := left[place.comment]; missing {
			c.items = append(c.items, vkRemovedAt(place.String()))
		}
	}
	return nil
}

// message reads one message of a discussion again.
func (c *vkCheck) message(ctx context.Context, id string) error {
	item, err := c.FetchPost(ctx, id)
	switch {
	case err == nil:
		c.items = append(c.items, item)
	case troubleCode(err) == troubleGone:
		c.items = append(c.items, vkRemovedAt(id))
	case troubleCode(err) == troubleForbidden, troubleCode(err) == troubleSetting:
		// It could not be told.
	default:
		return fmt.Errorf("check a message of vk: %w", err)
	}
	return nil
}

// vkRemovedAt is what is gone, by its id; when it was written nobody asks.
func vkRemovedAt(id string) Item {
	kind := links.Comment
	if place, ok := vkPlaceOf(id); ok && place.comment == 0 {
		kind = links.Post
	}
	return vkRemoved(kind, id, time.Now().Unix())
}

// Replies reads what was written since a time in the threads of a comment and of
// the answer to it, or anywhere under a post.
func (n *vk) Replies(ctx context.Context, p storage.Post, answer string, since time.Time) (items []Item, err error) {
	place, ok := vkPlaceOf(p.ExternalID)
	if !ok {
		return nil, BadConfig{What: "id of a post"}
	}
	post, groups, err := n.onePost(ctx, place.postID())
	if err != nil {
		return nil, fmt.Errorf("read on under %s in vk: %w", p.ExternalID, err)
	}
	ours, _ := vkPlaceOf(answer)
	texts, threads := map[int64]vkComment{}, map[string]int64{}
	err = n.eachComment(ctx, post, func(c vkComment) bool {
		texts[int64(c.ID)] = vkComment{ID: c.ID, Text: c.Text}
		item := n.commentItem(post, &c, vkParent(&c, texts), groups)
		threads[item.ExternalID] = int64(c.ID)
		if len(c.Parents) > 0 {
			threads[item.ExternalID] = int64(c.Parents[0])
		}
		if c.Deleted == 0 && item.ExternalID != answer && item.PublishedAt.Unix() >= since.Unix() {
			items = append(items, item)
		}
		return true
	})
	if err != nil {
		return nil, fmt.Errorf("read on under %s in vk: %w", p.ExternalID, err)
	}
	if place.comment == 0 {
		return items, nil
	}
	under := []int64{threads[place.String()], threads[ours.String()]}
	return slices.DeleteFunc(items, func(i Item) bool {
		return i.ExternalID == p.ExternalID || !slices.Contains(under, threads[i.ExternalID])
	}), nil
}
