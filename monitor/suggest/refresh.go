package suggest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"otklik/storage"
)

const (
	refreshEvery = time.Minute
	maxRefreshed = 200 // open incidents looked at each time
	maxShown     = 3   // of them, cards shown anew: a group bears 20 calls a minute
)

// refresh gives the advice anew: at once on incidents whose topic somebody
// changed or that came back, and from time to time on all that nobody decided
// on, if the model learned since.
func (a *Advisor) refresh(ctx context.Context, id int64, r *region) (next time.Time, err error) {
	due := r.refreshed.Add(refreshEvery)
	all := r.stale && !a.store.Now().Before(due)
	if !all && len(r.changed) == 0 {
		if r.stale {
			next = due
		}
		return next, nil
	}
	here, err := a.present(ctx, id)
	if err != nil {
		return next, err
	}
	for _, incident := range slices.Sorted(maps.Keys(r.changed)) {
		i, err := a.store.Incident(ctx, incident)
		if err != nil {
			return next, err
		}
		if _, err := a.adviseAgain(ctx, r, i, here, true); err != nil {
			return next, err
		}
		delete(r.changed, incident)
	}
	if !all {
		return due, nil
	}
	r.stale, r.refreshed = false, a.store.Now()
	return next, a.refreshAll(ctx, id, r, here)
}

func (a *Advisor) refreshAll(ctx context.Context, id int64, r *region, here present) error {
	if !a.knowing(r) {
		return nil
	}
	open, err := a.store.Incidents(ctx, storage.QueueFilter{Region: id, States: []storage.State{storage.New}, Limit: maxRefreshed})
	if err != nil {
		return err
	}
	shown := 0
	for _, i := range open {
		anew, err := a.adviseAgain(ctx, r, i, here, shown < maxShown)
		if err != nil {
			return err
		}
		if anew {
			shown++
		}
	}
	return nil
}

// adviseAgain stores the advice on an incident as it stands; with show its card
// is shown anew if it begins otherwise now, and it says whether it is.
func (a *Advisor) adviseAgain(ctx context.Context, r *region, i storage.Incident, here present, show bool) (bool, error) {
	posts, err := a.store.Posts(ctx, i.ID)
	if err != nil {
		return false, fmt.Errorf("posts of incident %d: %w", i.ID, err)
	}
	text := ""
	if len(posts) > 0 {
		text = posts[0].Text
	}
	advice := a.advise(r, Case{Text: text, Topic: i.Topic, Place: i.Place}, here)
	anew, err := a.store.Advise(ctx, i.ID, advice, show)
	if err != nil {
		return false, fmt.Errorf("advise on incident %d: %w", i.ID, err)
	}
	return anew, nil
}
