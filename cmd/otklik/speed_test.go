package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	telegram "otklik/bot/sandbox"
	"otklik/monitor"
	"otklik/storage"
)

// speedLines is the measured load: as many lines as come in one go.
const speedLines = 10_000

// speedText is as long as a complaint usually is. Most of its words are no
// others': texts that are alike would be compared, and offered for merging.
func speedText(r *rand.Rand, place string, n int) string {
	var said strings.Builder
	for range 30 {
		for range 3 {
			said.WriteString([]string{"ба", "ве", "ди", "жо", "ку", "ля", "му", "ни", "по", "ры", "си", "те", "фо", "ха", "цу", "ше"}[r.IntN(16)])
		}
		said.WriteByte(' ')
	}
	return fmt.Sprintf("В посёлке %s яма на дороге. %s. Обращались по телефону 8 912 345-67-%02d, ответа нет.", place, said.String(), n%100)
}

// incidentTables are those that a registered incident has rows in.
var incidentTables = []string{"posts", "incidents", "incident_posts", "events", "deadlines", "messages", "outbox"}

// The whole way of 10,000 lines, from the request to the answer, takes at most
// twice as long as the rows that it leaves when nothing but prepared INSERTs
// write them, in as many transactions. The best of three counts: the machine may
// have other work.
func TestIntakeIsHalfAsFastAsPlainInserts(t *testing.T) {
	best := 0.0
	for n := range 3 {
		path := filepath.Join(t.TempDir(), "otklik.db")
		ours := timeIntake(t, path)
		plain := timeInserts(t, path)
		ratio := plain.Seconds() / ours.Seconds()
		t.Logf("run %d: intake %v (%.0f lines/s), inserts %v: ratio %.2f", n+1, ours.Round(time.Millisecond), speedLines/ours.Seconds(), plain.Round(time.Millisecond), ratio)
		if best = max(best, ratio); best >= 0.5 {
			return
		}
	}
	if underRace() {
		t.Log("the race detector slows us and not the database: the ratio says nothing")
		return
	}
	t.Errorf("the best ratio is %.2f, want 0.5 at least", best)
}

// underRace tells whether the race detector watches this test.
func underRace() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

// timeIntake posts the lines to a database with a region and the built-in topics.
func timeIntake(t *testing.T, path string) time.Duration {
	store, err := storage.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	w := &world{telegram: telegram.New(telegram.Options{})}
	defer w.telegram.Close()
	w.admin, w.roads = w.telegram.Person("Анна Сергеева", "ru"), w.telegram.Person("Ольга Иванова", "ru")
	w.housing, w.staff = w.telegram.Person("Пётр Лебедев", "ru"), w.telegram.Person("Мария Ветрова", "ru")
	w.group = w.telegram.Supergroup("Администраторы", w.admin)
	if _, err := sow(t.Context(), store, w); err != nil {
		t.Fatal(err)
	}
	m, err := monitor.New(store, monitor.Config{IntakeToken: killToken, Recent: 1000}, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	var body bytes.Buffer
	r := rand.New(rand.NewPCG(1, 2))
	for n := range speedLines {
		place := demoPlaces[n%len(demoPlaces)]
		if err := json.NewEncoder(&body).Encode(map[string]any{
			"network": "vk", "kind": "comment", "external_id": fmt.Sprintf("-1_2_%d", n+3), "url": fmt.Sprintf("https://vk.com/wall-1_2?reply=%d", n+3),
			"text": speedText(r, place, n), "published_at": time.Now().Add(-time.Hour), "author": map[string]string{"id": fmt.Sprint(n)},
		}); err != nil {
			t.Fatal(err)
		}
	}
	post := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/intake", &body)
	post.Header.Set("Authorization", "Bearer "+killToken)
	answer := httptest.NewRecorder()
	start := time.Now()
	m.Intake().ServeHTTP(answer, post)
	took := time.Since(start)
	if n := strings.Count(answer.Body.String(), `"status":"new"`); n != speedLines {
		t.Fatalf("%d of %d lines are new: %d %.300s", n, speedLines, answer.Code, answer.Body)
	}
	return took
}

// timeInserts writes the rows of a database's incidents once more, into an empty
// one with the same schema and settings.
func timeInserts(t *testing.T, path string) time.Duration {
	from, err := sql.Open("sqlite3", "file:"+path+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	copied := path + ".plain"
	if _, err := from.Exec("VACUUM INTO ?", copied); err != nil {
		t.Fatal(err)
	}
	to, err := sql.Open("sqlite3", "file:"+copied+"?_journal_mode=WAL&_synchronous=FULL&_foreign_keys=0&_txlock=immediate&_cache_size=-8192")
	if err != nil {
		t.Fatal(err)
	}
	defer to.Close()
	to.SetMaxOpenConns(1)
	rows, statements := map[string][][]any{}, map[string]string{}
	for _, table := range incidentTables {
		rows[table] = rowsOf(t, from, "SELECT * FROM "+table)
		if len(rows[table]) < speedLines {
			t.Fatalf("%s has %d rows", table, len(rows[table]))
		}
		marks := strings.Repeat(", ?", len(rows[table][0]))[2:]
		statements[table] = "INSERT INTO " + table + " VALUES (" + marks + ")"
	}
	for _, table := range slices.Backward(incidentTables) {
		if table == "events" { // what is written may not be deleted
			if _, err := to.Exec("DROP TRIGGER IF EXISTS events_no_delete"); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := to.Exec("DELETE FROM " + table); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := to.Exec("PRAGMA foreign_keys = 1"); err != nil {
		t.Fatal(err)
	}
	const parts = speedLines / 1000
	start := time.Now()
	for part := range parts {
		if err := insertPart(t.Context(), to, rows, statements, part, parts); err != nil {
			t.Fatal(err)
		}
	}
	return time.Since(start)
}

// insertPart writes one part of each table's rows in one transaction.
func insertPart(ctx context.Context, db *sql.DB, rows map[string][][]any, statements map[string]string, part, parts int) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	for _, table := range incidentTables {
		insert, err := tx.PrepareContext(ctx, statements[table])
		if err != nil {
			return err
		}
		defer insert.Close()
		all := rows[table]
		for _, row := range all[len(all)*part/parts : len(all)*(part+1)/parts] {
			if _, err := insert.ExecContext(ctx, row...); err != nil {
				return fmt.Errorf("insert into %s: %w", table, err)
			}
		}
	}
	return tx.Commit()
}
