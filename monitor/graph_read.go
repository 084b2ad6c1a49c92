package monitor

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"otklik/storage"
)

// graphReading is one Fetch under way.
type graphReading struct {
	account *graphAccount
	source  storage.Source
	cursor  graphCursor
	now     time.Time
	items   []Item
	more    bool
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// page is what the reading has brought.
func (r *graphReading) page(g *graph) (Page, error) {
	cursor, err := r.cursor.write()
	p := Page{Items: r.items, Cursor: cursor, More: r.more}
	if r.account != nil {
		p.NotBefore = g.slow(r.account, r.now)
	}
	return p, err
}

// walk is the reading of lists that goes on, or a new one that begins with edge.
func (r *graphReading) walk(edge string) *graphWalk {
	if r.cursor.Walk == nil {
		r.cursor.Walk = &graphWalk{Edge: edge, Newest: r.cursor.Newest}
		if r.now.Unix()-r.cursor.Deep >= int64(graphDeepEvery.Seconds()) {
			r.cursor.Walk.Deep = r.now.Unix()
		}
	}
	return r.cursor.Walk
}

// again says that a list has to be read from its start, because the network
// does not know any more where we were in it.
func (r *graphReading) again(err error, more *string, restarts *int) bool {
	if *more == "" || *restarts >= graphRestarts || !errors.As(err, new(BadConfig)) {
		return false
	}
	*more, r.more = "", true
	*restarts++
	return true
}

// horizon is the date up to which a walk reads.
func (r *graphReading) horizon(w *graphWalk) int64 {
	followed := r.now.Add(-graphFollowed).Unix()
	if w.Deep != 0 {
		return followed
	}
	return max(followed, r.cursor.Newest-int64(graphOverlap.Seconds()))
}

// endWalk ends the lists: what was read so far counts, and the comments follow.
func (r *graphReading) endWalk(w *graphWalk) {
	c := &r.cursor
	c.Newest, c.Walk = w.Newest, nil
	if w.Deep != 0 {
		c.Deep = w.Deep
	}
	c.todo(r.now)
	r.more = len(c.Todo) > 0
}

// marked notes a post of a list whose comments are followed. It says whether it
// is new, or known and worded otherwise now.
func (r *graphReading) marked(w *graphWalk, id, text string, date, comments int64) (fresh, edited bool) {
	m := r.cursor.Posts[id]
	hash := graphHash(text)
	switch {
	case m == nil:
		m = &graphMark{Date: date, Hash: hash}
		r.cursor.Posts[id], fresh = m, true
	case m.Hash != hash:
		m.Hash, edited = hash, true
	}
	m.Now = comments
	// A deletion and a new comment leave the number as it was.
	if w.Deep != 0 && m.Now > 0 && (len(m.Log.Seen) > 0 || m.Date >= r.now.Add(-graphLateness).Unix()) {
		m.Count = -1
	}
	return fresh, edited
}

// take keeps an item that is new and young enough to be anybody's business.
func (r *graphReading) take(log *graphLog, id string, date int64, item func() Item) (fresh bool) {
	if log.has(id, date) {
		return false
	}
	log.add(id, date)
	if date >= r.cursor.Start {
		r.items = append(r.items, item())
	}
	return true
}

// graphUnreadable says that a post, or what stands under it, is not to be read
// any more: that is no trouble of the whole source.
func graphUnreadable(err error) bool {
	return errors.As(err, new(Gone)) || errors.As(err, new(Forbidden))
}

// graphStumbles is how often the comments of a post may fail before the others
// are read first.
const graphStumbles = 3

// stumble notes that the comments of a post could not be read, and says whether
// that happened so often that the others go first: it was told as trouble, and
// one strange post must not hide what stands under all others.
func (g *graph) stumble(post string, err error) (often bool) {
	if errors.As(err, new(Limited)) || errors.As(err, new(AuthLost)) || errors.Is(err, context.Canceled) {
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.stumbled == nil {
		g.stumbled = map[string]int{}
	}
	g.stumbled[post]++
	return g.stumbled[post] >= graphStumbles
}

// stand forgets how often a post's comments could not be read.
func (g *graph) stand(post string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.stumbled, post)
}

// postpone ends the reading of a post whose comments are still to be read.
func (c *graphCursor) postpone(m *graphMark) {
	if m.Count == m.Now {
		m.Count = -1
	}
	c.done()
}

// own finds the account of ours that has a name, which may have to be asked for;
// nil when it is nobody of ours.
func (g *graph) own(ctx context.Context, name string) (*graphAccount, error) {
	if a := g.account(name); a != nil || graphNumeric.MatchString(name) {
		return a, nil
	}
	var failed error
	for _, a := range g.accounts {
		_, username, err := g.identify(ctx, a)
		if err == nil && strings.EqualFold(username, name) {
			return a, nil
		}
		failed = errors.Join(failed, err)
	}
	return nil, failed
}
