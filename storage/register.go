package storage

import (
	"fmt"
	"maps"
	"slices"
)

// arrivals are the incidents that a transaction registers in one region. The
// region's journal is locked, so they are those that are new and not older
// than the first of them.
type arrivals struct {
	region      Region
	first       int64 // the first incident
	loud        bool  // its card is heard: the queue was empty
	importances map[Importance]bool
}

func (r *registrar) arrivals(id int64) (*arrivals, error) {
	if a := r.regions[id]; a != nil {
		return a, nil
	}
	region, err := one(r.ctx, r, scanRegion, `SELECT `+regionColumns+` FROM regions r WHERE r.id = $1`, id)
	if err != nil {
		return nil, fmt.Errorf("region %d: %w", id, err)
	}
	open, err := one(r.ctx, r, scalar[int64], `SELECT count(*) FROM (SELECT 1 FROM incidents WHERE region_id = $1 AND state = 'new' LIMIT 1) AS any_new`, id)
	if err != nil {
		return nil, err
	}
	a := &arrivals{region: region, loud: open == 0, importances: map[Importance]bool{}}
	r.regions[id] = a
	return a, nil
}

// register makes the incident of a post in a region; its clocks and its card
// are made with those of all, by finish.
func (r *registrar) register(post int64, m Match) (int64, error) {
	a, err := r.arrivals(m.Region)
	if err != nil {
		return 0, err
	}
	id, err := r.id(`
		INSERT INTO incidents (region_id, topic_id, place_id, importance, state, posts, registered_at, clock_at, new_at)
		VALUES ($1, $2, $3, $4, 'new', 1, $5, $5, $5) RETURNING id`, m.Region, m.Topic, null(m.Place), string(m.Importance), r.now)
	if err != nil {
		return 0, err
	}
	if a.first == 0 {
		a.first = id
	}
	a.importances[m.Importance] = true
	if err := r.link(link{region: m.Region, post: post, incident: id, rules: m.Rules}); err != nil {
		return 0, err
	}
	e := Event{Region: m.Region, Incident: id, Kind: Registered, Actor: Actor{Kind: Monitor}, Data: EventData{State: New, Post: post, Topic: m.Topic, Importance: m.Importance}}
	line, err := r.extend(&e, nil)
	if err != nil {
		return 0, err
	}
	if err := r.exec(insertEvent, line...); err != nil {
		return 0, fmt.Errorf("write to the journal: %w", err)
	}
	return id, r.addAdvice(id, m.Advice)
}

// finish starts the clocks of what was registered and sends the cards: one
// statement for many incidents.
func (r *registrar) finish() error {
	for _, id := range slices.Sorted(maps.Keys(r.regions)) {
		a := r.regions[id]
		if err := r.startClocks(a); err != nil {
			return fmt.Errorf("start the clocks: %w", err)
		}
		if err := r.sendCards(a); err != nil {
			return fmt.Errorf("send the cards: %w", err)
		}
	}
	return nil
}

// startClocks sets the clocks of new incidents: those of one importance have
// the same. One that a later post of the batch made more important has its own.
func (r *registrar) startClocks(a *arrivals) error {
	for importance := range a.importances {
		now := at(r.now)
		i := Incident{Region: a.region.ID, Importance: importance, State: New, RegisteredAt: now, ClockAt: now, NewAt: now}
		for clock, due := range running(i, a.region) {
			err := r.exec(`
				INSERT INTO deadlines (incident_id, kind, due_at)
				SELECT i.id, $1, $2 FROM incidents i WHERE i.region_id = $3 AND i.state = 'new' AND i.id >= $4 AND i.importance = $5
				ON CONFLICT (incident_id, kind) DO NOTHING`,
				string(clock), ms(due), a.region.ID, a.first, string(importance))
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// sendCards brings the cards of new incidents to the region's group, if it has
// one.
func (r *registrar) sendCards(a *arrivals) error {
	if a.region.Chat == 0 {
		return nil
	}
	r.wake(Outbox)
	err := r.exec(`
		INSERT INTO messages (chat_id, kind, incident_id, payload, state, created_at)
		SELECT $1, 'card', i.id, '{}', 'live', $2 FROM incidents i WHERE i.region_id = $3 AND i.state = 'new' AND i.id >= $4
			AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.incident_id = i.id) ORDER BY i.id`,
		a.region.Chat, r.now, a.region.ID, a.first)
	if err != nil {
		return err
	}
	var loud int64
	if a.loud {
		loud = a.first
	}
	return r.exec(`
		INSERT INTO outbox (chat_id, message_id, priority, sound, state, created_at)
		SELECT m.chat_id, m.id, $1, CASE WHEN i.importance <> 'normal' OR i.id = $2 THEN 1 ELSE 0 END, 'pending', m.created_at
		FROM incidents i JOIN messages m ON m.incident_id = i.id WHERE i.region_id = $3 AND i.state = 'new' AND i.id >= $4
			AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.message_id = m.id) ORDER BY m.id`,
		Third, loud, a.region.ID, a.first)
}
