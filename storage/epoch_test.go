package storage

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// copyDatabase copies a closed database over another, keeping the other's
// file, as cp does, or replacing it, as mv does.
func copyDatabase(t *testing.T, from, to string, replace bool) {
	t.Helper()
	content, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if replace {
		if err := os.WriteFile(to+".copy", content, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(to+".copy", to); err != nil {
			t.Fatal(err)
		}
		return
	}
	if err := os.WriteFile(to, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// restart closes a database and opens it again.
func restart(t *testing.T, s *Store, path string) *Store {
	t.Helper()
	closeStore(t, s)
	return open(t, path)
}

func TestEpochOfSQLite(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for name, test := range map[string]struct {
		between func(t *testing.T, path, backup string) // while it is closed
		held    bool
	}{
		"only restarted":  {func(*testing.T, string, string) {}, false},
		"backup by cp":    {func(t *testing.T, path, backup string) { copyDatabase(t, backup, path, false) }, true},
		"backup by mv":    {func(t *testing.T, path, backup string) { copyDatabase(t, backup, path, true) }, true},
		"same file by mv": {func(t *testing.T, path, _ string) { copyDatabase(t, path, path, true) }, true},
		"no epoch beside": {func(t *testing.T, path, _ string) {
			if err := os.Remove(path + ".epoch"); err != nil {
				t.Fatal(err)
			}
		}, true},
		"broken epoch beside": {func(t *testing.T, path, _ string) {
			if err := os.WriteFile(path+".epoch", []byte("\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, true},
		"first start": {func(t *testing.T, path, _ string) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path, backup := filepath.Join(dir, "otklik.db"), filepath.Join(dir, "backup.db")
			s := open(t, path)
			w := newWorld(t, s)
			w.incident()
			if _, err := s.write.ExecContext(ctx, `VACUUM INTO '`+backup+`'`); err != nil {
				t.Fatal(err)
			}
			w.deliver()
			w.check(s.Upkeep(ctx, keeping))
			closeStore(t, s)
			test.between(t, path, backup)
			s = open(t, path)
			if s.Held() != test.held {
				t.Fatalf("held: %v, want %v", s.Held(), test.held)
			}
			if s = restart(t, s, path); s.Held() != test.held {
				t.Errorf("held after a restart: %v, want %v", s.Held(), test.held)
			}
			w.check(s.Upkeep(ctx, keeping))
			if s = restart(t, s, path); s.Held() != test.held {
				t.Errorf("held after the upkeep: %v, want %v", s.Held(), test.held)
			}
			w.check(s.Release(ctx))
			if s.Held() {
				t.Error("held after the release")
			}
			for range 2 {
				if s = restart(t, s, path); s.Held() {
					t.Error("held again after the release")
				}
			}
		})
	}
}

// brokenEpoch keeps nothing: the machine stopped between the commit and the file.
type brokenEpoch struct{ epoch }

var errStopped = errors.New("stopped")

func (brokenEpoch) keep(context.Context, string) error { return errStopped }

func TestCrashBetweenCommitAndFile(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "otklik.db")
	s := open(t, path)
	s.epoch = brokenEpoch{s.epoch}
	if err := s.renewEpoch(ctx); !errors.Is(err, errStopped) {
		t.Fatal(err)
	}
	if s = restart(t, s, path); s.Held() {
		t.Error("held after a crash between the commit and the file")
	}
	s.epoch = brokenEpoch{s.epoch}
	if err := s.startEpoch(ctx); !errors.Is(err, errStopped) {
		t.Fatal(err)
	}
	if s = restart(t, s, path); s.Held() {
		t.Error("held after a crash at the start")
	}
}

// movedCluster is another PostgreSQL than the database was made in.
type movedCluster struct{ clusterEpoch }

func (movedCluster) kept(context.Context) (string, error) { return "other.1.5", nil }
func (movedCluster) next(context.Context) (string, error) { return "other.1.5", nil }

func TestEpochOfPostgres(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	address := postgresAddress(t)
	s := open(t, address)
	if s.Held() {
		t.Fatal("held at the first start")
	}
	s.epoch = movedCluster{}
	if err := s.startEpoch(ctx); err != nil {
		t.Fatal(err)
	}
	if !s.Held() {
		t.Error("a database restored into another cluster is not held")
	}
	if err := s.Release(ctx); err != nil {
		t.Fatal(err)
	}
	if err := s.startEpoch(ctx); err != nil || s.Held() {
		t.Errorf("held after the release: %v, %v", s.Held(), err)
	}
}
