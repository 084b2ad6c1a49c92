package sandbox

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

const fbMostItems = 100

// pageOf finds a page by id or name.
func (g *Graph) pageOf(name string) *Page {
	for _, p := range g.pages {
		if p.id == name || p.username != "" && strings.EqualFold(p.username, name) {
			return p
		}
	}
	return nil
}

func (p *Page) ident() string { return p.id }
func (p *Page) order() int64  { return 0 }

func (p *Page) field(_ *graphCall, f graphField) (any, bool, *graphRefusal) {
	switch f.name {
	case "name":
		return p.name, true, nil
	case "username":
		return orNothing(p.username), true, nil
	case "link":
		return "https://www.facebook.com/" + p.id, true, nil
	}
	return nil, false, nil
}

// readable says whether the token may read what stands on a page.
func (c *graphCall) readable(p *Page) *graphRefusal {
	if c.by.page == p || c.g.opt.PublicContent && c.by.page != nil {
		return nil
	}
	return graphRefuse(10, 0, "(#10) This endpoint requires the 'pages_read_engagement' permission or the 'Page Public Content Access' feature")
}

// pageEdge is a list of posts of a page.
func (c *graphCall) pageEdge(p *Page, edge string) (graphEdge, *graphRefusal) {
	if problem := c.readable(p); problem != nil {
		return graphEdge{}, problem
	}
	live := func(e *Entry) bool { return e.live(c.now) }
	switch edge {
	case "feed":
		return graphEdgeOf(p.entries, fbMostItems, live), nil
	case "posts", "published_posts":
		return graphEdgeOf(p.entries, fbMostItems, func(e *Entry) bool { return live(e) && e.from == p.id }), nil
	case "visitor_posts":
		return graphEdgeOf(p.entries, fbMostItems, func(e *Entry) bool { return live(e) && e.from != p.id }), nil
	case "tagged":
		if p.noTags || c.by.page != p {
			return graphEdge{}, graphRefuse(10, 0, "(#10) This endpoint requires the 'pages_read_user_content' permission")
		}
		return graphEdgeOf(p.tagged, fbMostItems, live), nil
	}
	return graphEdge{}, graphRefuse(100, 0, "(#100) Unknown path component")
}

func (e *Entry) ident() string { return e.ExternalID() }
func (e *Entry) order() int64  { return e.at.Unix() }

func (e *Entry) field(c *graphCall, f graphField) (any, bool, *graphRefusal) {
	switch f.name {
	case "message":
		return orNothing(e.text), true, nil
	case "created_time":
		return told(e.at), true, nil
	case "updated_time":
		return told(later(e.at, e.edited)), true, nil
	case "permalink_url":
		return e.permalink(), true, nil
	case "from":
		return c.author(e.from, e.name()), true, nil
	case "parent_id":
		if e.options.Shares == nil {
			return nil, true, nil
		}
		return e.options.Shares.ExternalID(), true, nil
	case "attachments":
		return e.attachments(), true, nil
	case "comments":
		list, problem := c.remarks(e, nil, f.args)
		return list, true, problem
	}
	return nil, false, nil
}

// author is who wrote something, where the network tells.
func (c *graphCall) author(id, name string) any {
	if c.g.opt.HideAuthors && c.g.pageOf(id) == nil {
		return nil
	}
	return map[string]any{"id": id, "name": name}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func (e *Entry) attachments() any {
	var media []any
	for range e.options.Photos {
		media = append(media, map[string]any{"media_type": "photo"})
	}
	if e.options.Video {
		media = append(media, map[string]any{"media_type": "video"})
	}
	switch len(media) {
	case 0:
		return nil
	case 1:
		return map[string]any{"data": media}
	}
	return map[string]any{"data": []any{map[string]any{"media_type": "album", "subattachments": map[string]any{"data": media}}}}
}

// remarks lists what stands under a post, or under one of its comments.
func (c *graphCall) remarks(e *Entry, under *Remark, args map[string]string) (graphEdge, *graphRefusal) {
	all := args["filter"] == "stream"
	since := int64(0)
	if text := args["since"]; text != "" {
		var err error
		if since, err = strconv.ParseInt(text, 10, 64); err != nil {
			return graphEdge{}, graphRefuse(100, 0, "(#100) since must be a time")
		}
	}
	list := graphEdgeOf(e.remarks, fbMostItems, func(r *Remark) bool {
		return r.live(c.now) && r.at.Unix() >= since && (r.parent == under || all && under == nil)
	})
	list.oldest = args["order"] != "reverse_chronological"
	return list, nil
}

func (r *Remark) ident() string { return r.ExternalID() }
func (r *Remark) order() int64  { return r.at.Unix() }

func (r *Remark) field(c *graphCall, f graphField) (any, bool, *graphRefusal) {
	switch f.name {
	case "message":
		return orNothing(r.text), true, nil
	case "created_time":
		return told(r.at), true, nil
	case "permalink_url":
		return r.entry.permalink() + "&comment_id=" + r.number, true, nil
	case "from":
		name := r.author
		if name == "" && r.entry.page != nil {
			name = r.entry.page.name
		}
		return c.author(r.from, name), true, nil
	case "parent":
		if r.parent == nil {
			return nil, true, nil
		}
		return r.parent, true, nil
	case "attachment":
		if r.photos == 0 {
			return nil, true, nil
		}
		return map[string]any{"type": "photo"}, true, nil
	case "is_hidden":
		return false, true, nil
	}
	return nil, false, nil
}

// fbNode finds a page, a post or a comment that the token may see; nil for none.
func (c *graphCall) fbNode(id string) (graphNode, *graphRefusal) {
	if p := c.g.pageOf(id); p != nil {
		if c.by.page == nil {
			return nil, nil
		}
		if c.by.page != p && !c.g.opt.PublicContent {
			return nil, graphRefuse(10, 0, "(#10) This endpoint requires the 'Page Public Content Access' feature")
		}
		return p, nil
	}
	for _, p := range c.g.pages {
		for _, e := range slices.Concat(p.entries, p.tagged) {
			if c.by.page != p && !c.g.opt.PublicContent || c.by.page == nil || !e.live(c.now) {
				continue
			}
			if e.ExternalID() == id {
				return e, nil
			}
			for _, r := range e.remarks {
				if r.ExternalID() == id && r.live(c.now) {
					return r, nil
				}
			}
		}
	}
	return nil, nil
}

// comment writes a comment as the page whose token it is.
func (c *graphCall) comment(n graphNode) (any, *graphRefusal) {
	message := c.params.Get("message")
	if strings.TrimSpace(message) == "" && c.photos == 0 {
		return nil, graphMissing("message")
	}
	var e *Entry
	var parent *Remark
	switch n := n.(type) {
	case *Entry:
		e = n
	case *Remark:
		e, parent = n.entry, n.top()
	default:
		return nil, graphRefuse(100, 0, "(#100) Unknown path component")
	}
	page := c.by.page
	switch {
	case page.blocked:
		return nil, graphRefuse(368, 0, "(#368) The action attempted has been deemed abusive or is otherwise disallowed")
	case e.page != page:
		return nil, graphRefuse(200, 0, "(#200) Permissions error")
	}
	for _, r := range e.remarks {
		if r.from == page.id && r.text == message && r.parent == parent && r.live(c.now) && c.now.Sub(r.at) < time.Minute {
			return nil, graphRefuse(506, 0, "(#506) Duplicate status message")
		}
	}
	made := e.add(parent, "", message, 0)
	made.photos = c.photos
	return map[string]any{"id": made.ExternalID()}, nil
}
