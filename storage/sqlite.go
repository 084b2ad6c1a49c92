package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	_ "github.com/mattn/go-sqlite3" // the driver "sqlite3" of database/sql
)

type sqliteEngine struct{}

func (sqliteEngine) name() string  { return "sqlite" }
func (sqliteEngine) claim() string { return "" }
func (sqliteEngine) lock() string  { return "" } // there is one writer

func (sqliteEngine) constraint(err error) bool {
	// By the engine's words: the driver's error type is missing without cgo, and
	// then the compiler would speak before we can.
	return strings.Contains(err.Error(), "constraint failed")
}

// again is never needed: there is one writer connection.
func (sqliteEngine) again(error) bool { return false }

// errNoCgo replaces the driver's stub, which does not say what to do.
var errNoCgo = errors.New("this binary was built without cgo, which SQLite needs: install a C compiler (Debian: apt install gcc) and build with CGO_ENABLED=1")

// pragmas are read back after opening: the driver ignores a misspelt DSN key.
var pragmas = map[string]string{
	"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000",
}

// What the connections are opened with. In WAL mode only synchronous=FULL keeps
// every acknowledged commit through a power cut; the driver's own choice does not.
const (
	sqliteWriter = "?mode=rwc&_journal_mode=WAL&_synchronous=FULL&_busy_timeout=5000&_foreign_keys=1&_txlock=immediate&_cache_size=-8192&_stmt_cache_size=96"
	sqliteReader = "?mode=ro&_query_only=1&_busy_timeout=5000&_foreign_keys=1&_cache_size=-2048&_stmt_cache_size=64"
)

func (s *Store) openSQLite(ctx context.Context, path string) (err error) {
	// Two slashes at the start of an address would name a host.
	path = filepath.Clean(path)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("create the database's folder: %w", err)
	}
	unlock, err := lockFile(path + ".lock")
	if err != nil {
		return err
	}
	s.closers = append(s.closers, unlock)
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	// SQLite gives its side files the mode of the database: residents' texts are for us alone.
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("open the database file: %w", err)
	}
	if err := f.Close(); err != nil {
		return err
	}
	file := "file:" + (&url.URL{Path: path}).EscapedPath()
	s.engine = sqliteEngine{}
	s.epoch = fileEpoch(path + ".epoch")
	if s.alone, err = sameFile(path); err != nil {
		return err
	}
	s.write, err = sql.Open("sqlite3", file+sqliteWriter)
	if err != nil {
		return err
	}
	s.closers = append(s.closers, s.write.Close)
	s.write.SetMaxOpenConns(1)
	for name, want := range pragmas {
		got, err := one(ctx, s.write, scalar[string], "PRAGMA "+name)
		if err != nil && strings.Contains(err.Error(), "requires cgo") {
			return errNoCgo
		}
		if err != nil {
			return fmt.Errorf("open %s: %w", path, err)
		}
		if got != want {
			return fmt.Errorf("open %s: PRAGMA %s is %s, not %s", path, name, got, want)
		}
	}
	s.read, err = sql.Open("sqlite3", file+sqliteReader)
	if err != nil {
		return err
	}
	s.closers = append(s.closers, s.read.Close)
	s.read.SetMaxOpenConns(max(4, runtime.NumCPU()))
	s.read.SetMaxIdleConns(4)
	return nil
}

// sameFile returns what fails once another file stands at the path: what is
// written then is written into a file that nobody will open again.
func sameFile(path string) (func(context.Context) error, error) {
	opened, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	return func(context.Context) error {
		now, err := os.Stat(path)
		if err != nil {
			return fmt.Errorf("%w: look at its file: %w", ErrLost, err)
		}
		if !os.SameFile(opened, now) {
			return fmt.Errorf("%w: another file was put in its place", ErrLost)
		}
		return nil
	}, nil
}

// lockFile takes an advisory lock that the kernel drops with the process.
func lockFile(path string) (unlock func() error, err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the lock: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		if errors.Is(err, syscall.EWOULDBLOCK) {
			err = ErrBusy
		}
		return nil, errors.Join(err, f.Close())
	}
	return f.Close, nil
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
