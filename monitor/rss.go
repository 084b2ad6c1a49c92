package monitor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"otklik/monitor/links"
	"otklik/storage"
)

const (
	feedTime     = 30 * time.Second
	rememberedID = 2000 // ids that a feed's cursor keeps beside those of its last document
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

// feedCursor is how far a feed was read: the versions of its document, and what
// stood in it, as the first bytes of ids.
type feedCursor struct {
	ETag     string   `json:"etag,omitempty"`
	Modified string   `json:"modified,omitempty"`
	Seen     []string `json:"seen,omitempty"`
}

// Fetch reads the feed's document and returns the items that were not in it
// before.
func (n *rss) Fetch(ctx context.Context, s storage.Source) (Page, error) {
	var cursor feedCursor
	if s.Cursor != "" {
		if err := json.Unmarshal([]byte(s.Cursor), &cursor); err != nil {
			return Page{}, fmt.Errorf("read the cursor: %w", err)
		}
	}
	address := feedAddress(s)
	doc, err := n.get(ctx, address, cursor)
	if err != nil {
		return Page{}, err
	}
	if doc.unchanged {
		return Page{Cursor: s.Cursor, NotBefore: doc.notBefore}, nil
	}
	feed, err := parseFeed(doc.body, doc.contentType)
	if err != nil {
		return Page{}, err
	}
	next := feedCursor{ETag: doc.etag, Modified: doc.modified}
	p := Page{NotBefore: doc.notBefore}
	for _, item := range feedItems(feed, address, doc.address) {
		mark := item.ExternalID[:16]
		if slices.Contains(next.Seen, mark) {
			continue
		}
		next.Seen = append(next.Seen, mark)
		if !slices.Contains(cursor.Seen, mark) {
			p.Items = append(p.Items, item)
		}
	}
	// What left the document may come back into it.
	limit := len(next.Seen) + rememberedID
	for _, mark := range cursor.Seen {
		if len(next.Seen) < limit && !slices.Contains(next.Seen, mark) {
			next.Seen = append(next.Seen, mark)
		}
	}
	encoded, err := json.Marshal(next)
	p.Cursor = string(encoded)
	return p, err
}

// Resolve finds the feed behind an address: the address itself, or what the
// page there names as its feed.
func (n *rss) Resolve(ctx context.Context, l links.Link) (storage.Source, error) {
	s := storage.Source{Network: n.Name(), Kind: "feed", URL: l.URL, Address: l.URL}
	doc, err := n.get(ctx, s.Address, feedCursor{})
	if err != nil {
		return s, err
	}
	feed, err := parseFeed(doc.body, doc.contentType)
	if named := namedFeed(doc.body, doc.address); err != nil && named != "" {
		s.Address = named
		if doc, err = n.get(ctx, s.Address, feedCursor{}); err != nil {
			return s, err
		}
		feed, err = parseFeed(doc.body, doc.contentType)
	}
	if err != nil {
		return s, err
	}
	s.Name = oneLine(CleanText(plainText(feed.Title)), maxParentLine)
	return s, nil
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
	etag        string
	modified    string
	unchanged   bool
	notBefore   time.Time
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
		contentType: answer.Header.Get("Content-Type"), address: answer.Request.URL,
		etag: answer.Header.Get("ETag"), modified: answer.Header.Get("Last-Modified"),
	}
	switch {
	case answer.StatusCode == http.StatusNotModified:
		d.unchanged = true
		return d, nil
	case answer.StatusCode != http.StatusOK:
		return d, statusTrouble(answer)
	}
	if d.body, err = io.ReadAll(answer.Body); err != nil {
		return d, fmt.Errorf("read the feed: %w", err)
	}
	return d, nil
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
		if wait := retryAfter(answer.Header.Get("Retry-After"), time.Now()); wait > 0 {
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
