package sandbox

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	igMostMedia    = 100
	igMostComments = 50
	igMostTagMedia = 50
	igMostTags     = 30
	igTagWindow    = 7 * 24 * time.Hour
)

func (a *Account) ident() string { return a.id }
func (a *Account) order() int64  { return 0 }

func (a *Account) field(c *graphCall, f graphField) (any, bool, *graphRefusal) {
	switch f.name {
	case "name":
		return nil, true, nil
	case "username":
		return a.username, true, nil
	case "mentioned_comment":
		for _, n := range a.mentions {
			if n.id == f.args["comment_id"] && n.live(c.now) {
				return n, true, nil
			}
		}
		return nil, true, graphGone(f.args["comment_id"])
	case "mentioned_media":
		for _, m := range slices.Concat(a.captions, a.tagged) {
			if m.id == f.args["media_id"] && m.live(c.now) {
				return m, true, nil
			}
		}
		return nil, true, graphGone(f.args["media_id"])
	}
	return nil, false, nil
}

func (m *Medium) ident() string { return m.id }
func (m *Medium) order() int64  { return m.at.Unix() }

func (m *Medium) field(c *graphCall, f graphField) (any, bool, *graphRefusal) {
	switch f.name {
	case "caption":
		return orNothing(m.caption), true, nil
	case "media_type":
		return "IMAGE", true, nil
	case "permalink":
		return "https://www.instagram.com/p/" + m.code + "/", true, nil
	case "timestamp":
		return told(m.at), true, nil
	case "username":
		return m.username, true, nil
	case "comments_count":
		n := 0
		for _, x := range m.notes {
			if x.live(c.now) {
				n++
			}
		}
		return c.g.number(n), true, nil
	}
	return nil, false, nil
}

func (n *Note) ident() string { return n.id }
func (n *Note) order() int64  { return n.at.Unix() }

func (n *Note) field(c *graphCall, f graphField) (any, bool, *graphRefusal) {
	switch f.name {
	case "text":
		return n.text, true, nil
	case "timestamp":
		return told(n.at), true, nil
	case "username":
		if c.g.opt.HideAuthors && !c.known(n.author) {
			return nil, true, nil
		}
		return n.author, true, nil
	case "from":
		if c.g.opt.HideAuthors && !c.known(n.author) {
			return nil, true, nil
		}
		return map[string]any{"id": c.g.person(n.author), "username": n.author}, true, nil
	case "parent_id":
		if n.parent == nil {
			return nil, true, nil
		}
		return n.parent.id, true, nil
	case "media":
		return n.medium, true, nil
	case "replies":
		return n.replies(c.now), true, nil
	}
	return nil, false, nil
}

func (c *graphCall) known(username string) bool {
	return slices.ContainsFunc(c.g.accounts, func(a *Account) bool { return a.username == username })
}

// replies come oldest first, of both kinds of lists.
func (n *Note) replies(now time.Time) graphEdge {
	e := graphEdgeOf(n.medium.notes, igMostComments, func(x *Note) bool { return x.parent == n && x.live(now) })
	e.oldest = true
	return e
}

// igNode finds an account, a medium or a comment that the token may see.
func (c *graphCall) igNode(id string) graphNode {
	a := c.by.account
	if a == nil {
		return nil
	}
	if a.id == id {
		return a
	}
	for _, m := range a.media {
		if !m.live(c.now) {
			continue
		}
		if m.id == id {
			return m
		}
		for _, n := range m.notes {
			if n.id == id && n.live(c.now) {
				return n
			}
		}
	}
	return nil
}

// igEdge is a list under an account, a medium or a comment.
func (c *graphCall) igEdge(n graphNode, edge string) (graphEdge, *graphRefusal) {
	live := func(m *Medium) bool { return m.live(c.now) }
	switch n := n.(type) {
	case *Account:
		switch edge {
		case "media":
			return graphEdgeOf(n.media, igMostMedia, live), nil
		case "tags":
			return graphEdgeOf(n.tagged, igMostMedia, live), nil
		case "recently_searched_hashtags":
			var spent []graphSpot
			n.searched = slices.DeleteFunc(n.searched, func(s igSearch) bool { return c.now.Sub(s.at) >= igTagWindow })
			for _, s := range n.searched {
				spent = append(spent, graphSpot{id: strconv.FormatInt(s.tag, 10)})
			}
			return graphEdgeOf(spent, igMostTags, func(graphSpot) bool { return true }), nil
		}
	case *Medium:
		if edge == "comments" {
			return graphEdgeOf(n.notes, igMostComments, func(x *Note) bool { return x.parent == nil && x.live(c.now) }), nil
		}
	case *Note:
		if edge == "replies" {
			return n.replies(c.now), nil
		}
	}
	return graphEdge{}, graphRefuse(100, 0, "(#100) Unknown path component")
}

// search is ig_hashtag_search and recent_media: either counts as a search for
// the hashtag.
func (c *graphCall) search(tag int64) *graphRefusal {
	a := c.by.account
	switch {
	case a == nil || c.params.Get("user_id") != a.id:
		return graphMissing("user_id")
	case a.noTags:
		return graphRefuse(10, 0, "(#10) This endpoint requires the 'Instagram Public Content Access' feature")
	}
	a.searched = slices.DeleteFunc(a.searched, func(s igSearch) bool { return c.now.Sub(s.at) >= igTagWindow })
	if slices.ContainsFunc(a.searched, func(s igSearch) bool { return s.tag == tag }) {
		return nil
	}
	if len(a.searched) >= igMostTags {
		return graphRefuse(18, 2207034, "(#18) 30 unique hashtags within 7 days")
	}
	a.searched = append(a.searched, igSearch{tag, c.now})
	return nil
}

// strangeMedium is a medium as a hashtag finds it: by nobody, in no order to
// rely on.
type strangeMedium struct{ *Medium }

func (m strangeMedium) order() int64 { return m.at.Unix() / 600 }

func (m strangeMedium) field(c *graphCall, f graphField) (any, bool, *graphRefusal) {
	if f.name == "username" {
		return nil, false, nil
	}
	return m.Medium.field(c, f)
}

// hashtag is recent_media: what the last day brought.
func (c *graphCall) hashtag(id string) (graphEdge, *graphRefusal) {
	for word, tag := range c.g.tags {
		if strconv.FormatInt(tag, 10) != id {
			continue
		}
		if problem := c.search(tag); problem != nil {
			return graphEdge{}, problem
		}
		var found []strangeMedium
		for _, m := range c.g.strange {
			if strings.Contains(strings.ToLower(m.caption)+" ", "#"+word+" ") {
				found = append(found, strangeMedium{m})
			}
		}
		return graphEdgeOf(found, igMostTagMedia, func(m strangeMedium) bool { return m.live(c.now) && c.now.Sub(m.at) < 24*time.Hour }), nil
	}
	return graphEdge{}, graphGone(id)
}

// hashtagSearch is ig_hashtag_search: the id of a word that anybody has used.
func (c *graphCall) hashtagSearch() (any, *graphRefusal) {
	word := strings.ToLower(c.params.Get("q"))
	if word == "" || strings.ContainsAny(word, "# ") {
		return nil, graphMissing("q")
	}
	if !slices.ContainsFunc(c.g.strange, func(m *Medium) bool { return strings.Contains(strings.ToLower(m.caption)+" ", "#"+word+" ") }) {
		return nil, graphRefuse(24, 2207024, "(#24) The requested resource does not exist")
	}
	tag := c.g.tag(word)
	if problem := c.search(tag); problem != nil {
		return nil, problem
	}
	return map[string]any{"data": []any{map[string]any{"id": strconv.FormatInt(tag, 10)}}}, nil
}

// igReply writes as the account whose token it is.
func (c *graphCall) igReply(n graphNode, edge string) (any, *graphRefusal) {
	message := c.params.Get("message")
	if strings.TrimSpace(message) == "" {
		return nil, graphMissing("message")
	}
	a := c.by.account
	var made *Note
	switch n := n.(type) {
	case *Medium:
		if edge == "comments" {
			made = n.add(nil, a.username, message, 0)
		}
	case *Note:
		if edge == "replies" {
			made = n.medium.add(n.top(), a.username, message, 0)
		}
	case *Account:
		if edge == "mentions" {
			return c.mention(n, message)
		}
	}
	if made == nil {
		return nil, graphRefuse(100, 0, "(#100) Unknown path component")
	}
	return map[string]any{"id": made.id}, nil
}

// mention answers where somebody named the account.
func (c *graphCall) mention(a *Account, message string) (any, *graphRefusal) {
	medium, comment := c.params.Get("media_id"), c.params.Get("comment_id")
	for _, n := range a.mentions {
		if n.medium.id == medium && n.id == comment && n.live(c.now) {
			return map[string]any{"id": n.medium.add(n.top(), a.username, message, 0).id}, nil
		}
	}
	for _, m := range slices.Concat(a.captions, a.tagged) {
		if m.id == medium && comment == "" && m.live(c.now) && strings.Contains(m.caption, "@"+a.username) {
			return map[string]any{"id": m.add(nil, a.username, message, 0).id}, nil
		}
	}
	return nil, graphGone(medium)
}
