package monitor

import (
	"context"
	"errors"
	"net/url"
)

const (
	igPageSize    = "100"
	igCommentPage = "50"
	igMaxPages    = 100 // of the replies to one comment, against a list without end
)

// The lists of an account's media, in the order in which they are read.
const (
	igOwn    = "media"
	igTagged = "tags" // of others, where the account is tagged
)

// media reads one page of the lists of media.
func (r *igReading) media(ctx context.Context) error {
	w := r.walk(igOwn)
	params, err := graphOn(url.Values{"fields": {igMediaFields}, "limit": {igPageSize}}, w.More)
	if err != nil {
		return err
	}
	var page graphList[igMedium]
	err = r.list(ctx, r.account, r.account.id+"/"+w.Edge, params, &page)
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
	oldest := r.now.Unix()
	for i := range page.Data {
		m := &page.Data[i]
		oldest = min(oldest, m.At.unix(r.now))
		if err := r.medium(w, m); err != nil {
			return err
		}
	}
	switch {
	case more != "" && oldest >= r.horizon(w):
		w.More, r.more = more, true
	case w.Edge == igOwn:
		w.Edge, w.More, w.Restarts, r.more = igTagged, "", 0, true
	default:
		r.endWalk(w)
	}
	return nil
}

// medium takes one medium of a list.
func (r *igReading) medium(w *graphWalk, m *igMedium) error {
	item, err := r.mediumItem(m)
	if err != nil {
		return err
	}
	if m.ID == "" {
		return errors.New("a medium without an id")
	}
	date := m.At.unix(r.now)
	w.Newest = max(w.Newest, min(date, r.now.Unix()))
	if date < r.now.Add(-graphFollowed).Unix() {
		return nil
	}
	if w.Edge == igTagged {
		if r.mentions(m.Caption) {
			item.CanPublish, item.PublishReason = true, ""
		}
		r.take(&r.cursor.Log, item.ExternalID, date, func() Item { return item })
		return nil
	}
	item.Own = true
	if fresh, _ := r.marked(w, string(m.ID), m.Caption, date, int64(m.Comments)); fresh && date >= r.cursor.Start {
		r.items = append(r.items, item)
	}
	return nil
}

// comments reads one page of the comments under the first medium to be read.
// The network lists them from the newest and knows no time to begin at: the
// reading ends where all was seen, unless more are missing than it found.
func (r *igReading) comments(ctx context.Context) error {
	c := &r.cursor
	id := c.Todo[0]
	m := c.Posts[id]
	if m == nil {
		c.done()
		r.more = len(c.Todo) > 0
		return nil
	}
	if c.Thread == nil {
		c.Thread = &graphThread{}
	}
	end, err := r.thread(ctx, id, m)
	switch {
	case err != nil && r.again(err, &c.Thread.More, &c.Thread.Restarts):
		return nil
	case err != nil && !graphUnreadable(err) && !r.stumble(id, err):
		return err
	case err != nil && !graphUnreadable(err):
		c.postpone(m)
	case err != nil || end:
		r.stand(id)
		m.Count = m.Now
		m.Log.fold(r.now.Add(-graphLateness).Unix())
		c.done()
	}
	r.more = len(c.Todo) > 0
	return nil
}

// thread reads on under a medium and says whether that was all.
func (r *igReading) thread(ctx context.Context, id string, mark *graphMark) (end bool, err error) {
	var m igMedium
	if err := r.get(ctx, r.account, id, url.Values{"fields": {igMediaFields}}, &m); err != nil {
		return false, err
	}
	code, err := m.code()
	if err != nil {
		return false, err
	}
	t := r.cursor.Thread
	missing := int64(m.Comments) - mark.Count
	if t.More == "" {
		mark.Now = int64(m.Comments)
	}
	page, more, err := r.commentPage(ctx, r.account, id+"/comments", igThreadFields, t.More)
	if err != nil {
		return false, err
	}
	found := int64(0)
	for i := range page {
		c := &page[i]
		replies, err := r.replies(ctx, r.account, c)
		if err != nil {
			return false, err
		}
		r.remember(c.ID)
		if r.take(&mark.Log, string(c.ID), c.At.unix(r.now), func() Item { return r.commentItem(code, &m, c, nil) }) {
			found++
		}
		for j := range replies {
			reply := &replies[j]
			r.remember(reply.ID)
			if r.take(&mark.Log, string(reply.ID), reply.At.unix(r.now), func() Item { return r.commentItem(code, &m, reply, c) }) {
				found++
			}
		}
	}
	t.Found, t.More = t.Found+found, more
	return more == "" || found == 0 && mark.Count >= 0 && t.Found >= missing, nil
}

// commentPage reads one page of a list of comments.
func (n *instagram) commentPage(ctx context.Context, a *graphAccount, path, fields, more string) ([]igComment, string, error) {
	params, err := graphOn(url.Values{"fields": {fields}, "limit": {igCommentPage}}, more)
	if err != nil {
		return nil, "", err
	}
	var page graphList[igComment]
	if err := n.list(ctx, a, path, params, &page); err != nil {
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

// replies are all replies to a comment: those that came with it where that is
// all of them, else the list is read.
func (n *instagram) replies(ctx context.Context, a *graphAccount, c *igComment) ([]igComment, error) {
	for i := range c.Replies.Data {
		if c.Replies.Data[i].ID == "" {
			return nil, errors.New("a reply without an id")
		}
	}
	if c.Replies.Paging.Next == "" {
		return c.Replies.Data, nil
	}
	return n.allReplies(ctx, a, string(c.ID))
}

func (n *instagram) allReplies(ctx context.Context, a *graphAccount, comment string) ([]igComment, error) {
	var all []igComment
	more := ""
	for range igMaxPages {
		page, on, err := n.commentPage(ctx, a, comment+"/replies", igCommentFields, more)
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if on == "" {
			return all, nil
		}
		more = on
	}
	return nil, errors.New("more replies to a comment than can be read")
}
