package monitor

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
)

const (
	maxIntake     = 8 << 20 // bytes of a request, unpacked
	maxLines      = 50_000  // of a request: tiny ones take more memory than their bytes tell
	intakesAtOnce = 4
)

var (
	errTooMuch    = errors.New("the request has too many lines")
	errUnreadable = errors.New("nothing could be read")
)

// intakeResult is what became of one line of a request.
type intakeResult struct {
	Line      int     `json:"line"`
	Status    string  `json:"status"`
	Incidents []int64 `json:"incidents,omitempty"`
	Reason    string  `json:"reason,omitempty"`
}

// Intake takes what other monitors found: POST, a bearer token, a JSON object,
// an array, {"messages":[…]} or JSON lines, perhaps gzipped; ?map=NAME names
// the map of another shape. It answers after
// the commit with a result for each line. Without a token in Config there is
// no intake.
func (m *Monitor) Intake() http.Handler {
	slots := make(chan struct{}, intakesAtOnce)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case m.cfg.IntakeToken == "":
			refuse(w, http.StatusNotFound, "no_intake")
			return
		case !m.bears(r):
			w.Header().Set("WWW-Authenticate", `Bearer realm="intake"`)
			refuse(w, http.StatusUnauthorized, "token")
			return
		case r.Method != http.MethodPost:
			w.Header().Set("Allow", http.MethodPost)
			refuse(w, http.StatusMethodNotAllowed, "method")
			return
		}
		by, known := m.fieldMap(r.URL.Query().Get("map"))
		if !known {
			refuse(w, http.StatusBadRequest, "unknown_map")
			return
		}
		select {
		case slots <- struct{}{}:
			defer func() { <-slots }()
		case <-r.Context().Done():
			return
		}
		m.takeIn(w, r, by)
	})
}

// bears says whether a request has the token; how long that takes tells nothing
// about it.
func (m *Monitor) bears(r *http.Request) bool {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	given, want := sha256.Sum256([]byte(strings.TrimSpace(token))), sha256.Sum256([]byte(m.cfg.IntakeToken))
	return subtle.ConstantTimeCompare(given[:], want[:]) == 1 && strings.EqualFold(scheme, "Bearer")
}

func (m *Monitor) takeIn(w http.ResponseWriter, r *http.Request, by *FieldMap) {
	body, status, code := readBody(w, r)
	if code != "" {
		refuse(w, status, code)
		return
	}
	lines, err := splitBody(body, by)
	if errors.Is(err, errTooMuch) {
		refuse(w, http.StatusRequestEntityTooLarge, "too_many_lines")
		return
	}
	if err != nil {
		refuse(w, http.StatusBadRequest, "unreadable")
		return
	}
	done, err := m.accept(r.Context(), lines)
	if err != nil {
		if r.Context().Err() == nil {
			m.log.Error().Err(err).Msg("cannot store what came in")
		}
		refuse(w, http.StatusInternalServerError, "try_again")
		return
	}
	results := make([]intakeResult, len(done))
	for i, d := range done {
		results[i] = intakeResult{Line: lines[i].Number, Status: d.status, Incidents: d.incidents, Reason: d.reason}
	}
	answer(w, http.StatusOK, map[string]any{"results": results})
}

// readBody returns the unpacked body, or the status and code of a refusal.
func readBody(w http.ResponseWriter, r *http.Request) (body []byte, status int, code string) {
	var source io.Reader = http.MaxBytesReader(w, r.Body, maxIntake)
	switch strings.ToLower(strings.TrimSpace(r.Header.Get("Content-Encoding"))) {
	case "", "identity":
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(source)
		if err != nil {
			return nil, http.StatusBadRequest, "gzip"
		}
		source = z
	default:
		return nil, http.StatusUnsupportedMediaType, "encoding"
	}
	body, err := io.ReadAll(io.LimitReader(source, maxIntake+1))
	var big *http.MaxBytesError
	switch {
	case errors.As(err, &big) || len(body) > maxIntake:
		return nil, http.StatusRequestEntityTooLarge, "too_big"
	case err != nil:
		return nil, http.StatusBadRequest, "body"
	}
	return body, 0, ""
}

// splitBody reads the lines of a request; errUnreadable when not one of them is
// a JSON object, errTooMuch when there are too many.
func splitBody(body []byte, by *FieldMap) ([]Line, error) {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, byteOrderMark))
	body = bytes.ReplaceAll(body, []byte{0}, []byte("\uFFFD"))
	if len(body) == 0 {
		return nil, errUnreadable
	}
	var lines []Line
	if bytes.Count(body, []byte("{")) > maxLines && tooMany(body, by) {
		return nil, errTooMuch
	}
	if parts, ok := wholeBody(body, by); ok {
		for i, part := range parts {
			lines = append(lines, readLine(i+1, part, by))
		}
	} else {
		number := 0
		for part := range bytes.Lines(body) {
			number++
			if part = bytes.TrimSpace(part); len(part) > 0 {
				lines = append(lines, readLine(number, part, by))
			}
		}
	}
	for _, l := range lines {
		if l.Reason != rejectedShape {
			return lines, nil
		}
	}
	if _, ok := wholeBody(body, by); ok && len(lines) == 0 {
		return nil, nil // an empty array
	}
	return nil, errUnreadable
}

// tooMany says whether a body has more messages than one request may have.
func tooMany(body []byte, by *FieldMap) bool {
	if parts, ok := wholeBody(body, by); ok {
		return len(parts) > maxLines
	}
	return bytes.Count(body, []byte("\n")) >= maxLines
}

// wholeBody is a body that is one JSON value: an array, an object of messages,
// or one message. A map says itself where an object has its messages.
func wholeBody(body []byte, by *FieldMap) (parts []json.RawMessage, ok bool) {
	if body[0] == '[' {
		return parts, json.Unmarshal(body, &parts) == nil
	}
	var wrapped struct {
		Messages *[]json.RawMessage `json:"messages"`
	}
	if body[0] != '{' || !json.Valid(body) {
		return nil, false
	}
	if by != nil {
		return by.unpack(body), true
	}
	if json.Unmarshal(body, &wrapped) == nil && wrapped.Messages != nil {
		return *wrapped.Messages, true
	}
	return []json.RawMessage{body}, true
}

func refuse(w http.ResponseWriter, status int, code string) {
	answer(w, status, map[string]string{"error": code})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	// Whoever went away does not want the answer.
	_ = json.NewEncoder(w).Encode(body)
}
