package monitor

import (
	"context"
	"encoding/json"
	"errors"
	"html"
	"slices"
	"strconv"
	"strings"

	"otklik/monitor/links"
	"otklik/storage"
)

// vkFlash is an event of the stream.
type vkFlash struct {
	Type string `json:"event_type"`
	ID   struct {
		PostOwner  vkInt `json:"post_owner_id"`
		Post       vkInt `json:"post_id"`
		Comment    vkInt `json:"comment_id"`
		TopicOwner vkInt `json:"topic_owner_id"`
		Topic      vkInt `json:"topic_id"`
		TopicPost  vkInt `json:"topic_post_id"`
	} `json:"event_id"`
	URL     string `json:"event_url"`
	Text    string `json:"text"`
	Action  string `json:"action"`
	At      vkInt  `json:"action_time"`
	Created vkInt  `json:"creation_time"`
	Author  struct {
		ID vkInt `json:"id"`
	} `json:"author"`
	Attachments []vkAttachment `json:"attachments"`
}

// vkActions are what became of that which an event tells of.
var vkActions = map[string]storage.Fate{"new": "", "update": storage.PostEdited, "delete": storage.PostRemoved, "restore": storage.PostRestored}

// readVKFlash reads one frame.
func readVKFlash(frame []byte) (*vkFlash, error) {
	var told struct {
		Code  vkInt    `json:"code"`
		Event *vkFlash `json:"event"`
		Error *struct {
			Code vkInt `json:"error_code"`
		} `json:"error"`
	}
	if json.Unmarshal(frame, &told) != nil {
		return nil, errors.New("an event makes no sense") // why would repeat it
	}
	switch {
	case told.Code == 100 && told.Event != nil:
		return told.Event, nil
	case told.Code == 300:
		return nil, errVKStreamEnds
	case told.Error != nil:
		return nil, vkStreamError(told.Error.Code)
	}
	return nil, errors.New("a message of the stream is no event")
}

// streamed are the items of frames, up to the first that ends the stream. Posts,
// and those that comments stand under, are looked up all at once.
func (n *vk) streamed(ctx context.Context, frames [][]byte) (items []Item, ended error) {
	var events []*vkFlash
	var ids []string
	for _, frame := range frames {
		var e *vkFlash
		if e, ended = readVKFlash(frame); ended != nil {
			break
		}
		events = append(events, e)
		if place, ok := e.place(); ok && e.Action != "delete" && !slices.Contains(ids, place.postID()) {
			ids = append(ids, place.postID())
		}
	}
	found := vkFound{}
	if len(ids) > 0 {
		found, _ = n.sweeps.find(ctx, ids) // the news itself matters more than what belongs to it
	}
	for _, e := range events {
		if item, ok := n.flashItem(e, found); ok {
			items = append(items, item)
		}
	}
	return items, ended
}

// place is where on a wall the event stands; not ok when it stands elsewhere.
func (e *vkFlash) place() (vkPlace, bool) {
	at := vkPlace{owner: int64(e.ID.PostOwner), post: int64(e.ID.Post)}
	switch e.Type {
	case "comment":
		if at.comment = int64(e.ID.Comment); at.comment <= 0 {
			return at, false
		}
	case "share": // its ids may be those of what is shared
		if l, err := links.Parse(e.URL); err == nil && l.Network == links.VK && l.Kind == links.Post {
			at, _ = vkPlaceOf(l.ExternalID)
		}
	case "post":
	default:
		return at, false
	}
	again, ok := vkPlaceOf(at.String())
	return at, ok && at == again && at.owner != 0 && at.post > 0
}

// flashItem is what an event tells, with the post as the network shows it where
// that was found; not ok for what is no news of ours.
func (n *vk) flashItem(e *vkFlash, found vkFound) (item Item, ok bool) {
	fate, known := vkActions[e.Action]
	if !known {
		return item, false
	}
	c := vkComment{FromID: e.Author.ID, Date: e.Created, Text: html.UnescapeString(strings.ReplaceAll(e.Text, "<br>", "\n")), Attachments: e.Attachments}
	if e.Type == "topic_post" {
		item, ok = n.flashMessage(e, c)
		if ok && fate == storage.PostRemoved {
			item = vkRemoved(links.Comment, item.ExternalID, int64(e.At))
		}
		item.Fate = fate
		return item, ok
	}
	at, ok := e.place()
	if !ok {
		return item, false
	}
	post := found.posts[at.postID()]
	switch {
	case fate == storage.PostRemoved && at.comment != 0:
		return vkRemoved(links.Comment, at.String(), int64(e.At)), true
	case fate == storage.PostRemoved:
		return vkRemoved(links.Post, at.String(), int64(e.At)), true
	case at.comment != 0:
		if post == nil {
			post = &vkPost{ID: vkInt(at.post), OwnerID: vkInt(at.owner)}
		}
		c.ID = vkInt(at.comment)
		item = n.commentItem(post, &c, e.thread(at), found.groups)
	case post != nil && post.onWall():
		item = n.postItem(post, found.groups)
	default:
		item = n.postItem(&vkPost{ID: vkInt(at.post), OwnerID: vkInt(at.owner), FromID: c.FromID, Date: c.Date, Text: c.Text, Attachments: c.Attachments}, found.groups)
		if shared := vkPostID(int64(e.ID.PostOwner), int64(e.ID.Post)); e.Type == "share" && shared != at.postID() && e.ID.Post > 0 {
			item.RepostOf = shared
		}
	}
	item.Fate = fate
	return item, true
}

// flashMessage is a message of a discussion.
func (n *vk) flashMessage(e *vkFlash, c vkComment) (Item, bool) {
	c.ID = e.ID.TopicPost
	group := strconv.FormatInt(-int64(e.ID.TopicOwner), 10)
	item := n.messageItem(group, strconv.FormatInt(int64(e.ID.Topic), 10), "", &c, nil)
	return item, e.ID.TopicOwner < 0 && e.ID.Topic > 0 && c.ID > 0 && item.URL != ""
}

// thread is the comment in whose thread another one stands, which only the
// address says; nil for none.
func (e *vkFlash) thread(at vkPlace) *vkComment {
	l, err := links.Parse(e.URL)
	if err != nil || l.Network != links.VK {
		return nil
	}
	above, ok := vkPlaceOf(l.ParentID)
	if !ok || above.comment == 0 || above.comment == at.comment || above.postID() != at.postID() {
		return nil
	}
	return &vkComment{ID: vkInt(above.comment)}
}
