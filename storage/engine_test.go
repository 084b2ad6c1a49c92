package storage

import (
	"context"
	"database/sql"
	"errors"
	flags "flag" // the package has a flag of its own
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

var update = flags.Bool("update", false, "rewrite the golden files of testdata")

// cluster is the throwaway PostgreSQL of this test run.
var cluster struct {
	address string // of its database, with a query that can be extended
	missing string // why there is none
	schemas atomic.Int64
}

func TestMain(m *testing.M) {
	flags.Parse()
	stop, err := startCluster()
	if err != nil {
		cluster.missing = err.Error()
	}
	code := m.Run()
	if err := stop(); err != nil {
		fmt.Fprintln(os.Stderr, "stop the throwaway PostgreSQL:", err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// startCluster runs a PostgreSQL of our own that listens to nothing but a
// socket in a temporary folder and trusts the disk less than nobody.
func startCluster() (stop func() error, err error) {
	stop = func() error { return nil }
	initdb, err := binary("initdb")
	if err != nil {
		return stop, err
	}
	dir, err := os.MkdirTemp("", "otklik-pg")
	if err != nil {
		return stop, err
	}
	stop = func() error { return os.RemoveAll(dir) }
	attr, err := asNobody(dir)
	if err != nil {
		return stop, err
	}
	data := filepath.Join(dir, "data")
	cmd := exec.Command(initdb, "-N", "-U", "otklik", "-A", "trust", "-E", "UTF8", "--locale=C", "-D", data)
	cmd.SysProcAttr, cmd.Dir = attr, dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return stop, fmt.Errorf("initdb: %w: %s", err, out)
	}
	server := exec.Command(filepath.Join(filepath.Dir(initdb), "postgres"), "-D", data, "-k", dir,
		"-c", "listen_addresses=", "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=200", "-c", "log_min_messages=panic")
	server.SysProcAttr, server.Dir = attr, dir
	if err := server.Start(); err != nil {
		return stop, err
	}
	stop = func() error {
		// Interrupt is PostgreSQL's fast shutdown.
		return errors.Join(server.Process.Signal(os.Interrupt), server.Wait(), os.RemoveAll(dir))
	}
	cluster.address = "postgres:///postgres?user=otklik&host=" + dir
	return stop, awaitCluster()
}

func awaitCluster() error {
	db, err := sql.Open("pgx", cluster.address)
	if err != nil {
		return err
	}
	defer db.Close()
	for deadline := time.Now().Add(20 * time.Second); ; {
		if err = db.Ping(); err == nil || time.Now().After(deadline) {
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// binary finds a program of PostgreSQL in the path or where Debian keeps it.
func binary(name string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if err != nil || len(found) == 0 {
		return "", fmt.Errorf("no %s on this machine: install PostgreSQL (Debian: apt install postgresql)", name)
	}
	return found[len(found)-1], nil
}

// asNobody lets a child run without the rights of root, which PostgreSQL
// refuses to have, and die with us.
func asNobody(dir string) (*syscall.SysProcAttr, error) {
	attr := &syscall.SysProcAttr{Pdeathsig: syscall.SIGQUIT}
	if os.Getuid() != 0 {
		return attr, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			return nil, err
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err != nil {
			return nil, err
		}
		attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		return attr, os.Chown(dir, int(uid), int(gid))
	}
	return nil, errors.New("neither postgres nor nobody is a user here")
}

// eachEngine runs a test on an empty database of each engine.
func eachEngine(t *testing.T, test func(t *testing.T, s *Store)) {
	t.Helper()
	eachAddress(t, func(t *testing.T, address string) { test(t, open(t, address)) })
}

// eachAddress runs a test with the address of an empty database of each engine.
func eachAddress(t *testing.T, test func(t *testing.T, address string)) {
	t.Helper()
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, filepath.Join(t.TempDir(), "otklik.db"))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, postgresAddress(t))
	})
}

// postgresAddress returns the address of a new schema. Without PostgreSQL the
// test is skipped, but never where changes are checked.
func postgresAddress(t testing.TB) string {
	t.Helper()
	if cluster.missing != "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("PostgreSQL is not tested: ", cluster.missing)
		}
		t.Skip("PostgreSQL is not tested: ", cluster.missing)
	}
	schema := fmt.Sprintf("t%d", cluster.schemas.Add(1))
	db, err := sql.Open("pgx", cluster.address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("CREATE SCHEMA " + schema); err != nil {
		t.Fatal(err)
	}
	return cluster.address + "&search_path=" + schema
}

// open opens a database until the end of the test.
func open(t testing.TB, address string) *Store {
	t.Helper()
	s, err := Open(context.Background(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeStore(t, s) })
	return s
}

func closeStore(t testing.TB, s *Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestOpenTwice(t *testing.T) {
	eachAddress(t, func(t *testing.T, address string) {
		ctx := t.Context()
		s := open(t, address)
		if err := s.Ping(ctx); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(ctx, address); !errors.Is(err, ErrBusy) {
			t.Fatalf("a second process got %v, want ErrBusy", err)
		}
		for range 3 {
			closeStore(t, s)
			var err error
			if s, err = Open(ctx, address); err != nil {
				t.Fatalf("open again after closing: %v", err)
			}
			if s.Held() {
				t.Fatal("a database that was only closed is held")
			}
		}
		closeStore(t, s)
	})
}
