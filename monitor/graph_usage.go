package monitor

import (
	"encoding/json"
	"net/http"
	"time"
)

const (
	graphSlowFrom = 75 // percent of a limit, from which on sources are read more rarely
	graphStopFrom = 95 // and from which on nothing is asked
	graphSlowStep = 30 * time.Second
	graphStopRest = 15 * time.Minute // where the network does not say when it will hear us again
	graphForgets  = time.Hour        // how long what the network told of a limit is worth something
)

// graphUsage is what the network last told of a limit.
type graphUsage struct {
	percent float64
	at      time.Time
	until   time.Time // no calls before
}

// now is the share that is used up, in percent, as far as is known.
func (u graphUsage) now(at time.Time) float64 {
	if at.Sub(u.at) > graphForgets {
		return 0
	}
	return u.percent
}

// graphShare is one limit as the headers tell it: shares in percent, and in how
// many minutes it will be over.
type graphShare struct {
	Use    string      `json:"type"`
	Calls  graphNumber `json:"call_count"`
	Time   graphNumber `json:"total_time"`
	CPU    graphNumber `json:"total_cputime"`
	Regain graphNumber `json:"estimated_time_to_regain_access"`
}

func (s graphShare) percent() float64 { return float64(max(s.Calls, s.Time, s.CPU)) }

// spent notes what the headers of an answer tell of the limits. What cannot be
// read tells nothing.
func (g *graph) spent(a *graphAccount, h http.Header, now time.Time) {
	if raw := h.Get("X-App-Usage"); raw != "" {
		var share graphShare
		if json.Unmarshal([]byte(raw), &share) == nil {
			g.mu.Lock()
			g.app.note(share.percent(), 0, now)
			g.mu.Unlock()
		}
	}
	if raw := h.Get("X-Business-Use-Case-Usage"); raw != "" {
		var uses map[string][]graphShare
		if json.Unmarshal([]byte(raw), &uses) != nil {
			return
		}
		percent, regain := 0.0, time.Duration(0)
		for _, shares := range uses {
			for _, s := range shares {
				if s.Use != "" && s.Use != g.use {
					continue // what others do with the same token
				}
				percent, regain = max(percent, s.percent()), max(regain, time.Duration(s.Regain)*time.Minute)
			}
		}
		a.mu.Lock()
		a.usage.note(percent, regain, now)
		a.mu.Unlock()
	}
}

func (u *graphUsage) note(percent float64, regain time.Duration, now time.Time) {
	u.percent, u.at = percent, now
	if percent < graphStopFrom && regain <= 0 {
		return
	}
	if regain <= 0 {
		regain = graphStopRest
	}
	u.until = now.Add(regain)
}

// leave says whether a call may be made with an account's token.
func (g *graph) leave(a *graphAccount) error {
	now := time.Now()
	g.mu.Lock()
	app := g.app.until
	g.mu.Unlock()
	if app.After(now) {
		return Limited{Until: app, Scope: "app"}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.lost:
		return AuthLost{Key: a.key, Number: a.number}
	case a.usage.until.After(now):
		return Limited{Until: a.usage.until}
	}
	return nil
}

// slow is the time before which a source of the account is not to be read
// again, so that the limits are not reached; zero while they are far.
func (g *graph) slow(a *graphAccount, now time.Time) time.Time {
	over := g.used(a, now) - graphSlowFrom
	if over < 0 {
		return time.Time{}
	}
	return now.Add(time.Duration((over + 1) * float64(graphSlowStep)))
}

// used is the share of the nearest limit that is used up, in percent.
func (g *graph) used(a *graphAccount, now time.Time) float64 {
	g.mu.Lock()
	app := g.app.now(now)
	g.mu.Unlock()
	a.mu.Lock()
	defer a.mu.Unlock()
	return max(app, a.usage.now(now))
}

// budgets are what each token may still spend, in percent.
func (g *graph) budgets() []Budget {
	now := time.Now()
	var list []Budget
	for _, a := range g.accounts {
		list = append(list, Budget{Key: a.key, Number: a.number, Method: "percent", Left: max(0, 100-g.used(a, now)), Limit: 100})
	}
	return list
}

// restApp stops all calls of the app for a while.
func (g *graph) restApp(rest time.Duration) Limited {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.app.until = later(g.app.until, time.Now().Add(rest))
	return Limited{Until: g.app.until, Scope: "app"}
}

// rest stops all calls with the account's token for a while: for as long as the
// network said, or as is given.
func (a *graphAccount) rest(rest time.Duration) Limited {
	a.mu.Lock()
	defer a.mu.Unlock()
	if now := time.Now(); !a.usage.until.After(now) {
		a.usage.until = now.Add(rest)
	}
	return Limited{Until: a.usage.until}
}

// block stops the account's publishing for a while; it may read on.
func (a *graphAccount) block(rest time.Duration) Limited {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.blocked = time.Now().Add(rest)
	return Limited{Until: a.blocked}
}

// mute says whether the network has stopped the account's publishing.
func (a *graphAccount) mute() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.blocked.After(time.Now())
}
