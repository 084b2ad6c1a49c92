package monitor

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
)

const (
	xCursorVersion = 1
	xFirstDay      = 24 * time.Hour                  // how far back a first reading goes
	xReach         = 7*24*time.Hour - 10*time.Minute // and any: a search knows no older posts
	xOverlap       = 5 * time.Minute                 // a post may show that long after its time
	xGapLife       = 24 * time.Hour                  // what there was no money to read until then is left out
	xMostGaps      = 20
	xMostSeen      = 2000
)

// xCursor is how far a source was read. Ids of posts grow with their time; the
// newest page is read first, and what lay between it and what was read before
// stays as a gap until it is read too.
type xCursor struct {
	Version int      `json:"v"`
	Start   int64    `json:"start"`            // unix seconds; what is older is nobody's business
	Newest  uint64   `json:"newest,omitempty"` // id of the newest post that was read
	Head    int64    `json:"head,omitempty"`   // when the newest page was read last, unix seconds
	Gaps    []xGap   `json:"gaps,omitempty"`   // the newest first
	Seen    []uint64 `json:"seen,omitempty"`   // ids that a later page may show again, the newest first

	// What all sources had cost that day of UTC when this one was read, see xMoney.
	Day   int64 `json:"day,omitempty"`
	Spent int64 `json:"spent,omitempty"`
}

// xGap is a stretch that was not read: the posts above Since and below Until.
type xGap struct {
	Since uint64 `json:"since,omitempty"` // 0: all since Start
	Until uint64 `json:"until"`
	Next  string `json:"next,omitempty"` // the network's name of the next page
	At    int64  `json:"at"`             // when it was left, unix seconds
}

func readXCursor(text string, now time.Time) (c xCursor, err error) {
	if text == "" {
		return xCursor{Version: xCursorVersion, Start: now.Add(-xFirstDay).Unix()}, nil
	}
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return c, errors.New("the cursor of x cannot be read")
	}
	if c.Version != xCursorVersion {
		return c, fmt.Errorf("the cursor of x has version %d", c.Version)
	}
	return c, nil
}

func (c xCursor) write() (string, error) {
	raw, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("write the cursor of x: %w", err)
	}
	return string(raw), nil
}

// xBack is the id that a post of an earlier time would have. The upper bits of
// an id are milliseconds.
func xBack(id uint64, by time.Duration) uint64 {
	less := uint64(by.Milliseconds()) << 22
	if id <= less {
		return 0
	}
	return id - less
}

// since is the id above which the newest page is read; 0: by time.
func (c *xCursor) since() uint64 { return xBack(c.Newest, xOverlap) }

// has says whether a post was seen.
func (c *xCursor) has(id uint64) bool { return slices.Contains(c.Seen, id) }

// forget drops gaps that are too old, and the ids that no later page can show.
func (c *xCursor) forget(now time.Time) {
	c.Gaps = slices.DeleteFunc(c.Gaps, func(g xGap) bool { return now.Unix()-g.At > int64(xGapLife.Seconds()) })
	c.Gaps = c.Gaps[:min(len(c.Gaps), xMostGaps)]
	lowest := c.since()
	for _, g := range c.Gaps {
		lowest = min(lowest, g.Since)
	}
	slices.SortFunc(c.Seen, func(a, b uint64) int {
		switch {
		case a > b:
			return -1
		case a < b:
			return 1
		}
		return 0
	})
	c.Seen = slices.Compact(c.Seen)
	c.Seen = slices.DeleteFunc(c.Seen, func(id uint64) bool { return id <= lowest })
	c.Seen = c.Seen[:min(len(c.Seen), xMostSeen)]
}

func xNumber(id xString) (uint64, bool) {
	n, err := strconv.ParseUint(string(id), 10, 64)
	return n, err == nil && n > 0
}
