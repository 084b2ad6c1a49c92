package monitor

import (
	"context"
	"net/url"
	"strconv"
	"time"
)

const (
	vkSearchPage = 200
	// A search that finds more than the budget lets us read would fall behind
	// for ever: what it has not reached after this time is left out, and it
	// starts anew with what is newest.
	vkSearchPatience = 6 * time.Hour
)

// search reads the posts of the whole network that contain the words of the
// address. The network shows the newest first, and a thousand at most: what
// lies deeper is asked for by an earlier end.
func (r *vkReading) search(ctx context.Context) error {
	c := &r.cursor
	if w := c.Walk; w != nil && w.tooLong(r.now) {
		r.endSearch(w)
	}
	if c.Walk == nil {
		c.Walk = &vkWalk{Newest: c.Newest, At: r.now.Unix()}
	}
	w := c.Walk
	start := c.Newest - int64(vkOverlap.Seconds())
	params := url.Values{
		"q": {r.source.Address}, "count": {strconv.Itoa(vkSearchPage)}, "extended": {"1"}, "start_time": {strconv.FormatInt(start, 10)},
	}
	if w.From != "" {
		params.Set("start_from", w.From)
	}
	if w.End != 0 {
		params.Set("end_time", strconv.FormatInt(w.End, 10))
	}
	var page vkList[vkPost]
	if err := r.read(ctx, "newsfeed.search", params, &page); err != nil {
		return err
	}
	r.found(w, page, start)
	switch {
	case page.NextFrom != "" && page.NextFrom != w.From && len(page.Items) > 0:
		w.From, r.more = page.NextFrom, true
	case (int(page.Count) >= vkReachable || len(page.Items) == 0 && w.From != "") && w.Oldest > start && w.Oldest != w.End:
		// Also when the post that the next page was to follow has gone.
		w.From, w.End, r.more = "", w.Oldest, true
	default:
		r.endSearch(w)
	}
	return nil
}

// tooLong says that a search will hardly come to its last page. A time in which
// nobody searched counts for half of its patience at most.
func (w *vkWalk) tooLong(now time.Time) bool {
	if w.At == 0 {
		w.At = now.Unix()
	}
	patience := int64(vkSearchPatience.Seconds())
	w.Spent += min(now.Unix()-w.At, patience/2)
	w.At = now.Unix()
	return w.Spent > patience
}

// vkReachable is how many results of a search can be paged through.
const vkReachable = 1000

func (r *vkReading) found(w *vkWalk, page vkList[vkPost], start int64) {
	c := &r.cursor
	if c.Seen == nil {
		c.Seen = map[string]vkSeen{}
	}
	groups := vkGroups(page.Groups)
	for i := range page.Items {
		p := &page.Items[i]
		date, id := int64(p.Date), p.externalID()
		if date < start || p.Deleted != 0 {
			continue
		}
		w.Newest = max(w.Newest, date)
		if w.Oldest == 0 || date < w.Oldest {
			w.Oldest = date
		}
		seen, known := c.Seen[id]
		hash := vkHash(p.whole())
		if fate := vkFate(seen[1], hash); !known || fate != "" {
			item := r.postItem(p, groups)
			item.Fate = fate
			r.items = append(r.items, item)
		}
		c.Seen[id] = vkSeen{date, hash}
	}
}

// endSearch forgets the posts that no later reading will show again.
func (r *vkReading) endSearch(w *vkWalk) {
	c := &r.cursor
	c.Newest, c.Walk = w.Newest, nil
	for id, seen := range c.Seen {
		if seen[0] < c.Newest-int64(vkOverlap.Seconds()) {
			delete(c.Seen, id)
		}
	}
}
