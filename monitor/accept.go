package monitor

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"otklik/storage"
)

// batchSize is how many lines are stored in one transaction.
const batchSize = 1000

// accepted is what became of a line.
type accepted struct {
	status    string // new, duplicate, unmatched, rejected
	incidents []int64
	reason    string
}

const rejected = "rejected"

// accept stores lines, each batch in one transaction, and says in their order
// what became of each. A line without a text is kept as pending where its
// network lets us fetch it. Known lines change nothing, so after an error the
// same lines may be given again. Every line concerns the regions named, whether
// it names a place of theirs or not.
func (m *Monitor) accept(ctx context.Context, lines []Line, regions ...int64) ([]accepted, error) {
	set, err := m.currentRules(ctx)
	if err != nil {
		return nil, err
	}
	key, err := m.store.AuthorKey(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the author key: %w", err)
	}
	results := make([]accepted, 0, len(lines))
	for start := 0; start < len(lines); start += batchSize {
		part := lines[start:min(start+batchSize, len(lines))]
		some, err := m.acceptBatch(ctx, set, key, part, regions)
		if err != nil {
			return results, err
		}
		results = append(results, some...)
	}
	return results, nil
}

func (m *Monitor) acceptBatch(ctx context.Context, set *ruleset, key []byte, lines []Line, regions []int64) ([]accepted, error) {
	results := make([]accepted, len(lines))
	var wanted []Line
	var where []int // of each of the wanted in lines
	waits := false
	for i, l := range lines {
		if l.Reason == "" && l.Item.Text == "" {
			if m.fetches(l.Item.Post) {
				l.Item.State, waits = storage.Pending, true
			} else {
				l.Reason = rejectedNoText
			}
		}
		if l.Reason != "" {
			results[i] = accepted{status: rejected, reason: l.Reason}
			continue
		}
		wanted, where = append(wanted, l), append(where, i)
	}
	batch := m.prepareLines(set, key, wanted, regions)
	saved, err := m.store.SavePosts(ctx, nil, founds(batch))
	if err != nil {
		return nil, fmt.Errorf("save %d posts: %w", len(batch), err)
	}
	for n, s := range saved {
		results[where[n]] = accepted{status: string(s.Result), incidents: s.Incidents}
	}
	m.count(batch, saved)
	if waits {
		select {
		case m.posted <- struct{}{}:
		default:
		}
	}
	return results, m.keepTexts(ctx, set, batch, saved)
}

// prepareLines masks and matches lines, on all cores: it is most of the work
// that a line makes.
func (m *Monitor) prepareLines(set *ruleset, key []byte, lines []Line, regions []int64) []prepared {
	batch := make([]prepared, len(lines))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(lines)) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(lines); i = int(next.Add(1)) - 1 {
				item := lines[i].Item
				from := slices.Concat(regions, set.sources[item.SourceURL])
				batch[i] = m.match(set, m.prepare(item, key), item.Text, from)
			}
		})
	}
	workers.Wait()
	return batch
}

// fetches says whether the text of a post can be fetched by its id.
func (m *Monitor) fetches(p storage.Post) bool {
	n := m.byName[p.Network]
	if n == nil || n.network == nil || p.ExternalID == "" {
		return false
	}
	_, ok := n.network.(PostFetcher)
	return ok
}
