package monitor

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// The endpoints that are counted apart.
const (
	xSearch   = "search"
	xMentions = "mentions"
	xTimeline = "timeline"
	xLookup   = "lookup"
	xUser     = "user"
	xMe       = "me"
	xWrite    = "write"
	xUpload   = "upload"
	xRules    = "rules"
	xStreamed = "stream"
)

const (
	xWindow     = 15 * time.Minute // in which calls are counted
	xAtOnce     = 15               // calls after a rest
	xLongWait   = 20 * time.Second // a call that would have to wait longer is Limited
	xCapProbe   = 6 * time.Hour    // how often to ask when all that was paid for is used up
	xCreditsAre = time.Hour        // and when the account has no money
)

// xCalls are how many calls an endpoint takes from a token in a window.
var xCalls = map[string]int{
	xSearch: 450, xMentions: 450, xTimeline: 900, xLookup: 3500, xUser: 300, xMe: 75, xWrite: 100, xUpload: 500, xRules: 100, xStreamed: 50,
}

// xToken is one token, or the keys of one account, with the calls it has left.
type xToken struct {
	bearer string // "" for the keys of an account
	key    string // the setting it comes from
	number int    // in that setting, from 1

	mu    sync.Mutex
	pace  map[string]*rate.Limiter
	until map[string]time.Time // no calls of the endpoint before; "" is all of them
	left  map[string]int       // calls as the network said last
	lost  bool
}

func newXToken(bearer string, number int) *xToken {
	return &xToken{bearer: bearer, key: xKeyToken, number: number, pace: map[string]*rate.Limiter{}, until: map[string]time.Time{}, left: map[string]int{}}
}

func newXAccountToken(number int) *xToken {
	t := newXToken("", number)
	t.key = xKeyAccounts
	return t
}

// leave waits until a call may be made. What would take longer than a moment is
// Limited.
func (t *xToken) leave(ctx context.Context, endpoint string) error {
	wait, err := t.allowed(endpoint, time.Now())
	if err != nil {
		return err
	}
	if wait <= 0 {
		return nil
	}
	if err := pause(ctx, wait); err != nil {
		return fmt.Errorf("wait to call %s: %w", endpoint, err)
	}
	return nil
}

func (t *xToken) allowed(endpoint string, now time.Time) (time.Duration, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.lost {
		return 0, AuthLost{Key: t.key}
	}
	if until := t.until[""]; until.After(now) {
		return 0, Limited{Until: until, Scope: "token"}
	}
	if until := t.until[endpoint]; until.After(now) {
		return 0, Limited{Until: until, Scope: "method"}
	}
	l := t.pace[endpoint]
	if l == nil {
		l = rate.NewLimiter(rate.Every(xWindow/time.Duration(xCalls[endpoint]-xAtOnce)), xAtOnce)
		t.pace[endpoint] = l
	}
	r := l.ReserveN(now, 1)
	wait := r.DelayFrom(now)
	if wait > xLongWait {
		r.CancelAt(now)
		return 0, Limited{Until: now.Add(wait), Scope: "method"}
	}
	return wait, nil
}

// heard takes note of what an answer says of the calls that are left.
func (t *xToken) heard(endpoint string, h http.Header, now time.Time) {
	left, err := strconv.Atoi(h.Get("x-rate-limit-remaining"))
	if err != nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.left[endpoint] = left
	if reset, ok := xReset(h, now); ok && left == 0 {
		t.until[endpoint] = reset
	}
}

// xReset is when the window of an answer ends.
func xReset(h http.Header, now time.Time) (time.Time, bool) {
	seconds, err := strconv.ParseInt(h.Get("x-rate-limit-reset"), 10, 64)
	reset := time.Unix(seconds, 0)
	if err != nil || !reset.After(now) || reset.Sub(now) > 24*time.Hour {
		return time.Time{}, false
	}
	return reset, true
}

// learn draws the consequences of a refusal for the token and says what kind of
// error it is; nil for none.
func (t *xToken) learn(e *xError, h http.Header) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	switch {
	case e.Status == http.StatusUnauthorized:
		t.lost = true
		return AuthLost{Key: t.key}
	case e.Problem == xCapped:
		t.until[""] = now.Add(xCapProbe)
		return Limited{Until: t.until[""], Scope: "token"}
	case e.Status == http.StatusPaymentRequired:
		t.until[""] = now.Add(xCreditsAre)
		return Limited{Until: t.until[""], Scope: "token"}
	case e.Status == http.StatusTooManyRequests:
		until, ok := xReset(h, now)
		if !ok {
			until = now.Add(xWindow)
		}
		t.until[e.Endpoint] = until
		return Limited{Until: until, Scope: "method"}
	}
	return e.kind()
}
