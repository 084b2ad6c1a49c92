package monitor

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"otklik/storage"
)

// ok reads groups of Одноклассники: their topics and the comments under them.
// It answers with the tokens of people who administer groups that are ours, in
// the name of the group.
//
// Its sources are of two kinds: a community (a group; the address is its number
// or short name), and a search (the address is a hashtag without #), which
// exists only when it is switched on.
type ok struct {
	base        string
	application okApplication
	client      *http.Client
	readers     []*okToken
	writers     map[string]*okToken // by the number of the group
	publishing  bool                // answers may go out by the interface
	searching   bool                // hashtags are searched
	retired     atomic.Bool         // the network said that nobody can publish by the interface any more
	plain       atomic.Bool         // the network does not let us say what we want to know of topics

	mu    sync.Mutex
	named map[string]string // numbers of groups by short name
}

// okApplication is what calls are signed with.
type okApplication struct{ key, secret string }

const (
	okKindCommunity = "community"
	okKindSearch    = storage.SearchSource
)

const (
	okKeyToken   = settingsPrefix + "_OK_TOKEN"
	okKeyAppKey  = settingsPrefix + "_OK_APPLICATION_KEY"
	okKeySecret  = settingsPrefix + "_OK_APPLICATION_SECRET"
	okKeyURL     = settingsPrefix + "_OK_URL"
	okKeyGroups  = settingsPrefix + "_OK_GROUPS"
	okKeyPublish = settingsPrefix + "_OK_PUBLISH"
	okKeyTags    = settingsPrefix + "_OK_HASHTAGS"
)

// okSettings are OTKLIK_OK_….
type okSettings struct {
	Token             []string // access tokens that read
	ApplicationKey    string   `split_words:"true"`
	ApplicationSecret string   `split_words:"true"`
	URL               string   `default:"https://api.ok.ru"`
	Groups            string   // gid:token,… the groups that answer
	Publish           string   `default:"off"` // on: answers go out by the interface
	Hashtags          string   `default:"off"` // on: places are searched as hashtags
}

func openOK(with setup) (Network, error) {
	var s okSettings
	if err := with.read(&s); err != nil {
		return nil, err
	}
	u, err := url.Parse(s.URL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		return nil, fmt.Errorf("%s: not an address", okKeyURL)
	}
	n := &ok{
		base: strings.TrimSuffix(s.URL, "/"), client: with.client(configured), writers: map[string]*okToken{}, named: map[string]string{},
		application: okApplication{strings.TrimSpace(s.ApplicationKey), strings.TrimSpace(s.ApplicationSecret)},
	}
	if n.publishing, err = okSwitch(okKeyPublish, s.Publish); err != nil {
		return nil, err
	}
	if n.searching, err = okSwitch(okKeyTags, s.Hashtags); err != nil {
		return nil, err
	}
	for _, token := range s.Token {
		if token = strings.TrimSpace(token); token != "" {
			n.readers = append(n.readers, n.okToken(with, token, okKeyToken, len(n.readers)+1))
		}
	}
	if err := n.readGroups(with, s.Groups); err != nil {
		return nil, fmt.Errorf("%s: %w", okKeyGroups, err)
	}
	if len(n.readers) == 0 && len(n.writers) == 0 {
		return nil, nil
	}
	if n.application.key == "" {
		return nil, fmt.Errorf("%s: missing, calls are signed with it", okKeyAppKey)
	}
	if n.application.secret == "" {
		return nil, fmt.Errorf("%s: missing, calls are signed with it", okKeySecret)
	}
	return n, nil
}

// okSwitch reads on or off.
func okSwitch(key, value string) (bool, error) {
	switch value {
	case "on":
		return true, nil
	case "off", "":
		return false, nil
	}
	return false, fmt.Errorf("%s: must be on or off", key)
}

// readGroups reads "gid:token,…"; its errors show no token.
func (n *ok) readGroups(with setup, list string) error {
	number := 0
	for entry := range strings.SplitSeq(list, ",") {
		if entry = strings.TrimSpace(entry); entry == "" {
			continue
		}
		number++
		gid, token, found := strings.Cut(entry, ":")
		gid, token = strings.TrimSpace(gid), strings.TrimSpace(token)
		if !found || !okNumber.MatchString(gid) || token == "" {
			return fmt.Errorf("entry %d is not gid:token", number)
		}
		n.writers[gid] = n.okToken(with, token, okKeyGroups, number)
	}
	return nil
}

func (*ok) Name() string { return "ok" }

// Fetch reads one stretch of a source: the list of a group's topics, the new
// comments under some of them, or what carries a hashtag.
func (n *ok) Fetch(ctx context.Context, s storage.Source) (Page, error) {
	c, err := readOKCursor(s.Cursor, time.Now())
	if err != nil {
		return Page{}, err
	}
	n.lookAround(ctx)
	r := &okReading{ok: n, source: s, cursor: c, now: time.Now()}
	switch s.Kind {
	case okKindCommunity:
		err = r.community(ctx)
	case okKindSearch:
		err = r.search(ctx)
	default:
		err = BadConfig{What: "kind " + s.Kind}
	}
	if err != nil {
		return Page{}, fmt.Errorf("read %s of ok: %w", s.Kind, err)
	}
	cursor, err := r.cursor.write()
	return Page{Items: r.items, Cursor: cursor, More: r.more}, err
}

// okReading is one Fetch under way.
type okReading struct {
	*ok
	source storage.Source
	group  string // the number of the group that is read
	cursor okCursor
	now    time.Time
	items  []Item
	more   bool
}

// own says whether an author is a group of ours, or the person by whose token
// it answers.
func (n *ok) own(author string) bool {
	if gid, is := strings.CutPrefix(author, okGroupRef); is {
		return n.writers[gid] != nil
	}
	if author == "" {
		return false
	}
	for _, t := range n.writers {
		if author == okUserRef+t.person() {
			return true
		}
	}
	return false
}

// tokens are all tokens, readers first, in a fixed order.
func (n *ok) tokens() []*okToken {
	all := slices.Clone(n.readers)
	for _, gid := range slices.Sorted(maps.Keys(n.writers)) {
		all = append(all, n.writers[gid])
	}
	return all
}

// tokensFor are the tokens that may read a group, the likeliest first: what is
// closed to others shows itself to the group's own administrator.
func (n *ok) tokensFor(gid string) []*okToken {
	var list []*okToken
	if own := n.writers[gid]; own != nil {
		list = append(list, own)
	}
	list = append(list, n.readers...)
	if len(list) == 0 {
		list = n.tokens()
	}
	return list
}
