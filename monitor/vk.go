package monitor

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"otklik/storage"
)

// vk reads ВКонтакте with service keys and answers with the keys of the
// communities that are ours.
//
// Its sources are of four kinds: a community (its wall and the comments under
// it; the address is its owner id, "-1"), a search (the address is what is
// searched for), a topic ("1_2": a community's discussion), and a post
// ("-1_2": its comments).
type vk struct {
	base    string
	client  *http.Client
	readers []*vkToken
	writers map[int64]*vkToken // by the community's owner id, negative
	turn    atomic.Uint32      // whose of the readers it is
	foreign bool               // answers may go under the posts of communities that are not ours
	events  bool               // our communities' long polls are held
	stream  *vkStreaming       // nil: off
	walls   *vkWalls
	sweeps  *vkSweep
}

const (
	vkKindCommunity = "community"
	vkKindSearch    = storage.SearchSource
	vkKindTopic     = "topic"
	vkKindPost      = "post"
)

const (
	vkKeyToken       = settingsPrefix + "_VK_TOKEN"
	vkKeyURL         = settingsPrefix + "_VK_URL"
	vkKeyCommunities = settingsPrefix + "_VK_COMMUNITIES"
)

// vkSettings are OTKLIK_VK_….
type vkSettings struct {
	Token        []string // service keys
	URL          string   `default:"https://api.vk.com"`
	Communities  string   // id:token,… the communities that answer
	ForeignWalls onOff    `split_words:"true" default:"off"` // whether they may answer on the walls of others
	Longpoll     onOff    `default:"on"`                     // whether they tell of their events at once
	Streaming    onOff    `default:"off"`                    // whether searches are rules of the Streaming API as well
}

func openVK(with setup) (Network, error) {
	var s vkSettings
	if err := with.read(&s); err != nil {
		return nil, err
	}
	u, err := url.Parse(s.URL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		return nil, fmt.Errorf("%s: not an address", vkKeyURL)
	}
	n := &vk{base: strings.TrimSuffix(s.URL, "/"), client: with.client(configured), writers: map[int64]*vkToken{}, foreign: bool(s.ForeignWalls), events: bool(s.Longpoll)}
	for _, token := range s.Token {
		if token = strings.TrimSpace(token); token != "" {
			n.readers = append(n.readers, newVKToken(token, vkKeyToken, len(n.readers)+1, vkReadsPerSecond))
		}
	}
	if err := n.readCommunities(s.Communities); err != nil {
		return nil, fmt.Errorf("%s: %w", vkKeyCommunities, err)
	}
	if len(n.readers) == 0 && len(n.writers) == 0 {
		return nil, nil
	}
	for _, t := range slices.Concat(n.readers, slices.Collect(maps.Values(n.writers))) {
		t.fails = with.tokenFails
	}
	if s.Streaming && len(n.readers) > 0 {
		n.stream = newVKStreaming()
	}
	n.walls, n.sweeps = newVKWalls(len(n.readers)), &vkSweep{ask: n.byID}
	return n, nil
}

// readCommunities reads "id:token,…"; its errors show no token.
func (n *vk) readCommunities(list string) error {
	number := 0
	for entry := range strings.SplitSeq(list, ",") {
		if entry = strings.TrimSpace(entry); entry == "" {
			continue
		}
		number++
		id, token, ok := strings.Cut(entry, ":")
		group, err := strconv.ParseInt(strings.TrimPrefix(strings.TrimSpace(id), "-"), 10, 64)
		if token = strings.TrimSpace(token); !ok || err != nil || group <= 0 || token == "" {
			return fmt.Errorf("entry %d is not id:token", number)
		}
		n.writers[-group] = newVKToken(token, vkKeyCommunities, number, vkWritesPerSecond)
	}
	return nil
}

func (*vk) Name() string { return "vk" }

// Fetch reads one stretch of a source: a page of a wall or search, or the
// comments under one post.
func (n *vk) Fetch(ctx context.Context, s storage.Source) (Page, error) {
	c, err := readVKCursor(s.Cursor, time.Now())
	if err != nil {
		return Page{}, err
	}
	r := &vkReading{vk: n, source: s, cursor: c, now: time.Now(), marks: map[int64]*vkPostMark{}, fresh: map[int64]*vkPost{}, groups: map[int64]vkGroup{}}
	for _, m := range c.Posts {
		r.marks[m.ID] = m
	}
	switch s.Kind {
	case vkKindCommunity:
		err = r.community(ctx)
	case vkKindSearch:
		err = r.search(ctx)
	case vkKindTopic:
		err = r.topic(ctx)
	case vkKindPost:
		err = r.post(ctx)
	default:
		err = BadConfig{What: "kind " + s.Kind}
	}
	if err != nil {
		return Page{}, fmt.Errorf("read %s of vk: %w", s.Kind, err)
	}
	cursor, err := r.cursor.write()
	return Page{Items: r.items, Cursor: cursor, More: r.more}, err
}

// vkReading is one Fetch under way.
type vkReading struct {
	*vk
	source storage.Source
	cursor vkCursor
	now    time.Time
	items  []Item
	more   bool

	home   int64                 // whose wall it is
	marks  map[int64]*vkPostMark // the cursor's posts by their ids
	fresh  map[int64]*vkPost     // posts as this reading saw them
	groups map[int64]vkGroup     // communities that it met
	walled bool                  // it read a wall to its end
	looked bool                  // it swept
}

// own says whether an author is a community of ours.
func (n *vk) own(from int64) bool { return n.writers[from] != nil }

// owners are the communities that are ours, in a fixed order.
func (n *vk) owners() []int64 { return slices.Sorted(maps.Keys(n.writers)) }
