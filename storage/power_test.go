package storage

import (
	"context"
	"database/sql"
	flags "flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

var cuts = flags.Int("cuts", 200, "how often the power is cut")

// steadyEpoch is kept whatever happens.
type steadyEpoch struct{}

func (steadyEpoch) kept(context.Context) (string, error) { return "steady", nil }
func (steadyEpoch) keep(context.Context, string) error   { return nil }
func (steadyEpoch) next(context.Context) (string, error) { return "steady", nil }

// openOn opens the database of a disk as openSQLite does, with one connection:
// the disk has no memory to share. synchronous is FULL but for controls.
func openOn(ctx context.Context, path, synchronous string) (*Store, error) {
	query := strings.Replace(sqliteWriter, "_journal_mode=WAL&_synchronous=FULL", "_locking_mode=EXCLUSIVE&_synchronous="+synchronous+"&vfs=forgetful", 1)
	db, err := sql.Open("sqlite3", "file:"+path+query)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	s := &Store{waiting: map[Queue]map[chan struct{}]bool{}, engine: sqliteEngine{}, epoch: steadyEpoch{}, write: db, read: db, closers: []func() error{db.Close}}
	mode, err := one(ctx, db, scalar[string], `PRAGMA journal_mode = WAL`)
	if err == nil && mode != "wal" {
		err = fmt.Errorf("the journal's mode is %s", mode)
	}
	if err == nil {
		// Checkpoints are where most can go wrong: many of them.
		_, err = one(ctx, db, scalar[string], `PRAGMA wal_autocheckpoint = 100`)
	}
	if err == nil {
		err = s.start(ctx)
	}
	if err != nil {
		_ = s.Close() // the power may be cut
		return nil, err
	}
	return s, nil
}

// outcome is what became of the acknowledged commits of many lives.
type outcome struct{ acknowledged, lost, corrupt, unopened int }

// cutPower works on a database until the power is cut, many times, and looks
// what is left.
func cutPower(t *testing.T, times int, synchronous string) outcome {
	t.Helper()
	ctx := context.Background()
	random := rand.New(rand.NewPCG(1, uint64(len(synchronous))))
	first, region, topic := fullDisk(t)
	var total outcome
	for n := range times {
		d := first.clone()
		d.left = 10 + random.IntN(1500)
		path, err := mount(d)
		if err != nil {
			t.Fatal(err)
		}
		var acknowledged []Saved
		s, err := openOn(ctx, path, synchronous)
		for i := 0; err == nil; i++ {
			var saved []Saved
			saved, err = s.SavePosts(ctx, nil, []Found{{
				Post:    Post{Network: "vk", Kind: "post", ExternalID: fmt.Sprintf("cut%d-%d", n, i), Text: strings.Repeat("яма ", 200), State: Ready},
				Matches: []Match{{Region: region, Topic: topic, Importance: Normal}},
			}})
			if err == nil {
				acknowledged = append(acknowledged, saved...)
			}
		}
		back := d.afterCut(random)
		if s != nil {
			_ = s.Close() // without power
		}
		unmount(path)
		total.acknowledged += len(acknowledged)
		look(t, back, acknowledged, &total)
	}
	return total
}

// fullDisk is a disk with a world on it.
func fullDisk(t *testing.T) (d *disk, region, topic int64) {
	t.Helper()
	d = &disk{files: map[string]*diskFile{}, left: -1}
	path, err := mount(d)
	if err != nil {
		t.Fatal(err)
	}
	defer unmount(path)
	s, err := openOn(context.Background(), path, "FULL")
	if err != nil {
		t.Fatal(err)
	}
	defer closeStore(t, s)
	w := newWorld(t, s)
	w.incident()
	return d.clone(), w.region, w.topic
}

// look opens what the cut left and counts what is missing.
func look(t *testing.T, d *disk, acknowledged []Saved, total *outcome) {
	t.Helper()
	ctx := context.Background()
	path, err := mount(d)
	if err != nil {
		t.Fatal(err)
	}
	defer unmount(path)
	s, err := openOn(ctx, path, "FULL")
	if err != nil {
		total.unopened++
		return
	}
	defer func() { _ = s.Close() }() // a corrupt one may not close well
	if verdict, err := one(ctx, s.read, scalar[string], `PRAGMA integrity_check`); err != nil || verdict != "ok" {
		total.corrupt++
		return
	}
	faults, err := s.VerifyJournal(ctx)
	if err != nil || len(faults) > 0 {
		total.corrupt++
		return
	}
	for _, a := range acknowledged {
		n, err := one(ctx, s.read, scalar[int64], `
			SELECT count(*) FROM incident_posts ip JOIN events e ON e.incident_id = ip.incident_id JOIN messages m ON m.incident_id = ip.incident_id
			JOIN outbox o ON o.message_id = m.id WHERE ip.post_id = $1 AND ip.incident_id = $2`, a.Post, a.Incidents[0])
		if err != nil || n != 1 {
			total.lost++
		}
	}
	// What was not acknowledged is there wholly or not at all.
	halves, err := one(ctx, s.read, scalar[int64], `
		SELECT count(*) FROM posts p WHERE NOT EXISTS (SELECT 1 FROM incident_posts ip JOIN events e ON e.incident_id = ip.incident_id JOIN messages m ON m.incident_id = ip.incident_id
			JOIN outbox o ON o.message_id = m.id JOIN deadlines d ON d.incident_id = ip.incident_id WHERE ip.post_id = p.id)`)
	if err != nil || halves != 0 {
		total.corrupt++
	}
}

// TestPowerCut cuts the power at any moment: nothing that was acknowledged may
// be missing.
func TestPowerCut(t *testing.T) {
	t.Parallel()
	got := cutPower(t, *cuts, "FULL")
	t.Logf("%d cuts: %+v", *cuts, got)
	if got.lost+got.corrupt+got.unopened > 0 {
		t.Errorf("after %d cuts: %+v", *cuts, got)
	}
	if got.acknowledged < *cuts {
		t.Errorf("only %d commits were acknowledged before %d cuts", got.acknowledged, *cuts)
	}
}

// TestPowerCutControl must lose commits: else the disk forgets nothing and
// TestPowerCut says nothing.
func TestPowerCutControl(t *testing.T) {
	t.Parallel()
	for _, synchronous := range []string{"NORMAL", "OFF"} {
		got := cutPower(t, max(50, *cuts/4), synchronous)
		t.Logf("synchronous=%s: %+v", synchronous, got)
		if got.lost+got.corrupt+got.unopened == 0 {
			t.Errorf("synchronous=%s lost nothing: %+v", synchronous, got)
		}
	}
}
