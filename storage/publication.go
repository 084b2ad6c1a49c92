package storage

import (
	"context"
	"errors"
	"time"
)

// PublicationState says where an answer stands under one post.
type PublicationState string

// The states of publications. Waiting waits for a person's proof.
const (
	Planned    PublicationState = "planned"
	Sending    PublicationState = "sending"
	Published  PublicationState = "published"
	Unknown    PublicationState = "unknown"
	AwaitsHand PublicationState = "waiting"
	ByHand     PublicationState = "by_hand"
	Impossible PublicationState = "impossible"
	Halted     PublicationState = "stopped"
)

// Publication is an answer as it stands, or will stand, under one post.
type Publication struct {
	ID         int64
	Answer     int64
	Incident   int64
	Post       int64
	State      PublicationState
	Key        string // idempotency key for networks that take one
	Due        time.Time
	Attempts   int
	SendingAt  time.Time
	ExternalID string
	URL        string
	Photos     int    // that went out with the text
	Checked    bool   // the link was found to belong to the post's thread
	ProvedBy   int64  // the messenger's id of the message that brought the link
	Reason     string // code: why by hand, why impossible
	DoneAt     time.Time
	Message    int64 // of ours, that carries it into a watched chat; 0 where monitor publishes by itself
}

const publicationColumns = `b.id, b.answer_id, a.incident_id, b.post_id, b.state, b.key, b.due_at, b.attempts, coalesce(b.sending_at, 0), b.external_id, b.url, b.photos, b.checked, b.proved_by, b.reason, coalesce(b.done_at, 0), coalesce(b.message_id, 0)`

// publicationsOpen is what the index of waiting rows is limited to, in its words.
const publicationsOpen = `b.state IN ('planned', 'sending')`

const publicationTables = ` FROM publications b JOIN answers a ON a.id = b.answer_id `

// publicationNext is true for a planned publication whose turn it is: in one
// network an answer goes out under one post after the other, so that what became
// of the first is known before the second is tried.
const publicationNext = publicationsOpen + ` AND b.state = 'planned' AND NOT EXISTS (
	SELECT 1 FROM publications o JOIN posts q ON q.id = o.post_id
	WHERE o.answer_id = b.answer_id AND o.state = 'sending' AND q.network = (SELECT t.network FROM posts t WHERE t.id = b.post_id))`

func scanPublication(r scanner) (p Publication, err error) {
	var due, sending, checked, done int64
	err = r.Scan(&p.ID, &p.Answer, &p.Incident, &p.Post, &p.State, &p.Key, &due, &p.Attempts, &sending, &p.ExternalID, &p.URL, &p.Photos, &checked, &p.ProvedBy, &p.Reason, &done, &p.Message)
	p.Due, p.SendingAt, p.Checked, p.DoneAt = at(due), at(sending), checked == 1, at(done)
	return p, err
}

// Publication returns one publication.
func (s *Store) Publication(ctx context.Context, id int64) (Publication, error) {
	return one(ctx, s.read, scanPublication, `SELECT `+publicationColumns+publicationTables+`WHERE b.id = $1`, id)
}

// Publications returns an answer's publications in the order of posts.
func (s *Store) Publications(ctx context.Context, answer int64) ([]Publication, error) {
	return all(ctx, s.read, scanPublication, `SELECT `+publicationColumns+publicationTables+`WHERE b.answer_id = $1 ORDER BY b.id`, answer)
}

// TakePublication gives the monitor, which takes one at a time, the next
// publication that is due and marks it as being sent; ErrNotFound when none is.
// Nothing is given while the database is held.
func (s *Store) TakePublication(ctx context.Context) (p Publication, err error) {
	if s.Held() {
		return p, ErrNotFound
	}
	if _, err := one(ctx, s.read, scalar[int64], `SELECT 1 FROM publications b WHERE `+publicationNext+` AND b.due_at <= $1 LIMIT 1`, ms(s.Now())); err != nil {
		return p, err
	}
	err = s.tx(ctx, func(t *tx) error {
		id, err := t.id(`
			UPDATE publications SET state = 'sending', sending_at = $1, attempts = attempts + 1, message_id = NULL
			WHERE id IN (SELECT b.id FROM publications b WHERE `+publicationNext+` AND b.due_at <= $1 ORDER BY b.due_at, b.id LIMIT 1`+s.engine.claim()+`) RETURNING id`, t.now)
		if isNoRows(err) {
			return ErrNotFound
		}
		if err != nil {
			return err
		}
		p, err = one(ctx, t, scanPublication, `SELECT `+publicationColumns+publicationTables+`WHERE b.id = $1`, id)
		return errors.Join(err, t.touchPreview(p.Incident))
	})
	return p, err
}

// NextPublication says when the next publication is due that waits for no
// other; the zero time when there is none, and while the database is held.
func (s *Store) NextPublication(ctx context.Context) (time.Time, error) {
	if s.Held() {
		return time.Time{}, nil
	}
	due, err := one(ctx, s.read, scalar[int64], `SELECT coalesce(min(b.due_at), 0) FROM publications b WHERE `+publicationNext)
	return at(due), err
}

// InterruptedPublications returns what was being sent when the process ended:
// whether it went out must be looked up before any retry. Of what was handed to
// the outbox, the outbox tells.
func (s *Store) InterruptedPublications(ctx context.Context) ([]Publication, error) {
	return all(ctx, s.read, scanPublication, `SELECT `+publicationColumns+publicationTables+`WHERE b.state = 'sending' AND b.message_id IS NULL AND `+publicationsOpen+` ORDER BY b.due_at, b.id`)
}

// PublishedAs notes that a publication stands in its network.
func (s *Store) PublishedAs(ctx context.Context, publication int64, externalID, url string) error {
	return s.tx(ctx, func(t *tx) error {
		return t.settle(publication, PublishedIn, func() (int64, error) {
			return t.update(`UPDATE publications SET state = 'published', external_id = $1, url = $2, checked = 1, done_at = $3 WHERE id = $4 AND state IN ('sending', 'unknown')`,
				externalID, url, t.now, publication)
		})
	})
}

// PublishLater puts a publication back until a time: it certainly did not go out.
func (s *Store) PublishLater(ctx context.Context, publication int64, until time.Time) error {
	return s.tx(ctx, func(t *tx) error {
		t.wake(Publications)
		return t.exec(`UPDATE publications SET state = 'planned', due_at = $1 WHERE id = $2 AND (state = 'sending' AND message_id IS NULL OR state = 'unknown')`, ms(until), publication)
	})
}

// PublishByHand notes that the network does not let us publish: the official
// is asked to. reason is a code.
func (s *Store) PublishByHand(ctx context.Context, publication int64, reason string) error {
	return s.tx(ctx, func(t *tx) error { return t.leave(publication, AwaitsHand, reason) })
}

// PublishUnknown notes that nobody can tell whether a publication went out: the
// official is asked to look.
func (s *Store) PublishUnknown(ctx context.Context, publication int64) error {
	return s.tx(ctx, func(t *tx) error { return t.leave(publication, Unknown, "lost_answer") })
}

// leave hands a publication that the network did not take to the official.
func (t *tx) leave(publication int64, st PublicationState, reason string) error {
	p, i, err := t.publication(publication)
	if err != nil {
		return err
	}
	n, err := t.update(`UPDATE publications SET state = $1, reason = $2 WHERE id = $3 AND state = 'sending'`, string(st), reason, publication)
	if err != nil || n == 0 {
		return err
	}
	if _, err := t.record(i.Region, i.ID, UnknownIn, Actor{Kind: Monitor}, EventData{Answer: p.Answer, Post: p.Post, Reason: reason}, ""); err != nil {
		return err
	}
	return t.handedOver(i, p.Answer)
}

// handedOver tells the official that something of his answer is left to him.
func (t *tx) handedOver(i Incident, answer int64) error {
	t.wake(Publications)
	if err := errors.Join(t.handText(i, answer), t.show(i.ID, answer), t.dropUploads(answer)); err != nil {
		return err
	}
	return t.releaseIfGone(i)
}

// StopFanOut notes that a network had enough of an answer: this publication,
// which certainly did not go out, and those in the same network that are still
// planned are left to the official. reason is a code.
func (s *Store) StopFanOut(ctx context.Context, publication int64, reason string) error {
	return s.tx(ctx, func(t *tx) error {
		p, i, err := t.publication(publication)
		if err != nil {
			return err
		}
		n, err := t.update(`UPDATE publications SET state = 'waiting', reason = $1 WHERE id = $2 AND state = 'sending'`, reason, publication)
		if err != nil || n == 0 {
			return err
		}
		if err := t.exec(`
			UPDATE publications SET state = 'waiting', reason = $1 WHERE answer_id = $2 AND state = 'planned' AND post_id IN (
				SELECT t.id FROM posts t WHERE t.id = publications.post_id AND t.network = (SELECT q.network FROM posts q WHERE q.id = $3))`, reason, p.Answer, p.Post); err != nil {
			return err
		}
		if _, err := t.record(i.Region, i.ID, UnknownIn, Actor{Kind: Monitor}, EventData{Answer: p.Answer, Post: p.Post, Reason: reason}, ""); err != nil {
			return err
		}
		return t.handedOver(i, p.Answer)
	})
}

// publication returns a publication and its incident, which it locks.
func (t *tx) publication(id int64) (p Publication, i Incident, err error) {
	const query = `SELECT ` + publicationColumns + publicationTables + `WHERE b.id = $1`
	if p, err = one(t.ctx, t, scanPublication, query, id); err != nil {
		return p, i, err
	}
	if i, err = t.incident(p.Incident); err != nil {
		return p, i, err
	}
	p, err = one(t.ctx, t, scanPublication, query, id)
	return p, i, err
}

// show brings the messages about an answer up to date. While more of it is on
// its way the group is spared: a card takes part of what a group bears.
func (t *tx) show(incident, answer int64) error {
	moving, err := one(t.ctx, t, scalar[int64], `SELECT count(*) FROM publications WHERE answer_id = $1 AND state IN ('planned', 'sending')`, answer)
	if err != nil {
		return err
	}
	if moving > 0 {
		return t.touchPreview(incident)
	}
	return t.touch(incident)
}

// releaseIfGone returns an incident whose official went away while his answer
// was being published: he cannot be asked to do the rest.
func (t *tx) releaseIfGone(i Incident) error {
	if i.State != Assigned {
		return nil
	}
	gone, err := one(t.ctx, t, scalar[int64], `SELECT count(*) FROM roles o JOIN people p ON p.id = o.person_id WHERE o.id = $1 AND (o.ended_at IS NOT NULL OR p.reachable = 0)`, i.Official)
	if err != nil || gone == 0 {
		return err
	}
	if err := t.unreachable(i.ID, i.Official); !errors.Is(err, ErrConflict) {
		return err
	}
	return nil // another publication of it is still on its way
}

// PublishImpossible notes that an answer cannot stand under a post at all: the
// post is gone or closed. reason is a code.
func (s *Store) PublishImpossible(ctx context.Context, publication int64, reason string) error {
	return s.tx(ctx, func(t *tx) error { return t.impossible(publication, reason) })
}

func (t *tx) impossible(publication int64, reason string) error {
	return t.settle(publication, ImpossibleIn, func() (int64, error) {
		return t.update(`UPDATE publications SET state = 'impossible', reason = $1 WHERE id = $2 AND state IN ('sending', 'waiting')`, reason, publication)
	})
}

// unanswerable ends what the official was to publish under a post that is gone.
func (t *tx) unanswerable(i Incident, post int64) error {
	p, err := one(t.ctx, t, scanPublication, `SELECT `+publicationColumns+publicationTables+`WHERE a.incident_id = $1 AND a.state = 'frozen' AND b.post_id = $2 AND b.state = 'waiting'`, i.ID, post)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := t.exec(`UPDATE publications SET state = 'impossible', reason = 'gone' WHERE id = $1`, p.ID); err != nil {
		return err
	}
	if _, err := t.record(i.Region, i.ID, ImpossibleIn, Actor{Kind: Monitor}, EventData{Answer: p.Answer, Post: post, Reason: "gone"}, ""); err != nil {
		return err
	}
	_, err = t.settled(Actor{Kind: Monitor}, i, p.Answer)
	return err
}

// settle ends one publication and, when it was the last open one, the answer.
// Doing it twice changes nothing.
func (t *tx) settle(publication int64, kind EventKind, end func() (int64, error)) error {
	if _, _, err := t.publication(publication); err != nil {
		return err
	}
	n, err := end()
	if err != nil || n == 0 {
		return err
	}
	p, i, err := t.publication(publication)
	if err != nil {
		return err
	}
	t.wake(Publications)
	if _, err := t.record(i.Region, i.ID, kind, Actor{Kind: Monitor}, EventData{Answer: p.Answer, Post: p.Post, Reason: p.Reason}, p.URL); err != nil {
		return err
	}
	c, err := t.settled(Actor{Kind: Monitor}, i, p.Answer)
	if err != nil {
		return err
	}
	return t.releaseIfGone(c.Incident)
}

// settled ends an answer whose publications are all settled: answered when one
// stands; when none can, the clock resumes and the text is a draft again.
func (t *tx) settled(by Actor, i Incident, answer int64) (Change, error) {
	var open, stands int64
	err := t.QueryRowContext(t.ctx, `
		SELECT coalesce(sum(CASE WHEN state IN ('planned', 'sending', 'unknown', 'waiting') THEN 1 ELSE 0 END), 0), coalesce(sum(CASE WHEN state IN ('published', 'by_hand') THEN 1 ELSE 0 END), 0)
		FROM publications WHERE answer_id = $1`, answer).Scan(&open, &stands)
	if err != nil {
		return Change{}, err
	}
	if err := t.dropUploads(answer); err != nil {
		return Change{}, err
	}
	if open > 0 {
		return Change{Incident: i}, t.show(i.ID, answer)
	}
	if stands == 0 {
		return t.publishFailed(by, i, answer)
	}
	if err := t.exec(`UPDATE answers SET state = 'done' WHERE id = $1`, answer); err != nil {
		return Change{}, err
	}
	return t.step(i.ID, step{by: by, kind: AnsweredNow, from: []State{Assigned}, frozen: true, data: EventData{Answer: answer}}, func(i *Incident) error {
		i.State, i.AnsweredAt = Answered, at(t.now)
		return nil
	})
}

func (t *tx) publishFailed(by Actor, i Incident, answer int64) (Change, error) {
	c, err := t.step(i.ID, step{by: by, kind: PublishFailed, from: []State{Assigned}, frozen: true, data: EventData{Answer: answer}}, func(i *Incident) error {
		i.FrozenAt = time.Time{}
		return nil
	})
	if err != nil {
		return c, err
	}
	a, err := one(t.ctx, t, scanAnswer, `SELECT `+answerColumns+` FROM answers a WHERE a.id = $1`, answer)
	if err != nil {
		return c, err
	}
	return c, t.draftAgain(c.Incident, a, Failed)
}
