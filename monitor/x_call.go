package monitor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"
)

const (
	xCallTime = 30 * time.Second
	xLater    = 30 * time.Second
)

// xError is an error as the network tells it. Its own words are left out: they
// may repeat what was sent.
type xError struct {
	Endpoint string
	Status   int
	Problem  string   // the tail of its type, or a code of ours
	Params   []string // the parameters that are wrong, as far as they are named
}

func (e *xError) Error() string {
	return fmt.Sprintf("%s: status %d of x (%s)", e.Endpoint, e.Status, e.Problem)
}

// The problems that callers tell apart: tails of types, and what the words of
// an error without one say.
const (
	xCapped      = "usage-capped"
	xNotFound    = "resource-not-found"
	xNotVisible  = "not-authorized-for-resource"
	xUnclear     = "unclear"
	xDuplicate   = "duplicate"
	xNotSummoned = "not_summoned"
	xReplyClosed = "replies_closed"
	xTooLong     = "too_long"
	xToDeleted   = "to_deleted"
	xWrongRights = "oauth1-permissions"
	xNotEnrolled = "client-forbidden"
	xWrongAuth   = "unsupported-authentication"
)

// kind is what an error means to monitor; nil when it means nothing special.
func (e *xError) kind() error {
	switch {
	case e.Problem == xNotFound:
		return Gone{}
	case e.Problem == xNotVisible:
		return Forbidden{}
	case e.Problem == xWrongRights || e.Problem == xNotEnrolled || e.Problem == xWrongAuth:
		return BadConfig{What: "x: " + e.Problem}
	case e.Status == http.StatusBadRequest:
		return nil // the caller knows what it asked
	case e.Status == http.StatusForbidden:
		return Forbidden{}
	case e.Status == http.StatusNotFound:
		return Gone{}
	}
	return nil
}

// xProblem is a problem of the network, of either shape.
type xProblem struct {
	Title  string              `json:"title"`
	Detail string              `json:"detail"`
	Type   string              `json:"type"`
	Code   int                 `json:"code"` // of the old shape
	Text   string              `json:"message"`
	Params map[string][]string `json:"parameters"`
	Errors []xProblem          `json:"errors"`

	ResourceID xString `json:"resource_id"`
	Value      xString `json:"value"`
}

// tail is the name in the problem's type, whatever host it names.
func (p xProblem) tail() string {
	_, tail, ok := strings.Cut(p.Type, "/2/problems/")
	if !ok {
		return ""
	}
	return path.Clean(strings.Trim(tail, "/"))
}

// words is all that the problem says, in lower case, to look for what has no
// code.
func (p xProblem) words() string {
	all := p.Title + " " + p.Detail + " " + p.Text
	for _, e := range p.Errors {
		all += " " + e.words()
	}
	return strings.ToLower(all)
}

// xWording are the errors that only their words tell apart.
var xWording = []struct{ words, problem string }{
	{"duplicate content", xDuplicate},
	{"deleted or not visible", xToDeleted},
	{"restricted who can reply", xReplyClosed},
	{"been mentioned", xNotSummoned},
	{"otherwise engaged", xNotSummoned},
	{"a bit shorter", xTooLong},
	{"usage cap", xCapped},
	{"oauth1 app permissions", xWrongRights},
}

// readXError reads the body of a refusal.
func readXError(endpoint string, status int, body []byte) *xError {
	e := &xError{Endpoint: endpoint, Status: status, Problem: xUnclear}
	var p xProblem
	if json.Unmarshal(body, &p) != nil {
		return e
	}
	if tail := p.tail(); tail != "" {
		e.Problem = tail
	}
	words := p.words()
	for _, w := range xWording {
		if (e.Problem == xUnclear || w.problem == xCapped) && strings.Contains(words, w.words) {
			e.Problem = w.problem
		}
	}
	for _, one := range p.Errors {
		if e.Problem == xUnclear && one.tail() != "" {
			e.Problem = one.tail()
		}
		for name := range one.Params {
			e.Params = append(e.Params, name)
		}
	}
	return e
}

// xAsk is one call.
type xAsk struct {
	endpoint string
	method   string // "" is GET
	path     string // behind the base, with a slash
	params   url.Values
	body     []byte
	kind     string // of the body
}

// request makes the HTTP request of a call.
func (n *x) request(ctx context.Context, a xAsk) (*http.Request, error) {
	method := a.method
	if method == "" {
		method = http.MethodGet
	}
	address := n.base + a.path
	if len(a.params) > 0 {
		address += "?" + strings.ReplaceAll(a.params.Encode(), "+", "%20")
	}
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(a.body))
	if err != nil {
		return nil, fmt.Errorf("call %s: %w", a.endpoint, err)
	}
	if a.kind != "" {
		req.Header.Set("Content-Type", a.kind)
	}
	return req, nil
}

// call makes a call once with a token, or with the keys that a client signs
// with. Its error is a *xError where the network refused; any other leaves open
// whether the call was carried out.
func (n *x) call(ctx context.Context, t *xToken, client *http.Client, a xAsk, into any) error {
	_, err := n.exchange(ctx, t, client, a, into)
	return err
}

// exchange is call with the headers of the answer.
func (n *x) exchange(ctx context.Context, t *xToken, client *http.Client, a xAsk, into any) (http.Header, error) {
	if err := t.leave(ctx, a.endpoint); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, xCallTime)
	defer cancel()
	req, err := n.request(ctx, a)
	if err != nil {
		return nil, err
	}
	if t.bearer != "" {
		req.Header.Set("Authorization", "Bearer "+t.bearer)
	}
	answer, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("call %s: %w", a.endpoint, xBare(err))
	}
	defer answer.Body.Close()
	t.heard(a.endpoint, answer.Header, time.Now())
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, fmt.Errorf("read the answer to %s: %w", a.endpoint, err)
	}
	switch answer.StatusCode / 100 {
	case 2:
	case 4:
		refused := readXError(a.endpoint, answer.StatusCode, body)
		if kind := t.learn(refused, answer.Header); kind != nil {
			return nil, fmt.Errorf("%w: %w", refused, kind)
		}
		return nil, refused
	default:
		return nil, fmt.Errorf("call %s: status %d", a.endpoint, answer.StatusCode)
	}
	if err := json.Unmarshal(body, into); err != nil {
		return nil, fmt.Errorf("read the answer to %s: %w", a.endpoint, xMalformed(err))
	}
	return answer.Header, nil
}

// xBare leaves the address out of an error: its query is what a region looks for.
func xBare(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// xMalformed leaves what was read out of an error.
func xMalformed(err error) error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Errorf("no JSON at byte %d", syntax.Offset)
	}
	return errors.New("JSON of another shape")
}

// read makes a call with the bearer tokens: with the first whose budget allows
// it, and with the next where one is refused. It says which one it was.
func (n *x) read(ctx context.Context, a xAsk, into any) (token int, err error) {
	var soonest error
	for _, t := range n.readers {
		err := n.call(ctx, t, n.client, a, into)
		if !xNextToken(err) {
			return t.number, err
		}
		soonest = xSooner(soonest, err)
	}
	return 0, soonest
}

// xNextToken says whether another token may have more luck.
func xNextToken(err error) bool {
	var limited Limited
	var lost AuthLost
	var refused *xError
	return errors.As(err, &limited) || errors.As(err, &lost) || errors.As(err, &refused) && refused.Problem == xNotEnrolled
}

// xSooner is the refusal that ends first; a token that is lost never comes back.
func xSooner(a, b error) error {
	var first, second Limited
	switch {
	case a == nil, errors.As(b, &second) && !errors.As(a, &first):
		return b
	case errors.As(a, &first) && errors.As(b, &second) && second.Until.Before(first.Until):
		return b
	}
	return a
}
