package monitor

import (
	"context"
	"crypto/md5" // the network signs calls with it; nothing secret rests on it alone
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	okCallTime = 30 * time.Second
	okLater    = 30 * time.Second
)

// okError is an error as the network tells it. Its own words are left out:
// they may repeat what was sent.
type okError struct {
	Method string
	Code   int
}

func (e *okError) Error() string { return fmt.Sprintf("%s: error %d of ok", e.Method, e.Code) }

// The codes that callers tell apart.
const (
	okUnknown        = 1
	okService        = 2
	okNoMethod       = 3
	okActionBlocked  = 7
	okFlood          = 8
	okAddressBlocked = 9
	okDenied         = 10
	okLimit          = 11
	okTotalLimit     = 26
	okNotAdmin       = 50
	okParameter      = 100
	okAppKey         = 101
	okSessionExpired = 102
	okSessionWrong   = 103
	okSignature      = 104
	okNoGroup        = 160
	okNoRight        = 200
	okNotFound       = 300
	okSessionNeeded  = 453
	okCensored       = 454
	okNoComment      = 700
	okDeadComment    = 702
)

// errOKNothing says that the network answered null.
var errOKNothing = errors.New("the answer is null")

// kind is what an error means to monitor; nil when it means nothing special.
func (e *okError) kind() error {
	switch e.Code {
	case okService:
		return Retry{After: okLater}
	case okNoGroup, okNotFound, okNoComment, okDeadComment:
		return Gone{}
	case okDenied, okNotAdmin, 455, 456, 457, 458:
		return Forbidden{}
	case okAppKey:
		return BadConfig{What: okKeyAppKey}
	case okSignature:
		return BadConfig{What: okKeySecret}
	case okNoMethod, okParameter, okNoRight:
		return BadConfig{What: fmt.Sprintf("ok error %d", e.Code)}
	case okCensored:
		return CannotPublish{Reason: "censored"}
	}
	return nil
}

// okSystemic says that the network refuses a method as such, or what we ask of
// it, and not the one thing that was asked for.
func okSystemic(err error) bool {
	var refused *okError
	if !errors.As(err, &refused) {
		return false
	}
	switch refused.Code {
	case okNoMethod, okDenied, okParameter, okNoRight:
		return true
	}
	return false
}

// sign adds what makes a call of parameters with a token the application's.
func (a okApplication) sign(params url.Values, token string) {
	params.Set("application_key", a.key)
	params.Set("format", "json")
	params.Set("sig", okMD5(okJoined(params)+okMD5(token+a.secret)))
	params.Set("access_token", token)
}

// okJoined are the parameters that are signed, in the order of their names.
func okJoined(params url.Values) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(params)) {
		b.WriteString(name + "=" + params.Get(name))
	}
	return b.String()
}

func okMD5(text string) string {
	sum := md5.Sum([]byte(text))
	return hex.EncodeToString(sum[:])
}

// call runs a method once with one token, which goes in the body only. Its
// error is an *okError where the network refused; any other leaves open whether
// the call was carried out.
func (n *ok) call(ctx context.Context, token, method string, params url.Values, into any) error {
	ctx, cancel := context.WithTimeout(ctx, okCallTime)
	defer cancel()
	form := maps.Clone(params)
	form.Set("method", method)
	n.application.sign(form, token)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, n.base+"/fb.do", strings.NewReader(form.Encode()))
	if err != nil {
		return fmt.Errorf("call %s: %w", method, err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := n.client.Do(req)
	if err != nil {
		return fmt.Errorf("call %s: %w", method, err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("call %s: status %d", method, answer.StatusCode)
	}
	var raw json.RawMessage
	if err := json.NewDecoder(answer.Body).Decode(&raw); err != nil {
		return fmt.Errorf("read the answer to %s: %w", method, err)
	}
	var refusal struct {
		Code okInt `json:"error_code"`
	}
	switch {
	case string(raw) == "null":
		return fmt.Errorf("call %s: %w", method, errOKNothing)
	case raw[0] == '{' && json.Unmarshal(raw, &refusal) == nil && refusal.Code != 0:
		return &okError{Method: method, Code: int(refusal.Code)}
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("read the answer to %s: %w", method, err)
	}
	return nil
}

// read runs a method with the first of the tokens whose budget allows it, and
// with the next where one is refused.
func (n *ok) read(ctx context.Context, tokens []*okToken, method string, params url.Values, into any) error {
	err := error(BadConfig{What: okKeyToken + " is not set"})
	for _, t := range tokens {
		if err = n.with(ctx, t, method, params, into); !errors.As(err, new(Limited)) && !errors.As(err, new(AuthLost)) {
			return err
		}
	}
	return err
}

// with runs a method with a token within its budget, and says of an error what
// it means.
func (n *ok) with(ctx context.Context, t *okToken, method string, params url.Values, into any) error {
	if err := t.leave(ctx, method); err != nil {
		return fmt.Errorf("before calling %s: %w", method, err)
	}
	t.spent(method)
	err := n.call(ctx, t.token, method, params, into)
	var refused *okError
	if !errors.As(err, &refused) {
		return err
	}
	if kind := t.learn(refused); kind != nil {
		return fmt.Errorf("%w: %w", refused, kind)
	}
	return refused
}
