package sandbox

import (
	"math"
	"slices"
	"time"
)

// Limits are the flood limits; a zero number switches that limit off. Sent and
// edited messages count, each item of an album once.
type Limits struct {
	// GroupPer messages to one group in any GroupWindow (default 60 s).
	GroupPer    int
	GroupWindow time.Duration
	// ChatBurst messages to one chat at once, then one a second.
	ChatBurst int
	// GlobalPer messages in any second over all chats.
	GlobalPer int
	// Penalty is how long a chat that went over is refused at least, however
	// patient it becomes.
	Penalty time.Duration
}

// UsualLimits are those that Telegram publishes: 20 a minute in a group, one
// a second in a chat after a burst of 5, 30 a second overall.
var UsualLimits = Limits{GroupPer: 20, GroupWindow: time.Minute, ChatBurst: 5, GlobalPer: 30, Penalty: 3 * time.Second}

// flood remembers when messages went where; chat 0 is all chats.
type flood struct {
	limits Limits
	sent   map[int64][]time.Time
	banned map[int64]time.Time
}

// SetLimits replaces the limits from now on; what was sent is remembered.
func (s *Server) SetLimits(l Limits) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flood.limits = l
}

// take books n messages to a chat or refuses them with 429.
func (f *flood) take(chat int64, n int, now time.Time) error {
	if f.limits == (Limits{}) {
		return nil
	}
	if f.sent == nil {
		f.sent, f.banned = map[int64][]time.Time{}, map[int64]time.Time{}
	}
	free := now
	if until := f.banned[chat]; until.After(free) {
		free = until
	}
	window := f.limits.GroupWindow
	if window == 0 {
		window = time.Minute
	}
	if f.limits.GroupPer > 0 && chat < 0 {
		free = later(free, f.free(chat, n, f.limits.GroupPer, window, now))
	}
	if f.limits.ChatBurst > 0 {
		free = later(free, f.free(chat, n, f.limits.ChatBurst, time.Duration(f.limits.ChatBurst)*time.Second, now))
	}
	if f.limits.GlobalPer > 0 {
		free = later(free, f.free(0, n, f.limits.GlobalPer, time.Second, now))
	}
	if free.After(now) {
		if penalty := now.Add(f.limits.Penalty); free.Before(penalty) && f.banned[chat].Before(now) {
			free = penalty
		}
		f.banned[chat] = free
		return tooMany(int(math.Ceil(free.Sub(now).Seconds())))
	}
	for range n {
		f.sent[chat] = append(f.sent[chat], now)
		f.sent[0] = append(f.sent[0], now)
	}
	f.forget(chat, window, now)
	f.forget(0, time.Second, now)
	return nil
}

// free is when n more would fit under a limit of so many per window.
func (f *flood) free(chat int64, n, limit int, window time.Duration, now time.Time) time.Time {
	sent := f.sent[chat]
	over := len(sent) + n - limit
	if over <= 0 || len(sent) == 0 {
		return now
	}
	return sent[min(over, len(sent))-1].Add(window)
}

func (f *flood) forget(chat int64, window time.Duration, now time.Time) {
	f.sent[chat] = slices.DeleteFunc(f.sent[chat], func(at time.Time) bool { return now.Sub(at) > window })
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
