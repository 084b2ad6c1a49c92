package storage

import (
	"context"
	"errors"
)

// ShownMenu returns the digest of the command menu that the messenger was last
// told for a scope, "" for none.
func (s *Store) ShownMenu(ctx context.Context, scope string) (string, error) {
	digest, err := one(ctx, s.read, scalar[string], `SELECT value FROM meta WHERE key = $1`, "menu:"+scope)
	if errors.Is(err, ErrNotFound) {
		return "", nil
	}
	return digest, err
}

// MenuShown notes the digest of the command menu that the messenger was told
// for a scope.
func (s *Store) MenuShown(ctx context.Context, scope, digest string) error {
	return s.tx(ctx, func(t *tx) error { return t.setMeta("menu:"+scope, digest) })
}
