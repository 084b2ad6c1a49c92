package sandbox

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Page is a page of Facebook.
type Page struct {
	g        *Graph
	id       string
	name     string
	username string
	entries  []*Entry // on the page, oldest first
	tagged   []*Entry // of others that tag it
	noTags   bool
	blocked  bool
}

// Entry is a post on a page.
type Entry struct {
	g       *Graph
	page    *Page // on whose wall; nil is somebody else's
	owner   string
	number  string
	from    string // id of the author
	author  string // name; "" is the page itself
	text    string
	at      time.Time
	edited  time.Time
	shown   time.Time
	options EntryOptions
	deleted bool
	remarks []*Remark // of all levels, oldest first
}

// EntryOptions is what a post has beside its text.
type EntryOptions struct {
	At     time.Time     // zero is now
	Late   time.Duration // after which it shows
	Photos int
	Video  bool
	Shares *Entry
}

// Remark is a comment on Facebook.
type Remark struct {
	entry   *Entry
	parent  *Remark // nil: directly under the post
	number  string
	from    string
	author  string
	text    string
	at      time.Time
	shown   time.Time
	photos  int
	deleted bool
}

// Page makes a page with a token of its own.
func (g *Graph) Page(name, username string) *Page {
	g.mu.Lock()
	defer g.mu.Unlock()
	p := &Page{g: g, id: g.newID(), name: name, username: username}
	g.pages = append(g.pages, p)
	g.tokens[graphToken(p.id)] = graphOwner{page: p}
	return p
}

// ID is the page's id.
func (p *Page) ID() string { return p.id }

// Token is the page's token.
func (p *Page) Token() string { return graphToken(p.id) }

// ForbidTagged takes away the right to read what tags the page.
func (p *Page) ForbidTagged() {
	p.g.mu.Lock()
	defer p.g.mu.Unlock()
	p.noTags = true
}

// Block stops the page's commenting as abusive.
func (p *Page) Block() {
	p.g.mu.Lock()
	defer p.g.mu.Unlock()
	p.blocked = true
}

// Post writes on the page; an empty author is the page itself.
func (p *Page) Post(author, text string, o EntryOptions) *Entry {
	p.g.mu.Lock()
	defer p.g.mu.Unlock()
	e := p.g.entry(p, p.id, author, text, o)
	p.entries = append(p.entries, e)
	p.g.tell("page", p.id, "feed", func() map[string]any { return e.news("add") })
	return e
}

// Tag lets somebody else write on his own page and tag this one.
func (p *Page) Tag(author, text string, o EntryOptions) *Entry {
	p.g.mu.Lock()
	defer p.g.mu.Unlock()
	e := p.g.entry(nil, p.g.person(author), author, text, o)
	p.tagged = append(p.tagged, e)
	p.g.tell("page", p.id, "mention", func() map[string]any {
		v := e.news("add")
		delete(v, "message")
		return v
	})
	return e
}

func (g *Graph) entry(p *Page, owner, author, text string, o EntryOptions) *Entry {
	e := &Entry{g: g, page: p, owner: owner, number: g.newID(), from: owner, author: author, text: text, at: g.moment(o.At), options: o}
	if author != "" {
		e.from = g.person(author)
	}
	e.shown = e.at.Add(o.Late)
	return e
}

// ExternalID is the post's id, page_post.
func (e *Entry) ExternalID() string { return e.owner + "_" + e.number }

// Edit changes the text.
func (e *Entry) Edit(text string) {
	e.g.mu.Lock()
	defer e.g.mu.Unlock()
	e.text, e.edited = text, e.g.moment(time.Time{})
	if e.page != nil {
		e.g.tell("page", e.page.id, "feed", func() map[string]any { return e.news("edited") })
	}
}

// Delete removes the post with everything under it.
func (e *Entry) Delete() {
	e.g.mu.Lock()
	defer e.g.mu.Unlock()
	e.deleted = true
	if e.page != nil {
		e.g.tell("page", e.page.id, "feed", func() map[string]any {
			v := e.news("remove")
			delete(v, "message")
			return v
		})
	}
}

// Comment writes under the post; an empty author is the page itself.
func (e *Entry) Comment(author, text string) *Remark { return e.LateComment(author, text, 0) }

// LateComment writes a comment that shows after a while.
func (e *Entry) LateComment(author, text string, late time.Duration) *Remark {
	e.g.mu.Lock()
	defer e.g.mu.Unlock()
	return e.add(nil, author, text, late)
}

// Comments lists what stands under the post, on all levels, oldest first.
func (e *Entry) Comments() []*Remark {
	e.g.mu.Lock()
	defer e.g.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(e.remarks), func(r *Remark) bool { return !r.live(e.g.now()) })
}

// add makes a comment. The caller holds mu.
func (e *Entry) add(parent *Remark, author, text string, late time.Duration) *Remark {
	r := &Remark{entry: e, parent: parent, number: e.g.newID(), from: e.owner, author: author, text: text, at: e.g.moment(time.Time{})}
	if author != "" {
		r.from = e.g.person(author)
	}
	r.shown = r.at.Add(late)
	e.remarks = append(e.remarks, r)
	if e.page != nil {
		e.g.tell("page", e.page.id, "feed", func() map[string]any { return r.news("add") })
	}
	return r
}

// Reply writes under the comment. As on the network, a reply to a reply stands
// under the comment that both belong to.
func (r *Remark) Reply(author, text string) *Remark {
	r.entry.g.mu.Lock()
	defer r.entry.g.mu.Unlock()
	return r.entry.add(r.top(), author, text, 0)
}

func (r *Remark) top() *Remark {
	if r.parent != nil {
		return r.parent
	}
	return r
}

// ExternalID is the comment's id, post_comment.
func (r *Remark) ExternalID() string { return r.entry.number + "_" + r.number }

// Photos is how many photos hang at the comment.
func (r *Remark) Photos() int {
	r.entry.g.mu.Lock()
	defer r.entry.g.mu.Unlock()
	return r.photos
}

// Edit changes the text; bare leaves it out of what the webhook tells.
func (r *Remark) Edit(text string, bare bool) {
	g := r.entry.g
	g.mu.Lock()
	defer g.mu.Unlock()
	r.text = text
	if r.entry.page != nil {
		g.tell("page", r.entry.page.id, "feed", func() map[string]any {
			v := r.news("edited")
			if bare {
				delete(v, "message")
			}
			return v
		})
	}
}

// Delete removes the comment and the replies to it.
func (r *Remark) Delete() {
	g := r.entry.g
	g.mu.Lock()
	defer g.mu.Unlock()
	r.deleted = true
	if r.entry.page != nil {
		g.tell("page", r.entry.page.id, "feed", func() map[string]any {
			v := r.news("remove")
			delete(v, "message")
			return v
		})
	}
}

func (e *Entry) live(now time.Time) bool { return !e.deleted && !e.shown.After(now) }

func (r *Remark) live(now time.Time) bool {
	return !r.deleted && !r.shown.After(now) && (r.parent == nil || r.parent.live(now)) && r.entry.live(now)
}

// news is a change as the webhook tells it.
func (e *Entry) news(verb string) map[string]any {
	kind := "status"
	if e.options.Photos > 0 {
		kind = "photo"
	}
	v := map[string]any{"item": kind, "verb": verb, "post_id": e.ExternalID(), "created_time": e.at.Unix(), "message": e.text}
	if !e.g.opt.HideAuthors {
		v["from"] = map[string]any{"id": e.from, "name": e.name()}
	}
	return v
}

func (r *Remark) news(verb string) map[string]any {
	parent := r.entry.ExternalID()
	if r.parent != nil {
		parent = r.parent.ExternalID()
	}
	v := map[string]any{
		"item": "comment", "verb": verb, "comment_id": r.ExternalID(), "post_id": r.entry.ExternalID(), "parent_id": parent,
		"created_time": r.at.Unix(), "message": r.text,
	}
	if !r.entry.g.opt.HideAuthors {
		v["from"] = map[string]any{"id": r.from, "name": r.author}
	}
	return v
}

func (e *Entry) name() string {
	if e.author == "" && e.page != nil {
		return e.page.name
	}
	return e.author
}

// permalink is a post's address as the network tells it, with a packed id.
func (e *Entry) permalink() string {
	return fmt.Sprintf("https://www.facebook.com/permalink.php?story_fbid=pfbid0%s&id=%s", strings.Repeat("A", 12)+e.number, e.owner)
}
