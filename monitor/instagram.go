package monitor

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"otklik/monitor/links"
	"otklik/storage"
)

// instagram reads and answers as the professional accounts that are ours.
//
// Its sources are accounts of ours (their media with comments and replies, and
// media where they are tagged; the address is the account's id) and hashtags
// (the address is the word), which are also searched for the whole installation
// when the settings name them. Where somebody mentions us only the webhook
// tells.
type instagram struct {
	*graph
	hashtags []string

	spending sync.Mutex // of the budget of hashtags

	mu   sync.Mutex
	seen map[string]bool // comments that stood where we can read, as far as is remembered
}

const (
	igKeyURL      = settingsPrefix + "_INSTAGRAM_URL"
	igKeyAccounts = settingsPrefix + "_INSTAGRAM_ACCOUNTS"
	igKeyHashtags = settingsPrefix + "_INSTAGRAM_HASHTAGS"
	igKeyHook     = settingsPrefix + "_INSTAGRAM_APP_SECRET, " + settingsPrefix + "_INSTAGRAM_VERIFY_TOKEN"
)

// instagramSettings are OTKLIK_INSTAGRAM_….
type instagramSettings struct {
	URL         string   `default:"https://graph.facebook.com/v25.0"` // with the version
	Accounts    string   // id:token,… the professional accounts that are ours
	Hashtags    []string // searched for all regions
	AppSecret   string   `split_words:"true"` // of the app whose calls /hooks/instagram takes
	VerifyToken string   `split_words:"true"` // what Meta repeats when that address is registered
}

func openInstagram(with setup) (Network, error) {
	var s instagramSettings
	if err := with.read(&s); err != nil {
		return nil, err
	}
	g, err := openGraph(with, "instagram", igKeyURL, s.URL, igKeyAccounts, s.Accounts)
	if err != nil {
		return nil, err
	}
	hashtags, err := igHashtags(s.Hashtags)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", igKeyHashtags, err)
	}
	if len(g.accounts) == 0 {
		return nil, nil
	}
	g.secret, g.verify = s.AppSecret, s.VerifyToken
	return &instagram{graph: g, hashtags: hashtags}, nil
}

// igTagsAWeek is how many hashtags an account may ask for in any seven days.
const igTagsAWeek = 30

// igHashtags reads the hashtags of the settings, with or without their sign.
func igHashtags(list []string) ([]string, error) {
	var words []string
	for i, word := range list {
		word = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(word), "#"))
		switch {
		case word == "":
			continue
		case !isTag(word):
			return nil, fmt.Errorf("entry %d is not one word of letters and digits", i+1)
		}
		words = append(words, word)
	}
	slices.Sort(words)
	if words = slices.Compact(words); len(words) > igTagsAWeek {
		return nil, fmt.Errorf("%d hashtags, and the network takes %d in seven days", len(words), igTagsAWeek)
	}
	return words, nil
}

func (*instagram) Name() string { return links.Instagram }

// Budgets are what each account's token may still spend, in percent.
func (n *instagram) Budgets() []Budget { return n.budgets() }

// Queries are the hashtags of the settings: they belong to the first region, and
// what they bring concerns whichever it names.
func (n *instagram) Queries(wanted []Wanted) []Query {
	if len(wanted) == 0 {
		return nil
	}
	var list []Query
	for _, word := range n.hashtags {
		list = append(list, Query{Region: wanted[0].Region, Text: word})
	}
	return list
}

// SearchPace spreads the hashtags: limits are told by usage, not by numbers.
func (n *instagram) SearchPace() (between time.Duration, atOnce int) {
	return 10 * time.Second, igTagsAWeek
}

// Fetch reads one page of media, of the comments under one, or of a hashtag.
func (n *instagram) Fetch(ctx context.Context, s storage.Source) (Page, error) {
	c, err := readGraphCursor(s.Cursor, time.Now())
	if err != nil {
		return Page{}, err
	}
	r := &igReading{instagram: n, graphReading: graphReading{source: s, cursor: c, now: time.Now()}}
	switch s.Kind {
	case links.Community:
		err = r.read(ctx)
	case links.Hashtag, storage.SearchSource:
		err = r.hashtag(ctx)
	default:
		err = BadConfig{What: "kind " + s.Kind}
	}
	if err != nil {
		return Page{}, fmt.Errorf("read %s of instagram: %w", s.Kind, err)
	}
	return r.page(n.graph)
}

// igReading is one Fetch under way.
type igReading struct {
	*instagram
	graphReading
}

func (r *igReading) read(ctx context.Context) error {
	a, err := r.own(ctx, r.source.Address)
	if err != nil {
		return err
	}
	if a == nil {
		return NotOurs{}
	}
	r.account = a
	// Who wrote a comment is told by name.
	if _, _, err := r.identify(ctx, a); err != nil {
		return err
	}
	if len(r.cursor.Todo) > 0 {
		return r.comments(ctx)
	}
	return r.media(ctx)
}

// Resolve makes a source of the address of an account of ours, or of a hashtag.
func (n *instagram) Resolve(ctx context.Context, l links.Link) (storage.Source, error) {
	s := storage.Source{Network: links.Instagram, Kind: l.Kind, URL: l.URL}
	switch l.Kind {
	case links.Hashtag:
		s.Address, s.Name = l.ExternalID, "#"+l.ExternalID
		return s, nil
	case links.Community:
	default:
		return s, BadConfig{What: "no account"}
	}
	a, err := n.own(ctx, l.ExternalID)
	switch {
	case err != nil:
		return s, fmt.Errorf("look up an account of instagram: %w", err)
	case a == nil:
		return s, fmt.Errorf("look up an account of instagram: %w", NotOurs{})
	}
	name, username, err := n.identify(ctx, a)
	if name == "" {
		name = username
	}
	s.Address, s.Name = a.id, name
	return s, err
}

// Probe asks each account's token whose it is, and whether it may search for
// hashtags where there are any.
func (n *instagram) Probe(ctx context.Context) []Capability {
	var out []Capability
	for _, a := range n.accounts {
		err := n.probe(ctx, a)
		out = append(out, Capability{Key: a.key, Number: a.number, What: "read", Err: err}, Capability{Key: a.key, Number: a.number, What: "publish", Err: err})
		if len(n.hashtags) > 0 {
			if err == nil {
				_, err = n.searched(ctx, a)
			}
			out = append(out, Capability{Key: a.key, Number: a.number, What: "search", Err: err})
		}
	}
	return out
}

var _ interface {
	Network
	Publisher
	Follower
	Checker
	Receiver
	Meter
	Searcher
	Resolver
	PostFetcher
	Prober
} = (*instagram)(nil)
