package storage

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestOddPaths opens databases whose paths mean something in a URI.
func TestOddPaths(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a?mode=memory.db", "b#c.db", "100%.db", "d%20e.db", "с пробелом и кириллицей.db", "a&b=c.db", "semi;colon'quote\".db", ":memory:", "file:x.db"} {
		dir := filepath.Join(t.TempDir(), "папка?")
		path := filepath.Join(dir, name)
		newWorld(t, open(t, path)).incident()
		for _, side := range []string{"", "-wal", "-shm", ".lock", ".epoch"} {
			info, err := os.Stat(path + side)
			if err != nil {
				t.Errorf("%s: %v", name, err)
			} else if info.Mode().Perm() != 0o600 {
				t.Errorf("%s has mode %v", path+side, info.Mode())
			}
		}
		if entries, err := os.ReadDir(dir); err != nil || len(entries) != 5 {
			t.Errorf("%s: the folder holds %v (%v)", name, entries, err)
		}
		if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("the folder has mode %v (%v)", info.Mode(), err)
		}
	}
}

// TestSlashes opens an absolute address with a slash too many.
func TestSlashes(t *testing.T) {
	t.Parallel()
	path := "/" + filepath.Join(t.TempDir(), "otklik.db")
	if err := open(t, path).Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestRelativePath opens a database in the folder that we stand in.
func TestRelativePath(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := open(t, "otklik.db").Ping(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat("otklik.db"); err != nil {
		t.Error(err)
	}
}

// TestUnwritable refuses what cannot be a database.
func TestUnwritable(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), filepath.Join(dir, "file", "otklik.db")); err == nil {
		t.Error("a database below a file was opened")
	}
	junk := filepath.Join(dir, "junk.db")
	if err := os.WriteFile(junk, []byte(strings.Repeat("this is no database ", 500)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), junk); err == nil {
		t.Error("a file that is no database was opened")
	}
	if _, err := os.Stat(junk + ".epoch"); !os.IsNotExist(err) {
		t.Errorf("an epoch was left beside it: %v", err)
	}
}

// TestPragmas reads back what the driver was asked for, on every connection.
func TestPragmas(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "otklik.db"))
	ctx := t.Context()
	for name, want := range map[string]string{
		"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000", "cache_size": "-8192", "query_only": "0",
	} {
		if got, err := one(ctx, s.write, scalar[string], "PRAGMA "+name); err != nil || got != want {
			t.Errorf("writer: %s is %s (%v), want %s", name, got, err, want)
		}
	}
	for range 8 { // more than are kept idle
		conn, err := s.read.Conn(ctx)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if s.read.Stats().OpenConnections >= s.read.Stats().MaxOpenConnections {
			break
		}
		if _, err := conn.ExecContext(ctx, `INSERT INTO meta (key, value) VALUES ('a', 'b')`); err == nil {
			t.Error("a reader wrote")
		}
	}
	if n, err := s.write.ExecContext(ctx, `INSERT INTO bodies (region_id, name, created_at) VALUES (99, 'x', 0)`); err == nil {
		t.Errorf("a body of no region was stored: %v", n)
	}
	if got := s.write.Stats().MaxOpenConnections; got != 1 {
		t.Errorf("%d writers", got)
	}
}
