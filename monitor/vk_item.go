package monitor

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"otklik/monitor/links"
	"otklik/storage"
)

const (
	reasonCommentsClosed = "comments_closed"
	reasonForeignWall    = "foreign_wall" // the wall of a community that is not ours
	reasonUserWall       = "user_wall"    // the wall of a person
)

var vkMention = regexp.MustCompile(`\[(?:id|club|public|event)\d+(?::[^\]|]*)?\|([^\]]+)\]`)

// vkText is a text as people see it: mentions are names.
func vkText(text string) string { return vkMention.ReplaceAllString(text, "$1") }

// vkGroups are communities by owner id.
func vkGroups(groups []vkGroup) map[int64]vkGroup {
	out := map[int64]vkGroup{}
	for _, g := range groups {
		out[-int64(g.ID)] = g
	}
	return out
}

// vkOwnerURL is the address of a wall's owner.
func vkOwnerURL(owner int64) string {
	if owner < 0 {
		return "https://vk.com/club" + strconv.FormatInt(-owner, 10)
	}
	return "https://vk.com/id" + strconv.FormatInt(owner, 10)
}

func vkURL(kind, id string) string {
	address, _ := links.Permalink(links.VK, kind, id)
	return address
}

func (p *vkPost) externalID() string { return fmt.Sprintf("%d_%d", p.OwnerID, p.ID) }

// onWall says that it is a post that stands on a wall: not a comment, which
// ids of posts may also name, and nothing that waits to be published.
func (p *vkPost) onWall() bool {
	return p.Type != "reply" && p.Type != "suggest" && p.Type != "postpone"
}

// origin is the external id of the post that this one shares; "" for none.
func (p *vkPost) origin() string {
	if len(p.CopyHistory) == 0 {
		return ""
	}
	first := &p.CopyHistory[len(p.CopyHistory)-1] // the last of them was there first
	return first.externalID()
}

// whole is the post's text with the texts of what it shares.
func (p *vkPost) whole() string {
	parts := []string{vkText(p.Text)}
	for i := range p.CopyHistory {
		parts = append(parts, vkText(p.CopyHistory[i].Text))
	}
	return strings.TrimSpace(strings.Join(parts, "\n\n"))
}

func (p *vkPost) media() (photos, videos int) {
	photos, videos = vkMedia(p.Attachments)
	for i := range p.CopyHistory {
		more, moving := vkMedia(p.CopyHistory[i].Attachments)
		photos, videos = photos+more, videos+moving
	}
	return photos, videos
}

func vkMedia(attachments []vkAttachment) (photos, videos int) {
	for _, a := range attachments {
		switch a.Type {
		case "photo", "posted_photo":
			photos++
		case "video", "clip", "short_video":
			videos++
		}
	}
	return photos, videos
}

// vkMayComment is what a post says of whether communities may comment.
type vkMayComment int

const (
	vkUnknown vkMayComment = iota
	vkYes
	vkNo
)

func (p *vkPost) open() vkMayComment {
	switch {
	case p.Comments.GroupsCan == nil:
		return vkUnknown
	case *p.Comments.GroupsCan == 0:
		return vkNo
	}
	return vkYes
}

// postItem is a post for monitor.
func (n *vk) postItem(p *vkPost, groups map[int64]vkGroup) Item {
	owner := int64(p.OwnerID)
	item := Item{AuthorID: vkAuthor(p.FromID), Own: n.own(int64(p.FromID)), RepostOf: p.origin()}
	item.Post = storage.Post{
		Network: links.VK, Kind: links.Post, ExternalID: p.externalID(), URL: vkURL(links.Post, p.externalID()),
		SourceURL: vkOwnerURL(owner), SourceName: groups[owner].Name, Text: p.whole(), PublishedAt: time.Unix(int64(p.Date), 0).UTC(),
	}
	item.Photos, item.Videos = p.media()
	n.publishable(&item, p.open())
	return item
}

// commentItem is a comment under a post for monitor. to is what it replies to
// within its thread; nil when that is not known.
func (n *vk) commentItem(p *vkPost, c, to *vkComment, groups map[int64]vkGroup) Item {
	owner := int64(p.OwnerID)
	id := fmt.Sprintf("%s_%d", p.externalID(), c.ID)
	item := Item{AuthorID: vkAuthor(c.FromID), Own: n.own(int64(c.FromID))}
	item.Post = storage.Post{
		Network: links.VK, Kind: links.Comment, ExternalID: id, URL: vkURL(links.Comment, id),
		ParentURL: vkURL(links.Post, p.externalID()), ParentText: vkLine(p.whole()),
		SourceURL: vkOwnerURL(owner), SourceName: groups[owner].Name, Text: vkText(c.Text), PublishedAt: time.Unix(int64(c.Date), 0).UTC(),
	}
	if to != nil {
		item.ReplyTo = fmt.Sprintf("%s_%d", p.externalID(), to.ID)
		item.ParentURL = vkURL(links.Comment, item.ReplyTo)
		item.ParentText = vkLine(vkText(to.Text))
	}
	item.Photos, item.Videos = vkMedia(c.Attachments)
	n.publishable(&item, p.open())
	return item
}

// publishable notes whether an answer can be published, as far as only the
// network knows: what is closed stays noted as the reason, and that communities
// may comment as the permission.
func (n *vk) publishable(item *Item, may vkMayComment) {
	item.CanPublish = may == vkYes
	if may == vkNo {
		item.PublishReason = reasonCommentsClosed
	}
	item.CanPublish, item.PublishReason = n.CanPublish(item.Post)
}

func vkAuthor(from vkInt) string {
	if from == 0 {
		return ""
	}
	return strconv.FormatInt(int64(from), 10)
}

// vkLine is a text on one line.
func vkLine(text string) string { return strings.Join(strings.Fields(text), " ") }
