// Package monitor reads networks, tells which posts concern a region, and
// publishes answers. One network is one file, networks.go lists them all; what
// stands around them (supervision, matching, masking, saving) is the same for
// every network. It meets the rest of Otklik in the database only.
package monitor

import (
	"context"
	"net/http"
	"time"

	"otklik/monitor/links"
	"otklik/storage"
)

// Network is what monitor knows of one network. Its methods are called from
// several goroutines, for one source never from two.
type Network interface {
	// Name is the network's name as posts and sources carry it: "vk".
	Name() string
	// Fetch reads what is new in a source since its cursor, which is "" at
	// first and then what the last saved page said. A page that sets More is
	// followed by the next one at once. Errors are of the kinds in trouble.go;
	// after any error the cursor stays where it was, and posts may come twice.
	Fetch(ctx context.Context, s storage.Source) (Page, error)
}

// Page is one stretch of a source. Its items and its cursor are saved in one
// transaction.
type Page struct {
	Items     []Item
	Cursor    string
	More      bool
	NotBefore time.Time // the network asked not to be read again before; zero: it did not
}

// Item is a post or a comment as its network told it. Text and ParentText are
// raw: they are cleaned and masked before they are stored.
type Item struct {
	storage.Post
	AuthorID string // the network's id of the author; stored only as a keyed hash
	Own      bool   // written by an account of ours: never an incident
}

// Publisher is a Network that can publish answers.
type Publisher interface {
	// CanPublish says whether an answer can be published under a post, or the
	// code of the reason why it must be done by hand. It asks nobody.
	CanPublish(p storage.Post) (ok bool, reason string)
	// Publish posts the text under the post. The key is the same at every
	// attempt of one publication. An error of no known kind means that nobody
	// can tell whether the answer went out.
	Publish(ctx context.Context, p storage.Post, text, key string) (externalID, url string, err error)
	// FindPublished looks for the text among what our accounts wrote under the
	// post since a time. It is asked before any second attempt.
	FindPublished(ctx context.Context, p storage.Post, text string, since time.Time) (externalID, url string, found bool, err error)
}

// Resolver is a Network that can look up a source that a person named by its
// address: the result has its kind, address and name.
type Resolver interface {
	Resolve(ctx context.Context, l links.Link) (storage.Source, error)
}

// Searcher is a Network that can be searched as a whole. Its sources of the kind
// storage.SearchSource are searches; see searches.go.
type Searcher interface {
	// Queries are what to search for so that what names one of the places is
	// found; for the same places they are the same.
	Queries(places []storage.Place) []string
	// SearchPace is the time between two pages of searches that its budgets bear
	// for ever, and how many pages they bear at once after a rest.
	SearchPace() (between time.Duration, atOnce int)
}

// PostFetcher is a Network that can read one post by its id, to complete a
// post of which only the id is known. A deleted one is Gone.
type PostFetcher interface {
	FetchPost(ctx context.Context, externalID string) (Item, error)
}

// Prober is a Network that can say what its settings allow, by one cheap call
// for each token.
type Prober interface {
	Probe(ctx context.Context) []Capability
}

// Capability is one thing that a network allows or refuses us.
type Capability struct {
	Key  string // the setting it depends on: "OTKLIK_VK_TOKEN"; never its value
	What string // code: "read", "search", "publish", …
	Err  error  // nil: allowed
}

// reach says whose addresses a client visits.
type reach int

const (
	configured reach = iota // addresses from the settings, trusted as they are
	checked                 // addresses that a person gave: never a private one, see dial.go
)

// clientFunc makes the HTTP clients of a network: with its proxy, timeouts, a
// User-Agent, and a bound on what an answer may weigh.
type clientFunc func(reach) *http.Client
