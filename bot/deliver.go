package bot

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"otklik/storage"
)

// outlet is the sender of one chat: one call at a time.
type outlet struct {
	chat     int64
	wake     chan struct{} // tells that there may be more to do
	edited   bool          // the last call was an edit: sending has its turn
	failures int           // since the last call that Telegram took
	resume   time.Time     // after a failure: not before

	running, again bool // under the bot's mu
}

// longestCall is more than the largest upload may take over a slow line.
const longestCall = 20 * time.Minute

// deliver sends and edits what waits until the context ends; calls under way
// are finished then.
func (b *Bot) deliver(ctx context.Context) {
	calls, cancel := outlasting(ctx, callGrace)
	defer cancel()
	var workers sync.WaitGroup
	defer workers.Wait()
	changed, end := b.store.Changed(storage.Outbox)
	defer end()
	for {
		next, err := b.rouse(ctx, calls, &workers)
		if err != nil && ctx.Err() == nil {
			b.log.Error().Err(err).Msg("read what waits to be sent")
		}
		if !pause(ctx, changed, next) {
			return
		}
	}
}

// rouse starts or wakes the outlet of each chat with work, and says when to
// look again.
func (b *Bot) rouse(ctx, calls context.Context, workers *sync.WaitGroup) (next time.Duration, err error) {
	next = slowPoll
	if b.store.Held() {
		if err := b.tellHeld(ctx); err != nil {
			return next, err
		}
	}
	if err := b.store.Strand(ctx, b.store.Now().Add(-longestCall)); err != nil {
		return next, fmt.Errorf("find what was left sending: %w", err)
	}
	lanes, err := b.store.Lanes(ctx)
	if err != nil {
		return next, fmt.Errorf("lanes: %w", err)
	}
	now := b.store.Now()
	for _, l := range lanes {
		frozen := l.Frozen.After(now)
		if !frozen && l.Pending+l.Dirty+l.Unknown > 0 {
			b.wake(ctx, calls, l.Chat, workers)
		}
		if l.Next.After(now) {
			next = min(next, l.Next.Sub(now))
		}
	}
	return next, nil
}

func (b *Bot) wake(ctx, calls context.Context, chat int64, workers *sync.WaitGroup) {
	b.mu.Lock()
	defer b.mu.Unlock()
	o := b.outlets[chat]
	if o == nil {
		o = &outlet{chat: chat, wake: make(chan struct{}, 1)}
		b.outlets[chat] = o
	}
	if o.running {
		o.again = true
		select {
		case o.wake <- struct{}{}:
		default:
		}
		return
	}
	o.running = true
	workers.Go(func() { b.empty(ctx, calls, o) })
}

// idle ends an outlet's run, unless it was woken meanwhile.
func (b *Bot) idle(o *outlet) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	o.running, o.again = o.again, false
	return !o.running
}

// empty works until a chat has nothing left to send or edit now.
func (b *Bot) empty(ctx, calls context.Context, o *outlet) {
	for ctx.Err() == nil {
		wait, more, err := b.step(ctx, calls, o)
		if err != nil {
			if errors.Is(err, ErrToken) {
				b.fail(fmt.Errorf("deliver: %w", err))
				return
			}
			if ctx.Err() == nil {
				b.log.Error().Err(err).Int64("chat", o.chat).Msg("deliver")
			}
			wait, more = o.backoff(), true
		}
		if !more && b.idle(o) {
			return
		}
		if wait > 0 && !pause(ctx, o.wake, wait) {
			return
		}
	}
}

// backoff is 1, 2, 4 … 60 s.
func (o *outlet) backoff() time.Duration {
	o.failures++
	return min(time.Second<<min(o.failures-1, 6), time.Minute)
}

// step makes a chat's next call, if it has one; else it says how long to wait.
// Nothing more means that nothing is due now.
func (b *Bot) step(ctx, calls context.Context, o *outlet) (wait time.Duration, more bool, err error) {
	if wait := time.Until(o.resume); wait > 0 {
		return wait, true, nil
	}
	lane, err := b.store.Lane(ctx, o.chat)
	if errors.Is(err, storage.ErrNotFound) || err == nil && lane.Frozen.After(b.store.Now()) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("lane: %w", err)
	}
	if err := b.limits.load(ctx, b.store, o.chat); err != nil {
		return 0, false, fmt.Errorf("calls of a chat: %w", err)
	}
	if lane.Unknown > 0 {
		later, did, err := b.settle(ctx, calls, o, lane)
		if did || err != nil {
			return 0, true, err
		}
		wait = later
	}
	edit, later, any := b.nextCall(o, lane)
	if !any {
		return wait, wait > 0, nil
	}
	if later > 0 {
		if wait > 0 {
			later = min(later, wait)
		}
		return later, true, nil
	}
	if err := b.limits.overall.Wait(ctx); err != nil {
		return 0, false, nil // the stop
	}
	if edit {
		more, err = b.edit(calls, o, lane)
	} else {
		more, err = b.send(calls, o, lane)
	}
	return wait, more || wait > 0, err
}

// nextCall says whether a chat's next call is an edit, and how long it must wait.
// What a person waits for comes first; new cards and edits of what people work
// with take turns; edits of what is out of service come last.
func (b *Bot) nextCall(o *outlet, lane storage.Lane) (edit bool, wait time.Duration, any bool) {
	send := b.limits.wait(lane.Chat, lane.Kind, false)
	change := b.limits.wait(lane.Chat, lane.Kind, true)
	switch {
	case lane.Pending+lane.Dirty == 0:
		return false, 0, false
	case lane.Dirty == 0 || lane.Urgent > 0 || lane.Pending > 0 && lane.Live == 0:
		return false, send, true
	case lane.Pending == 0:
		return true, change, true
	case !o.edited && change <= send:
		return true, change, true
	}
	return false, send, true
}
