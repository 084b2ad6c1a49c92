package sandbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// graphCall is one call while it runs.
type graphCall struct {
	g      *Graph
	params url.Values
	token  string
	by     graphOwner
	now    time.Time
	photos int // that came with a form
}

// graphRefusal is an error as the network tells it.
type graphRefusal struct {
	code, sub int
	text      string
}

func graphRefuse(code, sub int, text string) *graphRefusal { return &graphRefusal{code, sub, text} }

func graphGone(id string) *graphRefusal {
	return graphRefuse(100, 33, "Unsupported get request. Object with ID '"+id+"' does not exist, cannot be loaded due to missing permissions, or does not support this operation")
}

func graphMissing(name string) *graphRefusal {
	return graphRefuse(100, 0, "(#100) The parameter "+name+" is required")
}

// largestGraphForm bounds what a call may carry, in bytes.
const largestGraphForm = 10 << 20

func (g *Graph) serve(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, largestGraphForm)
	c := &graphCall{g: g, now: g.now()}
	if err := r.ParseMultipartForm(largestGraphForm); err != nil && r.ParseForm() != nil {
		http.Error(w, "cannot read the form", http.StatusBadRequest)
		return
	}
	if r.MultipartForm != nil {
		c.photos = len(r.MultipartForm.File["source"])
	}
	c.params = r.Form
	c.token = strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	line := Call{At: c.now, Method: graphMethod(r), Params: c.shown(), Token: c.token, TokenInURL: strings.Contains(r.URL.String(), "EAAB")}
	line.Params["path"] = r.PathValue("id")
	fault := g.takeFault(line)
	if fault != nil && (!sleep(r.Context(), fault.Delay) || fault.Drop) {
		line.Cut = true
		g.note(line)
		panic(http.ErrAbortHandler)
	}
	status, body := c.answer(r, fault, &line, w.Header())
	if fault != nil && fault.Lose {
		line.Cut = true
	}
	g.note(line)
	switch {
	case line.Cut:
		panic(http.ErrAbortHandler)
	case fault != nil && fault.HTML502:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, "<html><body>Sorry, something went wrong.</body></html>")
		return
	case fault != nil && fault.Garbage:
		body = body[:len(body)/2]
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_, _ = w.Write(body) // whoever went away does not want it
}

// graphMethod names a call for the journal: "feed", "POST comments", "ids", and
// "node" for a single thing.
func graphMethod(r *http.Request) string {
	name := r.PathValue("edge")
	switch {
	case r.PathValue("id") == "":
		name = "ids"
	case r.PathValue("id") == "ig_hashtag_search":
		name = "ig_hashtag_search"
	case name == "":
		name = "node"
	}
	if r.Method == http.MethodPost {
		return "POST " + name
	}
	return name
}

// answer runs the call, unless a fault stands in for it, and completes its line
// in the journal.
func (c *graphCall) answer(r *http.Request, f *Fault, line *Call, h http.Header) (status int, body []byte) {
	c.g.mu.Lock()
	defer c.g.mu.Unlock()
	problem := c.check()
	var result any
	switch {
	case f != nil && f.HTML502:
		line.Code = http.StatusBadGateway
		return 0, nil
	case f != nil && f.Code != 0:
		problem = graphRefuse(f.Code, 0, f.Text)
	case problem == nil && r.Method == http.MethodPost:
		result, problem = c.write(r.PathValue("id"), r.PathValue("edge"))
	case problem == nil:
		result, problem = c.read(r.PathValue("id"), r.PathValue("edge"))
	}
	c.tellUsage(h)
	status = http.StatusOK
	if problem != nil {
		line.Code, status = problem.code, http.StatusBadRequest
		if problem.code == 1 || problem.code == 2 {
			status = http.StatusInternalServerError
		}
		result = map[string]any{"error": map[string]any{
			"message": problem.text + " [" + c.token + "]", "type": "OAuthException", "code": c.g.number(problem.code), "error_subcode": c.g.number(problem.sub),
			"is_transient": problem.code == 2, "fbtrace_id": "AbCdEfGhIjK",
		}}
	} else {
		line.Applied = true
		if page, ok := result.(map[string]any); ok {
			f.shuffle(page)
		}
	}
	body, err := json.Marshal(result)
	if err != nil {
		panic("sandbox: an answer that cannot be written: " + err.Error())
	}
	return status, body
}

// shuffle changes the order of a page's items.
func (f *Fault) shuffle(page map[string]any) {
	if f == nil {
		return
	}
	if data, ok := page["data"].([]any); ok {
		l := &list{Items: data}
		f.disturb(l)
		page["data"] = l.Items
	}
}

// check is what the network looks at before it runs a call.
func (c *graphCall) check() *graphRefusal {
	by, ok := c.g.tokens[c.token]
	if !ok {
		return graphRefuse(190, 463, "Error validating access token: Session has expired")
	}
	c.by = by
	if c.g.opt.NeedsProof && c.params.Get("appsecret_proof") != proof(c.g.opt.AppSecret, c.token) {
		return graphRefuse(100, 0, "API calls from the server require an appsecret_proof argument")
	}
	if most := c.g.opt.CallsPerHour; most > 0 {
		calls := after(c.g.calls[c.token], c.now.Add(-time.Hour))
		c.g.calls[c.token] = calls
		if len(calls) >= most {
			if by.account != nil {
				return graphRefuse(80002, 0, "(#80002) There have been too many calls to this Instagram account")
			}
			return graphRefuse(80001, 0, "(#80001) There have been too many calls to this Page account")
		}
		c.g.calls[c.token] = append(calls, c.now)
	}
	return nil
}

// proof is what only who knows the app's secret can make of a token.
func proof(secret, token string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(token))
	return hex.EncodeToString(mac.Sum(nil))
}

// tellUsage writes the headers that tell of the limits.
func (c *graphCall) tellUsage(h http.Header) {
	u, known := c.g.usage[c.token]
	if most := c.g.opt.CallsPerHour; most > 0 && !known {
		used := c.g.calls[c.token]
		u.Business = min(100, 100*len(used)/most)
		if len(used) >= most {
			u.Regain = int(used[0].Add(time.Hour).Sub(c.now)/time.Minute) + 1
		}
		known = true
	}
	if !known {
		return
	}
	kind := "pages"
	if c.by.account != nil {
		kind = "instagram"
	}
	app, err := json.Marshal(map[string]any{"call_count": c.g.number(u.App), "total_time": 1, "total_cputime": 0})
	business, err2 := json.Marshal(map[string]any{c.by.id(): []any{map[string]any{"type": kind, "call_count": c.g.number(u.Business), "total_cputime": 1, "total_time": 1, "estimated_time_to_regain_access": u.Regain},
		map[string]any{"type": "ads_management", "call_count": 100, "total_cputime": 1, "total_time": 1, "estimated_time_to_regain_access": 60}}})
	if err != nil || err2 != nil {
		panic("sandbox: a header that cannot be written")
	}
	h.Set("X-App-Usage", string(app))
	h.Set("X-Business-Use-Case-Usage", string(business))
}

// shown are the parameters without the token.
func (c *graphCall) shown() map[string]string {
	out := map[string]string{}
	for key := range c.params {
		if key != "access_token" {
			out[key] = c.params.Get(key)
		}
	}
	return out
}

// nextURL is the address of the next page as the network writes it: with the
// token.
func (c *graphCall) nextURL(after string) string {
	return fmt.Sprintf("https://graph.facebook.com%s/next?access_token=%s&after=%s", GraphVersion, url.QueryEscape(c.token), url.QueryEscape(after))
}
