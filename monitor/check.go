package monitor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"otklik/monitor/links"
	"otklik/storage"
)

const (
	checkTime    = time.Minute
	checkPages   = 3
	checksAtOnce = 8
	sampleCount  = 3
	sampleRunes  = 160
)

// answerChecks answers what people ask about sources that they named, several
// at a time: one that does not respond keeps nobody else waiting.
func (m *Monitor) answerChecks(ctx context.Context) (time.Time, error) {
	checks, err := m.store.OpenChecks(ctx)
	if err != nil {
		return time.Time{}, fmt.Errorf("read checks: %w", err)
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(checksAtOnce)
	for _, c := range checks {
		if c.Kind == "source" {
			g.Go(func() error {
				_, err := guarded(ctx, func(ctx context.Context) (struct{}, error) { return struct{}{}, m.answerCheck(ctx, c) })
				return err
			})
		}
	}
	return time.Time{}, g.Wait()
}

func (m *Monitor) answerCheck(ctx context.Context, c storage.Check) error {
	answer, err := m.checkSource(ctx, c.Subject)
	if err != nil {
		return fmt.Errorf("check source %d: %w", c.Subject, err)
	}
	if err := m.store.FinishCheck(ctx, c, answer); err != nil {
		return fmt.Errorf("answer check %d: %w", c.ID, err)
	}
	return nil
}

// checkSource says whether a source can be read, what is missing, and what its
// last day would have brought. The codes: source_ok (posts, matched, samples),
// source_unreadable (trouble, and setting where a token is refused),
// source_heard (missing) of a Listener, source_no_token (setting),
// source_unknown; each with network, url and name.
func (m *Monitor) checkSource(ctx context.Context, id int64) (storage.Notice, error) {
	s, err := m.store.Source(ctx, id)
	if errors.Is(err, storage.ErrNotFound) {
		return storage.Notice{Code: "source_unknown", Params: storage.Params{"network": "", "url": "", "name": ""}}, nil
	}
	if err != nil {
		return storage.Notice{}, err
	}
	params := storage.Params{"network": s.Network, "url": s.URL, "name": s.Name}
	n := m.byName[s.Network]
	switch {
	case n == nil:
		return storage.Notice{Code: "source_unknown", Params: params}, nil
	case n.network == nil:
		params["setting"] = n.needs
		return storage.Notice{Code: "source_no_token", Params: params}, nil
	}
	if face, ok := n.network.(Listener); ok {
		missing, err := face.Listens(ctx, s)
		if err != nil {
			return storage.Notice{}, err
		}
		// What is missing for it to be answered in may have come or gone, too.
		if err := m.refreshPublishing(ctx); err != nil {
			return storage.Notice{}, err
		}
		params["missing"] = missing
		return storage.Notice{Code: "source_heard", Params: params}, nil
	}
	d, err := m.tryOut(ctx, n, s)
	if ctx.Err() != nil {
		return storage.Notice{}, ctx.Err()
	}
	params["name"] = d.name
	if err != nil {
		m.log.Info().Err(err).Str("network", s.Network).Int64("source", s.ID).Msg("a new source cannot be read")
		params["trouble"] = troubleCode(err)
		if lost, ok := errors.AsType[AuthLost](err); ok {
			params["setting"] = lost.Key
		}
		return storage.Notice{Code: "source_unreadable", Params: params}, nil
	}
	params["posts"], params["matched"], params["samples"] = d.posts, d.matched, d.samples
	return storage.Notice{Code: "source_ok", Params: params}, nil
}

// day is what a source's last day would have brought.
type day struct {
	name    string
	posts   int
	matched int
	samples []string // masked beginnings of what matched
}

// tryOut names a source and reads its last day without storing a post.
func (m *Monitor) tryOut(ctx context.Context, n *opened, s storage.Source) (day, error) {
	d := day{name: s.Name, samples: []string{}}
	unlock, err := m.reading.lock(ctx, s.ID)
	if err != nil {
		return d, err
	}
	defer unlock()
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	if s, err = m.resolve(ctx, n, s, &d); err != nil {
		return d, err
	}
	set := m.rules.Load()
	since := m.store.Now().Add(-freshness)
	s.Cursor = ""
	for range checkPages {
		p, err := m.fetch(ctx, n, s)
		if err != nil {
			return d, err
		}
		for _, item := range p.Items {
			if !item.Own && (item.PublishedAt.IsZero() || item.PublishedAt.After(since)) {
				d.take(set, s.Region, item)
			}
		}
		if !p.More || p.Cursor == s.Cursor {
			break
		}
		s.Cursor = p.Cursor
	}
	return d, nil
}

// resolve lets the network say what a source is and keeps what is new of it.
func (m *Monitor) resolve(ctx context.Context, n *opened, s storage.Source, d *day) (storage.Source, error) {
	face, ok := n.network.(Resolver)
	if !ok {
		return s, nil
	}
	l, err := links.Parse(s.URL)
	if err != nil {
		return s, errors.Join(err, BadConfig{What: "address"})
	}
	found, err := call(m, ctx, n.name, "resolve", func(ctx context.Context) (storage.Source, error) { return face.Resolve(ctx, l) })
	if err != nil {
		return s, err
	}
	name, address := s.Name, s.Address
	if found.Name != "" {
		s.Name, d.name = oneLine(CleanText(found.Name), maxParentLine), found.Name
	}
	if found.Address != "" {
		s.Address = found.Address
	}
	if s.Name == name && s.Address == address {
		return s, nil
	}
	if err := m.store.NameSource(ctx, s.ID, s.Name, s.Address); err != nil {
		// Perhaps the region watches the same under another address; the check goes on.
		m.log.Warn().Err(err).Int64("source", s.ID).Msg("cannot name a source")
	}
	return s, nil
}

// take counts one post of the last day.
func (d *day) take(set *ruleset, region int64, item Item) {
	d.posts++
	raw := cut(CleanText(item.Text), maxText)
	for _, match := range set.concerns(raw, []int64{region}).matches {
		if match.Region != region {
			continue
		}
		d.matched++
		if len(d.samples) < sampleCount {
			d.samples = append(d.samples, oneLine(Mask(raw), sampleRunes))
		}
	}
}
