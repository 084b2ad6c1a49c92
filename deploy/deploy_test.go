// Package deploy_test checks the files that run Otklik on a server.
package deploy_test

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// tool skips the test on a machine without the named program, but not where
// every check must run.
func tool(t *testing.T, name string) {
	t.Helper()
	if _, err := exec.LookPath(name); err == nil {
		return
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is not installed", name)
	}
	t.Skipf("%s is not installed", name)
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// units puts the unit files into a folder, with a program that exists on every
// machine in place of ours, and returns their paths.
func units(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob("*.service")
	if err != nil || len(names) == 0 {
		t.Fatalf("units: %v %v", names, err)
	}
	timers, err := filepath.Glob("*.timer")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	program := regexp.MustCompile(`(?m)^ExecStart=\S+`)
	var paths []string
	for _, name := range append(names, timers...) {
		path := filepath.Join(dir, name)
		write(t, path, program.ReplaceAllString(read(t, name), "ExecStart=/bin/true"))
		paths = append(paths, path)
	}
	return paths
}

func TestUnitsAreUnderstood(t *testing.T) {
	tool(t, "systemd-analyze")
	args := append([]string{"verify", "--man=no"}, units(t)...)
	out, err := exec.CommandContext(t.Context(), "systemd-analyze", args...).CombinedOutput()
	if err != nil || len(out) > 0 {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
}

// exposed tells whether systemd rates the unit worse than 1.5 of 10.
func exposed(t *testing.T, unit string) (bool, string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "systemd-analyze",
		"security", "--no-pager", "--offline=true", "--threshold=15", unit).CombinedOutput()
	if !strings.Contains(string(out), "Overall exposure level") {
		t.Fatalf("systemd-analyze security %s: %v\n%s", unit, err, out)
	}
	return err != nil, string(out)
}

func TestUnitsAreConfined(t *testing.T) {
	tool(t, "systemd-analyze")
	for _, unit := range units(t) {
		if filepath.Ext(unit) != ".service" {
			continue
		}
		if worse, out := exposed(t, unit); worse {
			t.Errorf("%s is more exposed than 1.5:\n%s", filepath.Base(unit), out)
		}
	}
	bare := filepath.Join(t.TempDir(), "bare.service")
	write(t, bare, "[Service]\nExecStart=/bin/true\n")
	if worse, _ := exposed(t, bare); !worse {
		t.Error("an unconfined unit passes too: the check sees nothing")
	}
}

func TestImageIsBuiltWithTheModulesGo(t *testing.T) {
	module := regexp.MustCompile(`(?m)^go (\S+)$`).FindStringSubmatch(read(t, "../go.mod"))
	image := regexp.MustCompile(`(?m)^ARG GO_VERSION=(\S+)$`).FindStringSubmatch(read(t, "Dockerfile"))
	if module == nil || image == nil || module[1] != image[1] {
		t.Errorf("go.mod says %q, Dockerfile %q", module, image)
	}
}

// sqlite runs statements on a database by the sqlite3 command.
func sqlite(t *testing.T, database string, statements ...string) string {
	t.Helper()
	args := append([]string{"-bail", database}, statements...)
	out, err := exec.CommandContext(t.Context(), "sqlite3", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("sqlite3 %q: %v\n%s", statements, err, out)
	}
	return strings.TrimSpace(string(out))
}

// database makes one of a few hundred pages in WAL mode, as Otklik's are.
func database(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "otklik.db")
	sqlite(t, path, "PRAGMA journal_mode=WAL",
		"CREATE TABLE posts (id INTEGER PRIMARY KEY, text TEXT)",
		`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 2000)
		 INSERT INTO posts SELECT i, hex(randomblob(200)) FROM n`)
	return path
}

func backup(t *testing.T, args ...string) (string, error) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "./backup.sh", args...).CombinedOutput()
	return string(out), err
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, entry := range entries {
		all = append(all, entry.Name())
	}
	return all
}

// lock holds the database as a busy daemon does, with a row that is not yet
// committed, until the test ends.
func lock(t *testing.T, database string) {
	t.Helper()
	daemon := exec.CommandContext(t.Context(), "sqlite3", "-bail", database)
	in, err := daemon.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := daemon.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := daemon.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = daemon.Wait()
	})
	if _, err := io.WriteString(in, "BEGIN IMMEDIATE; INSERT INTO posts (text) VALUES ('half'); SELECT 'locked';\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(out, make([]byte, len("locked\n"))); err != nil {
		t.Fatal(err)
	}
}

func TestBackupOfABusyDatabase(t *testing.T) {
	tool(t, "sqlite3")
	live, dir := database(t), filepath.Join(t.TempDir(), "the copies")
	lock(t, live)
	if out, err := backup(t, live, dir); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	copies := names(t, dir)
	if len(copies) != 1 {
		t.Fatalf("folder holds %q, want one file", copies)
	}
	path := filepath.Join(dir, copies[0])
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o600 {
		t.Errorf("mode is %o: others can read residents' texts", mode)
	}
	if got := sqlite(t, path, "SELECT count(*) FROM posts", "PRAGMA journal_mode"); got != "2000\ndelete" {
		t.Errorf("copy has rows and mode %q, want the 2000 committed ones in one file", got)
	}
}

func TestBackupKeepsTheNewest(t *testing.T) {
	tool(t, "sqlite3")
	live, dir := database(t), t.TempDir()
	old := []string{"otklik-20240101T000000Z.db", "otklik-20240102T000000Z.db", "otklik-20240103T000000Z.db"}
	for _, name := range append(old, "before-the-move.db") {
		write(t, filepath.Join(dir, name), "")
	}
	if out, err := backup(t, live, dir, "2"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	got := names(t, dir)
	if len(got) != 3 || got[0] != "before-the-move.db" || got[1] != old[2] || got[2] <= old[2] {
		t.Errorf("left are %q, want the foreign file, %s and the new copy", got, old[2])
	}
}

func TestBackupRefusesADamagedDatabase(t *testing.T) {
	tool(t, "sqlite3")
	damaged := database(t)
	file, err := os.OpenFile(damaged, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteAt([]byte(strings.Repeat("otklik", 4096)), 40*4096); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	before := []string{"otklik-20240101T000000Z.db", "otklik-20240102T000000Z.db"}
	for _, name := range before {
		write(t, filepath.Join(dir, name), "")
	}
	if out, err := backup(t, damaged, dir, "1"); err == nil {
		t.Errorf("a damaged database was copied:\n%s", out)
	}
	if got := names(t, dir); !slices.Equal(got, before) {
		t.Errorf("left are %q, want %q untouched", got, before)
	}
}

func TestBackupRefusesWhatItCannotDo(t *testing.T) {
	tool(t, "sqlite3")
	live, dir := database(t), t.TempDir()
	for _, args := range [][]string{
		{live},
		{live, dir, "0"},
		{live, dir, "many"},
		{live + ".missing", dir},
		{live, dir, "1", "2"},
	} {
		if out, err := backup(t, args...); err == nil {
			t.Errorf("backup.sh %q succeeded:\n%s", args, out)
		}
	}
	if left := names(t, dir); len(left) > 0 {
		t.Errorf("a refused call left %q", left)
	}
}
