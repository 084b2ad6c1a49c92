package monitor

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"otklik/storage"
)

const (
	xReplyPages = 5 // of replies that are read at once
	xKnownTalks = 10_000
)

// Replies reads what stands in the conversation of a post since a time, by a
// search, which reaches a week back.
func (n *x) Replies(ctx context.Context, p storage.Post, answer string, since time.Time) ([]Item, error) {
	if !xUserID.MatchString(p.ExternalID) {
		return nil, BadConfig{What: "id of a post"}
	}
	talk, err := n.conversation(ctx, p)
	if err != nil {
		return nil, fmt.Errorf("read the conversation of %s of x: %w", p.ExternalID, err)
	}
	query := "conversation_id:" + talk
	if xUserID.MatchString(answer) {
		query = fmt.Sprintf("(%s OR in_reply_to_tweet_id:%s)", query, answer)
	}
	start := since
	if oldest := time.Now().Add(-xReach); start.Before(oldest) {
		start = oldest
	}
	if time.Since(start) < xFreshest {
		return nil, nil // the network takes no later one
	}
	params := url.Values{
		"query": {query + " -is:retweet"}, "sort_order": {"recency"}, "tweet.fields": {xFields}, "start_time": {start.UTC().Format(time.RFC3339)},
	}
	var items []Item
	for range xReplyPages {
		size := xLeastPage
		settle, err := n.money.lookup(ctx, size)
		if err != nil {
			return nil, err
		}
		params.Set("max_results", strconv.Itoa(size))
		var page xPage
		token, err := n.read(ctx, xAsk{endpoint: xSearch, path: "/tweets/search/recent", params: params}, &page)
		settle(token, page.Data)
		if err == nil && page.Meta == nil {
			err = page.problem(xSearch)
		}
		if err != nil {
			return nil, fmt.Errorf("read the conversation of %s of x: %w", p.ExternalID, err)
		}
		for i := range page.Data {
			if item := n.item(&page.Data[i]); item.ReplyTo != "" {
				items = append(items, item)
			}
		}
		if page.Meta.NextToken == "" {
			break
		}
		params.Set("next_token", page.Meta.NextToken)
	}
	slices.SortFunc(items, func(a, b Item) int { return a.PublishedAt.Compare(b.PublishedAt) })
	return items, nil
}

// xFreshest is how far before now a search must begin.
const xFreshest = 15 * time.Second

// conversation is the id of the conversation that a post stands in: its own,
// unless it replies to something.
func (n *x) conversation(ctx context.Context, p storage.Post) (string, error) {
	if p.ParentURL == "" {
		return p.ExternalID, nil
	}
	n.mu.Lock()
	talk := n.talks[p.ExternalID]
	n.mu.Unlock()
	if talk != "" {
		return talk, nil
	}
	page, err := n.posts(ctx, []string{p.ExternalID})
	if err != nil {
		return "", err
	}
	talk = p.ExternalID
	if len(page.Data) > 0 && xUserID.MatchString(string(page.Data[0].Conversation)) {
		talk = string(page.Data[0].Conversation)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.talks == nil || len(n.talks) >= xKnownTalks {
		n.talks = map[string]string{}
	}
	n.talks[p.ExternalID] = talk
	return talk, nil
}
