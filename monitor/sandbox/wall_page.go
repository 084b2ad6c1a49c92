package sandbox

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"
)

//go:embed page
var pageFiles embed.FS

// pagePolicy lets the page load only what comes from here, and be framed only
// by pages of this machine.
const pagePolicy = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; " +
	"frame-ancestors 'self' http://127.0.0.1:* http://localhost:*"

// Playable is a network of this package that the wall page shows, so that
// residents can be played in it. Wherever the page names walls, posts and
// comments, it uses ids of the network as text.
type Playable interface {
	// view is what stands on one wall, or, for "", on none: only the walls.
	view(wall string) networkView
	// write says a resident's text; its error is for whoever plays.
	write(wall, post, comment string, resident int, text string) error
	// pulse counts the changes; the channel is closed at the next one.
	pulse() (version int64, changed <-chan struct{})
}

// WallPage is the page on which a browser plays the residents of networks.
type WallPage struct {
	now      func() time.Time
	networks []Playable
	mux      *http.ServeMux
	written  atomic.Int64
}

// NewWallPage makes the page of some networks. now is the clock that they live
// by; nil is time.Now.
func NewWallPage(now func() time.Time, networks ...Playable) *WallPage {
	if now == nil {
		now = time.Now
	}
	files, err := fs.Sub(pageFiles, "page")
	if err != nil {
		panic(err) // the name is a constant of this file
	}
	p := &WallPage{now: now, networks: networks, mux: http.NewServeMux()}
	p.mux.Handle("GET /wall/", local(http.StripPrefix("/wall/", http.FileServerFS(files))))
	p.mux.Handle("GET /wall/state", local(http.HandlerFunc(p.state)))
	p.mux.Handle("GET /wall/events", local(http.HandlerFunc(p.events)))
	p.mux.Handle("POST /wall/write", local(http.HandlerFunc(p.write)))
	return p
}

// ServeHTTP answers under /wall/.
func (p *WallPage) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.mux.ServeHTTP(w, r) }

// Written is how many posts and comments residents have written on the page.
func (p *WallPage) Written() int64 { return p.written.Load() }

// local lets only pages and programs of this machine through: a web page from
// elsewhere must not speak for the residents, neither by a form nor by a name
// that leads to 127.0.0.1.
func local(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", pagePolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-cache")
		if !onThisMachine(r.Host) {
			pageError(w, http.StatusForbidden, "only on this machine: open it as 127.0.0.1 or localhost")
			return
		}
		if origin := r.Header.Get("Origin"); origin != "" {
			if u, err := url.Parse(origin); err != nil || !strings.EqualFold(u.Host, r.Host) {
				pageError(w, http.StatusForbidden, "not from another site")
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// onThisMachine tells whether a Host header names this machine.
func onThisMachine(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && ip.IsLoopback()
}

// What a resident may write at once.
const (
	longestText  = 4096 // letters and signs
	residents    = 6
	largestWrite = 64 << 10 // bytes
)

// writing is what the page asks to be written.
type writing struct {
	Wall     string `json:"wall"` // number of the network and id of the wall
	Resident int    `json:"resident"`
	Text     string `json:"text"`
	Post     string `json:"post"`    // where a comment stands; "" makes a post
	Comment  string `json:"comment"` // what it replies to; "" is the post
}

// write reads what a resident wants to say and says it.
func (p *WallPage) write(w http.ResponseWriter, r *http.Request) {
	var ask writing
	if r.Header.Get("Content-Type") != "application/json" {
		pageError(w, http.StatusUnsupportedMediaType, "JSON is expected")
		return
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, largestWrite)).Decode(&ask); err != nil {
		pageError(w, http.StatusBadRequest, "cannot read the request")
		return
	}
	ask.Text = strings.TrimSpace(ask.Text)
	if n := utf8.RuneCountInString(ask.Text); n == 0 || n > longestText || ask.Resident < 1 || ask.Resident > residents {
		pageError(w, http.StatusBadRequest, fmt.Sprintf("a text of 1 to %d signs by a resident of 1 to %d is expected", longestText, residents))
		return
	}
	n, wall := p.network(ask.Wall)
	if n == nil {
		pageError(w, http.StatusBadRequest, "there is no such wall")
		return
	}
	if err := n.write(wall, ask.Post, ask.Comment, ask.Resident, ask.Text); err != nil {
		pageError(w, http.StatusBadRequest, err.Error())
		return
	}
	p.written.Add(1)
	pageAnswer(w, http.StatusOK, map[string]bool{"ok": true})
}

// network finds the network of a wall by its number, and the wall's id in it.
func (p *WallPage) network(wall string) (Playable, string) {
	number, id, ok := strings.Cut(wall, "/")
	n, err := strconv.Atoi(number)
	if !ok || id == "" || err != nil || n < 0 || n >= len(p.networks) {
		return nil, ""
	}
	return p.networks[n], id
}

func pageError(w http.ResponseWriter, status int, text string) {
	pageAnswer(w, status, map[string]string{"error": text})
}

func pageAnswer(w http.ResponseWriter, status int, answer any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	// A page that left cannot be told so.
	_ = json.NewEncoder(w).Encode(answer)
}
