package storage

import (
	"context"
	"errors"
)

// Stream is a connection by which a network tells of news at once.
type Stream struct{ Network, Name string }

// StreamCursor is how far a stream was read, "" for one that never was.
func (s *Store) StreamCursor(ctx context.Context, n Stream) (string, error) {
	cursor, err := one(ctx, s.read, scalar[string], `SELECT cursor FROM streams WHERE network = $1 AND name = $2`, n.Network, n.Name)
	if errors.Is(err, ErrNotFound) {
		return "", nil
	}
	return cursor, err
}

func (t *tx) streamAt(n Stream, cursor string) error {
	return t.exec(`INSERT INTO streams (network, name, cursor, read_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (network, name) DO UPDATE SET cursor = excluded.cursor, read_at = excluded.read_at`, n.Network, n.Name, cursor, t.now)
}
