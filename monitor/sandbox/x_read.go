package sandbox

import (
	"cmp"
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// xSearchDays is how far back a search reaches.
const xSearchDays = 7 * 24 * time.Hour

// search is the search of the last seven days, the newest first.
func (c *xCall) search() (any, *xProblem) {
	query := c.params.Get("query")
	match, err := xQuery(query, xLongestQuery)
	if err != nil {
		return nil, xInvalid("query", query, err.Error())
	}
	oldest := c.now.Add(-xSearchDays)
	if since := c.params.Get("since_id"); since != "" {
		n, err := strconv.ParseInt(since, 10, 64)
		if err != nil || time.UnixMilli(n>>22+xEpoch).Before(oldest) {
			return nil, xInvalid("since_id", since, "'since_id' must be a tweet id created after the last seven days")
		}
	}
	if start := c.params.Get("start_time"); start != "" {
		at, err := time.Parse(time.RFC3339, start)
		if err != nil || at.Before(oldest) || at.After(c.now.Add(-10*time.Second)) {
			return nil, xInvalid("start_time", start, "Invalid 'start_time'")
		}
	}
	return c.page(10, 100, 10, func(p *XPost) bool {
		return !p.at.Before(oldest) && !p.shown.Add(c.x.opt.Indexing).After(c.now) && match(p)
	})
}

// mentions are the posts that call an account.
func (c *xCall) mentions() (any, *xProblem) {
	a, problem := c.whose()
	if problem != nil {
		return nil, problem
	}
	return c.page(5, 100, 10, func(p *XPost) bool { return slices.Contains(p.mentions(), a) })
}

// timeline is what an account wrote.
func (c *xCall) timeline() (any, *xProblem) {
	a, problem := c.whose()
	if problem != nil {
		return nil, problem
	}
	return c.page(5, 100, 10, func(p *XPost) bool { return p.author == a })
}

func (c *xCall) whose() (*XAccount, *xProblem) {
	for _, a := range c.x.accounts {
		if a.ID() == c.r.PathValue("id") {
			return a, nil
		}
	}
	return nil, xInvalid("id", c.r.PathValue("id"), "no such user")
}

// page lists what matches between the bounds that were asked for.
func (c *xCall) page(least, most, missing int, match func(*XPost) bool) (any, *xProblem) {
	size, problem := c.number("max_results", missing, least, most)
	if problem != nil {
		return nil, problem
	}
	since, _ := strconv.ParseInt(c.params.Get("since_id"), 10, 64)
	until, _ := strconv.ParseInt(c.params.Get("until_id"), 10, 64)
	start, _ := time.Parse(time.RFC3339, c.params.Get("start_time"))
	name := "pagination_token"
	if c.r.PathValue("id") == "" {
		name = "next_token"
	}
	if token := c.params.Get(name); token != "" {
		raw, err := base64.RawURLEncoding.DecodeString(token)
		last, e := strconv.ParseInt(strings.TrimPrefix(string(raw), "before "), 10, 64)
		if err != nil || e != nil {
			return nil, xInvalid(name, token, "The `"+name+"` query parameter value is not valid")
		}
		until = last
	}
	if c.x.capped() {
		return nil, xKinds["usage-capped"]
	}
	var found []*XPost
	for _, p := range c.x.posts {
		id := p.last()
		if p.live(c.now) && id > since && (until == 0 || id < until) && !p.at.Before(start) && match(p) {
			found = append(found, p)
		}
	}
	slices.SortFunc(found, func(a, b *XPost) int { return cmp.Compare(b.last(), a.last()) })
	out := &xList{Meta: map[string]any{"result_count": min(size, len(found))}}
	for _, p := range window(found, 0, size) {
		out.Data = append(out.Data, p.json(c.fields()))
		c.x.bills.bill(c.now, c.token, p.ExternalID(), xPostPrice)
	}
	if n := len(out.Data); n > 0 {
		out.Meta["newest_id"], out.Meta["oldest_id"] = out.Data[0]["id"], out.Data[n-1]["id"]
		if n < len(found) {
			out.Meta["next_token"] = base64.RawURLEncoding.EncodeToString([]byte("before " + strconv.FormatInt(found[n-1].last(), 10)))
		}
	}
	return out, nil
}

// lookup reads posts by their ids, a hundred at most.
func (c *xCall) lookup() (any, *xProblem) {
	ids := strings.Split(c.params.Get("ids"), ",")
	if c.params.Get("ids") == "" || len(ids) > 100 {
		return nil, xInvalid("ids", c.params.Get("ids"), "1 to 100 ids are expected")
	}
	out := &xList{}
	for _, id := range ids {
		p := c.x.byID(id)
		if p == nil || !p.live(c.now) {
			out.Errors = append(out.Errors, map[string]any{
				"value": id, "resource_id": id, "resource_type": "tweet", "parameter": "ids", "title": "Not Found Error",
				"detail": "Could not find tweet with ids: [" + id + "].", "type": "https://api.twitter.com/2/problems/resource-not-found"})
			continue
		}
		n, _ := strconv.ParseInt(id, 10, 64)
		out.Data = append(out.Data, p.version(slices.Index(p.ids, n), c.fields()))
		c.x.bills.bill(c.now, c.token, p.ExternalID(), xPostPrice)
	}
	return out, nil
}

// usage is what was read since the account's month began.
func (c *xCall) usage() (any, *xProblem) {
	return map[string]any{"data": map[string]any{"project_usage": strconv.Itoa(c.x.bills.posts), "project_cap": strconv.Itoa(c.x.opt.Cap), "cap_reset_day": 1}}, nil
}

func (a *XAccount) json() map[string]any {
	return map[string]any{"id": a.ID(), "username": a.username, "name": a.name}
}

// user looks an account up by its name.
func (c *xCall) user() (any, *xProblem) {
	name := c.r.PathValue("name")
	a := c.x.named(name)
	if a == nil {
		return map[string]any{"errors": []map[string]any{{"value": name, "resource_type": "user", "parameter": "username", "title": "Not Found Error",
			"type": "https://api.twitter.com/2/problems/resource-not-found"}}}, nil
	}
	c.x.bills.bill(c.now, c.token, "user "+a.ID(), xUserPrice)
	return map[string]any{"data": a.json()}, nil
}

// me is who signed.
func (c *xCall) me() (any, *xProblem) {
	c.header.Set("x-access-level", "read-write")
	if c.as.readOnly {
		c.header.Set("x-access-level", "read")
	}
	return map[string]any{"data": c.as.json()}, nil
}

// authorize reads who calls: a bearer token or an account's signature.
func (c *xCall) authorize(e xEndpoint) *xProblem {
	c.x.mu.Lock()
	defer c.x.mu.Unlock()
	header := c.r.Header.Get("Authorization")
	if bearer, ok := strings.CutPrefix(header, "Bearer "); ok {
		c.token = bearer
		switch {
		case !c.x.tokens[bearer]:
			return xKinds["token"]
		case e.signed:
			return xRefuse("unsupported-authentication", http.StatusForbidden, "Unsupported Authentication")
		}
		return nil
	}
	if !strings.HasPrefix(header, "OAuth ") {
		return xKinds["token"]
	}
	return c.signature(header)
}
