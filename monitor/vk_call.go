package monitor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	vkVersion   = "5.199"
	vkCallTime  = 30 * time.Second
	vkPatience  = 3           // attempts of a call that came too fast
	vkTooFast   = time.Second // to wait after one
	vkFloodRest = 5 * time.Minute
	vkCaptcha   = time.Hour // a person would have to solve it; nobody is here to
	vkLater     = 30 * time.Second
)

// vkError is an error as the network tells it. Its own words are left out:
// they may repeat what was sent.
type vkError struct {
	Method string
	Code   int
}

func (e *vkError) Error() string { return fmt.Sprintf("%s: error %d of vk", e.Method, e.Code) }

// The codes that callers tell apart.
const (
	vkAuth         = 5
	vkTooMany      = 6
	vkFlood        = 9
	vkInternal     = 10
	vkNeedsCaptcha = 14
	vkDenied       = 15
	vkNotForGroups = 27
	vkQuota        = 29
	vkParameter    = 100
	vkNoComments   = 212
	vkNoReply      = 213
	vkNoLinks      = 222
	vkManyReplies  = 223
	vkTokenKind    = 1051
	vkExpired      = 1117
)

// kind is what an error means to monitor; nil when it means nothing special.
func (e *vkError) kind() error {
	switch e.Code {
	case vkTooMany:
		return Retry{After: vkTooFast}
	case vkInternal, 1:
		return Retry{After: vkLater}
	case 18, 104:
		return Gone{}
	case vkDenied, 30, 203, vkNoComments, 19, 200:
		return Forbidden{}
	case 3, 8, vkNotForGroups, 28, vkParameter, 113, 125, vkTokenKind:
		return BadConfig{What: fmt.Sprintf("vk error %d", e.Code)}
	case vkNoReply:
		return CannotPublish{Reason: reasonCommentsClosed}
	case vkNoLinks:
		return CannotPublish{Reason: "links_forbidden"}
	case vkManyReplies:
		return CannotPublish{Reason: "too_many_replies"}
	}
	return nil
}

// vkReply is what every method answers with.
type vkReply struct {
	Response json.RawMessage `json:"response"`
	Error    *struct {
		Code vkInt `json:"error_code"`
	} `json:"error"`
}

// call runs a method once with one token. Its error is a *vkError where the
// network refused; any other leaves open whether the call was carried out.
func (n *vk) call(ctx context.Context, token, method string, params url.Values, into any) error {
	ctx, cancel := context.WithTimeout(ctx, vkCallTime)
	defer cancel()
	params.Set("v", vkVersion)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, n.base+"/method/"+method, strings.NewReader(params.Encode()))
	if err != nil {
		return fmt.Errorf("call %s: %w", method, err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Authorization", "Bearer "+token)
	answer, err := n.client.Do(req)
	if err != nil {
		return fmt.Errorf("call %s: %w", method, err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("call %s: status %d", method, answer.StatusCode)
	}
	var reply vkReply
	if err := json.NewDecoder(answer.Body).Decode(&reply); err != nil {
		return fmt.Errorf("read the answer to %s: %w", method, err)
	}
	switch {
	case reply.Error != nil:
		return &vkError{Method: method, Code: int(reply.Error.Code)}
	case len(reply.Response) == 0 || string(reply.Response) == "null":
		return fmt.Errorf("the answer to %s has neither response nor error", method)
	}
	if err := json.Unmarshal(reply.Response, into); err != nil {
		return fmt.Errorf("read the response of %s: %w", method, err)
	}
	return nil
}

// read runs a method with the service keys in turn: with the next whose budget
// allows it, and with another where one is refused.
func (n *vk) read(ctx context.Context, method string, params url.Values, into any) error {
	err := error(BadConfig{What: vkKeyToken + " is not set"})
	first := int(n.turn.Add(1))
	for i := range n.readers {
		t := n.readers[(first+i)%len(n.readers)]
		if err = n.with(ctx, t, method, params, into); !vkNextToken(err) {
			return err
		}
	}
	return err
}

// vkNextToken says whether another token may have more luck.
func vkNextToken(err error) bool {
	var limited Limited
	var lost AuthLost
	return errors.As(err, &limited) || errors.As(err, &lost)
}

// with runs a method with a token within its budget, and says of an error what
// it means.
func (n *vk) with(ctx context.Context, t *vkToken, method string, params url.Values, into any) error {
	for attempt := 1; ; attempt++ {
		if err := t.leave(ctx, method); err != nil {
			return err
		}
		err := n.call(ctx, t.token, method, params, into)
		var refused *vkError
		if !errors.As(err, &refused) {
			return err
		}
		if refused.Code == vkTooMany && attempt < vkPatience {
			if err := pause(ctx, vkTooFast); err != nil {
				return err
			}
			continue
		}
		kind := t.learn(refused)
		if kind == nil {
			return refused
		}
		return fmt.Errorf("%w: %w", refused, kind)
	}
}
