package monitor

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"time"

	"otklik/monitor/links"
)

const (
	okCommentPage   = 100
	okPagesAtOnce   = 10   // with something new, of one topic
	okMaxPages      = 1000 // of one topic, against a list without end
	okCommentFields = "comment.ID,comment.TEXT,comment.DATE,comment.AUTHOR_ID,comment.AUTHOR_REF,comment.REPLY_TO_COMMENT_ID,comment.TYPE"
	okTopicsAtOnce  = 20               // whose comments one Fetch reads
	okItemsAtOnce   = 200              // past which it begins no further topic
	okBadPause      = 10 * time.Minute // before comments that were refused are tried again
)

// eachComment hands over the comments under a topic page by page, the newest
// page first, until take says no. It returns the anchor of the next page, "" at
// the end of the list.
func (n *ok) eachComment(ctx context.Context, p okPlace, anchor string, take func([]okComment) bool) (next string, err error) {
	for range okMaxPages {
		params := url.Values{
			"discussionId": {p.topic}, "discussionType": {"GROUP_TOPIC"}, "count": {strconv.Itoa(okCommentPage)}, "fields": {okCommentFields},
			"anchor": {"LAST"}, "direction": {"BACKWARD"}, "includeRemoved": {"true"},
		}
		if anchor != "" {
			params.Set("anchor", anchor)
		}
		var page okComments
		if err := n.read(ctx, n.tokensFor(p.group), "discussions.getComments", params, &page); err != nil {
			return "", err
		}
		next := page.next(len(page.Comments))
		if next == anchor {
			next = ""
		}
		if !take(page.Comments) || next == "" {
			return next, nil
		}
		anchor = next
	}
	return "", nil
}

// nextComments reads the comments of topics whose number changed, several at
// once, for each time the whole cursor is stored. What stops it half-way takes
// nothing away from what was read before.
func (r *okReading) nextComments(ctx context.Context) error {
	c := &r.cursor
	for read := 0; len(c.Todo) > 0 && read < okTopicsAtOnce && len(r.items) < okItemsAtOnce; read++ {
		done, err := r.topicsComments(ctx, c.Todo[0])
		if err != nil && read == 0 {
			return err
		}
		if err != nil {
			break
		}
		if done {
			c.Todo, c.Thread = c.Todo[1:], nil
		}
	}
	r.more = len(c.Todo) > 0
	return nil
}

// topicsComments reads the comments of one topic. A topic that the network
// refuses is tried again later and keeps no other waiting.
func (r *okReading) topicsComments(ctx context.Context, id string) (done bool, err error) {
	m := r.cursor.mark(id)
	if m == nil {
		return true, nil
	}
	seen := slices.Clone(m.Seen)
	done, err = r.comments(ctx, m)
	if err == nil {
		return done, nil
	}
	m.Seen = seen // what it told before it refused was not taken
	var refused *okError
	errors.As(err, &refused)
	switch {
	case errors.As(err, new(Gone)):
		r.gone(id)
		return true, nil
	case errors.As(err, new(Limited)), errors.As(err, new(AuthLost)), errors.As(err, new(Retry)):
		return false, err
	case okSystemic(err) && r.neverRead(refused.Code):
		return false, err
	case refused != nil, errors.Is(err, errOKNothing):
		m.Bad++
		m.Next = r.now.Add(min(okBadPause<<min(m.Bad-1, 6), okDeepEvery)).UnixMilli()
		return true, nil
	}
	return false, err
}

// neverRead says that a refusal is no trouble of one topic: comments were never
// read in this group. One topic may be denied by itself, several are not.
func (r *okReading) neverRead(code int) bool {
	bad := 0
	for _, m := range r.cursor.Topics {
		if m.Read != 0 {
			return false
		}
		bad += min(m.Bad, 1)
	}
	return code != okDenied || bad >= 2
}

// comments takes the comments of a topic that were not seen before. It is not
// done when there are so many that the rest is read the next time.
func (r *okReading) comments(ctx context.Context, m *okMark) (done bool, err error) {
	c, p := &r.cursor, okPlace{group: r.group, topic: m.ID}
	from := ""
	newest := m.Last
	if c.Thread != nil {
		from, newest = c.Thread.Anchor, max(newest, c.Thread.Newest)
	}
	t := &okThreadReading{r: r, m: m, horizon: m.horizon(c.Start), newest: newest, texts: map[okID]*okComment{}}
	next, err := r.eachComment(ctx, p, from, t.take)
	var refused *okError
	if from != "" && errors.As(err, &refused) && refused.Code == okParameter {
		// The anchor has expired: from the end again, past what was seen.
		next, err = r.eachComment(ctx, p, "", t.take)
	}
	if err != nil {
		return false, err
	}
	if err := r.tell(ctx, p, t); err != nil {
		return false, err
	}
	if done = next == "" || t.end; !done {
		c.Thread = &okThread{Anchor: next, Newest: t.newest}
		return false, nil
	}
	m.read(t.newest, r.now.UnixMilli())
	return true, nil
}

// okThreadReading is what was found under a topic in one go.
type okThreadReading struct {
	r       *okReading
	m       *okMark
	horizon int64
	newest  int64
	end     bool // what follows was read before
	pages   int  // with something new
	found   []*okComment
	removed []okID
	texts   map[okID]*okComment
}

func (t *okThreadReading) take(page []okComment) (more bool) {
	now := t.r.now.UnixMilli()
	fresh := false
	for i := range page {
		c := &page[i]
		at := c.at(now)
		if at < t.horizon {
			t.end = true
			continue
		}
		id := string(c.ID)
		switch {
		case id == "":
		case c.removed():
			if gone := "-" + id; t.m.has(id) && !t.m.has(gone) {
				t.m.add(gone, at)
				t.removed = append(t.removed, c.ID)
			}
		default:
			t.texts[c.ID] = c
			if t.m.has(id) {
				continue
			}
			t.m.add(id, at)
			t.newest = max(t.newest, at)
			t.found, fresh = append(t.found, c), true
		}
	}
	if fresh {
		t.pages++
	}
	return !t.end && t.pages < okPagesAtOnce
}

// tell makes items of what was found. What they stand under is asked for only
// when there is something.
func (r *okReading) tell(ctx context.Context, p okPlace, t *okThreadReading) error {
	line := ""
	if len(t.found) > 0 {
		topic, err := r.oneTopic(ctx, p.group, p.topic)
		if err != nil && !okSystemic(err) {
			return err
		}
		line = okLine(topic.text())
	}
	for _, id := range t.removed {
		r.items = append(r.items, r.goneItem(p.topicID()+"/"+string(id), links.Comment))
	}
	for _, c := range t.found {
		r.items = append(r.items, r.commentItem(p, line, c, t.texts[c.ReplyTo], r.now.UnixMilli()))
	}
	return nil
}
