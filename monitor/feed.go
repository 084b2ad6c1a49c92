package monitor

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/mmcdole/gofeed"
	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"

	"otklik/monitor/links"
	"otklik/storage"
)

var (
	declaredCharset = regexp.MustCompile(`^\s*<\?xml[^>]*encoding=`)
	byteOrderMark   = []byte("\xef\xbb\xbf")
)

// parseFeed reads a document. What it says about its own charset counts first,
// then what the server said, then what it looks like.
func parseFeed(body []byte, contentType string) (*gofeed.Feed, error) {
	body = bytes.TrimPrefix(body, byteOrderMark)
	start := body[:min(len(body), 200)]
	if !declaredCharset.Match(start) && strings.Contains(strings.ToLower(contentType), "charset=") {
		converted, err := charset.NewReader(bytes.NewReader(body), contentType)
		if err != nil {
			return nil, fmt.Errorf("read the feed's charset: %w", err)
		}
		if body, err = io.ReadAll(converted); err != nil {
			return nil, fmt.Errorf("convert the feed's charset: %w", err)
		}
	}
	feed, err := gofeed.NewParser().Parse(bytes.NewReader(body))
	if errors.Is(err, gofeed.ErrFeedTypeNotDetected) {
		return nil, fmt.Errorf("read the feed: %w", BadConfig{What: "not_a_feed"})
	}
	if err != nil {
		return nil, fmt.Errorf("read the feed: %w", err)
	}
	return feed, nil
}

// feedItems are a feed's items, oldest first. The source's address tells equal
// ids of different feeds apart.
func feedItems(feed *gofeed.Feed, source string, base *url.URL) []Item {
	addresses, names := map[string]int{}, map[string]int{}
	urls := make([]string, len(feed.Items))
	for i, it := range feed.Items {
		urls[i] = itemURL(it, base)
		addresses[urls[i]]++
		names[ownName(it)]++
	}
	var items []Item
	for i, it := range slices.Backward(feed.Items) {
		u, own := urls[i], ownName(it)
		if own == "" || names[own] > 1 {
			// What names several items names none of them.
			own += "\x00" + it.Title + "\x00" + it.Description + "\x00" + it.Content
		}
		sum := sha256.Sum256([]byte(source + "\x00" + own))
		id := hex.EncodeToString(sum[:16])
		if addresses[u] > 1 && u != "" {
			u += "#" + id // one address would make them one post
		}
		items = append(items, feedItem(it, id, u))
	}
	slices.SortStableFunc(items, func(a, b Item) int { return a.PublishedAt.Compare(b.PublishedAt) })
	return items
}

// ownName is what a feed calls an item: its guid, else its link.
func ownName(it *gofeed.Item) string {
	if guid := strings.TrimSpace(it.GUID); guid != "" {
		return guid
	}
	return strings.TrimSpace(it.Link)
}

func feedItem(it *gofeed.Item, id, address string) Item {
	content := it.Content
	if len(content) < len(it.Description) {
		content = it.Description
	}
	title, text := plainText(it.Title), plainText(content)
	if title != "" && !strings.HasPrefix(text, strings.TrimRight(title, ".… ")) {
		text = strings.TrimSpace(title + "\n\n" + text)
	}
	item := Item{Post: storage.Post{Network: "rss", Kind: links.Post, ExternalID: id, URL: address, Text: text}}
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
