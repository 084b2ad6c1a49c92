package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"otklik/bot/texts"
	"otklik/monitor/links"
	"otklik/storage"
)

// sources is /sources: registers addresses to be read, removes them by number,
// and lists them. What each brings is told by monitor when it has looked.
func (b *Bot) sources(ctx context.Context, a ask) error {
	if ok, err := b.regional(ctx, a); !ok {
		return err
	}
	if a.text == "" {
		if err := b.reply(ctx, a, "sources", nil); err != nil {
			return err
		}
		return b.offerChats(ctx, a)
	}
	if numbers, ok := readNumbers(a.text); ok {
		return b.removeSources(ctx, a, numbers)
	}
	var added, there, refused, why []string
	for i, word := range strings.Fields(a.text) {
		if i >= maxSources {
			refused, why = append(refused, "…"), append(why, "many")
			break
		}
		source, code := readSource(strings.Trim(word, ",;"))
		if code != "" {
			refused, why = append(refused, cut(word, shownURL)), append(why, code)
			continue
		}
		if source.Network == links.Telegram {
			code, err := b.findChat(ctx, source.Address)
			if err != nil {
				return err
			}
			if code != "" {
				refused, why = append(refused, cut(word, shownURL)), append(why, code)
				continue
			}
		}
		source.Region = a.region.ID
		switch _, err := b.store.AddSource(ctx, a.as, source, a.chat.ID); {
		case err == nil:
			added = append(added, cut(source.URL, shownURL))
		case errors.Is(err, storage.ErrConflict):
			there = append(there, cut(source.URL, shownURL))
		default:
			return fmt.Errorf("add a source: %w", err)
		}
	}
	return b.reply(ctx, a, "sources_changed", storage.Params{"added": added, "there": there, "refused": refused, "why": why})
}

const (
	maxSources = 20  // addresses in one message
	shownURL   = 120 // characters of an address that is only shown
)

// readSource says what an address names as a source, or the code of the reason
// why it is none: a person, one post, a page of a network that is no community.
func readSource(text string) (s storage.Source, refusal string) {
	l, err := links.Parse(text)
	if err != nil {
		return s, "address"
	}
	s = storage.Source{Network: l.Network, Kind: l.Kind, URL: l.URL, Address: l.Owner}
	if s.Address == "" {
		s.Address = l.URL
	}
	switch {
	case l.Network == links.Web:
		s.Network, s.Kind, s.Address = "rss", "feed", l.URL
	case l.Kind == links.Community:
	case l.Kind == links.Topic, l.Kind == links.Hashtag:
		s.Address = l.ExternalID
		if s.Address == "" {
			s.Address = l.URL
		}
	case l.Kind == links.Profile:
		return s, "person"
	case l.Network == links.Telegram && (l.Kind == links.Page || strings.Contains(l.URL, "/c/")):
		return s, "private_chat"
	case l.Kind == links.Page:
		return s, "page"
	default:
		return s, "post"
	}
	return s, ""
}

func (b *Bot) removeSources(ctx context.Context, a ask, numbers []int64) error {
	searches, err := b.searchNumbers(ctx, a.region.ID)
	if err != nil {
		return err
	}
	var removed, absent, kept []string
	for _, n := range numbers {
		if searches[n] {
			kept = append(kept, strconv.FormatInt(n, 10))
			continue
		}
		switch err := b.store.RemoveSource(ctx, a.as, a.region.ID, n); {
		case err == nil:
			removed = append(removed, strconv.FormatInt(n, 10))
		case errors.Is(err, storage.ErrNotFound):
			absent = append(absent, strconv.FormatInt(n, 10))
		default:
			return fmt.Errorf("remove source %d: %w", n, err)
		}
	}
	return b.reply(ctx, a, "sources_removed", storage.Params{"removed": joined(removed), "absent": joined(absent), "searches": joined(kept)})
}

// searchNumbers are the numbers of a region's searches, which follow its places
// and are not removed by hand.
func (b *Bot) searchNumbers(ctx context.Context, region int64) (map[int64]bool, error) {
	list, err := b.store.Sources(ctx, region)
	if err != nil {
		return nil, fmt.Errorf("read the sources: %w", err)
	}
	found := map[int64]bool{}
	for _, x := range list {
		if x.Kind == storage.SearchSource {
			found[x.ID] = true
		}
	}
	return found, nil
}

// rates are what sources bring a day.
type rates struct{ Posts, Hits float64 }

// searchLine is all searches of a network in one line.
type searchLine struct {
	Network string
	Count   int
	Trouble string // of one of them, "" when all is well
	rates
}

// apart takes the searches out of a list of sources.
func apart(list []storage.Source, bring map[int64]storage.Activity) (sources []storage.Source, searches []searchLine) {
	for _, x := range list {
		if x.Kind != storage.SearchSource {
			sources = append(sources, x)
			continue
		}
		i := slices.IndexFunc(searches, func(l searchLine) bool { return l.Network == x.Network })
		if i < 0 {
			i = len(searches)
			searches = append(searches, searchLine{Network: x.Network})
		}
		l := &searches[i]
		l.Count++
		l.Trouble = cmp.Or(l.Trouble, x.Trouble)
		l.Posts += bring[x.ID].Posts
		l.Hits += bring[x.ID].Hits
	}
	return sources, searches
}

// byTrouble orders sources: those in trouble first, else as they were added.
func byTrouble(a, b storage.Source) int {
	switch {
	case a.Trouble != "" && b.Trouble == "":
		return -1
	case a.Trouble == "" && b.Trouble != "":
		return 1
	}
	return cmp.Compare(a.ID, b.ID)
}

// viewSourcesChanged tells what became of each address.
func viewSourcesChanged(_ *Bot, _ context.Context, s *speaker, m storage.Message) (rendered, error) {
	n, err := noticeOf(m)
	if err != nil {
		return rendered{}, err
	}
	type refusal struct{ URL, Reason string }
	var refused []refusal
	why := wordList(n.Params, "why")
	for i, address := range wordList(n.Params, "refused") {
		if i < len(why) {
			refused = append(refused, refusal{address, why[i]})
		}
	}
	return rendered{text: s.html("sources_changed", storage.Params{
		"Added": wordList(n.Params, "added"), "There": wordList(n.Params, "there"), "Refused": refused,
	})}, s.err
}

const sourcesShown = 8

// turnSources shows another page of the sources.
func (b *Bot) turnSources(ctx context.Context, a ask) (toast, error) {
	if _, err := pressedNotice(a, "sources"); err != nil {
		return toast{}, err
	}
	return b.turn(ctx, a, "sources", storage.Params{"page": a.id(0)})
}

// sourceLine is a source with what is known of it.
type sourceLine struct {
	ID                   int64
	Name, URL            string
	Network              string
	Trouble              string
	Read, Next, LastPost *texts.Moment // nil for never, and for at once
	rates
}

// viewSources lists the sources of a region with what is known of each, those
// in trouble first, and its searches in a line for each network.
func viewSources(b *Bot, ctx context.Context, s *speaker, g occasion) (rendered, error) {
	list, err := b.store.Sources(ctx, g.region.ID)
	if err != nil {
		return rendered{}, fmt.Errorf("read the sources: %w", err)
	}
	bring, err := b.store.Activities(ctx, g.region.ID)
	if err != nil {
		return rendered{}, fmt.Errorf("read what the sources bring: %w", err)
	}
	list, searches := apart(list, bring)
	slices.SortFunc(list, byTrouble)
	part, at, pages := page(list, int(number(g.params, "page")), sourcesShown)
	var lines []sourceLine
	zone, now := g.region.Zone(), b.store.Now()
	moment := func(t time.Time) *texts.Moment {
		if t.IsZero() {
			return nil
		}
		m := texts.In(zone, t, now)
		return &m
	}
	for _, x := range part {
		l := sourceLine{
			ID: x.ID, Name: cut(cleanLine(x.Name), 80), URL: x.URL, Network: x.Network, Trouble: x.Trouble,
			Read: moment(x.LastReadAt), LastPost: moment(x.LastPostAt), rates: rates(bring[x.ID]),
		}
		if x.NextReadAt.After(now) {
			l.Next = moment(x.NextReadAt)
		}
		lines = append(lines, l)
	}
	r := rendered{text: s.html("sources", storage.Params{"Region": g.region.Name, "Searches": searches, "Sources": lines, "Total": len(list), "Page": at + 1, "Pages": pages})}
	if row := turner(s, at, pages, func(p int) string { return data("sources", 0, p) }); row != nil {
		r.buttons = [][]button{row}
	}
	return r, s.err
}
