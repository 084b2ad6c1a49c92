package monitor

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	vkCursorVersion = 2
	vkOverlap       = 15 * time.Minute // posts may show that long after their time
	vkLateness      = 24 * time.Hour   // comments may
	vkFirstDay      = 24 * time.Hour   // how far back a first reading goes
	vkCommentDays   = 7 * 24 * time.Hour
	vkMostPosts     = 1000 // of one wall whose comments are followed
)

// vkCursor is how far a source was read, and how far a reading under way has
// come. Times are unix seconds. It has about 70 bytes for each post of the last
// week and 35 for each comment of the last day: some 25 kB for a wall with 30
// posts and 300 comments a day, 200 kB for the largest that is followed.
type vkCursor struct {
	Version int               `json:"v"`
	Owner   int64             `json:"o,omitempty"`     // of the wall, once it is known
	Start   int64             `json:"start"`           // what is older is nobody's business
	Newest  int64             `json:"newest"`          // date of the newest post of finished readings
	Floor   int64             `json:"floor,omitempty"` // what is older is followed no more, for there is too much
	Top     int64             `json:"top,omitempty"`   // the highest id known on a wall, of a post or a comment
	WallAt  int64             `json:"wall,omitempty"`  // when the wall was read last
	Swept   [2]int64          `json:"swept,omitzero"`  // when the posts of the middle and of the last days were
	Posts   []*vkPostMark     `json:"posts,omitempty"` // of a wall, of the days whose comments are followed
	Seen    map[string]vkSeen `json:"seen,omitempty"`  // posts of a search by id
	Log     vkLog             `json:"log,omitzero"`    // messages of a topic
	Walk    *vkWalk           `json:"walk,omitempty"`  // nil: the next reading starts anew
	Todo    []int64           `json:"todo,omitempty"`  // posts whose comments are to be read
}

// vkPostMark is what is known of a post.
type vkPostMark struct {
	ID     int64 `json:"i"`
	Date   int64 `json:"d"`
	Hash   int64 `json:"h,omitempty"` // of its text, see vkHash
	Count  int64 `json:"n,omitempty"` // comments when they were last read
	Now    int64 `json:"m,omitempty"` // comments as the wall says
	Read   int64 `json:"r,omitempty"` // when they were last read
	Pinned bool  `json:"p,omitempty"`
	Log    vkLog `json:"c,omitzero"`
}

// vkWalk is a reading that has not come to its last page.
type vkWalk struct {
	Newest   int64   `json:"newest"`
	Offset   int     `json:"offset,omitempty"`
	Tail     []int64 `json:"tail,omitempty"` // the last posts of the page before
	Restarts int     `json:"restarts,omitempty"`
	From     string  `json:"from,omitempty"`  // start_from of a search
	End      int64   `json:"end,omitempty"`   // end_time of a search
	At       int64   `json:"at,omitempty"`    // when a search came to this page
	Spent    int64   `json:"spent,omitempty"` // seconds that a search has taken to it
	Oldest   int64   `json:"oldest,omitempty"`
}

// vkSeen is a post that a search showed: its date and the hash of its text.
type vkSeen [2]int64

// UnmarshalJSON reads [date, hash], and a date alone as older cursors have it.
func (s *vkSeen) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] != '[' {
		return json.Unmarshal(raw, &s[0])
	}
	return json.Unmarshal(raw, (*[2]int64)(s))
}

func readVKCursor(text string, now time.Time) (c vkCursor, err error) {
	if text == "" {
		start := now.Add(-vkFirstDay).Unix()
		return vkCursor{Version: vkCursorVersion, Start: start, Newest: start}, nil
	}
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return c, errors.New("the cursor of vk cannot be read")
	}
	if c.Version != 1 && c.Version != vkCursorVersion {
		return c, fmt.Errorf("the cursor of vk has version %d", c.Version)
	}
	c.Version = vkCursorVersion // what the first one lacks is learnt again
	c.Posts = slices.DeleteFunc(c.Posts, func(m *vkPostMark) bool { return m == nil })
	c.Log.sort()
	for _, m := range c.Posts {
		m.Log.sort()
	}
	return c, nil
}

func (c vkCursor) write() (string, error) {
	raw, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("write the cursor of vk: %w", err)
	}
	return strings.TrimSpace(string(raw)), nil
}
