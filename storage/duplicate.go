package storage

import (
	"context"
	"errors"
)

// Proposal is an earlier incident that one is like.
type Proposal struct {
	Other    Incident
	Likeness float64 // 0 to 1
}

// Open says that administrators and officials still work on an incident.
func (i Incident) Open() bool { return i.State == New || i.State == Assigned }

// Proposal returns the incident that one is most like and that it can be merged
// into, or that had ended already when the same was written again; ErrNotFound
// when there is none.
func (s *Store) Proposal(ctx context.Context, incident int64) (Proposal, error) {
	type row struct {
		other    int64
		likeness float64
		twin     bool
	}
	rows, err := all(ctx, s.read, func(r scanner) (x row, err error) {
		var twin int64
		err = r.Scan(&x.other, &x.likeness, &twin)
		x.twin = twin == 1
		return x, err
	}, `SELECT other_id, likeness, twin FROM proposals WHERE incident_id = $1 ORDER BY likeness DESC, other_id`, incident)
	if err != nil {
		return Proposal{}, err
	}
	for _, x := range rows {
		other, err := s.Root(ctx, x.other)
		if err != nil {
			return Proposal{}, err
		}
		if other.ID != incident && (other.Open() || x.twin) {
			return Proposal{other, x.likeness}, nil
		}
	}
	return Proposal{}, ErrNotFound
}

// settleIn gives a post its incident in a region: the one of a post that says
// the same, while that is open, else a new one.
func (r *registrar) settleIn(post int64, m Match) (int64, error) {
	same, err := r.twin(post, m.Region, m.Same)
	if err != nil {
		return 0, err
	}
	if same.Open() {
		e, err := r.join(link{m.Region, post, same.ID, m.Rules, "same", m.Same.Score})
		if err != nil {
			return 0, err
		}
		return same.ID, r.raise(same, []Match{m}, Head{Reason: "joined", Event: e.ID})
	}
	similar, err := r.twin(post, m.Region, m.Similar)
	if err != nil {
		return 0, err
	}
	id, err := r.register(post, m)
	if err != nil {
		return 0, err
	}
	// Who writes the same after the answer wants to be heard again.
	if same.ID != 0 {
		err = r.propose(id, same.ID, m.Same.Score, true)
	}
	if similar.Open() && similar.ID != same.ID {
		err = errors.Join(err, r.propose(id, similar.ID, m.Similar.Score, false))
	}
	return id, err
}

// twin is the incident, in a region, of the post that another one is like; the
// zero incident when there is none.
func (r *registrar) twin(post, region int64, like Twin) (Incident, error) {
	if like.Post == 0 && like.Earlier > 0 && like.Earlier <= len(r.saved) {
		like.Post = r.saved[like.Earlier-1].Post
	}
	if like.Post == 0 || like.Post == post {
		return Incident{}, nil
	}
	i, err := one(r.ctx, r, scanIncident, `SELECT `+incidentColumns+incidentTables+`JOIN incident_posts ip ON ip.incident_id = i.id WHERE ip.region_id = $1 AND ip.post_id = $2`, region, like.Post)
	if errors.Is(err, ErrNotFound) {
		err = nil
	}
	return i, err
}

func (t *tx) propose(incident, other int64, likeness float64, twin bool) error {
	return t.exec(`INSERT INTO proposals (incident_id, other_id, likeness, twin) VALUES ($1, $2, $3, $4)
		ON CONFLICT (incident_id, other_id) DO UPDATE SET likeness = excluded.likeness, twin = excluded.twin`, incident, other, likeness, flag(twin))
}

// showProposers brings the cards up to date that propose an incident, or one
// that is a part of it.
func (t *tx) showProposers(other int64) error {
	t.wake(Outbox)
	return t.exec(`
		UPDATE messages SET wanted = wanted + 1 WHERE kind = 'card' AND state = 'live' AND incident_id IN (
			SELECT p.incident_id FROM proposals p JOIN incidents i ON i.id = p.incident_id WHERE i.state IN ('new', 'assigned') AND p.other_id IN (`+partsOf("$1")+`))`, other)
}
