package monitor

import (
	"errors"
	"regexp"
	"strings"

	"otklik/monitor/links"
	"otklik/storage"
)

// The fields that are asked of media and comments.
const (
	igMediaFields   = "id,caption,media_type,permalink,timestamp,username,comments_count"
	igTagFields     = "id,caption,media_type,permalink,timestamp,comments_count"
	igCommentFields = "id,text,timestamp,username,from"
	igThreadFields  = igCommentFields + ",replies{" + igCommentFields + "}"
	igOneFields     = igCommentFields + ",parent_id,media{id,caption,permalink}"
	igMentionFields = "id,text,timestamp,media{id,caption,permalink}"
)

// reasonHashtag says that the post was found by its hashtag: the network takes
// no answers there.
const reasonHashtag = "hashtag"

// igMedium is a photo, a video, a reel or an album.
type igMedium struct {
	ID        graphID     `json:"id"`
	Caption   string      `json:"caption"`
	Type      string      `json:"media_type"`
	Permalink string      `json:"permalink"`
	At        graphTime   `json:"timestamp"`
	Username  string      `json:"username"`
	Comments  graphNumber `json:"comments_count"`
}

// igComment is a comment or a reply to one.
type igComment struct {
	ID       graphID              `json:"id"`
	Text     string               `json:"text"`
	At       graphTime            `json:"timestamp"`
	Username string               `json:"username"`
	From     *graphPerson         `json:"from"`
	ParentID graphID              `json:"parent_id"`
	Media    igMedium             `json:"media"`
	Replies  graphList[igComment] `json:"replies"`
}

// code is the short code by which the address of a medium names it: the id of
// stored media.
func (m *igMedium) code() (string, error) {
	l, err := links.Parse(m.Permalink)
	if err != nil || l.Network != links.Instagram || l.RootID == "" {
		return "", errors.New("a medium without its address")
	}
	return l.RootID, nil
}

// igURL is the address of a medium by its code, or of a comment under it.
// Comments have none of their own; this one is the form that the site itself
// uses, and no two of them are the same.
func igURL(code, comment string) string {
	address, _ := links.Permalink(links.Instagram, links.Post, code)
	if comment == "" {
		return address
	}
	return address + "c/" + comment + "/"
}

// igHome is the address of an account; "" when its name is not known.
func igHome(username string) string {
	if username == "" {
		return ""
	}
	return "https://www.instagram.com/" + username + "/"
}

// by says who wrote something, and whether that is an account of ours.
func (n *instagram) by(from *graphPerson, username string) (id string, own bool) {
	id, username = username, strings.ToLower(username)
	if from != nil && from.ID != "" {
		id = string(from.ID)
		if username == "" {
			username = strings.ToLower(from.Username)
		}
	}
	for _, a := range n.accounts {
		if a.id == id || username != "" && a.known() == username {
			return id, true
		}
	}
	return id, false
}

var igName = regexp.MustCompile(`@([A-Za-z0-9_.]+)`)

// mentions says whether a text names an account of ours.
func (n *instagram) mentions(text string) bool {
	for _, m := range igName.FindAllStringSubmatch(text, -1) {
		if _, own := n.by(nil, strings.TrimRight(m[1], ".")); own {
			return true
		}
	}
	return false
}

// mediumItem is a medium for monitor.
func (n *instagram) mediumItem(m *igMedium) (Item, error) {
	code, err := m.code()
	if err != nil {
		return Item{}, err
	}
	item := Item{}
	item.AuthorID, item.Own = n.by(nil, m.Username)
	item.Post = storage.Post{
		Network: links.Instagram, Kind: links.Post, ExternalID: code, URL: igURL(code, ""), SourceURL: igHome(m.Username),
		Text: m.Caption, PublishedAt: m.At.Time, PublishReason: reasonForeignPage,
	}
	if m.Type == "VIDEO" {
		item.Videos = 1
	} else {
		item.Photos = 1
	}
	return item, nil
}

// commentItem is a comment under a medium of ours, or one that mentions us;
// parent is the comment that it replies to, nil for none. An answer can be
// published under it.
func (n *instagram) commentItem(code string, m *igMedium, c, parent *igComment) Item {
	id := string(c.ID)
	item := Item{}
	item.AuthorID, item.Own = n.by(c.From, c.Username)
	item.Post = storage.Post{
		Network: links.Instagram, Kind: links.Comment, ExternalID: id, URL: igURL(code, id),
		ParentURL: igURL(code, ""), ParentText: graphLine(m.Caption), SourceURL: igHome(m.Username),
		Text: c.Text, PublishedAt: c.At.Time, CanPublish: true,
	}
	if parent != nil {
		item.ReplyTo = string(parent.ID)
		item.ParentURL, item.ParentText = igURL(code, item.ReplyTo), graphLine(parent.Text)
	}
	return item
}
