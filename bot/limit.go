package bot

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"otklik/storage"
)

// window says how many calls any stretch of time may hold.
type window struct {
	calls  int
	within time.Duration
}

// Telegram counts a group's calls in any minute; half a second more is for the
// ways there, which differ.
const groupWindow = 60*time.Second + 500*time.Millisecond

// shortly is one call a second in any chat, three at once now and then.
var shortly = []window{{3, 2 * time.Second}, {5, 5*time.Second + 100*time.Millisecond}}

// limits keep our calls below what Telegram bears: 25 a second over all chats,
// and in each chat what its windows hold.
type limits struct {
	overall *rate.Limiter
	group   int // calls in a group within groupWindow
	edits   int // of these, that may be edits

	mu     sync.Mutex
	calls  map[int64][]made // by our id of the chat, the latest window only
	frozen time.Time        // no calls at all until then
	flood  time.Time        // when a chat was last asked to wait, and which
	chat   int64
}

// made is a call that counted.
type made struct {
	at   time.Time
	edit bool
}

func newLimits(group int) *limits {
	return &limits{overall: rate.NewLimiter(25, 5), group: group, edits: max(group-group/4, 1), calls: map[int64][]made{}}
}

// load fills a chat's window from what the database remembers of the time
// before this start.
func (l *limits) load(ctx context.Context, store *storage.Store, chat int64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.calls[chat]; ok {
		return nil
	}
	now := time.Now()
	calls, err := store.Calls(ctx, chat, store.Now().Add(-groupWindow))
	if err != nil {
		return err
	}
	list := []made{}
	for _, at := range calls {
		list = append(list, made{at: now.Add(-store.Now().Sub(at))})
	}
	l.calls[chat] = list
	return nil
}

// wait is how long a chat's next call must wait; zero or less for not at all.
func (l *limits) wait(chat int64, kind storage.ChatKind, edit bool) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	free := l.frozen
	calls := l.calls[chat]
	windows := shortly
	if kind != storage.Private {
		windows = append(slices.Clone(shortly), window{l.group, groupWindow})
	}
	for _, w := range windows {
		if n := len(calls) - w.calls; n >= 0 {
			free = latest(free, calls[n].at.Add(w.within))
		}
	}
	if edit && kind != storage.Private {
		edits := slices.DeleteFunc(slices.Clone(calls), func(m made) bool { return !m.edit })
		if n := len(edits) - l.edits; n >= 0 {
			free = latest(free, edits[n].at.Add(groupWindow))
		}
	}
	return free.Sub(now)
}

// note counts a call to a chat that just ended.
func (l *limits) note(chat int64, edit bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	calls := slices.DeleteFunc(l.calls[chat], func(m made) bool { return now.Sub(m.at) > groupWindow })
	l.calls[chat] = append(calls, made{now, edit})
}

// flooded notes that Telegram asked a chat to wait. When two chats are asked
// within a second it means all of them.
func (l *limits) flooded(chat int64, wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if l.chat != 0 && l.chat != chat && now.Sub(l.flood) <= time.Second {
		l.frozen = latest(l.frozen, now.Add(wait))
	}
	l.flood, l.chat = now, chat
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// jitter is up to a fifth of a wait, so that those who wait do not come back at once.
func jitter(wait time.Duration) time.Duration {
	return time.Duration(rand.Int64N(int64(wait)/5 + 1))
}
