package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// serveMethod answers /bot<token>/<method>.
func (s *Server) serveMethod(w http.ResponseWriter, r *http.Request) {
	token, method, ok := strings.Cut(strings.TrimPrefix(r.URL.Path, "/bot"), "/")
	if err := s.checkToken(token); err != nil || !ok || (r.Method != http.MethodPost && r.Method != http.MethodGet) {
		if err == nil {
			err = errNotFound
		}
		s.refuse(w, err)
		return
	}
	q, err := readRequest(r, method)
	f := s.takeFault(q)
	if !s.before(r.Context(), f) {
		s.note(q, nil, nil, true)
		panic(http.ErrAbortHandler)
	}
	if f.answers() {
		s.note(q, nil, f.refusal(), false)
		s.answerFault(w, f)
		return
	}
	var result any
	if err == nil {
		result, err = s.call(r.Context(), q)
	}
	lost := f != nil && f.Lose
	s.note(q, result, err, lost)
	if lost || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		panic(http.ErrAbortHandler)
	}
	if err != nil {
		s.refuse(w, err)
		return
	}
	s.answer(w, http.StatusOK, map[string]any{"ok": true, "result": result})
}

var errNotFound = &refusal{code: http.StatusNotFound, description: "Not Found"}

// checkToken tells a token of another bot from something that is no token.
func (s *Server) checkToken(token string) error {
	id, secret, ok := strings.Cut(token, ":")
	if _, err := strconv.ParseUint(id, 10, 64); err != nil || !ok || secret == "" {
		return errNotFound
	}
	if token != s.opt.Token {
		return &refusal{code: http.StatusUnauthorized, description: "Unauthorized"}
	}
	return nil
}

// call runs a method. Results are marshalled before the lock is given back.
func (s *Server) call(ctx context.Context, q *request) (any, error) {
	if strings.EqualFold(q.method, "getUpdates") {
		return s.getUpdates(ctx, q)
	}
	if strings.EqualFold(q.method, "setWebhook") || strings.EqualFold(q.method, "deleteWebhook") {
		return s.setWebhook(q)
	}
	run, ok := methods[strings.ToLower(q.method)]
	if !ok {
		return nil, errNotFound
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	result, err := run(s, q)
	if err != nil {
		return nil, err
	}
	s.wake()
	data, err := json.Marshal(result)
	if err != nil {
		return nil, err
	}
	return json.RawMessage(data), nil
}

func (s *Server) refuse(w http.ResponseWriter, err error) {
	var r *refusal
	if !errors.As(err, &r) {
		r = &refusal{code: http.StatusInternalServerError, description: "Internal Server Error"}
	}
	body := map[string]any{"ok": false, "error_code": r.code, "description": r.description}
	if r.parameters != nil {
		body["parameters"] = r.parameters
		if seconds, ok := r.parameters["retry_after"].(int); ok {
			w.Header().Set("Retry-After", strconv.Itoa(seconds))
		}
	}
	s.answer(w, r.code, body)
}

func (s *Server) answer(w http.ResponseWriter, code int, body any) {
	data, err := json.Marshal(body)
	if err != nil {
		code, data = http.StatusInternalServerError, []byte(`{"ok":false,"error_code":500,"description":"Internal Server Error"}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(code)
	_, _ = w.Write(data)
}

// answerFault writes what the fault asks for instead of an answer.
func (s *Server) answerFault(w http.ResponseWriter, f *Fault) {
	if f.HTML502 {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><center><h1>502 Bad Gateway</h1></center></body>\r\n</html>\r\n")
		return
	}
	s.refuse(w, f.refusal())
}
