package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/go-telegram/bot/models"

	"otklik/storage"
)

const (
	handlersAtOnce = 8
	handlerTime    = time.Minute // longer, and the update is tried again
	inboxBatch     = 1000        // that the inbox gives at once
)

// inbox hands updates from the database to the handler: those of a lane one
// after another in order, lanes side by side.
type inbox struct {
	bot   *Bot
	stop  context.Context // when it ends, no other update is begun
	slots chan struct{}
	freed chan struct{} // tells that a lane was emptied

	mu      sync.Mutex
	lanes   map[int64][]storage.Update // the first is in hand
	known   map[int64]bool
	workers sync.WaitGroup
}

// dispatch handles what waits in the inbox until the context ends, and then
// finishes what is in hand.
func (b *Bot) dispatch(ctx context.Context) {
	in := &inbox{
		bot: b, stop: ctx, slots: make(chan struct{}, handlersAtOnce), freed: make(chan struct{}, 1),
		lanes: map[int64][]storage.Update{}, known: map[int64]bool{},
	}
	defer in.workers.Wait()
	changed, end := b.store.Changed(storage.Inbox)
	defer end()
	for {
		full, err := in.read(ctx)
		if err != nil && ctx.Err() == nil {
			b.log.Error().Err(err).Msg("read the inbox")
		}
		freed := in.freed
		if !full {
			freed = nil
		}
		select {
		case <-changed:
		case <-freed:
		case <-time.After(slowPoll):
		case <-ctx.Done():
			return
		}
	}
}

// read gives new updates to their lanes; full says that there may be more.
func (in *inbox) read(ctx context.Context) (full bool, err error) {
	// Locked before the reading: what is finished meanwhile stays known until
	// its lane moves on, and is not taken for new.
	in.mu.Lock()
	defer in.mu.Unlock()
	waiting, err := in.bot.store.WaitingUpdates(ctx, in.bot.me.ID)
	if err != nil {
		return false, fmt.Errorf("waiting updates: %w", err)
	}
	for _, u := range waiting {
		if in.known[u.ID] {
			continue
		}
		in.known[u.ID] = true
		queue, busy := in.lanes[u.Lane]
		in.lanes[u.Lane] = append(queue, u)
		if !busy {
			in.workers.Go(func() { in.work(u.Lane) })
		}
	}
	return len(waiting) >= inboxBatch, nil
}

// work handles a lane until it is empty.
func (in *inbox) work(lane int64) {
	ctx, cancel := outlasting(in.stop, handlerGrace)
	defer cancel()
	for in.stop.Err() == nil {
		in.mu.Lock()
		u := in.lanes[lane][0]
		in.mu.Unlock()
		select {
		case in.slots <- struct{}{}:
		case <-in.stop.Done():
			return
		}
		done, pause := in.bot.try(ctx, &u)
		<-in.slots
		if !done {
			in.mu.Lock()
			in.lanes[lane][0] = u
			in.mu.Unlock()
			rest(in.stop, pause)
			continue
		}
		if in.next(lane) {
			return
		}
	}
}

// next drops the first update of a lane; empty says that none is left.
func (in *inbox) next(lane int64) (empty bool) {
	in.mu.Lock()
	defer in.mu.Unlock()
	delete(in.known, in.lanes[lane][0].ID)
	in.lanes[lane] = in.lanes[lane][1:]
	if len(in.lanes[lane]) > 0 {
		return false
	}
	delete(in.lanes, lane)
	select {
	case in.freed <- struct{}{}:
	default:
	}
	return true
}

// try handles an update once; it is done when it was handled or given up, else
// it is tried again after a pause.
func (b *Bot) try(ctx context.Context, u *storage.Update) (done bool, pause time.Duration) {
	err := b.handleStored(ctx, *u)
	if err == nil {
		err = b.store.FinishUpdate(ctx, b.me.ID, u.ID)
		if err == nil {
			return true, 0
		}
		err = fmt.Errorf("finish: %w", err)
	}
	if ctx.Err() != nil {
		// The stop cut it off, which is no fault of its own: it waits for the next start.
		b.log.Warn().Int64("update_id", u.ID).Msg("update not finished before the stop")
		return false, 0
	}
	u.Attempts++
	pause = time.Second << min(u.Attempts-1, 5)
	text := b.redact(err.Error())
	givenUp, e := b.store.FailUpdate(ctx, b.me.ID, u.ID, text)
	if e != nil && !errors.Is(e, storage.ErrNotFound) {
		b.log.Error().Int64("update_id", u.ID).Str("error", text).AnErr("note", e).Msg("update failed, and that could not be noted")
		return false, pause
	}
	if givenUp || e != nil {
		b.log.Error().Int64("update_id", u.ID).Int("attempts", u.Attempts).Str("error", text).Msg("update given up")
		return true, 0
	}
	b.log.Warn().Int64("update_id", u.ID).Int("attempts", u.Attempts).Str("error", text).Msg("update failed")
	return false, pause
}

// handleStored reads an update and runs the handler. A panic is an error.
func (b *Bot) handleStored(ctx context.Context, stored storage.Update) (err error) {
	ctx, cancel := context.WithTimeout(ctx, handlerTime)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			// What it says may quote a person; where it happened cannot.
			b.log.Error().Int64("update_id", stored.ID).Str("kind", fmt.Sprintf("%T", p)).Bytes("stack", debug.Stack()).Msg("panic in a handler")
			err = errors.New("panic in a handler")
		}
	}()
	var u models.Update
	if err := json.Unmarshal(stored.Raw, &u); err != nil {
		return errors.New("read the update: the library does not understand it")
	}
	if q := u.CallbackQuery; q != nil {
		b.arrived(q, stored.At)
		if err := b.adopt(ctx, q); err != nil {
			return err
		}
	}
	return b.handler(ctx, &u)
}
