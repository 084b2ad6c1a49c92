package monitor

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// vkInt is a number that the network also writes as a string, and null or
// false where it means none.
type vkInt int64

// UnmarshalJSON reads 7, 7.0, "7", true, false, null and "".
func (n *vkInt) UnmarshalJSON(raw []byte) error {
	text := strings.Trim(string(raw), `"`)
	switch text {
	case "", "null", "false":
		*n = 0
		return nil
	case "true":
		*n = 1
		return nil
	}
	if whole, err := strconv.ParseInt(text, 10, 64); err == nil {
		*n = vkInt(whole)
		return nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f != float64(int64(f)) {
		return fmt.Errorf("%.20s is no whole number", raw)
	}
	*n = vkInt(f)
	return nil
}

// vkList is the answer of methods that list things.
type vkList[T any] struct {
	Count    vkInt     `json:"count"`
	Level    vkInt     `json:"current_level_count"`
	Items    []T       `json:"items"`
	Groups   []vkGroup `json:"groups"`
	NextFrom string    `json:"next_from"`
}

// vkGroup is a community.
type vkGroup struct {
	ID         vkInt  `json:"id"`
	Name       string `json:"name"`
	ScreenName string `json:"screen_name"`
	IsClosed   vkInt  `json:"is_closed"`
	Deleted    string `json:"deactivated"`
}

// vkPost is a post on a wall.
type vkPost struct {
	ID          vkInt          `json:"id"`
	OwnerID     vkInt          `json:"owner_id"`
	FromID      vkInt          `json:"from_id"`
	Date        vkInt          `json:"date"`
	Type        string         `json:"post_type"`
	Text        string         `json:"text"`
	Pinned      vkInt          `json:"is_pinned"`
	Deleted     vkInt          `json:"is_deleted"`
	CopyHistory []vkPost       `json:"copy_history"`
	Attachments []vkAttachment `json:"attachments"`
	Comments    struct {
		Count     vkInt  `json:"count"`
		GroupsCan *vkInt `json:"groups_can_post"`
	} `json:"comments"`
}

// vkAttachment is what hangs at a post; only its type is read.
type vkAttachment struct {
	Type string `json:"type"`
}

// vkComment is a comment on a wall or in a discussion.
type vkComment struct {
	ID          vkInt          `json:"id"`
	FromID      vkInt          `json:"from_id"`
	Date        vkInt          `json:"date"`
	Text        string         `json:"text"`
	Deleted     vkInt          `json:"deleted"`
	Parents     []vkInt        `json:"parents_stack"`
	ReplyTo     vkInt          `json:"reply_to_comment"`
	Attachments []vkAttachment `json:"attachments"`
	Thread      struct {
		Count vkInt       `json:"count"`
		Items []vkComment `json:"items"`
	} `json:"thread"`
}

// vkOne is an answer that is one thing, or an empty list when there is none.
type vkOne[T any] struct{ Value *T }

// UnmarshalJSON reads an object, or a list as nothing.
func (o *vkOne[T]) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] == '[' {
		return nil
	}
	o.Value = new(T)
	return json.Unmarshal(raw, o.Value)
}
