// Package sandbox holds social networks for one machine: servers in memory
// that behave as the networks' documentation says, with faults on demand, and
// the wall page on which a browser plays their residents.
//
// They open no socket: serve them with net/http, or use [VK.Client], which
// calls the server directly and works inside a testing/synctest bubble when
// the server was created in that bubble.
package sandbox

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// DefaultServiceToken is the service token of a VK created without one.
const DefaultServiceToken = "sandbox-service-key"

// VKOptions are the conditions a [VK] lives under. The zero value has one
// service token, no limits and an index without delay.
type VKOptions struct {
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// ServiceTokens are the service keys accepted; none is DefaultServiceToken.
	ServiceTokens []string
	// PerSecond is how many calls a token may make within a second before
	// error 6; 0 is no limit.
	PerSecond int
	// PerDay is how many calls of a method a token may make within 24 hours
	// before error 29; a method that is missing has no limit.
	PerDay map[string]int
	// Indexing is how long newsfeed.search does not know of a new post.
	Indexing time.Duration
	// ForeignWalls lets a community comment on the walls of others.
	ForeignWalls bool
	// LongPoll is how long a long poll waits at most; 0 is as long as asked.
	LongPoll time.Duration
}

// VK is ВКонтакте for one machine. Its methods may be called from any
// goroutine.
type VK struct {
	faults
	journal
	opt VKOptions
	mux *http.ServeMux

	mu       sync.Mutex
	changed  chan struct{} // closed and replaced at each change
	version  int64         // counts the changes
	walls    []*Wall
	byOwner  map[int64]*Wall
	people   map[string]*person
	lastUser int64
	guids    map[string]int64 // token and guid → the comment it made
	tokens   map[string]grant
	meters   map[string][]time.Time

	streaming keywordStream
}

// grant is what a token stands for.
type grant struct {
	group int64 // the community's id without minus; 0 is a service token
}

// person is an author.
type person struct {
	id       int64
	name     string
	resident int  // the number of a resident of the wall page; 0 is nobody of it
	hidden   bool // profiles of answers leave this one out
}

// residentName with a number after it is what the residents of the wall page
// are called; the page says it in the language of its reader.
const residentName = "Житель "

// NewVK creates a network with nobody in it.
func NewVK(opt VKOptions) *VK {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if len(opt.ServiceTokens) == 0 {
		opt.ServiceTokens = []string{DefaultServiceToken}
	}
	v := &VK{
		opt: opt, mux: http.NewServeMux(), changed: make(chan struct{}),
		byOwner: map[int64]*Wall{}, people: map[string]*person{}, lastUser: 500_000,
		guids: map[string]int64{}, tokens: map[string]grant{}, meters: map[string][]time.Time{},
		streaming: keywordStream{open: map[*flow]bool{}},
	}
	for _, token := range opt.ServiceTokens {
		v.tokens[token] = grant{}
	}
	v.mux.HandleFunc("/method/{name}", v.serveMethod)
	v.mux.HandleFunc("GET /longpoll/{group}", v.serveLongPoll)
	v.mux.HandleFunc("/rules/", v.serveRules)
	v.mux.HandleFunc("GET /stream", v.serveStream)
	return v
}

// ServeHTTP answers the methods of the API under /method/, long polls under
// /longpoll/, and the Streaming API under /rules/ and /stream.
func (v *VK) ServeHTTP(w http.ResponseWriter, r *http.Request) { v.mux.ServeHTTP(w, r) }

// Revoke makes a token worthless: calls with it get error 5.
func (v *VK) Revoke(token string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.tokens, token)
}

// wake tells everybody who waits that something changed. The caller holds mu.
func (v *VK) wake() {
	v.version++
	close(v.changed)
	v.changed = make(chan struct{})
}

func (v *VK) now() time.Time { return v.opt.Now() }

// person finds or makes the author of a name. The caller holds mu.
func (v *VK) person(name string) *person {
	p, ok := v.people[name]
	if !ok {
		v.lastUser++
		p = &person{id: v.lastUser, name: name}
		if n, ok := strings.CutPrefix(name, residentName); ok {
			p.resident, _ = strconv.Atoi(n) // another word is just a name
		}
		v.people[name] = p
	}
	return p
}
