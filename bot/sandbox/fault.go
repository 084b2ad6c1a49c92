package sandbox

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Fault is trouble on demand for the calls it fits. Without Code, Drop, Lose
// and HTML502 it only delays.
type Fault struct {
	// Method and ChatID choose the calls; empty and 0 fit all. getUpdates is
	// meant only by its name.
	Method string
	ChatID int64
	// Match, if set, has the last word. It gets the call before it is applied.
	Match func(Call) bool
	// Count is how many calls are hit: 0 is one, a negative number is all.
	Count int

	// Delay passes before anything else happens.
	Delay time.Duration
	// Code, Description and Parameters are the refusal, such as 429 with
	// {"retry_after": 5}. The call is not applied.
	Code        int
	Description string
	Parameters  map[string]any
	// HTML502 answers with a gateway's page; the call is not applied.
	HTML502 bool
	// Drop closes the connection before the call is applied, Lose after it.
	Drop, Lose bool

	left int
}

// AddFault arms a fault behind those already armed and returns its removal.
func (s *Server) AddFault(f Fault) (remove func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f.left = cmp.Or(f.Count, 1)
	armed := &f
	s.faults = append(s.faults, armed)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.faults = slices.DeleteFunc(s.faults, func(x *Fault) bool { return x == armed })
	}
}

// takeFault finds the first armed fault for the call and uses it up once.
func (s *Server) takeFault(q *request) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.newCall(q)
	for i, f := range s.faults {
		if !f.fits(c) {
			continue
		}
		if f.left--; f.left == 0 {
			s.faults = slices.Delete(s.faults, i, i+1)
		}
		return f
	}
	return nil
}

func (f *Fault) fits(c Call) bool {
	if f.Method == "" && f.Match == nil && strings.EqualFold(c.Method, "getUpdates") {
		return false
	}
	if f.Method != "" && !strings.EqualFold(f.Method, c.Method) || f.ChatID != 0 && f.ChatID != c.ChatID {
		return false
	}
	return f.Match == nil || f.Match(c)
}

// before waits out the delay; false means that the connection must be closed.
func (s *Server) before(ctx context.Context, f *Fault) bool {
	if f == nil {
		return true
	}
	if f.Delay > 0 {
		select {
		case <-time.After(f.Delay):
		case <-ctx.Done():
			return false
		}
	}
	return !f.Drop
}

// answers tells whether the fault stands in for the answer.
func (f *Fault) answers() bool { return f != nil && (f.Code != 0 || f.HTML502) }

func (f *Fault) refusal() *refusal {
	if f.HTML502 {
		return &refusal{code: http.StatusBadGateway, description: "Bad Gateway"}
	}
	return &refusal{
		code:        f.Code,
		description: cmp.Or(f.Description, http.StatusText(f.Code)),
		parameters:  f.Parameters,
	}
}
