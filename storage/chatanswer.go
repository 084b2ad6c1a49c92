package storage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
)

// ChatAnswer is the payload of an AnswerMessage: an answer on its way into a
// watched chat.
type ChatAnswer struct {
	Publication int64  `json:"publication"`
	Answer      int64  `json:"answer"`
	ReplyTo     int64  `json:"reply_to"` // the messenger's id of what it answers
	External    string `json:"external"` // the answer's external id without its last part, the message's id
	URL         string `json:"url"`      // its address, likewise; "" where messages have none
	Photos      int    `json:"photos"`   // of the answer, that go along
}

// SendAnswer hands a publication that is being sent over to the outbox, as a
// reply in a watched chat; from then on the outbox says what became of it. A
// chat that cannot be written to, or is watched no more, is ErrConflict. Doing
// it twice changes nothing.
func (s *Store) SendAnswer(ctx context.Context, chat int64, key string, a ChatAnswer) error {
	return s.tx(ctx, func(t *tx) error {
		id, err := one(ctx, t, scalar[int64], `SELECT id FROM publications WHERE key = $1`, key)
		if err != nil {
			return err
		}
		p, i, err := t.publication(id)
		if err != nil {
			return err
		}
		if p.Message != 0 && p.State == Sending {
			return nil
		}
		c, err := one(ctx, t, scanChat, `SELECT `+chatColumns+` FROM chats c WHERE c.id = $1`, chat)
		if err != nil {
			return err
		}
		if p.State != Sending || c.Purpose != SourceChat || c.State != Active {
			return fmt.Errorf("publication %d is %s, the chat %s and %s: %w", id, p.State, c.Purpose, c.State, ErrConflict)
		}
		a.Publication, a.Answer = id, p.Answer
		message, err := t.say(Saying{
			Chat: chat, Kind: AnswerMessage, Incident: i.ID, Payload: a, Dedupe: fmt.Sprintf("answer:%s:%d", p.Key, p.Attempts), Sound: true, Priority: Second,
		})
		if err != nil {
			return err
		}
		if message == 0 {
			return fmt.Errorf("attempt %d of publication %d was handed over before: %w", p.Attempts, id, ErrConflict)
		}
		return t.exec(`UPDATE publications SET message_id = $1 WHERE id = $2`, message, id)
	})
}

// AnswerUnderway says whether an answer of that text under a post is with the
// outbox now: another region's may be, too.
func (s *Store) AnswerUnderway(ctx context.Context, post int64, text string) (bool, error) {
	n, err := one(ctx, s.read, scalar[int64], `SELECT count(*)`+publicationTables+`WHERE b.post_id = $1 AND a.text = $2 AND b.state = 'sending' AND b.message_id IS NOT NULL AND `+publicationsOpen, post, text)
	return n > 0, err
}

// answerOf returns what an AnswerMessage carries.
func answerOf(m Message) (a ChatAnswer, err error) {
	if err = json.Unmarshal(m.Payload, &a); err != nil {
		err = fmt.Errorf("read answer message %d: %w", m.ID, err)
	}
	return a, err
}

// answerStands notes that an answer stands in its chat under the messenger's id.
func (t *tx) answerStands(m Message, telegram int64) error {
	a, err := answerOf(m)
	if err != nil {
		return err
	}
	id := strconv.FormatInt(telegram, 10)
	url := a.URL
	if url != "" {
		url += id
	}
	return t.settle(a.Publication, PublishedIn, func() (int64, error) {
		return t.update(`UPDATE publications SET state = 'published', external_id = $1, url = $2, checked = 1, done_at = $3 WHERE id = $4 AND state IN ('sending', 'unknown') AND message_id = $5`,
			a.External+id, url, t.now, a.Publication, m.ID)
	})
}

// answerFailed takes an answer back from the outbox: what its chat refused is
// published by hand, what nobody knows about is asked of the official, and what
// has lost its question cannot stand at all. cause is a code.
func (t *tx) answerFailed(m Message, cause string) error {
	a, err := answerOf(m)
	if err != nil {
		return err
	}
	p, _, err := t.publication(a.Publication)
	if err != nil || p.Message != m.ID || p.State != Sending {
		return err
	}
	switch cause {
	case "gone":
		if err := t.postGone(p.Post); err != nil {
			return err
		}
		return t.impossible(p.ID, "gone")
	case "unknown":
		return t.leave(p.ID, Unknown, "lost_answer")
	case "refused", "no_rights", "kicked", "moved":
		return t.leave(p.ID, AwaitsHand, cause)
	}
	return t.leave(p.ID, AwaitsHand, "trouble")
}

// recall takes back the answers that wait for a chat that cannot take them any
// more. cause is a code.
func (t *tx) recall(chat int64, cause string) error {
	waiting, err := all(t.ctx, t, scanOutgoing, `SELECT `+outgoingColumns+messageColumns+outgoingTables+`
		WHERE o.chat_id = $1 AND o.state = 'pending' AND `+outboxOpen+` AND m.kind = 'answer' ORDER BY o.id`, chat)
	if err != nil {
		return err
	}
	for _, o := range waiting {
		err = errors.Join(err, t.fail(o, cause))
	}
	return err
}

// releaseAnswers takes back the answers that wait for chats which are gone:
// nobody sends or looks for them there, and their officials must not wait along.
func (s *Store) releaseAnswers(ctx context.Context) error {
	const stuck = `SELECT ` + outgoingColumns + messageColumns + outgoingTables + `
		WHERE o.state = $1 AND ` + outboxOpen + ` AND m.kind = 'answer' AND c.state = 'gone' ORDER BY o.chat_id, o.priority, o.id`
	for state, cause := range map[string]string{"pending": "kicked", "unknown": "unknown"} {
		if list, err := all(ctx, s.read, scanOutgoing, stuck, state); err != nil || len(list) == 0 {
			if err != nil {
				return err
			}
			continue
		}
		err := s.tx(ctx, func(t *tx) error {
			list, err := all(ctx, t, scanOutgoing, stuck, state)
			for _, o := range list {
				err = errors.Join(err, t.fail(o, cause))
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// doubtAnswers makes uncertain what a restored copy would send into networks:
// the original may have sent it.
func (t *tx) doubtAnswers() error {
	return t.exec(`UPDATE outbox AS o SET state = 'unknown', sending_at = coalesce(o.sending_at, $1), error = 'restored' WHERE o.state = 'pending' AND `+outboxOpen+`
		AND o.message_id IN (SELECT m.id FROM messages m WHERE m.kind = 'answer')`, t.now)
}
