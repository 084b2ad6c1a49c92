package storage

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// kept starts Keep and returns what it will say.
func kept(t *testing.T, s *Store) (said <-chan error, stop context.CancelFunc) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	c := make(chan error, 1)
	go func() { c <- s.Keep(ctx) }()
	return c, cancel
}

func wantLost(t *testing.T, s *Store, said <-chan error) {
	t.Helper()
	select {
	case err := <-said:
		if !errors.Is(err, ErrLost) {
			t.Errorf("Keep said %v, want ErrLost", err)
		}
	case <-time.After(30 * time.Second):
		t.Error("nobody noticed")
	}
	if err := s.Ping(t.Context()); !errors.Is(err, ErrLost) {
		t.Errorf("Ping says %v, want ErrLost", err)
	}
}

func TestKeepEndsInPeace(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		said, stop := kept(t, s)
		if err := s.Ping(t.Context()); err != nil {
			t.Error(err)
		}
		stop()
		if err := <-said; err != nil {
			t.Errorf("Keep said %v", err)
		}
	})
}

// TestLostConnection: the server ends the connection that holds the lock.
func TestLostConnection(t *testing.T) {
	t.Parallel()
	address := postgresAddress(t)
	s := open(t, address)
	said, _ := kept(t, s)
	n, err := s.write.ExecContext(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_locks
		WHERE locktype = 'advisory' AND classid::bigint = $1::bigint AND objid::bigint = hashtext(current_database() || '.' || current_schema())::bigint & 4294967295`, processLock)
	if err != nil {
		t.Fatal(err)
	}
	if rows, err := n.RowsAffected(); err != nil || rows != 1 {
		t.Fatalf("%d connections held the lock (%v)", rows, err)
	}
	wantLost(t, s, said)
	// Nothing stands in the way of the next process.
	closeStore(t, open(t, address))
}

// TestReplacedFile: somebody put a backup in the place of the open database.
func TestReplacedFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "otklik.db")
	s := open(t, path)
	said, _ := kept(t, s)
	if err := os.Rename(path, path+".old"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	wantLost(t, s, said)
}

// TestUnreadableAddress: the error is no matter of waiting and shows no password.
func TestUnreadableAddress(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"postgres://u:hunter2@host:po:rt/x", "postgresql://:hunter2", "postgres://u:hunter2@h/x?sslmode=bogus", "postgres://u:hunter2 %zz@h/x"} {
		if _, err := Open(t.Context(), address); err == nil || errors.Is(err, ErrAway) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestServerAway(t *testing.T) {
	t.Parallel()
	there := postgresAddress(t)
	for address, want := range map[string]bool{
		"postgres://otklik@127.0.0.1:1/otklik":                           true,
		there + "&dbname=nothing_of_that_name":                           false,
		"postgres:///postgres?user=otklik&host=" + t.TempDir() + "/none": true,
	} {
		_, err := Open(t.Context(), address)
		if err == nil || errors.Is(err, ErrAway) != want {
			t.Errorf("%v, want ErrAway: %v", err, want)
		}
	}
}
