package storage

import (
	"context"
	"time"
)

// Lane is a chat with work for the sender.
type Lane struct {
	Chat    int64
	Address int64
	Kind    ChatKind
	State   ChatState
	Pending int       // messages that wait to be sent now
	Urgent  int       // of these, what comes before new cards
	Cards   int       // of these, first cards of new incidents
	Dirty   int       // messages that wait to be edited now
	Live    int       // of these, what people work with
	Unknown int       // messages of which nobody knows whether they arrived
	Frozen  time.Time // until then the chat is not written to; zero for none
	Next    time.Time // when the next postponed work is due; zero for none
}

// Lanes returns the chats that can be written to and have work, now or later.
func (s *Store) Lanes(ctx context.Context) ([]Lane, error) { return s.lanes(ctx, 0) }

// Lane returns one chat's work; ErrNotFound when there is none.
func (s *Store) Lane(ctx context.Context, chat int64) (Lane, error) {
	list, err := s.lanes(ctx, chat)
	if err != nil {
		return Lane{}, err
	}
	if len(list) == 0 {
		return Lane{}, ErrNotFound
	}
	return list[0], nil
}

// lanes returns the lane of a chat, or of every chat with 0.
func (s *Store) lanes(ctx context.Context, chat int64) ([]Lane, error) {
	now := ms(s.Now())
	return all(ctx, s.read, func(r scanner) (l Lane, err error) {
		var frozen, next int64
		err = r.Scan(&l.Chat, &l.Address, &l.Kind, &l.State, &l.Pending, &l.Urgent, &l.Cards, &l.Dirty, &l.Live, &l.Unknown, &frozen, &next)
		l.Frozen, l.Next = at(frozen), at(next)
		return l, err
	}, `
		SELECT c.id, c.address, c.kind, c.state, w.pending, w.urgent, w.cards, w.dirty, w.live, w.unknown, c.not_before, CASE WHEN c.not_before > w.next THEN c.not_before ELSE w.next END
		FROM chats c JOIN (
			SELECT chat_id, sum(pending) AS pending, sum(urgent) AS urgent, sum(cards) AS cards, sum(dirty) AS dirty, sum(live) AS live, sum(unknown) AS unknown, coalesce(min(next), 0) AS next FROM (
				SELECT o.chat_id AS chat_id,
					CASE WHEN o.state = 'pending' AND o.not_before <= $1 THEN 1 ELSE 0 END AS pending,
					CASE WHEN o.state = 'pending' AND o.priority < 4 AND o.not_before <= $1 THEN 1 ELSE 0 END AS urgent,
					CASE WHEN o.state = 'pending' AND o.priority = 4 AND q.kind = 'card' AND o.not_before <= $1 THEN 1 ELSE 0 END AS cards,
					0 AS dirty, 0 AS live,
					CASE WHEN o.state = 'unknown' THEN 1 ELSE 0 END AS unknown,
					CASE WHEN o.state = 'pending' AND o.not_before > $1 THEN o.not_before END AS next
				FROM outbox o JOIN messages q ON q.id = o.message_id WHERE o.state <> 'sending' AND `+outboxOpen+` AND (o.chat_id = $2 OR $2 = 0)
				UNION ALL
				SELECT m.chat_id, 0, 0, 0, CASE WHEN m.not_before <= $1 THEN 1 ELSE 0 END, CASE WHEN m.not_before <= $1 AND m.state = 'live' THEN 1 ELSE 0 END, 0, CASE WHEN m.not_before > $1 THEN m.not_before END
				FROM messages m WHERE m.wanted > m.shown AND m.telegram_id IS NOT NULL AND m.state <> 'lost' AND (m.chat_id = $2 OR $2 = 0)
			) AS work GROUP BY chat_id
		) AS w ON w.chat_id = c.id
		WHERE c.state <> 'gone'`, now, chat)
}

// Calls returns when a chat was called since a time, oldest first.
func (s *Store) Calls(ctx context.Context, chat int64, since time.Time) ([]time.Time, error) {
	return all(ctx, s.read, func(r scanner) (time.Time, error) {
		v, err := scalar[int64](r)
		return at(v), err
	}, `SELECT at FROM calls WHERE chat_id = $1 AND at > $2 ORDER BY at`, chat, ms(since))
}

// Call notes a call to a chat that took no message: a probe.
func (s *Store) Call(ctx context.Context, chat int64) error {
	return s.tx(ctx, func(t *tx) error {
		return t.exec(`INSERT INTO calls (chat_id, at) VALUES ($1, $2)`, chat, t.now)
	})
}

// call notes a call that counts against a group's limit.
func (t *tx) call(m Message) error {
	if m.ChatKind == Private {
		return nil
	}
	return t.exec(`INSERT INTO calls (chat_id, at) VALUES ($1, $2)`, m.Chat, t.now)
}
