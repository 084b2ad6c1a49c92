package monitor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"otklik/storage"
)

// fbNews is one change that a page's webhook tells of.
type fbNews struct {
	Item      string       `json:"item"` // comment, post, status, photo, …
	Verb      string       `json:"verb"` // add, edited, remove, hide, …
	CommentID graphID      `json:"comment_id"`
	PostID    graphID      `json:"post_id"`
	ParentID  graphID      `json:"parent_id"`
	Message   string       `json:"message"`
	Created   graphTime    `json:"created_time"`
	From      *graphPerson `json:"from"`
}

// Receive reads what the webhook of our pages tells. What comes without its text
// is kept to be fetched; pages that are not ours are no business of ours.
func (n *facebook) Receive(r *http.Request, body []byte) ([]Item, string, error) {
	news, reply, err := n.receive(r, body, fbKeyHook, "page")
	if err != nil {
		return nil, "", err
	}
	var items []Item
	for _, entry := range news.Entry {
		if n.account(string(entry.ID)) == nil {
			continue
		}
		for _, change := range entry.Changes {
			if change.Field != "feed" && change.Field != "mention" {
				continue
			}
			var v fbNews
			if err := json.Unmarshal(change.Value, &v); err != nil {
				return nil, "", fmt.Errorf("read what facebook tells: %w", err)
			}
			item, ok, err := n.newsItem(r.Context(), change.Field, &v)
			if err != nil {
				return nil, "", err
			}
			if ok {
				item.Origin = string(entry.ID)
				items = append(items, item)
			}
		}
	}
	return items, reply, nil
}

// fbWritten are the things that people write, as a webhook calls them.
var fbWritten = map[string]bool{"comment": true, "post": true, "status": true, "photo": true, "video": true, "share": true, "album": true}

// newsItem makes an item of one change; not ok for what is no news to us: likes,
// hidings, what we wrote.
func (n *facebook) newsItem(ctx context.Context, field string, v *fbNews) (item Item, ok bool, err error) {
	if !fbWritten[v.Item] {
		return item, false, nil
	}
	comment := v.Item == "comment"
	if comment {
		c := &fbComment{ID: v.CommentID, Message: v.Message, From: v.From, Created: v.Created}
		if c.ID == "" {
			return item, false, errors.New("facebook tells of a comment without its id")
		}
		if v.ParentID != "" && v.ParentID != v.PostID {
			c.Parent = &struct {
				ID      graphID `json:"id"`
				Message string  `json:"message"`
			}{ID: v.ParentID}
		}
		item = n.commentItem(&fbPost{ID: v.PostID}, c)
	} else {
		p := &fbPost{ID: v.PostID, Message: v.Message, From: v.From, Created: v.Created}
		if p.ID == "" {
			return item, false, errors.New("facebook tells of a post without its id")
		}
		item = n.postItem(p)
	}
	whole := v.Message != "" && field == "feed" && (!comment || fbOwner(string(v.PostID)) != "")
	switch v.Verb {
	case "add":
		if !whole && !item.Own {
			item = pendingItem(item)
		}
		return item, true, nil
	case "edited":
		if !whole {
			// One that is known cannot wait to be fetched: it would be taken for a duplicate.
			again, err := n.FetchPost(ctx, item.ExternalID)
			if graphUnreadable(err) || errors.As(err, new(AuthLost)) {
				return item, false, nil
			}
			if err != nil {
				return item, false, err
			}
			item = again
		}
		item.Fate = storage.PostEdited
		return item, true, nil
	case "remove":
		gone := Item{Fate: storage.PostRemoved, Own: item.Own}
		gone.Network, gone.Kind, gone.ExternalID, gone.URL = item.Network, item.Kind, item.ExternalID, item.URL
		return gone, true, nil
	}
	return item, false, nil
}

// pendingItem is what is left of an item when only its id can be relied on.
func pendingItem(item Item) Item {
	left := Item{Own: item.Own}
	left.Network, left.Kind, left.ExternalID, left.State = item.Network, item.Kind, item.ExternalID, storage.Pending
	return left
}
