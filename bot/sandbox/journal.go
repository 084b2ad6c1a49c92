package sandbox

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"time"
)

// maxCalls bounds the journal of a server that runs for days.
const maxCalls = 20_000

// Call is one line of the journal: a call as it came and how it ended.
type Call struct {
	At     time.Time
	Method string
	// ChatID and MessageID are those of the parameters; a new message's id is
	// filled in from the result.
	ChatID    int64
	MessageID int
	// Params are the parameters as text; a file is its name and size.
	Params map[string]string
	// Code is 200, Telegram's error_code, or 0 when the connection was cut.
	Code        int
	Description string
	// Applied tells whether the call took effect, also when its answer was lost.
	Applied bool
}

// Calls is the journal so far, oldest first, without getUpdates.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// CallsOf is the journal of one method, matched exactly.
func (s *Server) CallsOf(method string) []Call {
	return slices.DeleteFunc(s.Calls(), func(c Call) bool { return c.Method != method })
}

// newCall is the journal's line before the call ran. The caller holds mu.
func (s *Server) newCall(q *request) Call {
	return Call{
		At: s.now(), Method: q.method, ChatID: q.int("chat_id"),
		MessageID: int(q.int("message_id")), Params: q.journal(),
	}
}

// note writes a call that ended into the journal.
func (s *Server) note(q *request, result any, err error, cut bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.newCall(q)
	c.Code, c.Applied = http.StatusOK, err == nil && result != nil
	var r *refusal
	if errors.As(err, &r) {
		c.Code, c.Description = r.code, r.description
	}
	if cut {
		c.Code = 0
	}
	if raw, ok := result.(json.RawMessage); ok && c.MessageID == 0 {
		c.MessageID = firstMessageID(raw)
	}
	s.opt.Log.Debug().Str("method", q.method).Int("code", c.Code).Msg("call")
	if q.method == "getUpdates" {
		return
	}
	if len(s.calls) >= maxCalls {
		s.calls = slices.Delete(s.calls, 0, maxCalls/10)
	}
	s.calls = append(s.calls, c)
	s.wake()
}

// firstMessageID reads the id of a sent message or of the first of an album.
func firstMessageID(raw json.RawMessage) int {
	var m struct {
		ID int `json:"message_id"`
	}
	if json.Unmarshal(raw, &m) == nil {
		return m.ID
	}
	var album []struct {
		ID int `json:"message_id"`
	}
	if json.Unmarshal(raw, &album) == nil && len(album) > 0 {
		return album[0].ID
	}
	return 0
}
