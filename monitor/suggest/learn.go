package suggest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"otklik/storage"
)

const (
	linesAtOnce = 500
	saveEvery   = time.Minute // what was learned since is learned again after a crash
	saveLessons = 200         // so many are stored at once
	saveLines   = 10_000      // lines that taught nothing are passed over for good
)

// Learn reads on in the journals, learns what was decided there, and gives
// anew the advice on incidents that nobody decided on. It says when it has work
// next.
func (a *Advisor) Learn(ctx context.Context) (next time.Time, err error) {
	ends, err := a.store.JournalEnds(ctx)
	if err != nil {
		return next, fmt.Errorf("read how far the journals go: %w", err)
	}
	for _, id := range slices.Sorted(maps.Keys(ends)) {
		r, e := a.region(ctx, id)
		if e != nil {
			err = errors.Join(err, e) // the others go on
			continue
		}
		at, e := a.learn(ctx, id, r, ends[id])
		e, r.broken = errors.Join(e, r.broken), nil
		if e != nil {
			err = errors.Join(err, fmt.Errorf("learn from region %d: %w", id, e))
		}
		if !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next, err
}

// learn reads a region's journal to its end, which may have moved on.
func (a *Advisor) learn(ctx context.Context, id int64, r *region, end int64) (next time.Time, err error) {
	for r.cursor < end {
		lines, err := a.store.Lines(ctx, id, r.cursor, linesAtOnce)
		if err != nil {
			return next, err
		}
		if len(lines) == 0 {
			break
		}
		if err := a.read(ctx, id, r, lines); err != nil {
			return next, err
		}
		if r.lessons >= saveLessons || r.cursor-r.stored >= saveLines {
			if err := a.save(ctx, id, r); err != nil {
				return next, err
			}
		}
	}
	if err := a.forget(ctx, id, r); err != nil {
		return next, err
	}
	if r.lessons > 0 && a.store.Now().Sub(r.saved) >= saveEvery {
		if err := a.save(ctx, id, r); err != nil {
			return next, err
		}
	}
	if r.lessons > 0 {
		next = r.saved.Add(saveEvery)
	}
	at, err := a.refresh(ctx, id, r)
	if !at.IsZero() && (next.IsZero() || at.Before(next)) {
		next = at
	}
	return next, err
}

// read learns from lines of the journal.
func (a *Advisor) read(ctx context.Context, id int64, r *region, lines []storage.Event) error {
	var here present
	for _, e := range lines {
		if !e.Decides() || e.Incident == 0 {
			r.cursor = e.Seq
			continue
		}
		if here.officials == nil {
			var err error
			if here, err = a.present(ctx, id); err != nil {
				return err
			}
		}
		if err := a.readLine(ctx, r, e, here); err != nil {
			return fmt.Errorf("line %d: %w", e.Seq, err)
		}
		r.cursor = e.Seq
	}
	return nil
}

func (a *Advisor) readLine(ctx context.Context, r *region, e storage.Event, here present) error {
	lines, err := a.store.IncidentLines(ctx, e.Incident, e.Seq)
	if err != nil {
		return err
	}
	v := verdictOf(lines)
	i, err := a.store.Incident(ctx, e.Incident)
	if err != nil {
		return err
	}
	post, err := a.store.Post(ctx, v.post)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if r.teach(e.Incident, e.Kind, v, post.Text, i.Place, here) {
		r.lessons++
		r.stale = true
	}
	if i.State == storage.New {
		r.changed[e.Incident] = true
	}
	return nil
}

// save stores the model with its cursor.
func (a *Advisor) save(ctx context.Context, id int64, r *region) error {
	a.mu.Lock()
	data, err := r.encode()
	a.mu.Unlock()
	if err != nil {
		return err
	}
	if err := a.store.SaveSuggestionModel(ctx, id, storage.SuggestionModel{Version: Version, Cursor: r.cursor, Data: data}); err != nil {
		return fmt.Errorf("store the suggestion model: %w", err)
	}
	r.saved, r.stored, r.lessons = a.store.Now(), r.cursor, 0
	return nil
}
