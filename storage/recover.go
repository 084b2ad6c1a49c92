package storage

import (
	"context"
	"errors"
	"time"
)

// recoverOutbox makes what was being sent when the process ended uncertain.
func (s *Store) recoverOutbox(ctx context.Context) error {
	return s.tx(ctx, func(t *tx) error {
		if s.Held() {
			if err := t.doubtAnswers(); err != nil {
				return err
			}
		}
		return t.exec(`UPDATE outbox AS o SET state = 'unknown', error = 'interrupted' WHERE o.state = 'sending' AND ` + outboxOpen)
	})
}

// Strand makes uncertain what has been sending since before a time: whoever
// sent it could not note what came of it.
func (s *Store) Strand(ctx context.Context, before time.Time) error {
	n, err := one(ctx, s.read, scalar[int64], `SELECT count(*) FROM outbox o WHERE o.state = 'sending' AND `+outboxOpen+` AND o.sending_at < $1`, ms(before))
	if err != nil || n == 0 {
		return err
	}
	return s.tx(ctx, func(t *tx) error {
		t.wake(Outbox)
		return t.exec(`UPDATE outbox AS o SET state = 'unknown', error = 'stranded' WHERE o.state = 'sending' AND `+outboxOpen+` AND o.sending_at < $1`, ms(before))
	})
}

// KnownMessages returns which of the messenger's ids in a chat are ours.
func (s *Store) KnownMessages(ctx context.Context, chat, after int64) (map[int64]bool, error) {
	ids, err := all(ctx, s.read, scalar[int64], `SELECT telegram_id FROM messages WHERE chat_id = $1 AND telegram_id > $2`, chat, after)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, err
	}
	known := map[int64]bool{}
	for _, id := range ids {
		known[id] = true
	}
	return known, nil
}

// AdoptMessage takes a message of ours that nobody knew, because the answer to
// its sending was lost or is still on its way: as the live message m if that
// one never got an id, else as a copy out of service, which will lose its
// buttons.
func (s *Store) AdoptMessage(ctx context.Context, m Message, bot, telegram int64) error {
	return s.tx(ctx, func(t *tx) error {
		t.wake(Outbox)
		if err := t.seen(m.Chat, telegram); err != nil {
			return err
		}
		n, err := t.update(`UPDATE messages SET bot = $1, telegram_id = $2, sent_at = $3, wanted = wanted + 1 WHERE id = $4 AND telegram_id IS NULL AND state <> 'lost'
			AND EXISTS (SELECT 1 FROM outbox o WHERE o.message_id = messages.id AND (o.state IN ('unknown', 'sending') OR o.repeated = 1 AND o.state = 'pending'))`, bot, telegram, t.now, m.ID)
		if err != nil {
			return err
		}
		if n > 0 {
			return t.exec(`UPDATE outbox SET state = 'sent', done_at = $1 WHERE message_id = $2 AND state IN ('unknown', 'sending', 'pending')`, t.now, m.ID)
		}
		return t.exec(`INSERT INTO messages (chat_id, kind, incident_id, payload, bot, telegram_id, state, created_at, sent_at)
			VALUES ($1, $2, $3, $4, $5, $6, 'retired', $7, $7) ON CONFLICT DO NOTHING`, m.Chat, string(m.Kind), null(m.Incident), string(m.Payload), bot, telegram, t.now)
	})
}

// MessageLost notes that a message cannot be edited any more: it was deleted. A
// live card, item or preview is sent anew.
func (s *Store) MessageLost(ctx context.Context, m Message) error {
	return s.tx(ctx, func(t *tx) error {
		now, err := one(ctx, t, scanMessage, `SELECT `+messageColumns+messageTables+`WHERE m.id = $1`, m.ID)
		if err != nil {
			return err
		}
		if err := t.exec(`UPDATE messages SET state = 'lost', telegram_id = NULL WHERE id = $1`, m.ID); err != nil {
			return err
		}
		if now.State != Live || now.Incident == 0 {
			return nil
		}
		i, err := t.incident(now.Incident)
		if err != nil {
			return err
		}
		switch now.Kind {
		case CardMessage:
			return t.card(i, Head{Reason: "found"}, false)
		case ItemMessage:
			return t.item(i, Head{Reason: "found"})
		case PreviewMessage:
			return t.showPreview(i, now.Chat, false)
		}
		return nil
	})
}

// ForgetOutgoing takes everything that happened so far as told: what waits to
// be sent never will be, messages that were never sent are lost, and deadlines
// count as warned of. It is for a history that was replayed and that nobody
// wants to read; incidents, answers and the journal stay as they are. The
// messages of incidents that go on are sent again when they next change hands,
// by /find or by a digest.
func (s *Store) ForgetOutgoing(ctx context.Context) error {
	return s.tx(ctx, func(t *tx) error {
		return errors.Join(
			t.exec(`UPDATE outbox SET state = 'superseded', done_at = $1 WHERE state IN ('pending', 'unknown')`, t.now),
			t.exec(`UPDATE messages SET state = 'lost' WHERE telegram_id IS NULL`),
			t.exec(`UPDATE messages SET shown = wanted WHERE wanted > shown`),
			t.exec(`UPDATE checks SET done_at = $1 WHERE done_at IS NULL`, t.now),
			t.exec(`UPDATE deadlines SET warned = CASE WHEN due_at <= $1 THEN 100 ELSE 80 END WHERE stopped_at IS NULL`, t.now),
		)
	})
}
