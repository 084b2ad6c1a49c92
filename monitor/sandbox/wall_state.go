package sandbox

import (
	"fmt"
	"net/http"
	"time"
)

// What the page shows.
type (
	wallView struct {
		Owner int64  `json:"owner"`
		Name  string `json:"name"`
		Slug  string `json:"slug"`
	}
	authorView struct {
		ID       int64  `json:"id"`
		Name     string `json:"name"`
		Resident int    `json:"resident,omitempty"`
		Official bool   `json:"official,omitempty"` // the community of the wall
	}
	postView struct {
		ID       int64         `json:"id"`
		Author   authorView    `json:"author"`
		At       time.Time     `json:"at"`
		Edited   bool          `json:"edited,omitempty"`
		Text     string        `json:"text"`
		Photos   int           `json:"photos,omitempty"`
		Videos   int           `json:"videos,omitempty"`
		Pinned   bool          `json:"pinned,omitempty"`
		Closed   bool          `json:"closed,omitempty"`
		Repost   *postView     `json:"repost,omitempty"`
		Comments []commentView `json:"comments"`
		Count    int           `json:"count"`
	}
	commentView struct {
		ID      int64         `json:"id"`
		Author  authorView    `json:"author"`
		At      time.Time     `json:"at"`
		Text    string        `json:"text"`
		To      string        `json:"to,omitempty"` // whom a reply within a thread answers
		Deleted bool          `json:"deleted,omitempty"`
		Replies []commentView `json:"replies,omitempty"`
	}
)

// shownPosts bounds the page; the wall may be longer.
const shownPosts = 100

// stateView is everything that the page knows.
type stateView struct {
	Version   int64      `json:"version"`
	Now       time.Time  `json:"now"`
	Residents int        `json:"residents"`
	Walls     []wallView `json:"walls"`
	Wall      *wallView  `json:"wall"`
	Posts     []postView `json:"posts"`
}

// pageState tells the page everything about one wall: ?wall= its short name,
// the first community without it.
func (v *VK) pageState(w http.ResponseWriter, r *http.Request) {
	pageAnswer(w, http.StatusOK, v.state(r.URL.Query().Get("wall")))
}

func (v *VK) state(slug string) stateView {
	v.mu.Lock()
	defer v.mu.Unlock()
	out := stateView{Version: v.version, Now: v.now(), Residents: residents, Walls: []wallView{}, Posts: []postView{}}
	var chosen *Wall
	for _, wall := range v.walls {
		if wall.owner > 0 || wall.private {
			continue
		}
		out.Walls = append(out.Walls, wall.view())
		if chosen == nil || wall.slug() == slug {
			chosen = wall
		}
	}
	if chosen == nil {
		return out
	}
	view := chosen.view()
	out.Wall = &view
	for _, p := range window(chosen.inOrder(v.now()), 0, shownPosts) {
		out.Posts = append(out.Posts, p.view())
	}
	return out
}

func (w *Wall) view() wallView { return wallView{Owner: w.owner, Name: w.name, Slug: w.slug()} }

// signed is an author as the page shows him.
func (w *Wall) signed(from int64, author *person) authorView {
	a := authorView{ID: from, Official: from == w.owner}
	switch {
	case author != nil:
		a.Name, a.Resident = author.name, author.resident
	case from == w.owner:
		a.Name = w.name
	default:
		if other := w.v.wallOf(from); other != nil {
			a.Name = other.name
		}
	}
	return a
}

func (p *Post) view() postView {
	out := postView{
		ID: p.id, Author: p.wall.signed(p.from, p.author), At: p.at, Edited: !p.edited.IsZero(), Text: p.text,
		Photos: p.options.Photos, Videos: p.options.Videos, Pinned: p.options.Pinned, Closed: p.options.CommentsClosed,
		Comments: []commentView{}, Count: p.alive(nil),
	}
	if o := p.options.Repost; o != nil {
		shared := o.view()
		shared.Comments, shared.Repost = nil, nil
		out.Repost = &shared
	}
	for _, c := range p.level(nil) {
		view := c.view()
		for _, reply := range p.level(c) {
			view.Replies = append(view.Replies, reply.view())
		}
		out.Comments = append(out.Comments, view)
	}
	return out
}

func (c *Comment) view() commentView {
	out := commentView{ID: c.id, Author: c.post.wall.signed(c.from, c.author), At: c.at, Text: c.text, Deleted: c.deleted}
	if c.deleted {
		out.Text, out.Author = "", authorView{}
	}
	if c.answers != nil && c.answers.thread != nil {
		out.To = c.post.wall.signed(c.answers.from, c.answers.author).Name
	}
	return out
}

// keepAlive is how often a silent stream says that it is still there.
const keepAlive = 15 * time.Second

// pageEvents tells the page, as server-sent events, that something changed:
// the number of the change.
func (v *VK) pageEvents(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	flusher := http.NewResponseController(w)
	beat := time.NewTicker(keepAlive)
	defer beat.Stop()
	told := int64(-1)
	for {
		v.mu.Lock()
		version, changed := v.version, v.changed
		v.mu.Unlock()
		line := ": still here\n\n"
		if version != told {
			line, told = fmt.Sprintf("data: %d\n\n", version), version
		}
		if _, err := fmt.Fprint(w, line); err != nil || flusher.Flush() != nil {
			return
		}
		select {
		case <-changed:
		case <-beat.C:
		case <-r.Context().Done():
			return
		}
	}
}
