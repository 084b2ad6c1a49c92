package storage

import (
	"context"
	"time"
)

const (
	day          = 24 * time.Hour
	activityDays = 7        // of which the activity of a source is told
	daysKept     = 30 * day // of what sources brought
)

// Activity is what a source brings a day, on average over its last week.
type Activity struct {
	Posts float64 // that were new, whether they concern anybody or not
	Hits  float64 // of which incidents were made
}

// dayOf is a moment's day since 1970, UTC.
func dayOf(ms int64) int64 { return ms / day.Milliseconds() }

// sourceDay is a source on the day on which something was posted in it.
type sourceDay struct{ source, day int64 }

// brought counts a post for its source, once: not when it is known, nor when
// all that its network tells is what became of it, nor when reading the thread
// of an answer showed it, for reading the source shows it too.
func (r *registrar) brought(f Found, saved Saved) {
	if f.aside(saved) || f.Post.Source == 0 || saved.Result == Duplicate || f.Fate != "" {
		return
	}
	posted := min(ms(f.Post.PublishedAt), r.now)
	if posted == 0 {
		posted = r.now
	}
	if posted < r.now-daysKept.Milliseconds() {
		return
	}
	if r.days == nil {
		r.days = map[sourceDay]Activity{}
	}
	key := sourceDay{f.Post.Source, dayOf(posted)}
	a := r.days[key]
	a.Posts++
	if len(saved.Incidents) > 0 && saved.Result != IsReply {
		a.Hits++
	}
	r.days[key] = a
}

func (r *registrar) saveDays() error {
	for key, a := range r.days {
		err := r.exec(`INSERT INTO source_days (source_id, day, posts, hits) VALUES ($1, $2, $3, $4)
			ON CONFLICT (source_id, day) DO UPDATE SET posts = source_days.posts + excluded.posts, hits = source_days.hits + excluded.hits`,
			key.source, key.day, int64(a.Posts), int64(a.Hits))
		if err != nil {
			return err
		}
	}
	return nil
}

// Activities are what the present sources of a region bring, of all regions
// with region 0. A source that brought nothing is left out.
func (s *Store) Activities(ctx context.Context, region int64) (map[int64]Activity, error) {
	return s.activities(ctx, `
		SELECT d.source_id, g.created_at, d.day, d.posts, d.hits FROM source_days d JOIN sources g ON g.id = d.source_id
		WHERE d.day >= $1 AND (g.region_id = $2 OR $2 = 0) AND g.removed_at IS NULL`, region)
}

// Activity is what one source brings.
func (s *Store) Activity(ctx context.Context, source int64) (Activity, error) {
	found, err := s.activities(ctx, `
		SELECT d.source_id, g.created_at, d.day, d.posts, d.hits FROM source_days d JOIN sources g ON g.id = d.source_id
		WHERE d.day >= $1 AND d.source_id = $2`, source)
	return found[source], err
}

func (s *Store) activities(ctx context.Context, query string, of int64) (map[int64]Activity, error) {
	type row struct{ source, created, day, posts, hits int64 }
	now := ms(s.Now())
	rows, err := all(ctx, s.read, func(r scanner) (x row, err error) {
		return x, r.Scan(&x.source, &x.created, &x.day, &x.posts, &x.hits)
	}, query, dayOf(now)-activityDays+1, of)
	if err != nil {
		return nil, err
	}
	found := map[int64]Activity{}
	for _, x := range rows {
		// Of the days before its first reading a source's last one is all that is read whole.
		first := max(dayOf(now)-activityDays+1, dayOf(x.created-day.Milliseconds()))
		if x.day < first {
			continue
		}
		days := float64(now-first*day.Milliseconds()) / float64(day.Milliseconds())
		a := found[x.source]
		a.Posts += float64(x.posts) / days
		a.Hits += float64(x.hits) / days
		found[x.source] = a
	}
	return found, nil
}
