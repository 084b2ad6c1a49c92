package monitor

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"otklik/storage"
)

const fbPageSize = "100"

// The lists of a page's posts, in the order in which they are read.
const (
	fbFeed   = "feed"   // its own and those of visitors
	fbTagged = "tagged" // of others that tag it
)

// posts reads one page of the lists of posts.
func (r *fbReading) posts(ctx context.Context) error {
	w := r.walk(fbFeed)
	params, err := graphOn(url.Values{"fields": {fbPostFields}, "limit": {fbPageSize}}, w.More)
	if err != nil {
		return err
	}
	var page graphList[fbPost]
	err = r.list(ctx, r.account, r.id+"/"+w.Edge, params, &page)
	switch {
	case err != nil && r.again(err, &w.More, &w.Restarts):
		return nil
	case w.Edge == fbTagged && errors.As(err, new(Forbidden)):
		r.endWalk(w) // a right of its own, which the token may lack
		return nil
	case err != nil:
		return err
	}
	more, err := page.more(w.More)
	if err != nil {
		return err
	}
	oldest := r.now.Unix()
	for i := range page.Data {
		p := &page.Data[i]
		if p.ID == "" {
			return errors.New("a post without an id")
		}
		oldest = min(oldest, p.Created.unix(r.now))
		r.post(w, p)
	}
	switch {
	case more != "" && oldest >= r.horizon(w):
		w.More, r.more = more, true
	case w.Edge == fbFeed && !r.foreign:
		w.Edge, w.More, w.Restarts, r.more = fbTagged, "", 0, true
	default:
		r.endWalk(w)
	}
	return nil
}

// post takes one post of a list.
func (r *fbReading) post(w *graphWalk, p *fbPost) {
	id, date := string(p.ID), p.Created.unix(r.now)
	w.Newest = max(w.Newest, min(date, r.now.Unix()))
	if date < r.now.Add(-graphFollowed).Unix() {
		return
	}
	if w.Edge == fbTagged {
		if r.cursor.Posts[id] == nil {
			r.take(&r.cursor.Log, id, date, func() Item { return r.postItem(p) })
		}
		return
	}
	fresh, edited := r.marked(w, id, p.Message, date, int64(p.Comments.Summary.Total))
	if !fresh && !edited || date < r.cursor.Start {
		return
	}
	item := r.postItem(p)
	if edited {
		item.Fate = storage.PostEdited
	}
	r.items = append(r.items, item)
}

// comments reads one page of the comments under the first post to be read.
func (r *fbReading) comments(ctx context.Context) error {
	c := &r.cursor
	id := c.Todo[0]
	m := c.Posts[id]
	if m == nil {
		c.done()
		r.more = len(c.Todo) > 0
		return nil
	}
	if c.Thread == nil {
		since := max(c.Start, m.Last-int64(graphOverlap.Seconds()))
		if m.Count < 0 {
			since = max(c.Start, m.Log.Low)
		}
		c.Thread = &graphThread{Since: since}
	}
	err := r.thread(ctx, id, m)
	switch {
	case err != nil && r.again(err, &c.Thread.More, &c.Thread.Restarts):
		return nil
	case err != nil && !graphUnreadable(err) && !r.stumble(id, err):
		return err
	case err != nil && !graphUnreadable(err):
		c.postpone(m)
	case err != nil || c.Thread.More == "":
		r.stand(id)
		m.Count = m.Now
		m.Log.fold(r.now.Add(-graphLateness).Unix())
		c.done()
	}
	r.more = len(c.Todo) > 0
	return nil
}

// thread reads on under a post.
func (r *fbReading) thread(ctx context.Context, id string, m *graphMark) error {
	var root fbPost
	if err := r.get(ctx, r.account, id, url.Values{"fields": {fbPostFields}}, &root); err != nil {
		return err
	}
	root.ID = graphID(id)
	t := r.cursor.Thread
	if t.More == "" {
		m.Now = int64(root.Comments.Summary.Total)
	}
	page, more, err := r.commentPage(ctx, r.account, id, "chronological", t.Since, t.More)
	if err != nil {
		return err
	}
	for i := range page {
		one := &page[i]
		date := one.Created.unix(r.now)
		m.Last = max(m.Last, min(date, r.now.Unix()))
		r.take(&m.Log, fbShort(string(one.ID)), date, func() Item { return r.commentItem(&root, one) })
	}
	t.More = more
	return nil
}

// fbShort is a comment's id without its post's.
func fbShort(id string) string { return id[strings.LastIndex(id, "_")+1:] }

// commentPage reads one page of the comments of all levels under a post.
func (n *facebook) commentPage(ctx context.Context, a *graphAccount, post, order string, since int64, more string) ([]fbComment, string, error) {
	params, err := graphOn(url.Values{"fields": {fbCommentFields}, "filter": {"stream"}, "order": {order}, "limit": {fbPageSize}}, more)
	if err != nil {
		return nil, "", err
	}
	if since > 0 {
		params.Set("since", strconv.FormatInt(since, 10))
	}
	var page graphList[fbComment]
	if err := n.list(ctx, a, post+"/comments", params, &page); err != nil {
		return nil, "", err
	}
	for i := range page.Data {
		if page.Data[i].ID == "" {
			return nil, "", errors.New("a comment without an id")
		}
	}
	more, err = page.more(more)
	return page.Data, more, err
}

const fbMaxPages = 200 // of the comments under one post, against a list without end

// eachComment hands over the comments under a post since a time, the newest
// first, until take says no.
func (n *facebook) eachComment(ctx context.Context, a *graphAccount, post string, since time.Time, take func(*fbComment) bool) error {
	more := ""
	for range fbMaxPages {
		page, on, err := n.commentPage(ctx, a, post, "reverse_chronological", since.Unix(), more)
		if err != nil {
			return err
		}
		for i := range page {
			if !take(&page[i]) {
				return nil
			}
		}
		if on == "" {
			return nil
		}
		more = on
	}
	return errors.New("more comments under a post than can be read")
}
