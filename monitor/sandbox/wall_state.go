package sandbox

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"time"
)

// What the page shows.
type (
	// networkView is a network: its walls, and the posts of the one asked for.
	networkView struct {
		Network string // a code: "vk"
		Walls   []wallView
		Posts   []postView
	}
	wallView struct {
		ID      string `json:"id"`
		Network string `json:"network"`
		Name    string `json:"name"`
		Handle  string `json:"handle,omitempty"` // by which its account is called
		Count   int    `json:"count"`            // posts and comments, to see that more have come
		Limit   int    `json:"limit"`            // signs of a text; 0 is no limit of its own
	}
	authorView struct {
		Name     string `json:"name"`
		Hue      int    `json:"hue"` // tells authors apart
		Resident int    `json:"resident,omitempty"`
		Official bool   `json:"official,omitempty"` // the account that answers
	}
	postView struct {
		ID       string        `json:"id"`
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
		ID      string        `json:"id"`
		Author  authorView    `json:"author"`
		At      time.Time     `json:"at"`
		Text    string        `json:"text"`
		To      string        `json:"to,omitempty"` // whom a reply within a thread answers
		Photos  int           `json:"photos,omitempty"`
		Deleted bool          `json:"deleted,omitempty"`
		Replies []commentView `json:"replies,omitempty"`
	}
)

// hues are the colours of authors.
const hues = 6

// shownPosts bounds the page; a wall may be longer.
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

// state tells the page everything about one wall: ?wall= its id, the first one
// without it.
func (p *WallPage) state(w http.ResponseWriter, r *http.Request) {
	version, _ := p.pulses()
	out := stateView{Version: version, Now: p.now(), Residents: residents, Walls: []wallView{}, Posts: []postView{}}
	for number, n := range p.networks {
		view := n.view("")
		for _, one := range view.Walls {
			one.ID, one.Network = fmt.Sprintf("%d/%s", number, one.ID), view.Network
			out.Walls = append(out.Walls, one)
		}
	}
	if len(out.Walls) > 0 {
		asked := r.URL.Query().Get("wall")
		out.Wall = &out.Walls[max(0, slices.IndexFunc(out.Walls, func(v wallView) bool { return v.ID == asked }))]
		n, id := p.network(out.Wall.ID)
		out.Posts = append(out.Posts, n.view(id).Posts...)
	}
	pageAnswer(w, http.StatusOK, out)
}

// pulses is the number of changes in all networks, and what is closed at the
// next one in each.
func (p *WallPage) pulses() (version int64, changed []<-chan struct{}) {
	for _, n := range p.networks {
		v, c := n.pulse()
		version += v
		changed = append(changed, c)
	}
	return version, changed
}

// keepAlive is how often a silent stream says that it is still there.
const keepAlive = 15 * time.Second

// events tells the page, as server-sent events, that something changed: the
// number of the change.
func (p *WallPage) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	flusher := http.NewResponseController(w)
	beat := time.NewTicker(keepAlive)
	defer beat.Stop()
	told := int64(-1)
	for {
		version, changed := p.pulses()
		line := ": still here\n\n"
		if version != told {
			line, told = fmt.Sprintf("data: %d\n\n", version), version
		}
		if _, err := fmt.Fprint(w, line); err != nil || flusher.Flush() != nil {
			return
		}
		wait := []reflect.SelectCase{
			{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(r.Context().Done())},
			{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(beat.C)},
		}
		for _, c := range changed {
			wait = append(wait, reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(c)})
		}
		if which, _, _ := reflect.Select(wait); which == 0 {
			return
		}
	}
}
