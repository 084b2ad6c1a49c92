package storage

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// A surge is when far more is written of one topic in one place than usual.
const (
	surgeWindow  = 2 * time.Hour
	surgePosts   = 10 // in the window, at least
	surgeTimes   = 4  // as many as usual, at least
	surgePast    = 28 * 24 * time.Hour
	surgeSamples = 3
)

// surging is a topic in a place of which enough is written now.
type surging struct {
	region, topic int64
	place         int64 // 0: none was named
	posts, past   int64 // in the window, and in all those that it is compared with
}

// surgePost is what counts of the posts t of incidents i: those that say
// something new, for reposts and word-for-word copies have a likeness of 1.
const surgePost = `(ip.likeness IS NULL OR ip.likeness < 1) AND i.state <> 'dismissed'`

// tellSurges raises one alarm for each surge, and notes which are over. One that
// comes again within two hours is the same.
func (s *Store) tellSurges(ctx context.Context) error {
	since := ms(s.Now().Add(-surgeWindow))
	// What was posted earlier and only found now is no surge. Only signed posts are in the index by time.
	many, err := all(ctx, s.read, func(r scanner) (x surging, err error) {
		return x, r.Scan(&x.region, &x.topic, &x.place, &x.posts)
	}, `SELECT i.region_id, i.topic_id, coalesce(i.place_id, 0), count(*)
		FROM posts t JOIN incident_posts ip ON ip.post_id = t.id JOIN incidents i ON i.id = ip.incident_id
		WHERE t.signature IS NOT NULL AND t.found_at > $1 AND t.published_at > $1 AND `+surgePost+`
		GROUP BY i.region_id, i.topic_id, coalesce(i.place_id, 0) HAVING count(*) >= $2`, since, surgePosts)
	if err != nil {
		return err
	}
	var now []surging
	for _, x := range many {
		if x.past, err = s.surgePast(ctx, x); err != nil {
			return err
		}
		if x.posts*windowsBefore >= surgeTimes*x.past {
			now = append(now, x)
		}
	}
	return s.setSurges(ctx, now)
}

// windowsBefore is how many windows the past has that one is compared with.
const windowsBefore = int64(surgePast / surgeWindow)

// surgePast is how many posts of the topic in the place there were in the time
// that a surge is compared with.
func (s *Store) surgePast(ctx context.Context, x surging) (int64, error) {
	now := s.Now().Add(-surgeWindow)
	return one(ctx, s.read, scalar[int64], `
		SELECT count(*) FROM incidents i JOIN incident_posts ip ON ip.incident_id = i.id JOIN posts t ON t.id = ip.post_id
		WHERE i.region_id = $1 AND i.registered_at > $2 AND i.topic_id = $3 AND coalesce(i.place_id, 0) = $4
			AND t.published_at > $2 AND t.published_at <= $5 AND `+surgePost,
		x.region, ms(now.Add(-surgePast)), x.topic, x.place, ms(now))
}

// setSurges notes which surges there are and tells of those that are new.
func (s *Store) setSurges(ctx context.Context, now []surging) error {
	open, err := all(ctx, s.read, func(r scanner) (x surging, err error) {
		return x, r.Scan(&x.region, &x.topic, &x.place)
	}, `SELECT region_id, topic_id, coalesce(place_id, 0) FROM surges WHERE ended_at IS NULL`)
	if err != nil || len(open)+len(now) == 0 {
		return err
	}
	return s.tx(ctx, func(t *tx) error {
		over := map[surging]bool{}
		for _, x := range open {
			over[x] = true
		}
		for _, x := range now {
			key := surging{region: x.region, topic: x.topic, place: x.place}
			if over[key] {
				over[key] = false
				continue
			}
			if err := t.surge(x); err != nil {
				return err
			}
		}
		for x, is := range over {
			if !is {
				continue
			}
			err := t.exec(`UPDATE surges SET ended_at = $1 WHERE region_id = $2 AND topic_id = $3 AND coalesce(place_id, 0) = $4 AND ended_at IS NULL`, t.now, x.region, x.topic, x.place)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// surge begins a surge, or goes on with the one that ended a short while ago.
func (t *tx) surge(x surging) error {
	n, err := t.update(`UPDATE surges SET ended_at = NULL WHERE id = (SELECT max(id) FROM surges
		WHERE region_id = $1 AND topic_id = $2 AND coalesce(place_id, 0) = $3) AND ended_at > $4`, x.region, x.topic, x.place, t.now-surgeWindow.Milliseconds())
	if err != nil || n > 0 {
		return err
	}
	err = t.exec(`INSERT INTO surges (region_id, topic_id, place_id, posts, began_at, told_at) VALUES ($1, $2, $3, $4, $5, $5)`, x.region, x.topic, null(x.place), x.posts, t.now)
	if err != nil {
		return err
	}
	return t.tellSurge(x)
}

// tellSurge raises the alarm in the region's group and to its staff.
func (t *tx) tellSurge(x surging) error {
	type name struct{ topic, place string }
	n, err := one(t.ctx, t, func(r scanner) (n name, err error) { return n, r.Scan(&n.topic, &n.place) },
		`SELECT o.name, coalesce(p.name, '') FROM topics o LEFT JOIN places p ON p.id = $1 WHERE o.id = $2`, x.place, x.topic)
	if err != nil {
		return fmt.Errorf("topic %d: %w", x.topic, err)
	}
	samples, err := all(t.ctx, t, scalar[int64], `
		SELECT DISTINCT i.id FROM posts t JOIN incident_posts ip ON ip.post_id = t.id JOIN incidents i ON i.id = ip.incident_id
		WHERE t.signature IS NOT NULL AND t.found_at > $1 AND t.published_at > $1 AND `+surgePost+` AND i.region_id = $2 AND i.topic_id = $3 AND coalesce(i.place_id, 0) = $4
		ORDER BY i.id DESC LIMIT $5`, t.now-surgeWindow.Milliseconds(), x.region, x.topic, x.place, surgeSamples)
	if err != nil {
		return err
	}
	chats, err := all(t.ctx, t, scalar[int64], `SELECT DISTINCT p.chat_id FROM people p JOIN roles o ON o.person_id = p.id
		WHERE o.region_id = $1 AND o.kind = 'staff' AND o.ended_at IS NULL AND p.reachable = 1 AND p.chat_id IS NOT NULL ORDER BY p.chat_id`, x.region)
	if err != nil {
		return err
	}
	group, err := t.group(x.region)
	if err != nil {
		return err
	}
	if group != 0 {
		chats = append([]int64{group}, chats...)
	}
	usual := (x.past + windowsBefore/2) / windowsBefore // to whole posts
	alarm := Notice{Code: "surge", Params: Params{"region": x.region, "topic": n.topic, "place": n.place, "posts": x.posts, "usual": usual, "incidents": samples}}
	for _, chat := range chats {
		err = errors.Join(err, t.notice(chat, alarm, ""))
	}
	return err
}
