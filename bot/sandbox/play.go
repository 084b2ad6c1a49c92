package sandbox

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-telegram/bot/models"
)

// pressWait is how long a page waits for the answer to a press.
const pressWait = 5 * time.Second

func (s *Server) playRoutes() {
	for pattern, serve := range map[string]http.HandlerFunc{
		"GET /play/state":     s.playState,
		"GET /play/events":    s.playEvents,
		"GET /play/file/{id}": s.playFile,
		"POST /play/send":     s.playSend,
		"POST /play/edit":     s.playEdit,
		"POST /play/press":    s.playPress,
		"POST /play/start":    s.playStart,
		"POST /play/block":    s.playBlock,
		"/play/{unknown...}": func(w http.ResponseWriter, _ *http.Request) {
			playError(w, http.StatusNotFound, "there is nothing here")
		},
	} {
		s.Handle(pattern, serve)
	}
}

// playRequest is the body of every call that acts.
type playRequest struct {
	As        int64   `json:"as"`
	ChatID    int64   `json:"chat_id"`
	MessageID int     `json:"message_id"`
	ReplyTo   int     `json:"reply_to"`
	Text      string  `json:"text"`
	Data      string  `json:"data"`
	Payload   string  `json:"payload"`
	Blocked   bool    `json:"blocked"`
	files     [][]How // one message each; several photos are an album
}

func playError(w http.ResponseWriter, code int, text string) {
	playAnswer(w, code, map[string]string{"error": text})
}

func playAnswer(w http.ResponseWriter, code int, body any) {
	data, err := json.Marshal(body)
	if err != nil {
		code, data = http.StatusInternalServerError, []byte(`{"error":"the answer cannot be written"}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_, _ = w.Write(data)
}

// playRead reads a call and who acts; on trouble it has answered itself.
func (s *Server) playRead(w http.ResponseWriter, r *http.Request) (playRequest, *Person, bool) {
	var q playRequest
	var err error
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		err = q.readMultipart(w, r)
	} else if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		err = json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&q)
	} else {
		// A form of another site can be sent without asking; JSON cannot.
		playError(w, http.StatusUnsupportedMediaType, "expected JSON or a form with files")
		return q, nil, false
	}
	if err != nil {
		playError(w, http.StatusBadRequest, "the request cannot be read: "+err.Error())
		return q, nil, false
	}
	s.mu.Lock()
	p := s.people[q.As]
	s.mu.Unlock()
	if p == nil {
		playError(w, http.StatusNotFound, "there is no such person")
		return q, nil, false
	}
	return q, p, true
}

func (q *playRequest) readMultipart(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxRequest)
	raw, err := readRequest(r, "play")
	if err != nil {
		return err
	}
	q.As, q.ChatID, q.Text = raw.int("as"), raw.int("chat_id"), raw.params["text"]
	q.MessageID, q.ReplyTo = int(raw.int("message_id")), int(raw.int("reply_to"))
	if u, ok := raw.files["photo"]; ok {
		q.files = append(q.files, []How{Photo(u.data)})
	}
	for _, u := range raw.more["photo"] {
		q.files = append(q.files, []How{Photo(u.data)})
	}
	if u, ok := raw.files["document"]; ok {
		q.files = append(q.files, []How{Document(u.name, u.data)})
	}
	for _, u := range raw.more["document"] {
		q.files = append(q.files, []How{Document(u.name, u.data)})
	}
	return nil
}

// playChat is the chat of a call, nil after an answer that there is none.
func (s *Server) playChat(w http.ResponseWriter, q playRequest) *Chat {
	s.mu.Lock()
	c := s.chats[q.ChatID]
	s.mu.Unlock()
	if c == nil {
		playError(w, http.StatusNotFound, "there is no such chat")
	}
	return c
}

func playMessage(w http.ResponseWriter, m Message, err error) {
	if err != nil {
		playError(w, http.StatusBadRequest, err.Error())
		return
	}
	playAnswer(w, http.StatusOK, map[string]models.Message{"message": m.Message})
}

func (s *Server) playSend(w http.ResponseWriter, r *http.Request) {
	q, p, ok := s.playRead(w, r)
	if !ok {
		return
	}
	c := s.playChat(w, q)
	if c == nil {
		return
	}
	var reply []How
	if q.ReplyTo != 0 {
		reply = append(reply, Reply(Message{models.Message{ID: q.ReplyTo}}))
	}
	if len(q.files) == 0 {
		m, err := p.say(c, q.Text, reply)
		playMessage(w, m, err)
		return
	}
	q.files[0] = append(q.files[0], reply...)
	sent, err := p.sayAll(c, q.Text, q.files)
	if err != nil {
		playError(w, http.StatusBadRequest, err.Error())
		return
	}
	playMessage(w, sent[0], nil)
}

func (s *Server) playEdit(w http.ResponseWriter, r *http.Request) {
	if q, p, ok := s.playRead(w, r); ok {
		m, err := p.edit(q.ChatID, q.MessageID, q.Text)
		playMessage(w, m, err)
	}
}

func (s *Server) playPress(w http.ResponseWriter, r *http.Request) {
	q, p, ok := s.playRead(w, r)
	if !ok {
		return
	}
	x, err := p.press(q.ChatID, q.MessageID, q.Data)
	if err != nil {
		playError(w, http.StatusBadRequest, err.Error())
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), pressWait)
	defer cancel()
	a, err := x.Wait(ctx)
	playAnswer(w, http.StatusOK, map[string]any{"answered": err == nil, "text": a.Text, "alert": a.Alert, "url": a.URL})
}

func (s *Server) playStart(w http.ResponseWriter, r *http.Request) {
	if q, p, ok := s.playRead(w, r); ok {
		p.Unblock()
		m, err := p.say(p.chat, strings.TrimSpace("/start "+q.Payload), nil)
		playMessage(w, m, err)
	}
}

func (s *Server) playBlock(w http.ResponseWriter, r *http.Request) {
	if q, p, ok := s.playRead(w, r); ok {
		p.setBlocked(q.Blocked)
		playAnswer(w, http.StatusOK, map[string]bool{"blocked": q.Blocked})
	}
}

// playFile serves what was sent. Only images are shown by the browser; all
// else is downloaded, so that no file can run as a page of this address.
func (s *Server) playFile(w http.ResponseWriter, r *http.Request) {
	data, name, ok := s.File(r.PathValue("id"))
	if !ok {
		playError(w, http.StatusNotFound, "there is no such file")
		return
	}
	kind := http.DetectContentType(data)
	switch kind {
	case "image/jpeg", "image/png", "image/gif":
	default:
		kind = "application/octet-stream"
		w.Header().Set("Content-Disposition", attachment(name))
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; sandbox")
	_, _ = w.Write(data)
}
