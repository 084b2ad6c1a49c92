package sandbox

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// DefaultXToken is the bearer token of an X created without one.
const DefaultXToken = "sandbox-bearer-token"

// XOptions are the conditions an [X] lives under. The zero value has one bearer
// token, the documented limits of calls, an index without delay, and takes
// replies only where their author was called.
type XOptions struct {
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Tokens are the bearer tokens accepted; none is DefaultXToken.
	Tokens []string
	// Limits are calls of an endpoint that a token may make in 15 minutes; an
	// endpoint that is missing has its documented limit.
	Limits map[string]int
	// Indexing is how long a search does not know of a new post.
	Indexing time.Duration
	// Cap is how many posts all tokens may read before usage-capped; 0: no end.
	Cap int
	// AnyReply takes replies to posts whose author did not call us.
	AnyReply bool
	// PostSpelling names fields as the newer specification does: edit_history_post_ids.
	PostSpelling bool
}

// X is the network of that name for one machine. Its methods may be called
// from any goroutine.
type X struct {
	faults
	journal
	opt XOptions
	mux *http.ServeMux

	mu       sync.Mutex
	changed  chan struct{} // closed and replaced at each change
	version  int64         // counts the changes
	accounts []*XAccount
	// answering is the account that answers residents on the wall page; nil: none.
	answering *XAccount
	posts     []*XPost
	lastUser  int64
	tokens    map[string]bool // bearer tokens; false: revoked
	windows   map[string]*xWindow
	bills     xBills
	media     map[string]string // uploaded photos: media id → account
	nonces    map[string]bool
	rules     []xRule
	lastRule  int
	streams   map[*xStream]bool
}

// XAccount is an account: a resident's, or one that answers.
type XAccount struct {
	x        *X
	id       int64
	username string
	name     string
	readOnly bool
	resident int // the number of a resident of the wall page; 0 is nobody of it
}

// NewX creates a network with nobody in it.
func NewX(opt XOptions) *X {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if len(opt.Tokens) == 0 {
		opt.Tokens = []string{DefaultXToken}
	}
	x := &X{
		opt: opt, mux: http.NewServeMux(), changed: make(chan struct{}), lastUser: 700_000, tokens: map[string]bool{},
		windows: map[string]*xWindow{}, bills: xBills{seen: map[string]bool{}, spent: map[string]int64{}},
		media: map[string]string{}, nonces: map[string]bool{}, streams: map[*xStream]bool{},
	}
	for _, token := range opt.Tokens {
		x.tokens[token] = true
	}
	for _, e := range xEndpoints {
		x.mux.HandleFunc(e.pattern, func(w http.ResponseWriter, r *http.Request) { x.serve(w, r, e) })
	}
	x.mux.HandleFunc("/2/", func(w http.ResponseWriter, r *http.Request) {
		xRefuse("not-found", http.StatusNotFound, "Not Found").write(w)
	})
	return x
}

// ServeHTTP answers the endpoints of the API under /2/.
func (x *X) ServeHTTP(w http.ResponseWriter, r *http.Request) { x.mux.ServeHTTP(w, r) }

// Client calls the server directly, see [Client]; it holds streams too.
func (x *X) Client() *http.Client { return StreamClient(x) }

// Revoke makes a bearer token, or the token of an account, worthless.
func (x *X) Revoke(token string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.tokens[token] = false
}

// Account finds or makes an account by its username.
func (x *X) Account(username string) *XAccount {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.account(username)
}

// account is Account for whoever holds mu.
func (x *X) account(username string) *XAccount {
	if a := x.named(username); a != nil {
		return a
	}
	x.lastUser++
	a := &XAccount{x: x, id: x.lastUser, username: username, name: username}
	x.accounts = append(x.accounts, a)
	x.wake()
	return a
}

// named is the account of a username, in any case; nil for none. The caller
// holds mu.
func (x *X) named(username string) *XAccount {
	for _, a := range x.accounts {
		if strings.EqualFold(a.username, username) {
			return a
		}
	}
	return nil
}

// ID is the account's id.
func (a *XAccount) ID() string { return fmt.Sprint(a.id) }

// Username is the account's name in addresses.
func (a *XAccount) Username() string { return a.username }

// Rename gives the account the name that people see.
func (a *XAccount) Rename(name string) *XAccount {
	a.x.mu.Lock()
	defer a.x.mu.Unlock()
	a.name = name
	a.x.wake()
	return a
}

// Answers makes the account the one that answers residents on the wall page.
func (a *XAccount) Answers() *XAccount {
	a.x.mu.Lock()
	defer a.x.mu.Unlock()
	a.x.answering = a
	a.x.wake()
	return a
}

// ReadOnly takes from the application the right to write for the account.
func (a *XAccount) ReadOnly() {
	a.x.mu.Lock()
	defer a.x.mu.Unlock()
	a.readOnly = true
}

// Keys are what signs for the account, as the setting for the accounts that
// answer wants them: name:consumer_key:consumer_secret:token:token_secret.
func (a *XAccount) Keys() string {
	return strings.Join([]string{a.username, xConsumerKey, xConsumerSecret, a.token(), a.secret()}, ":")
}

// Secrets are the parts of Keys that nobody may see.
func (a *XAccount) Secrets() []string {
	return []string{xConsumerSecret, a.token(), a.secret()}
}

func (a *XAccount) token() string  { return fmt.Sprintf("%d-sandboxtoken", a.id) }
func (a *XAccount) secret() string { return fmt.Sprintf("token-secret-%d", a.id) }

// wake tells everybody who waits that something changed. The caller holds mu.
func (x *X) wake() {
	x.version++
	close(x.changed)
	x.changed = make(chan struct{})
}

func (x *X) now() time.Time { return x.opt.Now() }
