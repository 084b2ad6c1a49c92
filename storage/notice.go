package storage

import (
	"context"
	"encoding/json"
)

// ReplaceNotice lets a notice that stands in a chat, or is on its way there,
// say something else. A message that is no live notice stays as it is.
func (s *Store) ReplaceNotice(ctx context.Context, message int64, n Notice) error {
	payload, err := json.Marshal(n)
	if err != nil {
		return err
	}
	return s.tx(ctx, func(t *tx) error {
		t.wake(Outbox)
		return t.exec(`UPDATE messages SET payload = $1, wanted = wanted + 1 WHERE id = $2 AND kind = 'notice' AND state = 'live' AND payload <> $1`, string(payload), message)
	})
}
