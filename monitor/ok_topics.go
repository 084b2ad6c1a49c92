package monitor

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"otklik/monitor/links"
)

const (
	okTopicPage   = 50
	okPinned      = 2   // topics that may stand above newer ones
	okTopicPages  = 40  // of one list, against one without end
	okIDsAtOnce   = 100 // topics that can be asked for by their ids at once
	okBlocks      = "3" // pieces of each, where several are asked for
	okTopicFields = "media_topic.*"
	okCountFields = "media_topic.ID,media_topic.DISCUSSION_SUMMARY"
)

// community reads a group: first the list of its topics, then topic by topic
// the comments where their number changed. That number comes with the list
// itself, and for topics that the list does not reach any more by their ids, a
// hundred at once. The network's own list of discussions with news is not used:
// it knows only the groups of the token's person, and forgets what that person
// has looked at.
func (r *okReading) community(ctx context.Context) (err error) {
	if r.group, err = r.number(ctx, r.source.Address); err != nil {
		return err
	}
	if len(r.cursor.Todo) > 0 {
		return r.nextComments(ctx)
	}
	c := &r.cursor
	deep := r.now.UnixMilli()-c.Deep >= okDeepEvery.Milliseconds()
	listed, err := r.list(ctx, deep)
	if err != nil {
		return err
	}
	if err := r.count(ctx, listed, deep); err != nil {
		return err
	}
	if deep {
		c.Deep = r.now.UnixMilli()
	}
	c.trim(r.now.Add(-okFollowedDays).UnixMilli())
	for _, m := range c.Topics {
		if m.due(r.now.UnixMilli()) {
			c.Todo = append(c.Todo, m.ID)
		}
	}
	r.more = len(c.Todo) > 0
	return nil
}

// list reads the list of topics, down to what was read before. It says which
// topics it told of.
func (r *okReading) list(ctx context.Context, deep bool) (listed map[string]bool, err error) {
	c := &r.cursor
	listed = map[string]bool{}
	horizon := c.Newest - okOverlap.Milliseconds()
	if deep {
		horizon = min(horizon, r.now.Add(-okLateness).UnixMilli())
	}
	if c.Deep == 0 {
		horizon = r.now.Add(-okFollowedDays).UnixMilli()
	}
	horizon = max(horizon, c.Floor)
	newest, anchor := c.Newest, ""
	for range okTopicPages {
		page, err := r.listPage(ctx, anchor)
		if errors.Is(err, errOKNothing) && anchor == "" && len(c.Topics) == 0 {
			return listed, nil // a group where nobody wrote yet
		}
		if err != nil {
			return nil, err
		}
		older := 0
		for _, t := range page.list() {
			if t.ID == "" {
				return nil, errors.New("mediatopic.getTopics told of a topic without an id")
			}
			newest = max(newest, int64(t.Created))
			if int64(t.Created) < horizon {
				older++
			}
			if listed[string(t.ID)] {
				continue
			}
			listed[string(t.ID)] = true
			r.topic(&t, deep)
		}
		next := page.next(len(page.list()))
		if next == "" || next == anchor || older > okPinned || len(c.Topics) >= 2*okMostTopics {
			break
		}
		anchor = next
	}
	c.Newest = newest
	return listed, nil
}

// listPage reads one page of the list, by name of what is wanted; where the
// network does not take that, as it tells topics by itself.
func (r *okReading) listPage(ctx context.Context, anchor string) (page okTopics, err error) {
	params := url.Values{"gid": {r.group}, "count": {strconv.Itoa(okTopicPage)}}
	if anchor != "" {
		params.Set("anchor", anchor)
	}
	if r.plain.Load() {
		err = r.read(ctx, r.tokensFor(r.group), "mediatopic.getTopics", params, &page)
		return page, err
	}
	params.Set("fields", okTopicFields)
	err = r.read(ctx, r.tokensFor(r.group), "mediatopic.getTopics", params, &page)
	var refused *okError
	if anchor == "" && errors.As(err, &refused) && refused.Code == okParameter {
		params.Del("fields")
		if r.read(ctx, r.tokensFor(r.group), "mediatopic.getTopics", params, &page) == nil {
			r.plain.Store(true)
			return page, nil
		}
	}
	return page, err
}

// topic takes a topic of the list, which may be new.
func (r *okReading) topic(t *okTopic, deep bool) {
	c := &r.cursor
	at := int64(t.Created)
	m := c.mark(string(t.ID))
	if m == nil {
		if at < c.Floor || at < r.now.Add(-okFollowedDays).UnixMilli() {
			return
		}
		m = &okMark{ID: string(t.ID), At: at}
		c.Topics = append(c.Topics, m)
		if at >= c.Start {
			r.items = append(r.items, r.topicItem(r.group, t))
		}
	}
	r.counted(m, t, deep)
}

// counted notes how many comments a topic has.
func (r *okReading) counted(m *okMark, t *okTopic, deep bool) {
	if t.Summary == nil {
		m.Now = okUntold
		return
	}
	m.Now = int64(t.Summary.Comments)
	// A deletion and a new comment leave the number as it was.
	if deep && m.Now > 0 && max(m.At, m.Last) >= r.now.Add(-okLateness).UnixMilli() && r.now.UnixMilli()-m.Read >= okReadAnyway.Milliseconds() {
		m.Count = okUnread
	}
}

// count asks for the number of comments of topics that the list did not reach:
// those in which something happened of late, and the others when the reading is
// deep. One that is missing in the answer does not exist any more.
func (r *okReading) count(ctx context.Context, listed map[string]bool, deep bool) error {
	c := &r.cursor
	lively := r.now.Add(-2 * okLateness).UnixMilli()
	var ask []string
	for _, m := range c.Topics {
		if !listed[m.ID] && (deep || max(m.At, m.Last) >= lively) {
			ask = append(ask, m.ID)
		}
	}
	for part := range slices.Chunk(ask, okIDsAtOnce) {
		found, err := r.byIDs(ctx, r.group, part, okCountFields)
		if okSystemic(err) {
			// Asked for by their ids or not at all: then it is as if it told no numbers.
			for _, id := range part {
				c.mark(id).Now = okUntold
			}
			continue
		}
		if err != nil {
			return err
		}
		for _, id := range part {
			if t, alive := found[id]; alive {
				r.counted(c.mark(id), &t, deep)
				continue
			}
			r.gone(id)
		}
	}
	return nil
}

// gone notes that a topic does not exist any more.
func (r *okReading) gone(id string) {
	r.cursor.forget(id)
	r.items = append(r.items, r.goneItem(r.group+"/"+id, links.Post))
}

// byIDs reads topics of a group by their ids, okIDsAtOnce at most; what is
// missing does not exist. What is missing among several is asked for by itself:
// too much depends on it.
func (n *ok) byIDs(ctx context.Context, gid string, ids []string, fields string) (map[string]okTopic, error) {
	params := url.Values{"topic_ids": {strings.Join(ids, ",")}, "fields": {fields}}
	if len(ids) > 1 {
		params.Set("media_limit", okBlocks)
	}
	var page okTopics
	found := map[string]okTopic{}
	err := n.read(ctx, n.tokensFor(gid), "mediatopic.getByIds", params, &page)
	switch {
	case errors.As(err, new(Gone)): // one of them is enough to refuse all
	case err != nil:
		return nil, err
	case page.Topics == nil:
		return nil, errors.New("mediatopic.getByIds named no topics")
	default:
		for _, t := range *page.Topics {
			found[string(t.ID)] = t
		}
	}
	if len(ids) == 1 {
		return found, nil
	}
	for _, id := range ids {
		if _, there := found[id]; there {
			continue
		}
		one, err := n.byIDs(ctx, gid, []string{id}, fields)
		if err != nil {
			return nil, err
		}
		maps.Copy(found, one)
	}
	return found, nil
}

// oneTopic reads a topic whole; Gone when the network does not show it.
func (n *ok) oneTopic(ctx context.Context, gid, id string) (okTopic, error) {
	found, err := n.byIDs(ctx, gid, []string{id}, okTopicFields)
	if err != nil {
		return okTopic{}, err
	}
	t, alive := found[id]
	if !alive {
		return okTopic{}, fmt.Errorf("topic %s/%s of ok: %w", gid, id, Gone{})
	}
	return t, nil
}
