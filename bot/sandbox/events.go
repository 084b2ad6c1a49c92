package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/go-telegram/bot/models"
)

const (
	keepAlive    = 15 * time.Second
	readerBuffer = 256
)

// event is one line of a page's stream.
type event struct {
	Type      string          `json:"type"`
	ChatID    int64           `json:"chat_id,omitempty"`
	Message   *models.Message `json:"message,omitempty"`
	MessageID int             `json:"message_id,omitempty"`
	As        int64           `json:"as,omitempty"`
	Text      string          `json:"text,omitempty"`
	Alert     bool            `json:"alert,omitempty"`
}

// reader is one page that follows the events.
type reader struct{ lines chan []byte }

// show wakes those who wait and tells the pages. A page that does not keep up
// loses its stream rather than hold up the chat; it connects anew and asks for
// the state. The caller holds mu.
func (s *Server) show(e event) {
	s.wake()
	if len(s.readers) == 0 {
		return
	}
	line, err := json.Marshal(e)
	if err != nil {
		panic("sandbox: an event that cannot be written: " + err.Error())
	}
	for r := range s.readers {
		select {
		case r.lines <- line:
		default:
			s.dropReader(r)
		}
	}
}

// dropReader ends a stream. The caller holds mu.
func (s *Server) dropReader(r *reader) {
	if s.readers[r] {
		delete(s.readers, r)
		close(r.lines)
	}
}

// playEvents serves the stream as server-sent events.
func (s *Server) playEvents(w http.ResponseWriter, r *http.Request) {
	me := &reader{lines: make(chan []byte, readerBuffer)}
	s.mu.Lock()
	s.readers[me] = true
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.dropReader(me)
	}()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no")
	out := http.NewResponseController(w)
	fmt.Fprint(w, ": hello\n\n")
	if out.Flush() != nil {
		return
	}
	tick := time.NewTicker(keepAlive)
	defer tick.Stop()
	for {
		var err error
		select {
		case line, open := <-me.lines:
			if !open {
				return
			}
			_, err = fmt.Fprintf(w, "data: %s\n\n", line)
		case <-tick.C:
			_, err = fmt.Fprint(w, ": still here\n\n")
		case <-r.Context().Done():
			return
		}
		if err != nil || out.Flush() != nil {
			return
		}
	}
}
