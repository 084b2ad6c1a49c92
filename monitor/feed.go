package monitor

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mmcdole/gofeed"
	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"

	"otklik/monitor/links"
	"otklik/storage"
)

var (
	declaredCharset = regexp.MustCompile(`^(\s*<\?xml[^>]*?encoding\s*=\s*["'])([^"']*)`)
	byteOrderMark   = []byte("\xef\xbb\xbf")
)

// parseFeed reads a document of whatever charset.
func parseFeed(body []byte, contentType string) (*gofeed.Feed, error) {
	body, err := inUTF8(body, contentType)
	if err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, errors.New("read the feed: the document is empty")
	}
	feed, err := gofeed.NewParser().Parse(bytes.NewReader(body))
	if errors.Is(err, gofeed.ErrFeedTypeNotDetected) || err == nil && feed.FeedType == "json" && len(feed.Items) == 0 && !strings.Contains(feed.FeedVersion, "jsonfeed.org") {
		return nil, fmt.Errorf("read the feed: %w", BadConfig{What: "not_a_feed"})
	}
	if err != nil {
		return nil, fmt.Errorf("read the feed: %w", err)
	}
	return feed, nil
}

// inUTF8 is a document in UTF-8. What its bytes are counts first: letters of
// another charset are hardly ever valid UTF-8 by chance. Then counts what it
// says itself, then what the server said, and where neither helps it is
// Windows-1251, unless it is UTF-8 with a few broken bytes.
func inUTF8(body []byte, contentType string) ([]byte, error) {
	if bytes.HasPrefix(body, []byte{0xff, 0xfe}) || bytes.HasPrefix(body, []byte{0xfe, 0xff}) {
		var err error
		if body, err = convert(body, "utf-16"); err != nil {
			return nil, err
		}
	}
	body = bytes.TrimPrefix(body, byteOrderMark)
	said := ""
	if m := declaredCharset.FindSubmatchIndex(body[:min(len(body), 200)]); m != nil {
		said = string(body[m[4]:m[5]])
		if !strings.EqualFold(said, "utf-8") {
			body = slices.Concat(body[:m[4]], []byte("utf-8"), body[m[5]:])
		}
	}
	if utf8.Valid(body) && bytes.ContainsFunc(body, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return body, nil
	}
	if _, params, err := mime.ParseMediaType(contentType); err == nil && (said == "" || strings.EqualFold(said, "utf-8")) {
		said = params["charset"]
	}
	if said == "" || strings.EqualFold(said, "utf-8") {
		if mostlyUTF8(body) {
			return bytes.ToValidUTF8(body, []byte("\uFFFD")), nil
		}
		said = "windows-1251"
	}
	return convert(body, said)
}

func convert(body []byte, from string) ([]byte, error) {
	converted, err := charset.NewReaderLabel(from, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("read the feed's charset: %w", err)
	}
	if body, err = io.ReadAll(converted); err != nil {
		return nil, fmt.Errorf("convert the feed's charset: %w", err)
	}
	return bytes.TrimPrefix(body, byteOrderMark), nil
}

// mostlyUTF8 says that of what is no ASCII most is well formed.
func mostlyUTF8(body []byte) bool {
	good, bad := 0, 0
	for len(body) > 0 {
		r, size := utf8.DecodeRune(body)
		switch {
		case r == utf8.RuneError && size == 1:
			bad++
		case size > 1:
			good++
		}
		body = body[size:]
	}
	return good >= bad
}

// feedEntry is an item of a feed with what tells it from others.
type feedEntry struct {
	item Item
	own  string // what the feed calls it: its guid, else its link; "" for neither
}

// feedEntries are a feed's items, oldest first; those without a date count as
// the oldest, in the order of the document turned round.
func feedEntries(feed *gofeed.Feed, base *url.URL, now time.Time) []feedEntry {
	var entries []feedEntry
	for _, it := range slices.Backward(feed.Items) {
		e := feedEntry{item: feedItem(it, itemURL(it, base)), own: strings.TrimSpace(it.GUID)}
		if e.own == "" {
			e.own = strings.TrimSpace(it.Link)
		}
		if at := e.item.PublishedAt; at.Year() < 2000 || at.After(now.Add(24*time.Hour)) {
			e.item.PublishedAt = time.Time{} // no such date: when it was found is nearer
		}
		entries = append(entries, e)
	}
	slices.SortStableFunc(entries, func(a, b feedEntry) int { return a.item.PublishedAt.Compare(b.item.PublishedAt) })
	return entries
}

func feedItem(it *gofeed.Item, address string) Item {
	content := it.Content
	if len(content) < len(it.Description) {
		content = it.Description
	}
	title, text := plainText(it.Title), plainText(content)
	if title != "" && !strings.HasPrefix(text, strings.TrimRight(title, ".… ")) {
		text = strings.TrimSpace(title + "\n\n" + text)
	}
	item := Item{Post: storage.Post{Network: "rss", Kind: links.Post, URL: address, Text: text}}
	item.Photos = strings.Count(strings.ToLower(content), "<img")
	for _, e := range it.Enclosures {
		switch {
		case strings.HasPrefix(e.Type, "image/"):
			item.Photos++
		case strings.HasPrefix(e.Type, "video/"):
			item.Videos++
		}
	}
	if it.PublishedParsed != nil {
		item.PublishedAt = *it.PublishedParsed
	} else if it.UpdatedParsed != nil {
		item.PublishedAt = *it.UpdatedParsed
	}
	if len(it.Authors) > 0 && it.Authors[0] != nil {
		item.AuthorID = it.Authors[0].Name
	}
	return item
}

// itemURL is an item's own address in canonical form, "" when it has none.
func itemURL(it *gofeed.Item, base *url.URL) string {
	raw := strings.TrimSpace(it.Link)
	if raw == "" {
		return ""
	}
	u, err := base.Parse(raw)
	if err != nil {
		return ""
	}
	_, address, err := canonicalPost(u.String())
	if err != nil {
		return ""
	}
	return address
}

// canonicalPost reads the address of a post. On pages of the open web, unlike
// in networks, a comment is told by the fragment, which therefore stays.
func canonicalPost(raw string) (links.Link, string, error) {
	l, err := links.Parse(raw)
	if err != nil {
		return l, "", err
	}
	if l.Network == links.Web {
		if _, fragment, _ := strings.Cut(strings.TrimSpace(raw), "#"); fragment != "" && len(l.URL)+len(fragment) < links.MaxLength {
			return l, l.URL + "#" + fragment, nil
		}
	}
	return l, l.URL, nil
}

// namedFeed is the address of the feed that a page of HTML names as its own, ""
// when it names none.
func namedFeed(page []byte, base *url.URL) string {
	for z := html.NewTokenizer(bytes.NewReader(page)); ; {
		kind := z.Next()
		if kind == html.ErrorToken {
			return ""
		}
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
			continue
		}
		if name, _ := z.TagName(); string(name) != "link" {
			continue
		}
		attributes := map[string]string{}
		for more := true; more; {
			var k, v []byte
			k, v, more = z.TagAttr()
			attributes[string(k)] = string(v)
		}
		switch attributes["type"] {
		case "application/rss+xml", "application/atom+xml", "application/feed+json":
		default:
			continue
		}
		u, err := base.Parse(strings.TrimSpace(attributes["href"]))
		if err == nil && attributes["href"] != "" && slices.Contains(strings.Fields(strings.ToLower(attributes["rel"])), "alternate") && (u.Scheme == "http" || u.Scheme == "https") {
			return u.String()
		}
	}
}
