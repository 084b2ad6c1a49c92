// Package links reads the addresses of posts: which network, what kind of
// thing, its ids, and one canonical form for the many ways to write it.
//
// It only looks at the text of an address and never at the network.
package links

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// The networks that are known by name; everything else is Web.
const (
	VK        = "vk"
	OK        = "ok"
	Facebook  = "facebook"
	Instagram = "instagram"
	X         = "x"
	Telegram  = "telegram"
	Web       = "web"
)

// The kinds of things that an address names.
const (
	Post      = "post"
	Comment   = "comment"
	Topic     = "topic"     // a discussion of a VK community
	Community = "community" // a group, page or channel; also a short name that may be a person's
	Profile   = "profile"   // surely a person
	Hashtag   = "hashtag"
	Photo     = "photo"
	Video     = "video"
	Page      = "page" // anything else
)

// Link is an address, understood. ExternalID, ParentID and RootID are in the
// form in which posts of the network are stored; they are empty where the
// address does not tell.
type Link struct {
	Network    string
	Kind       string
	ExternalID string
	ParentID   string // what a comment replies to, as far as known: a comment or the post
	RootID     string // the post under which all stands; of a post itself
	Owner      string // community, page, chat or author, as the address names it
	URL        string // the canonical address, itself a fixed point of Parse
}

// What can be wrong with an address.
var (
	ErrEmpty     = errors.New("no address")
	ErrTooLong   = errors.New("address too long")
	ErrScheme    = errors.New("address is not http or https")
	ErrHost      = errors.New("address has no valid host")
	ErrUserinfo  = errors.New("address carries a user name")
	ErrMalformed = errors.New("address cannot be read")
)

// MaxLength is the longest address that is read, in bytes.
const MaxLength = 2048

// bare is an address whose scheme was left out.
var bare = regexp.MustCompile(`^[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)*\.\p{L}[\p{L}\p{N}-]+(:\d+)?([/?#]|$)`)

// Parse reads an address as a person pastes it: with or without its scheme.
// Its error wraps one of the Err variables.
func Parse(raw string) (Link, error) {
	u, err := read(raw)
	if err != nil {
		return Link{}, err
	}
	host := trimHost(u.Hostname())
	for _, network := range networks {
		if !slices.Contains(network.hosts, host) {
			continue
		}
		if u.Port() != "" && u.Port() != "443" && u.Port() != "80" {
			break
		}
		link := network.parse(address{path: segments(u), query: u.Query(), fragment: u.Fragment})
		if link.URL == "" {
			link = Link{Kind: Page, URL: canonical(u)}
		}
		link.Network = network.name
		return link, nil
	}
	return Link{Network: Web, Kind: Page, URL: canonical(u)}, nil
}

var networks = []struct {
	name  string
	hosts []string
	parse func(address) Link
}{
	{VK, []string{"vk.com", "vk.ru", "vkontakte.ru"}, parseVK},
	{OK, []string{"ok.ru", "odnoklassniki.ru"}, parseOK},
	{Facebook, []string{"facebook.com", "fb.com"}, parseFacebook},
	{Instagram, []string{"instagram.com", "instagr.am"}, parseInstagram},
	{X, []string{"x.com", "twitter.com"}, parseX},
	{Telegram, []string{"t.me", "telegram.me", "telegram.dog"}, parseTelegram},
}

// address is what tells a network's things apart.
type address struct {
	path     []string
	query    url.Values
	fragment string
}

// at is the i-th part of the path, or empty.
func (a address) at(i int) string {
	if i < len(a.path) {
		return a.path[i]
	}
	return ""
}

func read(raw string) (*url.URL, error) {
	raw = strings.TrimSpace(raw)
	switch {
	case raw == "":
		return nil, ErrEmpty
	case len(raw) > MaxLength:
		return nil, fmt.Errorf("%w: %d bytes of at most %d", ErrTooLong, len(raw), MaxLength)
	case !utf8.ValidString(raw) || strings.ContainsFunc(raw, unprintable):
		return nil, fmt.Errorf("%w: space or control sign inside", ErrMalformed)
	case bare.MatchString(raw):
		raw = "https://" + raw
	}
	u, err := url.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("%w: %s", ErrMalformed, strings.TrimPrefix(errors.Unwrap(err).Error(), "net/url: "))
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("%w: %q", ErrScheme, u.Scheme)
	}
	if u.User != nil {
		return nil, ErrUserinfo
	}
	return u, readHost(u)
}

// readHost writes the host in lower case and international names readably.
func readHost(u *url.URL) error {
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if host == "" || strings.ContainsAny(host, "%") {
		return ErrHost
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	} else {
		ascii, err := idna.Lookup.ToASCII(host)
		if err != nil {
			return fmt.Errorf("%w: %q", ErrHost, host)
		}
		if host, err = idna.Lookup.ToUnicode(ascii); err != nil {
			return fmt.Errorf("%w: %q", ErrHost, host)
		}
	}
	port := u.Port()
	if u.Scheme == "http" && port == "80" || u.Scheme == "https" && port == "443" {
		port = ""
	}
	if u.Host = host; port != "" {
		u.Host += ":" + port
	}
	return nil
}

func unprintable(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }

// fronts are the names of a network's other faces.
var fronts = []string{"www.", "m.", "mobile.", "web.", "mbasic.", "ru-ru.", "new.", "touch."}

func trimHost(host string) string {
	for _, front := range fronts {
		if rest, ok := strings.CutPrefix(host, front); ok && strings.Contains(rest, ".") {
			return rest
		}
	}
	return host
}

func segments(u *url.URL) []string {
	return strings.FieldsFunc(u.Path, func(r rune) bool { return r == '/' })
}

// tracking are parameters that say who shared an address, not what it names.
var tracking = []string{"fbclid", "gclid", "yclid", "ysclid", "igshid", "igsh", "mc_eid", "_openstat", "from_fb"}

// canonical drops from an address what does not change where it leads.
func canonical(u *url.URL) string {
	var query []string
	for pair := range strings.SplitSeq(u.RawQuery, "&") {
		name, _, _ := strings.Cut(strings.ToLower(pair), "=")
		if pair != "" && !strings.HasPrefix(name, "utm_") && !slices.Contains(tracking, name) {
			query = append(query, pair)
		}
	}
	slices.Sort(query)
	path := u.EscapedPath()
	if path == "/" {
		path = ""
	}
	text := u.Scheme + "://" + u.Host + path
	if len(query) > 0 {
		text += "?" + strings.Join(query, "&")
	}
	return text
}
