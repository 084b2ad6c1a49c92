package monitor

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
)

const (
	okTagPage  = 100
	okTagPages = 10 // of one search; what lies deeper was there before anybody asked
)

// search reads the topics that carry a hashtag, the newest first.
func (r *okReading) search(ctx context.Context) error {
	c := &r.cursor
	horizon := c.Newest - okOverlap.Milliseconds()
	newest, anchor := c.Newest, ""
	if c.Seen == nil {
		c.Seen = map[string]int64{}
	}
	for range okTagPages {
		params := url.Values{
			"query": {r.source.Address}, "count": {strconv.Itoa(okTagPage)}, "fields": {okTopicFields}, "filter": {`{"types":["GROUP_TOPIC","USER_TOPIC"]}`},
		}
		if anchor != "" {
			params.Set("anchor", anchor)
		}
		var page okTopics
		if err := r.read(ctx, r.tokensFor(""), "search.tagContents", params, &page); err != nil {
			return err
		}
		older := 0
		for _, t := range page.list() {
			at := int64(t.Created)
			newest = max(newest, at)
			_, owner, named := strings.Cut(t.Owner, ":")
			switch _, known := c.Seen[string(t.ID)]; {
			case at < horizon:
				older++
			case !known && named && owner != "" && t.ID != "":
				c.Seen[string(t.ID)] = at
				r.items = append(r.items, r.topicItem("", &t))
			}
		}
		next := page.next(len(page.list()))
		if next == "" || next == anchor || older > okPinned {
			break
		}
		anchor = next
	}
	c.Newest = newest
	for id, at := range c.Seen {
		if at < c.Newest-okOverlap.Milliseconds() {
			delete(c.Seen, id)
		}
	}
	return nil
}

// Queries are the places as hashtags, where hashtags are searched at all.
func (n *ok) Queries(wanted []Wanted) []Query {
	if !n.searching {
		return nil
	}
	var list []Query
	asked := map[string]bool{}
	for _, w := range wanted {
		for _, p := range w.Places {
			if tag := okHashtag(p.Name); tag != "" && !asked[tag] {
				asked[tag] = true
				list = append(list, Query{Region: w.Region, Text: tag})
			}
		}
	}
	return list
}

// SearchPace is a guess: the network tells no quotas.
func (*ok) SearchPace() (between time.Duration, atOnce int) { return time.Minute, 5 }

// okHashtag is a place as people write it behind #: its letters in lower case,
// without spaces and signs.
func okHashtag(place string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, place)
}
