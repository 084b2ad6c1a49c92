package monitor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/mmcdole/gofeed"

	"otklik/monitor/links"
	"otklik/storage"
)

const (
	feedTime     = 30 * time.Second
	maxFeed      = 8 << 20          // bytes of a document, unpacked
	feedPatience = 15 * time.Minute // where a server asks to wait and does not say how long
)

// rss reads feeds: RSS, Atom and JSON Feed. The address of a source is given by
// a person.
type rss struct {
	client *http.Client
}

func openRSS(with setup) (Network, error) {
	return &rss{client: with.client(checked)}, nil
}

func (*rss) Name() string { return "rss" }

// feedCursor is how far a feed was read: where its document stands when not at
// the source's address, the version of it, and what stood in it.
type feedCursor struct {
	At       string    `json:"at,omitempty"`
	ETag     string    `json:"etag,omitempty"`
	Modified string    `json:"modified,omitempty"`
	Seen     feedMarks `json:"seen,omitempty"`
}

// Fetch reads the feed's document and returns the items that were not in it
// before, and those that read otherwise now.
func (n *rss) Fetch(ctx context.Context, s storage.Source) (Page, error) {
	var cursor feedCursor
	if s.Cursor != "" {
		if err := json.Unmarshal([]byte(s.Cursor), &cursor); err != nil {
			return Page{}, fmt.Errorf("read the cursor: %w", err)
		}
	}
	doc, feed, err := n.find(ctx, feedAddress(s), cursor)
	if err != nil {
		return Page{}, err
	}
	if doc.unchanged {
		return Page{Cursor: s.Cursor}, nil
	}
	items, seen := cursor.Seen.news(s.URL, feedEntries(feed, doc.address, time.Now()))
	next := feedCursor{ETag: doc.etag, Modified: doc.modified, Seen: seen}
	if doc.at != feedAddress(s) {
		next.At = doc.at
	}
	encoded, err := json.Marshal(next)
	return Page{Items: items, Cursor: string(encoded)}, err
}

// Resolve finds the feed behind an address: the address itself, or what the
// page there names as its feed.
func (n *rss) Resolve(ctx context.Context, l links.Link) (storage.Source, error) {
	s := storage.Source{Network: n.Name(), Kind: "feed", URL: l.URL, Address: l.URL}
	doc, feed, err := n.find(ctx, s.Address, feedCursor{})
	if err != nil {
		return s, err
	}
	s.Address = doc.at
	s.Name = oneLine(CleanText(plainText(feed.Title)), maxParentLine)
	return s, nil
}

// find reads the feed of an address: where it was found before, else at the
// address itself, else where the page there says that its feed is.
func (n *rss) find(ctx context.Context, address string, known feedCursor) (document, *gofeed.Feed, error) {
	doc, err := document{}, error(nil)
	if known.At != "" {
		if doc, err = n.get(ctx, known.At, known); errors.As(err, new(Limited)) {
			return doc, nil, err
		}
	}
	if known.At == "" {
		doc, err = n.get(ctx, address, known)
	} else if err != nil {
		doc, err = n.get(ctx, address, feedCursor{})
	}
	if err != nil || doc.unchanged {
		return doc, nil, err
	}
	feed, err := parseFeed(doc.body, doc.contentType)
	if named := namedFeed(doc.body, doc.address); errors.As(err, new(BadConfig)) && named != "" {
		if doc, err = n.get(ctx, named, feedCursor{}); err != nil {
			return doc, nil, err
		}
		feed, err = parseFeed(doc.body, doc.contentType)
	}
	if errors.As(err, new(BadConfig)) && len(known.Seen) > 0 {
		// It was a feed before: a page of trouble stands in for it.
		err = errors.New("read the feed: something else stands in its place")
	}
	return doc, feed, err
}

// feedAddress is where a source's document stands: where Resolve found it, else
// where the person said.
func feedAddress(s storage.Source) string {
	if strings.HasPrefix(s.Address, "http://") || strings.HasPrefix(s.Address, "https://") {
		return s.Address
	}
	return s.URL
}

// document is what stood at a feed's address.
type document struct {
	body        []byte
	contentType string
	address     *url.URL // after redirects
	at          string   // where to ask next time: after redirects for good
	etag        string
	modified    string
	unchanged   bool
}

// get fetches a feed unless it is the version that the cursor knows.
func (n *rss) get(ctx context.Context, address string, known feedCursor) (document, error) {
	ctx, cancel := context.WithTimeout(ctx, feedTime)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil || r.URL.Host == "" {
		return document{}, BadConfig{What: "address"}
	}
	r.Header.Set("Accept", "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5")
	if known.ETag != "" {
		r.Header.Set("If-None-Match", known.ETag)
	}
	if known.Modified != "" {
		r.Header.Set("If-Modified-Since", known.Modified)
	}
	answer, err := n.client.Do(r)
	if err != nil {
		return document{}, withoutAddress(err)
	}
	defer answer.Body.Close()
	d := document{
		contentType: answer.Header.Get("Content-Type"), address: answer.Request.URL, at: moved(address, answer.Request),
		etag: answer.Header.Get("ETag"), modified: answer.Header.Get("Last-Modified"),
	}
	switch {
	case answer.StatusCode == http.StatusNotModified:
		d.unchanged = true
		return d, nil
	case answer.StatusCode != http.StatusOK:
		return d, statusTrouble(answer)
	}
	if d.body, err = io.ReadAll(io.LimitReader(answer.Body, maxFeed+1)); err != nil {
		return d, fmt.Errorf("read the feed: %w", err)
	}
	if len(d.body) > maxFeed {
		return d, fmt.Errorf("read the feed: %w", errTooBig)
	}
	return d, nil
}

// moved is where an address has moved to for good: as far as the redirects that
// led to the last request said so.
func moved(address string, last *http.Request) string {
	var hops []*http.Request // from the first redirect to the last
	for r := last; r.Response != nil; r = r.Response.Request {
		hops = append([]*http.Request{r}, hops...)
	}
	for _, r := range hops {
		if s := r.Response.StatusCode; s != http.StatusMovedPermanently && s != http.StatusPermanentRedirect {
			break
		}
		address = r.URL.String()
	}
	return address
}

// withoutAddress takes the address out of a client's error: it may hold a
// secret, and errors are logged.
func withoutAddress(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return fmt.Errorf("call: %w", e.Err)
	}
	return err
}

// statusTrouble is the trouble that an HTTP status tells.
func statusTrouble(answer *http.Response) error {
	status := fmt.Errorf("status %d", answer.StatusCode)
	switch answer.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusUnavailableForLegalReasons:
		return errors.Join(status, Forbidden{})
	case http.StatusNotFound, http.StatusGone:
		return errors.Join(status, Gone{})
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		wait := retryAfter(answer.Header.Get("Retry-After"), time.Now())
		if wait == 0 && answer.StatusCode == http.StatusTooManyRequests {
			wait = feedPatience
		}
		if wait > 0 {
			return errors.Join(status, Limited{Until: time.Now().Add(wait)})
		}
	}
	return status
}

// retryAfter reads the header of that name, seconds or a date; 0 when it says
// nothing. A day is the most that is believed.
func retryAfter(value string, now time.Time) time.Duration {
	wait := time.Duration(0)
	if seconds, err := strconv.ParseUint(strings.TrimSpace(value), 10, 31); err == nil {
		wait = time.Duration(seconds) * time.Second
	} else if date, err := http.ParseTime(value); err == nil {
		wait = date.Sub(now)
	}
	return min(max(wait, 0), 24*time.Hour)
}
