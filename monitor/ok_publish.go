package monitor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"time"

	"otklik/monitor/links"
	"otklik/storage"
)

const (
	reasonForeignGroup  = "foreign_group"  // a group that is not ours
	reasonPublishingOff = "publishing_off" // by the settings
	reasonMethodGone    = "method_gone"    // the network takes no answers by the interface any more
	reasonNotAdmin      = "not_admin"      // the token's person does not administer the group
)

// CanPublish says whether the group is one that answers here, and whether
// answers may go out by the interface at all.
func (n *ok) CanPublish(p storage.Post) (bool, string) {
	place, ok := okPlaceOf(p.ExternalID)
	switch {
	case !ok:
		return false, reasonNotSupported
	case len(n.writers) == 0:
		return false, reasonNoToken
	case n.writers[place.group] == nil:
		return false, reasonForeignGroup
	case !n.publishing:
		return false, reasonPublishingOff
	case n.retired.Load():
		return false, reasonMethodGone
	}
	return true, ""
}

// okMade is the id of a new comment, bare or within an object.
type okMade struct{ ID okID }

// UnmarshalJSON reads "id", a number, {"id":…} and {"comment_id":…}.
func (m *okMade) UnmarshalJSON(raw []byte) error {
	if raw[0] != '{' {
		return json.Unmarshal(raw, &m.ID)
	}
	var named struct {
		ID        okID `json:"id"`
		CommentID okID `json:"comment_id"`
	}
	if err := json.Unmarshal(raw, &named); err != nil {
		return err
	}
	if m.ID = named.CommentID; m.ID == "" {
		m.ID = named.ID
	}
	return nil
}

// Publish comments in the name of the group's administration. The network knows
// no key by which it would tell a second attempt from a second answer.
func (n *ok) Publish(ctx context.Context, p storage.Post, a Answer) (externalID, address string, err error) {
	if ok, reason := n.CanPublish(p); !ok {
		return "", "", CannotPublish{Reason: reason}
	}
	place, _ := okPlaceOf(p.ExternalID)
	params := url.Values{"entityId": {place.topic}, "entityType": {"GROUP_TOPIC"}, "comment": {a.Text}, "as_admin": {"true"}}
	if place.comment != "" {
		params.Set("reply_to_comment_id", place.comment)
	}
	var made okMade
	err = n.with(ctx, n.writers[place.group], "discussions.addDiscussionComment", params, &made)
	if err == nil && made.ID == "" {
		err = errors.New("discussions.addDiscussionComment named no comment")
	}
	if err != nil {
		return "", "", fmt.Errorf("publish under %s in ok: %w", p.ExternalID, n.refusal(ctx, p, err))
	}
	id := place.topicID() + "/" + string(made.ID)
	return id, okURL(links.Comment, id), nil
}

// refusal says what a failed publication means. What leaves open whether the
// answer went out is of no kind.
func (n *ok) refusal(ctx context.Context, p storage.Post, err error) error {
	var refused *okError
	if !errors.As(err, &refused) {
		return err
	}
	switch refused.Code {
	case okUnknown, okService:
		return refused // it may have been carried out
	case okNoMethod:
		n.retired.Store(true)
		return CannotPublish{Reason: reasonMethodGone}
	case okNotAdmin:
		return CannotPublish{Reason: reasonNotAdmin}
	case okDenied, okNoRight:
		return CannotPublish{Reason: reasonForbidden}
	case 455, 456, 457, 458:
		if _, missing := n.FetchPost(ctx, p.ExternalID); errors.As(missing, new(Gone)) {
			return Gone{}
		}
		return CannotPublish{Reason: reasonCommentsClosed}
	case okParameter, okNoGroup:
		return CannotPublish{Reason: "refused"}
	}
	return err
}

// FindPublished looks for the text among what our accounts wrote under the
// topic, in reply to the same comment.
func (n *ok) FindPublished(ctx context.Context, post storage.Post, text string, since time.Time) (externalID, address string, found bool, err error) {
	p, ok := okPlaceOf(post.ExternalID)
	if !ok {
		return "", "", false, BadConfig{What: "id of a post"}
	}
	if t := n.writers[p.group]; t != nil && t.person() == "" {
		// Not to know our own words would be to say them twice.
		if _, err := n.askPerson(ctx, t); err != nil {
			return "", "", false, fmt.Errorf("look for an answer under %s in ok: %w", post.ExternalID, err)
		}
	}
	want := okLine(okText(text))
	_, err = n.eachComment(ctx, p, "", func(page []okComment) bool {
		more := true
		for i := range page {
			c := &page[i]
			switch at := c.at(time.Now().UnixMilli()); {
			case at < since.Truncate(time.Second).UnixMilli():
				more = false
			case !found && !c.removed() && n.own(c.author()) && string(c.ReplyTo) == p.comment && okLine(okText(c.Text)) == want:
				externalID, found = p.topicID()+"/"+string(c.ID), true
			}
		}
		return more && !found
	})
	if err != nil {
		return "", "", false, fmt.Errorf("look for an answer under %s in ok: %w", post.ExternalID, err)
	}
	if !found {
		return "", "", false, nil
	}
	return externalID, okURL(links.Comment, externalID), true, nil
}
