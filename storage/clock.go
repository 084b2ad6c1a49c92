package storage

import (
	"context"
	"time"
)

// Clock names a deadline of an incident.
type Clock string

// The clocks.
const (
	TriageClock    Clock = "triage"     // until an administrator decides
	AcceptClock    Clock = "accept"     // until the official takes or returns it
	AnswerClock    Clock = "answer"     // until the first answer is published
	FinalClock     Clock = "final"      // until the final answer after an interim one
	PromiseClock   Clock = "promise"    // the date that an interim answer named
	AutoCloseClock Clock = "auto_close" // until an answered incident closes by itself
)

// The terms, which run round the clock; the figures are those of regional
// regulations.
const (
	triageTerm = 60 * time.Minute
	acceptTerm = 30 * time.Minute
	dayTerm    = 24 * time.Hour
	highTerm   = 4 * time.Hour
	dangerTerm = 15 * time.Minute
)

// Deadline is when a clock of an incident runs out.
type Deadline struct {
	Clock   Clock
	Due     time.Time
	Stopped time.Time // zero while it runs
}

// Deadlines returns an incident's clocks, the earliest first.
func (s *Store) Deadlines(ctx context.Context, incident int64) ([]Deadline, error) {
	return all(ctx, s.read, func(r scanner) (d Deadline, err error) {
		var due, stopped int64
		err = r.Scan(&d.Clock, &due, &stopped)
		d.Due, d.Stopped = at(due), at(stopped)
		return d, err
	}, `SELECT kind, due_at, coalesce(stopped_at, 0) FROM deadlines WHERE incident_id = $1 ORDER BY due_at`, incident)
}

// running says which clocks run for an incident as it stands, and until when.
func running(i Incident, r Region) map[Clock]time.Time {
	due := map[Clock]time.Time{}
	if i.State == New {
		due[TriageClock] = i.NewAt.Add(triageTerm)
	}
	if i.State == Assigned && i.AcceptedAt.IsZero() {
		due[AcceptClock] = i.AssignedAt.Add(acceptTerm)
	}
	if (i.State == New || i.State == Assigned) && i.FrozenAt.IsZero() {
		due[AnswerClock] = i.ClockAt.Add(answerTerm(i.Importance))
	}
	if i.State == Answered && i.ObjectedAt.IsZero() {
		due[AutoCloseClock] = i.AnsweredAt.AddDate(0, 0, r.AutoCloseDays)
	}
	return due
}

func answerTerm(importance Importance) time.Duration {
	switch importance {
	case Danger:
		return dangerTerm
	case High:
		return highTerm
	default:
		return dayTerm
	}
}

// clocks stores the clocks of an incident as it stands: what runs is set, what
// does not is stopped.
func (t *tx) clocks(i Incident, r Region) error {
	due := running(i, r)
	if i.Step != 0 {
		if err := t.exec(`UPDATE deadlines SET stopped_at = $1 WHERE incident_id = $2 AND stopped_at IS NULL`, t.now, i.ID); err != nil {
			return err
		}
	}
	for clock, until := range due {
		err := t.exec(`
			INSERT INTO deadlines (incident_id, kind, due_at) VALUES ($1, $2, $3)
			ON CONFLICT (incident_id, kind) DO UPDATE SET stopped_at = NULL,
				warned = CASE WHEN deadlines.due_at = excluded.due_at THEN deadlines.warned ELSE 0 END, due_at = excluded.due_at`, i.ID, string(clock), ms(until))
		if err != nil {
			return err
		}
	}
	return nil
}

// reclock stores the clocks of an incident as it stands.
func (t *tx) reclock(i Incident) error {
	region, err := one(t.ctx, t, scanRegion, `SELECT `+regionColumns+` FROM regions r WHERE r.id = $1`, i.Region)
	if err != nil {
		return err
	}
	return t.clocks(i, region)
}
