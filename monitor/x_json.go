package monitor

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// xString is an id that may come as a number too.
type xString string

// UnmarshalJSON reads "7", 7 and null.
func (s *xString) UnmarshalJSON(raw []byte) error {
	text := string(raw)
	switch {
	case text == "null":
		*s = ""
		return nil
	case strings.HasPrefix(text, `"`):
		var plain string
		if err := json.Unmarshal(raw, &plain); err != nil {
			return err
		}
		*s = xString(plain)
		return nil
	case text != "" && (text[0] == '-' || text[0] >= '0' && text[0] <= '9') && !strings.ContainsAny(text, ".eE"):
		*s = xString(text)
		return nil
	}
	return fmt.Errorf("%.20s is no id", raw)
}

// xTime is a moment; one that cannot be read is none.
type xTime struct{ time.Time }

// UnmarshalJSON reads RFC 3339.
func (t *xTime) UnmarshalJSON(raw []byte) error {
	at, err := time.Parse(time.RFC3339, strings.Trim(string(raw), `"`))
	if err == nil {
		t.Time = at.UTC()
	}
	return nil
}

// xRef is what a post refers to.
type xRef struct {
	Type string  `json:"type"`
	ID   xString `json:"id"`
}

// xPost is a post of the network. The newer specification names some fields
// otherwise; both are read.
type xPost struct {
	ID           xString   `json:"id"`
	Text         string    `json:"text"`
	AuthorID     xString   `json:"author_id"`
	Conversation xString   `json:"conversation_id"`
	CreatedAt    xTime     `json:"created_at"`
	Versions     []xString `json:"edit_history_tweet_ids"`
	Versions2    []xString `json:"edit_history_post_ids"`
	Refs         []xRef    `json:"referenced_tweets"`
	Refs2        []xRef    `json:"referenced_posts"`
	ReplyToUser  xString   `json:"in_reply_to_user_id"`
	Note         struct {
		Text string `json:"text"`
	} `json:"note_tweet"`
	Note2 struct {
		Text string `json:"text"`
	} `json:"note_post"`
	Attachments struct {
		MediaKeys []string `json:"media_keys"`
	} `json:"attachments"`
	Entities struct {
		Mentions []struct {
			Username string  `json:"username"`
			ID       xString `json:"id"`
		} `json:"mentions"`
		URLs []xURL `json:"urls"`
	} `json:"entities"`
}

// xURL is a short address in a text.
type xURL struct {
	URL      string `json:"url"`
	Expanded string `json:"expanded_url"`
}

// xPage is the answer of what lists posts. Without a result it has no data; it
// may name errors beside its data.
type xPage struct {
	Data   []xPost    `json:"data"`
	Errors []xProblem `json:"errors"`
	Meta   *struct {
		Count     int     `json:"result_count"`
		NextToken string  `json:"next_token"`
		Newest    xString `json:"newest_id"`
		Oldest    xString `json:"oldest_id"`
	} `json:"meta"`
}

// xFields are the fields of posts that are asked for. Each costs nothing, where
// the author's name would cost more than the post.
const xFields = "id,text,created_at,author_id,conversation_id,lang,referenced_tweets,edit_history_tweet_ids,in_reply_to_user_id,entities,attachments,note_tweet"
