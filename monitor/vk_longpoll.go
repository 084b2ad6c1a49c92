package monitor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"otklik/monitor/links"
	"otklik/storage"
)

const (
	vkPollWait   = 25 // seconds that the network keeps a question open
	vkPollTime   = (vkPollWait + 15) * time.Second
	vkPollEvents = 1000 // ids of events that are remembered, for the network repeats some
)

// vkPollServer is where a community's events are asked for.
type vkPollServer struct {
	Key    string   `json:"key"`
	Server string   `json:"server"`
	TS     vkNumber `json:"ts"`
}

// vkNumber is a number or a string that is kept as it was written.
type vkNumber string

// UnmarshalJSON reads "1857" and 1857.
func (n *vkNumber) UnmarshalJSON(raw []byte) error {
	*n = vkNumber(strings.Trim(string(raw), `"`))
	if *n == "null" {
		*n = ""
	}
	return nil
}

// vkEvents is one answer of a long poll.
type vkEvents struct {
	Failed  vkInt     `json:"failed"`
	TS      vkNumber  `json:"ts"`
	Updates []vkEvent `json:"updates"`
}

// vkEvent is what happened in a community.
type vkEvent struct {
	Type   string          `json:"type"`
	ID     string          `json:"event_id"`
	Object json.RawMessage `json:"object"`
}

// Streams are the communities that are ours and are read, by their owner ids, and
// the Streaming API where it is switched on and something is searched for.
func (n *vk) Streams(sources []storage.Source) (names []string) {
	if n.stream != nil && n.stream.follow(sources) {
		names = append(names, vkStreamName)
	}
	if !n.events {
		return names
	}
	for _, s := range sources {
		owner, err := strconv.ParseInt(s.Address, 10, 64)
		if err == nil && s.Kind == vkKindCommunity && n.own(owner) && !slices.Contains(names, s.Address) {
			names = append(names, s.Address)
		}
	}
	return names
}

// Stream asks for a community's events by Bots Long Poll, from the number (ts)
// that its cursor is. Where the network does not know them any more, what was
// lost is Missed. Posts, comments on the wall and messages of discussions are
// told; what was seen in photos and videos is not.
func (n *vk) Stream(ctx context.Context, name, cursor string, take func([]Item, string) error) error {
	if name == vkStreamName && n.stream != nil {
		return n.hold(ctx, take)
	}
	owner, err := strconv.ParseInt(name, 10, 64)
	if err != nil || n.writers[owner] == nil {
		return BadConfig{What: "name of a stream"}
	}
	p := vkPoll{vk: n, owner: owner, name: name}
	if err := p.begin(ctx); err != nil {
		return fmt.Errorf("begin the long poll of vk: %w", err)
	}
	if cursor == "" {
		cursor = string(p.server.TS)
		if err := take(nil, cursor); err != nil {
			return err
		}
	}
	for {
		answer, err := p.ask(ctx, cursor)
		if err != nil {
			return fmt.Errorf("long poll of vk: %w", err)
		}
		switch answer.Failed {
		case 0:
			items, err := p.items(ctx, answer.Updates)
			if err != nil {
				return fmt.Errorf("long poll of vk: %w", err)
			}
			if cursor == string(answer.TS) && len(items) == 0 {
				continue
			}
			cursor = string(answer.TS)
			if err := take(items, cursor); err != nil {
				return err
			}
			continue
		case 1: // the events since then are forgotten
			cursor = string(answer.TS)
		case 2: // the key is too old, the events are there
			if err := p.begin(ctx); err != nil {
				return fmt.Errorf("begin the long poll of vk anew: %w", err)
			}
			continue
		default: // nothing is known of then
			if err := p.begin(ctx); err != nil {
				return fmt.Errorf("begin the long poll of vk anew: %w", err)
			}
			cursor = string(p.server.TS)
		}
		n.walls.miss(owner)
		if err := take(nil, cursor); err != nil {
			return err
		}
		return Missed{Origin: name}
	}
}

// vkPoll is a long poll under way.
type vkPoll struct {
	*vk
	owner  int64
	name   string
	server vkPollServer
	told   []string // ids of the last events
}

// begin asks where the community's events are told.
func (p *vkPoll) begin(ctx context.Context) error {
	p.server = vkPollServer{}
	err := p.with(ctx, p.writers[p.owner], "groups.getLongPollServer", url.Values{"group_id": {strconv.FormatInt(-p.owner, 10)}}, &p.server)
	if err == nil && (p.server.Key == "" || p.server.TS == "") {
		err = errors.New("groups.getLongPollServer named no key")
	}
	return err
}

// ask waits for events since a number. Its errors show no address, for the key
// stands in it.
func (p *vkPoll) ask(ctx context.Context, since string) (answer vkEvents, err error) {
	ctx, cancel := context.WithTimeout(ctx, vkPollTime)
	defer cancel()
	base, err := url.Parse(p.base + "/")
	if err != nil {
		return answer, errors.New("no address to ask")
	}
	at, err := base.Parse(p.server.Server)
	if err != nil || at.Scheme != "https" && at.Scheme != base.Scheme {
		return answer, errors.New("the network named no address to ask")
	}
	at.RawQuery = url.Values{"act": {"a_check"}, "key": {p.server.Key}, "ts": {since}, "wait": {strconv.Itoa(vkPollWait)}}.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return answer, errors.New("the network named no address to ask")
	}
	got, err := p.client.Do(req)
	if err != nil {
		if u, ok := errors.AsType[*url.Error](err); ok {
			err = u.Err
		}
		return answer, err
	}
	defer got.Body.Close()
	if got.StatusCode != http.StatusOK {
		return answer, fmt.Errorf("status %d", got.StatusCode)
	}
	if err := json.NewDecoder(got.Body).Decode(&answer); err != nil {
		return answer, fmt.Errorf("read the events: %w", err)
	}
	if answer.TS == "" && answer.Failed != 2 && answer.Failed != 3 {
		return answer, errors.New("the events have no number")
	}
	return answer, nil
}

// vkRecord is the object of an event: a post, a comment or a message, or what is
// left of a deleted one.
type vkRecord struct {
	vkComment
	OwnerID    vkInt `json:"owner_id"`
	PostOwner  vkInt `json:"post_owner_id"`
	PostID     vkInt `json:"post_id"`
	TopicID    vkInt `json:"topic_id"`
	TopicOwner vkInt `json:"topic_owner_id"`
}

// vkFates are what an event's name ends with.
var vkFates = map[string]storage.Fate{"new": "", "edit": storage.PostEdited, "delete": storage.PostRemoved, "restore": storage.PostRestored}

// items are what events tell, without those told before.
func (p *vkPoll) items(ctx context.Context, events []vkEvent) (items []Item, err error) {
	parents, err := p.parents(ctx, events)
	if err != nil {
		return nil, err
	}
	for _, e := range events {
		if e.ID != "" && slices.Contains(p.told, e.ID) {
			continue
		}
		item, ok, err := p.item(e, parents)
		if err != nil {
			return nil, fmt.Errorf("read an event %s: %w", e.Type, err)
		}
		if ok {
			item.Origin = p.name
			items = append(items, item)
		}
		p.told = append(p.told, e.ID)
	}
	p.told = p.told[max(0, len(p.told)-vkPollEvents):]
	return items, nil
}

// parents are the posts that comments of events stand under. Where nobody may
// read them, comments come without their line.
func (p *vkPoll) parents(ctx context.Context, events []vkEvent) (vkFound, error) {
	var ids []string
	for _, e := range events {
		var r vkRecord
		if !strings.HasPrefix(e.Type, "wall_reply_") || strings.HasSuffix(e.Type, "_delete") || json.Unmarshal(e.Object, &r) != nil {
			continue
		}
		if id := vkPostID(p.owner, int64(r.PostID)); !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 || len(p.readers) == 0 {
		return vkFound{}, nil
	}
	found, err := p.sweeps.find(ctx, ids)
	if err != nil && ctx.Err() != nil {
		return found, ctx.Err()
	}
	return found, nil // the news itself matters more than its line
}

// item is what one event tells; not ok for what is no news of ours.
func (p *vkPoll) item(e vkEvent, parents vkFound) (item Item, ok bool, err error) {
	kind, what, _ := cutLast(e.Type, "_")
	fate, known := vkFates[what]
	if !known {
		return item, false, nil
	}
	if kind == "wall_post" {
		var post vkPost
		if err := json.Unmarshal(e.Object, &post); err != nil {
			return item, false, err
		}
		item = p.postItem(&post, parents.groups)
		item.Fate = fate
		return item, post.ID != 0 && post.onWall(), nil
	}
	var r vkRecord
	if err := json.Unmarshal(e.Object, &r); err != nil || r.ID == 0 {
		return item, false, err
	}
	group, topic := strconv.FormatInt(-p.owner, 10), strconv.FormatInt(int64(r.TopicID), 10)
	switch {
	case kind == "wall_reply" && fate == storage.PostRemoved:
		return vkRemoved(links.Comment, fmt.Sprintf("%d_%d_%d", p.owner, r.PostID, r.ID), time.Now().Unix()), r.PostID != 0, nil
	case kind == "board_post" && fate == storage.PostRemoved:
		return vkRemoved(links.Comment, fmt.Sprintf("t%s_%s_%d", group, topic, r.ID), time.Now().Unix()), r.TopicID != 0, nil
	case kind == "wall_reply":
		post := parents.posts[vkPostID(p.owner, int64(r.PostID))]
		if post == nil {
			post = &vkPost{ID: r.PostID, OwnerID: vkInt(p.owner)}
		}
		item = p.commentItem(post, &r.vkComment, vkParent(&r.vkComment, nil), parents.groups)
		ok = r.PostID != 0
	case kind == "board_post":
		item = p.messageItem(group, topic, "", &r.vkComment, nil)
		ok = r.TopicID != 0
	}
	item.Fate = fate
	return item, ok, nil
}

// cutLast cuts a text around the last separator.
func cutLast(text, separator string) (before, after string, found bool) {
	if i := strings.LastIndex(text, separator); i >= 0 {
		return text[:i], text[i+len(separator):], true
	}
	return text, "", false
}
