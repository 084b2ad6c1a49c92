package sandbox

import (
	"context"
	"fmt"
)

// wake tells everybody who waits that something changed. The caller holds mu.
func (s *Server) wake() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// Wait returns when the condition holds. It is asked at once and again after
// every change: a call of the bot, an act of a person, an update taken. The
// condition may use the server's methods. The error is the context's.
func (s *Server) Wait(ctx context.Context, condition func() bool) error {
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if condition() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("wait for the sandbox: %w", context.Cause(ctx))
		}
	}
}
