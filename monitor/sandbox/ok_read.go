package sandbox

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// okAnchor is where a list goes on: behind an item of it.
type okAnchor struct {
	made  time.Time
	list  string // which list it belongs to
	at    time.Time
	after string // the item's id
}

// anchor makes the name of a place in a list.
func (c *okCall) anchor(list string, at time.Time, id string) string {
	name := "LTE" + okMD5(fmt.Sprint(len(c.o.anchors), list, id))[:20]
	c.o.anchors[name] = okAnchor{made: c.now, list: list, at: at, after: id}
	return name
}

// place is where the anchor of the call points; nil is the beginning.
func (c *okCall) place(list string) (*okAnchor, *refusal) {
	name := c.params.Get("anchor")
	if name == "" || name == "FIRST" || name == "LAST" || name == "UNREAD" {
		return nil, nil
	}
	a, ok := c.o.anchors[name]
	if !ok || a.list != list || c.o.opt.AnchorLife > 0 && c.now.Sub(a.made) > c.o.opt.AnchorLife {
		return nil, okRefuse(100, "Invalid anchor")
	}
	return &a, nil
}

// okPage cuts a page out of a list that is in the order of reading.
func okPage[T any](c *okCall, list string, all []T, key func(T) (time.Time, string), order func(aAt, bAt time.Time, aID, bID string) int, count int64) (page []T, anchor string, more bool, problem *refusal) {
	a, problem := c.place(list)
	if problem != nil {
		return nil, "", false, problem
	}
	slices.SortFunc(all, func(x, y T) int {
		xAt, xID := key(x)
		yAt, yID := key(y)
		return order(xAt, yAt, xID, yID)
	})
	if a != nil {
		all = slices.DeleteFunc(all, func(x T) bool {
			at, id := key(x)
			return order(at, a.at, id, a.after) <= 0
		})
	}
	page = window(all, 0, int(count))
	if len(page) > 0 {
		at, id := key(page[len(page)-1])
		anchor = c.anchor(list, at, id)
	}
	return page, anchor, len(all) > len(page), nil
}

func oldestFirst(aAt, bAt time.Time, aID, bID string) int {
	return cmp.Or(aAt.Compare(bAt), strings.Compare(aID, bID))
}

func newestFirst(aAt, bAt time.Time, aID, bID string) int { return oldestFirst(bAt, aAt, bID, aID) }

func okTopicKey(t *OKTopic) (time.Time, string) { return t.at, strconv.FormatInt(t.id, 10) }

// getTopics is mediatopic.getTopics: the topics of a group, newest first.
func (c *okCall) getTopics() (any, *refusal) {
	g := c.o.group(c.params.Get("gid"))
	switch {
	case g == nil:
		return nil, okRefuse(160, "Invalid group id")
	case g.private && c.who.group != g:
		return nil, okRefuse(458, "Group is private")
	}
	if problem := c.fields("media_topic"); problem != nil {
		return nil, problem
	}
	count, problem := c.int("count", 10, 1, 100)
	if problem != nil {
		return nil, problem
	}
	all := slices.DeleteFunc(slices.Clone(g.topics), func(t *OKTopic) bool { return !t.live(c.now) })
	page, anchor, more, problem := okPage(c, "topics "+g.ID(), all, okTopicKey, newestFirst, count)
	if problem != nil {
		return nil, problem
	}
	topics := []any{}
	for _, t := range page {
		topics = append(topics, t.json(0))
	}
	return map[string]any{"media_topics": topics, "anchor": anchor, "has_more": more}, nil
}

// getByIDs is mediatopic.getByIds: topics that are not there are left out. More
// than one topic is told with three blocks at most.
func (c *okCall) getByIDs() (any, *refusal) {
	ids := strings.Split(c.params.Get("topic_ids"), ",")
	if ids[0] == "" || len(ids) > 100 {
		return nil, okRefuse(100, "Invalid parameter topic_ids")
	}
	if problem := c.fields("media_topic"); problem != nil {
		return nil, problem
	}
	limit, problem := c.int("media_limit", 0, 1, 3)
	if problem != nil {
		return nil, problem
	}
	if len(ids) > 1 && limit == 0 {
		return nil, okRefuse(100, "Missing required parameter media_limit")
	}
	topics := []any{}
	for _, id := range ids {
		if t := c.o.topic(id); t != nil && t.live(c.now) && (!t.group.private || c.who.group == t.group) {
			topics = append(topics, t.json(int(limit)))
		}
	}
	return map[string]any{"media_topics": topics}, nil
}

// getComments is discussions.getComments: from FIRST forward or from LAST
// backward; a page itself is in the order of time.
func (c *okCall) getComments() (any, *refusal) {
	t := c.o.topic(c.params.Get("discussionId"))
	switch {
	case c.params.Get("discussionType") != "GROUP_TOPIC":
		return nil, okRefuse(100, "Invalid parameter discussionType")
	case t == nil || !t.live(c.now):
		return nil, okRefuse(300, "Discussion not found")
	case t.group.private && c.who.group != t.group:
		return nil, okRefuse(458, "Group is private")
	}
	if problem := c.fields("comment"); problem != nil {
		return nil, problem
	}
	count, problem := c.int("count", 30, 1, 100)
	if problem != nil {
		return nil, problem
	}
	all := t.alive()
	if c.params.Get("includeRemoved") == "true" {
		all = slices.DeleteFunc(slices.Clone(t.comments), func(x *OKComment) bool { return !x.live(c.now) })
	}
	order := oldestFirst
	backward := c.params.Get("direction") == "BACKWARD"
	if backward {
		order = newestFirst
	}
	page, anchor, more, problem := okPage(c, fmt.Sprint("comments ", t.id), all, func(x *OKComment) (time.Time, string) { return x.at, x.id }, order, count)
	if problem != nil {
		return nil, problem
	}
	if backward {
		slices.Reverse(page)
	}
	comments := []any{}
	for _, x := range page {
		comments = append(comments, x.json())
	}
	out := map[string]any{"comments": comments, "anchor": anchor, "has_more": more, "discussionId": strconv.FormatInt(t.id, 10), "discussionType": "GROUP_TOPIC"}
	if len(comments) == 0 {
		delete(out, "comments")
	}
	return out, nil
}

// tagContents is search.tagContents: the topics of all open groups that carry a
// hashtag, newest first.
func (c *okCall) tagContents() (any, *refusal) {
	tag := strings.ToLower(c.params.Get("query"))
	if tag == "" || strings.Contains(tag, "#") {
		return nil, okRefuse(100, "Invalid parameter query")
	}
	if problem := c.fields("media_topic"); problem != nil {
		return nil, problem
	}
	count, problem := c.int("count", 10, 1, 100)
	if problem != nil {
		return nil, problem
	}
	var all []*OKTopic
	for _, g := range c.o.groups {
		for _, t := range g.topics {
			if !g.private && t.live(c.now) && slices.Contains(strings.Fields(strings.ToLower(t.text)), "#"+tag) {
				all = append(all, t)
			}
		}
	}
	page, anchor, more, problem := okPage(c, "tag "+tag, all, okTopicKey, newestFirst, count)
	if problem != nil {
		return nil, problem
	}
	topics := []any{}
	for _, t := range page {
		topics = append(topics, t.json(0))
	}
	return map[string]any{"entities": map[string]any{"media_topics": topics}, "anchor": anchor, "has_more": more}, nil
}

// group finds a group by its number.
func (o *OK) group(id string) *OKGroup {
	for _, g := range o.groups {
		if g.ID() == id {
			return g
		}
	}
	return nil
}

// topic finds a topic by its number; also one that was deleted.
func (o *OK) topic(id string) *OKTopic {
	for _, g := range o.groups {
		for _, t := range g.topics {
			if strconv.FormatInt(t.id, 10) == id {
				return t
			}
		}
	}
	return nil
}
