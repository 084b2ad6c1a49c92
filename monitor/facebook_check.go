package monitor

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"otklik/monitor/links"
	"otklik/storage"
)

// FetchPost reads one post or comment. Its id does not tell which it is, unless
// it begins with a page of ours. The network says the same of what is gone and of
// what is none of our business: Gone is only what stood on a page of ours.
func (n *facebook) FetchPost(ctx context.Context, externalID string) (Item, error) {
	first := fbOwner(externalID)
	if first == "" {
		return Item{}, BadConfig{What: "id of a post"}
	}
	if a := n.account(first); a != nil {
		return n.fetchPost(ctx, a, externalID)
	}
	failed := error(Gone{})
	for _, a := range n.accounts {
		item, err := n.fetchComment(ctx, a, externalID)
		if errors.As(err, new(BadConfig)) {
			item, err = n.fetchPost(ctx, a, externalID) // it has no such fields: it is a post
		}
		if err == nil {
			return item, nil
		}
		if !errors.As(err, new(Gone)) {
			failed = err
		}
	}
	if errors.As(failed, new(Gone)) && !n.stoodHere(ctx, externalID) {
		failed = Forbidden{}
	}
	return Item{}, fmt.Errorf("read %s of facebook: %w", externalID, failed)
}

func (n *facebook) fetchPost(ctx context.Context, a *graphAccount, id string) (Item, error) {
	var p fbPost
	if err := n.get(ctx, a, id, url.Values{"fields": {fbPostFields}}, &p); err != nil {
		return Item{}, fmt.Errorf("read post %s of facebook: %w", id, err)
	}
	p.ID = graphID(id)
	return n.postItem(&p), nil
}

func (n *facebook) fetchComment(ctx context.Context, a *graphAccount, id string) (Item, error) {
	var c fbComment
	if err := n.get(ctx, a, id, url.Values{"fields": {fbCommentFields}}, &c); err != nil {
		return Item{}, fmt.Errorf("read comment %s of facebook: %w", id, err)
	}
	c.ID = graphID(id)
	post, _, _ := strings.Cut(id, "_")
	root := fbPost{ID: graphID(a.id + "_" + post)}
	if l, err := links.Parse(c.Permalink); err == nil && graphNumeric.MatchString(l.Owner) {
		root.ID = graphID(l.Owner + "_" + post)
	}
	if c.Parent == nil {
		var of fbPost
		if n.get(ctx, a, string(root.ID), url.Values{"fields": {"id,message"}}, &of) == nil { // only a line of context
			root.Message = of.Message
		}
	}
	return n.commentItem(&root, &c), nil
}

const fbBatch = 50 // ids of one call

// Recheck reads posts and comments again, many by one call. Gone is what stood on
// a page of ours and is invisible to every token.
func (n *facebook) Recheck(ctx context.Context, ids []string) ([]Item, error) {
	left := slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(ids))), func(id string) bool { return fbOwner(id) == "" })
	var items []Item
	var failed error
	unseen := map[string]int{} // to how many tokens an id is invisible
	for _, a := range n.accounts {
		var next []string
		for some := range slices.Chunk(left, fbBatch) {
			found, missing, err := n.readMany(ctx, a, some)
			failed = errors.Join(failed, err)
			items = append(items, found...)
			for _, id := range missing {
				unseen[id]++
			}
			for _, id := range some {
				if !slices.ContainsFunc(found, func(i Item) bool { return i.ExternalID == id }) {
					next = append(next, id)
				}
			}
		}
		left = next
	}
	for _, id := range left {
		if unseen[id] == len(n.accounts) && n.stoodHere(ctx, id) {
			item := Item{Fate: storage.PostRemoved}
			item.Network, item.ExternalID = links.Facebook, id
			items = append(items, item)
		}
	}
	if len(items) == 0 && failed != nil {
		return nil, fmt.Errorf("read %d posts of facebook again: %w", len(ids), failed)
	}
	return items, nil
}

// stoodHere says whether a post or comment belongs to a page of ours: by its id,
// or because the post under which it would stand does.
func (n *facebook) stoodHere(ctx context.Context, id string) bool {
	first := fbOwner(id)
	if n.account(first) != nil {
		return true
	}
	for _, a := range n.accounts {
		if n.get(ctx, a, a.id+"_"+first, url.Values{"fields": {"id"}}, new(fbPost)) == nil {
			return true
		}
	}
	return false
}

// readMany reads posts and comments by one call. The network refuses the whole
// call for one that is not there, so it is halved until that one is alone.
func (n *facebook) readMany(ctx context.Context, a *graphAccount, ids []string) (items []Item, gone []string, err error) {
	found := map[string]*fbComment{}
	err = n.get(ctx, a, "", url.Values{"ids": {strings.Join(ids, ",")}, "fields": {fbEitherFields}}, &found)
	switch {
	case err != nil && !graphUnreadable(err):
		return nil, nil, err
	case err != nil && len(ids) > 1:
		for half := range slices.Chunk(ids, (len(ids)+1)/2) {
			some, missing, err := n.readMany(ctx, a, half)
			if err != nil {
				return nil, nil, err
			}
			items, gone = append(items, some...), append(gone, missing...)
		}
		return items, gone, nil
	case errors.As(err, new(Gone)):
		return nil, ids, nil
	}
	for _, id := range ids {
		c := found[id]
		if c == nil {
			continue
		}
		item := Item{}
		item.AuthorID, item.Own = n.author(c.From)
		item.Network, item.ExternalID, item.Text, item.PublishedAt = links.Facebook, id, c.Message, c.Created.Time
		items = append(items, item)
	}
	return items, nil, nil
}
