package storage

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"
)

// ErrEmpty says that an answer has no text.
var ErrEmpty = errors.New("the answer has no text")

// Publish is «Опубликовать»: it freezes the draft's text and plans a
// publication under each post, after hold where the network publishes; where
// it does not, the official gets the text to copy. So he does for the networks
// that are unfit: the text is not one that they take. A version that is not
// the latest is a conflict.
func (s *Store) Publish(ctx context.Context, by Actor, incident, version int64, hold time.Duration, unfit ...string) (c Change, err error) {
	err = s.tx(ctx, func(t *tx) error {
		i, err := t.incident(incident)
		if err != nil {
			return err
		}
		a, err := t.openAnswer(i, Draft)
		if err != nil {
			return err
		}
		if a.Version != version {
			return t.conflict(i, Conflict{})
		}
		if a.Text == "" {
			return ErrEmpty
		}
		c, err = t.step(incident, step{by: by, kind: Frozen, from: []State{Assigned}, data: EventData{Answer: a.ID, Version: version}}, func(i *Incident) error {
			i.FrozenAt = at(t.now)
			return nil
		})
		if err != nil {
			return err
		}
		if err := t.exec(`UPDATE answers SET state = 'frozen', frozen_at = $1 WHERE id = $2`, t.now, a.ID); err != nil {
			return err
		}
		c, err = t.plan(c, a, hold, unfit)
		return err
	})
	return c, err
}

// openAnswer returns the incident's answer in a state; a conflict when there
// is none.
func (t *tx) openAnswer(i Incident, st AnswerState) (Answer, error) {
	a, err := one(t.ctx, t, scanAnswer, `SELECT `+answerColumns+` FROM answers a WHERE a.incident_id = $1 AND a.state = $2`, i.ID, string(st))
	if errors.Is(err, ErrNotFound) {
		return a, t.conflict(i, Conflict{Publishing: !i.FrozenAt.IsZero()})
	}
	return a, err
}

// plan makes the publications of a frozen answer, as far as there is anything
// to be done.
func (t *tx) plan(c Change, a Answer, hold time.Duration, unfit []string) (Change, error) {
	posts, err := all(t.ctx, t, scanPost, `SELECT `+postColumns+` FROM posts t JOIN incident_posts ip ON ip.post_id = t.id WHERE ip.incident_id = $1 ORDER BY t.id`, c.Incident.ID)
	if err != nil {
		return c, err
	}
	states := map[PublicationState]int{}
	for _, p := range posts {
		st, err := t.planUnder(p, a, hold, unfit)
		if err != nil {
			return c, err
		}
		states[st]++
	}
	if states[Impossible] == len(posts) {
		return t.settled(Actor{Kind: System}, c.Incident, a.ID)
	}
	if err := t.wantUploads(a); err != nil {
		return c, err
	}
	if states[AwaitsHand] > 0 {
		return c, t.handText(c.Incident, a.ID)
	}
	return c, nil
}

// planUnder makes the publication of an answer under one post.
func (t *tx) planUnder(p Post, a Answer, hold time.Duration, unfit []string) (PublicationState, error) {
	st, reason := Planned, p.PublishReason
	switch {
	case p.State == Deleted:
		st, reason = Impossible, "gone"
	case slices.Contains(unfit, p.Network):
		st, reason = AwaitsHand, "text"
	case !p.CanPublish:
		st = AwaitsHand
	}
	t.wake(Publications)
	return st, t.exec(`INSERT INTO publications (answer_id, post_id, state, key, due_at, reason) VALUES ($1, $2, $3, $4, $5, $6)`,
		a.ID, p.ID, string(st), rand.Text(), t.now+hold.Milliseconds(), reason)
}

// answerToo lets an answer that is on its way stand under a post that has just
// joined its incident as well. Where its network had enough of the answer, or
// does not take its text, the official publishes it.
func (t *tx) answerToo(i Incident, post int64) error {
	a, err := one(t.ctx, t, scanAnswer, `SELECT `+answerColumns+` FROM answers a WHERE a.incident_id = $1 AND a.state = 'frozen'`, i.ID)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	p, err := one(t.ctx, t, scanPost, `SELECT `+postColumns+` FROM posts t WHERE t.id = $1`, post)
	if err != nil {
		return err
	}
	ended, err := all(t.ctx, t, scalar[string], `SELECT b.reason FROM publications b JOIN posts t ON t.id = b.post_id
		WHERE b.answer_id = $1 AND t.network = $2 AND b.state IN ('waiting', 'by_hand') AND b.reason IN ('text', 'flood', 'duplicate') LIMIT 1`, a.ID, p.Network)
	if err != nil {
		return err
	}
	if len(ended) > 0 {
		p.CanPublish, p.PublishReason = false, ended[0]
	}
	if st, err := t.planUnder(p, a, 0, nil); err != nil || st != AwaitsHand {
		return err
	}
	return t.handText(i, a.ID)
}

// handText sends the official the text alone, to be copied into the network.
func (t *tx) handText(i Incident, answer int64) error {
	chat, err := t.officialChat(i.Official)
	if err != nil || chat == 0 {
		return err
	}
	_, err = t.say(Saying{Chat: chat, Kind: CopyMessage, Incident: i.ID, Payload: map[string]int64{"answer": answer}, Dedupe: fmt.Sprintf("copy:%d", answer), Priority: First})
	return err
}

// Stop is «Остановить» within the hold, or «Изменить» while a link is waited
// for: the text becomes a draft again. What is already being sent cannot be
// stopped, nor what may stand in the network: the official must look first.
func (s *Store) Stop(ctx context.Context, by Actor, incident int64) (c Change, err error) {
	err = s.tx(ctx, func(t *tx) error {
		i, err := t.incident(incident)
		if err != nil {
			return err
		}
		a, err := t.openAnswer(i, FrozenAnswer)
		if err != nil {
			return err
		}
		// First stop, then look what went out: what is taken meanwhile is seen.
		if err := t.exec(`UPDATE publications SET state = 'stopped' WHERE answer_id = $1 AND state IN ('planned', 'waiting', 'impossible')`, a.ID); err != nil {
			return err
		}
		out, err := one(ctx, t, scalar[int64], `SELECT count(*) FROM publications WHERE answer_id = $1 AND state <> 'stopped'`, a.ID)
		if err != nil {
			return err
		}
		c, err = t.step(incident, step{by: by, kind: Stopped, from: []State{Assigned}, frozen: true, data: EventData{Answer: a.ID, Version: a.Version}}, func(i *Incident) error {
			if out > 0 {
				return t.conflict(*i, Conflict{Publishing: true})
			}
			i.FrozenAt = time.Time{}
			return nil
		})
		if err != nil {
			return err
		}
		if err := errors.Join(t.retire(incident, CopyMessage, 0), t.dropUploads(a.ID)); err != nil {
			return err
		}
		return t.draftAgain(c.Incident, a, StoppedDraft)
	})
	return c, err
}

// SendAgain is the official's word that an unknown publication did not go out.
func (s *Store) SendAgain(ctx context.Context, by Actor, incident int64) error {
	return s.tx(ctx, func(t *tx) error {
		i, err := t.incident(incident)
		if err != nil {
			return err
		}
		if err := t.mine(i, by); err != nil {
			return err
		}
		n, err := t.update(`UPDATE publications SET state = 'planned', due_at = $1 WHERE state = 'unknown' AND answer_id IN (SELECT id FROM answers WHERE incident_id = $2 AND state = 'frozen')`, t.now, incident)
		if err != nil {
			return err
		}
		if n == 0 {
			return t.conflict(i, Conflict{})
		}
		t.wake(Publications)
		return t.touch(incident)
	})
}

// dropAnswer ends an incident's open answer: a draft, or one that waits for a
// link. What stands in a network already was said.
func (t *tx) dropAnswer(incident int64) error {
	if err := t.exec(`UPDATE publications SET state = 'stopped' WHERE state IN ('waiting', 'unknown', 'impossible') AND answer_id IN (SELECT id FROM answers WHERE incident_id = $1 AND state = 'frozen')`, incident); err != nil {
		return err
	}
	if err := t.exec(`DELETE FROM uploads WHERE answer_id IN (SELECT id FROM answers WHERE incident_id = $1 AND state = 'frozen')`, incident); err != nil {
		return err
	}
	return t.exec(`
		UPDATE answers SET state = CASE WHEN state = 'draft' THEN 'replaced'
			WHEN EXISTS (SELECT 1 FROM publications b WHERE b.answer_id = answers.id AND b.state IN ('published', 'by_hand')) THEN 'done' ELSE 'stopped' END
		WHERE incident_id = $1 AND state IN ('draft', 'frozen')`, incident)
}

// unsaid refuses a step that would deny what stands in a network already: a
// part of the open answer was published.
func (t *tx) unsaid(i Incident) error {
	n, err := one(t.ctx, t, scalar[int64], `SELECT count(*) FROM publications b JOIN answers a ON a.id = b.answer_id WHERE a.incident_id = $1 AND a.state = 'frozen' AND b.state IN ('published', 'by_hand')`, i.ID)
	if err != nil || n == 0 {
		return err
	}
	return t.conflict(i, Conflict{Publishing: true})
}

// publishing says that a publication of the incident is planned or sending.
func (t *tx) publishing(incident int64) (bool, error) {
	n, err := one(t.ctx, t, scalar[int64], `SELECT count(*) FROM publications b JOIN answers a ON a.id = b.answer_id WHERE a.incident_id = $1 AND b.state IN ('planned', 'sending')`, incident)
	return n > 0, err
}
