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
	AuthorID string       // the network's id of the author; stored only as a keyed hash
	Own      bool         // written by an account of ours: never an incident
	Fate     storage.Fate // what the network says became of it
	RepostOf string       // external id of the post that this one repeats; "" for none
	ReplyTo  string       // external id of the comment that this one replies to; "" for none
	Origin   string       // of news that come unasked: the address of the source they stand in; "" for none
	Closed   bool         // only members read it: it concerns nobody but who watches its source, whatever it names
}

// Publisher is a Network that can publish answers.
type Publisher interface {
	// CanPublish says whether an answer can be published under a post, or the
	// code of the reason why it must be done by hand. It asks nobody.
	CanPublish(p storage.Post) (ok bool, reason string)
	// Publish posts the answer under the post. An error of no known kind means
	// that nobody can tell whether the answer went out.
	Publish(ctx context.Context, p storage.Post, a Answer) (externalID, url string, err error)
	// FindPublished looks for the text among what our accounts wrote under the
	// post since a time. It is asked before any second attempt.
	FindPublished(ctx context.Context, p storage.Post, text string, since time.Time) (externalID, url string, found bool, err error)
}

// Answer is what is published under a post.
type Answer struct {
	Text   string
	Key    string  // the same at every attempt of one publication, and of no other
	Photos []Photo // only where the network takes them, see PhotoTaker
}

// Photo is a picture that goes out with an answer.
type Photo struct {
	Name string // a file's name, with its ending
	Data []byte
}

// PhotoTaker is a Publisher that can put photos beside the text of an answer.
type PhotoTaker interface {
	// TakesPhotos is how many photos an answer under the post may have; 0: they
	// go by hand. It asks nobody.
	TakesPhotos(p storage.Post) int
}

// Follower is a Network whose threads can be read on after an answer.
type Follower interface {
	// Replies reads what others wrote under an answer of ours, or under the same
	// post after it, since a time; answer is the answer's external id. Each item
	// says in ReplyTo what it replies to; ours are marked Own.
	Replies(ctx context.Context, p storage.Post, answer string, since time.Time) ([]Item, error)
}

// Checker is a Network that can say of many posts at once how they stand now.
type Checker interface {
	// Recheck reads posts again by their external ids. One that is gone comes
	// with the fate PostRemoved; what is missing in the answer could not be told.
	Recheck(ctx context.Context, ids []string) ([]Item, error)
}

// Streamer is a Network with connections that tell of news at once. They only
// make it faster: sources are read all the same.
type Streamer interface {
	// Streams names the connections that it wants for these sources; for the
	// same sources they are the same.
	Streams(sources []storage.Source) []string
	// Stream holds a connection until it breaks or ctx ends. cursor is what take
	// was given last, "" at first. take stores items and cursor in one
	// transaction and returns after the commit. The error Missed says that news
	// were lost: the network's sources are read at once.
	Stream(ctx context.Context, name, cursor string, take func(items []Item, cursor string) error) error
}

// Receiver is a Network that tells of news by calling an address of ours,
// /hooks/ and its name.
type Receiver interface {
	// Receive checks that a call is the network's and reads what it tells. reply
	// is the body of the answer; an error refuses the call, ErrNotGenuine with
	// status 403. What it tells is stored before the network gets its answer.
	Receive(r *http.Request, body []byte) (items []Item, reply string, err error)
}

// Meter is a Network that plans its calls.
type Meter interface {
	// Budgets are what is left now, for each token and method that is planned.
	Budgets() []Budget
}

// Budget is what a token may still spend.
type Budget struct {
	Key    string  // the setting that the token comes from
	Number int     // of the token in that setting, from 1
	Method string  // or what is counted: "reads", "usd"
	Left   float64 // now
	Limit  float64 // of a full day
}

// Listener is a Network that tells only what is said after somebody of ours came
// to a source: there is no last day to look at.
type Listener interface {
	// Listens says what is missing for a source to be read and answered in, as
	// codes; nothing when all is well.
	Listens(ctx context.Context, s storage.Source) (missing []string, err error)
}

// Resolver is a Network that can look up a source that a person named by its
// address: the result has its kind, address and name.
type Resolver interface {
	Resolve(ctx context.Context, l links.Link) (storage.Source, error)
}

// Searcher is a Network that can be searched as a whole. Its sources of the kind
// storage.SearchSource are searches; see searches.go.
type Searcher interface {
	// Queries are what to search for so that what concerns the regions is found;
	// for the same wishes they are the same, also in their order.
	Queries(wanted []Wanted) []Query
	// SearchPace is the time between two pages of searches that its budgets bear
	// for ever, and how many pages they bear at once after a rest.
	SearchPace() (between time.Duration, atOnce int)
}

// Wanted is what a region wants to be found.
type Wanted struct {
	Region int64
	Places []storage.Place
	Rules  []storage.Rule // of its topics
}

// Query is one search. One that serves several regions belongs to the first of
// them; what it finds concerns whichever it names.
type Query struct {
	Region int64
	Text   string
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
	Key    string // the setting it depends on: "OTKLIK_VK_TOKEN"; never its value
	Number int    // of the token in that setting, from 1; 0 where it is the only one
	What   string // code: "read", "search", "publish", …
	Err    error  // nil: allowed
}

// reach says whose addresses a client visits.
type reach int

const (
	configured reach = iota // addresses from the settings, trusted as they are
	checked                 // addresses that a person gave: never a private one, see dial.go
)

// setup is what a network is opened with.
type setup struct {
	read   func(any) error // fills a struct with the network's settings
	client clientFunc
	store  *storage.Store // for a network whose posts come through the database
	fails  func(AuthLost, time.Time)
}

// tokenFails lets the owner be told that a token does not work, also where
// another one stands in for it. until is when that passes by itself; zero: a
// person has to renew it. An AuthLost that a network returns is told as it is.
func (s setup) tokenFails(e AuthLost, until time.Time) {
	if s.fails != nil {
		s.fails(e, until)
	}
}

// clientFunc makes the HTTP clients of a network: with its proxy, timeouts, a
// User-Agent, and a bound on what an answer may weigh.
type clientFunc func(reach) *http.Client
