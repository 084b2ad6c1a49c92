package monitor

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"
)

// okInt is a number that may be written as a string.
type okInt = vkInt

// okID is an id, which may be written as a number: too large for a float.
type okID string

// UnmarshalJSON reads "7", 7 and null.
func (id *okID) UnmarshalJSON(raw []byte) error {
	if raw[0] == '"' {
		return json.Unmarshal(raw, (*string)(id))
	}
	text := string(raw)
	if text == "null" {
		text = ""
	} else if _, err := strconv.ParseInt(text, 10, 64); err != nil {
		return errors.New("an id is neither a string nor a whole number")
	}
	*id = okID(text)
	return nil
}

// okPaging is what lists end with.
type okPaging struct {
	Anchor  string `json:"anchor"`
	HasMore *bool  `json:"has_more"`
}

// next is the anchor of the page behind one with so many items, "" for none.
// Not every list says whether it goes on.
func (p okPaging) next(items int) string {
	if p.HasMore != nil && !*p.HasMore || items == 0 {
		return ""
	}
	return p.Anchor
}

// okTopics is the answer of methods that list topics.
type okTopics struct {
	okPaging
	Topics   *[]okTopic `json:"media_topics"`
	Entities struct {
		Topics []okTopic `json:"media_topics"`
	} `json:"entities"`
}

// list are the topics, wherever they stand.
func (t okTopics) list() []okTopic {
	if t.Topics != nil {
		return *t.Topics
	}
	return t.Entities.Topics
}

// okTopic is a topic of a group or a status of a person.
type okTopic struct {
	ID      okID      `json:"id"`
	Created okInt     `json:"created_ms"`
	Author  string    `json:"author_ref"`
	Owner   string    `json:"owner_ref"`
	Media   []okBlock `json:"media"`
	Summary *struct {
		Comments okInt `json:"comments_count"`
	} `json:"discussion_summary"`
}

// okBlock is one piece of a topic. Of photos and films only their number is
// read.
type okBlock struct {
	Type   string `json:"type"`
	Text   string `json:"text"`
	Tokens []struct {
		Text string `json:"text"`
	} `json:"text_tokens"`
	PhotoRefs []json.RawMessage `json:"photo_refs"`
	Photos    []json.RawMessage `json:"photos"`
	MovieRefs []json.RawMessage `json:"movie_refs"`
	Movies    []json.RawMessage `json:"movies"`
	Topics    []string          `json:"media_topic_refs"`
	Owners    []string          `json:"reshare_owner_refs"`
}

// okGroups is the answer of group.getInfo: a list, bare or named.
type okGroups []struct {
	ID   okID   `json:"uid"`
	Name string `json:"name"`
}

// UnmarshalJSON reads [{…}] and {"groups":[{…}]}.
func (g *okGroups) UnmarshalJSON(raw []byte) error {
	type bare okGroups
	if raw[0] == '[' {
		return json.Unmarshal(raw, (*bare)(g))
	}
	var named struct {
		Groups bare `json:"groups"`
	}
	err := json.Unmarshal(raw, &named)
	*g = okGroups(named.Groups)
	return err
}

// okComments is the answer of discussions.getComments.
type okComments struct {
	okPaging
	Comments []okComment `json:"comments"`
}

// okComment is a comment under a topic.
type okComment struct {
	ID       okID   `json:"id"`
	Text     string `json:"text"`
	Date     string `json:"date"`
	DateMS   okInt  `json:"date_ms"`
	AuthorID okID   `json:"author_id"`
	Author   string `json:"author_ref"`
	ReplyTo  okID   `json:"reply_to_comment_id"`
	Type     string `json:"type"`
}

// okZone is the zone of dates that name none.
var okZone = time.FixedZone("MSK", 3*60*60)

// at is when the comment was written, in unix milliseconds; fallback where
// nobody tells.
func (c *okComment) at(fallback int64) int64 {
	if c.DateMS > 0 {
		return int64(c.DateMS)
	}
	if t, err := time.ParseInLocation(time.DateTime, c.Date, okZone); err == nil {
		return t.UnixMilli()
	}
	return fallback
}

// removed says that the comment does not stand any more.
func (c *okComment) removed() bool {
	kind := strings.ToUpper(c.Type)
	return strings.Contains(kind, "REMOVED") || strings.Contains(kind, "DELETED") || strings.Contains(kind, "INACTIVE")
}

// author is who wrote it: "group:1", "user:2", or "".
func (c *okComment) author() string {
	if c.Author != "" || c.AuthorID == "" {
		return c.Author
	}
	return okUserRef + string(c.AuthorID)
}
