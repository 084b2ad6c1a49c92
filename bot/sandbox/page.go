package sandbox

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

//go:embed page
var pageFiles embed.FS

// Demo is what a page shows beyond the chats themselves, and what its buttons
// do. The zero value is a page with a column for every chat. Its functions are
// called from any goroutine, several at once.
type Demo struct {
	// Panels are pages of their own that stand beside the chats, such as the
	// wall of a network.
	Panels []Panel
	// Columns are the chats shown at first; without any, every chat is.
	Columns []Column
	// Hint names the next press worth trying, in the language given ("ru" or
	// "en"); nil shows nothing. It is asked every two seconds and after events.
	Hint func(language string) Hint
	// Advance moves the clock of the demo; nil leaves its button away.
	Advance func(time.Duration) error
	// Scenes are buttons beside the clock, each for something that happens once.
	Scenes []Scene
	// Language is told which language the page speaks, when it is opened and
	// when it is switched; nil does not care.
	Language func(language string) error
}

// Panel is a page shown in a frame.
type Panel struct {
	// Title by language; a language that is missing shows the Russian one.
	Title map[string]string
	// URL is absolute, or a path of this server; what it serves must allow
	// this page to show it in a frame. It is opened with the parameter lang,
	// "ru" or "en".
	URL string
}

// Column is a chat as one person sees it.
type Column struct {
	// ChatID is the chat; As is the id of the person who is played in it.
	ChatID, As int64
}

// Scene is something that happens when its button is pressed. Its words are by
// language; one that is missing shows the Russian ones.
type Scene struct {
	Title map[string]string // of the button
	Said  map[string]string // once it happens: what to look at
	Play  func() error      // not called again unless it failed
}

// Hint is the line above the chats.
type Hint struct {
	// Text says what to try; plain text.
	Text string `json:"text"`
	// ChatID is the chat whose column glows; 0 is none.
	ChatID int64 `json:"chat_id"`
	// Button is a piece of the label of the button that glows; "" is none. A
	// command such as "/setup" lets the column's field glow instead.
	Button string `json:"button"`
}

// longestAdvance bounds one step of the clock.
const longestAdvance = 31 * 24 * time.Hour

// ServePage serves the page at / and what it asks of the demo under
// /play/demo. Call it once, before the server is used.
func (s *Server) ServePage(d Demo) {
	files, err := fs.Sub(pageFiles, "page")
	if err != nil {
		panic(err) // the name is a constant of this file
	}
	s.Handle("/", guarded(contentPolicy(d.Panels), http.FileServerFS(files)))
	s.Handle("GET /play/demo", s.demoState(d))
	scenes := &scenes{list: d.Scenes, played: make([]bool, len(d.Scenes))}
	s.Handle("GET /play/demo/scenes", s.demoScenes(scenes))
	s.Handle("POST /play/demo/scene", s.demoScene(scenes))
	s.Handle("POST /play/demo/advance", s.demoAdvance(d))
	s.Handle("POST /play/demo/language", s.demoLanguage(d))
}

// guarded adds the headers that keep the page to itself: nothing from
// elsewhere runs in it, and nothing elsewhere shows it in a frame.
func guarded(policy string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
			return
		}
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cache-Control", "no-cache")
		next.ServeHTTP(w, r)
	})
}

// contentPolicy allows frames from this server and from the panels' servers,
// and everything else from this server alone.
func contentPolicy(panels []Panel) string {
	frames := []string{"'self'"}
	for _, p := range panels {
		u, err := url.Parse(p.URL)
		if err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && !strings.ContainsAny(u.Host, "; ,'\"") {
			frames = append(frames, u.Scheme+"://"+u.Host)
		}
	}
	return strings.Join([]string{
		"default-src 'self'",
		"img-src 'self' data: blob:",
		"frame-src " + strings.Join(frames, " "),
		"object-src 'none'",
		"base-uri 'none'",
		"form-action 'none'",
		"frame-ancestors 'none'",
	}, "; ")
}

// demoState tells the page what to show besides the chats.
func (s *Server) demoState(d Demo) http.HandlerFunc {
	type panel struct {
		Title string `json:"title"`
		URL   string `json:"url"`
	}
	type column struct {
		ChatID int64 `json:"chat_id"`
		As     int64 `json:"as"`
	}
	return func(w http.ResponseWriter, r *http.Request) {
		language := asked(r)
		var answer = struct {
			Panels     []panel  `json:"panels"`
			Columns    []column `json:"columns"`
			Hint       Hint     `json:"hint"`
			CanAdvance bool     `json:"can_advance"`
			Manner     manner   `json:"manner"`
		}{Panels: []panel{}, Columns: []column{}, CanAdvance: d.Advance != nil, Manner: s.manner()}
		for _, p := range d.Panels {
			answer.Panels = append(answer.Panels, panel{inLanguage(p.Title, language), p.URL})
		}
		for _, c := range d.Columns {
			answer.Columns = append(answer.Columns, column(c))
		}
		if d.Hint != nil {
			answer.Hint = d.Hint(language)
		}
		w.Header().Set("Cache-Control", "no-store")
		s.answer(w, http.StatusOK, answer)
	}
}

// manner is how the bot sent what stands in the chats: what a message itself
// does not tell. Keys are chat ids.
type manner struct {
	// Silent are the messages that came without a sound.
	Silent map[int64][]int `json:"silent"`
	// Asks is the newest message of a chat that wants to be replied to.
	Asks map[int64]int `json:"asks"`
}

// manner is read from the journal, whose size is bounded.
func (s *Server) manner() manner {
	m := manner{Silent: map[int64][]int{}, Asks: map[int64]int{}}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.calls {
		sent := strings.HasPrefix(c.Method, "send") || strings.HasPrefix(c.Method, "copy") || strings.HasPrefix(c.Method, "forward")
		if !sent || !c.Applied || c.MessageID == 0 {
			continue
		}
		if silent, err := strconv.ParseBool(c.Params["disable_notification"]); err == nil && silent {
			m.Silent[c.ChatID] = append(m.Silent[c.ChatID], c.MessageID)
		}
		var markup struct {
			ForceReply bool `json:"force_reply"`
		}
		if json.Unmarshal([]byte(c.Params["reply_markup"]), &markup) == nil && markup.ForceReply {
			m.Asks[c.ChatID] = c.MessageID
		}
	}
	return m
}

// demoAdvance moves the clock: {"minutes":60}.
func (s *Server) demoAdvance(d Demo) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var ask struct {
			Minutes int `json:"minutes"`
		}
		err := readDemo(w, r, &ask)
		step := time.Duration(ask.Minutes) * time.Minute
		switch {
		case err != nil:
		case d.Advance == nil:
			err = fmt.Errorf("this demo's clock cannot be moved")
		case ask.Minutes < 1 || ask.Minutes > int(longestAdvance/time.Minute):
			err = fmt.Errorf("minutes must be from 1 to %d", longestAdvance/time.Minute)
		}
		if err != nil {
			s.answer(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
			return
		}
		s.demoDone(w, d.Advance(step))
	}
}

// demoLanguage tells the demo what the page speaks: {"language":"en"}.
func (s *Server) demoLanguage(d Demo) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var ask struct {
			Language string `json:"language"`
		}
		err := readDemo(w, r, &ask)
		if err == nil && !spoken(ask.Language) {
			err = fmt.Errorf("language must be ru or en")
		}
		if err != nil {
			s.answer(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
			return
		}
		if d.Language != nil {
			err = d.Language(ask.Language)
		}
		s.demoDone(w, err)
	}
}

func (s *Server) demoDone(w http.ResponseWriter, err error) {
	if err != nil {
		s.answer(w, http.StatusInternalServerError, map[string]string{"error": err.Error()})
		return
	}
	s.answer(w, http.StatusOK, map[string]bool{"ok": true})
}

// asked is the language in which the page asks.
func asked(r *http.Request) string {
	if language := r.URL.Query().Get("lang"); spoken(language) {
		return language
	}
	return "ru"
}

// inLanguage are the words in a language, the Russian ones if there are no other.
func inLanguage(words map[string]string, language string) string {
	if said, ok := words[language]; ok {
		return said
	}
	return words["ru"]
}

// spoken says whether the page has words in a language.
func spoken(language string) bool { return language == "ru" || language == "en" }

func readDemo(w http.ResponseWriter, r *http.Request, into any) error {
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4096)).Decode(into); err != nil {
		return fmt.Errorf("read the request: %w", err)
	}
	return nil
}
