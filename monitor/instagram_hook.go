package monitor

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"otklik/monitor/links"
	"otklik/storage"
)

// igNews is one change that an account's webhook tells of.
type igNews struct {
	ID        graphID      `json:"id"`         // of a comment under a medium of ours
	CommentID graphID      `json:"comment_id"` // of a comment that mentions us
	MediaID   graphID      `json:"media_id"`   // of a medium that mentions us
	From      *graphPerson `json:"from"`
}

// Receive reads what the webhook of our accounts tells. It does not tell under
// which address a comment stands, so each is kept to be fetched.
func (n *instagram) Receive(r *http.Request, body []byte) ([]Item, string, error) {
	news, reply, err := n.receive(r, body, igKeyHook, "instagram")
	if err != nil {
		return nil, "", err
	}
	var items []Item
	for _, entry := range news.Entry {
		if n.account(string(entry.ID)) == nil {
			continue
		}
		for _, change := range entry.Changes {
			if change.Field != "comments" && change.Field != "live_comments" && change.Field != "mentions" {
				continue
			}
			var v igNews
			if err := json.Unmarshal(change.Value, &v); err != nil {
				return nil, "", fmt.Errorf("read what instagram tells: %w", err)
			}
			item := Item{Origin: string(entry.ID)}
			item.Network, item.Kind, item.State = links.Instagram, links.Comment, storage.Pending
			switch {
			case change.Field != "mentions":
				item.ExternalID = string(v.ID)
			case v.CommentID != "":
				item.ExternalID = string(v.CommentID)
			default:
				item.Kind, item.ExternalID = links.Post, string(v.MediaID)
			}
			if v.From != nil {
				_, item.Own = n.by(v.From, v.From.Username)
			}
			if !graphNumeric.MatchString(item.ExternalID) {
				return nil, "", errors.New("instagram tells of something without its id")
			}
			items = append(items, item)
		}
	}
	return items, reply, nil
}
