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
	vkCursorVersion = 1
	vkOverlap       = 15 * time.Minute // posts may show that long after their time
	vkLateness      = 24 * time.Hour   // comments may
	vkFirstDay      = 24 * time.Hour   // how far back a first reading goes
	vkCommentDays   = 7 * 24 * time.Hour
	vkDeepEvery     = time.Hour // how often a wall is read to the end of those days
)

// vkCursor is how far a source was read, and how far a reading under way has
// come. Times are unix seconds.
type vkCursor struct {
	Version int              `json:"v"`
	Start   int64            `json:"start"`           // what is older is nobody's business
	Newest  int64            `json:"newest"`          // date of the newest post of finished readings
	Deep    int64            `json:"deep,omitempty"`  // when a wall was last read deeply
	Posts   []*vkPostMark    `json:"posts,omitempty"` // of a wall, of the days whose comments are followed
	Seen    map[string]int64 `json:"seen,omitempty"`  // posts of a search by id, with their dates
	Log     vkLog            `json:"log,omitzero"`    // messages of a topic
	Walk    *vkWalk          `json:"walk,omitempty"`  // nil: the next reading starts anew
	Todo    []int64          `json:"todo,omitempty"`  // posts whose comments are to be read
}

// vkPostMark is what is known of a post.
type vkPostMark struct {
	ID     int64 `json:"i"`
	Date   int64 `json:"d"`
	Count  int64 `json:"n,omitempty"` // comments when they were last read
	Now    int64 `json:"m,omitempty"` // comments as the wall says
	Pinned bool  `json:"p,omitempty"`
	Log    vkLog `json:"c,omitzero"`
}

// vkWalk is a reading that has not come to its last page.
type vkWalk struct {
	Newest   int64   `json:"newest"`
	Deep     int64   `json:"deep,omitempty"` // when it began, if it goes deep
	Offset   int     `json:"offset,omitempty"`
	Tail     []int64 `json:"tail,omitempty"` // the last posts of the page before
	Restarts int     `json:"restarts,omitempty"`
	From     string  `json:"from,omitempty"`  // start_from of a search
	End      int64   `json:"end,omitempty"`   // end_time of a search
	At       int64   `json:"at,omitempty"`    // when a search came to this page
	Spent    int64   `json:"spent,omitempty"` // seconds that a search has taken to it
	Oldest   int64   `json:"oldest,omitempty"`
}

// vkLog remembers which comments were seen: all up to Low, and of the last
// while each by its id and date, so that one that shows late is not lost.
type vkLog struct {
	Low  int64      `json:"low,omitempty"`
	Seen [][2]int64 `json:"seen,omitempty"`
}

func readVKCursor(text string, now time.Time) (c vkCursor, err error) {
	if text == "" {
		start := now.Add(-vkFirstDay).Unix()
		return vkCursor{Version: vkCursorVersion, Start: start, Newest: start}, nil
	}
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return c, errors.New("the cursor of vk cannot be read")
	}
	if c.Version != vkCursorVersion {
		return c, fmt.Errorf("the cursor of vk has version %d", c.Version)
	}
	c.Posts = slices.DeleteFunc(c.Posts, func(m *vkPostMark) bool { return m == nil })
	return c, nil
}

func (c vkCursor) write() (string, error) {
	raw, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("write the cursor of vk: %w", err)
	}
	return strings.TrimSpace(string(raw)), nil
}

// mark finds what is known of a post; nil when nothing is.
func (c *vkCursor) mark(id int64) *vkPostMark {
	for _, m := range c.Posts {
		if m.ID == id {
			return m
		}
	}
	return nil
}

func (l *vkLog) has(id int64) bool {
	return id <= l.Low || slices.ContainsFunc(l.Seen, func(s [2]int64) bool { return s[0] == id })
}

func (l *vkLog) add(id, date int64) { l.Seen = append(l.Seen, [2]int64{id, date}) }

// fold forgets the single ids of what is older than a time.
func (l *vkLog) fold(before int64) {
	l.Seen = slices.DeleteFunc(l.Seen, func(s [2]int64) bool {
		if s[1] >= before {
			return false
		}
		l.Low = max(l.Low, s[0])
		return true
	})
	l.Seen = slices.DeleteFunc(l.Seen, func(s [2]int64) bool { return s[0] <= l.Low })
}
