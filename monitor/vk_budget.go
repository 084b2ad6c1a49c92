package monitor

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	vkReadsPerSecond  = 4  // of 5 for a service key of a small application
	vkWritesPerSecond = 10 // of 20 for a community's key
	vkDay             = 24 * time.Hour
	vkQuotaProbe      = time.Hour // how often to ask when the quota was used up elsewhere
)

// vkQuotas are the calls of a method that the network grants a token a day, and
// how many of them may be spent at once; the rest is spread over the day.
var vkQuotas = map[string]struct{ day, atOnce int }{
	"newsfeed.search": {1000, 30},
	"wall.get":        {5000, 300},
}

// vkToken is one token with what it has left.
type vkToken struct {
	token  string
	key    string // the setting it comes from
	number int    // in that setting, from 1
	second *rate.Limiter
	fails  func(AuthLost, time.Time) // tells the owner

	mu    sync.Mutex
	day   map[string]*rate.Limiter
	spent map[string]*vkHours
	until map[string]time.Time // no calls of the method before
	lost  bool
}

// vkHours counts calls of the last day by the hour.
type vkHours struct {
	calls [24]int
	last  int64 // the hour, since 1970, that was counted last
}

// at turns to an hour.
func (h *vkHours) at(now time.Time) *int {
	hour := now.Unix() / 3600
	for h.last = max(h.last, hour-int64(len(h.calls))); h.last < hour; {
		h.last++
		h.calls[h.last%int64(len(h.calls))] = 0
	}
	return &h.calls[hour%int64(len(h.calls))]
}

func newVKToken(token, key string, number, perSecond int) *vkToken {
	t := &vkToken{
		token: token, key: key, number: number, second: rate.NewLimiter(rate.Limit(perSecond), 1), fails: func(AuthLost, time.Time) {},
		day: map[string]*rate.Limiter{}, spent: map[string]*vkHours{}, until: map[string]time.Time{},
	}
	for method, quota := range vkQuotas {
		t.day[method] = rate.NewLimiter(rate.Limit(float64(quota.day-quota.atOnce)/vkDay.Seconds()), quota.atOnce)
		t.spent[method] = &vkHours{}
	}
	return t
}

// leave waits until a call may be made. What would take longer than a moment
// is Limited.
func (t *vkToken) leave(ctx context.Context, method string) error {
	if err := t.allowed(method, time.Now()); err != nil {
		return err
	}
	if err := t.second.Wait(ctx); err != nil {
		return fmt.Errorf("wait to call %s: %w", method, err)
	}
	return nil
}

func (t *vkToken) allowed(method string, now time.Time) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.lost {
		return t.gone("")
	}
	if until := t.until[method]; until.After(now) {
		return Limited{Until: until, Scope: "method"}
	}
	budget := t.day[method]
	if budget == nil {
		return nil
	}
	r := budget.ReserveN(now, 1)
	if wait := r.DelayFrom(now); wait > 0 {
		r.CancelAt(now)
		return Limited{Until: now.Add(wait), Scope: "method"}
	}
	*t.spent[method].at(now)++
	return nil
}

// gone is the token as one that does not work.
func (t *vkToken) gone(cause string) AuthLost {
	return AuthLost{Key: t.key, Number: t.number, Cause: cause}
}

// learn draws the consequences of a refusal for the token and says what kind
// of error it is; nil for none.
func (t *vkToken) learn(e *vkError) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	rest, cause := time.Duration(0), ""
	switch e.Code {
	case vkAuth, vkExpired:
		t.lost = true
		t.fails(t.gone(""), time.Time{})
		return t.gone("")
	case vkFlood:
		rest = vkFloodRest
	case vkNeedsCaptcha:
		rest, cause = vkCaptcha, causeCaptcha
	case vkQuota:
		// The window of a day rolls: calls come back as old ones leave it.
		// When they do is not told, so one call an hour asks.
		rest = vkQuotaProbe
	default:
		if e.Code >= 3300 && e.Code < 3400 {
			rest, cause = vkCaptcha, causeCaptcha
			break
		}
		return e.kind()
	}
	until := time.Now().Add(rest)
	t.until[e.Method] = until
	if cause != "" {
		t.fails(t.gone(cause), until)
	}
	return Limited{Until: until, Scope: "method"}
}

// Budgets are the calls that the service keys have left of what the network
// grants them in 24 hours. Those made before the last start are not known.
func (n *vk) Budgets() (list []Budget) {
	now := time.Now()
	for _, t := range n.readers {
		for _, method := range slices.Sorted(maps.Keys(vkQuotas)) {
			list = append(list, t.budget(method, now))
		}
	}
	return list
}

func (t *vkToken) budget(method string, now time.Time) Budget {
	t.mu.Lock()
	defer t.mu.Unlock()
	b := Budget{Key: t.key, Number: t.number, Method: method, Limit: float64(vkQuotas[method].day)}
	if t.lost || t.until[method].After(now) {
		return b
	}
	left := vkQuotas[method].day
	t.spent[method].at(now)
	for _, calls := range t.spent[method].calls {
		left -= calls
	}
	b.Left = float64(max(left, 0))
	return b
}
