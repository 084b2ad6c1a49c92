package bot

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/go-telegram/bot/models"

	"otklik/storage"
)

// transport is what carries the conversation: updates in, messages out.
type transport struct {
	client   *wire
	handler  func(context.Context, *models.Update) error
	renderer func(context.Context, storage.Message) (rendered, error)

	health      health
	presses     presses
	limits      *limits
	digestAfter int // so many first cards may wait in a group before they become a digest
	fatal       chan error

	mu      sync.Mutex
	outlets map[int64]*outlet // by our id of the chat
}

// What is in hand when a stop is asked for gets this long to end; the poller
// ends at once, and both together stay below ten seconds.
const (
	handlerGrace = 5 * time.Second
	answerGrace  = time.Second
	callGrace    = 3 * time.Second
)

// slowPoll is how often the queues are read although nobody woke us.
const slowPoll = 30 * time.Second

// Run talks with Telegram until the context ends: it reads updates, handles
// them, and delivers what waits. A clean stop finishes what is in hand and
// returns nil. ErrToken says that Telegram does not know the token.
func (b *Bot) Run(ctx context.Context) error {
	defer b.client.close()
	defer b.health.stopped()
	if err := b.connect(ctx); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return fmt.Errorf("connect to telegram: %w", err)
	}
	poller := b.begin(ctx, b.poll)
	lanes := b.begin(ctx, b.dispatch)
	outlets := b.begin(ctx, b.deliver)
	menus := b.begin(ctx, b.foldMenus)
	photos := b.begin(ctx, b.bringPhotos)
	tokens := b.begin(ctx, b.tellTokens)
	offers := b.begin(ctx, b.keepMenus)
	var err error
	select {
	case <-ctx.Done():
	case err = <-b.fatal:
	}
	// Nothing new comes in before what came is handled, and what was handled
	// may still be said.
	poller()
	offers()
	lanes()
	photos()
	b.presses.finish()
	menus()
	tokens()
	outlets()
	return err
}

// begin runs a part in a goroutine of its own; the result ends it and waits.
func (b *Bot) begin(ctx context.Context, part func(context.Context)) (end func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		part(ctx)
	}()
	return func() {
		cancel()
		<-done
	}
}

// fail ends Run with an error.
func (b *Bot) fail(err error) {
	select {
	case b.fatal <- err:
	default:
	}
}

// outlasting is a context that ends some time after another one does.
func outlasting(ctx context.Context, grace time.Duration) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		t := time.AfterFunc(grace, cancel)
		context.AfterFunc(longer, func() { t.Stop() })
	})
	return longer, func() { stop(); cancel() }
}

// foldMenus folds each menu when its minute is over. It sleeps while none is open.
func (b *Bot) foldMenus(ctx context.Context) {
	changed, end := b.store.Changed(storage.Outbox)
	defer end()
	for {
		next, err := b.store.NextMenu(ctx)
		wait := slowPoll
		switch {
		case err != nil && ctx.Err() == nil:
			b.log.Error().Err(err).Msg("read the open menus")
		case next.IsZero():
		case next.After(b.store.Now()):
			wait = min(wait, next.Sub(b.store.Now()))
		default:
			if err := b.store.FoldMenus(ctx); err != nil && ctx.Err() == nil {
				b.log.Error().Err(err).Msg("fold menus")
				break
			}
			wait = time.Second
		}
		if !pause(ctx, changed, wait) {
			return
		}
	}
}

// pause waits for a change or for some time; false means that the context ended.
func pause(ctx context.Context, changed <-chan struct{}, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-changed:
		return ctx.Err() == nil
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// Ready says why the bot does not work, nil when it does: Telegram knows the
// token, answers the poll, and no other instance takes the updates.
func (b *Bot) Ready() error { return b.health.ready(b.cfg.PollTimeout) }

// health is how the bot does, for whoever asks from outside.
type health struct {
	mu      sync.Mutex
	running bool
	polled  time.Time // when Telegram last answered
	trouble error     // of the last call, if it failed
}

func (h *health) connected() { h.set(true, nil) }

func (h *health) troubled(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.trouble = err
}

func (h *health) stopped() { h.set(false, nil) }

func (h *health) set(running bool, trouble error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.running, h.trouble, h.polled = running, trouble, time.Now()
}

func (h *health) ready(poll time.Duration) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.trouble != nil:
		return fmt.Errorf("telegram: %w", h.trouble)
	case !h.running:
		return errors.New("telegram: the bot does not run")
	case time.Since(h.polled) > poll+2*pollMargin:
		return errors.New("telegram: no answer to the poll")
	}
	return nil
}
