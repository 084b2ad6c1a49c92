package monitor

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"

	"otklik/storage"
)

// batchSize is how many lines are stored in one transaction.
const batchSize = 1000

// accepted is what became of a line.
type accepted struct {
	status    string // that of a storage.SaveResult, or rejected
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
	parts := slices.Collect(slices.Chunk(lines, batchSize))
	// While one batch is written, the next is prepared.
	type next struct {
		*lineBatch
		err error
	}
	ready := make(chan next, 1)
	stop := make(chan struct{})
	var worker sync.WaitGroup
	defer worker.Wait()
	defer close(stop)
	worker.Go(func() {
		for _, part := range parts {
			b, err := guarded(ctx, func(context.Context) (*lineBatch, error) { return m.prepareBatch(set, key, part, regions), nil })
			select {
			case ready <- next{b, err}:
			case <-stop:
				return
			}
		}
	})
	for range parts {
		b := <-ready
		if b.err != nil {
			return results, b.err
		}
		some, err := m.saveBatch(ctx, set, b.lineBatch)
		if err != nil {
			return results, err
		}
		results = append(results, some...)
	}
	return results, nil
}

// lineBatch is what is stored in one transaction.
type lineBatch struct {
	results []accepted // of its lines; those of the posts are set when they are saved
	posts   []prepared
	where   []int // of each post in results
}

func (m *Monitor) prepareBatch(set *ruleset, key []byte, lines []Line, regions []int64) *lineBatch {
	b := &lineBatch{results: make([]accepted, len(lines))}
	var wanted []Line
	for i, l := range lines {
		if l.Reason == "" && l.Item.Text == "" && l.Item.Fate != storage.PostRemoved {
			if m.fetches(l.Item.Post) {
				l.Item.State = storage.Pending
			} else {
				l.Reason = rejectedNoText
			}
		}
		if l.Reason != "" {
			b.results[i] = accepted{status: rejected, reason: l.Reason}
			continue
		}
		wanted, b.where = append(wanted, l), append(b.where, i)
	}
	b.posts = m.prepareLines(set, key, wanted, regions)
	return b
}

func (m *Monitor) saveBatch(ctx context.Context, set *ruleset, b *lineBatch) ([]accepted, error) {
	saved, _, err := m.file(ctx, set, nil, b.posts)
	if err != nil {
		return nil, err
	}
	for n, s := range saved {
		if s.Result == storage.IsReply {
			s.Result = storage.Fresh // whoever sent it knows no answers
		}
		b.results[b.where[n]] = accepted{status: string(s.Result), incidents: s.Incidents}
	}
	return b.results, nil
}

// prepareLines masks and matches lines, on all cores: it is most of the work
// that a line makes.
func (m *Monitor) prepareLines(set *ruleset, key []byte, lines []Line, regions []int64) []prepared {
	batch := make([]prepared, len(lines))
	onAllCores(len(lines), func(i int) {
		item := lines[i].Item
		from := slices.Concat(regions, set.sources[item.SourceURL])
		batch[i] = m.match(set, m.prepare(item, key), item.Text, from)
		batch[i].tell(item)
	})
	return batch
}

// onAllCores does something n times, as much at once as there are cores. A panic
// of one is a panic here, where it can be caught.
func onAllCores(n int, do func(i int)) {
	var next atomic.Int64
	var broken atomic.Pointer[panicked]
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		workers.Go(func() {
			defer func() {
				if r := recover(); r != nil {
					broken.Store(&panicked{value: r, stack: debug.Stack()})
				}
			}()
			for i := int(next.Add(1)) - 1; i < n && broken.Load() == nil; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	workers.Wait()
	if p := broken.Load(); p != nil {
		panic(*p)
	}
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
