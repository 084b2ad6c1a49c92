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
	if same.open {
		return same.incident, r.joinSame(post, same.incident, m)
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
	if same.incident != 0 {
		err = r.propose(id, same.incident, m.Same.Score, true)
	}
	if similar.open && similar.incident != same.incident {
		err = errors.Join(err, r.propose(id, similar.incident, m.Similar.Score, false))
	}
	return id, err
}

// joinSame adds a post to an open incident that says the same.
func (r *registrar) joinSame(post, incident int64, m Match) error {
	same, err := r.incident(incident)
	if err != nil {
		return err
	}
	e, err := r.join(link{m.Region, post, incident, m.Rules, "same", m.Same.Score})
	if err != nil {
		return err
	}
	return r.raise(same, []Match{m}, Head{Reason: "joined", Event: e.ID})
}

// whose is the incident of a post in a region, 0 when there is none.
type whose struct {
	incident int64
	open     bool
}

// twin tells whose the post is that another one is like. In a flood of posts
// that say nearly the same it is asked for each, so it reads no more than that.
func (r *registrar) twin(post, region int64, like Twin) (whose, error) {
	if like.Post == 0 && like.Earlier > 0 && like.Earlier <= len(r.saved) {
		like.Post = r.saved[like.Earlier-1].Post
	}
	if like.Post == 0 || like.Post == post {
		return whose{}, nil
	}
	w, err := one(r.ctx, r, func(row scanner) (w whose, err error) {
		var i Incident
		err = row.Scan(&i.ID, &i.State)
		return whose{i.ID, i.Open()}, err
	}, `SELECT i.id, i.state FROM incident_posts ip JOIN incidents i ON i.id = ip.incident_id WHERE ip.region_id = $1 AND ip.post_id = $2`, region, like.Post)
	if errors.Is(err, ErrNotFound) {
		err = nil
	}
	return w, err
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
