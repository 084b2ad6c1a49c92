package sandbox

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// What an [OK] created without them accepts.
const (
	DefaultOKToken             = "sandbox-ok-token"
	DefaultOKApplicationKey    = "SANDBOXKEY"
	DefaultOKApplicationSecret = "SANDBOXSECRET"
)

// OKOptions are the conditions an [OK] lives under. The zero value has one
// token, no limits, and anchors that live for ever.
type OKOptions struct {
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// ApplicationKey and ApplicationSecret sign the calls; empty ones are the
	// defaults.
	ApplicationKey, ApplicationSecret string
	// Tokens are access tokens of people who administer no group; none is
	// DefaultOKToken.
	Tokens []string
	// PerSecond is how many calls a token may make within a second before
	// error 8; 0 is no limit.
	PerSecond int
	// PerDay is how many calls of a method a token may make within 24 hours
	// before error 11; a method that is missing has no limit.
	PerDay map[string]int
	// AnchorLife is how long an anchor can be used; 0 is for ever.
	AnchorLife time.Duration
	// NoSummaries leaves out how many comments a topic has.
	NoSummaries bool
	// NoMilliseconds leaves out date_ms: a comment has the time of Moscow only.
	NoMilliseconds bool
	// NumbersAsText writes every number as a string.
	NumbersAsText bool
	// Retired are methods that do not exist any more: error 3.
	Retired []string
}

// OK is Одноклассники for one machine. Its methods may be called from any
// goroutine.
type OK struct {
	faults
	journal
	opt OKOptions
	mux *http.ServeMux

	mu       sync.Mutex
	changed  chan struct{} // closed and replaced at each change
	version  int64         // counts the changes
	groups   []*OKGroup
	people   map[string]*okPerson
	lastID   int64 // of people, groups and topics
	comments int64
	tokens   map[string]*okToken
	anchors  map[string]okAnchor
	meters   map[string][]time.Time
}

// okToken is what a token stands for.
type okToken struct {
	group *OKGroup // that its person administers; nil: none
	user  int64
	dead  int // the error that it gets since it expired; 0: it is alive
}

// okPerson is an author.
type okPerson struct {
	id       int64
	name     string
	resident int  // the number of a resident of the wall page; 0 is nobody of it
	hidden   bool // answers leave the name out
}

// NewOK creates a network with nobody in it.
func NewOK(opt OKOptions) *OK {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.ApplicationKey == "" {
		opt.ApplicationKey = DefaultOKApplicationKey
	}
	if opt.ApplicationSecret == "" {
		opt.ApplicationSecret = DefaultOKApplicationSecret
	}
	if len(opt.Tokens) == 0 {
		opt.Tokens = []string{DefaultOKToken}
	}
	o := &OK{
		opt: opt, mux: http.NewServeMux(), changed: make(chan struct{}), people: map[string]*okPerson{}, lastID: 55_000_000_000_000,
		tokens: map[string]*okToken{}, anchors: map[string]okAnchor{}, meters: map[string][]time.Time{},
	}
	for _, token := range opt.Tokens {
		o.tokens[token] = &okToken{user: o.nextID()}
	}
	o.mux.HandleFunc("/fb.do", o.serveMethod)
	return o
}

// ServeHTTP answers the methods of the API at /fb.do.
func (o *OK) ServeHTTP(w http.ResponseWriter, r *http.Request) { o.mux.ServeHTTP(w, r) }

// Client calls the server directly, see [Client].
func (o *OK) Client() *http.Client { return Client(o) }

// Expire makes a token worthless: calls with it get an error, 102 for a session
// that expired, 103 for one that is none, 453 where one is needed.
func (o *OK) Expire(token string, code int) {
	o.set(func() { o.tokens[token].dead = code })
}

// HideAuthor leaves a person's name out of answers, as happens to people who
// left.
func (o *OK) HideAuthor(name string) { o.set(func() { o.person(name).hidden = true }) }

// set changes something and tells everybody who waits.
func (o *OK) set(change func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	change()
	o.wake()
}

// wake tells everybody who waits that something changed. The caller holds mu.
func (o *OK) wake() {
	o.version++
	close(o.changed)
	o.changed = make(chan struct{})
}

func (o *OK) now() time.Time { return o.opt.Now() }

// nextID is a number that nobody had. The caller holds mu, or nobody else
// knows the network yet.
func (o *OK) nextID() int64 {
	o.lastID += 7
	return o.lastID
}

// person finds or makes the author of a name. The caller holds mu.
func (o *OK) person(name string) *okPerson {
	p, ok := o.people[name]
	if !ok {
		p = &okPerson{id: o.nextID(), name: name}
		if n, ok := strings.CutPrefix(name, residentName); ok {
			p.resident, _ = strconv.Atoi(n) // another word is just a name
		}
		o.people[name] = p
	}
	return p
}

// spend counts a call of a method with a token. It returns the code of the
// limit that was hit, and 0 if none was. The caller holds mu.
func (o *OK) spend(token, method string, now time.Time) int {
	if o.opt.PerSecond > 0 {
		key := token + " second"
		o.meters[key] = after(o.meters[key], now.Add(-time.Second))
		if len(o.meters[key]) >= o.opt.PerSecond {
			return 8
		}
		o.meters[key] = append(o.meters[key], now)
	}
	if most := o.opt.PerDay[method]; most > 0 {
		if o.callsLeft(token, method, now) == 0 {
			return 11
		}
		key := token + " " + method
		o.meters[key] = append(o.meters[key], now)
	}
	return 0
}

// callsLeft is how often a token may still call a method that has a limit.
func (o *OK) callsLeft(token, method string, now time.Time) int {
	key := token + " " + method
	o.meters[key] = after(o.meters[key], now.Add(-24*time.Hour))
	return o.opt.PerDay[method] - len(o.meters[key])
}
