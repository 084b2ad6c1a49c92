package main

import (
	"database/sql"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"otklik/storage"
)

// The guarantees that a kill could break.
const (
	linePlaced = "an accepted line stands in one incident for each region it concerns"
	pressKept  = "a press is carried out once and not undone"
	answerKept = "an answer is kept, once"
	cardTwice  = "a card comes, at most twice, the second marked"
	dbWhole    = "database and journals are whole"
)

// broken is a guarantee that did not hold.
type broken struct{ guarantee, what string }

// harvest takes over what the journal of Telegram has beyond what is known.
func (k *killed) harvest() {
	var last time.Time
	if n := len(k.calls); n > 0 {
		last = k.calls[n-1].At
	}
	for _, c := range k.telegram.Calls() {
		if c.At.After(last) {
			k.calls = append(k.calls, c)
		}
	}
}

var waitingFigures = regexp.MustCompile(`(?m)^otklik_(?:inbox_waiting|outbox_unknown|outbox_waiting\{[^}]*\}) ([0-9.e+]+)$`)

// drain lets the daemon finish: nothing new comes, and everybody stops when
// nothing is left to do.
func (k *killed) drain(p *process) {
	k.t.Helper()
	k.pausing.Store(true)
	p.becomes("/readyz", 200, 10*time.Second)
	for deadline := time.Now().Add(4 * time.Minute); ; time.Sleep(100 * time.Millisecond) {
		k.harvest()
		quiet := time.Since(time.Unix(0, k.lastAct.Load()))
		if n := len(k.calls); n > 0 {
			quiet = min(quiet, time.Since(k.calls[n-1].At))
		}
		_, figures := p.get("/metrics")
		rest := 0.0
		for _, f := range waitingFigures.FindAllStringSubmatch(figures, -1) {
			v, err := strconv.ParseFloat(f[1], 64)
			if err != nil {
				k.t.Fatal(err)
			}
			rest += v
		}
		if quiet > 3*time.Second && rest == 0 && k.telegram.Pending() == 0 && k.allAccepted() {
			return
		}
		if time.Now().After(deadline) {
			k.t.Errorf("it does not come to an end: %v wait, %d updates are left, quiet for %v\n%s", rest, k.telegram.Pending(), quiet, p.stderr)
			return
		}
	}
}

func (k *killed) allAccepted() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return !slices.ContainsFunc(k.lines, func(l *postLine) bool { return !l.accepted })
}

// compare holds what people and sources were told against the database.
func (k *killed) compare() (found []broken) {
	k.t.Helper()
	k.end()
	k.working.Wait()
	store, err := storage.Open(k.t.Context(), k.database)
	if err != nil {
		k.t.Fatal(err)
	}
	defer store.Close()
	db, err := sql.Open("sqlite3", "file:"+k.database+"?mode=ro")
	if err != nil {
		k.t.Fatal(err)
	}
	defer db.Close()
	found = append(found, k.compareLines(db)...)
	for _, o := range k.offices {
		found = append(found, k.compareActs(store, o)...)
		found = append(found, k.compareAnswers(db, o)...)
		found = append(found, k.compareCards(db, o)...)
	}
	faults, err := store.Integrity(k.t.Context())
	if err != nil {
		k.t.Fatal(err)
	}
	chains, err := store.VerifyJournal(k.t.Context())
	if err != nil {
		k.t.Fatal(err)
	}
	if len(faults)+len(chains) > 0 || store.Held() {
		found = append(found, broken{dbWhole, fmt.Sprintf("%v %+v held: %v", faults, chains, store.Held())})
	}
	return found
}

func (k *killed) compareLines(db *sql.DB) (found []broken) {
	got := map[string][]int64{}
	for _, r := range rowsOf(k.t, db, `SELECT p.url, ip.region_id FROM posts p JOIN incident_posts ip ON ip.post_id = p.id JOIN incidents i ON i.id = ip.incident_id AND i.region_id = ip.region_id ORDER BY ip.region_id`) {
		url := r[0].(string)
		got[url] = append(got[url], r[1].(int64))
	}
	for _, l := range k.lines {
		if diff := cmp.Diff(l.regions, got[l.url]); l.accepted && diff != "" {
			found = append(found, broken{linePlaced, l.url + ": " + diff})
		}
	}
	for _, r := range rowsOf(k.t, db, `SELECT i.id, (SELECT count(*) FROM incident_posts ip WHERE ip.incident_id = i.id) AS n FROM incidents i WHERE n <> 1`) {
		found = append(found, broken{linePlaced, fmt.Sprintf("incident %v has %v posts, want 1", r[0], r[1])})
	}
	return found
}

// compareActs finds each press in the journal of its incident, once. A kill may
// cost a press its toast, never its effect.
func (k *killed) compareActs(store *storage.Store, o *office) (found []broken) {
	for a, press := range o.acts {
		if a.what == "bound" {
			continue
		}
		toast, answered := press.Answered()
		events, err := store.Journal(k.t.Context(), a.incident)
		if err != nil {
			k.t.Fatal(err)
		}
		n := 0
		for _, e := range events {
			if string(e.Kind) == a.what {
				n++
			}
			if e.Kind == storage.Undone {
				found = append(found, broken{pressKept, fmt.Sprintf("№%d: something was undone", a.incident)})
			}
		}
		if n != 1 {
			found = append(found, broken{pressKept, fmt.Sprintf("№%d %s: answered %v %q, %d times in the journal", a.incident, a.what, answered, toast.Text, n)})
		}
	}
	return found
}

// compareAnswers finds each text that an official wrote as one version.
func (k *killed) compareAnswers(db *sql.DB, o *office) (found []broken) {
	for incident, text := range o.said {
		var got []string
		for _, r := range rowsOf(k.t, db, `SELECT text, state FROM answers WHERE incident_id = ?`, incident) {
			got = append(got, r[0].(string)+" "+r[1].(string))
		}
		want := text + " draft"
		if _, ok := o.acts[act{"frozen", incident}]; ok {
			want = text + " frozen"
		}
		if _, ok := o.acts[act{"by_hand", incident}]; ok {
			want = text + " done"
		}
		if diff := cmp.Diff([]string{want}, got); diff != "" {
			found = append(found, broken{answerKept, fmt.Sprintf("№%d: %s", incident, diff)})
		}
	}
	return found
}

var cardButton = regexp.MustCompile(`"(menu|answer|show):(\d+)[:"]`)

// compareCards looks at what was sent to an office: the card of each incident
// to the group and its item to the official.
func (k *killed) compareCards(db *sql.DB, o *office) (found []broken) {
	type place struct {
		chat     int64
		incident string
	}
	sent := map[place][]bool{} // whether each was marked
	listed := map[string]bool{}
	for _, c := range k.calls {
		if c.Method != "sendMessage" || !c.Applied || c.ChatID != o.group.ID() && c.ChatID != o.official.ID() {
			continue
		}
		if m := cardButton.FindStringSubmatch(c.Params["reply_markup"]); m != nil && m[1] != "show" {
			at := place{c.ChatID, m[2]}
			sent[at] = append(sent[at], strings.Contains(c.Params["text"], "повтор:"))
			continue
		}
		for _, m := range cardButton.FindAllStringSubmatch(c.Params["reply_markup"], -1) {
			listed[m[2]] = true
		}
	}
	for at, marks := range sent {
		if len(marks) > 2 || len(marks) == 2 && !marks[1] {
			found = append(found, broken{cardTwice, fmt.Sprintf("№%s in %d came %d times, marked %v", at.incident, at.chat, len(marks), marks)})
		}
	}
	for _, r := range rowsOf(k.t, db, `SELECT i.id, (SELECT count(*) FROM messages m JOIN outbox o ON o.message_id = m.id WHERE m.incident_id = i.id AND m.kind = 'card' AND o.error = 'unknown') FROM incidents i WHERE i.region_id = ?`, o.id) {
		id := fmt.Sprint(r[0])
		if len(sent[place{o.group.ID(), id}]) == 0 && !listed[id] && r[1].(int64) == 0 {
			found = append(found, broken{cardTwice, "№" + id + " never came to its group"})
		}
	}
	return found
}

// tally says what happened, for the log.
func (k *killed) tally() string {
	presses, answers, marked := 0, 0, 0
	for _, o := range k.offices {
		presses, answers = presses+len(o.acts), answers+len(o.said)
	}
	for _, c := range k.calls {
		if strings.Contains(c.Params["text"], "повтор:") {
			marked++
		}
	}
	return fmt.Sprintf("%d lines, %d presses, %d answers, %d calls, %d messages marked as repeated", len(k.lines), presses, answers, len(k.calls), marked)
}

// wantLoad fails when so little happened that nothing was proved.
func (k *killed) wantLoad(rounds int) {
	k.t.Helper()
	did := map[string]int{}
	for _, o := range k.offices {
		for a := range o.acts {
			did[a.what]++
		}
	}
	for _, what := range []string{"assigned", "dismissed", "accepted", "frozen", "by_hand", "closed"} {
		if did[what] < rounds/20 {
			k.t.Errorf("%d kills and only %d times %q: %v", rounds, did[what], what, did)
		}
	}
	if len(k.lines) < rounds {
		k.t.Errorf("%d kills and only %d lines", rounds, len(k.lines))
	}
}

// rowsOf reads all rows of a query.
func rowsOf(t interface {
	Helper()
	Fatal(...any)
}, db *sql.DB, query string, args ...any) (list [][]any) {
	t.Helper()
	rows, err := db.Query(query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		row, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		list = append(list, row)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}
