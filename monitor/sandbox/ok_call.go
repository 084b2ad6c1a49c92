package sandbox

import (
	"crypto/md5" // what the network signs its calls with
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// okCall is one call of a method while it runs.
type okCall struct {
	o      *OK
	method string
	params url.Values
	token  string
	who    *okToken
	now    time.Time
}

func (o *OK) method(name string) (func(*okCall) (any, *refusal), bool) {
	run, ok := map[string]func(*okCall) (any, *refusal){
		"mediatopic.getTopics":             (*okCall).getTopics,
		"mediatopic.getByIds":              (*okCall).getByIDs,
		"discussions.getComments":          (*okCall).getComments,
		"discussions.addDiscussionComment": (*okCall).addComment,
		"search.tagContents":               (*okCall).tagContents,
		"url.getInfo":                      (*okCall).urlInfo,
		"group.getInfo":                    (*okCall).groupInfo,
		"users.getLoggedInUser":            (*okCall).loggedInUser,
		"users.getCallsLeft":               (*okCall).getCallsLeft,
	}[name]
	return run, ok && !slices.Contains(o.opt.Retired, name)
}

// okNames begin the texts of errors.
var okNames = map[int]string{
	1: "UNKNOWN", 2: "SERVICE", 3: "METHOD", 4: "REQUEST", 7: "ACTION_BLOCKED", 8: "FLOOD_BLOCKED", 9: "IP_BLOCKED", 10: "PERMISSION_DENIED", 11: "LIMIT_REACHED",
	50: "NOT_ADMIN", 100: "PARAM", 101: "PARAM_API_KEY", 102: "PARAM_SESSION_EXPIRED", 103: "PARAM_SESSION_KEY", 104: "PARAM_SIGNATURE", 160: "PARAM_GROUP_ID",
	300: "NOT_FOUND", 453: "SESSION_REQUIRED", 454: "CENSOR_MATCH", 455: "FRIEND_RESTRICTION", 458: "GROUP_RESTRICTION", 700: "COMMENT_NOT_FOUND", 702: "COMMENT_NOT_ACTIVE",
}

func okRefuse(code int, text string) *refusal { return refuse(code, okNames[code]+" : "+text) }

func (o *OK) serveMethod(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, largestForm)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "cannot read the form", http.StatusBadRequest)
		return
	}
	c := &okCall{o: o, method: r.Form.Get("method"), params: r.Form, token: r.Form.Get("access_token"), now: o.now()}
	line := Call{At: c.now, Method: c.method, Params: map[string]string{}, Token: c.token, TokenInURL: r.URL.Query().Has("access_token")}
	for key := range r.Form {
		if key != "access_token" && key != "sig" {
			line.Params[key] = r.Form.Get(key)
		}
	}
	fault := o.takeFault(line)
	if fault != nil && (!sleep(r.Context(), fault.Delay) || fault.Drop) {
		line.Cut = true
		o.note(line)
		panic(http.ErrAbortHandler)
	}
	body := c.answer(fault, &line)
	line.Cut = fault != nil && fault.Lose
	o.note(line)
	switch {
	case line.Cut:
		panic(http.ErrAbortHandler)
	case fault != nil && fault.HTML502:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, "<html><body><h1>502 Bad Gateway</h1></body></html>")
		return
	case fault != nil && fault.Garbage:
		body = body[:len(body)/2]
	}
	w.Header().Set("Content-Type", "application/json;charset=utf-8")
	if line.Code != 0 {
		w.Header().Set("Invocation-Error", strconv.Itoa(line.Code))
	}
	_, _ = w.Write(body) // whoever went away does not want it
}

// answer runs the call, unless a fault stands in for it, and completes its
// line in the journal.
func (c *okCall) answer(f *Fault, line *Call) []byte {
	c.o.mu.Lock()
	defer c.o.mu.Unlock()
	var response any
	problem := c.check(line)
	switch {
	case f != nil && f.HTML502:
		line.Code = http.StatusBadGateway
		return nil
	case f != nil && f.Code != 0:
		problem = okRefuse(f.Code, f.Text)
	case problem == nil:
		run, _ := c.o.method(c.method)
		response, problem = run(c)
	}
	switch {
	case problem != nil:
		line.Code = problem.code
		response = map[string]any{"error_code": problem.code, "error_msg": problem.text, "error_data": nil}
	case f != nil && f.Null:
		line.Applied, response = true, nil
	default:
		line.Applied = true
		f.disturbOK(response)
	}
	body, err := json.Marshal(c.o.asText(response))
	if err != nil {
		panic("sandbox: an answer that cannot be written: " + err.Error())
	}
	return body
}

// check is what the network looks at before it runs a method.
func (c *okCall) check(line *Call) *refusal {
	if _, ok := c.o.method(c.method); !ok {
		return okRefuse(3, "Method "+c.method+" not found")
	}
	if c.params.Get("application_key") != c.o.opt.ApplicationKey {
		return okRefuse(101, "Application not exist")
	}
	if c.token == "" {
		return okRefuse(453, "No session key specified, but the method requires it")
	}
	if c.who = c.o.tokens[c.token]; c.who == nil {
		return okRefuse(103, "Invalid session key")
	}
	if c.who.group != nil {
		line.Group = c.who.group.id
	}
	if c.who.dead != 0 {
		return okRefuse(c.who.dead, "Session expired")
	}
	if c.params.Get("sig") != okSignature(c.params, c.o.opt.ApplicationSecret) {
		return okRefuse(104, "Invalid signature")
	}
	if code := c.o.spend(c.token, c.method, c.now); code != 0 {
		return okRefuse(code, "too many calls of "+c.method)
	}
	return nil
}

// okSignature is what a call must be signed with.
func okSignature(params url.Values, secret string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(params)) {
		if name != "access_token" && name != "session_key" && name != "sig" {
			b.WriteString(name + "=" + params.Get(name))
		}
	}
	return okMD5(b.String() + okMD5(params.Get("access_token")+secret))
}

func okMD5(text string) string {
	sum := md5.Sum([]byte(text))
	return hex.EncodeToString(sum[:])
}

// int reads a number; a missing one is the default, one outside the bounds is
// a refusal.
func (c *okCall) int(name string, missing, least, most int64) (int64, *refusal) {
	text := c.params.Get(name)
	if text == "" {
		return missing, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < least || n > most {
		return 0, okRefuse(100, fmt.Sprintf("Invalid parameter %s value: [%s]", name, text))
	}
	return n, nil
}
