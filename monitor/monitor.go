package monitor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"otklik/monitor/suggest"
	"otklik/storage"
)

// Config is what an installation decides about watching.
type Config struct {
	AllowPrivate bool          // visit private addresses that a person gave; only for tests and the demo
	Rarest       time.Duration // between two readings of a quiet source, unless its network's interval is longer; 0: an hour
	Recent       int           // how many texts a region keeps of posts that matched nothing; 0: none
	IntakeToken  string        // what an intake request must bear; "": there is no intake
	Maps         []FieldMap    // of messages of another shape, beside those built in
	UserAgent    string        // "" for "Otklik"
	Observer     Observer      // nil: nobody counts

	networks []network // instead of the table, for tests
}

// Observer counts what the monitor does. It is called from many goroutines.
type Observer interface {
	// Call is one call to a network: method is fetch, post, resolve, publish,
	// find, replies, recheck, stream or hook, code "ok" or that of the trouble.
	Call(network, method, code string, took time.Duration)
	// Posts are n posts of a network with one result: new, duplicate, unmatched,
	// edited, removed, restored, reply.
	Posts(network, result string, n int)
	// Lag is how old a post was when it was stored.
	Lag(network string, age time.Duration)
}

type nobody struct{}

func (nobody) Call(string, string, string, time.Duration) {}
func (nobody) Posts(string, string, int)                  {}
func (nobody) Lag(string, time.Duration)                  {}

// Monitor reads networks into a store and publishes the answers in it.
type Monitor struct {
	store   *storage.Store
	cfg     Config
	log     zerolog.Logger
	observe Observer
	list    []*opened // in the order of the table
	byName  map[string]*opened
	rules   atomic.Pointer[ruleset]
	seen    seen
	twins   twins
	running atomic.Bool
	posted  chan struct{} // pending posts were stored
	heard   seen          // comments under answers that are no replies
	reading sourceLocks
	tokens  *tokens
	advisor *suggest.Advisor
}

// New opens the networks that the environment sets up. Its error names the
// setting that is wrong, without its value.
func New(store *storage.Store, cfg Config, log zerolog.Logger) (*Monitor, error) {
	m := &Monitor{store: store, cfg: cfg, log: log, observe: cfg.Observer, byName: map[string]*opened{}, posted: make(chan struct{}, 1), advisor: suggest.New(store)}
	m.cfg.Rarest = cmp.Or(cfg.Rarest, rarest)
	if m.observe == nil {
		m.observe = nobody{}
	}
	m.tokens = newTokens(m)
	table := cfg.networks
	if table == nil {
		table = networks()
	}
	for _, n := range table {
		o, err := n.start(cfg, store, func(e AuthLost, until time.Time) { m.tokens.fail(n.name, e, until) })
		if err != nil {
			return nil, err
		}
		m.list = append(m.list, o)
		for _, name := range append([]string{n.name}, n.also...) {
			m.byName[name] = o
		}
	}
	return m, nil
}

// Run watches until ctx ends and returns when everything it started has ended.
// What is being published then is given a few seconds to end well.
func (m *Monitor) Run(ctx context.Context) error {
	interrupted, err := m.store.InterruptedPublications(ctx)
	if err != nil {
		return fmt.Errorf("read interrupted publications: %w", err)
	}
	if err := m.loadRules(ctx); err != nil {
		return err
	}
	if err := m.refreshPublishing(ctx); err != nil {
		return fmt.Errorf("say anew what can be answered: %w", err)
	}
	p := newPublisher(m, interrupted)
	w := newWatch(m)
	var wg sync.WaitGroup
	wg.Go(func() { m.loop(ctx, "watch sources", m.changes(storage.Sources), w.step) })
	wg.Go(func() { m.loop(ctx, "read what was handed over", m.changes(storage.Handed), w.handed) })
	wg.Go(func() { m.loop(ctx, "publish answers", m.changes(storage.Publications), p.step) })
	wg.Go(func() { m.loop(ctx, "answer checks", m.changes(storage.Checks), m.answerChecks) })
	wg.Go(func() { m.loop(ctx, "check links", m.changes(storage.Checks), newLinkChecker(m).step) })
	wg.Go(func() { m.loop(ctx, "learn from decisions", m.changes(storage.Decisions), m.advisor.Learn) })
	wg.Go(func() { m.loop(ctx, "watch tokens", m.tokens.changed, m.tokens.step) })
	wg.Go(func() { m.loop(ctx, "fetch pending posts", m.pendings(), newFetcher(m).step) })
	for _, n := range m.list {
		if f := newFollower(m, n); f != nil {
			wg.Go(func() { m.loop(ctx, "read replies in "+n.name, m.changes(storage.Publications), f.step) })
		}
		if r := newRechecker(m, n); r != nil {
			wg.Go(func() { m.loop(ctx, "look at posts again in "+n.name, m.changes(storage.Sources), r.step) })
		}
	}
	m.running.Store(true)
	defer m.running.Store(false)
	wg.Wait()
	w.wait()
	p.wait()
	return nil
}

// Ready says whether the monitor watches now.
func (m *Monitor) Ready() error {
	if !m.running.Load() {
		return errors.New("the monitor does not run")
	}
	return nil
}

// Standing is how a network stands with its settings.
type Standing struct {
	Network string
	Missing string // the setting without which it is not set up; "" when it is
	Mute    bool   // it is set up and needs no token, so there is nothing to ask
	Allowed []Capability
}

// Probe asks every network what its settings allow, all at once, in the order
// of the table.
func (m *Monitor) Probe(ctx context.Context) []Standing {
	list := make([]Standing, len(m.list))
	var all sync.WaitGroup
	for i, n := range m.list {
		list[i].Network = n.name
		if n.network == nil {
			list[i].Missing = n.needs
			continue
		}
		if _, ok := n.network.(Prober); !ok {
			list[i].Mute = true
			continue
		}
		all.Go(func() { list[i].Allowed = m.probe(ctx, n.name) })
	}
	all.Wait()
	return list
}

// Budgets are what each network that plans its calls has left, by its name.
func (m *Monitor) Budgets() map[string][]Budget {
	found := map[string][]Budget{}
	for _, n := range m.list {
		if meter, ok := n.network.(Meter); ok {
			found[n.name] = meter.Budgets()
		}
	}
	return found
}

// loadRules makes the present rules those that posts are matched by.
func (m *Monitor) loadRules(ctx context.Context) error {
	old := m.rules.Load()
	set, err := loadRules(ctx, m.store, old)
	if err != nil {
		return err
	}
	if set != old {
		for _, err := range set.broken {
			m.log.Warn().Err(err).Msg("a rule is left out")
		}
		m.rules.Store(set)
	}
	return nil
}

// currentRules loads the rules if nobody did yet: intake and import work also
// where nothing watches.
func (m *Monitor) currentRules(ctx context.Context) (*ruleset, error) {
	if set := m.rules.Load(); set != nil {
		return set, nil
	}
	if err := m.loadRules(ctx); err != nil {
		return nil, err
	}
	return m.rules.Load(), nil
}

// poll is how long at most a loop sleeps: waking is what moves it, the poll
// only repairs.
const poll = 30 * time.Second

// subscription is what wakes a loop; the function ends it.
type subscription func() (<-chan struct{}, func())

func (m *Monitor) changes(q storage.Queue) subscription {
	return func() (<-chan struct{}, func()) { return m.store.Changed(q) }
}

func (m *Monitor) pendings() subscription {
	return func() (<-chan struct{}, func()) { return m.posted, func() {} }
}

// loop calls step whenever something changed, when step said it has work next
// (the zero time: none), and at the latest after the poll. Here the errors of a
// step are logged.
func (m *Monitor) loop(ctx context.Context, what string, subscribe subscription, step func(context.Context) (time.Time, error)) {
	changed, end := subscribe()
	defer end()
	for failures := 0; ; {
		next, err := guarded(ctx, step)
		wait := poll
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			failures++
			m.log.Error().Err(err).Int("failures", failures).Msg("cannot " + what)
			wait = backoff(time.Second, poll, failures)
		default:
			failures = 0
			if !next.IsZero() {
				wait = min(max(next.Sub(m.store.Now()), 0), poll)
			}
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-changed:
			timer.Stop()
		case <-timer.C:
		}
	}
}
