package monitor

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"otklik/monitor/links"
	"otklik/monitor/rules"
	"otklik/storage"
)

// ruleset is what all regions look for, compiled; it never changes.
type ruleset struct {
	listed  listing
	all     *rules.Set                // the rules of topics, then those of places: one pass finds both
	uses    [][]storage.Rule          // by the id of a topic's rule: the regions' rules with that text
	named   [][]storage.Place         // by the id of a place's rule, less the number of uses
	sources map[string][]int64        // regions by the URL of a source of theirs
	origins map[string][]listedSource // sources by network and address, see originKey
	broken  []error                   // rules that could not be read
	memory  sync.Pool                 // of *rules.Matches
}

// listing is what a ruleset was compiled from.
type listing struct {
	rules   []storage.Rule
	places  []storage.Place
	sources []listedSource
}

// listedSource is a source as posts are told to come from it.
type listedSource struct {
	id, region       int64
	network, address string
	url, name        string // the URL is canonical
	since            time.Time
}

// originKey finds the sources of a network by the address that it gives them.
func originKey(network, address string) string { return network + "\x00" + address }

func (l listing) equal(o listing) bool {
	return slices.Equal(l.rules, o.rules) && slices.Equal(l.places, o.places) && slices.Equal(l.sources, o.sources)
}

// loadRules compiles the present rules of all regions; it returns old when
// nothing has changed.
func loadRules(ctx context.Context, store *storage.Store, old *ruleset) (*ruleset, error) {
	var l listing
	var err error
	if l.rules, err = store.Rules(ctx, 0); err != nil {
		return nil, fmt.Errorf("read rules: %w", err)
	}
	if l.places, err = store.Places(ctx, 0); err != nil {
		return nil, fmt.Errorf("read places: %w", err)
	}
	sources, err := store.Sources(ctx, 0)
	if err != nil {
		return nil, fmt.Errorf("read sources: %w", err)
	}
	for _, s := range sources {
		if s.Kind == storage.SearchSource {
			continue // what a search finds comes from elsewhere
		}
		l.sources = append(l.sources, listedSource{
			id: s.ID, region: s.Region, network: s.Network, address: s.Address, url: canonicalSource(s.URL), name: s.Name, since: s.CreatedAt,
		})
	}
	if old != nil && old.listed.equal(l) {
		return old, nil
	}
	return compileRules(l)
}

// compileRules compiles each text once, however many regions share it. A rule
// that cannot be read is left out and remembered in broken.
func compileRules(l listing) (*ruleset, error) {
	set := &ruleset{listed: l, sources: map[string][]int64{}, origins: map[string][]listedSource{}}
	topics := texts{}
	for _, r := range l.rules {
		id, isNew := topics.id(r.Text)
		if isNew {
			if _, err := rules.Parse(r.Text); err != nil {
				set.broken = append(set.broken, fmt.Errorf("rule %d of region %d: %w", r.ID, r.Region, err))
				topics.drop(r.Text)
				continue
			}
			set.uses = append(set.uses, nil)
		}
		set.uses[id] = append(set.uses[id], r)
	}
	places := texts{}
	for _, p := range l.places {
		for _, text := range set.placeTexts(p) {
			id, isNew := places.id(text)
			if isNew {
				set.named = append(set.named, nil)
			}
			set.named[id] = append(set.named[id], p)
		}
	}
	for _, s := range l.sources {
		if s.url != "" && !slices.Contains(set.sources[s.url], s.region) {
			set.sources[s.url] = append(set.sources[s.url], s.region)
		}
		key := originKey(s.network, s.address)
		set.origins[key] = append(set.origins[key], s)
	}
	var err error
	if set.all, err = rules.Compile(slices.Concat(topics.rules(0), places.rules(len(topics)))); err != nil {
		return nil, fmt.Errorf("compile rules: %w", err)
	}
	return set, nil
}

// placeTexts are the rules that find a place: one by its name, and its own.
func (s *ruleset) placeTexts(p storage.Place) (list []string) {
	if text := rules.PlaceRule(p.Name); text != "" {
		list = append(list, text)
	}
	if p.Rule == "" || slices.Contains(list, p.Rule) {
		return list
	}
	if _, err := rules.Parse(p.Rule); err != nil {
		s.broken = append(s.broken, fmt.Errorf("rule of place %d of region %d: %w", p.ID, p.Region, err))
		return list
	}
	return append(list, p.Rule)
}

// texts numbers different texts from 0.
type texts map[string]int

func (t texts) id(text string) (id int, isNew bool) {
	if id, ok := t[text]; ok {
		return id, false
	}
	t[text] = len(t)
	return t[text], true
}

// drop forgets the text that was numbered last.
func (t texts) drop(text string) { delete(t, text) }

// rules are the texts as rules whose ids begin with first.
func (t texts) rules(first int) []rules.Rule {
	list := make([]rules.Rule, len(t))
	for text, id := range t {
		list[id] = rules.Rule{ID: int64(first + id), Text: text}
	}
	return list
}

// canonicalSource is an address of a source in the one form in which sources
// are compared; "" for what is no address.
func canonicalSource(url string) string {
	if url == "" {
		return ""
	}
	l, err := links.Parse(url)
	if err != nil {
		return ""
	}
	return l.URL
}

// candidate is what speaks for one topic of one region.
type candidate struct {
	topic int64
	rules []int64
	claim rules.Claim
	hits  []rules.Hit
}

// concern is what a text is about.
type concern struct {
	matches []storage.Match
	regions []int64      // whose source it came from or whose places it names, matched or not
	words   []rules.Span // of the text, those that matched
}

// concerns tells which regions a text concerns, of those whose source it came
// from and those of whose places it names one, and as which topic: the one
// for which the strongest rules.Claim speaks.
func (s *ruleset) concerns(text string, from []int64) concern {
	m, ok := s.memory.Get().(*rules.Matches)
	if !ok {
		m = new(rules.Matches)
	}
	defer s.memory.Put(m)
	hits := s.all.Match(m, text)
	places := s.findPlaces(hits)
	var c concern
	c.regions = slices.Clone(from)
	for region := range places {
		c.regions = append(c.regions, region)
	}
	slices.Sort(c.regions)
	c.regions = slices.Compact(c.regions)
	if len(c.regions) == 0 {
		return c
	}
	best := s.findTopics(hits, c.regions)
	for _, region := range slices.Sorted(maps.Keys(best)) {
		t := best[region]
		c.matches = append(c.matches, storage.Match{Region: region, Topic: t.topic, Place: places[region].id, Importance: storage.Importance(t.claim.Importance), Rules: t.rules})
		for _, hit := range t.hits {
			c.words = append(c.words, hit.Spans...)
		}
	}
	return c
}

type foundPlace struct {
	id     int64
	length int
	start  int
}

// findPlaces finds for each region its place that is named with the longest
// name, the first of equals.
func (s *ruleset) findPlaces(hits []rules.Hit) map[int64]foundPlace {
	best := map[int64]foundPlace{}
	for _, hit := range hits {
		if int(hit.Rule) < len(s.uses) {
			continue
		}
		start := hit.Spans[0].Start
		for _, p := range s.named[int(hit.Rule)-len(s.uses)] {
			length := len(p.Name)
			old, ok := best[p.Region]
			if !ok || length > old.length || length == old.length && start < old.start {
				best[p.Region] = foundPlace{id: p.ID, length: length, start: start}
			}
		}
	}
	return best
}

func (s *ruleset) findTopics(hits []rules.Hit, regions []int64) map[int64]candidate {
	type key struct{ region, topic int64 }
	found := map[key]candidate{}
	for _, hit := range hits {
		if int(hit.Rule) >= len(s.uses) {
			break // hits come by the number of their rules: places are the last
		}
		for _, r := range s.uses[hit.Rule] {
			if _, ok := slices.BinarySearch(regions, r.Region); !ok {
				continue
			}
			k := key{r.Region, r.Topic}
			c := found[k]
			c.topic = r.Topic
			c.rules = append(c.rules, r.ID)
			c.claim.Add(string(r.Importance), hit)
			c.hits = append(c.hits, hit)
			found[k] = c
		}
	}
	best := map[int64]candidate{}
	for k, c := range found {
		if old, ok := best[k.region]; !ok || c.compare(old) > 0 {
			best[k.region] = c
		}
	}
	return best
}

// compare is positive when c speaks for its topic more than o for its own.
func (c candidate) compare(o candidate) int {
	return cmp.Or(c.claim.Compare(o.claim), cmp.Compare(o.topic, c.topic))
}

// spans are the stretches of a text that the words cover.
func spans(words []rules.Span) []storage.Span {
	slices.SortFunc(words, func(a, b rules.Span) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End)) })
	var merged []storage.Span
	for _, w := range words {
		if n := len(merged); n > 0 && w.Start < merged[n-1].End {
			merged[n-1].End = max(merged[n-1].End, w.End)
			continue
		}
		merged = append(merged, storage.Span{Start: w.Start, End: w.End})
	}
	return merged
}

// oneLine is the beginning of a text as one line of at most limit runes.
func oneLine(text string, limit int) string {
	text = strings.Join(strings.Fields(text), " ")
	n := 0
	for i := range text {
		if n == limit {
			return strings.TrimSpace(text[:i]) + "…"
		}
		n++
	}
	return text
}
