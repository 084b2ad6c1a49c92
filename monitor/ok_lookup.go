package monitor

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"otklik/monitor/links"
	"otklik/storage"
)

// FetchPost reads one topic or comment.
func (n *ok) FetchPost(ctx context.Context, externalID string) (Item, error) {
	p, ok := okPlaceOf(externalID)
	if !ok {
		return Item{}, BadConfig{What: "id of a post"}
	}
	topic, err := n.oneTopic(ctx, p.group, p.topic)
	if err != nil {
		return Item{}, err
	}
	if p.comment == "" {
		return n.topicItem(p.group, &topic), nil
	}
	items, err := n.commentsByID(ctx, p, okLine(topic.text()), []string{p.comment})
	if err != nil {
		return Item{}, fmt.Errorf("read comment %s of ok: %w", externalID, err)
	}
	if len(items) == 0 || items[0].Fate == storage.PostRemoved {
		return Item{}, fmt.Errorf("comment %s of ok: %w", externalID, Gone{})
	}
	return items[0], nil
}

// commentsByID reads comments under one topic by their ids.
func (n *ok) commentsByID(ctx context.Context, p okPlace, line string, ids []string) ([]Item, error) {
	texts := map[okID]*okComment{}
	left := len(ids)
	_, err := n.eachComment(ctx, p, "", func(page []okComment) bool {
		for i := range page {
			c := &page[i]
			if texts[c.ID] == nil && slices.Contains(ids, string(c.ID)) {
				left--
			}
			texts[c.ID] = c
		}
		return left > 0
	})
	if err != nil {
		return nil, err
	}
	var items []Item
	for _, id := range ids {
		c := texts[okID(id)]
		if c == nil || c.removed() {
			items = append(items, n.goneItem(p.topicID()+"/"+id, links.Comment))
			continue
		}
		items = append(items, n.commentItem(p, line, c, texts[c.ReplyTo], 0))
	}
	return items, nil
}

// Recheck reads topics by their ids, a hundred at once, and comments topic by
// topic. What cannot be told is left out; its error comes back when nothing
// could be told at all.
func (n *ok) Recheck(ctx context.Context, ids []string) ([]Item, error) {
	topics, comments := map[string][]string{}, map[string][]string{} // by group, by topic
	for _, id := range ids {
		p, ok := okPlaceOf(id)
		if !ok {
			continue
		}
		if !slices.Contains(topics[p.group], p.topic) {
			topics[p.group] = append(topics[p.group], p.topic)
		}
		if p.comment != "" {
			comments[p.topicID()] = append(comments[p.topicID()], p.comment)
		}
	}
	var items []Item
	var failed error
	for gid, list := range topics {
		for part := range slices.Chunk(list, okIDsAtOnce) {
			some, err := n.recheck(ctx, gid, part, ids, comments)
			items = append(items, some...)
			failed = errors.Join(failed, err)
		}
	}
	if len(items) > 0 {
		failed = nil
	}
	return items, failed
}

// recheck reads topics of one group, of which those among ids are told, and
// the comments under them.
func (n *ok) recheck(ctx context.Context, gid string, topics, ids []string, comments map[string][]string) (items []Item, failed error) {
	found, err := n.byIDs(ctx, gid, topics, okTopicFields)
	if err != nil {
		return nil, fmt.Errorf("read topics of ok again: %w", err)
	}
	for _, id := range topics {
		p := okPlace{group: gid, topic: id}
		t, alive := found[id]
		if alive && len(topics) > 1 && len(t.Media) >= 3 {
			// It may have been cut.
			if t, err = n.oneTopic(ctx, gid, id); err != nil {
				failed = errors.Join(failed, err)
				continue
			}
		}
		if slices.Contains(ids, p.topicID()) {
			if alive {
				items = append(items, n.topicItem(gid, &t))
			} else {
				items = append(items, n.goneItem(p.topicID(), links.Post))
			}
		}
		under := comments[p.topicID()]
		switch {
		case len(under) == 0:
		case !alive:
			for _, c := range under {
				items = append(items, n.goneItem(p.topicID()+"/"+c, links.Comment))
			}
		default:
			some, err := n.commentsByID(ctx, p, okLine(t.text()), under)
			items, failed = append(items, some...), errors.Join(failed, err)
		}
	}
	return items, failed
}

// Replies reads what was written under the topic of a post since a time.
func (n *ok) Replies(ctx context.Context, post storage.Post, _ string, since time.Time) ([]Item, error) {
	p, ok := okPlaceOf(post.ExternalID)
	if !ok {
		return nil, BadConfig{What: "id of a post"}
	}
	n.lookAround(ctx)
	topic, err := n.oneTopic(ctx, p.group, p.topic)
	if err != nil {
		return nil, err
	}
	var found []*okComment
	texts := map[okID]*okComment{}
	_, err = n.eachComment(ctx, p, "", func(page []okComment) bool {
		more := true
		for i := range page {
			c := &page[i]
			switch at := c.at(time.Now().UnixMilli()); {
			case c.removed() || texts[c.ID] != nil:
			case at < since.Truncate(time.Second).UnixMilli():
				more, texts[c.ID] = false, c
			default:
				texts[c.ID] = c
				found = append(found, c)
			}
		}
		return more
	})
	if err != nil {
		return nil, fmt.Errorf("read on under %s in ok: %w", post.ExternalID, err)
	}
	line := okLine(topic.text())
	items := make([]Item, 0, len(found))
	for _, c := range found {
		item := n.commentItem(p, line, c, texts[c.ReplyTo], time.Now().UnixMilli())
		if post.SourceURL != "" {
			item.SourceURL = post.SourceURL // the group as its region names it
		}
		items = append(items, item)
	}
	return items, nil
}

// number is the number of a group that is named by it or by its short name.
func (n *ok) number(ctx context.Context, name string) (string, error) {
	if okNumber.MatchString(name) {
		return name, nil
	}
	n.mu.Lock()
	gid := n.named[name]
	n.mu.Unlock()
	if gid != "" {
		return gid, nil
	}
	var found struct {
		ID     okID   `json:"objectId"`
		IDText okID   `json:"objectIdStr"`
		Type   string `json:"type"`
	}
	err := n.read(ctx, n.tokensFor(""), "url.getInfo", url.Values{"url": {"https://ok.ru/" + name}}, &found)
	if err != nil && !errors.Is(err, errOKNothing) {
		return "", fmt.Errorf("look up a name in ok: %w", err)
	}
	if gid = string(found.IDText); gid == "" {
		gid = string(found.ID)
	}
	switch {
	case !okNumber.MatchString(gid):
		return "", fmt.Errorf("look up a name in ok: %w", Gone{})
	case found.Type != "GROUP":
		return "", BadConfig{What: "no group"}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.named[name] = gid
	return gid, nil
}

// Resolve makes a source of a group's address. A person's page is no source.
func (n *ok) Resolve(ctx context.Context, l links.Link) (storage.Source, error) {
	s := storage.Source{Network: links.OK, URL: l.URL}
	if l.Kind != links.Community {
		return s, BadConfig{What: "no group"}
	}
	gid, err := n.number(ctx, l.ExternalID)
	if err != nil {
		return s, err
	}
	s.Kind, s.Address = okKindCommunity, gid
	var found okGroups
	err = n.read(ctx, n.tokensFor(gid), "group.getInfo", url.Values{"uids": {gid}, "fields": {"uid,name"}}, &found)
	if err != nil && !errors.Is(err, errOKNothing) {
		return s, fmt.Errorf("look up a group of ok: %w", err)
	}
	if len(found) == 0 || string(found[0].ID) != gid {
		return s, fmt.Errorf("look up a group of ok: %w", Gone{})
	}
	s.Name = found[0].Name
	return s, nil
}

// Probe asks with each token what it has left, and with those that answer
// whose they are: whether the network takes answers shows only when one is sent.
func (n *ok) Probe(ctx context.Context) []Capability {
	var out []Capability
	for _, t := range n.readers {
		out = append(out, Capability{Key: t.key, Number: t.number, What: "read", Err: n.askLeft(ctx, t)})
	}
	for _, t := range n.tokens()[len(n.readers):] {
		_, err := n.askPerson(ctx, t)
		what := "publish"
		if !n.publishing {
			what = "publish by hand"
		}
		out = append(out, Capability{Key: t.key, Number: t.number, What: what, Err: err})
	}
	if n.searching {
		err := n.read(ctx, n.tokensFor(""), "search.tagContents", url.Values{"query": {"новости"}, "count": {"1"}, "fields": {okTopicFields}}, new(okTopics))
		out = append(out, Capability{Key: okKeyTags, What: "search", Err: err})
	}
	return out
}
