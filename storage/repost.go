package storage

import (
	"time"
)

// repostLife is how long after its answer an incident still takes the reposts
// of its posts.
const repostLife = 30 * 24 * time.Hour

// original is the incident of a region that a repost belongs to.
type original struct{ region, incident int64 }

// originals are the incidents that a repost joins: those of the post that it
// repeats which are still worked on, or were answered lately.
func (r *registrar) originals(f Found) ([]original, error) {
	if f.RepostOf == "" || f.RepostOf == f.Post.ExternalID {
		return nil, nil
	}
	return all(r.ctx, r, func(row scanner) (o original, err error) {
		return o, row.Scan(&o.region, &o.incident)
	}, `SELECT ip.region_id, ip.incident_id FROM posts t JOIN incident_posts ip ON ip.post_id = t.id JOIN incidents i ON i.id = ip.incident_id
		WHERE t.network = $1 AND t.external_id = $2 AND (i.state IN ('new', 'assigned') OR i.state = 'answered' AND i.answered_at > $3) ORDER BY ip.region_id`,
		f.Post.Network, f.RepostOf, r.now-repostLife.Milliseconds())
}

// link is how a post belongs to an incident of its region.
type link struct {
	region, post, incident int64
	rules                  []int64 // that found it there
	reason                 string  // code: why it joined
	likeness               float64 // to what it joined; 0 for a post that made the incident
}

// link stores how a post belongs to an incident.
func (r *registrar) link(l link) error {
	found, err := encodeIDs(l.rules)
	if err != nil {
		return err
	}
	return r.exec(`INSERT INTO incident_posts (region_id, post_id, incident_id, added_at, rules, likeness) VALUES ($1, $2, $3, $4, $5, $6)`, l.region, l.post, l.incident, r.now, found, null(l.likeness))
}

// join adds a post to an incident: an answer that is on its way, or is planned
// from now on, is published under it too.
func (r *registrar) join(l link) (e Event, err error) {
	i, err := r.incident(l.incident)
	if err != nil {
		return e, err
	}
	if err := r.link(l); err != nil {
		return e, err
	}
	if err := r.exec(`UPDATE incidents SET posts = posts + 1 WHERE id = $1`, i.ID); err != nil {
		return e, err
	}
	if e, err = r.record(i.Region, i.ID, PostAdded, Actor{Kind: Monitor}, EventData{Post: l.post, Reason: l.reason, Likeness: l.likeness}, ""); err != nil {
		return e, err
	}
	if err := r.answerToo(i, l.post); err != nil {
		return e, err
	}
	return e, r.refresh(i.ID)
}
