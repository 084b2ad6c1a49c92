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
	"strings"
	"unicode/utf8"
)

//go:embed page
var pageFiles embed.FS

// pagePolicy lets the page load only what comes from here, and be framed only
// by pages of this machine.
const pagePolicy = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; " +
	"frame-ancestors 'self' http://127.0.0.1:* http://localhost:*"

// servePage adds the wall page and what it asks for.
func (v *VK) servePage() {
	files, err := fs.Sub(pageFiles, "page")
	if err != nil {
		panic(err) // the name is a constant of this file
	}
	v.mux.Handle("GET /wall/", local(http.StripPrefix("/wall/", http.FileServerFS(files))))
	v.mux.Handle("GET /wall/state", local(http.HandlerFunc(v.pageState)))
	v.mux.Handle("GET /wall/events", local(http.HandlerFunc(v.pageEvents)))
	v.mux.Handle("POST /wall/post", local(http.HandlerFunc(v.pagePost)))
	v.mux.Handle("POST /wall/comment", local(http.HandlerFunc(v.pageComment)))
}

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
	Wall     int64  `json:"wall"`     // owner id
	Resident int    `json:"resident"` // from 1
	Text     string `json:"text"`
	Post     int64  `json:"post"`    // where a comment stands
	Comment  int64  `json:"comment"` // what it replies to; 0 is the post
}

func (v *VK) pagePost(w http.ResponseWriter, r *http.Request) {
	v.write(w, r, func(wall *Wall, ask writing, who *person) error {
		wall.add(who.id, who, ask.Text, PostOptions{})
		return nil
	})
}

func (v *VK) pageComment(w http.ResponseWriter, r *http.Request) {
	v.write(w, r, func(wall *Wall, ask writing, who *person) error {
		post := v.post(fmt.Sprintf("%d_%d", wall.owner, ask.Post))
		if post == nil || !post.live(v.now()) {
			return fmt.Errorf("there is no post %d", ask.Post)
		}
		if post.options.CommentsClosed {
			return fmt.Errorf("comments are closed")
		}
		var to *Comment
		for _, c := range post.comments {
			if c.id == ask.Comment && c.live(v.now()) {
				to = c
			}
		}
		if ask.Comment != 0 && to == nil {
			return fmt.Errorf("there is no comment %d", ask.Comment)
		}
		post.add(who.id, who, ask.Text, to, 0)
		return nil
	})
}

// write reads what a resident wants to say and lets do say it.
func (v *VK) write(w http.ResponseWriter, r *http.Request, do func(*Wall, writing, *person) error) {
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
	if err := v.written(ask, do); err != nil {
		pageError(w, http.StatusBadRequest, err.Error())
		return
	}
	pageAnswer(w, http.StatusOK, map[string]bool{"ok": true})
}

func (v *VK) written(ask writing, do func(*Wall, writing, *person) error) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	wall := v.wallOf(ask.Wall)
	if wall == nil || wall.private {
		return fmt.Errorf("there is no wall %d", ask.Wall)
	}
	return do(wall, ask, v.person(fmt.Sprint(residentName, ask.Resident)))
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
