package storage

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// epoch is kept beside the database and tells a live database from a restored
// older copy: a copy must not send again what the original has sent since.
type epoch interface {
	// kept returns what stands beside the database, "" for nothing.
	kept(context.Context) (string, error)
	// keep replaces it; it is called after the commit of the same value.
	keep(context.Context, string) error
	// next is the value that the coming run works under.
	next(context.Context) (string, error)
}

// fileEpoch is a file beside an SQLite database. It names the database file
// too, so that another file put in its place is told from the original, and it
// is renewed while Otklik runs, so that an older content is.
type fileEpoch string

func (f fileEpoch) kept(context.Context) (string, error) {
	b, err := os.ReadFile(string(f))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	value, file, _ := strings.Cut(strings.TrimSpace(string(b)), " ")
	now, err := f.database()
	if err != nil {
		return "", err
	}
	if file != now {
		return "", nil
	}
	return value, nil
}

// database names the file that the epoch belongs to on this machine.
func (f fileEpoch) database() (string, error) {
	info, err := os.Stat(strings.TrimSuffix(string(f), ".epoch"))
	if err != nil {
		return "", err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return "", errors.New("this system does not number its files")
	}
	return strconv.FormatUint(stat.Ino, 10), nil
}

func (f fileEpoch) keep(_ context.Context, value string) error {
	file, err := f.database()
	if err != nil {
		return err
	}
	temporary := string(f) + ".new"
	if err := writeSynced(temporary, value+" "+file+"\n"); err != nil {
		return err
	}
	return os.Rename(temporary, string(f))
}

// writeSynced writes a file that a power cut leaves whole.
func writeSynced(path, content string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(content)
	return errors.Join(err, f.Sync(), f.Close())
}

func (fileEpoch) next(context.Context) (string, error) { return rand.Text(), nil }

// clusterEpoch is the identity of a PostgreSQL database: cluster, timeline and
// database. Each changes when a backup is restored.
type clusterEpoch struct{ db *sql.DB }

func (c clusterEpoch) kept(ctx context.Context) (string, error) { return c.next(ctx) }

func (clusterEpoch) keep(context.Context, string) error { return nil }

func (c clusterEpoch) next(ctx context.Context) (string, error) {
	return one(ctx, c.db, scalar[string], `
		SELECT s.system_identifier || '.' || k.timeline_id || '.' || d.oid
		FROM pg_control_system() s, pg_control_checkpoint() k, pg_database d
		WHERE d.datname = current_database()`)
}

// startEpoch compares the epoch in the database with the one beside it and
// holds everything outgoing when they differ. The one before counts too: a
// crash may fall between the commit and the file.
func (s *Store) startEpoch(ctx context.Context) error {
	kept, err := s.epoch.kept(ctx)
	if err != nil {
		return err
	}
	next, err := s.epoch.next(ctx)
	if err != nil {
		return err
	}
	var held bool
	err = s.tx(ctx, func(t *tx) error {
		now, err := t.meta("epoch")
		if err != nil {
			return err
		}
		before, err := t.meta("epoch_before")
		if err != nil {
			return err
		}
		hold, err := t.meta("hold")
		if err != nil {
			return err
		}
		held = hold != "" || now != "" && (kept == "" || kept != now && kept != before)
		if held {
			if err := t.setMeta("hold", "restored"); err != nil {
				return err
			}
		}
		if err := t.setMeta("epoch_before", now); err != nil {
			return err
		}
		return t.setMeta("epoch", next)
	})
	if err != nil {
		return err
	}
	s.hold.Store(held)
	if held {
		// What stands beside stays, so that removing the copy undoes the mistake.
		return nil
	}
	if err := s.epoch.keep(ctx, next); err != nil {
		return fmt.Errorf("write the epoch: %w", err)
	}
	return nil
}

// renewEpoch changes the epoch of a running original, so that any copy made
// before is older than what stands beside it.
func (s *Store) renewEpoch(ctx context.Context) error {
	if s.Held() {
		return nil
	}
	next, err := s.epoch.next(ctx)
	if err != nil {
		return err
	}
	err = s.tx(ctx, func(t *tx) error {
		now, err := t.meta("epoch")
		if err != nil {
			return err
		}
		return errors.Join(t.setMeta("epoch_before", now), t.setMeta("epoch", next))
	})
	if err != nil {
		return err
	}
	return s.epoch.keep(ctx, next)
}

// Held says that this database is a restored older copy and that nothing goes
// out until the owner confirms.
func (s *Store) Held() bool { return s.hold.Load() }

// Release lets a held database speak again: it becomes the original.
func (s *Store) Release(ctx context.Context) error {
	var now string
	err := s.tx(ctx, func(t *tx) (err error) {
		if now, err = t.meta("epoch"); err != nil {
			return err
		}
		return t.setMeta("hold", "")
	})
	if err != nil {
		return err
	}
	if err := s.epoch.keep(ctx, now); err != nil {
		return fmt.Errorf("write the epoch: %w", err)
	}
	s.hold.Store(false)
	s.wake(Outbox)
	s.wake(Publications)
	return nil
}

func (t *tx) meta(key string) (string, error) {
	v, err := one(t.ctx, t, scalar[string], `SELECT value FROM meta WHERE key = $1`, key)
	if errors.Is(err, ErrNotFound) {
		return "", nil
	}
	return v, err
}

func (t *tx) setMeta(key, value string) error {
	return t.exec(`INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, value)
}
