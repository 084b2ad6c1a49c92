package sandbox

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// OKGroup is a group with its topics.
type OKGroup struct {
	o         *OK
	id        int64
	name      string
	shortName string
	private   bool
	topics    []*OKTopic
}

// Group founds a group. shortName may be empty.
func (o *OK) Group(name, shortName string) *OKGroup {
	var g *OKGroup
	o.set(func() {
		g = &OKGroup{o: o, id: o.nextID(), name: name, shortName: shortName}
		o.groups = append(o.groups, g)
		o.tokens[g.Token()] = &okToken{group: g, user: o.nextID()}
	})
	return g
}

// Groups lists all groups in the order of their making.
func (o *OK) Groups() []*OKGroup {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.groups)
}

// ID is the group's number.
func (g *OKGroup) ID() string { return strconv.FormatInt(g.id, 10) }

// Name is what the group is called.
func (g *OKGroup) Name() string { return g.name }

// ShortName is the end of the group's address, or "".
func (g *OKGroup) ShortName() string { return g.shortName }

// Token is the token of a person who administers this group.
func (g *OKGroup) Token() string { return fmt.Sprintf("sandbox-ok-group-%d", g.id) }

// Close makes the group private: its topics cannot be read by others.
func (g *OKGroup) Close() { g.o.set(func() { g.private = true }) }

// Topics lists the group's topics that show, oldest first.
func (g *OKGroup) Topics() []*OKTopic {
	g.o.mu.Lock()
	defer g.o.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(g.topics), func(t *OKTopic) bool { return !t.live(g.o.now()) })
}

// OKTopicOptions are what a topic may have beside its text.
type OKTopicOptions struct {
	At             time.Time     // when it was written; zero is now
	Late           time.Duration // how long after At it shows at all
	Photos, Videos int
	More           []string // further blocks of text
	Repost         *OKTopic // what it shares
	CommentsClosed bool
}

// OKTopic is a topic of a group.
type OKTopic struct {
	group    *OKGroup
	id       int64
	author   *okPerson // nil: the group itself
	at       time.Time
	shown    time.Time
	text     string
	options  OKTopicOptions
	edited   bool
	deleted  bool
	comments []*OKComment // oldest first
}

// Topic opens a topic. An empty author is the group itself.
func (g *OKGroup) Topic(author, text string, opt OKTopicOptions) *OKTopic {
	var t *OKTopic
	g.o.set(func() { t = g.add(g.by(author), text, opt) })
	return t
}

// add makes a topic. The caller holds mu.
func (g *OKGroup) add(author *okPerson, text string, opt OKTopicOptions) *OKTopic {
	t := &OKTopic{group: g, id: g.o.nextID(), author: author, at: g.o.moment(opt.At), text: text, options: opt}
	t.shown = t.at.Add(opt.Late)
	g.topics = append(g.topics, t)
	return t
}

// by is who writes under a name; nil is the group. The caller holds mu.
func (g *OKGroup) by(author string) *okPerson {
	if author == "" {
		return nil
	}
	return g.o.person(author)
}

// moment is a time as the network keeps it: topics to the millisecond.
func (o *OK) moment(at time.Time) time.Time {
	if at.IsZero() {
		at = o.now()
	}
	return at.Truncate(time.Millisecond)
}

// ExternalID is the topic's id, group/topic.
func (t *OKTopic) ExternalID() string { return fmt.Sprintf("%d/%d", t.group.id, t.id) }

// Text is what the topic says now.
func (t *OKTopic) Text() string { return t.group.o.text(&t.text) }

// Edit changes the text.
func (t *OKTopic) Edit(text string) { t.group.o.set(func() { t.text, t.edited = text, true }) }

// Delete removes the topic with everything under it.
func (t *OKTopic) Delete() { t.group.o.set(func() { t.deleted = true }) }

// CloseComments stops commenting.
func (t *OKTopic) CloseComments() { t.group.o.set(func() { t.options.CommentsClosed = true }) }

// Comments lists what stands under the topic, oldest first.
func (t *OKTopic) Comments() []*OKComment {
	t.group.o.mu.Lock()
	defer t.group.o.mu.Unlock()
	return t.alive()
}

// alive are the comments that stand and show. The caller holds mu.
func (t *OKTopic) alive() []*OKComment {
	now := t.group.o.now()
	return slices.DeleteFunc(slices.Clone(t.comments), func(c *OKComment) bool { return c.deleted || !c.live(now) })
}

func (t *OKTopic) live(now time.Time) bool { return !t.deleted && !t.shown.After(now) }

// OKComment is a comment under a topic.
type OKComment struct {
	topic   *OKTopic
	id      string
	author  *okPerson // nil: the group
	user    int64     // who wrote it, also in the group's name; 0: nobody knows
	at      time.Time
	shown   time.Time
	text    string
	deleted bool
	answers *OKComment // the comment that this one replies to
}

// Comment writes under the topic. An empty author is the group itself.
func (t *OKTopic) Comment(author, text string) *OKComment { return t.LateComment(author, text, 0) }

// LateComment writes under the topic what shows only a while after its time.
func (t *OKTopic) LateComment(author, text string, late time.Duration) *OKComment {
	var c *OKComment
	t.group.o.set(func() { c = t.add(t.group.by(author), text, nil, late) })
	return c
}

// Reply answers the comment.
func (c *OKComment) Reply(author, text string) *OKComment {
	var made *OKComment
	c.topic.group.o.set(func() { made = c.topic.add(c.topic.group.by(author), text, c, 0) })
	return made
}

// add makes a comment; its time is known to the second. The caller holds mu.
func (t *OKTopic) add(author *okPerson, text string, to *OKComment, late time.Duration) *OKComment {
	o := t.group.o
	o.comments++
	// Ids say nothing of the order in which they were given.
	id := base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d:%d", o.comments*7919%10_007, o.comments))
	c := &OKComment{topic: t, id: id, author: author, at: o.now().Truncate(time.Second), text: text, answers: to}
	if author != nil {
		c.user = author.id
	}
	c.shown = c.at.Add(late)
	t.comments = append(t.comments, c)
	return c
}

// ExternalID is the comment's id, group/topic/comment.
func (c *OKComment) ExternalID() string { return c.topic.ExternalID() + "/" + c.id }

// Text is what the comment says now.
func (c *OKComment) Text() string { return c.topic.group.o.text(&c.text) }

// FromGroup says whether the group wrote it.
func (c *OKComment) FromGroup() bool { return c.author == nil }

// Edit changes the text.
func (c *OKComment) Edit(text string) { c.topic.group.o.set(func() { c.text = text }) }

// Delete removes the comment.
func (c *OKComment) Delete() { c.topic.group.o.set(func() { c.deleted = true }) }

func (c *OKComment) live(now time.Time) bool { return !c.shown.After(now) && c.topic.live(now) }

// text reads a text that others may change.
func (o *OK) text(at *string) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return *at
}
