package monitor

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"otklik/monitor/links"
	"otklik/storage"
)

const readPage = 100 // items of a page, as networks have them

// readText is a complaint as long as they usually are, in other words than the
// rest: most residents write of troubles of their own.
func readText(n int) string {
	r := rand.New(rand.NewPCG(uint64(n), 1))
	var b strings.Builder
	for range 30 {
		for range 2 + r.IntN(3) {
			b.WriteString(readSyllables[r.IntN(len(readSyllables))])
		}
		b.WriteByte(' ')
	}
	return fmt.Sprintf("На улице Садовой яма на дороге, %sпозвоните по телефону 8 912 345-67-%02d. Номер %d", b.String(), n%100, n)
}

var readSyllables = strings.Fields("ба ве ги до жу за ки ло му не пы ра си то фу ха це чи шо ще бря вле грю дни кро сва тре сны хле зво")

// readTables are those that an item has rows in.
var readTables = []string{"posts", "incidents", "incident_posts", "events", "deadlines", "messages", "outbox"}

// paged is a network of pages of JSON, read by its page number.
type paged struct {
	client *http.Client
	base   string
}

type pagedItem struct {
	ID     string    `json:"id"`
	URL    string    `json:"url"`
	Text   string    `json:"text"`
	Author string    `json:"author"`
	At     time.Time `json:"at"`
}

func (paged) Name() string { return "paged" }

func (p paged) page(ctx context.Context, cursor string) (items []pagedItem, more bool, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.base+"/?page="+cursor, nil)
	if err != nil {
		return nil, false, err
	}
	answer, err := p.client.Do(r)
	if err != nil {
		return nil, false, err
	}
	defer answer.Body.Close()
	var body struct {
		Items []pagedItem `json:"items"`
		More  bool        `json:"more"`
	}
	err = json.NewDecoder(answer.Body).Decode(&body)
	return body.Items, body.More, err
}

func (p paged) Fetch(ctx context.Context, s storage.Source) (Page, error) {
	found, more, err := p.page(ctx, s.Cursor)
	if err != nil {
		return Page{}, err
	}
	n, _ := strconv.Atoi(s.Cursor)
	page := Page{Cursor: strconv.Itoa(n + 1), More: more}
	for _, i := range found {
		page.Items = append(page.Items, Item{AuthorID: i.Author, Post: storage.Post{Network: "paged", Kind: links.Post, ExternalID: i.ID, URL: i.URL, Text: i.Text, PublishedAt: i.At}})
	}
	return page, nil
}

// pagesOf serves items by the page, made when they are asked for.
func pagesOf(tb testing.TB, items int) *httptest.Server {
	tb.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page, _ := strconv.Atoi(r.URL.Query().Get("page"))
		var list []pagedItem
		for n := page * readPage; n < min((page+1)*readPage, items); n++ {
			list = append(list, pagedItem{ID: fmt.Sprintf("-1_%d", n+1), URL: fmt.Sprintf("https://paged.example/%d", n+1), Text: readText(n), Author: fmt.Sprint(n), At: time.Now().Add(-time.Hour)})
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"items": list, "more": (page+1)*readPage < items})
	}))
	tb.Cleanup(server.Close)
	return server
}

// timeReading reads all items of a local server into a database, and says how
// many bytes of memory that took at its peak beyond what was there before.
func timeReading(tb testing.TB, path string, items int) (took time.Duration, grown int64) {
	tb.Helper()
	ctx := context.Background()
	server := pagesOf(tb, items)
	store, err := storage.Open(ctx, path)
	if err != nil {
		tb.Fatal(err)
	}
	defer store.Close()
	region, err := store.CreateRegion(ctx, owner, "Край", "Asia/Yekaterinburg", "ru", []storage.NewTopic{{Code: "roads", Name: "Дороги", Importance: storage.Normal, Rules: []string{"яма | выбоина | колея", "асфальт -реклама"}}})
	if err != nil {
		tb.Fatal(err)
	}
	group, err := store.MeetChat(ctx, -100, storage.Supergroup, "Администраторы", 1)
	if err == nil {
		err = store.BindGroup(ctx, owner, region, group.ID, true)
	}
	if err != nil {
		tb.Fatal(err)
	}
	id, err := store.AddSource(ctx, owner, storage.Source{Region: region, Network: "paged", Kind: "community", URL: server.URL, Address: "1"}, 0)
	if err != nil {
		tb.Fatal(err)
	}
	m, err := New(store, Config{Recent: 1000, networks: []network{{name: "paged", prefix: "TEST", every: time.Minute, parallel: 1,
		open: func(with setup) (Network, error) { return paged{with.client(configured), server.URL}, nil }}}}, zerolog.Nop())
	if err == nil {
		err = m.loadRules(ctx)
	}
	if err != nil {
		tb.Fatal(err)
	}
	before := residentNow(tb)
	start := time.Now()
	for read := 0; read < items; read += pagesAtOnce * readPage {
		if _, err := m.read(ctx, id); err != nil {
			tb.Fatal(err)
		}
	}
	took, grown = time.Since(start), residentPeak(tb)-before
	if n, err := store.CountIncidents(ctx, region, 0, storage.New); err != nil || int(n) != items {
		tb.Fatalf("%d of %d items are incidents, %v", n, items, err)
	}
	return took, grown
}

// timePlain decodes the same pages and writes the same rows, in as many
// transactions, into an empty database with the same schema and settings.
func timePlain(tb testing.TB, path string, items int) time.Duration {
	tb.Helper()
	ctx := context.Background()
	server := pagesOf(tb, items)
	from, err := sql.Open("sqlite3", "file:"+path+"?mode=ro")
	if err != nil {
		tb.Fatal(err)
	}
	defer from.Close()
	copied := path + ".plain"
	if _, err := from.ExecContext(ctx, "VACUUM INTO ?", copied); err != nil {
		tb.Fatal(err)
	}
	to, err := sql.Open("sqlite3", "file:"+copied+"?_journal_mode=WAL&_synchronous=FULL&_foreign_keys=0&_txlock=immediate&_cache_size=-8192")
	if err != nil {
		tb.Fatal(err)
	}
	defer to.Close()
	to.SetMaxOpenConns(1)
	exec := func(query string) {
		if _, err := to.ExecContext(ctx, query); err != nil {
			tb.Fatal(err)
		}
	}
	exec("DROP TRIGGER IF EXISTS events_no_delete")
	for _, table := range slices.Backward(readTables) {
		exec("DELETE FROM " + table)
	}
	exec("PRAGMA foreign_keys = 1")
	network, took := paged{http.DefaultClient, server.URL}, time.Duration(0)
	totals, pages := map[string]int{}, items/readPage
	for _, table := range readTables {
		n := 0
		if err := from.QueryRowContext(ctx, "SELECT max(rowid) FROM "+table).Scan(&n); err != nil || n < items {
			tb.Fatalf("%s has %d rows, %v", table, n, err)
		}
		totals[table] = n
	}
	for page := range pages {
		rows := map[string][][]any{}
		for _, table := range readTables {
			rows[table] = rowsOf(tb, from, table, totals[table]*page/pages, totals[table]*(page+1)/pages)
		}
		start := time.Now()
		if _, _, err := network.page(ctx, strconv.Itoa(page)); err != nil {
			tb.Fatal(err)
		}
		if err := writeRows(ctx, to, rows); err != nil {
			tb.Fatal(err)
		}
		took += time.Since(start)
	}
	return took
}

// rowsOf reads a part of a table's rows.
func rowsOf(tb testing.TB, db *sql.DB, table string, after, last int) (list [][]any) {
	tb.Helper()
	rows, err := db.Query("SELECT * FROM "+table+" WHERE rowid > ? AND rowid <= ? ORDER BY rowid", after, last)
	if err != nil {
		tb.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		tb.Fatal(err)
	}
	for rows.Next() {
		row, to := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			to[i] = &row[i]
		}
		if err := rows.Scan(to...); err != nil {
			tb.Fatal(err)
		}
		list = append(list, row)
	}
	if err := rows.Err(); err != nil {
		tb.Fatal(err)
	}
	return list
}

func writeRows(ctx context.Context, db *sql.DB, rows map[string][][]any) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	for _, table := range readTables {
		if len(rows[table]) == 0 {
			continue
		}
		insert, err := tx.PrepareContext(ctx, "INSERT INTO "+table+" VALUES (?"+strings.Repeat(", ?", len(rows[table][0])-1)+")")
		if err != nil {
			return err
		}
		defer insert.Close()
		for _, row := range rows[table] {
			if _, err := insert.ExecContext(ctx, row...); err != nil {
				return fmt.Errorf("insert into %s: %w", table, err)
			}
		}
	}
	return tx.Commit()
}

// residentNow is the memory that the process holds, and begins a new peak.
func residentNow(tb testing.TB) int64 {
	tb.Helper()
	runtime.GC()
	debug.FreeOSMemory()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		return 0 // no such file here: nobody can tell
	}
	return statusLine("VmRSS:")
}

// residentPeak is the most that it held since.
func residentPeak(tb testing.TB) int64 {
	tb.Helper()
	return statusLine("VmHWM:")
}

func statusLine(name string) int64 {
	text, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == name {
			n, _ := strconv.ParseInt(fields[1], 10, 64)
			return n << 10
		}
	}
	return 0
}

// readingCost is what one reading took.
type readingCost struct {
	ratio float64 // our speed to that of plain inserts
	grown int64   // resident memory more, bytes
}

func reading(tb testing.TB, items int) readingCost {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "otklik.db")
	ours, grown := timeReading(tb, path, items)
	plain := timePlain(tb, path, items)
	ratio := plain.Seconds() / ours.Seconds()
	tb.Logf("%d items: read in %v (%.0f a second), decoded and inserted in %v: ratio %.2f; %.0f MB resident more", items,
		ours.Round(time.Millisecond), float64(items)/ours.Seconds(), plain.Round(time.Millisecond), ratio, float64(grown)/(1<<20))
	return readingCost{ratio: ratio, grown: grown}
}

// Reading takes at most twice as long as decoding the same JSON and writing the
// same rows with nothing around it. The best of five counts: the machine may
// have other work. The race detector slows our code alone and keeps a shadow of
// all that it sees, so under it neither the ratio nor the memory says anything.
func TestReadingIsHalfAsFastAsPlainInserts(t *testing.T) {
	if raceDetector() {
		reading(t, 10_000)
		return
	}
	best := 0.0
	for range 5 {
		r := reading(t, 10_000)
		if r.grown > 60<<20 {
			t.Errorf("the reading took %d MB, want 60 at most", r.grown>>20)
		}
		if best = max(best, r.ratio); best >= 0.5 {
			return
		}
	}
	t.Errorf("the best ratio is %.2f, want 0.5 at least", best)
}

func raceDetector() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

// BenchmarkReading is the same with 100,000 items: go test ./monitor -run - -bench Reading -benchtime 1x
func BenchmarkReading(b *testing.B) {
	for range b.N {
		cost := reading(b, 100_000)
		b.ReportMetric(cost.ratio, "ratio")
		b.ReportMetric(float64(cost.grown>>20), "MB")
	}
}
