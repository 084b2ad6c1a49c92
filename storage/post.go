package storage

import (
	"context"
	"encoding/json"
	"errors"
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
	TakesPhotos   int    `json:",omitempty"` // how many photos an answer by the network may have; 0: they go by hand
	PublishedAt   time.Time
	FoundAt       time.Time
	EditedAt      time.Time `json:",omitzero"` // when its text was last found to be another one; zero: never
}

const postColumns = `t.id, t.network, t.kind, coalesce(t.external_id, ''), coalesce(t.url, ''), t.parent_url, t.parent_text, coalesce(t.source_id, 0), t.source_url, t.source_name,
	t.text, t.spans, t.photos, t.videos, t.author_hash, t.state, t.can_publish, t.publish_reason, t.takes_photos, t.published_at, t.found_at, coalesce(t.edited_at, 0)`

func scanPost(r scanner) (p Post, err error) {
	var spans string
	var can, published, found, edited int64
	err = r.Scan(&p.ID, &p.Network, &p.Kind, &p.ExternalID, &p.URL, &p.ParentURL, &p.ParentText, &p.Source, &p.SourceURL, &p.SourceName,
		&p.Text, &spans, &p.Photos, &p.Videos, &p.AuthorHash, &p.State, &can, &p.PublishReason, &p.TakesPhotos, &published, &found, &edited)
	p.CanPublish, p.PublishedAt, p.FoundAt, p.EditedAt = can == 1, at(published), at(found), at(edited)
	if err == nil && spans != "" {
		err = json.Unmarshal([]byte(spans), &p.Spans)
	}
	return p, err
}

// Posts returns the posts of an incident, oldest first: of a merged one those
// that it had.
func (s *Store) Posts(ctx context.Context, incident int64) ([]Post, error) {
	return all(ctx, s.read, scanPost, `SELECT `+postColumns+` FROM posts t JOIN incident_posts ip ON ip.post_id = t.id WHERE ip.incident_id = $1 OR ip.origin_id = $1 ORDER BY t.published_at, t.id`, incident)
}

// Post returns one post.
func (s *Store) Post(ctx context.Context, id int64) (Post, error) {
	return one(ctx, s.read, scanPost, `SELECT `+postColumns+` FROM posts t WHERE t.id = $1`, id)
}

// PendingPosts returns posts whose text monitor has to fetch, oldest first.
func (s *Store) PendingPosts(ctx context.Context, limit int) ([]Post, error) {
	return all(ctx, s.read, scanPost, `SELECT `+postColumns+` FROM posts t WHERE t.state = 'pending' ORDER BY t.id LIMIT $1`, limit)
}

// PostGone notes that a post was deleted in its network.
func (s *Store) PostGone(ctx context.Context, post int64) error {
	return s.tx(ctx, func(t *tx) error { return t.postGone(post) })
}

func (t *tx) postGone(post int64) error {
	p, err := one(t.ctx, t, scanPost, `SELECT `+postColumns+` FROM posts t WHERE t.id = $1`, post)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = t.removePost(p, false)
	return err
}
