package monitor

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	igTagWindow   = 7 * 24 * time.Hour
	igTagPageSize = "50"
	igTagEdge     = "recent_media" // of the last 24 hours, in no order to rely on
)

// hashtag reads one page of what a hashtag brought. Shallow readings end at a
// page where all was seen, the hourly deep one reads the whole day.
func (r *igReading) hashtag(ctx context.Context) error {
	word := strings.ToLower(strings.TrimPrefix(r.source.Address, "#"))
	if !isTag(word) {
		return BadConfig{What: "hashtag"}
	}
	if err := r.asked(ctx, word); err != nil {
		return err
	}
	w := r.walk(igTagEdge)
	params, err := graphOn(url.Values{"user_id": {r.account.id}, "fields": {igTagFields}, "limit": {igTagPageSize}}, w.More)
	if err != nil {
		return err
	}
	var page graphList[igMedium]
	err = r.list(ctx, r.account, r.cursor.Tag.ID+"/"+igTagEdge, params, &page)
	switch {
	case err != nil && r.again(err, &w.More, &w.Restarts):
		return nil
	case err != nil:
		return err
	}
	more, err := page.more(w.More)
	if err != nil {
		return err
	}
	fresh := false
	for i := range page.Data {
		m := &page.Data[i]
		item, err := r.mediumItem(m)
		if err != nil {
			return err
		}
		date := m.At.unix(r.now)
		w.Newest = max(w.Newest, min(date, r.now.Unix()))
		item.PublishReason = reasonHashtag
		item.SourceName, item.SourceURL = "#"+word, "https://www.instagram.com/explore/tags/"+word+"/"
		if r.take(&r.cursor.Log, item.ExternalID, date, func() Item { return item }) {
			fresh = true
		}
	}
	if more != "" && (fresh || w.Deep != 0) {
		w.More, r.more = more, true
		return nil
	}
	r.endWalk(w)
	// The network shows a day; what left it never comes again.
	r.cursor.Log.fold(r.now.Add(-2 * graphFirstDay).Unix())
	return nil
}

// asked makes sure that an account of ours may read a hashtag now, and knows its
// id. Which account asked, and since when, goes with the cursor: within its
// seven days a hashtag costs nothing more.
func (r *igReading) asked(ctx context.Context, word string) error {
	r.spending.Lock()
	defer r.spending.Unlock()
	tag := r.cursor.Tag
	if tag != nil && r.now.Unix()-tag.Since < int64(igTagWindow.Seconds()) {
		if r.account = r.graph.account(tag.Account); r.account != nil {
			return nil
		}
	}
	id := ""
	if tag != nil {
		id = tag.ID
	}
	failed := error(BadConfig{What: igKeyAccounts + " is not set"})
	for _, a := range r.accounts {
		since, found, err := r.spend(ctx, a, word, id)
		if err == nil {
			r.account, r.cursor.Tag = a, &graphTag{ID: found, Account: a.id, Since: since}
			return nil
		}
		if failed = err; !errors.As(err, new(Limited)) && !errors.As(err, new(AuthLost)) {
			break
		}
	}
	return failed
}

// spend asks for a hashtag with one account, unless its budget is used up.
func (r *igReading) spend(ctx context.Context, a *graphAccount, word, id string) (since int64, tag string, err error) {
	spent, err := r.searched(ctx, a)
	if err != nil {
		return 0, "", err
	}
	if len(spent) >= igTagsAWeek && (id == "" || !slices.Contains(spent, id)) {
		return 0, "", fmt.Errorf("%d hashtags were asked for in seven days: %w", len(spent), Limited{Until: r.now.Add(graphTagRest)})
	}
	if id == "" {
		var found graphList[struct {
			ID graphID `json:"id"`
		}]
		if err := r.get(ctx, a, "ig_hashtag_search", url.Values{"user_id": {a.id}, "q": {word}}, &found); err != nil {
			return 0, "", fmt.Errorf("look up a hashtag of instagram: %w", err)
		}
		if len(found.Data) == 0 || found.Data[0].ID == "" {
			return 0, "", fmt.Errorf("look up a hashtag of instagram: %w", Gone{})
		}
		id = string(found.Data[0].ID)
	}
	return r.now.Unix(), id, nil
}

// searched are the ids of the hashtags that an account asked for in the last
// seven days.
func (n *instagram) searched(ctx context.Context, a *graphAccount) ([]string, error) {
	var ids []string
	more := ""
	for range igTagsAWeek {
		params, err := graphOn(url.Values{"limit": {strconv.Itoa(igTagsAWeek)}}, more)
		if err != nil {
			return nil, err
		}
		var list graphList[struct {
			ID graphID `json:"id"`
		}]
		if err := n.get(ctx, a, a.id+"/recently_searched_hashtags", params, &list); err != nil {
			return nil, fmt.Errorf("ask which hashtags were searched for: %w", err)
		}
		for _, tag := range list.Data {
			ids = append(ids, string(tag.ID))
		}
		if more, err = list.more(more); err != nil || more == "" {
			return ids, err
		}
	}
	return ids, nil
}
