package monitor

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"otklik/monitor/links"
	"otklik/monitor/rules"
	"otklik/monitor/similar"
	"otklik/storage"
)

const (
	maxText       = 64 << 10 // bytes of a post's text; what is longer is cut
	maxParentLine = 200      // runes of the text that a comment stands under
	freshness     = 24 * time.Hour
)

// save masks items, tells what they concern and stores them with the source's
// cursor in one transaction. Items of our own are left out. It says how many
// were new.
func (m *Monitor) save(ctx context.Context, source storage.Source, p Page, next time.Time) (int, error) {
	set := m.rules.Load()
	key, err := m.store.AuthorKey(ctx)
	if err != nil {
		return 0, fmt.Errorf("read the author key: %w", err)
	}
	from := []int64{source.Region}
	if source.Kind == storage.SearchSource {
		from = nil // it was found anywhere: only what it names makes it concern a region
	}
	var items []Item
	for _, item := range p.Items {
		if item.Own || item.ExternalID == "" && item.URL == "" {
			continue
		}
		item.Source = source.ID
		if source.Kind != storage.SearchSource {
			item.SourceURL = source.URL
		}
		if item.SourceName == "" {
			item.SourceName = source.Name
		}
		items = append(items, item)
	}
	all := make([]prepared, len(items))
	onAllCores(len(items), func(i int) {
		if history(source, items[i]) {
			all[i].Post = m.prepare(items[i], key)
		} else {
			all[i] = m.match(set, m.prepare(items[i], key), items[i].Text, from)
		}
		if items[i].Closed {
			all[i].only(source.Region)
		}
		all[i].tell(items[i])
	})
	batch := slices.DeleteFunc(all, func(f prepared) bool { return f.Fate == "" && m.seen.has(set, f) })
	_, fresh, err := m.file(ctx, set, &storage.Progress{Source: source.ID, Cursor: p.Cursor, Next: next}, batch)
	return fresh, err
}

// file stores prepared posts, with the cursor of what brought them, in one
// transaction. It says how many were new.
func (m *Monitor) file(ctx context.Context, set *ruleset, progress *storage.Progress, batch []prepared) (saved []storage.Saved, fresh int, err error) {
	if err := m.advisor.Advise(ctx, founds(batch)); err != nil {
		return nil, 0, fmt.Errorf("suggest who should answer: %w", err)
	}
	saved, err = m.saveNew(ctx, progress, batch)
	if err != nil {
		return nil, 0, err
	}
	m.wakeFetcher(batch)
	return saved, m.count(batch, saved), m.keepTexts(ctx, set, batch, saved)
}

// history says whether an item was there long before anybody watched. How old
// one without a date is nobody knows, so what the first reading finds of them
// is history.
func history(source storage.Source, item Item) bool {
	if item.PublishedAt.IsZero() {
		return source.Cursor == ""
	}
	return item.PublishedAt.Before(source.CreatedAt.Add(-freshness))
}

// prepared is a post on its way into the database.
type prepared struct {
	storage.Found
	about     []int64 // regions it comes from or whose places it names
	signature similar.Signature
}

// only lets a post concern no other region.
func (f *prepared) only(region int64) {
	f.Matches = slices.DeleteFunc(f.Matches, func(m storage.Match) bool { return m.Region != region })
	f.about = slices.DeleteFunc(f.about, func(r int64) bool { return r != region })
}

// tell adds what an item says beside its text.
func (f *prepared) tell(item Item) {
	f.Fate, f.RepostOf, f.ReplyTo = item.Fate, item.RepostOf, item.ReplyTo
	f.AsReply = func() storage.ReplyKind { return storage.ReplyKind(rules.Reply(item.Text)) }
	f.Forget = f.Post.Network == links.X // its terms: what was taken back is kept no longer than a day
	f.sign(item.Text)
}

func founds(batch []prepared) []storage.Found {
	list := make([]storage.Found, len(batch))
	for i, f := range batch {
		list[i] = f.Found
	}
	return list
}

// prepare makes an item storable: clean, masked, its author a hash, its time a
// possible one.
func (m *Monitor) prepare(item Item, key []byte) storage.Post {
	p := item.Post
	p.ExternalID, p.URL, p.ParentURL = CleanText(p.ExternalID), CleanText(p.URL), CleanText(p.ParentURL)
	// A source may be a person's page.
	p.SourceName = oneLine(Mask(cut(CleanText(p.SourceName), maxText)), maxParentLine)
	if l, err := links.Parse(p.SourceURL); err == nil && l.Kind == links.Profile {
		p.SourceURL = ""
	}
	p.Text = cut(Mask(cut(strings.TrimSpace(CleanText(p.Text)), maxText)), maxText)
	p.ParentText = oneLine(Mask(cut(CleanText(p.ParentText), maxText)), maxParentLine)
	if p.URL == "" {
		p.URL, _ = links.Permalink(p.Network, p.Kind, p.ExternalID)
	}
	if p.Kind == "" {
		p.Kind = links.Post
	}
	if p.State == "" {
		p.State = storage.Ready
	}
	now := m.store.Now()
	if p.PublishedAt.Year() < 2000 || p.PublishedAt.After(now) {
		p.PublishedAt = now
	}
	if item.AuthorID != "" {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(p.Network + "\x00" + item.AuthorID))
		p.AuthorHash = h.Sum(nil)
	}
	return m.publishing(p)
}

// cut shortens a text to a number of bytes without breaking a letter.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit]
}

// match tells what a post concerns. The masked text is asked first, since its
// words are those to show; the raw one where it tells nothing, so that a mask
// hides no complaint.
func (m *Monitor) match(set *ruleset, p storage.Post, raw string, from []int64) prepared {
	if p.State == storage.Pending {
		return prepared{Found: storage.Found{Post: p}}
	}
	c := set.concerns(p.Text, from)
	p.Spans = spans(c.words)
	if len(c.matches) == 0 {
		if raw = cut(strings.TrimSpace(CleanText(raw)), maxText); raw != p.Text {
			c = set.concerns(raw, from)
		}
	}
	return prepared{Found: storage.Found{Post: p, Matches: c.matches}, about: c.regions}
}

// count tells the observer what became of posts and returns how many were new.
func (m *Monitor) count(batch []prepared, saved []storage.Saved) (fresh int) {
	type key struct {
		network string
		result  storage.SaveResult
	}
	counts := map[key]int{}
	for i, s := range saved {
		post := batch[i].Post
		network := m.label(post.Network)
		counts[key{network, s.Result}]++
		if s.Result != storage.Duplicate {
			fresh++
		}
		if s.Result == storage.Fresh && post.State == storage.Ready {
			m.observe.Lag(network, m.store.Now().Sub(post.PublishedAt))
		}
	}
	for k, n := range counts {
		m.observe.Posts(k.network, string(k.result), n)
	}
	return fresh
}

// label is a network's name for the observer. An intake may name any network;
// those that the table does not know count as one.
func (m *Monitor) label(network string) string {
	if m.byName[network] == nil {
		return "other"
	}
	return network
}

// keepTexts keeps what matched nothing, so that a new rule can be tried on it.
func (m *Monitor) keepTexts(ctx context.Context, set *ruleset, batch []prepared, saved []storage.Saved) error {
	texts := map[int64][]string{}
	for i, s := range saved {
		f := batch[i]
		if s.Result != storage.Unmatched || f.Fate == storage.PostRemoved || m.seen.has(set, f) {
			continue
		}
		m.seen.add(set, f)
		if m.cfg.Recent <= 0 || f.Post.Text == "" {
			continue
		}
		for _, region := range f.about {
			texts[region] = append(texts[region], f.Post.Text)
		}
	}
	for region, list := range texts {
		if err := m.store.KeepText(ctx, region, list); err != nil {
			return fmt.Errorf("keep texts that matched nothing: %w", err)
		}
	}
	return nil
}

// seen remembers posts that matched nothing, which the database does not: a
// network that tells them again and again is counted once. New rules make it
// forget, for they may match.
type seen struct {
	mu    sync.Mutex
	rules *ruleset
	posts map[[sha256.Size]byte]bool
}

// seenPosts bounds the memory; past it everything is forgotten.
const seenPosts = 100_000

func (s *seen) has(set *ruleset, f prepared) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rules == set && s.posts[seenKey(f)]
}

func (s *seen) add(set *ruleset, f prepared) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rules != set || len(s.posts) >= seenPosts {
		s.rules, s.posts = set, map[[sha256.Size]byte]bool{}
	}
	s.posts[seenKey(f)] = true
}

func seenKey(f prepared) [sha256.Size]byte {
	p := f.Post
	return sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%s\x00%d", p.Network, p.ExternalID, p.URL, p.Source))
}
