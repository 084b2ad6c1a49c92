package monitor

import (
	"regexp"
	"strings"

	"otklik/monitor/links"
	"otklik/storage"
)

// The fields that are asked of posts and comments. The number of comments is
// that of all levels.
const (
	fbPostFields    = "id,message,from,created_time,updated_time,parent_id,attachments{media_type,subattachments{media_type}},comments.filter(stream).limit(0).summary(true)"
	fbCommentFields = "id,message,from,created_time,permalink_url,parent{id,message},attachment{type}"
	fbEitherFields  = "id,message,from,created_time"
)

// reasonForeignPage says that the post stands on a page that is not ours.
const reasonForeignPage = "foreign_page"

// fbPost is a post of a page, or of another that tags it.
type fbPost struct {
	ID          graphID      `json:"id"` // page_post
	Message     string       `json:"message"`
	From        *graphPerson `json:"from"` // nil: not told
	Created     graphTime    `json:"created_time"`
	ParentID    graphID      `json:"parent_id"` // of what it shares
	Attachments struct {
		Data []fbMedium `json:"data"`
	} `json:"attachments"`
	Comments graphList[struct{}] `json:"comments"`
}

type fbMedium struct {
	Type string `json:"media_type"`
	Sub  struct {
		Data []fbMedium `json:"data"`
	} `json:"subattachments"`
}

// fbComment is a comment under a post, or a reply to one.
type fbComment struct {
	ID        graphID      `json:"id"` // post_comment
	Message   string       `json:"message"`
	From      *graphPerson `json:"from"`
	Created   graphTime    `json:"created_time"`
	Permalink string       `json:"permalink_url"`
	Parent    *struct {
		ID      graphID `json:"id"`
		Message string  `json:"message"`
	} `json:"parent"`
	Attachment struct {
		Type string `json:"type"`
	} `json:"attachment"`
}

func (p *fbPost) media() (photos, videos int) {
	for _, m := range p.Attachments.Data {
		list := m.Sub.Data
		if len(list) == 0 {
			list = []fbMedium{m}
		}
		for _, one := range list {
			switch one.Type {
			case "photo":
				photos++
			case "video":
				videos++
			}
		}
	}
	return photos, videos
}

// fbURL is the canonical address of a post by its id page_post, or of a comment
// under it by post_comment.
func fbURL(post, comment string) string {
	if comment == "" {
		address, _ := links.Permalink(links.Facebook, links.Post, post)
		return address
	}
	return fbHome(post) + "?comment_id=" + comment[strings.LastIndex(comment, "_")+1:]
}

// fbPair is the form of all ids: page_post, post_comment.
var fbPair = regexp.MustCompile(`^(\d{1,25})_\d{1,25}$`)

// fbOwner is the page on whose wall a post stands; "" when its id does not tell.
func fbOwner(post string) string {
	m := fbPair.FindStringSubmatch(post)
	if m == nil {
		return ""
	}
	return m[1]
}

// fbRoot is the post, page_post, that a stored post or comment belongs to, as far
// as its address tells.
func fbRoot(p storage.Post) (root string, ok bool) {
	if fbOwner(p.ExternalID) == "" {
		return "", false
	}
	if p.Kind != links.Comment {
		return p.ExternalID, true
	}
	l, err := links.Parse(p.URL)
	if err != nil || l.Network != links.Facebook || fbOwner(l.RootID) == "" {
		return "", false
	}
	return l.RootID, true
}

// author says who wrote something, and whether that is a page of ours.
func (n *facebook) author(from *graphPerson) (id string, own bool) {
	if from == nil {
		return "", false
	}
	return string(from.ID), n.account(string(from.ID)) != nil
}

// postItem is a post for monitor.
func (n *facebook) postItem(p *fbPost) Item {
	item := Item{}
	item.AuthorID, item.Own = n.author(p.From)
	item.Post = storage.Post{
		Network: links.Facebook, Kind: links.Post, ExternalID: string(p.ID), URL: fbURL(string(p.ID), ""),
		Text: p.Message, PublishedAt: p.Created.Time,
	}
	if owner := fbOwner(string(p.ID)); owner != "" {
		item.SourceURL = fbHome(owner)
	}
	if p.ParentID != p.ID && fbOwner(string(p.ParentID)) != "" {
		item.RepostOf = string(p.ParentID)
	}
	item.Photos, item.Videos = p.media()
	item.CanPublish, item.PublishReason = n.CanPublish(item.Post)
	return item
}

// commentItem is a comment for monitor. root is the post that it stands under;
// its text is empty when it was not read.
func (n *facebook) commentItem(root *fbPost, c *fbComment) Item {
	post, id := string(root.ID), string(c.ID)
	if fbOwner(id) == "" {
		id = fbShort(post) + "_" + id
	}
	item := Item{}
	item.AuthorID, item.Own = n.author(c.From)
	item.Post = storage.Post{
		Network: links.Facebook, Kind: links.Comment, ExternalID: id, URL: fbURL(post, id),
		ParentURL: fbURL(post, ""), ParentText: graphLine(root.Message), SourceURL: fbHome(fbOwner(post)),
		Text: c.Message, PublishedAt: c.Created.Time,
	}
	if c.Parent != nil && c.Parent.ID != "" {
		item.ReplyTo = string(c.Parent.ID)
		item.ParentURL, item.ParentText = fbURL(post, item.ReplyTo), graphLine(c.Parent.Message)
	}
	switch {
	case strings.HasPrefix(c.Attachment.Type, "photo"):
		item.Photos = 1
	case strings.HasPrefix(c.Attachment.Type, "video"):
		item.Videos = 1
	}
	item.CanPublish, item.PublishReason = n.CanPublish(item.Post)
	return item
}
