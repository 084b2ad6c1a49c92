package storage

import (
	"context"
	"time"
)

// Update is a raw update of the messenger, kept until it is handled.
type Update struct {
	ID       int64
	Lane     int64 // updates of one lane are handled in order
	Raw      []byte
	Attempts int
	At       time.Time // of arrival; set when it is read
}

// SaveUpdates keeps raw updates; it returns after the commit, so that the
// messenger is told of their arrival only then. A known id changes nothing.
func (s *Store) SaveUpdates(ctx context.Context, bot int64, updates []Update) error {
	return s.tx(ctx, func(t *tx) error {
		for _, u := range updates {
			err := t.exec(`INSERT INTO inbox (bot, update_id, lane, payload, received_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
				bot, u.ID, u.Lane, string(u.Raw), t.now)
			if err != nil {
				return err
			}
		}
		t.wake(Inbox)
		return nil
	})
}

// WaitingUpdates returns updates that are not handled yet, in order of arrival.
func (s *Store) WaitingUpdates(ctx context.Context, bot int64) ([]Update, error) {
	return all(ctx, s.read, func(r scanner) (u Update, err error) {
		var raw string
		var received int64
		err = r.Scan(&u.ID, &u.Lane, &raw, &u.Attempts, &received)
		u.Raw, u.At = []byte(raw), at(received)
		return u, err
	}, `SELECT update_id, lane, payload, attempts, received_at FROM inbox WHERE bot = $1 AND done_at IS NULL ORDER BY received_at, update_id LIMIT 1000`, bot)
}

// FinishUpdate marks an update as handled and empties it.
func (s *Store) FinishUpdate(ctx context.Context, bot, update int64) error {
	return s.tx(ctx, func(t *tx) error {
		return t.exec(`UPDATE inbox SET done_at = $1, payload = '' WHERE bot = $2 AND update_id = $3 AND done_at IS NULL`, t.now, bot, update)
	})
}

// MaxAttempts is how often the handling of an update is tried.
const MaxAttempts = 5

// FailUpdate notes a failed handling. After MaxAttempts the update is given up,
// which it reports; its text is emptied then too.
func (s *Store) FailUpdate(ctx context.Context, bot, update int64, cause string) (givenUp bool, err error) {
	err = s.tx(ctx, func(t *tx) error {
		attempts, err := one(ctx, t, scalar[int64], `UPDATE inbox SET attempts = attempts + 1, error = $1 WHERE bot = $2 AND update_id = $3 AND done_at IS NULL RETURNING attempts`, cause, bot, update)
		if err != nil {
			return err
		}
		if givenUp = attempts >= MaxAttempts; !givenUp {
			return nil
		}
		return t.exec(`UPDATE inbox SET done_at = $1, payload = '' WHERE bot = $2 AND update_id = $3`, t.now, bot, update)
	})
	return givenUp, err
}
