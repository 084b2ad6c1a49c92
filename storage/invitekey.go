package storage

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
)

// InviteKey returns the installation's key from which the tokens of invites
// are made. It is made once and kept.
func (s *Store) InviteKey(ctx context.Context) ([]byte, error) {
	value, err := one(ctx, s.read, scalar[string], `SELECT value FROM meta WHERE key = 'invite_key'`)
	if errors.Is(err, ErrNotFound) {
		value, err = s.makeInviteKey(ctx)
	}
	if err != nil {
		return nil, err
	}
	key, err := hex.DecodeString(value)
	if err != nil || len(key) != 32 {
		return nil, errors.New("the key of invites is damaged")
	}
	return key, nil
}

func (s *Store) makeInviteKey(ctx context.Context) (value string, err error) {
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return "", fmt.Errorf("make a key: %w", err)
	}
	err = s.tx(ctx, func(t *tx) error {
		var err error
		if value, err = t.meta("invite_key"); err != nil || value != "" {
			return err // somebody else was faster
		}
		value = hex.EncodeToString(key)
		return t.setMeta("invite_key", value)
	})
	return value, err
}
