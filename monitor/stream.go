package monitor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"otklik/storage"
)

const (
	streamPause  = time.Second // before a broken stream is held again, at first
	streamSteady = time.Minute // what held that long was no failure
)

// stepStreams brings the streams in line with the present sources.
func (w *watch) stepStreams(ctx context.Context, present []storage.Source) {
	wanted := map[storage.Stream]bool{}
	for _, n := range w.m.list {
		face, ok := n.network.(Streamer)
		if !ok {
			continue
		}
		ours := slices.DeleteFunc(slices.Clone(present), func(s storage.Source) bool { return w.m.byName[s.Network] != n })
		for _, name := range face.Streams(ours) {
			s := storage.Stream{Network: n.name, Name: name}
			wanted[s] = true
			if w.streams[s] == nil {
				w.startStream(ctx, s, n, face)
			}
		}
	}
	for s, stop := range w.streams {
		if !wanted[s] {
			stop()
			delete(w.streams, s)
		}
	}
}

func (w *watch) startStream(ctx context.Context, s storage.Stream, n *opened, face Streamer) {
	ctx, stop := context.WithCancel(ctx)
	w.streams[s] = stop
	w.wg.Go(func() {
		defer stop()
		w.superviseStream(ctx, s, n, face)
	})
}

// superviseStream holds one stream again and again until ctx ends. Its trouble
// ends here: its sources are read all the same.
func (w *watch) superviseStream(ctx context.Context, s storage.Stream, n *opened, face Streamer) {
	log := w.m.log.With().Str("network", s.Network).Str("stream", s.Name).Logger()
	for failures := 0; ctx.Err() == nil; {
		held := w.m.store.Now()
		_, err := call(w.m, ctx, s.Network, "stream", func(ctx context.Context) (struct{}, error) {
			return struct{}{}, w.m.stream(ctx, s, face)
		})
		if ctx.Err() != nil {
			return
		}
		if missed, ok := errors.AsType[Missed](err); ok {
			w.hurry(s.Network, missed.Origin)
		}
		if w.m.store.Now().Sub(held) >= streamSteady {
			failures = 0
		}
		failures++
		rest := w.m.streamRest(n, err, failures)
		logStream(log, err, failures, rest)
		if pause(ctx, rest) != nil {
			return
		}
	}
}

// stream holds a stream from where it was left until it breaks.
func (m *Monitor) stream(ctx context.Context, s storage.Stream, face Streamer) error {
	cursor, err := m.store.StreamCursor(ctx, s)
	if err != nil {
		return fmt.Errorf("read the cursor of a stream: %w", err)
	}
	return face.Stream(ctx, s.Name, cursor, func(items []Item, cursor string) error {
		return m.saveTold(ctx, s.Network, items, &storage.Progress{Stream: s, Cursor: cursor})
	})
}

// streamRest is the pause before a stream is held again.
func (m *Monitor) streamRest(n *opened, err error, failures int) time.Duration {
	if err == nil || errors.As(err, new(Missed)) {
		return backoff(streamPause, n.every, failures)
	}
	return max(m.afterTrouble(storage.Source{Network: n.name}, err, failures).Sub(m.store.Now()), streamPause)
}

func logStream(log zerolog.Logger, err error, failures int, rest time.Duration) {
	if p, ok := errors.AsType[panicked](err); ok {
		log.Error().Interface("panic", p.value).Bytes("stack", p.stack).Msg("a stream panicked")
		return
	}
	event := log.Debug()
	if failures == 1 && err != nil && !errors.As(err, new(Missed)) {
		event = log.Warn()
	}
	event.Err(err).Int("failures", failures).Dur("pause", rest).Msg("a stream ended")
}

// hurry lets sources of a network be read now: all, or those of an address.
func (w *watch) hurry(network, origin string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range w.sources {
		if w.m.byName[s.network] == w.m.byName[network] && (origin == "" || s.address.Load() == origin) {
			s.hurry.Store(true)
			s.wake()
		}
	}
}

// handed lets the sources be read now for which bot has something.
func (w *watch) handed(ctx context.Context) (time.Time, error) {
	sources, err := w.m.store.HandedTo(ctx)
	if err != nil {
		return time.Time{}, fmt.Errorf("who has something to read: %w", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, id := range sources {
		if n := w.sources[id]; n != nil {
			n.hurry.Store(true)
			n.wake()
		}
	}
	return time.Time{}, nil
}

// watched is a source that is read.
type watched struct {
	network string
	address atomic.Value  // string; the network may name it otherwise than a person did
	kick    chan struct{} // look at the clock again
	hurry   atomic.Bool   // and do not wait for it
	stop    context.CancelFunc
}

func (n *watched) wake() {
	select {
	case n.kick <- struct{}{}:
	default:
	}
}
