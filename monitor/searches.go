package monitor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"golang.org/x/sync/semaphore"
	"golang.org/x/time/rate"

	"otklik/storage"
)

// searched is what a set of searches belongs to.
type searched struct {
	region  int64
	network string
}

// keepSearches brings the searches among the present sources in line with the
// places of their regions. Those of a network that cannot be searched any more
// are ended.
func (m *Monitor) keepSearches(ctx context.Context, present []storage.Source) error {
	want := m.wantedSearches(m.rules.Load().listed)
	have := map[searched][]string{}
	for _, s := range present {
		if s.Kind == storage.SearchSource {
			k := searched{s.Region, s.Network}
			have[k] = append(have[k], s.Address)
			want[k] = slices.Clip(want[k]) // asked about even where nothing is wanted
		}
	}
	var failed []error
	for _, k := range slices.SortedFunc(maps.Keys(want), searched.compare) {
		slices.Sort(have[k])
		if slices.Equal(have[k], want[k]) {
			continue
		}
		if err := m.store.SetSearches(ctx, k.region, k.network, want[k]); err != nil {
			failed = append(failed, fmt.Errorf("set the searches of region %d in %s: %w", k.region, k.network, err))
		}
	}
	return errors.Join(failed...)
}

func (a searched) compare(b searched) int {
	return cmp.Or(cmp.Compare(a.region, b.region), cmp.Compare(a.network, b.network))
}

// wantedSearches are the queries, sorted, of every region in every network that
// can be searched.
func (m *Monitor) wantedSearches(l listing) map[searched][]string {
	wanted := l.wanted()
	want := map[searched][]string{}
	for _, n := range m.list {
		face, ok := n.network.(Searcher)
		if !ok {
			continue
		}
		for _, q := range face.Queries(wanted) {
			k := searched{q.Region, n.name}
			want[k] = append(want[k], q.Text)
		}
	}
	for k, queries := range want {
		slices.Sort(queries)
		want[k] = slices.Compact(queries)
	}
	return want
}

// wanted is what each region wants to be found, in the order of regions. One
// without places wants nothing: what concerns it comes from its sources.
func (l listing) wanted() []Wanted {
	byRegion := map[int64]*Wanted{}
	for _, p := range l.places {
		w := byRegion[p.Region]
		if w == nil {
			w = &Wanted{Region: p.Region}
			byRegion[p.Region] = w
		}
		w.Places = append(w.Places, p)
	}
	for _, r := range l.rules {
		if w := byRegion[r.Region]; w != nil {
			w.Rules = append(w.Rules, r)
		}
	}
	var list []Wanted
	for _, region := range slices.Sorted(maps.Keys(byRegion)) {
		list = append(list, *byRegion[region])
	}
	return list
}

// turns let the searches of a network share what its budgets bear: each page is
// one turn, and who has waited longest is next. However many searches there
// are, none is read more often than the others can be.
type turns struct {
	line *semaphore.Weighted // serves in the order of asking; who has it waits for the pace
	pace *rate.Limiter
}

// newTurns are those of a network; nil for one that cannot be searched.
func newTurns(n Network) *turns {
	face, ok := n.(Searcher)
	if !ok {
		return nil
	}
	between, atOnce := face.SearchPace()
	return &turns{line: semaphore.NewWeighted(1), pace: rate.NewLimiter(rate.Every(between), max(atOnce, 1))}
}

// take waits for a turn. Where there are none, nobody waits.
func (t *turns) take(ctx context.Context) error {
	if t == nil {
		return nil
	}
	if err := t.line.Acquire(ctx, 1); err != nil {
		return fmt.Errorf("wait to search: %w", err)
	}
	defer t.line.Release(1)
	if err := t.pace.Wait(ctx); err != nil {
		return fmt.Errorf("wait to search: %w", err)
	}
	return nil
}
