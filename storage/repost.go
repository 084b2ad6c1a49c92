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

// join adds a post, which rules found, to an incident: an answer that is on its
// way, or is planned from now on, is published under it too.
func (r *registrar) join(post int64, o original, rules []int64) error {
	i, err := r.incident(o.incident)
	if err != nil {
		return err
	}
	if err := r.link(o.region, post, o.incident, rules); err != nil {
		return err
	}
	if err := r.exec(`UPDATE incidents SET posts = posts + 1 WHERE id = $1`, o.incident); err != nil {
		return err
	}
	if _, err := r.record(i.Region, i.ID, PostAdded, Actor{Kind: Monitor}, EventData{Post: post}, ""); err != nil {
		return err
	}
	if err := r.answerToo(i, post); err != nil {
		return err
	}
	return r.touch(i.ID)
}
