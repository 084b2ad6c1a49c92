package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
)

// graphNews is one change that a webhook has to tell of.
type graphNews struct {
	object, owner, field string
	value                json.RawMessage
}

// tell keeps a change until it is delivered. The caller holds mu.
func (g *Graph) tell(object, owner, field string, value func() map[string]any) {
	if g.opt.AppSecret == "" {
		return
	}
	raw, err := json.Marshal(value())
	if err != nil {
		panic("sandbox: news that cannot be written: " + err.Error())
	}
	g.news = append(g.news, graphNews{object, owner, field, raw})
}

// Delivery is how the webhook delivers.
type Delivery struct {
	Batch   int  // changes in a call; 0 is all in one
	Reverse bool // the latest first
	Repeat  bool // each call twice
}

// Deliver returns the signed calls to an address of ours with all that happened
// since the last time; object is "page" or "instagram".
func (g *Graph) Deliver(object, address string, d Delivery) []*http.Request {
	g.mu.Lock()
	defer g.mu.Unlock()
	var news []graphNews
	g.news = slices.DeleteFunc(g.news, func(n graphNews) bool {
		if n.object == object {
			news = append(news, n)
		}
		return n.object == object
	})
	if d.Reverse {
		slices.Reverse(news)
	}
	if d.Batch <= 0 {
		d.Batch = max(len(news), 1)
	}
	var calls []*http.Request
	for batch := range slices.Chunk(news, d.Batch) {
		var entries []any
		for _, n := range batch {
			entries = append(entries, map[string]any{
				"id": n.owner, "time": g.now().Unix(), "changes": []any{map[string]any{"field": n.field, "value": n.value}}})
		}
		body, err := json.Marshal(map[string]any{"object": object, "entry": entries})
		if err != nil {
			panic("sandbox: a delivery that cannot be written: " + err.Error())
		}
		calls = append(calls, g.Signed(address, body))
		if d.Repeat {
			calls = append(calls, g.Signed(address, body))
		}
	}
	return calls
}

// Signed is a call to an address of ours with any body, signed as the network
// does.
func (g *Graph) Signed(address string, body []byte) *http.Request {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		panic("sandbox: no address: " + err.Error())
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Hub-Signature-256", "sha256="+proof(g.opt.AppSecret, string(body)))
	return req
}

// Register is the call by which an address of ours is registered.
func (g *Graph) Register(address, challenge string) *http.Request {
	q := url.Values{"hub.mode": {"subscribe"}, "hub.verify_token": {g.opt.VerifyToken}, "hub.challenge": {challenge}}
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, address+"?"+q.Encode(), http.NoBody)
	if err != nil {
		panic("sandbox: no address: " + err.Error())
	}
	return req
}
