package suggest

import (
	"context"
	"fmt"
	"sync"
	"time"

	"otklik/storage"
)

// Advisor has the models of all regions. It is safe for use by many goroutines;
// one of them learns.
type Advisor struct {
	store *storage.Store

	mu      sync.Mutex // of the models and of what they know
	regions map[int64]*region
}

// region is a model at work.
type region struct {
	*model
	saved   time.Time // zero: never by this process
	lessons int       // since then
	stored  int64     // the cursor that was stored

	stale     bool           // the advice on open incidents is that of an earlier model
	refreshed time.Time      // when it was last given anew
	changed   map[int64]bool // incidents that somebody decided on and left open

	forgot time.Time // when it was last looked for erased texts

	broken error // the stored model could not be read; nil once that was told
}

// New makes the advisor of a store. It reads a region's model when it is first
// asked about it.
func New(store *storage.Store) *Advisor {
	return &Advisor{store: store, regions: map[int64]*region{}}
}

// region returns a region's model, reading it if nobody did yet. One of another
// version, or one that cannot be read, is learned anew from the journal, as far
// as texts are kept.
func (a *Advisor) region(ctx context.Context, id int64) (*region, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if r := a.regions[id]; r != nil {
		return r, nil
	}
	stored, err := a.store.SuggestionModel(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read the suggestion model of region %d: %w", id, err)
	}
	r := &region{model: newModel(), stale: true, changed: map[int64]bool{}}
	if stored.Version == Version {
		m, err := decode(stored.Data)
		if err == nil {
			r.model, r.stored = m, stored.Cursor
			r.cursor = stored.Cursor
		}
		r.broken = err
	}
	a.regions[id] = r
	return r, nil
}

// Advise fills in what was learned about posts' matches, each with its text.
func (a *Advisor) Advise(ctx context.Context, found []storage.Found) error {
	here := map[int64]present{}
	for _, f := range found {
		for i := range f.Matches {
			match := &f.Matches[i]
			r, err := a.region(ctx, match.Region)
			if err != nil {
				return err
			}
			if !a.knowing(r) {
				continue
			}
			p, known := here[match.Region]
			if !known {
				if p, err = a.present(ctx, match.Region); err != nil {
					return err
				}
				here[match.Region] = p
			}
			match.Advice = a.advise(r, Case{Text: f.Post.Text, Topic: match.Topic, Place: match.Place}, p)
		}
	}
	return nil
}

// knowing tells that a region's model learned anything.
func (a *Advisor) knowing(r *region) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return r.words.texts > 0
}

func (a *Advisor) advise(r *region, c Case, p present) storage.Advice {
	a.mu.Lock()
	defer a.mu.Unlock()
	return r.advise(c, p)
}

// present reads who can be suggested in a region now.
func (a *Advisor) present(ctx context.Context, id int64) (p present, err error) {
	if p.officials, err = a.store.Officials(ctx, id); err != nil {
		return p, fmt.Errorf("officials of region %d: %w", id, err)
	}
	if p.routes, err = a.store.Routes(ctx, id); err != nil {
		return p, fmt.Errorf("routes of region %d: %w", id, err)
	}
	return p, nil
}
