package monitor

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"otklik/monitor/links"
	"otklik/storage"
)

// xAtOnceIDs is how many posts can be looked up by one call.
const xAtOnceIDs = 100

// posts looks posts up by their ids. errors say which cannot be shown, and why.
func (n *x) posts(ctx context.Context, ids []string) (page xPage, err error) {
	settle, err := n.money.lookup(ctx, len(ids))
	if err != nil {
		return page, err
	}
	token, err := n.read(ctx, xAsk{endpoint: xLookup, path: "/tweets", params: url.Values{"ids": {strings.Join(ids, ",")}, "tweet.fields": {xFields}}}, &page)
	settle(token, page.Data)
	if err == nil && len(page.Data) == 0 && len(page.Errors) == 0 {
		err = fmt.Errorf("the answer to %s has neither data nor errors", xLookup)
	}
	return page, err
}

// newest looks up the present versions of posts of which an older one was shown:
// the network shows of a post the version whose id it is asked for.
func (n *x) newest(ctx context.Context, page xPage) (xPage, error) {
	var ids []string
	for _, p := range page.Data {
		if v := p.versions(); len(v) > 0 && v[len(v)-1] != p.ID {
			ids = append(ids, string(v[len(v)-1]))
		}
	}
	if len(ids) == 0 {
		return page, nil
	}
	later, err := n.posts(ctx, ids)
	if err != nil {
		return page, err
	}
	for _, p := range later.Data {
		i := slices.IndexFunc(page.Data, func(old xPost) bool { return old.externalID() == p.externalID() })
		if i >= 0 {
			page.Data[i] = p
		}
	}
	return page, nil
}

// hidden are the posts that the network does not show, by id, with the kind of
// error that says why.
func (p xPage) hidden() map[string]error {
	out := map[string]error{}
	for _, e := range p.Errors {
		id := string(e.ResourceID)
		if id == "" {
			id = string(e.Value)
		}
		switch {
		case id == "":
		case e.tail() == xNotFound:
			out[id] = Gone{}
		case e.tail() == xNotVisible:
			out[id] = Forbidden{}
		}
	}
	return out
}

// FetchPost reads one post.
func (n *x) FetchPost(ctx context.Context, externalID string) (Item, error) {
	if !xUserID.MatchString(externalID) {
		return Item{}, BadConfig{What: "id of a post"}
	}
	page, err := n.posts(ctx, []string{externalID})
	if err == nil {
		page, err = n.newest(ctx, page)
	}
	if err != nil {
		return Item{}, fmt.Errorf("read post %s of x: %w", externalID, err)
	}
	if len(page.Data) == 0 {
		if why := page.hidden()[externalID]; why != nil {
			return Item{}, fmt.Errorf("post %s of x: %w", externalID, why)
		}
		return Item{}, fmt.Errorf("read post %s of x: %w", externalID, page.problem(xLookup))
	}
	return n.item(&page.Data[0]), nil
}

// Recheck reads posts again. One whose author hid it, or is not shown any more,
// counts as gone: the terms of the network treat it so.
func (n *x) Recheck(ctx context.Context, ids []string) (items []Item, err error) {
	known := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !xUserID.MatchString(id) })
	for chunk := range slices.Chunk(known, xAtOnceIDs) {
		page, err := n.posts(ctx, chunk)
		if err == nil {
			page, err = n.newest(ctx, page)
		}
		if err != nil {
			return items, fmt.Errorf("read %d posts of x again: %w", len(chunk), err)
		}
		for i := range page.Data {
			items = append(items, n.item(&page.Data[i]))
		}
		hidden := page.hidden()
		for _, id := range chunk {
			if hidden[id] != nil {
				items = append(items, Item{Post: storage.Post{Network: links.X, ExternalID: id}, Fate: storage.PostRemoved})
			}
		}
	}
	return items, nil
}

// xProfile is an account as the network tells it.
type xProfile struct {
	Data struct {
		ID        xString `json:"id"`
		Username  string  `json:"username"`
		Name      string  `json:"name"`
		Protected bool    `json:"protected"`
	} `json:"data"`
	Errors []xProblem `json:"errors"`
}

// Resolve makes a source of the address of an account or a hashtag.
func (n *x) Resolve(ctx context.Context, l links.Link) (storage.Source, error) {
	s := storage.Source{Network: links.X, URL: l.URL}
	switch {
	case l.Kind == links.Hashtag && isTag(l.ExternalID):
		s.Kind, s.Address, s.Name = xKindHashtag, l.ExternalID, "#"+l.ExternalID
		return s, nil
	case l.Kind != links.Community || !xUsername.MatchString(l.Owner):
		return s, BadConfig{What: "address"}
	}
	var found xProfile
	_, err := n.read(ctx, xAsk{endpoint: xUser, path: "/users/by/username/" + l.Owner, params: url.Values{"user.fields": {"protected"}}}, &found)
	if err != nil {
		return s, fmt.Errorf("look up an account of x: %w", err)
	}
	if found.Data.ID == "" {
		return s, fmt.Errorf("look up an account of x: %w", xPage{Errors: found.Errors}.problem(xUser))
	}
	n.money.user()
	if found.Data.Protected {
		return s, fmt.Errorf("look up an account of x: %w", Forbidden{})
	}
	s.Kind, s.Address, s.Name = xKindCommunity, strings.ToLower(found.Data.Username), found.Data.Name
	return s, nil
}
