package monitor

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"otklik/monitor/links"
	"otklik/storage"
)

// CanPublish says what was noted when the post was found: comments under our own
// media and what mentions us can be answered, what a hashtag brought cannot.
func (n *instagram) CanPublish(p storage.Post) (bool, string) {
	switch {
	case p.PublishReason == reasonHashtag:
		return false, reasonHashtag
	case !p.CanPublish && !igNoted(p):
		return false, reasonForeignPage
	}
	for _, a := range n.accounts {
		if !a.mute() {
			return true, ""
		}
	}
	return false, reasonLimited
}

// igNoted says of a post that cannot be answered that this was not because of
// where it stands: the account was to be silent, or its token was away.
func igNoted(p storage.Post) bool {
	own := p.Source != 0 && p.Kind == links.Comment && graphNumeric.MatchString(p.ExternalID)
	return p.PublishReason == reasonLimited || p.PublishReason == reasonNoToken && own
}

// Publish replies to a comment under a medium of ours, or where somebody
// mentions us. The network knows no keys: whoever is in doubt has to look for
// the answer before he tries again.
func (n *instagram) Publish(ctx context.Context, p storage.Post, a Answer) (externalID, address string, err error) {
	if ok, reason := n.CanPublish(p); !ok {
		return "", "", CannotPublish{Reason: reason}
	}
	if problems := links.Check(links.Instagram, a.Text); len(problems) > 0 {
		return "", "", CannotPublish{Reason: problems[0].Code}
	}
	at, err := n.place(ctx, p.ExternalID)
	if err != nil {
		return "", "", n.before(p, err)
	}
	code, err := at.medium.code()
	if err != nil {
		return "", "", n.before(p, err)
	}
	path, params := igAnswer(at, a.Text)
	var made struct {
		ID graphID `json:"id"`
	}
	err = n.post(ctx, at.account, path, params, nil, &made)
	switch {
	case errors.As(err, new(BadConfig)):
		err = fmt.Errorf("%w: %w", CannotPublish{Reason: "refused"}, err)
	case err == nil && made.ID == "":
		err = errors.New("the network named no comment")
	}
	if err != nil {
		return "", "", fmt.Errorf("publish under %s in instagram: %w", p.ExternalID, err)
	}
	return string(made.ID), igURL(code, string(made.ID)), nil
}

// before words what failed before anything was written: nothing went out, so
// what has no kind may be tried again.
func (n *instagram) before(p storage.Post, err error) error {
	if troubleCode(err) == troubleNetwork {
		err = fmt.Errorf("%w: %w", Retry{After: graphLater}, err)
	}
	return fmt.Errorf("publish under %s in instagram: %w", p.ExternalID, err)
}

// igAnswer is where an answer is sent. Replies to a reply stand under the
// comment that both belong to.
func igAnswer(at igPlace, text string) (path string, params url.Values) {
	params = url.Values{"message": {text}}
	switch {
	case at.mention:
		params.Set("media_id", string(at.medium.ID))
		if at.comment != nil {
			params.Set("comment_id", string(at.comment.ID))
		}
		return at.account.id + "/mentions", params
	case at.comment == nil:
		return string(at.medium.ID) + "/comments", params
	case at.comment.ParentID != "":
		return string(at.comment.ParentID) + "/replies", params
	}
	return string(at.comment.ID) + "/replies", params
}

// answers are the replies of the thread that a place belongs to. Under a medium
// that is not ours the network does not show them.
func (n *instagram) answers(ctx context.Context, at igPlace) (replies []igComment, thread string, err error) {
	switch {
	case at.mention:
		return nil, "", Forbidden{}
	case at.comment == nil:
		return nil, "", Forbidden{} // our own media are never answered
	}
	thread = string(at.comment.ID)
	if at.comment.ParentID != "" {
		thread = string(at.comment.ParentID)
	}
	replies, err = n.allReplies(ctx, at.account, thread)
	return replies, thread, err
}

// FindPublished looks for the text among what the account replied.
func (n *instagram) FindPublished(ctx context.Context, p storage.Post, text string, since time.Time) (externalID, address string, found bool, err error) {
	at, err := n.place(ctx, p.ExternalID)
	var replies []igComment
	if err == nil {
		replies, _, err = n.answers(ctx, at)
	}
	if err != nil {
		return "", "", false, fmt.Errorf("look for an answer under %s in instagram: %w", p.ExternalID, err)
	}
	code, err := at.medium.code()
	if err != nil {
		return "", "", false, err
	}
	for _, c := range replies {
		if _, own := n.by(c.From, c.Username); own && c.At.Unix() >= since.Unix() && graphLine(c.Text) == graphLine(text) {
			return string(c.ID), igURL(code, string(c.ID)), true, nil
		}
	}
	return "", "", false, nil
}

// Replies reads what was written in the thread of a comment after the answer.
func (n *instagram) Replies(ctx context.Context, p storage.Post, answer string, since time.Time) ([]Item, error) {
	at, err := n.place(ctx, p.ExternalID)
	var replies []igComment
	thread := ""
	if err == nil {
		replies, thread, err = n.answers(ctx, at)
	}
	if err != nil {
		return nil, fmt.Errorf("read replies under %s in instagram: %w", p.ExternalID, err)
	}
	code, err := at.medium.code()
	if err != nil {
		return nil, err
	}
	var items []Item
	for i := range replies {
		if c := &replies[i]; string(c.ID) != answer && string(c.ID) != p.ExternalID && c.At.Unix() >= since.Unix() {
			items = append(items, n.commentItem(code, &at.medium, c, &igComment{ID: graphID(thread)}))
		}
	}
	return items, nil
}
