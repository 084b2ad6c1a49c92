package monitor

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"time"
)

const (
	okCursorVersion = 1
	okOverlap       = 30 * time.Minute // topics and comments may show that long after their time
	okFirstDay      = 24 * time.Hour   // how far back a first reading goes
	okLateness      = 24 * time.Hour   // how far back a deep reading goes
	okFollowedDays  = 7 * 24 * time.Hour
	okDeepEvery     = time.Hour
	okReadAnyway    = 6 * time.Hour // how often lively comments are read though their number is the same
	okQuietShare    = 5             // comments without a number: read after that part of the time since the last
	okMostTopics    = 500           // that are followed in one group, the newest
	okMostSeen      = 5000          // comments of one topic that are remembered
)

// okCursor is how far a source was read. Times are unix milliseconds. The
// network's own anchors expire: there is at most one, and it only saves the way.
type okCursor struct {
	Version int              `json:"v"`
	Start   int64            `json:"start"`            // what is older is nobody's business
	Newest  int64            `json:"newest"`           // when the newest topic of finished readings was made
	Deep    int64            `json:"deep,omitempty"`   // when the list was last read deeply
	Floor   int64            `json:"floor,omitempty"`  // older topics are not followed: there came too many
	Topics  []*okMark        `json:"topics,omitempty"` // whose comments are followed
	Todo    []string         `json:"todo,omitempty"`   // topics whose comments are to be read now
	Thread  *okThread        `json:"thread,omitempty"` // comments of the first of them, when they were many
	Seen    map[string]int64 `json:"seen,omitempty"`   // topics of a search by id, with their times
}

const (
	okUntold = -1 // the network does not say how many comments a topic has
	okUnread = -2 // they are to be read, however many there are
)

// okMark is what is known of a topic.
type okMark struct {
	ID    string     `json:"i"`
	At    int64      `json:"d"`
	Count int64      `json:"n,omitempty"` // comments when they were last read, or okUnread
	Now   int64      `json:"m,omitempty"` // comments as the network says, or okUntold
	Last  int64      `json:"l,omitempty"` // date of the newest comment read
	Read  int64      `json:"r,omitempty"` // when they were last read
	Next  int64      `json:"t,omitempty"` // not to be read before
	Bad   int        `json:"b,omitempty"` // refusals in a row
	Seen  [][2]int64 `json:"c,omitempty"` // comments of the overlap: digest of the id, date
}

// okThread is a reading of comments that has not come to its end.
type okThread struct {
	Anchor string `json:"a"`
	Newest int64  `json:"n"`
}

func readOKCursor(text string, now time.Time) (c okCursor, err error) {
	if text == "" {
		start := now.Add(-okFirstDay).UnixMilli()
		return okCursor{Version: okCursorVersion, Start: start, Newest: start}, nil
	}
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return c, errors.New("the cursor of ok cannot be read")
	}
	if c.Version != okCursorVersion {
		return c, fmt.Errorf("the cursor of ok has version %d", c.Version)
	}
	c.Topics = slices.DeleteFunc(c.Topics, func(m *okMark) bool { return m == nil })
	return c, nil
}

func (c okCursor) write() (string, error) {
	raw, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("write the cursor of ok: %w", err)
	}
	return string(raw), nil
}

// mark finds what is known of a topic; nil when nothing is.
func (c *okCursor) mark(id string) *okMark {
	for _, m := range c.Topics {
		if m.ID == id {
			return m
		}
	}
	return nil
}

// forget drops a topic that does not exist any more.
func (c *okCursor) forget(id string) {
	c.Topics = slices.DeleteFunc(c.Topics, func(m *okMark) bool { return m.ID == id })
}

// trim drops topics that are too old to be followed, and the oldest where there
// are too many.
func (c *okCursor) trim(followed int64) {
	c.Topics = slices.DeleteFunc(c.Topics, func(m *okMark) bool { return m.At < followed && m.Last < followed })
	if over := len(c.Topics) - okMostTopics; over > 0 {
		slices.SortFunc(c.Topics, func(a, b *okMark) int { return cmp.Compare(b.At, a.At) })
		c.Topics = c.Topics[:okMostTopics]
		c.Floor = max(c.Floor, c.Topics[okMostTopics-1].At)
	}
}

// okDigest is what is remembered of an id.
func okDigest(id string) int64 {
	h := fnv.New64a()
	h.Write([]byte(id))
	return int64(h.Sum64() >> 12)
}

func (m *okMark) has(id string) bool {
	digest := okDigest(id)
	return slices.ContainsFunc(m.Seen, func(s [2]int64) bool { return s[0] == digest })
}

func (m *okMark) add(id string, at int64) {
	if len(m.Seen) >= okMostSeen {
		m.Seen = m.Seen[1:] // what comes twice is told apart by the database
	}
	m.Seen = append(m.Seen, [2]int64{okDigest(id), at})
}

// horizon is the date before which every comment was read.
func (m *okMark) horizon(start int64) int64 { return max(start, m.Last-okOverlap.Milliseconds()) }

// due says whether the comments are to be read now: their number is another one
// than when they were read, or the network tells no number and it is time.
func (m *okMark) due(now int64) bool { return m.Now != m.Count && now >= m.Next }

// read ends a reading of the comments. Where the network tells no number they
// are read again after a fifth of the time since something happened.
func (m *okMark) read(newest, now int64) {
	m.Count, m.Last, m.Read, m.Bad, m.Next = m.Now, max(m.Last, newest), now, 0, 0
	if m.Now == okUntold {
		m.Count, m.Next = okUnread, now+max(now-max(m.Last, m.At), 0)/okQuietShare
	}
	before := m.Last - okOverlap.Milliseconds()
	m.Seen = slices.DeleteFunc(m.Seen, func(s [2]int64) bool { return s[1] < before })
}
