package sandbox

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// GraphVersion is the path of the version that a [Graph] answers under.
const GraphVersion = "/v25.0"

// GraphOptions are the conditions that a [Graph] lives under. The zero value has
// no limits.
type GraphOptions struct {
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// AppSecret signs what the webhooks tell, VerifyToken is the word that is
	// repeated when an address is registered.
	AppSecret, VerifyToken string
	// PublicContent is the reviewed feature by which the pages of others can be
	// read.
	PublicContent bool
	// NeedsProof demands the proof of the app's secret with every call.
	NeedsProof bool
	// TooMuch is how many items of a page it cannot gather, error 1; 0 is none.
	TooMuch int
	// Strings writes numbers as strings.
	Strings bool
	// HideAuthors leaves out who wrote what people wrote.
	HideAuthors bool
	// PageSize bounds the pages of all lists; 0 is what each list allows.
	PageSize int
	// CallsPerHour is how many calls a token may make within an hour, told as
	// usage of the business use case; 0 is no limit.
	CallsPerHour int
}

// Graph is the Graph API of Meta for one machine: Facebook and Instagram. Its
// methods may be called from any goroutine.
type Graph struct {
	faults
	journal
	opt GraphOptions
	mux *http.ServeMux

	mu       sync.Mutex
	lastID   int64
	people   map[string]int64
	pages    []*Page
	accounts []*Account
	strange  []*Medium // of accounts that nobody here has a token for
	tags     map[string]int64
	tokens   map[string]graphOwner
	calls    map[string][]time.Time
	usage    map[string]GraphUsage
	news     []graphNews
}

// graphOwner is whose token it is: one of both.
type graphOwner struct {
	page    *Page
	account *Account
}

func (o graphOwner) id() string {
	switch {
	case o.page != nil:
		return o.page.id
	case o.account != nil:
		return o.account.id
	}
	return ""
}

// GraphUsage is what the headers of answers tell of the limits.
type GraphUsage struct {
	App      int // percent of the app's limit
	Business int // percent of the limit of the token's owner
	Regain   int // minutes until calls are taken again
}

// NewGraph creates networks with nobody in them.
func NewGraph(opt GraphOptions) *Graph {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	g := &Graph{
		opt: opt, mux: http.NewServeMux(), lastID: 17_841_000_000_000_000,
		people: map[string]int64{}, tags: map[string]int64{}, tokens: map[string]graphOwner{},
		calls: map[string][]time.Time{}, usage: map[string]GraphUsage{},
	}
	g.mux.HandleFunc(GraphVersion+"/{$}", g.serve)
	g.mux.HandleFunc(GraphVersion+"/{id}", g.serve)
	g.mux.HandleFunc(GraphVersion+"/{id}/{edge}", g.serve)
	return g
}

// ServeHTTP answers the calls of the API.
func (g *Graph) ServeHTTP(w http.ResponseWriter, r *http.Request) { g.mux.ServeHTTP(w, r) }

// Client calls the server directly, see [Client].
func (g *Graph) Client() *http.Client { return Client(g) }

// Expire makes a token worthless: calls with it get error 190.
func (g *Graph) Expire(token string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.tokens, token)
}

// SetUsage sets what is told of the limits to a token.
func (g *Graph) SetUsage(token string, u GraphUsage) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.usage[token] = u
}

func (g *Graph) now() time.Time { return g.opt.Now() }

// newID makes an id that nothing else has. The caller holds mu.
func (g *Graph) newID() string {
	g.lastID++
	return strconv.FormatInt(g.lastID, 10)
}

// person is the id of whoever has a name. The caller holds mu.
func (g *Graph) person(name string) string {
	id, ok := g.people[name]
	if !ok {
		id = 5_000_000_001 + int64(len(g.people))
		g.people[name] = id
	}
	return strconv.FormatInt(id, 10)
}

// moment is a time as the network keeps it.
func (g *Graph) moment(at time.Time) time.Time {
	if at.IsZero() {
		at = g.now()
	}
	return at.Truncate(time.Second)
}

// number is a number as the network writes it.
func (g *Graph) number(n int) any {
	if g.opt.Strings {
		return strconv.Itoa(n)
	}
	return n
}

// told is a moment as the network writes it; nothing for none.
func told(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return at.UTC().Format("2006-01-02T15:04:05-0700")
}

// orNothing leaves an empty text out.
func orNothing(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func graphToken(id string) string { return fmt.Sprintf("EAAB-secret-%s", id) }
