package monitor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"otklik/storage"
)

const (
	tokenLook  = 15 * time.Minute // between two looks whether tokens in trouble work again
	tokenProbe = time.Minute      // for one of them
	tokenGrace = 10 * time.Minute // after its end a trouble that passes by itself has passed
)

// tokens keeps book of the tokens that do not work, so that their owner is told
// once, and once more when they work again.
type tokens struct {
	m     *Monitor
	woken chan struct{}
	look  time.Time // when to look again; of step alone

	mu     sync.Mutex
	failed []storage.TokenTrouble // not stored yet
}

func newTokens(m *Monitor) *tokens { return &tokens{m: m, woken: make(chan struct{}, 1)} }

// fail notes that a token does not work. until is when that passes by itself,
// zero for never. It may be called from anywhere, again and again.
func (t *tokens) fail(network string, e AuthLost, until time.Time) {
	if e.Cause == "" {
		e.Cause = causeRefused
	}
	trouble := storage.TokenTrouble{Key: e.Key, Number: e.Number, Network: network, Cause: e.Cause, Until: until}
	t.mu.Lock()
	defer t.mu.Unlock()
	if e.Key == "" || slices.Contains(t.failed, trouble) {
		return
	}
	t.failed = append(t.failed, trouble)
	select {
	case t.woken <- struct{}{}:
	default:
	}
}

func (t *tokens) changed() (<-chan struct{}, func()) { return t.woken, func() {} }

// step stores what failed and looks, at the start and then every quarter of an
// hour, whether what failed before works again.
func (t *tokens) step(ctx context.Context) (next time.Time, err error) {
	if err := t.store(ctx); err != nil {
		return next, err
	}
	if now := t.m.store.Now(); !now.Before(t.look) {
		t.look = now.Add(tokenLook)
		err = t.lookAgain(ctx)
	}
	return t.look, err
}

func (t *tokens) store(ctx context.Context) error {
	t.mu.Lock()
	list := t.failed
	t.failed = nil
	t.mu.Unlock()
	for i, f := range list {
		if err := t.m.store.TokenFailed(ctx, f); err != nil {
			t.mu.Lock()
			t.failed = append(list[i:], t.failed...)
			t.mu.Unlock()
			return fmt.Errorf("note a token that failed: %w", err)
		}
	}
	return nil
}

// lookAgain asks the networks of tokens in trouble, once each, how they stand.
func (t *tokens) lookAgain(ctx context.Context) error {
	list, err := t.m.store.TokenTroubles(ctx)
	if err != nil {
		return fmt.Errorf("read the tokens in trouble: %w", err)
	}
	found := map[string][]Capability{}
	for _, trouble := range list {
		if !trouble.Cured.IsZero() {
			continue
		}
		if !trouble.Until.IsZero() {
			if t.m.store.Now().After(trouble.Until.Add(tokenGrace)) {
				err = errors.Join(err, t.m.store.TokenCured(ctx, trouble.Key, trouble.Number))
			}
			continue
		}
		caps, asked := found[trouble.Network]
		if !asked {
			caps = t.m.probe(ctx, trouble.Network)
			found[trouble.Network] = caps
		}
		switch t.standing(trouble, caps) {
		case tokenWorks:
			err = errors.Join(err, t.m.store.TokenCured(ctx, trouble.Key, trouble.Number))
		case tokenAway:
			err = errors.Join(err, t.m.store.ForgetToken(ctx, trouble.Key, trouble.Number))
		}
	}
	return err
}

// probe asks one network what its settings allow; nil for one that cannot say.
func (m *Monitor) probe(ctx context.Context, network string) []Capability {
	n := m.byName[network]
	if n == nil {
		return nil
	}
	face, ok := n.network.(Prober)
	if !ok {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, tokenProbe)
	defer cancel()
	caps, err := guarded(ctx, func(ctx context.Context) ([]Capability, error) { return face.Probe(ctx), nil })
	if err != nil {
		m.log.Error().Err(err).Str("network", network).Msg("cannot ask a network what it allows")
	}
	return caps
}

// verdict is how a token in trouble stands now.
type verdict int

const (
	tokenUnknown verdict = iota // nobody can tell, or it is as it was
	tokenWorks
	tokenAway // it is not among the settings any more
)

func (t *tokens) standing(trouble storage.TokenTrouble, caps []Capability) verdict {
	n := t.m.byName[trouble.Network]
	if n == nil || n.network == nil {
		return tokenAway
	}
	if _, ok := n.network.(Prober); !ok || caps == nil {
		return tokenUnknown
	}
	away, works := true, false
	for _, c := range caps {
		if c.Key != trouble.Key {
			continue
		}
		away = away && c.Number != trouble.Number && c.Number != 0
		if c.Number != trouble.Number {
			continue
		}
		if c.Err != nil && (trouble.Cause == causeRights || errors.As(c.Err, new(AuthLost))) {
			return tokenUnknown
		}
		works = works || c.Err == nil
	}
	switch {
	case away:
		return tokenAway
	case works:
		return tokenWorks
	}
	return tokenUnknown
}
