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

// facebook reads and answers as the pages that are ours.
//
// Its sources are pages; the address is the page's id, or its name until that
// was looked up. Of a page of ours everything is read: its feed with what
// visitors write, posts that tag it, comments and replies. Other pages are read
// only where Meta has granted the app Page Public Content Access.
type facebook struct{ *graph }

const (
	fbKeyURL   = settingsPrefix + "_FACEBOOK_URL"
	fbKeyPages = settingsPrefix + "_FACEBOOK_PAGES"
	fbKeyHook  = settingsPrefix + "_FACEBOOK_APP_SECRET, " + settingsPrefix + "_FACEBOOK_VERIFY_TOKEN"
)

// facebookSettings are OTKLIK_FACEBOOK_….
type facebookSettings struct {
	URL         string `default:"https://graph.facebook.com/v25.0"` // with the version
	Pages       string // id:token,… the pages that are ours
	AppSecret   string `split_words:"true"` // of the app whose calls /hooks/facebook takes
	VerifyToken string `split_words:"true"` // what Meta repeats when that address is registered
}

func openFacebook(with setup) (Network, error) {
	var s facebookSettings
	if err := with.read(&s); err != nil {
		return nil, err
	}
	g, err := openGraph(with, "pages", fbKeyURL, s.URL, fbKeyPages, s.Pages)
	if err != nil {
		return nil, err
	}
	if len(g.accounts) == 0 {
		return nil, nil
	}
	g.secret, g.verify = s.AppSecret, s.VerifyToken
	return &facebook{g}, nil
}

func (*facebook) Name() string { return links.Facebook }

// Budgets are what each page's token may still spend, in percent.
func (n *facebook) Budgets() []Budget { return n.budgets() }

// Fetch reads one page of a page's posts, or of the comments under one of them.
func (n *facebook) Fetch(ctx context.Context, s storage.Source) (Page, error) {
	if s.Kind != links.Community {
		return Page{}, BadConfig{What: "kind " + s.Kind}
	}
	c, err := readGraphCursor(s.Cursor, time.Now())
	if err != nil {
		return Page{}, err
	}
	r := &fbReading{facebook: n, graphReading: graphReading{source: s, cursor: c, now: time.Now()}}
	if err := r.read(ctx); err != nil {
		return Page{}, fmt.Errorf("read a page of facebook: %w", err)
	}
	return r.page(n.graph)
}

// fbReading is one Fetch under way.
type fbReading struct {
	*facebook
	graphReading
	id      string // of the page
	foreign bool   // it is not ours
}

func (r *fbReading) read(ctx context.Context) (err error) {
	found, a, err := r.look(ctx, r.source.Address)
	if err != nil {
		return err
	}
	r.id, r.account, r.foreign = string(found.ID), a, r.facebook.account(string(found.ID)) == nil
	if len(r.cursor.Todo) > 0 {
		err = r.comments(ctx)
	} else {
		err = r.posts(ctx)
	}
	if r.foreign {
		return fbForeign(err)
	}
	return err
}

// look finds a page by its id or name, and whose token reads it: its own, or
// the first that works.
func (n *facebook) look(ctx context.Context, address string) (graphSelf, *graphAccount, error) {
	a, err := n.own(ctx, address)
	if err != nil {
		return graphSelf{}, nil, err
	}
	if a != nil {
		return graphSelf{ID: graphID(a.id)}, a, nil
	}
	if graphNumeric.MatchString(address) {
		a, err = n.reader()
		return graphSelf{ID: graphID(address)}, a, err
	}
	var found graphSelf
	if a, err = n.reader(); err == nil {
		err = fbForeign(n.get(ctx, a, url.PathEscape(address), url.Values{"fields": {"id,name,username"}}, &found))
	}
	return found, a, err
}

// reader is the account that reads what is not ours: the first whose token
// works.
func (n *facebook) reader() (*graphAccount, error) {
	var err error
	for _, a := range n.accounts {
		if err = n.leave(a); err == nil {
			return a, nil
		}
	}
	return nil, err
}

// fbForeign words the refusal of a page that is not ours.
func fbForeign(err error) error {
	if err == nil || !graphUnreadable(err) && !errors.As(err, new(BadConfig)) {
		return err
	}
	return fmt.Errorf("%w: %w", NotOurs{}, err)
}

// Resolve makes a source of a page's address.
func (n *facebook) Resolve(ctx context.Context, l links.Link) (storage.Source, error) {
	s := storage.Source{Network: links.Facebook, Kind: links.Community, URL: l.URL}
	if l.Kind != links.Community {
		return s, BadConfig{What: "no page"}
	}
	found, a, err := n.look(ctx, l.ExternalID)
	if err != nil {
		return s, fmt.Errorf("look up a page of facebook: %w", err)
	}
	s.Address, s.Name = string(found.ID), found.Name
	if a.id == s.Address {
		s.Name, _, err = n.identify(ctx, a)
	}
	return s, err
}

// Probe asks each page's token whose it is and whether it reads the feed.
func (n *facebook) Probe(ctx context.Context) []Capability {
	var out []Capability
	for _, a := range n.accounts {
		err := n.probe(ctx, a)
		out = append(out, Capability{Key: a.key, Number: a.number, What: "publish", Err: err})
		if err == nil {
			err = n.get(ctx, a, a.id+"/feed", url.Values{"fields": {"id"}, "limit": {"1"}}, new(graphList[fbPost]))
		}
		out = append(out, Capability{Key: a.key, Number: a.number, What: "read", Err: err})
	}
	return out
}

// fbHome is the address of a page.
func fbHome(id string) string { return "https://www.facebook.com/" + id }

var _ interface {
	Network
	Publisher
	PhotoTaker
	Follower
	Checker
	Receiver
	Meter
	Resolver
	PostFetcher
	Prober
} = (*facebook)(nil)
