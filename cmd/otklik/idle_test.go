package main

import (
	"database/sql"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

const (
	idleIncidents = 100_000
	idleFor       = 64 * time.Second // the slowest of what is done again and again is done each minute
	scrapes       = 4                // of the metrics meanwhile, as a monitoring does
)

// fill writes incidents of the last 80 days with their rows, of which the last
// 500 are open and not due.
func (k *killed) fill() {
	k.t.Helper()
	db, err := sql.Open("sqlite3", "file:"+k.database+"?_journal_mode=WAL&_synchronous=OFF&_txlock=immediate&_cache_size=-65536")
	if err != nil {
		k.t.Fatal(err)
	}
	defer db.Close()
	const ids = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) `
	now := time.Now().UnixMilli()
	for _, insert := range []string{
		`INSERT INTO posts (id, network, kind, url, text, state, published_at, found_at)
			SELECT i, 'web', 'post', 'https://example.org/' || i, 'На улице Садовой возле дома ' || i || ' третий месяц не могут заделать яму, объезжаем по тротуару', 'ready', t, t FROM (` + ids + `SELECT i, ?2 - (?1 - i) * 69120 AS t FROM n)`,
		`INSERT INTO incidents (id, region_id, topic_id, importance, state, posts, registered_at, clock_at, new_at, closed_at)
			SELECT i, 1, 1, 'normal', CASE WHEN i > ?1 - 500 THEN 'new' ELSE 'closed' END, 1, t, t, t, CASE WHEN i > ?1 - 500 THEN NULL ELSE t + 1000 END FROM (` + ids + `SELECT i, ?2 - (?1 - i) * 69120 AS t FROM n)`,
		`INSERT INTO incident_posts (region_id, post_id, incident_id, added_at) SELECT 1, i, i, ?2 FROM (` + ids + `SELECT i FROM n)`,
		`INSERT INTO deadlines (incident_id, kind, due_at, stopped_at)
			SELECT i, 'answer', ?2 + 3000000000, CASE WHEN i > ?1 - 500 THEN NULL ELSE ?2 END FROM (` + ids + `SELECT i FROM n)`,
		`INSERT INTO messages (chat_id, kind, incident_id, bot, telegram_id, state, wanted, shown, created_at, sent_at)
			SELECT 1, 'card', i, 7000000001, 1000 + i, 'live', 1, 1, ?2, ?2 FROM (` + ids + `SELECT i FROM n)`,
		`INSERT INTO outbox (chat_id, message_id, priority, sound, state, done_at, created_at)
			SELECT 1, id, 4, 0, 'sent', ?2, ?2 FROM messages WHERE kind = 'card' AND ?1 > 0`,
	} {
		if _, err := db.Exec(insert, idleIncidents, now); err != nil {
			k.t.Fatalf("%v in %.60s", err, insert)
		}
	}
}

// With years of work in the file it is ready within two seconds, and while
// nothing happens it costs next to nothing. The best of three counts: the
// machine may have other work.
func TestStartsFastAndIdlesCheaply(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("what a process needs is read from /proc")
	}
	t.Parallel()                       // it waits, most of the time
	if _, err := built(); err != nil { // which is no part of its start
		t.Fatal(err)
	}
	k := newKilled(t, 1, "off")
	k.fill()
	fastest, least := time.Hour, 1.0
	var resident int
	for n := 0; n < 3 && (fastest >= 2*time.Second || least >= 0.01); n++ {
		start := time.Now()
		p := begin(t, k.env())
		p.becomes("/readyz", http.StatusOK, 20*time.Second)
		fastest = min(fastest, time.Since(start))
		for quiet := 0; quiet < 20; quiet++ { // until the first words are said
			before := len(k.telegram.Calls())
			time.Sleep(100 * time.Millisecond)
			if len(k.telegram.Calls()) != before {
				quiet = 0
			}
		}
		used := cpuTime(t, p)
		for range scrapes {
			time.Sleep(idleFor / scrapes)
			if code, _ := p.get("/metrics"); code != http.StatusOK {
				t.Errorf("/metrics is %d", code)
			}
		}
		least = min(least, (cpuTime(t, p)-used).Seconds()/idleFor.Seconds())
		resident = residentKiB(t, p) // the last one counts: it does not depend on the machine
		if status, _ := p.stop(); status != 0 {
			t.Errorf("status %d:\n%s", status, p.stderr)
		}
	}
	t.Logf("ready after %v, %.2f %% of a core, %.1f MB resident", fastest.Round(time.Millisecond), 100*least, float64(resident)/1024)
	if fastest >= 2*time.Second {
		t.Errorf("ready after %v, want less than 2 s", fastest)
	}
	if least >= 0.01 {
		t.Errorf("it uses %.2f %% of a core, want less than 1", 100*least)
	}
	if resident >= 60*1024 { // half of it is the program itself, a tenth the dictionary
		t.Errorf("%d KiB are resident, want less than 60 MB", resident)
	}
}

// cpuTime is what a process has used so far; Linux counts in hundredths.
func cpuTime(t *testing.T, p *process) time.Duration {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+2:]))
	var ticks int64
	for _, f := range fields[11:13] {
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

// residentKiB is how much memory a process holds.
func residentKiB(t *testing.T, p *process) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	n, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		t.Fatal(err)
	}
	return n
}
