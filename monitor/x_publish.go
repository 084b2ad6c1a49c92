package monitor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"otklik/monitor/links"
	"otklik/storage"
)

const (
	xPhotos      = 4 // that a post may have
	xAnswerPages = 5 // of our own posts that are searched for an answer
	xSameDay     = 24 * time.Hour
)

// summoned is the account of ours that the post's author called.
func (n *x) summoned(p storage.Post) *xAccount {
	name, ok := strings.CutPrefix(p.PublishReason, xSummoned)
	if !ok {
		return nil
	}
	return n.accountNamed(name)
}

// CanPublish says whether the post's author called an account that answers here.
// Who was called stays noted as the reason, also while it may not answer.
func (n *x) CanPublish(p storage.Post) (bool, string) {
	switch {
	case !xUserID.MatchString(p.ExternalID):
		return false, reasonNotSupported
	case n.summoned(p) != nil:
		return true, p.PublishReason
	case strings.HasPrefix(p.PublishReason, xSummoned):
		return false, p.PublishReason
	case len(n.accounts) == 0:
		return false, reasonNoToken
	}
	return false, reasonNotSummoned
}

// TakesPhotos says that an answer may have four photos.
func (n *x) TakesPhotos(p storage.Post) int {
	if ok, _ := n.CanPublish(p); !ok {
		return 0
	}
	return xPhotos
}

// Publish replies in the name of the account that was called. The network has no
// key that makes an attempt harmless, but it refuses the same text again: then
// the answer may be one that was taken for lost, and is looked for.
func (n *x) Publish(ctx context.Context, p storage.Post, a Answer) (externalID, address string, err error) {
	if ok, reason := n.CanPublish(p); !ok {
		return "", "", CannotPublish{Reason: reason}
	}
	if problems := links.Check(links.X, a.Text); len(problems) > 0 {
		return "", "", CannotPublish{Reason: xTextUnfit}
	}
	account := n.summoned(p)
	media, err := n.uploadPhotos(ctx, account, a.Photos)
	if err != nil {
		return "", "", fmt.Errorf("bring the photos of an answer to x: %w", err)
	}
	type reply struct {
		To string `json:"in_reply_to_tweet_id"`
	}
	type photos struct {
		IDs []string `json:"media_ids"`
	}
	ask := struct {
		Text  string  `json:"text"`
		Reply reply   `json:"reply"`
		Media *photos `json:"media,omitempty"`
	}{Text: a.Text, Reply: reply{p.ExternalID}}
	if len(media) > 0 {
		ask.Media = &photos{media}
	}
	body, err := json.Marshal(ask)
	if err != nil {
		return "", "", CannotPublish{Reason: xNotTaken}
	}
	var made struct {
		Data struct {
			ID xString `json:"id"`
		} `json:"data"`
	}
	err = n.sign(ctx, account, xAsk{endpoint: xWrite, method: http.MethodPost, path: "/tweets", body: body, kind: "application/json"}, &made)
	if err == nil && !xUserID.MatchString(string(made.Data.ID)) {
		err = errors.New("the answer to write names no post")
	}
	if err != nil {
		return n.refusal(ctx, p, a, err)
	}
	return n.placed(string(made.Data.ID))
}

// placed is where an answer of ours stands.
func (n *x) placed(id string) (externalID, address string, err error) {
	address, _ = links.Permalink(links.X, links.Post, id)
	return id, address, nil
}

// refusal says what a failed publication means. What leaves open whether the
// answer went out is of no kind.
func (n *x) refusal(ctx context.Context, p storage.Post, a Answer, err error) (externalID, address string, _ error) {
	var refused *xError
	wrapped := func(err error) error { return fmt.Errorf("publish under %s in x: %w", p.ExternalID, err) }
	if !errors.As(err, &refused) || refused.Status == http.StatusUnauthorized || errors.As(err, new(Limited)) {
		return "", "", wrapped(err)
	}
	reason := reasonForbidden
	switch refused.Problem {
	case xDuplicate, xUnclear:
		id, _, found, lookErr := n.FindPublished(ctx, p, a.Text, time.Now().Add(-xSameDay))
		if found {
			return n.placed(id)
		}
		if lookErr != nil {
			return "", "", fmt.Errorf("publish under %s in x: %w, and whether it stands there: %w", p.ExternalID, refused, lookErr)
		}
		if refused.Problem == xDuplicate {
			reason = reasonDuplicate
		}
	case xNotSummoned:
		reason = reasonNotSummoned
	case xReplyClosed:
		reason = reasonCommentsClosed
	case xTooLong:
		reason = xTextUnfit
	case xWrongRights:
		reason = reasonSetting
	case xToDeleted, xNotFound:
		if _, missing := n.FetchPost(ctx, p.ExternalID); errors.As(missing, new(Gone)) {
			return "", "", wrapped(Gone{})
		}
	}
	if reason == reasonForbidden && refused.Status == http.StatusBadRequest {
		reason = xNotTaken
	}
	return "", "", fmt.Errorf("publish under %s in x: %w: %w", p.ExternalID, refused, CannotPublish{Reason: reason})
}

// sign makes a call with the keys of an account.
func (n *x) sign(ctx context.Context, a *xAccount, ask xAsk, into any) error {
	return n.call(ctx, a.budget, a.signed, ask, into)
}

// FindPublished looks for the text among the latest posts of the account that
// answers, in reply to the post.
func (n *x) FindPublished(ctx context.Context, p storage.Post, text string, since time.Time) (externalID, address string, found bool, err error) {
	account := n.summoned(p)
	if account == nil {
		return "", "", false, BadConfig{What: "account that answers"}
	}
	params := url.Values{"max_results": {"100"}, "tweet.fields": {xFields}, "start_time": {since.UTC().Format(time.RFC3339)}}
	for range xAnswerPages {
		var page xPage
		err := n.sign(ctx, account, xAsk{endpoint: xTimeline, path: "/users/" + account.id + "/tweets", params: params}, &page)
		n.money.paid(-account.budget.number, page.Data)
		if err == nil && page.Meta == nil {
			err = page.problem(xTimeline)
		}
		if err != nil {
			return "", "", false, fmt.Errorf("look for an answer under %s in x: %w", p.ExternalID, err)
		}
		for i := range page.Data {
			post := &page.Data[i]
			if post.ref("replied_to") == p.ExternalID && xSameText(post.whole(), text) && !post.CreatedAt.Before(since.Truncate(time.Second)) {
				id, address, err := n.placed(post.externalID())
				return id, address, true, err
			}
		}
		if page.Meta.NextToken == "" {
			break
		}
		params.Set("pagination_token", page.Meta.NextToken)
	}
	return "", "", false, nil
}

var (
	xCalled = regexp.MustCompile(`^(?:\s*@[A-Za-z0-9_]{1,15})+\s*`)
	xScheme = regexp.MustCompile(`(?i)^https?://(?:www\.)?`)
)

// xSameText compares an answer as it was sent with one as the network tells it:
// that names the author of the post at its beginning, and spells addresses its
// own way.
func xSameText(a, b string) bool {
	plain := func(text string) string {
		var words []string
		for word := range strings.FieldsSeq(xCalled.ReplaceAllString(text, "")) {
			if bare := xScheme.ReplaceAllString(word, ""); bare != word || strings.Contains(word, ".") {
				word = strings.TrimSuffix(strings.ToLower(bare), "/")
			}
			words = append(words, word)
		}
		return strings.Join(words, " ")
	}
	return plain(a) == plain(b)
}
