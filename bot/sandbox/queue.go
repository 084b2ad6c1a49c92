package sandbox

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/go-telegram/bot/models"
)

const (
	updateLife = 24 * time.Hour
	pressLife  = 150 * time.Second
	maxPoll    = 50 * time.Second
	maxHistory = 1000
)

// update is an update as it was when it happened.
type update struct {
	id   int64
	kind string
	lane int64 // chat, or person for a press
	at   time.Time
	raw  json.RawMessage
}

// queue holds what the bot has not confirmed, oldest first.
type queue struct {
	lastID  int64
	waiting []update
	again   []update // given once more, whatever the offset
	history []update
	allowed []string     // nil: the default kinds
	poll    *pollRequest // the long poll under way
}

// pollRequest is one getUpdates call that waits; gone is closed, with the
// reason before it, when another takes its place.
type pollRequest struct {
	gone   chan struct{}
	reason string
}

// notByDefault are the kinds that must be asked for.
var notByDefault = []string{"chat_member", "message_reaction", "message_reaction_count"}

// wants tells whether updates of a kind are made at all.
func (q *queue) wants(kind string) bool {
	if q.allowed == nil {
		return !slices.Contains(notByDefault, kind)
	}
	return slices.Contains(q.allowed, kind)
}

// push queues an update if the bot asked for its kind. The caller holds mu.
func (s *Server) push(kind string, lane int64, u *models.Update) {
	if !s.queue.wants(kind) {
		return
	}
	s.queue.lastID++
	u.ID = s.queue.lastID
	raw, err := json.Marshal(u)
	if err != nil {
		panic("sandbox: an update that cannot be written: " + err.Error())
	}
	x := update{id: u.ID, kind: kind, lane: lane, at: s.now(), raw: raw}
	s.queue.waiting = append(s.queue.waiting, x)
	s.queue.history = append(s.queue.history, x)
	if len(s.queue.history) > maxHistory {
		s.queue.history = slices.Delete(s.queue.history, 0, maxHistory/10)
	}
	s.wake()
}

// expire drops what Telegram no longer keeps. The caller holds mu.
func (s *Server) expire() {
	now := s.now()
	s.queue.waiting = slices.DeleteFunc(s.queue.waiting, func(u update) bool {
		life := updateLife
		if u.kind == "callback_query" {
			life = pressLife
		}
		return now.Sub(u.at) >= life
	})
}

// RepeatUpdate gives an update that was already given once more, with the same
// id and whatever the bot confirmed since. 0 is the newest. False means that
// there is none.
func (s *Server) RepeatUpdate(id int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, u := range slices.Backward(s.queue.history) {
		if id == 0 || u.id == id {
			s.queue.again = append(s.queue.again, u)
			s.wake()
			return true
		}
	}
	return false
}

// ConfirmUpdate takes an update for received, as from a bot that says so before
// it has stored what came.
func (s *Server) ConfirmUpdate(id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue.waiting = slices.DeleteFunc(s.queue.waiting, func(u update) bool { return u.id == id })
}

// SetNextUpdateID makes the next update carry this id, as after a week of
// silence, when Telegram starts anew from a random number.
func (s *Server) SetNextUpdateID(id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue.lastID = id - 1
}

// Pending is how many updates the bot has not confirmed.
func (s *Server) Pending() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	return len(s.queue.waiting) + len(s.queue.again)
}

// Polling tells whether a long poll is waiting.
func (s *Server) Polling() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.queue.poll != nil
}

// getUpdates is the long poll. A newer one ends an older one with 409.
func (s *Server) getUpdates(ctx context.Context, q *request) (any, error) {
	limit := int(q.int("limit"))
	if limit <= 0 || limit > 100 {
		limit = 100
	}
	timer := time.NewTimer(min(max(time.Duration(q.int("timeout"))*time.Second, 0), maxPoll))
	defer timer.Stop()
	me := &pollRequest{gone: make(chan struct{})}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.startPoll(q, me); err != nil {
		return nil, err
	}
	defer func() {
		if s.queue.poll == me {
			s.queue.poll = nil
			s.wake()
		}
	}()
	for over := q.int("timeout") <= 0; ; {
		if ready := s.ready(q.int("offset"), limit); len(ready) > 0 || over {
			return ready, nil
		}
		changed := s.changed
		s.mu.Unlock()
		err := error(nil)
		select {
		case <-changed:
		case <-timer.C:
			over = true
		case <-me.gone:
			err = conflict("%s", me.reason)
		case <-ctx.Done():
			err = context.Cause(ctx)
		}
		s.mu.Lock()
		if err != nil {
			return nil, err
		}
	}
}

// startPoll confirms, changes the kinds and takes the place of an older poll.
func (s *Server) startPoll(q *request, me *pollRequest) error {
	if s.hook != nil {
		return conflict("can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first")
	}
	if err := s.setAllowed(q); err != nil {
		return err
	}
	s.endPoll("terminated by other getUpdates request; make sure that only one bot instance is running")
	s.queue.poll = me
	s.expire()
	switch offset := q.int("offset"); {
	case offset > 0:
		s.queue.waiting = slices.DeleteFunc(s.queue.waiting, func(u update) bool { return u.id < offset })
	case offset < 0:
		keep := min(int(-offset), len(s.queue.waiting))
		s.queue.waiting = slices.Clone(s.queue.waiting[len(s.queue.waiting)-keep:])
	}
	s.wake()
	return nil
}

// endPoll refuses the poll under way, if any.
func (s *Server) endPoll(reason string) {
	if p := s.queue.poll; p != nil {
		p.reason = reason
		close(p.gone)
		s.queue.poll = nil
	}
}

// setAllowed reads allowed_updates; an empty list means the default kinds, a
// missing one leaves them as they were.
func (s *Server) setAllowed(q *request) error {
	if q.params["allowed_updates"] == "" {
		return nil
	}
	var kinds []string
	if err := q.json("allowed_updates", &kinds); err != nil {
		return bad("can't parse allowed updates: expected an Array of String")
	}
	s.queue.allowed = nil
	if len(kinds) > 0 {
		s.queue.allowed = kinds
	}
	return nil
}

// ready is the next batch; repeated updates come first and only once.
func (s *Server) ready(offset int64, limit int) []json.RawMessage {
	s.expire()
	batch := []json.RawMessage{}
	for len(s.queue.again) > 0 && len(batch) < limit {
		batch = append(batch, s.queue.again[0].raw)
		s.queue.again = s.queue.again[1:]
	}
	for _, u := range s.queue.waiting {
		if len(batch) < limit && (offset <= 0 || u.id >= offset) {
			batch = append(batch, u.raw)
		}
	}
	return batch
}
