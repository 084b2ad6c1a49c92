package monitor

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"time"
)

const (
	graphCursorVersion = 1
	graphOverlap       = 15 * time.Minute   // what is new may show that long after its time
	graphLateness      = 24 * time.Hour     // and that long at most, which an hourly look finds
	graphFirstDay      = 24 * time.Hour     // how far back a first reading goes
	graphFollowed      = 7 * 24 * time.Hour // how long comments under a post are looked for
	graphDeepEvery     = time.Hour
	graphRestarts      = 3 // of a list whose place in it the network has forgotten
)

// graphCursor is how far a source was read, and how far a reading under way has
// come. Times are unix seconds.
type graphCursor struct {
	Version int                   `json:"v"`
	Start   int64                 `json:"start"`            // what is older is nobody's business
	Newest  int64                 `json:"newest"`           // date of the newest post of finished readings
	Deep    int64                 `json:"deep,omitempty"`   // when the followed days were last read as a whole
	Posts   map[string]*graphMark `json:"posts,omitempty"`  // of an account of ours: those whose comments are followed
	Log     graphLog              `json:"log,omitzero"`     // other posts: where we are tagged, what a hashtag brought
	Walk    *graphWalk            `json:"walk,omitempty"`   // nil: the next reading starts anew
	Todo    []string              `json:"todo,omitempty"`   // posts whose comments are to be read
	Thread  *graphThread          `json:"thread,omitempty"` // of the first of them, when it is under way
	Tag     *graphTag             `json:"tag,omitempty"`    // of a hashtag
}

// graphMark is what is known of a post.
type graphMark struct {
	Date  int64    `json:"d"`
	Hash  string   `json:"h,omitempty"` // of its text
	Count int64    `json:"n,omitempty"` // comments when they were last read; -1: to be read as a whole
	Now   int64    `json:"m,omitempty"` // comments as the list of posts says
	Last  int64    `json:"l,omitempty"` // date of the newest comment
	Log   graphLog `json:"c,omitzero"`
}

// graphWalk is a reading of lists of posts that has not come to its last page.
type graphWalk struct {
	Edge     string `json:"edge"` // the list
	More     string `json:"more,omitempty"`
	Newest   int64  `json:"newest"`
	Deep     int64  `json:"deep,omitempty"` // when it began, if it reads all followed days
	Restarts int    `json:"restarts,omitempty"`
}

// graphThread is a reading of the comments under a post.
type graphThread struct {
	More     string `json:"more,omitempty"`
	Since    int64  `json:"since,omitempty"`
	Found    int64  `json:"found,omitempty"` // that were new
	Restarts int    `json:"restarts,omitempty"`
}

// graphTag is a hashtag that was asked for: its id, which never changes, by
// which account, and when that one's window of seven days began.
type graphTag struct {
	ID      string `json:"id"`
	Account string `json:"account"`
	Since   int64  `json:"since"`
}

// graphLog remembers what was seen: all that is older than Low, and what is
// younger by its id and date, so that what shows late is not lost.
type graphLog struct {
	Low  int64            `json:"low,omitempty"`
	Seen map[string]int64 `json:"seen,omitempty"`
}

func (l *graphLog) has(id string, date int64) bool {
	_, seen := l.Seen[id]
	return seen || date < l.Low
}

func (l *graphLog) add(id string, date int64) {
	if l.Seen == nil {
		l.Seen = map[string]int64{}
	}
	l.Seen[id] = date
}

// fold forgets the single ids of what is older than a time.
func (l *graphLog) fold(before int64) {
	l.Low = max(l.Low, before)
	maps.DeleteFunc(l.Seen, func(_ string, date int64) bool { return date < l.Low })
}

func readGraphCursor(text string, now time.Time) (c graphCursor, err error) {
	if text == "" {
		start := now.Add(-graphFirstDay).Unix()
		return graphCursor{Version: graphCursorVersion, Start: start, Newest: start, Posts: map[string]*graphMark{}}, nil
	}
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return c, errors.New("the cursor of the graph cannot be read")
	}
	if c.Version != graphCursorVersion {
		return c, fmt.Errorf("the cursor of the graph has version %d", c.Version)
	}
	if c.Posts == nil {
		c.Posts = map[string]*graphMark{}
	}
	maps.DeleteFunc(c.Posts, func(_ string, m *graphMark) bool { return m == nil })
	return c, nil
}

func (c graphCursor) write() (string, error) {
	raw, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("write the cursor of the graph: %w", err)
	}
	return string(raw), nil
}

// todo lists the posts whose number of comments changed, and forgets those that
// are followed no more.
func (c *graphCursor) todo(now time.Time) {
	followed := now.Add(-graphFollowed).Unix()
	maps.DeleteFunc(c.Posts, func(_ string, m *graphMark) bool { return m.Date < followed })
	c.Log.fold(followed)
	c.Todo = nil
	for _, id := range sortedKeys(c.Posts) {
		if m := c.Posts[id]; m.Now != m.Count {
			c.Todo = append(c.Todo, id)
		}
	}
}

// done ends the reading of the first post that was to be read.
func (c *graphCursor) done() {
	c.Todo, c.Thread = c.Todo[1:], nil
}
