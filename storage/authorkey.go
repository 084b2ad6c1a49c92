package storage

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// authorKeyLife is how long author hashes can be compared with each other.
const authorKeyLife = 90 * 24 * time.Hour

// AuthorKey returns the installation's key for the hashes of author ids. It is
// thrown away after 90 days and a new one made: from then on nobody, not even
// this installation, can tell whose an older hash is.
func (s *Store) AuthorKey(ctx context.Context) ([]byte, error) {
	value, err := one(ctx, s.read, scalar[string], `SELECT value FROM meta WHERE key = 'author_key'`)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, err
	}
	if key, ok := freshKey(value, s.Now()); ok {
		return key, nil
	}
	var key []byte
	err = s.tx(ctx, func(t *tx) error {
		value, err := t.meta("author_key")
		if err != nil {
			return err
		}
		var ok bool
		if key, ok = freshKey(value, at(t.now)); ok {
			return nil // somebody else was faster
		}
		key = make([]byte, 32)
		if _, err := rand.Read(key); err != nil {
			return fmt.Errorf("make a key: %w", err)
		}
		return t.setMeta("author_key", strconv.FormatInt(t.now, 10)+" "+hex.EncodeToString(key))
	})
	return key, err
}

// freshKey reads a stored key, "made at" and bytes; not ok when it is too old
// or there is none.
func freshKey(value string, now time.Time) ([]byte, bool) {
	made, digits, _ := strings.Cut(value, " ")
	since, err := strconv.ParseInt(made, 10, 64)
	if err != nil || now.Sub(at(since)) >= authorKeyLife {
		return nil, false
	}
	key, err := hex.DecodeString(digits)
	return key, err == nil && len(key) == 32
}
