package storage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// PostState says whether a post's text is known.
type PostState string

// The states of posts.
const (
	Ready   PostState = "ready"
	Pending PostState = "pending" // only its id is known: monitor fetches it
	Deleted PostState = "deleted" // gone in the network
	Erased  PostState = "erased"  // its text was kept as long as it may be
)

// Span is a stretch of a text, in bytes.
type Span struct{ Start, End int }

// Post is a post or a comment in a network. Its text is masked before it comes
// here and its author is a keyed hash or nobody.
type Post struct {
	ID            int64
	Network       string
	Kind          string // post, comment, topic
	ExternalID    string // the network's id; "" when only the URL is known
	URL           string // canonical; "" when only the id is known
	ParentURL     string // of what a comment stands under
	ParentText    string // one line of it
	Source        int64  // the source that brought it; 0 for intake
	SourceURL     string
	SourceName    string
	Text          string
	Spans         []Span // the words that matched
	Photos        int
	Videos        int
	AuthorHash    []byte
	State         PostState
	CanPublish    bool   // an answer can be published under it by the network
	PublishReason string // code: why it cannot
	PublishedAt   time.Time
	FoundAt       time.Time
}

const postColumns = `t.id, t.network, t.kind, coalesce(t.external_id, ''), coalesce(t.url, ''), t.parent_url, t.parent_text, coalesce(t.source_id, 0), t.source_url, t.source_name,
	t.text, t.spans, t.photos, t.videos, t.author_hash, t.state, t.can_publish, t.publish_reason, t.published_at, t.found_at`

func scanPost(r scanner) (p Post, err error) {
	var spans string
	var can, published, found int64
	err = r.Scan(&p.ID, &p.Network, &p.Kind, &p.ExternalID, &p.URL, &p.ParentURL, &p.ParentText, &p.Source, &p.SourceURL, &p.SourceName,
		&p.Text, &spans, &p.Photos, &p.Videos, &p.AuthorHash, &p.State, &can, &p.PublishReason, &published, &found)
	p.CanPublish, p.PublishedAt, p.FoundAt = can == 1, at(published), at(found)
	if err == nil && spans != "" {
		err = json.Unmarshal([]byte(spans), &p.Spans)
	}
	return p, err
}

// Posts returns the posts of an incident, oldest first.
func (s *Store) Posts(ctx context.Context, incident int64) ([]Post, error) {
	return all(ctx, s.read, scanPost, `SELECT `+postColumns+` FROM posts t JOIN incident_posts ip ON ip.post_id = t.id WHERE ip.incident_id = $1 ORDER BY t.published_at, t.id`, incident)
}

// Post returns one post.
func (s *Store) Post(ctx context.Context, id int64) (Post, error) {
	return one(ctx, s.read, scanPost, `SELECT `+postColumns+` FROM posts t WHERE t.id = $1`, id)
}

// PendingPosts returns posts whose text monitor has to fetch, oldest first.
func (s *Store) PendingPosts(ctx context.Context, limit int) ([]Post, error) {
	return all(ctx, s.read, scanPost, `SELECT `+postColumns+` FROM posts t WHERE t.state = 'pending' ORDER BY t.id LIMIT $1`, limit)
}

// Match says that a post concerns a region and a topic.
type Match struct {
	Region     int64
	Topic      int64
	Place      int64 // 0: none was named
	Importance Importance
}

// Found is a post with the regions it concerns, one match a region. Without a
// match it is only counted, unless it is pending.
type Found struct {
	Post    Post
	Matches []Match
}

// Progress moves a source's cursor in the transaction that saves its posts.
type Progress struct {
	Source int64
	Cursor string
	Next   time.Time // when to read again
}

// SaveResult says what became of a post.
type SaveResult string

// The results of saving.
const (
	Fresh     SaveResult = "new"
	Duplicate SaveResult = "duplicate"
	Unmatched SaveResult = "unmatched"
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
// adds only regions it was not known for. Results come in the order of posts.
func (s *Store) SavePosts(ctx context.Context, progress *Progress, posts []Found) (results []Saved, err error) {
	err = s.tx(ctx, func(t *tx) error {
		results = make([]Saved, len(posts))
		if err := t.chainsOf(regionsOf(posts)); err != nil {
			return err
		}
		r := registrar{tx: t, regions: map[int64]*arrivals{}}
		latest := int64(0)
		for i, p := range posts {
			if results[i], err = r.save(p); err != nil {
				return fmt.Errorf("save post %d of %d: %w", i+1, len(posts), err)
			}
			r.count(p.Post.Network, results[i].Result)
			latest = max(latest, ms(p.Post.PublishedAt))
		}
		if err := errors.Join(r.finish(), r.saveCounts()); err != nil {
			return err
		}
		if progress == nil {
			return nil
		}
		return t.exec(`
			UPDATE sources SET cursor = $1, last_read_at = $2, next_read_at = $3, trouble = '', failing_since = NULL, told_at = NULL,
				last_post_at = CASE WHEN $4 > coalesce(last_post_at, 0) THEN $4 ELSE last_post_at END WHERE id = $5`,
			progress.Cursor, t.now, ms(progress.Next), latest, progress.Source)
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
	counts  map[[2]string]int64
}

func (r *registrar) save(f Found) (result Saved, err error) {
	// Most posts are new or concern nobody: the insert tells better than a look before it.
	if len(f.Matches) > 0 || f.Post.State == Pending {
		if result.Post, err = r.insert(f.Post); err != nil {
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
		if result, err = r.again(known, f.Post, have); err != nil {
			return result, err
		}
	}
	for _, m := range f.Matches {
		if have[m.Region] {
			continue
		}
		id, err := r.register(result.Post, m)
		if err != nil {
			return result, err
		}
		have[m.Region], result.Result = true, Fresh
		result.Incidents = append(result.Incidents, id)
	}
	return result, nil
}

// again takes a post that is known: one that was pending is filled. have gets
// the regions that have an incident of it.
func (r *registrar) again(known knownPost, p Post, have map[int64]bool) (result Saved, err error) {
	result = Saved{Post: known.ID, Result: Duplicate}
	if known.State == Pending && p.State == Ready {
		result.Result = Fresh
		if err := r.fill(known.ID, p); err != nil {
			return result, err
		}
	}
	result.Incidents, err = r.linked(known.ID, have)
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
func (r *registrar) insert(p Post) (int64, error) {
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
			author_hash, state, can_publish, publish_reason, published_at, found_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
		ON CONFLICT DO NOTHING RETURNING id`,
		p.Network, p.Kind, null(p.ExternalID), null(p.URL), p.ParentURL, p.ParentText, null(p.Source), p.SourceURL, p.SourceName, p.Text, spans, p.Photos, p.Videos,
		p.AuthorHash, string(p.State), flag(p.CanPublish), p.PublishReason, ms(p.PublishedAt), r.now)
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
func (r *registrar) fill(id int64, p Post) error {
	spans, err := encodeSpans(p.Spans)
	if err != nil {
		return err
	}
	return r.exec(`
		UPDATE posts SET kind = $1, parent_url = $2, parent_text = $3, source_name = $4, text = $5, spans = $6, photos = $7, videos = $8,
			author_hash = $9, state = 'ready', can_publish = $10, publish_reason = $11, published_at = $12,
			external_id = CASE WHEN external_id IS NULL AND NOT EXISTS (SELECT 1 FROM posts o WHERE o.network = posts.network AND o.external_id = $13) THEN $13 ELSE external_id END,
			url = CASE WHEN url IS NULL AND NOT EXISTS (SELECT 1 FROM posts o WHERE o.url = $14) THEN $14 ELSE url END WHERE id = $15`,
		p.Kind, p.ParentURL, p.ParentText, p.SourceName, p.Text, spans, p.Photos, p.Videos,
		p.AuthorHash, flag(p.CanPublish), p.PublishReason, ms(p.PublishedAt), null(p.ExternalID), null(p.URL), id)
}

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
	if err := r.exec(`INSERT INTO incident_posts (region_id, post_id, incident_id, added_at) VALUES ($1, $2, $3, $4)`, m.Region, post, id, r.now); err != nil {
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
	return id, nil
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
// the same.
func (r *registrar) startClocks(a *arrivals) error {
	for importance := range a.importances {
		now := at(r.now)
		i := Incident{Region: a.region.ID, Importance: importance, State: New, RegisteredAt: now, ClockAt: now, NewAt: now}
		for clock, due := range running(i, a.region) {
			err := r.exec(`
				INSERT INTO deadlines (incident_id, kind, due_at)
				SELECT i.id, $1, $2 FROM incidents i WHERE i.region_id = $3 AND i.state = 'new' AND i.id >= $4 AND i.importance = $5`,
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
		SELECT $1, 'card', i.id, '{}', 'live', $2 FROM incidents i WHERE i.region_id = $3 AND i.state = 'new' AND i.id >= $4 ORDER BY i.id`,
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
		FROM incidents i JOIN messages m ON m.incident_id = i.id WHERE i.region_id = $3 AND i.state = 'new' AND i.id >= $4 ORDER BY m.id`,
		Third, loud, a.region.ID, a.first)
}

func (r *registrar) count(network string, result SaveResult) {
	if r.counts == nil {
		r.counts = map[[2]string]int64{}
	}
	r.counts[[2]string{network, string(result)}]++
}

func (r *registrar) saveCounts() error {
	day := r.now / (24 * time.Hour).Milliseconds()
	for key, n := range r.counts {
		err := r.exec(`INSERT INTO counts (day, network, result, posts) VALUES ($1, $2, $3, $4)
			ON CONFLICT (day, network, result) DO UPDATE SET posts = counts.posts + excluded.posts`, day, key[0], key[1], n)
		if err != nil {
			return err
		}
	}
	return nil
}

// KeepText keeps the masked text of a post that matched nothing, so that a new
// rule can show what it would have caught.
func (s *Store) KeepText(ctx context.Context, region int64, texts []string) error {
	if len(texts) == 0 {
		return nil
	}
	return s.tx(ctx, func(t *tx) error {
		for _, text := range texts {
			if err := t.exec(`INSERT INTO recent_texts (region_id, text, found_at) VALUES ($1, $2, $3)`, region, text, t.now); err != nil {
				return err
			}
		}
		return nil
	})
}

// RecentTexts returns the texts that KeepText keeps of a region, newest first.
func (s *Store) RecentTexts(ctx context.Context, region int64, limit int) ([]string, error) {
	return all(ctx, s.read, scalar[string], `SELECT text FROM recent_texts WHERE region_id = $1 ORDER BY id DESC LIMIT $2`, region, limit)
}

// PostGone notes that a post was deleted in its network.
func (s *Store) PostGone(ctx context.Context, post int64) error {
	return s.tx(ctx, func(t *tx) error {
		if err := t.exec(`UPDATE posts SET state = 'deleted' WHERE id = $1 AND state IN ('ready', 'pending')`, post); err != nil {
			return err
		}
		incidents, err := all(ctx, t, scalar[int64], `SELECT incident_id FROM incident_posts WHERE post_id = $1`, post)
		if err != nil {
			return err
		}
		for _, i := range incidents {
			if err := t.touch(i); err != nil {
				return err
			}
		}
		return nil
	})
}
