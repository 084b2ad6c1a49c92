package storage

import (
	"context"
	"fmt"
	"time"
)

// Outgoing is a message on its way. Its state was committed as "sending"
// before anybody may send it.
type Outgoing struct {
	ID        int64
	Message   Message
	Sound     bool
	Repeated  bool // it may stand in the chat already: say so
	Attempts  int
	Priority  int
	SendingAt time.Time
	AfterID   int64 // the highest message id known in the chat before the attempt
	Thread    int64
}

const outgoingColumns = `o.id, o.sound, o.repeated, o.attempts, o.priority, coalesce(o.sending_at, 0), o.after_id, coalesce(c.thread, 0), `

func scanOutgoing(r scanner) (o Outgoing, err error) {
	var sound, repeated, sending int64
	o.Message, err = scanMessage(prefixed{r, []any{&o.ID, &sound, &repeated, &o.Attempts, &o.Priority, &sending, &o.AfterID, &o.Thread}})
	o.Sound, o.Repeated, o.SendingAt = sound == 1, repeated == 1, at(sending)
	return o, err
}

// prefixed scans columns that stand before those of another scan.
type prefixed struct {
	scanner
	before []any
}

func (p prefixed) Scan(dest ...any) error { return p.scanner.Scan(append(p.before, dest...)...) }

// outboxOpen is what the index of waiting rows is limited to. SQLite uses the
// index only for a query that says the same words, whatever else it says.
const outboxOpen = `o.state IN ('pending', 'sending', 'unknown')`

const outgoingTables = ` FROM outbox o JOIN messages m ON m.id = o.message_id JOIN chats c ON c.id = o.chat_id `

// TakeOutgoing takes the chat's next message to send, by priority and age, and
// commits it as being sent; the call counts against the chat's limit.
// ErrNotFound when there is none, also while the database is held.
func (s *Store) TakeOutgoing(ctx context.Context, chat int64) (o Outgoing, err error) {
	err = s.tx(ctx, func(t *tx) error {
		id, err := t.id(`
			UPDATE outbox SET state = 'sending', sending_at = $1, attempts = attempts + 1, after_id = (SELECT last_message FROM chats c WHERE c.id = outbox.chat_id)
			WHERE id IN (SELECT o.id FROM outbox o WHERE o.chat_id = $2 AND o.state = 'pending' AND `+outboxOpen+` AND o.not_before <= $1 AND ($3 = 0 OR o.dedupe LIKE 'held:%')
				ORDER BY o.priority, o.id LIMIT 1) AND state = 'pending' RETURNING id`, t.now, chat, flag(s.Held()))
		if isNoRows(err) {
			return ErrNotFound
		}
		if err != nil {
			return err
		}
		if o, err = one(ctx, t, scanOutgoing, `SELECT `+outgoingColumns+messageColumns+outgoingTables+`WHERE o.id = $1`, id); err != nil {
			return err
		}
		return t.call(o.Message)
	})
	return o, err
}

// TakeEdit takes the chat's next message to edit: those that people work with
// before those that are only retired. The call counts against the chat's limit.
func (s *Store) TakeEdit(ctx context.Context, chat int64) (m Message, err error) {
	if s.Held() {
		return m, ErrNotFound
	}
	err = s.tx(ctx, func(t *tx) error {
		m, err = one(ctx, t, scanMessage, `SELECT `+messageColumns+messageTables+`
			WHERE m.chat_id = $1 AND m.wanted > m.shown AND m.telegram_id IS NOT NULL AND m.state <> 'lost' AND m.not_before <= $2
			ORDER BY CASE WHEN m.state = 'live' THEN 0 ELSE 1 END, coalesce(m.edited_at, 0), m.id LIMIT 1`, chat, t.now)
		if err != nil {
			return err
		}
		if err := t.exec(`UPDATE messages SET edited_at = $1 WHERE id = $2`, t.now, m.ID); err != nil {
			return err
		}
		return t.call(m)
	})
	return m, err
}

// Sent notes that a message stands in its chat under the messenger's id, and
// shows the version that it was rendered from. With an answer its publication
// stands too.
func (s *Store) Sent(ctx context.Context, o Outgoing, bot, telegram int64) error {
	return s.tx(ctx, func(t *tx) error {
		if err := t.finishOutgoing(o.ID, "sent", ""); err != nil {
			return err
		}
		if err := t.stands(o.Message, bot, telegram); err != nil {
			return err
		}
		if err := t.seen(o.Message.Chat, telegram); err != nil {
			return err
		}
		if o.Message.Kind == AnswerMessage {
			if err := t.answerStands(o.Message, telegram); err != nil {
				return fmt.Errorf("note an answer as published: %w", err)
			}
		}
		// It may have been changed or retired meanwhile.
		t.wake(Outbox)
		return nil
	})
}

// stands gives a message the messenger's id. A press may have been faster than
// the answer to the sending and have named another copy: that one goes out of
// service.
func (t *tx) stands(m Message, bot, telegram int64) error {
	other, err := one(t.ctx, t, scalar[int64], `SELECT coalesce(telegram_id, 0) FROM messages WHERE id = $1`, m.ID)
	if err != nil {
		return err
	}
	if err := t.exec(`UPDATE messages SET bot = $1, telegram_id = $2, shown = $3, sent_at = $4 WHERE id = $5`, bot, telegram, m.Wanted, t.now, m.ID); err != nil {
		return err
	}
	if other == 0 || other == telegram {
		return nil
	}
	return t.exec(`INSERT INTO messages (chat_id, kind, incident_id, payload, bot, telegram_id, state, created_at, sent_at)
		VALUES ($1, $2, $3, $4, $5, $6, 'retired', $7, $7) ON CONFLICT DO NOTHING`, m.Chat, string(m.Kind), null(m.Incident), string(m.Payload), bot, other, t.now)
}

func (t *tx) finishOutgoing(id int64, state, cause string) error {
	return t.exec(`UPDATE outbox SET state = $1, error = $2, done_at = $3 WHERE id = $4 AND state IN ('pending', 'sending', 'unknown')`, state, cause, t.now, id)
}

func (t *tx) seen(chat, telegram int64) error {
	return t.exec(`UPDATE chats SET last_message = $1 WHERE id = $2 AND last_message < $1`, telegram, chat)
}

// Later puts a message back until a time because it certainly was not sent.
func (s *Store) Later(ctx context.Context, o Outgoing, until time.Time, cause string) error {
	return s.tx(ctx, func(t *tx) error {
		t.wake(Outbox)
		return t.exec(`UPDATE outbox SET state = 'pending', not_before = $1, error = $2 WHERE id = $3 AND state IN ('sending', 'unknown')`, ms(until), cause, o.ID)
	})
}

// Flooded puts a message back, which is no attempt, and freezes its chat until
// the time that the messenger asked for.
func (s *Store) Flooded(ctx context.Context, o Outgoing, until time.Time) error {
	return s.tx(ctx, func(t *tx) error {
		t.wake(Outbox)
		if err := t.exec(`UPDATE chats SET not_before = $1 WHERE id = $2`, ms(until), o.Message.Chat); err != nil {
			return err
		}
		return t.exec(`UPDATE outbox SET state = 'pending', attempts = attempts - 1, error = 'flood' WHERE id = $1 AND state = 'sending'`, o.ID)
	})
}

// Uncertain notes that nobody knows whether a message arrived.
func (s *Store) Uncertain(ctx context.Context, o Outgoing, cause string) error {
	return s.tx(ctx, func(t *tx) error {
		t.wake(Outbox)
		return t.exec(`UPDATE outbox SET state = 'unknown', error = $1 WHERE id = $2 AND state = 'sending'`, cause, o.ID)
	})
}

// Uncertainties returns the messages of a chat of which nobody knows whether
// they arrived, oldest first.
func (s *Store) Uncertainties(ctx context.Context, chat int64) ([]Outgoing, error) {
	return all(ctx, s.read, scanOutgoing, `SELECT `+outgoingColumns+messageColumns+outgoingTables+`WHERE o.chat_id = $1 AND o.state = 'unknown' AND `+outboxOpen+` ORDER BY o.id`, chat)
}

// Repeat sends an uncertain message again, marked as one that may stand twice.
func (s *Store) Repeat(ctx context.Context, o Outgoing) error {
	return s.tx(ctx, func(t *tx) error {
		t.wake(Outbox)
		return t.exec(`UPDATE outbox SET state = 'pending', repeated = 1 WHERE id = $1 AND state = 'unknown'`, o.ID)
	})
}

// FailOutgoing gives a message up for good; cause is a code. An answer is
// published by hand then, or is asked about.
func (s *Store) FailOutgoing(ctx context.Context, o Outgoing, cause string) error {
	return s.tx(ctx, func(t *tx) error { return t.fail(o, cause) })
}

func (t *tx) fail(o Outgoing, cause string) error {
	if err := t.finishOutgoing(o.ID, "failed", cause); err != nil {
		return err
	}
	if err := t.exec(`UPDATE messages SET state = 'lost' WHERE id = $1`, o.Message.ID); err != nil {
		return err
	}
	if o.Message.Kind == AnswerMessage {
		return t.answerFailed(o.Message, cause)
	}
	return nil
}

// Shown notes that a message shows the version that it was rendered from.
func (s *Store) Shown(ctx context.Context, m Message) error {
	return s.tx(ctx, func(t *tx) error {
		return t.exec(`UPDATE messages SET shown = $1 WHERE id = $2 AND shown < $1`, m.Wanted, m.ID)
	})
}

// EditLater puts an edit off until a time.
func (s *Store) EditLater(ctx context.Context, m Message, until time.Time) error {
	return s.tx(ctx, func(t *tx) error {
		t.wake(Outbox)
		return t.exec(`UPDATE messages SET not_before = $1 WHERE id = $2`, ms(until), m.ID)
	})
}

// GatherDigest makes one digest of the oldest waiting first cards of a chat, at
// most lines of them, when more than that wait: their incidents are shown by
// the digest instead. It reports whether it did.
func (s *Store) GatherDigest(ctx context.Context, chat int64, lines int) (made bool, err error) {
	err = s.tx(ctx, func(t *tx) error {
		type card struct{ outbox, message, incident int64 }
		cards, err := all(ctx, t, func(r scanner) (c card, err error) {
			return c, r.Scan(&c.outbox, &c.message, &c.incident)
		}, `SELECT o.id, o.message_id, m.incident_id FROM outbox o JOIN messages m ON m.id = o.message_id
			WHERE o.chat_id = $1 AND o.state = 'pending' AND `+outboxOpen+` AND o.priority = 4 AND m.kind = 'card' ORDER BY o.id LIMIT $2`, chat, lines)
		if err != nil || len(cards) < lines {
			return err
		}
		id, err := t.say(Saying{Chat: chat, Kind: DigestMessage, Payload: Head{}, Priority: Third})
		if err != nil {
			return err
		}
		for n, c := range cards {
			if err := t.finishOutgoing(c.outbox, "superseded", ""); err != nil {
				return err
			}
			if err := t.exec(`UPDATE messages SET state = 'lost' WHERE id = $1`, c.message); err != nil {
				return err
			}
			if err := t.exec(`INSERT INTO digest_lines (message_id, position, incident_id) VALUES ($1, $2, $3)`, id, n+1, c.incident); err != nil {
				return err
			}
		}
		made = true
		return nil
	})
	return made, err
}

// SawMessage notes the highest message id known in a chat.
func (s *Store) SawMessage(ctx context.Context, chat, telegram int64) error {
	return s.tx(ctx, func(t *tx) error { return t.seen(chat, telegram) })
}
