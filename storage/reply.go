package storage

import (
	"context"
	"errors"
	"time"
)

// ReplyKind says what a resident means by a reply to an answer.
type ReplyKind string

// The kinds of replies; what is not plainly one of the first two is other.
const (
	Thanks     ReplyKind = "thanks"
	NotSolved  ReplyKind = "unsolved"
	OtherReply ReplyKind = "other"
)

// Reply is what a resident wrote under an answer. Its text is masked and its
// author a keyed hash or nobody, like a post's.
type Reply struct {
	ID          int64
	Publication int64
	Incident    int64
	Network     string
	ExternalID  string
	URL         string
	Text        string // "" once it was erased
	Kind        ReplyKind
	PublishedAt time.Time
	FoundAt     time.Time
	RemovedAt   time.Time // it was deleted in its network; zero: it was not

	author []byte
	post   int64 // that the answer stands under
}

const replyColumns = `y.id, y.publication_id, y.incident_id, y.network, y.external_id, y.url, y.text, y.author_hash, y.kind, y.published_at, y.found_at, coalesce(y.removed_at, 0), b.post_id`

const replyTables = ` FROM replies y JOIN publications b ON b.id = y.publication_id `

func scanReply(r scanner) (y Reply, err error) {
	var published, found, removed int64
	err = r.Scan(&y.ID, &y.Publication, &y.Incident, &y.Network, &y.ExternalID, &y.URL, &y.Text, &y.author, &y.Kind, &published, &found, &removed, &y.post)
	y.PublishedAt, y.FoundAt, y.RemovedAt = at(published), at(found), at(removed)
	return y, err
}

// ReplyByID returns one reply.
func (s *Store) ReplyByID(ctx context.Context, id int64) (Reply, error) {
	return one(ctx, s.read, scanReply, `SELECT `+replyColumns+replyTables+`WHERE y.id = $1`, id)
}

// Replies returns what residents replied to the answers of an incident, oldest
// first.
func (s *Store) Replies(ctx context.Context, incident int64) ([]Reply, error) {
	return all(ctx, s.read, scanReply, `SELECT `+replyColumns+replyTables+`WHERE y.incident_id = $1 ORDER BY y.id`, incident)
}

// FollowLife is how long after an answer what residents reply to it is told.
const FollowLife = 14 * 24 * time.Hour

// reply takes a found comment that replies to an answer: it is stored once,
// whichever way it comes, and told. done is false for what is no reply.
func (r *registrar) reply(f Found, result *Saved) (done bool, err error) {
	alone := f.ReplyTo == "" && f.Thread == 0 && f.Post.ParentURL == "" && f.Fate == ""
	if alone || f.Post.ExternalID == "" || f.Post.State == Pending {
		return false, nil
	}
	if listens, err := r.listens(); err != nil || !listens {
		return false, err
	}
	known, err := r.replyNamed(f.Post.Network, f.Post.ExternalID)
	switch {
	case err == nil:
		result.Incidents = []int64{known.Incident}
		result.Result, err = r.replyAgain(known, f)
		return true, err
	case !errors.Is(err, ErrNotFound):
		return false, err
	case f.Fate == PostRemoved:
		return false, nil
	}
	b, err := r.answerOf(f)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	// What is an incident already stays one.
	if post, err := r.known(f.Post); err != nil || post.ID != 0 {
		return false, err
	}
	y := Reply{
		Publication: b.publication, Incident: b.incident, Network: f.Post.Network, ExternalID: f.Post.ExternalID, URL: f.Post.URL, Text: f.Post.Text,
		Kind: f.says(), PublishedAt: f.Post.PublishedAt, author: f.Post.AuthorHash, post: b.post,
	}
	result.Incidents = []int64{y.Incident}
	result.Result, err = r.saveReply(y)
	return true, err
}

// aside says that a found comment stood beside what was looked for in the
// thread of an answer.
func (f Found) aside(saved Saved) bool { return f.Thread != 0 && saved.Result == Unmatched }

// says is what a found comment says as a reply.
func (f Found) says() ReplyKind {
	if f.AsReply == nil {
		return OtherReply
	}
	return f.AsReply()
}

// listens says whether there are answers young enough to be replied to; asked
// once in a transaction.
func (r *registrar) listens() (bool, error) {
	if r.answers == nil {
		n, err := one(r.ctx, r, scalar[int64], `SELECT count(*) FROM (SELECT 1 FROM publications WHERE done_at > $1 LIMIT 1) AS any_answer`, r.now-FollowLife.Milliseconds())
		if err != nil {
			return false, err
		}
		any := n > 0
		r.answers = &any
	}
	return *r.answers, nil
}

func (t *tx) replyNamed(network, externalID string) (Reply, error) {
	return one(t.ctx, t, scanReply, `SELECT `+replyColumns+replyTables+`WHERE y.network = $1 AND y.external_id = $2`, network, externalID)
}

// repliedTo is an answer in a network that somebody replied to.
type repliedTo struct{ publication, incident, post int64 }

func scanRepliedTo(r scanner) (b repliedTo, err error) {
	return b, r.Scan(&b.publication, &b.incident, &b.post)
}

// answerOf returns the answer that a comment replies to: directly, or as a
// word of the same author under the same post after the answer; ErrNotFound
// for a comment that replies to none.
func (r *registrar) answerOf(f Found) (b repliedTo, err error) {
	since := r.now - FollowLife.Milliseconds()
	if f.ReplyTo != "" {
		b, err = one(r.ctx, r, scanRepliedTo, `
			SELECT b.id, a.incident_id, b.post_id FROM publications b JOIN answers a ON a.id = b.answer_id JOIN posts t ON t.id = b.post_id
			WHERE b.external_id = $1 AND b.external_id <> '' AND t.network = $2 AND b.done_at > $3 ORDER BY b.id DESC LIMIT 1`, f.ReplyTo, f.Post.Network, since)
		if !errors.Is(err, ErrNotFound) {
			return b, err
		}
	}
	if len(f.Post.AuthorHash) == 0 {
		// Where the network names nobody and threads have one level, it is most
		// likely the resident who goes on under the own complaint.
		return one(r.ctx, r, scanRepliedTo, `
			SELECT b.id, a.incident_id, b.post_id FROM posts t JOIN publications b ON b.post_id = t.id JOIN answers a ON a.id = b.answer_id
			WHERE t.network = $1 AND t.external_id = $2 AND t.kind = 'comment' AND b.done_at > $3 AND a.frozen_at <= $4 ORDER BY b.id DESC LIMIT 1`,
			f.Post.Network, f.ReplyTo, since, ms(f.Post.PublishedAt))
	}
	if f.ReplyTo != "" {
		// Who goes on under a reply of his own.
		b, err = one(r.ctx, r, scanRepliedTo, `
			SELECT b.id, y.incident_id, b.post_id FROM replies y JOIN publications b ON b.id = y.publication_id
			WHERE y.network = $1 AND y.external_id = $2 AND y.author_hash = $3 AND b.done_at > $4`, f.Post.Network, f.ReplyTo, f.Post.AuthorHash, since)
		if !errors.Is(err, ErrNotFound) {
			return b, err
		}
	}
	return one(r.ctx, r, scanRepliedTo, `
		SELECT b.id, a.incident_id, b.post_id FROM posts t JOIN publications b ON b.post_id = t.id JOIN answers a ON a.id = b.answer_id
		WHERE t.author_hash = $1 AND t.author_hash IS NOT NULL AND t.network = $2 AND b.done_at > $3 AND a.frozen_at <= $4
			AND (b.id = $5 OR $6 <> '' AND $6 IN (t.url, t.parent_url, b.url)) ORDER BY b.id DESC LIMIT 1`,
		f.Post.AuthorHash, f.Post.Network, since, ms(f.Post.PublishedAt), f.Thread, f.Post.ParentURL)
}

// saveReply stores a reply and tells it.
func (t *tx) saveReply(y Reply) (SaveResult, error) {
	var err error
	y.ID, err = t.id(`
		INSERT INTO replies (publication_id, incident_id, network, external_id, url, text, author_hash, kind, published_at, found_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING RETURNING id`,
		y.Publication, y.Incident, y.Network, y.ExternalID, y.URL, y.Text, y.author, string(y.Kind), ms(y.PublishedAt), t.now)
	if isNoRows(err) {
		return Duplicate, nil
	}
	if err != nil {
		return "", err
	}
	// There is something to erase again.
	if err := t.exec(`UPDATE incidents SET erased_at = NULL WHERE id = $1 AND erased_at IS NOT NULL`, y.Incident); err != nil {
		return "", err
	}
	return IsReply, t.tellReply(y)
}

// replyAgain takes a reply that is known: one that says something else now is
// told again when it says that nothing was solved.
func (t *tx) replyAgain(known Reply, f Found) (SaveResult, error) {
	switch {
	case f.Fate == PostRemoved && known.RemovedAt.IsZero():
		if f.Forget {
			if err := t.forgetReply(known.ID); err != nil {
				return "", err
			}
		}
		if err := t.exec(`UPDATE replies SET removed_at = $1 WHERE id = $2`, t.now, known.ID); err != nil {
			return "", err
		}
		return Withdrawn, t.touch(known.Incident)
	case f.Fate == PostRemoved || known.Text == "" || f.Post.Text == "" || f.Post.Text == known.Text && known.RemovedAt.IsZero():
		return Duplicate, nil
	}
	kind := f.says()
	worse := kind == NotSolved && known.Kind != NotSolved
	known.Text, known.Kind = f.Post.Text, kind
	if err := t.exec(`UPDATE replies SET text = $1, kind = $2, removed_at = NULL WHERE id = $3`, known.Text, string(known.Kind), known.ID); err != nil {
		return "", err
	}
	if worse {
		return Edited, t.tellReply(known)
	}
	return Edited, t.touch(known.Incident)
}

// forgetReply takes away the words of a reply.
func (t *tx) forgetReply(id int64) error {
	return t.exec(`UPDATE replies SET text = '', author_hash = NULL WHERE id = $1`, id)
}
