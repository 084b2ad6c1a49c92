package monitor

import (
	"context"
	"errors"
	"time"

	"otklik/storage"
)

// doubt is a publication of which nobody knows whether it went out.
type doubt struct {
	publication storage.Publication
	lookups     int
	next        time.Time
	settled     bool
}

func (p *publisher) doubt(d doubt) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.doubts = append(p.doubts, d)
}

// settleDoubts starts to look up what may have gone out, as far as it is due,
// and returns when the next doubt is.
func (p *publisher) settleDoubts(ctx context.Context) (next time.Time, err error) {
	p.mu.Lock()
	doubts := p.doubts
	p.doubts = nil
	p.mu.Unlock()
	for _, d := range doubts {
		if d.next.After(p.m.store.Now()) || ctx.Err() != nil {
			next = sooner(next, d.next)
			p.doubt(d)
			continue
		}
		select {
		case p.slots <- struct{}{}:
		case <-ctx.Done():
			p.doubt(d)
			continue
		}
		p.wg.Go(func() {
			defer func() { <-p.slots }()
			if d = p.lookInto(ctx, d); !d.settled {
				p.doubt(d)
			}
		})
	}
	return next, ctx.Err()
}

// lookInto tries to settle a doubt; what remains one is looked into later.
func (p *publisher) lookInto(ctx context.Context, d doubt) doubt {
	var err error
	d.settled, err = guarded(ctx, func(ctx context.Context) (bool, error) { return p.settle(ctx, d) })
	if !d.settled {
		p.m.log.Warn().Err(err).Int64("publication", d.publication.ID).Msg("cannot find out whether an answer was published")
		d.lookups++
		d.next = p.m.store.Now().Add(backoff(5*time.Second, 2*time.Minute, d.lookups))
	}
	return d
}

// settle ends one doubt: the answer is found, or it is not there and is tried
// again, or nobody can tell and the official is asked.
func (p *publisher) settle(ctx context.Context, d doubt) (settled bool, err error) {
	b := d.publication
	t, err := p.task(ctx, b)
	if err != nil && d.lookups+1 < maxLookups {
		return false, err
	}
	if err != nil || t.face == nil {
		err := p.m.store.PublishUnknown(ctx, b.ID)
		return err == nil, err
	}
	stands, err := p.look(ctx, t)
	switch {
	case errors.As(err, new(HandedOver)):
		return true, nil
	case err != nil && (d.lookups+1 >= maxLookups || certain(err) && !passes(err)):
		err := p.m.store.PublishUnknown(ctx, b.ID)
		return err == nil, err
	case err != nil:
		return false, err
	case stands:
		return true, nil
	}
	if b.Attempts >= maxAttempts {
		err = p.m.store.PublishUnknown(ctx, b.ID)
	} else {
		err = p.m.store.PublishLater(ctx, b.ID, p.m.store.Now().Add(backoff(30*time.Second, 10*time.Minute, b.Attempts)))
	}
	return err == nil, err
}

// passes says that waiting cures an error.
func passes(err error) bool {
	var limited Limited
	var retry Retry
	return errors.As(err, &limited) || errors.As(err, &retry)
}
