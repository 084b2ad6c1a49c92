package storage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// Advice is what was learned about an incident, for those who decide on it. The
// zero value is none.
type Advice struct {
	Officials []Candidate // likeliest first
	Earned    bool        // the first of them was right more often than the defaults
	Topics    []int64     // likeliest first; none while too little was learned
	Reason    string      // code of the dismissal that it likely ends in; "" unless that was earned
	Urgent    bool        // likely to be made important, and that was earned
}

// Candidate is an official who may be the one to answer.
type Candidate struct {
	Official int64
	Score    float64 // how often such a suggestion was right, 0–1; 0 while nobody knows
}

// empty tells that nothing was learned.
func (a Advice) empty() bool {
	return len(a.Officials) == 0 && len(a.Topics) == 0 && a.Reason == "" && !a.Urgent
}

// Advice returns what was learned about an incident, without its officials: they
// are among the Suggestions.
func (s *Store) Advice(ctx context.Context, incident int64) (Advice, error) {
	a, err := one(ctx, s.read, scanAdvice, `SELECT earned, topics, reason, urgent FROM advice WHERE incident_id = $1`, incident)
	if errors.Is(err, ErrNotFound) {
		err = nil
	}
	return a, err
}

func scanAdvice(r scanner) (a Advice, err error) {
	var earned, urgent int64
	var topics string
	if err := r.Scan(&earned, &topics, &a.Reason, &urgent); err != nil {
		return a, err
	}
	if a.Earned, a.Urgent = earned == 1, urgent == 1; topics != "" {
		err = json.Unmarshal([]byte(topics), &a.Topics)
	}
	return a, err
}

// Advise stores what is now known about an incident that nobody decided on yet.
// With show its cards are shown again if they would begin with another
// suggestion; it says whether they are.
func (s *Store) Advise(ctx context.Context, incident int64, a Advice, show bool) (shown bool, err error) {
	err = s.tx(ctx, func(t *tx) error {
		shown = false
		i, err := t.incident(incident)
		if err != nil || i.State != New {
			return err
		}
		before, err := t.advised(i)
		if err != nil {
			return err
		}
		if err := t.advise(incident, a); err != nil {
			return err
		}
		after, err := t.advised(i)
		if shown = show && before != after; err != nil || !shown {
			return err
		}
		t.wake(Outbox)
		// An open menu is not folded: somebody is choosing.
		return t.exec(`UPDATE messages SET wanted = wanted + 1 WHERE incident_id = $1 AND state = 'live' AND kind = 'card' AND menu = ''`, incident)
	})
	return shown, err
}

// advised is what a new card shows of an advice.
type advised struct {
	official int64
	reason   string
	urgent   bool
}

func (t *tx) advised(i Incident) (shown advised, err error) {
	ranked, err := rankings(t.ctx, t, i, 1)
	if err != nil {
		return shown, err
	}
	if len(ranked) > 0 {
		shown.official = ranked[0].official
	}
	a, err := one(t.ctx, t, scanAdvice, `SELECT earned, topics, reason, urgent FROM advice WHERE incident_id = $1`, i.ID)
	if errors.Is(err, ErrNotFound) {
		err = nil
	}
	shown.reason, shown.urgent = a.Reason, a.Urgent
	return shown, err
}

// advise replaces what is known about an incident.
func (t *tx) advise(incident int64, a Advice) error {
	if err := errors.Join(t.exec(`DELETE FROM suggestions WHERE incident_id = $1`, incident), t.exec(`DELETE FROM advice WHERE incident_id = $1`, incident)); err != nil {
		return err
	}
	return t.addAdvice(incident, a)
}

// addAdvice stores what is known about an incident of which nothing was stored.
func (t *tx) addAdvice(incident int64, a Advice) error {
	if a.empty() {
		return nil
	}
	topics, err := json.Marshal(a.Topics)
	if err != nil {
		return err
	}
	if err := t.exec(`INSERT INTO advice (incident_id, earned, topics, reason, urgent) VALUES ($1, $2, $3, $4, $5)`,
		incident, flag(a.Earned), string(topics), a.Reason, flag(a.Urgent)); err != nil {
		return fmt.Errorf("advise on incident %d: %w", incident, err)
	}
	for rank, c := range slices.All(a.Officials) {
		if err := t.exec(`INSERT INTO suggestions (incident_id, rank, official_id, score) VALUES ($1, $2, $3, $4)`, incident, rank+1, c.Official, c.Score); err != nil {
			return fmt.Errorf("suggest official %d for incident %d: %w", c.Official, incident, err)
		}
	}
	return nil
}
