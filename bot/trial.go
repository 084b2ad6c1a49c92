package bot

import (
	"context"
	"fmt"
	"time"

	"otklik/monitor/rules"
	"otklik/storage"
)

const (
	week       = 7 * 24 * time.Hour
	triedTexts = 50_000 // that matched nothing, newest first: as many as are kept
)

// What makes a rule too broad to be added without a question.
const (
	broadShare = 5  // one in so many posts
	broadFrom  = 50 // of at least so many: a share of a few says nothing
	broadRate  = 50 // posts a day
)

// trial is what a rule would have caught among a region's posts of the last
// seven days: those that are incidents, and the kept texts of those that
// matched nothing.
type trial struct {
	Total  int     // posts that it was tried on
	Caught int     // of them
	New    int     // of those, that matched nothing so far
	Rate   float64 // caught a day

	set       *rules.Set
	matches   rules.Matches
	samples   []string // marked texts, at most samplesShown
	incidents []int64  // of each sample; 0 for what has none
}

// tryOut runs a rule, which can be read, on the region's recent posts.
func (b *Bot) tryOut(ctx context.Context, region int64, rule string) (r *trial, err error) {
	r = new(trial)
	if r.set, err = rules.Compile([]rules.Rule{{ID: 1, Text: rule}}); err != nil {
		return nil, fmt.Errorf("compile a rule to try it: %w", err)
	}
	now := b.store.Now()
	since, err := b.store.RecentSince(ctx, region)
	if err != nil {
		return nil, fmt.Errorf("since when texts are kept: %w", err)
	}
	texts, err := b.store.RecentTexts(ctx, region, triedTexts)
	if err != nil {
		return nil, fmt.Errorf("read the recent texts: %w", err)
	}
	for _, text := range texts {
		r.run(text, 0)
	}
	r.New = r.Caught
	hits, err := b.store.HitTexts(ctx, region, now.Add(-week))
	if err != nil {
		return nil, fmt.Errorf("read the hits: %w", err)
	}
	for _, h := range hits {
		r.run(h.Text, h.Incident)
	}
	if n := len(hits); n > 0 && (since.IsZero() || hits[n-1].At.Before(since)) {
		since = hits[n-1].At
	}
	r.Rate = float64(r.Caught) / max(min(now.Sub(since).Hours()/24, 7), 1)
	return r, nil
}

// run tries the rule on one post; incident is 0 for one that matched nothing.
func (r *trial) run(text string, incident int64) {
	if text == "" {
		return // erased
	}
	r.Total++
	hits := r.set.Match(&r.matches, text)
	if len(hits) == 0 {
		return
	}
	if r.Caught++; len(r.samples) < samplesShown {
		r.samples, r.incidents = append(r.samples, marked(text, storageSpans(hits[0].Spans))), append(r.incidents, incident)
	}
}

// broad tells whether the rule would catch so much that it hardly is meant.
func (r *trial) broad() bool {
	return r.Rate > broadRate || r.Total >= broadFrom && r.Caught*broadShare > r.Total
}

// params are what a notice keeps of a trial, beside its own.
func (r *trial) params(own storage.Params) storage.Params {
	own["total"], own["caught"], own["new"], own["rate"], own["broad"] = r.Total, r.Caught, r.New, r.Rate, r.broad()
	own["samples"], own["incidents"] = r.samples, r.incidents
	return own
}

func storageSpans(list []rules.Span) []storage.Span {
	out := make([]storage.Span, len(list))
	for i, s := range list {
		out[i] = storage.Span(s)
	}
	return out
}
