package monitor

import (
	"html"
	"regexp"
	"strings"
	"time"

	"otklik/monitor/links"
	"otklik/storage"
)

const (
	okGroupRef = "group:"
	okUserRef  = "user:"
)

var (
	okNumber = regexp.MustCompile(`^\d{1,25}$`)
	okPlaces = regexp.MustCompile(`^(\d{1,25})/(\d{1,25})(?:/(\S{1,200}))?$`)
)

// okPlace is where a topic or comment stands.
type okPlace struct{ group, topic, comment string }

// okPlaceOf reads group/topic or group/topic/comment.
func okPlaceOf(externalID string) (okPlace, bool) {
	m := okPlaces.FindStringSubmatch(externalID)
	if m == nil {
		return okPlace{}, false
	}
	return okPlace{m[1], m[2], m[3]}, true
}

func (p okPlace) topicID() string { return p.group + "/" + p.topic }

func okURL(kind, id string) string {
	address, _ := links.Permalink(links.OK, kind, id)
	return address
}

// okText is a text as people see it: signs may come as entities.
func okText(text string) string { return strings.TrimSpace(html.UnescapeString(text)) }

// text are all pieces of text of a topic.
func (t *okTopic) text() string {
	var parts []string
	for _, b := range t.Media {
		text := b.Text
		if text == "" {
			var tokens strings.Builder
			for _, token := range b.Tokens {
				tokens.WriteString(token.Text)
			}
			text = tokens.String()
		}
		if text = okText(text); text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, "\n\n")
}

func (t *okTopic) media() (photos, videos int) {
	for _, b := range t.Media {
		switch {
		case strings.Contains(b.Type, "photo"):
			photos += max(len(b.PhotoRefs), len(b.Photos), 1)
		case strings.Contains(b.Type, "movie"), strings.Contains(b.Type, "video"):
			videos += max(len(b.MovieRefs), len(b.Movies), 1)
		}
	}
	return photos, videos
}

// repostOf is the external id of the topic that this one shares, "" for none.
func (t *okTopic) repostOf() string {
	for _, b := range t.Media {
		if len(b.Topics) != 1 || len(b.Owners) != 1 {
			continue
		}
		_, topic, _ := strings.Cut(b.Topics[0], ":")
		_, owner, _ := strings.Cut(b.Owners[0], ":")
		if okNumber.MatchString(topic) && okNumber.MatchString(owner) {
			return owner + "/" + topic
		}
	}
	return ""
}

// topicItem is a topic for monitor. gid is the group that it was read from, ""
// when only the topic itself tells.
func (n *ok) topicItem(gid string, t *okTopic) Item {
	item := Item{AuthorID: t.Author, Own: n.own(t.Author), RepostOf: t.repostOf()}
	item.Post = storage.Post{Network: links.OK, Kind: links.Post, Text: t.text(), PublishedAt: time.UnixMilli(int64(t.Created)).UTC()}
	item.Photos, item.Videos = t.media()
	owner := gid
	if owner == "" {
		_, owner, _ = strings.Cut(t.Owner, ":")
	}
	item.ExternalID = owner + "/" + string(t.ID)
	if gid == "" && strings.HasPrefix(t.Owner, okUserRef) {
		item.URL = "https://ok.ru/profile/" + owner + "/statuses/" + string(t.ID)
	} else {
		item.URL, item.SourceURL = okURL(links.Post, item.ExternalID), okGroupURL(owner)
	}
	item.CanPublish, item.PublishReason = n.CanPublish(item.Post)
	return item
}

// okGroupURL is the address of a group.
func okGroupURL(gid string) string { return "https://ok.ru/group/" + gid }

// commentItem is a comment for monitor. line is the text of the topic; to is
// what the comment replies to, nil where that is not known.
func (n *ok) commentItem(p okPlace, line string, c, to *okComment, fallback int64) Item {
	item := Item{AuthorID: c.author(), Own: n.own(c.author())}
	id := p.topicID() + "/" + string(c.ID)
	item.Post = storage.Post{
		Network: links.OK, Kind: links.Comment, ExternalID: id, URL: okURL(links.Comment, id), ParentURL: okURL(links.Post, p.topicID()), ParentText: okLine(line),
		SourceURL: okGroupURL(p.group), Text: okText(c.Text), PublishedAt: time.UnixMilli(c.at(fallback)).UTC(),
	}
	if c.ReplyTo != "" {
		item.ReplyTo = p.topicID() + "/" + string(c.ReplyTo)
		item.ParentURL = okURL(links.Comment, item.ReplyTo)
	}
	if to != nil {
		item.ParentText = okLine(okText(to.Text))
	}
	item.CanPublish, item.PublishReason = n.CanPublish(item.Post)
	return item
}

// goneItem is a topic or comment that stands no more.
func (n *ok) goneItem(externalID, kind string) Item {
	return Item{Fate: storage.PostRemoved, Post: storage.Post{Network: links.OK, Kind: kind, ExternalID: externalID, URL: okURL(kind, externalID)}}
}

// okLine is a text on one line.
func okLine(text string) string { return strings.Join(strings.Fields(text), " ") }
