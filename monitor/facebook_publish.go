package monitor

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"otklik/monitor/links"
	"otklik/storage"
)

// CanPublish says whether the post stands on a page of ours.
func (n *facebook) CanPublish(p storage.Post) (bool, string) {
	root, ok := fbRoot(p)
	if !ok {
		return false, reasonForeignPage
	}
	switch a := n.account(fbOwner(root)); {
	case a == nil:
		return false, reasonForeignPage
	case a.mute():
		return false, reasonLimited
	}
	return true, ""
}

// TakesPhotos is one: a comment has room for a single picture.
func (n *facebook) TakesPhotos(p storage.Post) int {
	if ok, _ := n.CanPublish(p); ok {
		return 1
	}
	return 0
}

// Publish comments as the page. The network knows no keys: whoever is in doubt
// has to look for the answer before he tries again.
func (n *facebook) Publish(ctx context.Context, p storage.Post, a Answer) (externalID, address string, err error) {
	if ok, reason := n.CanPublish(p); !ok {
		return "", "", CannotPublish{Reason: reason}
	}
	root, _ := fbRoot(p)
	var photo *Photo
	if len(a.Photos) > 0 {
		photo = &a.Photos[0]
	}
	var made struct {
		ID graphID `json:"id"`
	}
	err = n.post(ctx, n.account(fbOwner(root)), p.ExternalID+"/comments", url.Values{"message": {a.Text}}, photo, &made)
	switch {
	case errors.As(err, new(BadConfig)):
		err = fmt.Errorf("%w: %w", CannotPublish{Reason: "refused"}, err)
	case err == nil && made.ID == "":
		err = errors.New("the network named no comment")
	}
	if err != nil {
		return "", "", fmt.Errorf("publish under %s in facebook: %w", p.ExternalID, err)
	}
	return string(made.ID), fbURL(root, string(made.ID)), nil
}

// FindPublished looks for the text among what the page wrote under the post. A
// reply to a reply stands under the comment that both belong to.
func (n *facebook) FindPublished(ctx context.Context, p storage.Post, text string, since time.Time) (externalID, address string, found bool, err error) {
	root, ok := fbRoot(p)
	account := n.account(fbOwner(root))
	if !ok || account == nil {
		return "", "", false, BadConfig{What: "the post is not on a page of ours"}
	}
	under := fbThread(p)
	err = n.eachComment(ctx, account, root, since, func(c *fbComment) bool {
		if c.From == nil || string(c.From.ID) != account.id || c.Created.Unix() < since.Unix() || graphLine(c.Message) != graphLine(text) {
			return true
		}
		parent := ""
		if c.Parent != nil {
			parent = string(c.Parent.ID)
		}
		if found = under[parent]; found {
			externalID = string(c.ID)
		}
		return !found
	})
	if err != nil {
		return "", "", false, fmt.Errorf("look for an answer under %s in facebook: %w", p.ExternalID, err)
	}
	if !found {
		return "", "", false, nil
	}
	return externalID, fbURL(root, externalID), true, nil
}

// fbThread are the ids that replies to a stored post may name as what they
// reply to: "" for a post, for a comment itself and the one that it replied to.
func fbThread(p storage.Post) map[string]bool {
	if p.Kind != links.Comment {
		return map[string]bool{"": true}
	}
	under := map[string]bool{p.ExternalID: true}
	if l, err := links.Parse(p.ParentURL); err == nil && l.Kind == links.Comment {
		under[l.ExternalID] = true
	}
	return under
}

// Replies reads what was written under the answer, or under the same post after
// it.
func (n *facebook) Replies(ctx context.Context, p storage.Post, answer string, since time.Time) ([]Item, error) {
	root, ok := fbRoot(p)
	account := n.account(fbOwner(root))
	if !ok || account == nil {
		return nil, BadConfig{What: "the post is not on a page of ours"}
	}
	under := fbThread(p)
	under[answer] = true
	post := &fbPost{ID: graphID(root)}
	var items []Item
	err := n.eachComment(ctx, account, root, since, func(c *fbComment) bool {
		parent := ""
		if c.Parent != nil {
			parent = string(c.Parent.ID)
		}
		if under[parent] && string(c.ID) != answer && string(c.ID) != p.ExternalID {
			items = append(items, n.commentItem(post, c))
		}
		return true
	})
	if err != nil {
		return nil, fmt.Errorf("read replies under %s in facebook: %w", p.ExternalID, err)
	}
	return items, nil
}
