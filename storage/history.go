package storage

import (
	"context"
	"errors"
	"fmt"
)

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

// Unsynced runs do while commits do not wait for the disk, which makes many
// small transactions fast: a crash meanwhile may lose the newest of them. It is
// for data that can be made again. Only SQLite knows how.
func (s *Store) Unsynced(ctx context.Context, do func() error) (err error) {
	if s.engine.name() != "sqlite" {
		return do()
	}
	if _, err := s.write.ExecContext(ctx, `PRAGMA synchronous = OFF`); err != nil {
		return fmt.Errorf("stop waiting for the disk: %w", err)
	}
	defer func() {
		ctx := context.WithoutCancel(ctx)
		_, e := s.write.ExecContext(ctx, `PRAGMA synchronous = FULL`)
		if e == nil {
			// What was committed meanwhile reaches the disk now.
			_, e = s.write.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`)
		}
		err = errors.Join(err, e)
	}()
	return do()
}
