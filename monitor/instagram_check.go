package monitor

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"otklik/monitor/links"
	"otklik/storage"
)

// igPlace is something that stands in the network, as one of our accounts sees it.
type igPlace struct {
	account *graphAccount
	comment *igComment // nil for a medium
	medium  igMedium
	mention bool // it is not under a medium of ours: it only mentions us
}

// place finds a comment by its id, or a medium by its code or id. A comment that
// no account sees is Gone, as far as it was ours; of a medium nobody can tell.
func (n *instagram) place(ctx context.Context, externalID string) (p igPlace, err error) {
	failed := error(Gone{})
	for _, a := range n.accounts {
		if graphNumeric.MatchString(externalID) {
			p, err = n.placeOf(ctx, a, externalID)
		} else {
			p, err = n.placeByCode(ctx, a, externalID)
		}
		if err == nil {
			_, _, err = n.identify(ctx, a)
			return p, err
		}
		if !errors.As(err, new(Gone)) {
			failed = err
		}
	}
	return p, fmt.Errorf("look for %s in instagram: %w", externalID, failed)
}

// placeOf asks for an id as what it may be: a comment under a medium of ours, a
// comment that mentions us, a medium that does.
func (n *instagram) placeOf(ctx context.Context, a *graphAccount, id string) (igPlace, error) {
	var own igComment
	err := n.get(ctx, a, id, url.Values{"fields": {igOneFields}}, &own)
	if err == nil {
		own.ID = graphID(id)
		n.remember(own.ID)
		return igPlace{account: a, comment: &own, medium: own.Media}, nil
	}
	if !graphUnreadable(err) && !errors.As(err, new(BadConfig)) {
		return igPlace{}, err
	}
	var as struct {
		Comment *igComment `json:"mentioned_comment"`
		Medium  *igMedium  `json:"mentioned_media"`
	}
	err = n.get(ctx, a, a.id, url.Values{"fields": {"mentioned_comment.comment_id(" + id + "){" + igMentionFields + "}"}}, &as)
	if err == nil && as.Comment != nil {
		as.Comment.ID = graphID(id)
		n.remember(as.Comment.ID)
		return igPlace{account: a, comment: as.Comment, medium: as.Comment.Media, mention: true}, nil
	}
	if err != nil && !graphUnreadable(err) && !errors.As(err, new(BadConfig)) {
		return igPlace{}, err
	}
	err = n.get(ctx, a, a.id, url.Values{"fields": {"mentioned_media.media_id(" + id + "){" + igMediaFields + "}"}}, &as)
	switch {
	case err == nil && as.Medium != nil:
		as.Medium.ID = graphID(id)
		n.remember(as.Medium.ID)
		return igPlace{account: a, medium: *as.Medium, mention: true}, nil
	case err == nil, graphUnreadable(err), errors.As(err, new(BadConfig)):
		return igPlace{}, Gone{}
	}
	return igPlace{}, err
}

const igCodePages = 3 // of a list of media, to find one by its code

// placeByCode looks for a medium among ours and those that tag us.
func (n *instagram) placeByCode(ctx context.Context, a *graphAccount, code string) (igPlace, error) {
	for _, edge := range []string{igOwn, igTagged} {
		more := ""
		for range igCodePages {
			params, err := graphOn(url.Values{"fields": {igMediaFields}, "limit": {igPageSize}}, more)
			if err != nil {
				return igPlace{}, err
			}
			var page graphList[igMedium]
			if err := n.get(ctx, a, a.id+"/"+edge, params, &page); err != nil {
				return igPlace{}, err
			}
			for _, m := range page.Data {
				if have, err := m.code(); err == nil && have == code {
					return igPlace{account: a, medium: m, mention: edge == igTagged}, nil
				}
			}
			if more, err = page.more(more); err != nil || more == "" {
				break
			}
		}
	}
	return igPlace{}, Forbidden{}
}

// item is what stands at a place for monitor.
func (n *instagram) item(p igPlace) (Item, error) {
	if p.comment == nil {
		item, err := n.mediumItem(&p.medium)
		if err == nil && p.mention && n.mentions(p.medium.Caption) {
			item.CanPublish, item.PublishReason = true, ""
		}
		item.Own = item.Own || !p.mention
		return item, err
	}
	code, err := p.medium.code()
	if err != nil {
		return Item{}, err
	}
	var parent *igComment
	if p.comment.ParentID != "" {
		parent = &igComment{ID: p.comment.ParentID}
	}
	return n.commentItem(code, &p.medium, p.comment, parent), nil
}

// FetchPost reads one comment, or one medium of ours or that tags us. The network
// says the same of what is gone and of what is none of our business: Gone is only
// what was seen before.
func (n *instagram) FetchPost(ctx context.Context, externalID string) (Item, error) {
	p, err := n.place(ctx, externalID)
	if errors.As(err, new(Gone)) && !n.remembers(externalID) {
		err = fmt.Errorf("look for %s in instagram: %w", externalID, Forbidden{})
	}
	if err != nil {
		return Item{}, err
	}
	return n.item(p)
}

// igRemembered bounds the memory of comments; past it all is forgotten.
const igRemembered = 200_000

// remember notes that a comment stands where we can read.
func (n *instagram) remember(id graphID) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.seen == nil || len(n.seen) >= igRemembered {
		n.seen = map[string]bool{}
	}
	n.seen[string(id)] = true
}

func (n *instagram) remembers(id string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.seen[id]
}

// Recheck reads comments again one by one. Of media, and of what was never seen,
// nobody can tell.
func (n *instagram) Recheck(ctx context.Context, ids []string) ([]Item, error) {
	var items []Item
	var failed error
	for _, id := range ids {
		if !graphNumeric.MatchString(id) {
			continue
		}
		item, err := n.FetchPost(ctx, id)
		switch {
		case errors.As(err, new(Forbidden)):
			continue
		case errors.As(err, new(Gone)):
			item = Item{Fate: storage.PostRemoved}
			item.Network = links.Instagram
		case err != nil:
			failed = errors.Join(failed, err)
			continue
		}
		item.ExternalID = id
		items = append(items, item)
	}
	if len(items) == 0 && failed != nil {
		return nil, fmt.Errorf("read %d comments of instagram again: %w", len(ids), failed)
	}
	return items, nil
}
