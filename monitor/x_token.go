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
	xUsage    = "usage"
	xMe       = "me"
	xWrite    = "write"
	xUpload   = "upload"
	xRules    = "rules"
	xStreamed = "stream"
)

const (
	xWindow    = 15 * time.Minute // in which calls are counted
	xAtOnce    = 15               // calls after a rest
	xLongWait  = 20 * time.Second // a call that would have to wait longer is Limited
	xPaidProbe = 6 * time.Hour    // how often to ask when all that was paid for is used up
)

// xCalls are how many calls an endpoint takes from a token in a window.
var xCalls = map[string]int{
	xSearch: 450, xMentions: 450, xTimeline: 900, xLookup: 3500, xUser: 300, xUsage: 50, xMe: 75, xWrite: 100, xUpload: 500, xRules: 100, xStreamed: 50,
}

// xToken is one token, or the keys of one account, with the calls it has left.
type xToken struct {
	bearer string // "" for the keys of an account
	key    string // the setting it comes from
	number int    // in that setting, from 1
	fails  func(AuthLost, time.Time)

	mu    sync.Mutex
	pace  map[string]*rate.Limiter
	until map[string]time.Time // no calls of the endpoint before; "" is all of them
	left  map[string]int       // calls as the network said last
	reset map[string]time.Time // and until when that holds
	lost  bool
}

func newXToken(key, bearer string, number int, fails func(AuthLost, time.Time)) *xToken {
	return &xToken{bearer: bearer, key: key, number: number, fails: fails, pace: map[string]*rate.Limiter{}, until: map[string]time.Time{}, left: map[string]int{}, reset: map[string]time.Time{}}
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
		return 0, t.gone("")
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
	if reset, ok := xReset(h, now); ok {
		t.reset[endpoint] = reset
		if left == 0 {
			t.until[endpoint] = reset
		}
	}
}

// remaining are the calls of an endpoint that are left now.
func (t *xToken) remaining(endpoint string, now time.Time) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	left, known := t.left[endpoint]
	if !known || !t.reset[endpoint].After(now) {
		return xCalls[endpoint]
	}
	return left
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

// gone is the token as one that does not work.
func (t *xToken) gone(cause string) AuthLost {
	return AuthLost{Key: t.key, Number: t.number, Cause: cause}
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
		t.fails(t.gone(""), time.Time{})
		return t.gone("")
	case e.Problem == xCapped, e.Status == http.StatusPaymentRequired:
		// A call now and then asks whether somebody has paid.
		until := now.Add(xPaidProbe)
		t.until[""] = until
		t.fails(t.gone(causeMoney), until)
		return Limited{Until: until, Scope: "token"}
	case e.Problem == xWrongRights:
		t.fails(t.gone(causeRights), time.Time{})
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

// revive lets a token that was refused be tried again.
func (t *xToken) revive() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lost = false
	delete(t.until, "")
}
