package sandbox

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// call is one call of a method while it runs.
type call struct {
	v      *VK
	method string
	host   string // by which it was called
	params url.Values
	token  string
	grant  grant
	now    time.Time
}

// refusal is an error as the network tells it: with HTTP status 200.
type refusal struct {
	code int
	text string
}

func (r *refusal) Error() string { return fmt.Sprintf("error %d: %s", r.code, r.text) }

func refuse(code int, text string) *refusal { return &refusal{code, text} }

// needs says which tokens a method takes.
type needs int

const (
	anyToken needs = iota
	serviceOnly
	communityOnly
)

type method struct {
	needs needs
	run   func(*call) (any, *refusal)
}

func (v *VK) method(name string) (method, bool) {
	m, ok := map[string]method{
		"newsfeed.search":          {serviceOnly, (*call).newsfeedSearch},
		"wall.get":                 {serviceOnly, (*call).wallGet},
		"wall.getById":             {serviceOnly, (*call).wallGetByID},
		"wall.getComments":         {serviceOnly, (*call).wallGetComments},
		"wall.createComment":       {communityOnly, (*call).wallCreateComment},
		"wall.deleteComment":       {communityOnly, (*call).wallDeleteComment},
		"board.getComments":        {serviceOnly, (*call).boardGetComments},
		"groups.getById":           {anyToken, (*call).groupsGetByID},
		"groups.getLongPollServer": {communityOnly, (*call).groupsGetLongPollServer},
		"streaming.getServerUrl":   {serviceOnly, (*call).streamingGetServerURL},
		"utils.resolveScreenName":  {anyToken, (*call).resolveScreenName},
	}[name]
	return m, ok
}

// largestForm bounds what a call may carry, in bytes.
const largestForm = 1 << 20

func (v *VK) serveMethod(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, largestForm)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "cannot read the form", http.StatusBadRequest)
		return
	}
	c := &call{v: v, method: r.PathValue("name"), host: r.Host, params: r.Form, now: v.now()}
	c.token = r.Form.Get("access_token")
	inURL := r.URL.Query().Get("access_token") != ""
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		c.token = bearer
	}
	line := Call{At: c.now, Method: c.method, Params: c.shown(), Token: c.token, TokenInURL: inURL}
	fault := v.takeFault(line)
	if fault != nil && (!sleep(r.Context(), fault.Delay) || fault.Drop) {
		line.Cut = true
		v.note(line)
		panic(http.ErrAbortHandler)
	}
	body := c.answer(fault, &line)
	if fault != nil && fault.Lose {
		line.Cut = true
	}
	v.note(line)
	switch {
	case line.Cut:
		panic(http.ErrAbortHandler)
	case fault != nil && fault.HTML502:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, badGateway)
	case fault != nil && fault.Garbage:
		_, _ = w.Write(body[:len(body)/2])
	default:
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = w.Write(body) // whoever went away does not want it
	}
}

// answer runs the call, unless a fault stands in for it, and completes its
// line in the journal.
func (c *call) answer(f *Fault, line *Call) []byte {
	c.v.mu.Lock()
	defer c.v.mu.Unlock()
	var response any
	problem := c.check(line)
	switch {
	case f != nil && f.HTML502:
		line.Code = http.StatusBadGateway
		return nil
	case f != nil && f.Code != 0:
		problem = refuse(f.Code, f.Text)
	case problem == nil:
		m, _ := c.v.method(c.method)
		response, problem = m.run(c)
	}
	var answer any = map[string]any{"response": response}
	if problem != nil {
		line.Code = problem.code
		answer = map[string]any{"error": map[string]any{
			"error_code": problem.code, "error_msg": problem.text, "request_params": c.requestParams()}}
	} else {
		line.Applied = true
		f.disturb(response)
	}
	body, err := json.Marshal(answer)
	if err != nil {
		panic("sandbox: an answer that cannot be written: " + err.Error())
	}
	return body
}

// check is what the network looks at before it runs a method.
func (c *call) check(line *Call) *refusal {
	m, ok := c.v.method(c.method)
	if !ok {
		return refuse(3, "Unknown method passed")
	}
	if c.params.Get("v") == "" {
		return refuse(8, "Invalid request: v (version) is required")
	}
	if c.token == "" {
		return refuse(5, "User authorization failed: no access_token passed.")
	}
	if c.grant, ok = c.v.tokens[c.token]; !ok {
		return refuse(5, "User authorization failed: invalid access_token (4).")
	}
	line.Group = c.grant.group
	if code := c.v.spend(c.token, c.method, c.now); code != 0 {
		return refuse(code, map[int]string{6: "Too many requests per second", 29: "Rate limit reached"}[code])
	}
	switch {
	case m.needs == serviceOnly && c.grant.group != 0:
		return refuse(27, "Group authorization failed: method is unavailable with group auth.")
	case m.needs == communityOnly && c.grant.group == 0:
		return refuse(28, "Application authorization failed: method is unavailable with service token.")
	}
	return nil
}

// requestParams repeats the parameters as the network does with an error.
func (c *call) requestParams() []map[string]string {
	out := []map[string]string{{"key": "method", "value": c.method}}
	for key, value := range c.shown() {
		out = append(out, map[string]string{"key": key, "value": value})
	}
	return out
}

// shown are the parameters without the token.
func (c *call) shown() map[string]string {
	out := map[string]string{}
	for key := range c.params {
		if key != "access_token" {
			out[key] = c.params.Get(key)
		}
	}
	return out
}

// int reads a number; a missing one is the default, one outside the bounds is
// a refusal.
func (c *call) int(name string, missing, least, most int64) (int64, *refusal) {
	text := c.params.Get(name)
	if text == "" {
		return missing, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < least || n > most {
		return 0, refuse(100, fmt.Sprintf("One of the parameters specified was missing or invalid: %s is out of range", name))
	}
	return n, nil
}

func (c *call) flag(name string) bool { return c.params.Get(name) == "1" }

// missing is the refusal of a call without a parameter that it needs.
func missing(name string) *refusal {
	return refuse(100, "One of the parameters specified was missing or invalid: "+name+" is undefined")
}
