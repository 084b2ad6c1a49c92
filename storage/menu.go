package storage

import (
	"context"
	"errors"
	"time"
)

// OpenMenu unfolds a menu on a live message for a minute; "" folds it.
func (s *Store) OpenMenu(ctx context.Context, message int64, menu string) error {
	return s.tx(ctx, func(t *tx) error {
		t.wake(Outbox)
		var until int64
		if menu != "" {
			until = t.now + menuLife.Milliseconds()
		}
		return t.exec(`UPDATE messages SET menu = $1, menu_until = $2, wanted = wanted + 1 WHERE id = $3 AND state = 'live' AND menu <> $1`, menu, null(until), message)
	})
}

// menuLife is how long a menu stays open without a press.
const menuLife = time.Minute

// FoldMenus folds the menus whose minute is over.
func (s *Store) FoldMenus(ctx context.Context) error {
	due, err := one(ctx, s.read, scalar[int64], `SELECT count(*) FROM messages WHERE menu_until IS NOT NULL AND menu_until <= $1`, ms(s.Now()))
	if err != nil || due == 0 {
		return err
	}
	return s.tx(ctx, func(t *tx) error {
		t.wake(Outbox)
		return t.exec(`UPDATE messages SET menu = '', menu_until = NULL, wanted = wanted + 1 WHERE menu_until IS NOT NULL AND menu_until <= $1`, t.now)
	})
}

// NextMenu returns when the next open menu folds; the zero time when none is open.
func (s *Store) NextMenu(ctx context.Context) (time.Time, error) {
	until, err := one(ctx, s.read, scalar[int64], `SELECT coalesce(min(menu_until), 0) FROM messages WHERE menu_until IS NOT NULL`)
	return at(until), err
}

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
