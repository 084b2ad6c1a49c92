package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// xCall is one call of an endpoint while it runs.
type xCall struct {
	x      *X
	r      *http.Request
	params url.Values
	body   []byte
	token  string
	as     *XAccount // who signed; nil for a bearer token
	now    time.Time
	header http.Header
	status int
}

// xEndpoint is one endpoint: its limit is calls in 15 minutes.
type xEndpoint struct {
	name, pattern string
	limit         int
	signed        bool // only for an account
	run           func(*xCall) (any, *xProblem)
}

// xEndpoints are the endpoints with the documented limits.
var xEndpoints = []xEndpoint{
	{"search", "GET /2/tweets/search/recent", 450, false, (*xCall).search},
	{"lookup", "GET /2/tweets", 3500, false, (*xCall).lookup},
	{"mentions", "GET /2/users/{id}/mentions", 450, false, (*xCall).mentions},
	{"timeline", "GET /2/users/{id}/tweets", 900, false, (*xCall).timeline},
	{"user", "GET /2/users/by/username/{name}", 300, false, (*xCall).user},
	{"usage", "GET /2/usage/tweets", 50, false, (*xCall).usage},
	{"me", "GET /2/users/me", 75, true, (*xCall).me},
	{"write", "POST /2/tweets", 100, true, (*xCall).create},
	{"delete", "DELETE /2/tweets/{id}", 50, true, (*xCall).remove},
	{"upload", "POST /2/media/upload", 500, true, (*xCall).upload},
	{"rules", "GET /2/tweets/search/stream/rules", 450, false, (*xCall).listRules},
	{"rules change", "POST /2/tweets/search/stream/rules", 100, false, (*xCall).changeRules},
	{"stream", "GET /2/tweets/search/stream", 50, false, nil},
}

// xProblem is an error as the network tells it.
type xProblem struct {
	kind   string // the tail of its type; "" for one without
	status int
	title  string
	detail string
	errors []map[string]any
	legacy int // code of an error of the old shape; 0: the new one
	period string
}

func xRefuse(kind string, status int, title string) *xProblem {
	return &xProblem{kind: kind, status: status, title: title, detail: title}
}

func (p *xProblem) because(detail string) *xProblem { p.detail = detail; return p }

// xInvalid is the refusal of a parameter.
func xInvalid(param, value, message string) *xProblem {
	p := xRefuse("invalid-request", http.StatusBadRequest, "Invalid Request").because("One or more parameters to your request was invalid.")
	p.errors = []map[string]any{{"parameters": map[string][]string{param: {value}}, "message": message}}
	return p
}

func (p *xProblem) body() []byte {
	out := map[string]any{"title": p.title, "detail": p.detail, "type": "about:blank", "status": p.status}
	if p.kind != "" {
		out["type"] = "https://api.twitter.com/2/problems/" + p.kind
	}
	if p.errors != nil {
		out["errors"] = p.errors
	}
	if p.period != "" {
		out["period"], out["scope"] = p.period, "Product"
	}
	if p.legacy != 0 {
		out = map[string]any{"errors": []map[string]any{{"code": p.legacy, "message": p.title}}}
	}
	raw, err := json.Marshal(out)
	if err != nil {
		panic("sandbox: a problem that cannot be written: " + err.Error())
	}
	return raw
}

func (p *xProblem) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.status)
	_, _ = w.Write(p.body()) // whoever went away does not want it
}

// xKinds are problems that a fault can name.
var xKinds = map[string]*xProblem{
	"rate":             {status: 429, title: "Too Many Requests", detail: "Too Many Requests"},
	"legacy rate":      {status: 429, title: "Rate limit exceeded", legacy: 88},
	"usage-capped":     {kind: "usage-capped", status: 429, title: "UsageCapExceeded", detail: "Usage cap exceeded: Monthly product cap", period: "Monthly"},
	"credits":          {kind: "credits", status: 402, title: "CreditsDepleted", detail: "The account has no credits"},
	"client-forbidden": {kind: "client-forbidden", status: 403, title: "Client Forbidden", detail: "Client is not enrolled"},
	"oauth1":           {kind: "oauth1-permissions", status: 403, title: "Forbidden", detail: "Your client app is not configured with the appropriate oauth1 app permissions for this endpoint."},
	"duplicate":        {status: 403, title: "Forbidden", detail: "You are not allowed to create a Tweet with duplicate content."},
	"blocked":          {status: 403, title: "Forbidden", detail: "You have been blocked from the author of this Tweet."},
	"unavailable":      {status: 503, title: "Service Unavailable", detail: "Service Unavailable"},
	"internal":         {status: 500, title: "Internal Server Error", detail: "Internal Server Error"},
	"token":            {status: 401, title: "Unauthorized", detail: "Unauthorized"},
}

// serve runs one call of an endpoint, unless a fault stands in for it.
func (x *X) serve(w http.ResponseWriter, r *http.Request, e xEndpoint) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 16<<20))
	if err != nil {
		xRefuse("invalid-request", http.StatusRequestEntityTooLarge, "Payload Too Large").write(w)
		return
	}
	c := &xCall{x: x, r: r, params: r.URL.Query(), body: raw, now: x.now(), header: w.Header(), status: http.StatusOK}
	line := Call{At: c.now, Method: e.name, Params: c.shown(), TokenInURL: c.inURL()}
	problem := c.authorize(e)
	line.Token = c.token
	fault := x.takeFault(line)
	if fault != nil && (!sleep(r.Context(), fault.Delay) || fault.Drop) {
		line.Cut = true
		x.note(line)
		panic(http.ErrAbortHandler)
	}
	if e.run == nil && problem == nil && (fault == nil || fault.Text == "") {
		x.note(line)
		c.stream(w)
		return
	}
	body := c.answer(e, fault, problem, &line)
	line.Cut = fault != nil && fault.Lose
	x.note(line)
	switch {
	case line.Cut:
		panic(http.ErrAbortHandler)
	case fault != nil && fault.HTML502:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, "<html><body><h1>502 Bad Gateway</h1></body></html>")
	case fault != nil && fault.Garbage:
		_, _ = w.Write(body[:len(body)/2])
	default:
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(c.status)
		_, _ = w.Write(body)
	}
}

// answer runs the endpoint and completes its line in the journal.
func (c *xCall) answer(e xEndpoint, f *Fault, problem *xProblem, line *Call) []byte {
	c.x.mu.Lock()
	defer c.x.mu.Unlock()
	if problem == nil {
		problem = c.x.spend(c, e)
	}
	var response any
	switch {
	case f != nil && f.HTML502:
		line.Code = http.StatusBadGateway
		return nil
	case f != nil && f.Text != "":
		if problem = xKinds[f.Text]; problem == nil {
			panic("sandbox: X has no problem " + f.Text)
		}
	case problem == nil:
		response, problem = e.run(c)
	}
	if problem != nil {
		line.Code, c.status = problem.status, problem.status
		return problem.body()
	}
	line.Applied = true
	if list, ok := response.(*xList); ok {
		list.disturb(f)
	}
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(response); err != nil {
		panic("sandbox: an answer that cannot be written: " + err.Error())
	}
	return b.Bytes()
}

// xList is the answer of what lists posts.
type xList struct {
	Data   []map[string]any `json:"data,omitempty"`
	Errors []map[string]any `json:"errors,omitempty"`
	Meta   map[string]any   `json:"meta,omitempty"`
}

func (l *xList) disturb(f *Fault) {
	if f == nil {
		return
	}
	if f.Repeat {
		var twice []map[string]any
		for _, item := range l.Data {
			twice = append(twice, item, item)
		}
		l.Data = twice
	}
	if f.Reverse {
		slices.Reverse(l.Data)
	}
}

// shown are the parameters as the journal keeps them.
func (c *xCall) shown() map[string]string {
	out := map[string]string{}
	for key := range c.params {
		out[key] = c.params.Get(key)
	}
	for _, name := range []string{"id", "name"} {
		if v := c.r.PathValue(name); v != "" {
			out[name] = v
		}
	}
	return out
}

// inURL says that something secret stands in the address.
func (c *xCall) inURL() bool {
	c.x.mu.Lock()
	defer c.x.mu.Unlock()
	secrets := []string{xConsumerSecret}
	for token := range c.x.tokens {
		secrets = append(secrets, token)
	}
	for _, a := range c.x.accounts {
		secrets = append(secrets, a.token(), a.secret())
	}
	return slices.ContainsFunc(secrets, func(s string) bool { return strings.Contains(c.r.URL.RawQuery, s) })
}

// fields are the fields of posts that were asked for, by either spelling.
func (c *xCall) fields() []string {
	return strings.Split(c.params.Get("tweet.fields")+","+c.params.Get("post.fields"), ",")
}

// number reads a number between two bounds.
func (c *xCall) number(name string, missing, least, most int) (int, *xProblem) {
	text := c.params.Get(name)
	if text == "" {
		return missing, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		return 0, xInvalid(name, text, fmt.Sprintf("The `%s` query parameter value [%s] is not between %d and %d", name, text, least, most))
	}
	return n, nil
}

// xWindow is a quarter of an hour of one endpoint for one token.
type xWindow struct {
	reset time.Time
	used  int
}

// spend counts a call and says in the headers what is left.
func (x *X) spend(c *xCall, e xEndpoint) *xProblem {
	limit := e.limit
	if n, ok := x.opt.Limits[e.name]; ok {
		limit = n
	}
	key := c.token + " " + e.name
	w := x.windows[key]
	if w == nil || !w.reset.After(c.now) {
		w = &xWindow{reset: c.now.Add(15 * time.Minute)}
		x.windows[key] = w
	}
	w.used++
	c.header.Set("x-rate-limit-limit", strconv.Itoa(limit))
	c.header.Set("x-rate-limit-remaining", strconv.Itoa(max(limit-w.used, 0)))
	c.header.Set("x-rate-limit-reset", strconv.FormatInt(w.reset.Unix(), 10))
	if w.used > limit {
		return xKinds["rate"]
	}
	return nil
}
