package monitor

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"otklik/storage"
)

const (
	fetchTime   = 2 * time.Minute  // for one page
	pagesAtOnce = 20               // of one source, before others have their turn
	rarest      = 54 * time.Minute // between two readings of a source, unless the network's interval is longer; with its spread an hour
	patience    = time.Hour        // the longest pause after trouble that may pass
	giveUp      = 6 * time.Hour    // and after trouble that asks for a person
)

// watch owns one goroutine for each source
// and one for each stream.
type watch struct {
	m       *Monitor
	streams map[storage.Stream]context.CancelFunc
	wg      sync.WaitGroup

	mu      sync.Mutex
	sources map[int64]*watched
}

func newWatch(m *Monitor) *watch {
	return &watch{m: m, streams: map[storage.Stream]context.CancelFunc{}, sources: map[int64]*watched{}}
}

// step brings rules and goroutines in line with the database.
func (w *watch) step(ctx context.Context) (time.Time, error) {
	if err := w.m.loadRules(ctx); err != nil {
		return time.Time{}, err
	}
	present, err := w.m.store.Sources(ctx, 0)
	if err != nil {
		return time.Time{}, fmt.Errorf("read sources: %w", err)
	}
	// What it changes wakes this loop again.
	searches := w.m.keepSearches(ctx, present)
	w.stepSources(ctx, present)
	w.stepStreams(ctx, present)
	return time.Time{}, searches
}

func (w *watch) stepSources(ctx context.Context, present []storage.Source) {
	w.mu.Lock()
	defer w.mu.Unlock()
	keep := map[int64]bool{}
	for _, s := range present {
		keep[s.ID] = true
		n := w.sources[s.ID]
		if n == nil {
			n = w.start(ctx, s)
		}
		n.address.Store(s.Address)
		n.wake()
	}
	for id, old := range w.sources {
		if !keep[id] {
			old.stop()
			delete(w.sources, id)
		}
	}
}

func (w *watch) start(ctx context.Context, s storage.Source) *watched {
	ctx, stop := context.WithCancel(ctx)
	n := &watched{network: s.Network, kick: make(chan struct{}, 1), stop: stop}
	w.sources[s.ID] = n
	w.wg.Go(func() {
		defer stop()
		w.m.supervise(ctx, s, n)
	})
	return n
}

func (w *watch) wait() { w.wg.Wait() }

// supervise reads one source again and again until ctx ends. Its trouble ends
// here: it is logged, stored and tried again after growing pauses.
func (m *Monitor) supervise(ctx context.Context, s storage.Source, n *watched) {
	log := m.log.With().Str("network", s.Network).Int64("source", s.ID).Logger()
	next := s.NextReadAt
	if s.Trouble != "" && s.Trouble != troubleLimited {
		next = m.store.Now() // a restart is often what cures it
	}
	failures := 0
	for {
		if err := m.sleepUntil(ctx, next, n); err != nil {
			return
		}
		read, err := guarded(ctx, func(ctx context.Context) (time.Time, error) { return m.read(ctx, s.ID) })
		switch {
		case ctx.Err() != nil || errors.Is(err, errRemoved):
			return
		case err == nil:
			if failures > 0 {
				log.Info().Int("failures", failures).Msg("the source is read again")
			}
			next, failures = read, 0
			continue
		}
		failures++
		next = m.afterTrouble(s, err, failures)
		logTrouble(log, err, failures, next)
		if err := m.store.SourceRead(ctx, s.ID, m.trouble(s, err), next); err != nil && ctx.Err() == nil && !errors.Is(err, storage.ErrNotFound) {
			log.Error().Err(err).Msg("cannot store a source's trouble")
		}
	}
}

// logTrouble logs the first failure loudly and what follows quietly.
func logTrouble(log zerolog.Logger, err error, failures int, next time.Time) {
	event := log.Debug()
	if failures == 1 && !errors.Is(err, errHeld) {
		event = log.Warn()
	}
	if p, ok := errors.AsType[panicked](err); ok {
		log.Error().Interface("panic", p.value).Bytes("stack", p.stack).Msg("reading a source panicked")
		return
	}
	event.Err(err).Int("failures", failures).Time("next", next).Msg("cannot read a source")
}

// sleepUntil waits for a time of the store's clock, which may have moved when it
// is woken; a source in a hurry waits no longer.
func (m *Monitor) sleepUntil(ctx context.Context, next time.Time, n *watched) error {
	for {
		wait := next.Sub(m.store.Now())
		if n.hurry.Swap(false) || wait <= 0 {
			return ctx.Err()
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-n.kick:
			timer.Stop()
		case <-timer.C:
		}
	}
}

var (
	errNotSetUp = errors.New("the network is not set up")
	errRemoved  = errors.New("the source was removed")
	errHeld     = errors.New("the network asked for a pause") // by what it told another source
)

// read reads all that is new in a source, page by page, and says when to come
// again.
func (m *Monitor) read(ctx context.Context, id int64) (time.Time, error) {
	unlock, err := m.reading.lock(ctx, id)
	if err != nil {
		return time.Time{}, err
	}
	defer unlock()
	for page := 1; ; page++ {
		s, err := m.store.Source(ctx, id)
		if errors.Is(err, storage.ErrNotFound) {
			return time.Time{}, errRemoved
		}
		if err != nil {
			return time.Time{}, err
		}
		n := m.byName[s.Network]
		if n == nil || n.network == nil {
			return time.Time{}, errNotSetUp
		}
		if s.Kind == storage.SearchSource {
			if err := n.turns.take(ctx); err != nil {
				return time.Time{}, err
			}
		}
		p, err := m.fetch(ctx, n, s)
		if err != nil {
			return time.Time{}, err
		}
		next := later(m.store.Now(), p.NotBefore)
		if !p.More {
			if next, err = m.nextRead(ctx, n, s, p); err != nil {
				return time.Time{}, err
			}
		}
		fresh, err := m.save(ctx, s, p, next)
		if err != nil {
			return time.Time{}, err
		}
		if fresh > 0 && !p.More {
			next = later(m.store.Now().Add(spread(n.every, 0.1)), p.NotBefore)
		}
		if !p.More || page == pagesAtOnce || !p.NotBefore.IsZero() {
			return next, nil
		}
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// nextRead is when a source is read again: after half of the time in which a
// post appears there, which is between the average of its week and the time
// since the last one; but not before the network's interval is over, and not
// after an hour. A search comes back after one interval: it waits for its turn.
func (m *Monitor) nextRead(ctx context.Context, n *opened, s storage.Source, p Page) (time.Time, error) {
	now := m.store.Now()
	if s.Kind == storage.SearchSource {
		return later(now.Add(spread(n.every, 0.1)), p.NotBefore), nil
	}
	activity, err := m.store.Activity(ctx, s.ID)
	if err != nil {
		return now, fmt.Errorf("read what the source brings: %w", err)
	}
	last := later(s.CreatedAt, s.LastPostAt)
	for _, item := range p.Items {
		last = later(last, item.PublishedAt)
	}
	gap := max(now.Sub(last), 0)
	if activity.Posts > 0 {
		average := float64(24*time.Hour) / activity.Posts
		gap = time.Duration(math.Sqrt(average * float64(gap)))
	}
	every := min(max(gap/2, n.every), max(m.cfg.Rarest, n.every))
	return later(now.Add(spread(every, 0.1)), p.NotBefore), nil
}

// fetch asks the network for one page.
func (m *Monitor) fetch(ctx context.Context, n *opened, s storage.Source) (Page, error) {
	if until := n.heldUntil(s.Kind); until.After(m.store.Now()) {
		return Page{}, fmt.Errorf("%w: %w", errHeld, Limited{Until: until})
	}
	give, err := n.slot(ctx)
	if err != nil {
		return Page{}, err
	}
	defer give()
	ctx, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	p, err := call(m, ctx, n.name, "fetch", func(ctx context.Context) (Page, error) { return n.network.Fetch(ctx, s) })
	var limited Limited
	if errors.As(err, &limited) {
		n.hold(limited, s.Kind)
	}
	return p, err
}

// call makes one call to a network and tells the observer. A panic is an error.
func call[T any](m *Monitor, ctx context.Context, network, method string, do func(context.Context) (T, error)) (T, error) {
	start := time.Now()
	v, err := guarded(ctx, do)
	code := "ok"
	if err != nil && !errors.As(err, new(HandedOver)) {
		code = troubleCode(err)
	}
	if lost, ok := errors.AsType[AuthLost](err); ok {
		m.tokens.fail(network, lost, time.Time{})
	}
	m.observe.Call(network, method, code, time.Since(start))
	return v, err
}

// trouble is the code of what keeps a source from being read.
func (m *Monitor) trouble(s storage.Source, err error) string {
	if !errors.Is(err, errNotSetUp) {
		return troubleCode(err)
	}
	if m.byName[s.Network] == nil {
		return troubleUnknown
	}
	return troubleNoToken
}

// afterTrouble is when a source is tried again.
func (m *Monitor) afterTrouble(s storage.Source, err error, failures int) time.Time {
	now := m.store.Now()
	every := time.Minute
	if n := m.byName[s.Network]; n != nil {
		every = n.every
	}
	var limited Limited
	var retry Retry
	var auth AuthLost
	var forbidden Forbidden
	var gone Gone
	var setting BadConfig
	switch {
	case errors.As(err, &limited):
		return later(now.Add(backoff(time.Second, every, failures)), limited.Until.Add(spread(every/10, 1)))
	case errors.As(err, &retry):
		return now.Add(max(retry.After, min(backoff(time.Second, patience, failures), patience)))
	case errors.Is(err, errNotSetUp), errors.As(err, &auth), errors.As(err, &forbidden), errors.As(err, &gone), errors.As(err, &setting), errors.As(err, new(Unheard)):
		return now.Add(backoff(max(every, 15*time.Minute), giveUp, failures))
	}
	return now.Add(backoff(every, patience, failures))
}

// sourceLocks see to it that a source is read by one at a time.
type sourceLocks struct {
	mu   sync.Mutex
	held map[int64]chan struct{}
}

func (l *sourceLocks) lock(ctx context.Context, id int64) (unlock func(), err error) {
	l.mu.Lock()
	if l.held == nil {
		l.held = map[int64]chan struct{}{}
	}
	c := l.held[id]
	if c == nil {
		c = make(chan struct{}, 1)
		l.held[id] = c
	}
	l.mu.Unlock()
	select {
	case c <- struct{}{}:
		return func() { <-c }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
