package sandbox

import (
	"encoding/json"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"time"

	"otklik/monitor/links"
)

// xSameText is how long the network remembers a text of an account.
const xSameText = 24 * time.Hour

// create writes a post, mostly a reply, for who signed.
func (c *xCall) create() (any, *xProblem) {
	var ask struct {
		Text  string `json:"text"`
		Reply *struct {
			To string `json:"in_reply_to_tweet_id"`
		} `json:"reply"`
		Media *struct {
			IDs []string `json:"media_ids"`
		} `json:"media"`
	}
	if err := json.Unmarshal(c.body, &ask); err != nil || strings.TrimSpace(ask.Text) == "" {
		return nil, xInvalid("text", ask.Text, "a text is expected")
	}
	forbidden := func(detail string) (any, *xProblem) {
		return nil, xRefuse("", http.StatusForbidden, "Forbidden").because(detail)
	}
	if len(links.Check(links.X, ask.Text)) > 0 {
		return forbidden("Tweet needs to be a bit shorter.")
	}
	opt := XPostOptions{}
	if ask.Reply != nil {
		to := c.x.byID(ask.Reply.To)
		switch {
		case to == nil || !to.live(c.now):
			return forbidden("You attempted to reply to a Tweet that is deleted or not visible to you.")
		case to.options.Closed:
			return forbidden("The original Tweet author restricted who can reply to this Tweet.")
		case !c.x.opt.AnyReply && to.author != c.as && !to.called(c.as):
			return forbidden("Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the author of the post you are replying to.")
		}
		opt.ReplyTo = to
	}
	if ask.Media != nil {
		for _, id := range ask.Media.IDs {
			if c.x.media[id] != c.as.username {
				return nil, xInvalid("media.media_ids", id, "Your media IDs are invalid.")
			}
		}
		opt.Photos = len(ask.Media.IDs)
	}
	for _, p := range c.x.posts {
		if p.author == c.as && !p.deleted && p.options.ReplyTo == opt.ReplyTo && c.now.Sub(p.at) < xSameText && bare(p.text()) == bare(ask.Text) {
			return nil, xKinds["duplicate"]
		}
	}
	made := c.as.post(ask.Text, opt)
	c.status = http.StatusCreated
	return map[string]any{"data": map[string]any{"id": made.ExternalID(), "text": made.text()}}, nil
}

// bare is a text without the accounts that a reply calls at its beginning.
func bare(text string) string {
	for strings.HasPrefix(text, "@") {
		_, text, _ = strings.Cut(text, " ")
	}
	return text
}

// remove deletes a post of who signed.
func (c *xCall) remove() (any, *xProblem) {
	p := c.x.byID(c.r.PathValue("id"))
	if p == nil || p.author != c.as {
		return nil, xRefuse("", http.StatusForbidden, "Forbidden").because("You are not authorized to delete this Tweet.")
	}
	p.deleted = true
	c.x.wake()
	return map[string]any{"data": map[string]bool{"deleted": true}}, nil
}

// largestPhoto is what an uploaded photo may weigh, in bytes.
const largestPhoto = 5 << 20

// upload takes a photo as multipart form.
func (c *xCall) upload() (any, *xProblem) {
	kind, params, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		return nil, xInvalid("media", "", "a multipart form is expected")
	}
	form, err := multipart.NewReader(strings.NewReader(string(c.body)), params["boundary"]).ReadForm(largestPhoto * 2)
	if err != nil || len(form.File["media"]) != 1 || len(form.Value["media_category"]) != 1 || form.Value["media_category"][0] != "tweet_image" {
		return nil, xInvalid("media", "", "one photo of the category tweet_image is expected")
	}
	if form.File["media"][0].Size > largestPhoto || form.File["media"][0].Size == 0 {
		return nil, xInvalid("media", "", "the photo is too large or empty")
	}
	id := textHash(c.as.username + c.now.String() + string(c.body))
	c.x.media[id] = c.as.username
	return map[string]any{"data": map[string]any{"id": id, "media_key": "3_" + id, "expires_after_secs": 86400, "size": form.File["media"][0].Size}}, nil
}
