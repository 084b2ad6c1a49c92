package sandbox

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Account is a professional account of Instagram.
type Account struct {
	g        *Graph
	id       string
	username string
	media    []*Medium
	tagged   []*Medium
	mentions []*Note   // comments of others that mention the account
	captions []*Medium // media of others that do
	searched []igSearch
	noTags   bool
}

// igSearch is a hashtag that an account asked for.
type igSearch struct {
	tag int64
	at  time.Time
}

// Medium is a photo or video on Instagram.
type Medium struct {
	g        *Graph
	owner    *Account // nil: somebody else's
	username string
	id, code string
	caption  string
	at       time.Time
	shown    time.Time
	deleted  bool
	notes    []*Note // of both levels, oldest first
}

// Note is a comment on Instagram.
type Note struct {
	medium  *Medium
	parent  *Note
	id      string
	author  string // "" is the owner of the medium, or who answers
	text    string
	at      time.Time
	shown   time.Time
	deleted bool
}

// Account makes an account with a token of its own.
func (g *Graph) Account(username string) *Account {
	g.mu.Lock()
	defer g.mu.Unlock()
	a := &Account{g: g, id: g.newID(), username: username}
	g.accounts = append(g.accounts, a)
	g.tokens[graphToken(a.id)] = graphOwner{account: a}
	return a
}

// ID is the account's id.
func (a *Account) ID() string { return a.id }

// Token is the account's token.
func (a *Account) Token() string { return graphToken(a.id) }

// ForbidHashtags takes away the right to search for hashtags.
func (a *Account) ForbidHashtags() {
	a.g.mu.Lock()
	defer a.g.mu.Unlock()
	a.noTags = true
}

// Spend makes the account have asked for that many other hashtags already.
func (a *Account) Spend(tags int) {
	a.g.mu.Lock()
	defer a.g.mu.Unlock()
	for range tags {
		a.searched = append(a.searched, igSearch{a.g.tag(fmt.Sprintf("spent%d", len(a.g.tags))), a.g.now()})
	}
}

// Medium publishes on the account.
func (a *Account) Medium(caption string) *Medium {
	a.g.mu.Lock()
	defer a.g.mu.Unlock()
	m := a.g.medium(a, a.username, caption, 0)
	a.media = append(a.media, m)
	return m
}

// Tag lets somebody else publish and tag the account in the picture.
func (a *Account) Tag(author, caption string) *Medium {
	a.g.mu.Lock()
	defer a.g.mu.Unlock()
	m := a.g.medium(nil, author, caption, 0)
	a.tagged = append(a.tagged, m)
	return m
}

// Mention lets somebody else publish and name the account in the caption, which
// only the webhook tells.
func (a *Account) Mention(author, caption string) *Medium {
	a.g.mu.Lock()
	defer a.g.mu.Unlock()
	m := a.g.medium(nil, author, caption, 0)
	a.captions = append(a.captions, m)
	a.g.tell("instagram", a.id, "mentions", func() map[string]any { return map[string]any{"media_id": m.id} })
	return m
}

// MentionComment lets somebody name the account in a comment elsewhere.
func (a *Account) MentionComment(author, text string) *Note {
	a.g.mu.Lock()
	defer a.g.mu.Unlock()
	m := a.g.medium(nil, "elsewhere", "Чужая публикация", 0)
	n := m.add(nil, author, text, 0)
	a.mentions = append(a.mentions, n)
	a.g.tell("instagram", a.id, "mentions", func() map[string]any { return map[string]any{"media_id": m.id, "comment_id": n.id} })
	return n
}

// Stranger lets somebody publish whom nobody here has a token for.
func (g *Graph) Stranger(author, caption string, late time.Duration) *Medium {
	g.mu.Lock()
	defer g.mu.Unlock()
	m := g.medium(nil, author, caption, late)
	g.strange = append(g.strange, m)
	return m
}

func (g *Graph) medium(owner *Account, username, caption string, late time.Duration) *Medium {
	id := g.newID()
	m := &Medium{g: g, owner: owner, username: username, id: id, code: "C" + id[len(id)-8:] + "x-_", caption: caption, at: g.moment(time.Time{})}
	m.shown = m.at.Add(late)
	return m
}

// tag is the id of a hashtag. The caller holds mu.
func (g *Graph) tag(word string) int64 {
	word = strings.ToLower(word)
	if g.tags[word] == 0 {
		g.tags[word] = 17_843_800_000_000_000 + int64(len(g.tags)) + 1
	}
	return g.tags[word]
}

// ID is the medium's id.
func (m *Medium) ID() string { return m.id }

// Code is what the medium's address names it by.
func (m *Medium) Code() string { return m.code }

// Delete removes the medium with everything under it.
func (m *Medium) Delete() {
	m.g.mu.Lock()
	defer m.g.mu.Unlock()
	m.deleted = true
}

// Comment writes under the medium; an empty author is its owner.
func (m *Medium) Comment(author, text string) *Note { return m.LateComment(author, text, 0) }

// LateComment writes a comment that shows after a while.
func (m *Medium) LateComment(author, text string, late time.Duration) *Note {
	m.g.mu.Lock()
	defer m.g.mu.Unlock()
	return m.add(nil, author, text, late)
}

// Comments lists what stands under the medium, oldest first.
func (m *Medium) Comments() []*Note {
	m.g.mu.Lock()
	defer m.g.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(m.notes), func(n *Note) bool { return !n.live(m.g.now()) })
}

func (m *Medium) add(parent *Note, author, text string, late time.Duration) *Note {
	n := &Note{medium: m, parent: parent, id: m.g.newID(), author: author, text: text, at: m.g.moment(time.Time{})}
	if author == "" {
		n.author = m.username
	}
	n.shown = n.at.Add(late)
	m.notes = append(m.notes, n)
	if m.owner != nil {
		m.g.tell("instagram", m.owner.id, "comments", func() map[string]any {
			v := map[string]any{"id": n.id, "text": n.text, "from": map[string]any{"id": m.g.person(n.author), "username": n.author},
				"media": map[string]any{"id": m.id, "media_product_type": "FEED"}}
			if parent != nil {
				v["parent_id"] = parent.id
			}
			return v
		})
	}
	return n
}

// Reply writes under the comment; one to a reply stands under the comment that
// both belong to.
func (n *Note) Reply(author, text string) *Note {
	n.medium.g.mu.Lock()
	defer n.medium.g.mu.Unlock()
	return n.medium.add(n.top(), author, text, 0)
}

func (n *Note) top() *Note {
	if n.parent != nil {
		return n.parent
	}
	return n
}

// ID is the comment's id.
func (n *Note) ID() string { return n.id }

// Medium is what the comment stands under.
func (n *Note) Medium() *Medium { return n.medium }

// Delete removes the comment and the replies to it.
func (n *Note) Delete() {
	n.medium.g.mu.Lock()
	defer n.medium.g.mu.Unlock()
	n.deleted = true
}

func (m *Medium) live(now time.Time) bool { return !m.deleted && !m.shown.After(now) }

func (n *Note) live(now time.Time) bool {
	return !n.deleted && !n.shown.After(now) && (n.parent == nil || n.parent.live(now)) && n.medium.live(now)
}
