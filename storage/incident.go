package storage

import (
	"context"
	"math"
	"time"
)

// State is where an incident stands in its life.
type State string

// The states of incidents.
const (
	New       State = "new"
	Assigned  State = "assigned"
	Answered  State = "answered"
	Closed    State = "closed"
	Dismissed State = "dismissed"
	Merged    State = "merged"
)

// Incident is one problem with one or many posts.
type Incident struct {
	ID           int64
	Region       int64
	Topic        int64
	TopicName    string
	Place        int64
	PlaceName    string
	Importance   Importance
	State        State
	Official     int64  // who answers or answered; 0 for nobody
	Reason       string // code: of a dismissal, a return or a closing without publication
	HintBody     int64  // the body that an official named with «Другое ведомство»
	MergedInto   int64
	Returns      int // since it was last reopened
	Posts        int
	RegisteredAt time.Time
	ClockAt      time.Time // the start of the first-answer clock
	NewAt        time.Time // when it last became new
	AssignedAt   time.Time
	AcceptedAt   time.Time
	FrozenAt     time.Time // «Опубликовать» was pressed and has not failed
	AnsweredAt   time.Time
	ClosedAt     time.Time
	ObjectedAt   time.Time // a resident replied that nothing was solved, and nobody decided since
	Step         int64     // the event of the last transition, which «Отменить» takes back
}

const incidentColumns = `i.id, i.region_id, i.topic_id, t.name, coalesce(i.place_id, 0), coalesce(l.name, ''), i.importance, i.state, coalesce(i.official_id, 0), i.reason, coalesce(i.hint_body_id, 0), coalesce(i.merged_into, 0),
	i.returns, i.posts, i.registered_at, i.clock_at, i.new_at, coalesce(i.assigned_at, 0), coalesce(i.accepted_at, 0), coalesce(i.frozen_at, 0), coalesce(i.answered_at, 0), coalesce(i.closed_at, 0), coalesce(i.objected_at, 0), coalesce(i.step_event, 0)`

const incidentTables = ` FROM incidents i JOIN topics t ON t.id = i.topic_id LEFT JOIN places l ON l.id = i.place_id `

func scanIncident(r scanner) (i Incident, err error) {
	var registered, clock, newAt, assigned, accepted, frozen, answered, closed, objected int64
	err = r.Scan(&i.ID, &i.Region, &i.Topic, &i.TopicName, &i.Place, &i.PlaceName, &i.Importance, &i.State, &i.Official, &i.Reason, &i.HintBody, &i.MergedInto,
		&i.Returns, &i.Posts, &registered, &clock, &newAt, &assigned, &accepted, &frozen, &answered, &closed, &objected, &i.Step)
	i.RegisteredAt, i.ClockAt, i.NewAt, i.AssignedAt = at(registered), at(clock), at(newAt), at(assigned)
	i.AcceptedAt, i.FrozenAt, i.AnsweredAt, i.ClosedAt = at(accepted), at(frozen), at(answered), at(closed)
	i.ObjectedAt = at(objected)
	return i, err
}

// Incident returns one incident.
func (s *Store) Incident(ctx context.Context, id int64) (Incident, error) {
	return one(ctx, s.read, scanIncident, `SELECT `+incidentColumns+incidentTables+`WHERE i.id = $1`, id)
}

// incident reads an incident and keeps it as it is until the commit: steps of
// one region are made one after the other.
func (t *tx) incident(id int64) (Incident, error) {
	region, err := one(t.ctx, t, scalar[int64], `SELECT region_id FROM incidents WHERE id = $1`, id)
	if err != nil {
		return Incident{}, err
	}
	if _, err := t.chain(region); err != nil {
		return Incident{}, err
	}
	return one(t.ctx, t, scanIncident, `SELECT `+incidentColumns+incidentTables+`WHERE i.id = $1`, id)
}

// QueueFilter is what /queue and /my page through.
type QueueFilter struct {
	Region   int64
	Official int64   // 0: anybody's
	States   []State // at least one
	After    int64   // ids above; 0 for the first page
	Limit    int
}

// Incidents returns incidents in the order of their ids.
func (s *Store) Incidents(ctx context.Context, f QueueFilter) ([]Incident, error) {
	query := `SELECT ` + incidentColumns + incidentTables + `WHERE i.id > $1`
	args := []any{f.After}
	// Said only where it is asked for: an alternative would hide the index.
	for _, c := range []struct {
		column string
		value  int64
	}{{"i.region_id", f.Region}, {"i.official_id", f.Official}} {
		if c.value != 0 {
			args = append(args, c.value)
			query += ` AND ` + c.column + ` = ` + placeholder(len(args))
		}
	}
	query += ` AND i.state IN (` + marks(len(args)+1, len(f.States)) + `)`
	for _, st := range f.States {
		args = append(args, string(st))
	}
	args = append(args, f.Limit)
	return all(ctx, s.read, scanIncident, query+` ORDER BY i.id LIMIT `+placeholder(len(args)), args...)
}

// CountIncidents returns how many incidents of a region, and of an official
// (0: anybody), are in a state.
func (s *Store) CountIncidents(ctx context.Context, region, official int64, st State) (int, error) {
	if official == 0 {
		return one(ctx, s.read, scalar[int], `SELECT count(*) FROM incidents WHERE region_id = $1 AND state = $2`, region, string(st))
	}
	return one(ctx, s.read, scalar[int], `SELECT count(*) FROM incidents WHERE official_id = $1 AND state = $2 AND region_id = $3`, official, string(st), region)
}

// IncidentText is what /find looks through.
type IncidentText struct {
	Incident int64
	State    State
	Text     string
}

// textsAtOnce is how many incidents IncidentTexts reads at a time.
const textsAtOnce = 1000

// IncidentTexts calls yield with the texts of a region's incidents, newest
// first, until it returns false.
func (s *Store) IncidentTexts(ctx context.Context, region int64, yield func(IncidentText) bool) error {
	for last := int64(math.MaxInt64); ; {
		// The sign keeps the engine from collecting all of the region's, to sort them.
		page, err := all(ctx, s.read, func(r scanner) (x IncidentText, err error) {
			return x, r.Scan(&x.Incident, &x.State, &x.Text)
		}, `SELECT i.id, i.state, coalesce(t.text, '')
			FROM (SELECT n.id, n.state FROM incidents n WHERE n.id < $1 AND +n.region_id = $2 ORDER BY n.id DESC LIMIT $3) AS i
			LEFT JOIN incident_posts ip ON ip.incident_id = i.id LEFT JOIN posts t ON t.id = ip.post_id ORDER BY i.id DESC, ip.post_id DESC`, last, region, textsAtOnce)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, x := range page {
			if !yield(x) {
				return nil
			}
		}
		last = page[len(page)-1].Incident
	}
}
