package monitor

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/time/rate"

	"otklik/monitor/sandbox"
	"otklik/storage"
)

const (
	vkBulkWalls    = 20
	vkBulkPosts    = 100 // of a wall
	vkBulkComments = 49  // under each
	vkBulk         = vkBulkWalls * vkBulkPosts * (1 + vkBulkComments)

	vkBulkURL = "VK_BULK_URL" // tells a process of this test to read, and where
	vkBulkDB  = "VK_BULK_DB"  // and where to write
)

// BenchmarkVKReadsAHundredThousand reads 100,000 complaints from a server of this
// machine into an empty database, in a process of its own, and tells how fast
// that is beside decoding the same answers and inserting the same rows, and what
// memory it took.
func BenchmarkVKReadsAHundredThousand(b *testing.B) {
	v, walls := vkBulkNetwork()
	keep := &vkKept{next: v, answers: map[string][]byte{}}
	server := httptest.NewServer(keep)
	defer server.Close()
	var ratio, read, memory float64
	for b.Loop() {
		path := filepath.Join(b.TempDir(), "otklik.db")
		vkBulkPrepare(b, path, walls)
		vkBulkRead(b, server.URL, path+".first") // so that the server has its answers at hand
		took, grown := vkBulkRead(b, server.URL, path)
		plain := vkBulkPlain(b, keep, path)
		ratio, read, memory = plain.Seconds()/took.Seconds(), vkBulk/took.Seconds(), grown
	}
	b.ReportMetric(ratio, "of-plain-speed")
	b.ReportMetric(read, "items/s")
	b.ReportMetric(memory, "MB-grown")
}

// vkBulkNetwork is full of complaints of the last hours.
func vkBulkNetwork() (*sandbox.VK, []string) {
	v := sandbox.NewVK(sandbox.VKOptions{})
	var walls []string
	for i := range vkBulkWalls {
		w := v.Community(fmt.Sprint("Двор ", i), "")
		walls = append(walls, fmt.Sprint(w.OwnerID()))
		for n := range vkBulkPosts {
			p := w.Post("Житель 1", vkBulkText(i, n, 0), sandbox.PostOptions{At: time.Now().Add(-time.Duration(n) * time.Minute)})
			for c := range vkBulkComments {
				p.Comment(fmt.Sprint("Житель ", c), vkBulkText(i, n, c+1))
			}
		}
	}
	return v, walls
}

func vkBulkText(wall, post, comment int) string {
	return fmt.Sprintf("Уважаемая администрация! На улице Садовой возле дома %d уже третий месяц не могут заделать яму на дороге. "+
		"Вчера в неё снова попала машина скорой помощи, а маршрутки объезжают её по тротуару, по которому дети идут в школу. "+
		"Обращались в управляющую компанию по телефону 8 912 345-%02d-%02d, ответа нет. Просим принять меры.", wall+1, post, comment)
}

// vkKept answers what was asked before with the same bytes.
type vkKept struct {
	next    http.Handler
	mu      sync.Mutex
	answers map[string][]byte
}

func (k *vkKept) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm() // a broken form is answered by the network
	key := r.URL.Path + "?" + r.PostForm.Encode()
	k.mu.Lock()
	body := k.answers[key]
	k.mu.Unlock()
	if body == nil {
		got := httptest.NewRecorder()
		k.next.ServeHTTP(got, r)
		body = got.Body.Bytes()
		k.mu.Lock()
		k.answers[key] = body
		k.mu.Unlock()
	}
	_, _ = w.Write(body) // who went away does not want it
}

// vkBulkPrepare makes two databases with the walls as sources.
func vkBulkPrepare(b *testing.B, path string, walls []string) {
	b.Helper()
	for _, p := range []string{path, path + ".first", path + ".plain"} {
		store, err := storage.Open(b.Context(), p)
		if err != nil {
			b.Fatal(err)
		}
		region, err := store.CreateRegion(b.Context(), owner, "Область", "Asia/Yekaterinburg", "ru", []storage.NewTopic{
			{Code: "roads", Name: "Дороги", Importance: storage.Normal, Rules: []string{"яма", "выбоина | колея"}}})
		if err != nil {
			b.Fatal(err)
		}
		for _, w := range walls {
			if p == path+".plain" {
				continue
			}
			if _, err := store.AddSource(b.Context(), owner, storage.Source{Region: region, Network: "vk", Kind: vkKindCommunity, URL: "https://vk.com/club" + w[1:], Address: w}, 0); err != nil {
				b.Fatal(err)
			}
		}
		if err := store.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// vkBulkRead lets another process read everything; it returns how long that
// took and by how many MB its resident memory grew.
func vkBulkRead(b *testing.B, url, path string) (took time.Duration, grown float64) {
	b.Helper()
	child := exec.CommandContext(b.Context(), os.Args[0], "-test.run=^TestVKBulkReading$", "-test.v")
	child.Env = append(os.Environ(), "GOGC=60", vkBulkURL+"="+url, vkBulkDB+"="+path) // memory as the daemon has it
	out, err := child.CombinedOutput()
	if err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	for line := range strings.SplitSeq(string(out), "\n") {
		if _, facts, ok := strings.Cut(line, "bulk read: "); ok {
			var ns, before, after int64
			if _, err := fmt.Sscan(facts, &ns, &before, &after); err != nil {
				b.Fatal(err)
			}
			return time.Duration(ns), float64(after-before) / 1024
		}
	}
	b.Fatalf("the reading told nothing:\n%s", out)
	return 0, 0
}

// TestVKBulkReading is the process of the benchmark; of itself it does nothing.
func TestVKBulkReading(t *testing.T) {
	url := os.Getenv(vkBulkURL)
	if url == "" {
		return
	}
	store, err := storage.Open(t.Context(), os.Getenv(vkBulkDB))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	counts := &tally{}
	m, err := New(store, Config{Observer: counts, networks: []network{{name: "vk", prefix: "TEST", every: time.Minute, parallel: vkParallel, open: func(s setup) (Network, error) {
		n, err := openVK(setupOf(vkSettings{Token: []string{sandbox.DefaultServiceToken}, URL: url}, s.client(configured)))
		if err == nil {
			n.(*vk).readers[0].second.SetLimit(rate.Inf)
		}
		return n, err
	}}}}, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	before, start := vkResident(t, "VmRSS"), time.Now()
	stop := run(t, m)
	for fresh := 0; fresh < vkBulk; {
		time.Sleep(10 * time.Millisecond)
		counts.mu.Lock()
		fresh = counts.posts["vk new"]
		counts.mu.Unlock()
	}
	took := time.Since(start)
	stop()
	t.Log("bulk read:", took.Nanoseconds(), before, vkResident(t, "VmHWM"))
}

// vkResident is a line of /proc/self/status, in kB.
func vkResident(t *testing.T, name string) int64 {
	raw, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(string(raw), "\n") {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			n, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Fatalf("/proc/self/status has no %s", name)
	return 0
}

// vkBulkTables are those that a registered incident has rows in.
var vkBulkTables = []string{"posts", "incidents", "incident_posts", "events", "deadlines", "messages", "outbox"}

// vkBulkPlain decodes the same answers and inserts the same rows.
func vkBulkPlain(b *testing.B, keep *vkKept, path string) time.Duration {
	b.Helper()
	from, err := sql.Open("sqlite3", "file:"+path+"?mode=ro")
	if err != nil {
		b.Fatal(err)
	}
	defer from.Close()
	to, err := sql.Open("sqlite3", "file:"+path+".plain?_journal_mode=WAL&_synchronous=FULL&_foreign_keys=0&_txlock=immediate&_cache_size=-8192")
	if err != nil {
		b.Fatal(err)
	}
	defer to.Close()
	to.SetMaxOpenConns(1)
	rows := map[string][][]any{}
	for _, table := range vkBulkTables {
		rows[table] = vkRows(b, from, table)
		if _, err := to.ExecContext(b.Context(), "DELETE FROM "+table); err != nil && table != "events" {
			b.Fatal(err)
		}
	}
	start := time.Now()
	for key, body := range keep.answers {
		var reply vkReply
		if err := json.NewDecoder(bytes.NewReader(body)).Decode(&reply); err != nil {
			b.Fatal(err)
		}
		var err error
		if strings.Contains(key, "getComments") {
			err = json.Unmarshal(reply.Response, new(vkList[vkComment]))
		} else {
			err = json.Unmarshal(reply.Response, new(vkList[vkPost]))
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	const batch = 1000
	for at := 0; at < vkBulk; at += batch {
		tx, err := to.BeginTx(b.Context(), nil)
		if err != nil {
			b.Fatal(err)
		}
		for _, table := range vkBulkTables {
			all := rows[table]
			part := all[min(at*len(all)/vkBulk, len(all)):min((at+batch)*len(all)/vkBulk, len(all))]
			if len(part) == 0 {
				continue
			}
			vkInsert(b, tx, table, part)
		}
		if err := tx.Commit(); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(start)
}

func vkInsert(b *testing.B, tx *sql.Tx, table string, rows [][]any) {
	b.Helper()
	insert, err := tx.PrepareContext(b.Context(), "INSERT OR IGNORE INTO "+table+" VALUES ("+strings.Repeat("?, ", len(rows[0])-1)+"?)")
	if err != nil {
		b.Fatal(err)
	}
	defer insert.Close()
	for _, row := range rows {
		if _, err := insert.ExecContext(b.Context(), row...); err != nil {
			b.Fatal(err)
		}
	}
}

func vkRows(b *testing.B, from *sql.DB, table string) (rows [][]any) {
	b.Helper()
	found, err := from.QueryContext(b.Context(), "SELECT * FROM "+table)
	if err != nil {
		b.Fatal(err)
	}
	defer found.Close()
	columns, err := found.Columns()
	if err != nil {
		b.Fatal(err)
	}
	for found.Next() {
		row, at := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			at[i] = &row[i]
		}
		if err := found.Scan(at...); err != nil {
			b.Fatal(err)
		}
		rows = append(rows, row)
	}
	if err := found.Err(); err != nil {
		b.Fatal(err)
	}
	return rows
}
