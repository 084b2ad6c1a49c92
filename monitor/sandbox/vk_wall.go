package sandbox

import (
	"fmt"
	"slices"
	"time"
)

// Wall is the wall of a community or of a person.
type Wall struct {
	v          *VK
	owner      int64 // negative: a community
	name       string
	screenName string
	lastID     int64 // posts, comments and topics of a wall number together
	posts      []*Post
	byID       map[int64]*Post
	topics     []*Topic
	events     []event
	key        string // of the long poll

	private   bool
	noLinks   bool
	maxUnder  int
	forgotten int // events that the long poll does not know any more
}

// Community founds a community. screenName may be empty.
func (v *VK) Community(name, screenName string) *Wall {
	v.mu.Lock()
	defer v.mu.Unlock()
	n := int64(900_100)
	for _, w := range v.walls {
		if w.owner < 0 {
			n++
		}
	}
	w := v.wall(-n, name, screenName)
	v.tokens[w.Token()] = grant{group: n}
	return w
}

// Person opens the wall of a person.
func (v *VK) Person(name string) *Wall {
	v.mu.Lock()
	defer v.mu.Unlock()
	p := v.person(name)
	return v.wall(p.id, name, fmt.Sprintf("id%d", p.id))
}

func (v *VK) wall(owner int64, name, screenName string) *Wall {
	w := &Wall{v: v, owner: owner, name: name, screenName: screenName, key: fmt.Sprintf("key%d", -owner), byID: map[int64]*Post{}}
	v.walls = append(v.walls, w)
	v.byOwner[owner] = w
	v.wake()
	return w
}

// Walls lists all walls in the order of their making.
func (v *VK) Walls() []*Wall {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.walls)
}

// HideAuthor leaves a person out of the profiles that answers carry, as
// happens to people who left.
func (v *VK) HideAuthor(name string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.person(name).hidden = true
}

// OwnerID is the wall's id as the network writes it: negative for a community.
func (w *Wall) OwnerID() int64 { return w.owner }

// ScreenName is the wall's short name.
func (w *Wall) ScreenName() string { return w.screenName }

// Token is a token of this community that may manage it and write in its name.
func (w *Wall) Token() string { return fmt.Sprintf("sandbox-community-%d", -w.owner) }

// Posts lists what stands on the wall, oldest first.
func (w *Wall) Posts() []*Post {
	w.v.mu.Lock()
	defer w.v.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(w.posts), func(p *Post) bool { return !p.live(w.v.now()) })
}

// Close makes the community private: its wall cannot be read.
func (w *Wall) Close() { w.set(func() { w.private = true }) }

// ForbidLinks refuses comments with a link in them.
func (w *Wall) ForbidLinks() { w.set(func() { w.noLinks = true }) }

// Skip uses up ids of the wall that nothing will ever have, as happens to what
// was written elsewhere or never published.
func (w *Wall) Skip(n int64) { w.set(func() { w.lastID += n }) }

// LimitReplies sets how many comments of one community a post bears; 0 is any
// number.
func (w *Wall) LimitReplies(n int) { w.set(func() { w.maxUnder = n }) }

func (w *Wall) set(change func()) {
	w.v.mu.Lock()
	defer w.v.mu.Unlock()
	change()
	w.v.wake()
}

// PostOptions are what a post may have beside its text.
type PostOptions struct {
	At             time.Time     // when it was written; zero is now
	Late           time.Duration // how long after At it shows at all
	Photos, Videos int
	Pinned         bool  // stands first on the wall whatever its age
	Repost         *Post // what it shares
	CommentsClosed bool
}

// Post is a post on a wall.
type Post struct {
	wall     *Wall
	id       int64
	from     int64
	author   *person // nil: the community itself
	at       time.Time
	edited   time.Time
	shown    time.Time
	text     string
	options  PostOptions
	deleted  bool
	comments []*Comment // of all levels, oldest first
}

// Post writes on the wall. An empty author is the community itself.
func (w *Wall) Post(author, text string, o PostOptions) *Post {
	w.v.mu.Lock()
	defer w.v.mu.Unlock()
	from, who := w.by(author)
	return w.add(from, who, text, o)
}

// add makes a post. The caller holds mu.
func (w *Wall) add(from int64, author *person, text string, o PostOptions) *Post {
	p := &Post{wall: w, id: w.nextID(), from: from, author: author, at: w.v.second(o.At), text: text, options: o}
	p.shown = p.at.Add(o.Late)
	w.posts = append(w.posts, p)
	w.byID[p.id] = p
	w.tell("wall_post_new", func() any { return p.json() })
	p.streamed("new")
	return p
}

func (w *Wall) nextID() int64 {
	w.lastID++
	return w.lastID
}

// by is who writes under a name.
func (w *Wall) by(author string) (int64, *person) {
	if author == "" {
		return w.owner, nil
	}
	p := w.v.person(author)
	return p.id, p
}

// second is a moment as the network keeps it.
func (v *VK) second(at time.Time) time.Time {
	if at.IsZero() {
		at = v.now()
	}
	return at.Truncate(time.Second)
}

// ExternalID is the post's id, owner_post.
func (p *Post) ExternalID() string { return fmt.Sprintf("%d_%d", p.wall.owner, p.id) }

// At is when the post was written.
func (p *Post) At() time.Time { return p.at }

// Text is what the post says now.
func (p *Post) Text() string { return locked(p.wall.v, func() string { return p.text }) }

// Edit changes the text.
func (p *Post) Edit(text string) {
	p.wall.set(func() {
		p.text, p.edited = text, p.wall.v.second(time.Time{})
		p.streamed("update")
	})
}

// Delete removes the post with everything under it.
func (p *Post) Delete() {
	p.wall.set(func() {
		p.deleted = true
		p.streamed("delete")
	})
}

// Restore brings a deleted post back with everything under it.
func (p *Post) Restore() {
	p.wall.set(func() {
		p.deleted = false
		p.streamed("restore")
	})
}

// CloseComments stops commenting.
func (p *Post) CloseComments() { p.wall.set(func() { p.options.CommentsClosed = true }) }

// Comments lists what stands under the post, on all levels, oldest first.
func (p *Post) Comments() []*Comment {
	return locked(p.wall.v, func() []*Comment {
		now := p.wall.v.now()
		return slices.DeleteFunc(slices.Clone(p.comments), func(c *Comment) bool { return !c.live(now) })
	})
}

func (p *Post) live(now time.Time) bool { return !p.deleted && !p.shown.After(now) }

func locked[T any](v *VK, read func() T) T {
	v.mu.Lock()
	defer v.mu.Unlock()
	return read()
}
