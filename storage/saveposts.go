package storage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Match says that a post concerns a region and a topic.
type Match struct {
	Region     int64
	Topic      int64
	Place      int64 // 0: none was named
	Importance Importance
	Rules      []int64 // the rules of the topic that it met
	Same       Twin    // says the same: the post joins its incident while that is open
	Similar    Twin    // says nearly the same: its incident is proposed
	Advice     Advice  // what was learned about such a post
}

// Twin is a post that another one is like, in the same region.
type Twin struct {
	Post    int64   // a stored one
	Earlier int     // else one that stands before it in the batch: its index + 1; 0 for none
	Score   float64 // how much alike, 0 to 1
}

// Found is a post with the regions it concerns, one match a region. Without a
// match it is only counted, unless it is pending.
type Found struct {
	Post     Post
	Matches  []Match
	Fate     Fate
	RepostOf string           // external id, in the same network, of the post that it repeats
	ReplyTo  string           // external id, in the same network, of the comment that it replies to
	Thread   int64            // the publication whose thread was read when it was found; 0: none
	AsReply  func() ReplyKind // what it says, asked if it is a reply to an answer; nil: OtherReply
	Forget   bool             // its network does not let anybody keep what was taken back

	Signature []byte // what tells whether another post says the same; nil for none
}

// rules are those that a post met in a region.
func (f Found) rules(region int64) []int64 {
	for _, m := range f.Matches {
		if m.Region == region {
			return m.Rules
		}
	}
	return nil
}

// Fate is what a network says became of a post.
type Fate string

// The fates of posts, "" for one that simply stands there. A network that does
// not tell them leaves them out, and a post that comes again as it was is a
// duplicate.
const (
	PostEdited   Fate = "edited"   // its text is another one now
	PostRemoved  Fate = "removed"  // it is gone
	PostRestored Fate = "restored" // it is back
)

// Progress moves the cursor of a source, or of a stream, in the transaction that
// saves what it brought.
type Progress struct {
	Source int64
	Next   time.Time // when to read the source again
	Stream Stream    // instead of a source
	Cursor string
}

// SaveResult says what became of a post.
type SaveResult string

// The results of saving.
const (
	Fresh     SaveResult = "new"
	Duplicate SaveResult = "duplicate"
	Unmatched SaveResult = "unmatched"
	Edited    SaveResult = "edited"  // a known post has another text now
	Withdrawn SaveResult = "removed" // it was deleted in its network, known or not
	Restored  SaveResult = "restored"
	IsReply   SaveResult = "reply" // to an answer of ours
)

// Saved is what became of one found post.
type Saved struct {
	Post      int64
	Result    SaveResult
	Incidents []int64
}

// SavePosts stores found posts, registers an incident for each region that a
// post concerns, moves the cursor and sends the cards: all in one transaction.
// The same (network, external id) or the same URL again is a duplicate and
// adds only regions it was not known for. What a network says became of a known
// post changes it; a repost joins the incident of its original; a comment that
// replies to an answer is a reply and no post. Results come in the order of posts.
func (s *Store) SavePosts(ctx context.Context, progress *Progress, posts []Found) (results []Saved, err error) {
	err = s.tx(ctx, func(t *tx) error {
		results = make([]Saved, len(posts))
		if err := t.chainsOf(regionsOf(posts)); err != nil {
			return err
		}
		r := registrar{tx: t, regions: map[int64]*arrivals{}, saved: results}
		latest := int64(0)
		for i, p := range posts {
			if results[i], err = r.save(p); err != nil {
				return fmt.Errorf("save post %d of %d: %w", i+1, len(posts), err)
			}
			if !p.aside(results[i]) {
				r.count(p.Post.Network, results[i].Result)
			}
			r.brought(p, results[i])
			latest = max(latest, ms(p.Post.PublishedAt))
		}
		if err := errors.Join(r.finish(), r.saveCounts(), r.saveDays()); err != nil {
			return err
		}
		switch {
		case progress == nil:
			return nil
		case progress.Source == 0:
			return t.streamAt(progress.Stream, progress.Cursor)
		}
		err := t.exec(`
			UPDATE sources SET cursor = $1, last_read_at = $2, next_read_at = $3, trouble = '', failing_since = NULL, told_at = NULL,
				last_post_at = CASE WHEN $4 > coalesce(last_post_at, 0) THEN $4 ELSE last_post_at END WHERE id = $5`,
			progress.Cursor, t.now, ms(progress.Next), latest, progress.Source)
		if err != nil {
			return err
		}
		return t.forgetHeard(progress.Source)
	})
	return results, err
}

func regionsOf(posts []Found) (regions []int64) {
	for _, p := range posts {
		for _, m := range p.Matches {
			regions = append(regions, m.Region)
		}
	}
	return regions
}

// registrar saves the posts of one transaction.
type registrar struct {
	*tx
	regions map[int64]*arrivals
	saved   []Saved // of the batch, as far as it is
	counts  map[[2]string]int64
	days    map[sourceDay]Activity
	answers *bool // there are some that can be replied to; nil: not asked yet
}

func (r *registrar) save(f Found) (result Saved, err error) {
	if done, err := r.reply(f, &result); done || err != nil {
		return result, err
	}
	if f.Fate != "" {
		return r.saveChanged(f)
	}
	return r.saveFound(f)
}

// saveFound stores a post, or adds what is new to one that is known.
func (r *registrar) saveFound(f Found) (result Saved, err error) {
	joins, err := r.originals(f)
	if err != nil {
		return result, err
	}
	// Most posts are new or concern nobody: the insert tells better than a look before it.
	if len(f.Matches) > 0 || len(joins) > 0 || f.Post.State == Pending {
		if result.Post, err = r.insert(f); err != nil {
			return result, err
		}
	}
	have := map[int64]bool{}
	if result.Post != 0 {
		result.Result = Fresh
	} else {
		known, err := r.known(f.Post)
		if err != nil {
			return result, err
		}
		if known.ID == 0 {
			return Saved{Result: Unmatched}, nil
		}
		if result, err = r.again(known, f, joins, have); err != nil {
			return result, err
		}
	}
	for _, o := range joins {
		if have[o.region] {
			continue
		}
		if _, err := r.join(link{o.region, result.Post, o.incident, f.rules(o.region), "repost", 1}); err != nil {
			return result, err
		}
		have[o.region], result.Result = true, Fresh
		result.Incidents = append(result.Incidents, o.incident)
	}
	for _, m := range f.Matches {
		if have[m.Region] {
			continue
		}
		id, err := r.settleIn(result.Post, m)
		if err != nil {
			return result, err
		}
		have[m.Region], result.Result = true, Fresh
		result.Incidents = append(result.Incidents, id)
	}
	return result, nil
}

// again takes a post that is known: one that was pending is filled, and so is
// one whose text was erased when it concerns another region. have gets the
// regions that have an incident of it.
func (r *registrar) again(known knownPost, f Found, joins []original, have map[int64]bool) (result Saved, err error) {
	result = Saved{Post: known.ID, Result: Duplicate}
	if result.Incidents, err = r.linked(known.ID, have); err != nil {
		return result, err
	}
	fresh := slices.ContainsFunc(f.Matches, func(m Match) bool { return !have[m.Region] }) ||
		slices.ContainsFunc(joins, func(o original) bool { return !have[o.region] })
	switch {
	case f.Post.State != Ready:
	case known.State == Pending && !fresh && len(have) == 0:
		// It concerns nobody: that it was looked at is all that is kept.
		result.Result = Unmatched
		err = r.exec(`UPDATE posts SET state = 'erased' WHERE id = $1`, known.ID)
	case known.State == Pending, known.State == Erased && fresh:
		result.Result = Fresh
		err = r.fill(known.ID, f)
	}
	return result, err
}

type knownPost struct {
	ID    int64
	State PostState
}

func (r *registrar) known(p Post) (knownPost, error) {
	k, err := one(r.ctx, r, func(row scanner) (k knownPost, err error) {
		return k, row.Scan(&k.ID, &k.State)
	}, `SELECT id, state FROM posts WHERE network = $1 AND external_id = $2 UNION ALL SELECT id, state FROM posts WHERE url = $3 LIMIT 1`,
		p.Network, null(p.ExternalID), null(p.URL))
	if errors.Is(err, ErrNotFound) {
		err = nil
	}
	return k, err
}

func (r *registrar) linked(post int64, have map[int64]bool) ([]int64, error) {
	type link struct{ region, incident int64 }
	links, err := all(r.ctx, r, func(row scanner) (l link, err error) {
		return l, row.Scan(&l.region, &l.incident)
	}, `SELECT region_id, incident_id FROM incident_posts WHERE post_id = $1 ORDER BY incident_id`, post)
	var ids []int64
	for _, l := range links {
		have[l.region] = true
		ids = append(ids, l.incident)
	}
	return ids, err
}

// insert returns the new post's id, 0 when it is known.
func (r *registrar) insert(f Found) (int64, error) {
	p := f.Post
	spans, err := encodeSpans(p.Spans)
	if err != nil {
		return 0, err
	}
	if p.PublishedAt.IsZero() {
		p.PublishedAt = at(r.now)
	}
	if p.State == "" {
		p.State = Ready
	}
	id, err := r.id(`
		INSERT INTO posts (network, kind, external_id, url, parent_url, parent_text, source_id, source_url, source_name, text, spans, photos, videos,
			author_hash, signature, state, can_publish, publish_reason, takes_photos, published_at, found_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
		ON CONFLICT DO NOTHING RETURNING id`,
		p.Network, p.Kind, null(p.ExternalID), null(p.URL), p.ParentURL, p.ParentText, null(p.Source), p.SourceURL, p.SourceName, p.Text, spans, p.Photos, p.Videos,
		p.AuthorHash, f.Signature, string(p.State), flag(p.CanPublish), p.PublishReason, p.TakesPhotos, ms(p.PublishedAt), r.now)
	if isNoRows(err) {
		return 0, nil
	}
	return id, err
}

func encodeSpans(spans []Span) (string, error) {
	if len(spans) == 0 {
		return "", nil
	}
	b, err := json.Marshal(spans)
	return string(b), err
}

// fill completes a pending post with what the network said.
func (r *registrar) fill(id int64, f Found) error {
	p := f.Post
	spans, err := encodeSpans(p.Spans)
	if err != nil {
		return err
	}
	return r.exec(`
		UPDATE posts SET kind = $1, parent_url = $2, parent_text = $3, source_name = $4, text = $5, spans = $6, photos = $7, videos = $8,
			author_hash = $9, signature = $10, state = 'ready', can_publish = $11, publish_reason = $12, takes_photos = $13, published_at = $14,
			external_id = CASE WHEN external_id IS NULL AND NOT EXISTS (SELECT 1 FROM posts o WHERE o.network = posts.network AND o.external_id = $15) THEN $15 ELSE external_id END,
			url = CASE WHEN url IS NULL AND NOT EXISTS (SELECT 1 FROM posts o WHERE o.url = $16) THEN $16 ELSE url END WHERE id = $17`,
		p.Kind, p.ParentURL, p.ParentText, p.SourceName, p.Text, spans, p.Photos, p.Videos,
		p.AuthorHash, f.Signature, flag(p.CanPublish), p.PublishReason, p.TakesPhotos, ms(p.PublishedAt), null(p.ExternalID), null(p.URL), id)
}

func (r *registrar) count(network string, result SaveResult) {
	if r.counts == nil {
		r.counts = map[[2]string]int64{}
	}
	r.counts[[2]string{network, string(result)}]++
}

func (r *registrar) saveCounts() error {
	day := dayOf(r.now)
	for key, n := range r.counts {
		err := r.exec(`INSERT INTO counts (day, network, result, posts) VALUES ($1, $2, $3, $4)
			ON CONFLICT (day, network, result) DO UPDATE SET posts = counts.posts + excluded.posts`, day, key[0], key[1], n)
		if err != nil {
			return err
		}
	}
	return nil
}
