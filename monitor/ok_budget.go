package monitor

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	okBetween    = 350 * time.Millisecond // two calls with a token: under three a second, for the network publishes no figure
	okLookAround = 15 * time.Minute
	okQuotaProbe = time.Hour // how often to ask when a quota was used up
	okFloodRest  = 5 * time.Minute
	okBlockRest  = time.Hour
)

// okPlanned are the methods whose quotas are asked for: the network does not
// publish them.
var okPlanned = []string{"mediatopic.getTopics", "mediatopic.getByIds", "discussions.getComments"}

// okToken is one token with what it has left.
type okToken struct {
	token  string
	key    string // the setting it comes from
	number int    // in that setting, from 1
	fails  func(AuthLost, time.Time)
	second *rate.Limiter

	mu     sync.Mutex
	until  map[string]time.Time // no calls of the method before; "" is all methods
	left   map[string]okLeft
	looked time.Time // when left was asked for
	user   string    // the id of its person; "": not known yet
	lost   bool
}

// okLeft is how often a method may still be called, and the most that was ever
// told.
type okLeft struct{ now, most int64 }

// okToken makes a token. One that stands in both settings, or beside several
// groups, has one pace.
func (n *ok) okToken(with setup, token, key string, number int) *okToken {
	pace := rate.NewLimiter(rate.Every(okBetween), 1)
	for _, t := range n.tokens() {
		if t.token == token {
			pace = t.second
		}
	}
	return &okToken{token: token, key: key, number: number, fails: with.tokenFails, second: pace, until: map[string]time.Time{}, left: map[string]okLeft{}}
}

// leave waits until a call may be made. What would take longer than a moment
// is Limited.
func (t *okToken) leave(ctx context.Context, method string) error {
	if err := t.allowed(method, time.Now()); err != nil {
		return err
	}
	return t.second.Wait(ctx)
}

func (t *okToken) allowed(method string, now time.Time) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.lost {
		return AuthLost{Key: t.key, Number: t.number}
	}
	if until := t.until[""]; until.After(now) {
		return Limited{Until: until, Scope: "token"}
	}
	if until := t.until[method]; until.After(now) {
		return Limited{Until: until, Scope: "method"}
	}
	return nil
}

// learn draws the consequences of a refusal for the token and says what kind
// of error it is; nil for none.
func (t *okToken) learn(e *okError) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	hold := func(method, scope string, rest time.Duration) error {
		until := time.Now().Add(rest)
		t.until[method] = until
		return Limited{Until: until, Scope: scope}
	}
	switch e.Code {
	case okSessionExpired, okSessionWrong, okSessionNeeded:
		t.lost = true
		t.fails(AuthLost{Key: t.key, Number: t.number}, time.Time{})
		return AuthLost{Key: t.key, Number: t.number}
	case okFlood:
		return hold(e.Method, "method", okFloodRest)
	case okActionBlocked:
		return hold(e.Method, "method", okBlockRest)
	case okLimit:
		return hold(e.Method, "method", okQuotaProbe)
	case okTotalLimit:
		return hold("", "token", okQuotaProbe)
	case okAddressBlocked:
		return hold("", "app", okBlockRest)
	}
	return e.kind()
}

// person is the id of the person whose token it is; "" while it is not known.
func (t *okToken) person() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.user
}

// due says, once in a while, that it is time to ask what the token has left.
func (t *okToken) due(now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	pause := okLookAround
	if t.key == okKeyGroups && t.user == "" {
		pause = time.Minute // our own words would be taken for a resident's
	}
	if t.lost || !t.looked.IsZero() && now.Sub(t.looked) < pause {
		return false
	}
	t.looked = now
	return true
}

// lookAround learns once in a while whose the tokens are that answer and what
// each token has left. What cannot be learned now is tried the next time: the
// calls that need it say themselves what is wrong.
func (n *ok) lookAround(ctx context.Context) {
	for _, t := range n.tokens() {
		if !t.due(time.Now()) {
			continue
		}
		_ = n.askLeft(ctx, t)
		if t.key == okKeyGroups && t.person() == "" {
			_, _ = n.askPerson(ctx, t)
		}
	}
}

// askPerson asks whose a token is.
func (n *ok) askPerson(ctx context.Context, t *okToken) (string, error) {
	var user okID
	if err := n.with(ctx, t, "users.getLoggedInUser", url.Values{}, &user); err != nil {
		return "", err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.user = string(user)
	return t.user, nil
}

// askLeft asks what a token has left. A method of which nothing is left is not
// called for a while.
func (n *ok) askLeft(ctx context.Context, t *okToken) error {
	var told []struct {
		Name      string `json:"name"`
		Left      okInt  `json:"callsLeft"`
		Available *bool  `json:"available"`
	}
	err := n.with(ctx, t, "users.getCallsLeft", url.Values{"methods": {strings.Join(okPlanned, ",")}}, &told)
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, m := range told {
		if !slices.Contains(okPlanned, m.Name) {
			continue
		}
		left := int64(m.Left)
		if m.Available != nil && !*m.Available {
			left = 0
		}
		t.left[m.Name] = okLeft{now: left, most: max(left, t.left[m.Name].most)}
		if left <= 0 {
			t.until[m.Name] = time.Now().Add(okQuotaProbe)
		}
	}
	return nil
}

// spent counts a call of a planned method.
func (t *okToken) spent(method string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if left, known := t.left[method]; known {
		left.now = max(left.now-1, 0)
		t.left[method] = left
	}
}

// Budgets are what the network said was left, less what was called since.
func (n *ok) Budgets() []Budget {
	var list []Budget
	for _, t := range n.tokens() {
		t.mu.Lock()
		for _, method := range okPlanned {
			if left, known := t.left[method]; known {
				list = append(list, Budget{Key: t.key, Number: t.number, Method: method, Left: float64(left.now), Limit: float64(left.most)})
			}
		}
		t.mu.Unlock()
	}
	return list
}
