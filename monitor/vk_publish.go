package monitor

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"time"

	"otklik/monitor/links"
	"otklik/storage"
)

var vkID = regexp.MustCompile(`^(-?\d{1,18})_(\d{1,18})(?:_(\d{1,18}))?$`)

// vkPlace is where a post or comment stands.
type vkPlace struct{ owner, post, comment int64 }

// vkPlaceOf reads owner_post or owner_post_comment.
func vkPlaceOf(externalID string) (vkPlace, bool) {
	m := vkID.FindStringSubmatch(externalID)
	if m == nil {
		return vkPlace{}, false
	}
	number := func(text string) int64 {
		n, _ := strconv.ParseInt(text, 10, 64) // at most 18 digits, or none
		return n
	}
	return vkPlace{number(m[1]), number(m[2]), number(m[3])}, true
}

func (p vkPlace) String() string {
	if p.comment == 0 {
		return p.postID()
	}
	return fmt.Sprintf("%s_%d", p.postID(), p.comment)
}

func (p vkPlace) postID() string { return fmt.Sprintf("%d_%d", p.owner, p.post) }

// CanPublish says whether the wall is one of a community that answers here, or
// that of another one which lets communities comment, where that is switched on.
// Whether it lets them the post says when it is read.
func (n *vk) CanPublish(p storage.Post) (bool, string) {
	place, ok := vkPlaceOf(p.ExternalID)
	foreign := n.foreign && p.CanPublish && n.writer(place.owner) != nil
	switch {
	case !ok:
		return false, reasonNotSupported
	case len(n.writers) == 0:
		return false, reasonNoToken
	case place.owner > 0:
		return false, reasonUserWall
	case n.writers[place.owner] == nil && !foreign:
		return false, reasonForeignWall
	case p.PublishReason == reasonCommentsClosed:
		return false, reasonCommentsClosed
	}
	return true, ""
}

// TakesPhotos is none: photos are uploaded for a comment by a person's key only,
// and answers are never published as a person.
func (n *vk) TakesPhotos(storage.Post) int { return 0 }

// writer is the key that answers on a wall: the wall's own, and elsewhere that of
// the only community there is. Of several nobody could say which is to speak.
func (n *vk) writer(owner int64) *vkToken { return n.writers[n.voice(owner)] }

// voice is the owner id of the community that answers on a wall; 0 for none.
func (n *vk) voice(owner int64) int64 {
	if n.writers[owner] != nil {
		return owner
	}
	if all := n.owners(); n.foreign && len(all) == 1 {
		return all[0]
	}
	return 0
}

// Publish comments in the community's name. The network takes a key once, so a
// second attempt with it returns what the first one made.
func (n *vk) Publish(ctx context.Context, p storage.Post, a Answer) (externalID, address string, err error) {
	if ok, reason := n.CanPublish(p); !ok {
		return "", "", CannotPublish{Reason: reason}
	}
	place, _ := vkPlaceOf(p.ExternalID)
	params := url.Values{
		"owner_id": {strconv.FormatInt(place.owner, 10)}, "post_id": {strconv.FormatInt(place.post, 10)},
		"from_group": {strconv.FormatInt(-n.voice(place.owner), 10)}, "message": {a.Text}, "guid": {a.Key},
	}
	if place.comment != 0 {
		params.Set("reply_to_comment", strconv.FormatInt(place.comment, 10))
	}
	var made struct {
		ID vkInt `json:"comment_id"`
	}
	err = n.with(ctx, n.writer(place.owner), "wall.createComment", params, &made)
	if err == nil && made.ID == 0 {
		err = errors.New("wall.createComment named no comment")
	}
	if err != nil {
		return "", "", fmt.Errorf("publish under %s in vk: %w", p.ExternalID, n.refusal(ctx, p, err))
	}
	id := fmt.Sprintf("%s_%d", place.postID(), made.ID)
	return id, vkURL(links.Comment, id), nil
}

// refusal says what a failed publication means. What leaves open whether the
// answer went out is of no kind.
func (n *vk) refusal(ctx context.Context, p storage.Post, err error) error {
	var refused *vkError
	if !errors.As(err, &refused) {
		return err
	}
	place, _ := vkPlaceOf(p.ExternalID)
	switch refused.Code {
	case vkInternal, 1:
		return refused // it may have been carried out
	case vkDenied, vkParameter, vkNoComments, vkNoReply:
		// The network says the same of what was deleted and of what is not ours.
		if _, missing := n.FetchPost(ctx, p.ExternalID); errors.As(missing, new(Gone)) {
			return Gone{}
		}
	}
	if n.writers[place.owner] == nil {
		switch refused.Code {
		case vkDenied, vkNotForGroups, vkNoComments, vkNoReply, vkTokenKind:
			return CannotPublish{Reason: reasonForeignWall}
		}
	}
	switch refused.Code {
	case vkDenied, vkNotForGroups, vkTokenKind:
		return CannotPublish{Reason: reasonForbidden}
	case vkNoComments:
		return CannotPublish{Reason: reasonCommentsClosed}
	case vkParameter:
		return CannotPublish{Reason: "refused"}
	}
	return err
}

// FindPublished looks for the text among the comments of the post's community.
func (n *vk) FindPublished(ctx context.Context, p storage.Post, text string, since time.Time) (externalID, address string, found bool, err error) {
	place, ok := vkPlaceOf(p.ExternalID)
	if !ok {
		return "", "", false, BadConfig{What: "id of a post"}
	}
	post, _, err := n.onePost(ctx, place.postID())
	if err != nil {
		return "", "", false, fmt.Errorf("look for an answer under %s in vk: %w", p.ExternalID, err)
	}
	err = n.eachComment(ctx, post, func(c vkComment) bool {
		ours := int64(c.FromID) == n.voice(place.owner) && c.Deleted == 0 && int64(c.ReplyTo) == place.comment
		if ours && int64(c.Date) >= since.Unix() && vkLine(vkText(c.Text)) == vkLine(vkText(text)) {
			externalID, found = fmt.Sprintf("%s_%d", place.postID(), c.ID), true
		}
		return !found
	})
	if err != nil {
		return "", "", false, fmt.Errorf("look for an answer under %s in vk: %w", p.ExternalID, err)
	}
	if !found {
		return "", "", false, nil
	}
	return externalID, vkURL(links.Comment, externalID), true, nil
}
