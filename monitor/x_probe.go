package monitor

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Probe asks one thing with each token that costs nothing or little: what was
// read so far with a bearer token, and who one is with the keys of an account.
// A token that was refused before is tried again.
func (n *x) Probe(ctx context.Context) []Capability {
	var out []Capability
	for _, t := range n.readers {
		t.revive()
		err := n.call(ctx, t, n.client, xAsk{endpoint: xUsage, path: "/usage/tweets"}, new(json.RawMessage))
		for _, what := range []string{"read", "search"} {
			out = append(out, Capability{Key: t.key, Number: t.number, What: what, Err: err})
		}
	}
	for _, a := range n.accounts {
		a.budget.revive()
		out = append(out, Capability{Key: a.budget.key, Number: a.budget.number, What: "publish", Err: n.whoIs(ctx, a)})
	}
	return out
}

// whoIs checks that the keys of an account are its own and may write.
func (n *x) whoIs(ctx context.Context, a *xAccount) error {
	var me xProfile
	heard, err := n.exchange(ctx, a.budget, a.signed, xAsk{endpoint: xMe, path: "/users/me"}, &me)
	switch {
	case err != nil:
		return err
	case string(me.Data.ID) != a.id || !strings.EqualFold(me.Data.Username, a.name):
		return BadConfig{What: fmt.Sprintf("the keys of account %d are those of another account", a.budget.number)}
	case heard.Get("x-access-level") == "read":
		return fmt.Errorf("the keys may only read: %w", a.budget.gone(causeRights))
	}
	return nil
}

// Budgets are the day's money, and what each token has left of the calls of a
// search in its quarter of an hour.
func (n *x) Budgets() []Budget {
	now := time.Now()
	out := []Budget{{Key: xKeyDaily, Method: "usd", Left: n.money.left(now), Limit: float64(n.money.daily) / 1e6}}
	for _, t := range n.readers {
		out = append(out, Budget{Key: t.key, Number: t.number, Method: xSearch, Left: float64(t.remaining(xSearch, now)), Limit: float64(xCalls[xSearch])})
	}
	return out
}
