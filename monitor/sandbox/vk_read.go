package sandbox

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// wallGet is wall.get: the pinned post first, then the newest.
func (c *call) wallGet() (any, *refusal) {
	w, problem := c.wallAsked()
	if problem != nil {
		return nil, problem
	}
	count, problem := c.int("count", 20, 0, 100)
	if problem != nil {
		return nil, problem
	}
	offset, problem := c.int("offset", 0, 0, 1<<31)
	if problem != nil {
		return nil, problem
	}
	filter := c.params.Get("filter")
	posts := slices.DeleteFunc(w.inOrder(c.now), func(p *Post) bool {
		return filter == "owner" && p.from != w.owner || filter == "others" && p.from == w.owner
	})
	out := &list{Count: len(posts)}
	c.fill(out, window(posts, int(offset), int(count)))
	return out, nil
}

// wallAsked finds the wall that owner_id or domain names.
func (c *call) wallAsked() (*Wall, *refusal) {
	var found *Wall
	switch owner, domain := c.params.Get("owner_id"), c.params.Get("domain"); {
	case owner != "":
		id, err := strconv.ParseInt(owner, 10, 64)
		if err != nil {
			return nil, missing("owner_id")
		}
		found = c.v.wallOf(id)
	case domain != "":
		found = c.v.named(domain)
	default:
		return nil, missing("owner_id")
	}
	if found == nil {
		return nil, refuse(100, "One of the parameters specified was missing or invalid: owner_id is invalid")
	}
	if found.private {
		return nil, refuse(15, "Access denied: group is private")
	}
	return found, nil
}

func (v *VK) named(name string) *Wall {
	for _, w := range v.walls {
		if strings.EqualFold(w.slug(), name) {
			return w
		}
	}
	return nil
}

// inOrder lists the wall as it is read: the pinned post, then the newest.
func (w *Wall) inOrder(now time.Time) []*Post {
	posts := slices.DeleteFunc(slices.Clone(w.posts), func(p *Post) bool { return !p.live(now) })
	slices.SortStableFunc(posts, func(a, b *Post) int {
		return cmp.Or(flag(b.options.Pinned)-flag(a.options.Pinned), b.at.Compare(a.at), cmp.Compare(b.id, a.id))
	})
	return posts
}

func window[T any](all []T, offset, count int) []T {
	offset = min(offset, len(all))
	return all[offset:min(offset+count, len(all))]
}

// fill puts posts into an answer, with their authors where they are asked for.
func (c *call) fill(out *list, posts []*Post) {
	out.Items = []any{}
	var ids []int64
	for _, p := range posts {
		out.Items = append(out.Items, p.json())
		ids = append(ids, p.from, p.wall.owner)
	}
	if c.flag("extended") {
		out.Profiles, out.Groups = c.v.who(ids)
	}
}

// wallGetByID is wall.getById: posts that are not there are left out.
func (c *call) wallGetByID() (any, *refusal) {
	ids := strings.Split(c.params.Get("posts"), ",")
	if ids[0] == "" || len(ids) > 100 {
		return nil, missing("posts")
	}
	var posts []*Post
	for _, id := range ids {
		if p := c.v.post(id); p != nil && p.live(c.now) && !p.wall.private {
			posts = append(posts, p)
		}
	}
	out := &list{Count: len(posts)}
	c.fill(out, posts)
	return out, nil
}

// post finds a post by owner_post; also one that was deleted.
func (v *VK) post(id string) *Post {
	owner, number, _ := strings.Cut(id, "_")
	o, err1 := strconv.ParseInt(owner, 10, 64)
	n, err2 := strconv.ParseInt(number, 10, 64)
	w := v.wallOf(o)
	if err1 != nil || err2 != nil || w == nil {
		return nil
	}
	return w.byID[n]
}

// groupsGetByID is groups.getById; a community's own token may leave the ids
// out.
func (c *call) groupsGetByID() (any, *refusal) {
	asked := c.params.Get("group_ids")
	if asked == "" {
		asked = c.params.Get("group_id")
	}
	if asked == "" && c.grant.group != 0 {
		asked = strconv.FormatInt(c.grant.group, 10)
	}
	if asked == "" {
		return nil, missing("group_ids")
	}
	groups := []any{}
	for _, id := range strings.Split(asked, ",") {
		w := c.v.named(id)
		if n, err := strconv.ParseInt(id, 10, 64); err == nil {
			w = c.v.wallOf(-n)
		}
		if w != nil && w.owner < 0 {
			groups = append(groups, w.json())
		}
	}
	return map[string]any{"groups": groups, "profiles": []any{}}, nil
}

// resolveScreenName is utils.resolveScreenName: an empty list for a name that
// nobody has.
func (c *call) resolveScreenName() (any, *refusal) {
	name := c.params.Get("screen_name")
	if name == "" {
		return nil, missing("screen_name")
	}
	w := c.v.named(name)
	switch {
	case w == nil:
		return []any{}, nil
	case w.owner < 0:
		return map[string]any{"object_id": -w.owner, "type": "group"}, nil
	}
	return map[string]any{"object_id": w.owner, "type": "user"}, nil
}
