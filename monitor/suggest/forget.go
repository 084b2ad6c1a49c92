package suggest

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// forgetEvery is how soon after a text its lessons' words go.
const forgetEvery = time.Minute

// forget drops the lessons of incidents whose texts were erased: what they
// taught stays in the weights, but their words are remembered no longer than
// the texts.
func (a *Advisor) forget(ctx context.Context, id int64, r *region) error {
	now := a.store.Now()
	a.mu.Lock()
	oldest := r.oldest()
	a.mu.Unlock()
	if oldest == 0 || now.Before(r.forgot.Add(forgetEvery)) {
		return nil
	}
	erased, err := a.store.ErasedIncidents(ctx, id, oldest)
	if err != nil {
		return fmt.Errorf("read what was erased: %w", err)
	}
	a.mu.Lock()
	dropped := r.drop(erased)
	a.mu.Unlock()
	if dropped {
		if err := a.save(ctx, id, r); err != nil {
			return err
		}
	}
	r.forgot = now
	return nil
}

// oldest is the smallest number of an incident whose lesson is remembered, 0 for
// none.
func (m *model) oldest() (oldest int64) {
	for _, l := range m.recent {
		if l.incident != 0 && (oldest == 0 || l.incident < oldest) {
			oldest = l.incident
		}
	}
	return oldest
}

// drop forgets the lessons of incidents, 0 for those of no incident, and says
// whether there were any.
func (m *model) drop(incidents []int64) bool {
	before := len(m.recent)
	m.recent = slices.DeleteFunc(m.recent, func(l *lesson) bool { return slices.Contains(incidents, l.incident) })
	return len(m.recent) < before
}
