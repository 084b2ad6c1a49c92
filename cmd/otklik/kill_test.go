package main

import (
	"database/sql"
	"errors"
	"flag"
	"io/fs"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

var killRounds = flag.Int("kill.rounds", 50, "how often the daemon is killed; more than 50 also probes supergroups; 2000 take half an hour: -timeout 0")

// Kill −9 at any moment costs nothing that anybody was told: a line of the
// intake, a press, an answer.
func TestKillNineLosesNothing(t *testing.T) {
	probe := "off"
	if *killRounds > 50 {
		probe = "on"
	}
	k := newKilled(t, 16, probe)
	k.suffer(*killRounds, nil, 0)
	found := k.compare()
	for _, f := range found {
		t.Errorf("%s: %s", f.guarantee, f.what)
	}
	t.Logf("%d kills; %s", *killRounds, k.tally())
	k.wantLoad(*killRounds)
}

// The controls: what the comparison must find when a guard is taken away. Each
// damages what a kill leaves as a daemon without that guard would have left it.
func TestKillWithoutAGuardIsNoticed(t *testing.T) {
	for name, c := range map[string]struct {
		damage     func(k *killed) (rows int64)
		enough     int64    // rows that must be damaged: updates under way are rare
		guarantees []string // that must be found broken, one of them at least
	}{
		"updates are kept in memory only": {
			damage:     (*killed).loseUpdates,
			enough:     8,
			guarantees: []string{pressKept, answerKept},
		},
		"a message is noted only after it was sent": {
			damage:     damaging(`UPDATE outbox SET state = 'pending' WHERE state = 'sending'`),
			enough:     12,
			guarantees: []string{cardTwice},
		},
		"commits do not outlast the process": {
			damage:     (*killed).forget,
			enough:     12,
			guarantees: []string{linePlaced, pressKept},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newKilled(t, 6, "off")
			damaged := k.suffer(60, c.damage, c.enough)
			found := k.compare()
			for _, f := range found {
				if slices.Contains(c.guarantees, f.guarantee) {
					t.Logf("noticed after damage to %d rows: %s: %s", damaged, f.guarantee, f.what)
					return
				}
			}
			t.Errorf("damage to %d rows was not noticed; found %v, %s", damaged, found, k.tally())
		})
	}
}

// loseUpdates leaves behind what a daemon would that tells Telegram of an update
// before it has stored it: what was not handled is nowhere.
func (k *killed) loseUpdates() (lost int64) {
	db, err := sql.Open("sqlite3", "file:"+k.database+"?_busy_timeout=5000")
	if err != nil {
		k.t.Fatal(err)
	}
	defer db.Close()
	if len(rowsOf(k.t, db, `SELECT 1 FROM sqlite_schema WHERE name = 'inbox'`)) == 0 {
		return 0 // killed before it made its tables
	}
	for _, row := range rowsOf(k.t, db, `DELETE FROM inbox WHERE done_at IS NULL AND (payload LIKE '%"callback_query"%' OR payload LIKE '%"reply_to_message"%') RETURNING update_id`) {
		k.telegram.ConfirmUpdate(row[0].(int64))
		lost++
	}
	return lost
}

// damaging changes the database that a kill left behind.
func damaging(statement string) func(*killed) int64 {
	return func(k *killed) int64 {
		db, err := sql.Open("sqlite3", "file:"+k.database+"?_busy_timeout=5000")
		if err != nil {
			k.t.Fatal(err)
		}
		defer db.Close()
		r, err := db.Exec(statement)
		if err != nil {
			if strings.Contains(err.Error(), "no such table") {
				return 0
			}
			k.t.Fatal(err)
		}
		n, err := r.RowsAffected()
		if err != nil {
			k.t.Fatal(err)
		}
		return n
	}
}

// dbFiles are what a database consists of.
var dbFiles = []string{"", "-wal", "-shm", ".epoch"}

// remember copies the database while nobody works with it.
func (k *killed) remember() {
	k.copy = map[string][]byte{}
	for _, end := range dbFiles {
		data, err := os.ReadFile(k.database + end)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			k.t.Fatal(err)
		}
		if err == nil {
			k.copy[end] = data
		}
	}
}

// forget puts the copy of three rounds ago back, into the same files: a daemon
// that never told the disk what it committed. It says how many acts are gone.
func (k *killed) forget() int64 {
	if k.round%3 != 2 {
		return 0
	}
	for _, end := range dbFiles {
		data, ok := k.copy[end]
		var err error
		if ok {
			err = os.WriteFile(k.database+end, data, 0o600)
		} else if err = os.Remove(k.database + end); errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		if err != nil {
			k.t.Fatal(err)
		}
	}
	k.remember()
	return k.newActs()
}

// suffer lets the daemon work and kills it again and again, then lets it finish
// in peace and ends it. Damage is done to what each kill leaves; when it reached
// enough rows no more kills come. It returns their number.
func (k *killed) suffer(rounds int, damage func(*killed) int64, enough int64) (damaged int64) {
	k.t.Helper()
	k.remember()
	k.people()
	for k.round = range rounds {
		p := begin(k.t, k.env())
		k.now.Store(p)
		k.strike(p)
		p.kill()
		k.harvest()
		if strings.Contains(p.stderr.String(), "panic") {
			k.t.Errorf("round %d:\n%s", k.round, p.stderr)
		}
		if damage != nil {
			if damaged += damage(k); damaged >= enough {
				break
			}
		}
	}
	p := begin(k.t, k.env())
	k.now.Store(p)
	k.drain(p)
	if status, took := p.stop(); status != 0 || took > 10*time.Second {
		k.t.Errorf("it ended with status %d after %v:\n%s", status, took, p.stderr)
	}
	k.harvest()
	return damaged
}

// strike waits for the moment of the kill: any moment, or just when something
// is on its way.
func (k *killed) strike(p *process) {
	any := time.Duration(rand.Int64N(int64(700 * time.Millisecond)))
	select {
	case <-time.After(any):
	case <-p.ended:
		k.t.Fatalf("it ended by itself: %v\n%s", p.err, p.stderr)
	}
	moments := []chan struct{}{nil, k.line.sent, k.line.sent, k.line.given, k.posting}
	moment := moments[rand.IntN(len(moments))]
	if moment == nil {
		return
	}
	select {
	case <-moment: // of before
	default:
	}
	select {
	case <-moment:
		time.Sleep(time.Duration(rand.Int64N(int64(8 * time.Millisecond))))
	case <-time.After(time.Second):
	}
}
