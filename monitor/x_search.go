package monitor

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// xHeadEvery is how long a source with gaps reads them before it looks for what
// is new again.
const xHeadEvery = time.Minute

// xFrom is where a source's posts are asked for.
type xFrom struct {
	endpoint string
	path     string
	params   url.Values
}

// pages is the parameter that names the next page.
func (f xFrom) pages() string {
	if f.endpoint == xSearch {
		return "next_token"
	}
	return "pagination_token"
}

// xReading is one Fetch under way.
type xReading struct {
	*x
	cursor xCursor
	now    time.Time
	asker  string // who asks for money
	from   xFrom
	items  []Item
}

// page reads the newest page, or one page of the newest gap.
func (r *xReading) page(ctx context.Context) error {
	c := &r.cursor
	c.forget(r.now)
	if len(c.Gaps) == 0 || r.now.Unix()-c.Head >= int64(xHeadEvery.Seconds()) {
		return r.head(ctx)
	}
	return r.gap(ctx)
}

// head reads the newest page. What it does not reach becomes a gap.
func (r *xReading) head(ctx context.Context) error {
	c := &r.cursor
	since := c.since()
	page, err := r.ask(ctx, since, 0, "")
	if errors.As(err, new(*xError)) && since != 0 && xWrong(err, "since_id") {
		// It is older than a search reaches: what lies between is asked for by time.
		since = 0
		c.Start = max(c.Start, r.now.Add(-xReach).Unix())
		page, err = r.ask(ctx, since, 0, "")
	}
	if err != nil {
		return err
	}
	newest, oldest := r.take(page)
	if next := page.Meta.NextToken; next != "" && oldest != 0 {
		c.Gaps = slices.Insert(c.Gaps, 0, xGap{Since: since, Until: oldest, Next: next, At: r.now.Unix()})
	}
	if newest == 0 && c.Newest == 0 {
		c.Start = max(c.Start, r.now.Add(-xOverlap).Unix()) // all up to now was read
	}
	c.Newest = max(c.Newest, newest)
	c.Head = r.now.Unix()
	c.forget(r.now)
	return nil
}

// gap reads on in the newest gap.
func (r *xReading) gap(ctx context.Context) error {
	c := &r.cursor
	g := c.Gaps[0]
	page, err := r.ask(ctx, g.Since, g.Until, g.Next)
	if err != nil && g.Next != "" && xWrong(err, r.from.pages()) {
		g.Next = "" // it has expired; the ids still say where to go on
		page, err = r.ask(ctx, g.Since, g.Until, "")
	}
	if err != nil && g.Since != 0 && xWrong(err, "since_id") {
		g.Since = 0
		page, err = r.ask(ctx, 0, g.Until, "")
	}
	if err != nil {
		return err
	}
	_, oldest := r.take(page)
	if next := page.Meta.NextToken; next != "" && oldest != 0 && oldest < g.Until {
		c.Gaps[0] = xGap{Since: g.Since, Until: oldest, Next: next, At: g.At}
	} else {
		c.Gaps = slices.Delete(c.Gaps, 0, 1)
	}
	c.forget(r.now)
	return nil
}

// xWrong says whether the network refuses a parameter. Where it names none, any
// may be wrong.
func xWrong(err error, param string) bool {
	var refused *xError
	return errors.As(err, &refused) && refused.Status == http.StatusBadRequest && (len(refused.Params) == 0 || slices.Contains(refused.Params, param))
}

// ask asks for one page within the budgets.
func (r *xReading) ask(ctx context.Context, since, until uint64, next string) (xPage, error) {
	var page xPage
	size, settle, err := r.money.search(ctx, r.asker, until == 0 && next == "")
	if err != nil {
		return page, err
	}
	params := url.Values{"max_results": {strconv.Itoa(size)}, "tweet.fields": {xFields}}
	for name, value := range r.from.params {
		params[name] = value
	}
	if r.from.endpoint == xSearch {
		params.Set("sort_order", "recency")
	}
	switch {
	case since != 0:
		params.Set("since_id", strconv.FormatUint(since, 10))
	default:
		params.Set("start_time", time.Unix(max(r.cursor.Start, r.now.Add(-xReach).Unix()), 0).UTC().Format(time.RFC3339))
	}
	switch {
	case next != "":
		params.Set(r.from.pages(), next)
	case until != 0:
		params.Set("until_id", strconv.FormatUint(until, 10))
	}
	token, err := r.read(ctx, xAsk{endpoint: r.from.endpoint, path: r.from.path, params: params}, &page)
	settle(token, page.Data)
	if err == nil && page.Meta == nil {
		err = page.problem(r.from.endpoint)
	}
	return page, err
}

// problem is what an answer without a result says.
func (p xPage) problem(endpoint string) error {
	if len(p.Errors) == 0 {
		return fmt.Errorf("the answer to %s has neither data nor meta", endpoint)
	}
	e := &xError{Endpoint: endpoint, Status: http.StatusOK, Problem: p.Errors[0].tail()}
	if kind := e.kind(); kind != nil {
		return fmt.Errorf("%w: %w", e, kind)
	}
	return e
}

// take makes items of the posts that were not seen; newest and oldest are the
// bounds of the page, 0 for an empty one.
func (r *xReading) take(page xPage) (newest, oldest uint64) {
	c := &r.cursor
	for i := range page.Data {
		p := &page.Data[i]
		id, ok := xNumber(p.ID)
		if !ok {
			continue
		}
		newest = max(newest, id)
		if oldest == 0 || id < oldest {
			oldest = id
		}
		if c.has(id) {
			continue
		}
		c.Seen = append(c.Seen, id)
		if p.CreatedAt.IsZero() || p.CreatedAt.Unix() >= c.Start-int64(xOverlap.Seconds()) {
			r.items = append(r.items, r.item(p))
		}
	}
	return newest, oldest
}
