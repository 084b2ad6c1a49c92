package storage

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mattn/go-sqlite3"
)

// recorder opens connections of SQLite that remember the statements they ran.
type recorder struct {
	dsn  string
	mu   *sync.Mutex
	seen map[string]bool
}

func (r recorder) Driver() driver.Driver { return &sqlite3.SQLiteDriver{} }

func (r recorder) Connect(context.Context) (driver.Conn, error) {
	c, err := r.Driver().Open(r.dsn)
	if err != nil {
		return nil, err
	}
	return recordedConn{c.(*sqlite3.SQLiteConn), r}, nil
}

type recordedConn struct {
	*sqlite3.SQLiteConn
	recorder
}

func (c recordedConn) note(query string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen[query] = true
}

// QueryContext implements driver.QueryerContext.
func (c recordedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	c.note(query)
	return c.SQLiteConn.QueryContext(ctx, query, args)
}

// ExecContext implements driver.ExecerContext.
func (c recordedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	c.note(query)
	return c.SQLiteConn.ExecContext(ctx, query, args)
}

// recorded is a world whose statements are remembered.
func recorded(t *testing.T) (*world, map[string]bool) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "otklik.db")
	s := open(t, path)
	w := newWorld(t, s)
	seen := map[string]bool{}
	record := func(db **sql.DB, options string, connections int) {
		if err := (*db).Close(); err != nil {
			t.Fatal(err)
		}
		*db = sql.OpenDB(recorder{"file:" + path + options, &sync.Mutex{}, seen})
		(*db).SetMaxOpenConns(connections)
		t.Cleanup(func() { _ = (*db).Close() })
	}
	record(&s.write, sqliteWriter, 1)
	record(&s.read, sqliteReader, 1)
	return w, seen
}

// growing are the tables that hold a row or more for each incident there ever
// was, or for each message.
var growing = map[string]bool{
	"incidents": true, "posts": true, "incident_posts": true, "events": true, "event_texts": true, "messages": true, "outbox": true,
	"deadlines": true, "answers": true, "publications": true, "draft_parts": true, "assignments": true, "inbox": true, "recent_texts": true,
	"digest_lines": true, "suggestions": true, "advice": true, "files": true, "uploads": true, "heard": true, "discussions": true, "replies": true, "proposals": true,
}

// aside are full looks at an index that nobody waits for: no person, no writer.
var aside = map[string]bool{
	"SCAN incidents USING COVERING INDEX incidents_state":        true, // a scrape of the gauges
	"SEARCH n USING INTEGER PRIMARY KEY (rowid<?)":               true, // /find walks back from the newest, a page at a time
	"SCAN recent_texts USING COVERING INDEX recent_texts_region": true, // once a minute
}

// usedIndex is the index that a line of a plan names.
var usedIndex = regexp.MustCompile(`INDEX (\w+)`)

var planLine = regexp.MustCompile(`^(SCAN|SEARCH) (\w+)(.*)$`)

// TestPlans asks the engine how it carries out what people and loops wait for:
// nothing may look at every row of a table that grows with the years.
func TestPlans(t *testing.T) {
	w, seen := recorded(t)
	w.busyDay()
	partial := map[string]bool{}
	names, err := all(w.ctx, w.write, scalar[string], `SELECT name FROM sqlite_schema WHERE type = 'index' AND sql LIKE '% WHERE %'`)
	w.check(err)
	for _, n := range names {
		partial[n] = true
	}
	if len(seen) < 120 {
		t.Errorf("only %d statements were seen", len(seen))
	}
	for query := range seen {
		for _, reason := range w.slow(query, partial) {
			t.Errorf("%s\n\t%s", reason, strings.Join(strings.Fields(query), " "))
		}
	}
}

// slow are the lines of a statement's plan that look at too much.
func (w *world) slow(query string, partial map[string]bool) (slow []string) {
	w.t.Helper()
	switch first, _, _ := strings.Cut(strings.TrimSpace(query), " "); strings.ToUpper(first) {
	case "SELECT", "UPDATE", "DELETE", "WITH":
	case "INSERT":
		// The plan of a plain insert names the tables that point here, which are
		// looked at only where a key is broken.
		if !strings.Contains(query, "SELECT") {
			return nil
		}
	default:
		return nil
	}
	aliases := aliasesOf(query)
	rows, err := w.write.QueryContext(w.ctx, "EXPLAIN QUERY PLAN "+query, make([]any, countPlaceholders(query))...)
	if err != nil {
		w.t.Fatalf("%v: %s", err, query)
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var detail string
		w.check(rows.Scan(&id, &parent, &unused, &detail))
		m := planLine.FindStringSubmatch(detail)
		if m == nil {
			continue
		}
		table := m[2]
		if real, ok := aliases[table]; ok {
			table = real
		}
		if !growing[table] {
			continue
		}
		index := ""
		if i := usedIndex.FindStringSubmatch(m[3]); i != nil {
			index = i[1]
		}
		everything := m[1] == "SCAN" || strings.Contains(m[3], "(rowid>?)") || strings.Contains(m[3], "(rowid<?)")
		if everything && !partial[index] && !aside[detail] {
			slow = append(slow, detail)
		}
	}
	w.check(rows.Err())
	return slow
}

func countPlaceholders(query string) int {
	seen := map[string]bool{}
	for _, p := range placeholders.FindAllString(query, -1) {
		seen[p] = true
	}
	return len(seen)
}

var alias = regexp.MustCompile(`(?i)\b(?:FROM|JOIN|,)\s+(\w+)\s+(?:AS\s+)?([a-z])\b`)

func aliasesOf(query string) map[string]string {
	found := map[string]string{}
	for _, m := range alias.FindAllStringSubmatch(query, -1) {
		found[m[2]] = m[1]
	}
	return found
}

// busyDay does what people and loops do.
func (w *world) busyDay() {
	ctx := w.ctx
	w.check(w.SaveUpdates(ctx, 1, []Update{{ID: 1, Lane: 1, Raw: []byte("{}")}, {ID: 2, Lane: 1, Raw: []byte("{}")}}))
	w.check(w.FinishUpdate(ctx, 1, 1))
	_, err := w.FailUpdate(ctx, 1, 2, "x")
	w.check(err)
	a, b := w.incident(), w.incident(byHand)
	found := w.found()
	w.save(found)
	w.save(found)
	w.check(w.PostGone(ctx, 2))
	w.do(w.Assign(ctx, w.admin, a, w.first.role))
	w.do(w.Accept(ctx, w.first.Actor, a))
	w.check(w.Ask(ctx, w.first.Actor, a, "?"))
	w.check(w.Reply(ctx, w.admin, a, "!"))
	draft := mustBe[Answer](w.t)(w.SaveDraft(ctx, w.first.Actor, a, DraftPart{Chat: w.first.chat, Telegram: 5, Text: "Заделали"}))
	w.do(w.Publish(ctx, w.first.Actor, a, draft.Version, 0))
	w.check(w.PublishedAs(ctx, w.take().ID, "1", "https://vk.com/wall-1_1?reply=1"))
	w.publishing()
	w.network(a)
	closed := w.do(w.CloseIncident(ctx, w.admin, a))
	w.do(w.Undo(ctx, w.admin, closed.Event.ID))
	w.do(w.Reopen(ctx, w.admin, a, "ещё раз"))
	w.do(w.Dismiss(ctx, w.admin, b, "other", ""))
	w.check(w.SetImportance(ctx, w.admin, a, High))
	w.check(w.OpenMenu(ctx, 1, "more"))
	w.check(w.PersonUnreachable(ctx, w.second.Person))
	w.check(w.KeepText(ctx, w.region, []string{"a"}))
	w.sender()
	w.overheard()
	w.duplicates()
	w.look(a)
	w.check(w.Upkeep(ctx, keeping))
}

// publishing lets answers meet what they can meet in networks.
func (w *world) publishing() {
	ctx := w.ctx
	photos := func(f *Found) { f.Post.TakesPhotos = 2 }
	stopped := w.frozen()
	w.do(w.Stop(ctx, w.first.Actor, stopped))
	id := w.assigned(photos)
	w.join(id)
	a := mustBe[Answer](w.t)(w.SaveDraft(ctx, w.first.Actor, id, DraftPart{Chat: w.first.chat, Telegram: 6, Text: "Заделали", Files: []File{{Kind: "photo", Address: "a"}, {Kind: "photo", Address: "b"}}}))
	w.do(w.Publish(ctx, w.first.Actor, id, a.Version, 0))
	w.check(w.KeepUpload(ctx, 1, "a.jpg", []byte("a")))
	w.check(w.FailUpload(ctx, 2, "gone"))
	_, _, err := w.Uploaded(ctx, a.ID, 2)
	w.check(err)
	p := w.takeOf(id)
	w.check(w.SendPhotos(ctx, p.ID, 1))
	w.check(w.StopFanOut(ctx, p.ID, "flood"))
	_, err = w.RefuseLinks(ctx, id, []string{"https://vk.com/wall-1_9"}, 5)
	w.check(err)
	w.do(w.PublishedByHand(ctx, w.first.Actor, id, ByHandProof{Publication: p.ID, URL: "https://vk.com/wall-1_1?reply=9", Message: 5}))
	w.do(w.PublishedByHand(ctx, w.first.Actor, id, ByHandProof{}))
	checks := mustBe[[]Check](w.t)(w.OpenChecks(ctx))
	w.check(w.FinishLinkCheck(ctx, checks[len(checks)-1], LinkAbsent, "", ""))
	w.check(w.Relink(ctx, w.first.Actor, id, ByHandProof{Publication: p.ID, URL: "https://vk.com/wall-1_1?reply=10", Message: 6}))
	w.check(w.SetPublishing(ctx, mustBe[[]Post](w.t)(w.OpenPosts(ctx, w.region, 0, 10))))
}

// network does what the networks tell after an answer.
func (w *world) network(incident int64) {
	ctx := w.ctx
	found := w.found()
	found.Post.AuthorHash = author
	w.save(found)
	w.save(became(found, PostEdited, "Теперь опасно"), became(found, PostRemoved, ""), became(found, PostRestored, ""))
	repost := w.found()
	repost.RepostOf = found.Post.ExternalID
	reply := w.found()
	reply.ReplyTo, reply.AsReply, reply.Post.AuthorHash = "1", meaning(NotSolved), author
	own := w.found()
	own.ReplyTo, own.Post.AuthorHash, own.Matches = reply.Post.ExternalID, author, nil
	other := w.found()
	other.Post.AuthorHash, other.Matches = author, nil
	nobody := w.found()
	nobody.ReplyTo = "2"
	w.save(nobody, repost, reply, own, other, became(reply, PostEdited, "Не сделано"), became(reply, PostRemoved, ""))
	threads := mustBe[[]Thread](w.t)(w.DueThreads(ctx, "vk", 10))
	w.check(w.ThreadRead(ctx, threads[0].Publication, w.Now(), w.Now()))
	if _, err := w.PostsToCheck(ctx, "vk", w.Now().Add(time.Hour), 10); err != nil {
		w.t.Fatal(err)
	}
	w.check(w.PostsChecked(ctx, []int64{1, 2}, w.Now()))
	for _, err := range []error{failing(w.Replies(ctx, incident)), failing(w.ReplyByID(ctx, 1)), failing(w.Objected(ctx, w.region, w.Now()))} {
		w.check(err)
	}
}

// duplicates merges and splits, by itself and by hand.
func (w *world) duplicates() {
	first := w.found()
	first.Signature = []byte("a")
	id := w.save(first)[0].Incidents[0]
	twin, like := w.found(), w.found()
	twin.Matches[0].Same, like.Matches[0].Similar = w.twinOf(id), w.twinOf(id)
	other := w.save(twin, like)[1].Incidents[0]
	if _, err := w.Proposal(w.ctx, other); err != nil {
		w.t.Fatal(err)
	}
	parts := mustBe[[]Part](w.t)(w.Parts(w.ctx, id))
	w.do(w.SplitPost(w.ctx, w.admin, id, parts[0].Post))
	w.do(w.Merge(w.ctx, w.admin, other, id))
	w.do(w.Split(w.ctx, w.admin, other))
	c := w.do(w.Merge(w.ctx, w.admin, other, id))
	w.do(w.Undo(w.ctx, w.admin, c.Event.ID))
	w.check(w.Signatures(w.ctx, time.Time{}, func(Signed) bool { return true }))
}

// overheard does what is done with a watched chat.
func (w *world) overheard() {
	c, sources := w.watched(-100500, "dvor", w.region)
	w.check(w.SetMembership(w.ctx, c.ID, Membership{Standing: Member, Hears: true}))
	w.said(10, c, Heard{Message: 5, Text: "Яма", Linked: true, Origin: &ChatPost{Chat: -1007, Message: 3}})
	ids, err := w.HandedTo(w.ctx)
	w.check(err)
	for _, source := range ids {
		_, err := w.SavePosts(w.ctx, &Progress{Source: source, Cursor: "1"}, nil)
		w.check(err)
	}
	_, err = w.DiscussionAt(w.ctx, c.ID, 5)
	w.check(err)
	_, err = w.DiscussionOf(w.ctx, -1007, 3)
	w.check(err)
	p := w.handed(c)
	_, err = w.AnswerUnderway(w.ctx, p.Post, "Заделали")
	w.check(err)
	w.check(w.FailOutgoing(w.ctx, w.nextOut(c), "gone"))
	w.handed(c)
	w.check(w.PauseChat(w.ctx, c.ID, Gone, "kicked", w.Now()))
	w.check(w.RemoveSource(w.ctx, w.admin, w.region, sources[0]))
}

// sender does what the sender does.
func (w *world) sender() {
	ctx := w.ctx
	o := mustBe[Outgoing](w.t)(w.TakeOutgoing(ctx, w.group))
	w.check(w.Sent(ctx, o, 1, 77))
	if m, err := w.TakeEdit(ctx, w.group); err == nil {
		w.check(w.Shown(ctx, m))
	}
	_, err := w.GatherDigest(ctx, w.group, 10)
	w.check(err)
	w.check(w.FoldMenus(ctx))
	w.check(w.Strand(ctx, w.Now()))
	w.check(w.AdoptMessage(ctx, o.Message, 1, 78))
	_, err = w.TakePublication(ctx)
	if err != nil && err.Error() != ErrNotFound.Error() {
		w.check(err)
	}
}

// look reads what people and loops read.
func (w *world) look(incident int64) {
	ctx := w.ctx
	i := w.get(incident)
	must := func(_ any, err error) {
		w.t.Helper()
		if err != nil && err.Error() != ErrNotFound.Error() {
			w.t.Fatal(err)
		}
	}
	for _, f := range []QueueFilter{
		{Region: w.region, States: []State{New}, Limit: 10}, {Region: w.region, States: []State{New, Assigned, Answered}, Limit: 10},
		{Official: w.first.role, States: []State{Assigned}, Limit: 10}, {Region: w.region, Official: w.first.role, States: []State{Assigned}, Limit: 10},
	} {
		must(w.Incidents(ctx, f))
	}
	must(w.CountIncidents(ctx, w.region, 0, New))
	must(w.CountIncidents(ctx, w.region, w.first.role, Assigned))
	w.check(w.IncidentTexts(ctx, w.region, func(IncidentText) bool { return true }))
	must(w.Suggestions(ctx, i, 6))
	must(w.Advise(ctx, incident, Advice{Officials: []Candidate{{Official: w.first.role}}, Reason: "no_facts"}, true))
	must(w.Advice(ctx, incident))
	must(w.SuggestionModel(ctx, i.Region))
	must(w.ErasedIncidents(ctx, i.Region, incident))
	must(w.JournalEnds(ctx))
	must(w.Lines(ctx, i.Region, 3, 100))
	must(w.IncidentLines(ctx, incident, 100))
	must(w.Bodies(ctx, w.region))
	must(w.Officials(ctx, w.region))
	must(w.Posts(ctx, incident))
	must(w.Journal(ctx, incident))
	must(w.Deadlines(ctx, incident))
	must(w.Answer(ctx, incident))
	must(w.Publications(ctx, 1))
	must(w.OpenPosts(ctx, w.region, 0, 10))
	must(w.WantedUploads(ctx))
	must(w.Lanes(ctx))
	must(w.Lane(ctx, w.group))
	must(w.Calls(ctx, w.group, w.Now()))
	must(w.Uncertainties(ctx, w.group))
	must(w.KnownMessages(ctx, w.group, 1))
	must(w.NextMenu(ctx))
	must(w.Message(ctx, w.group, 1, 77))
	must(w.LiveMessage(ctx, incident, w.group, CardMessage))
	must(w.DraftToJoin(ctx, w.first.chat, "album"))
	must(w.AnswerOfMessage(ctx, w.first.chat, 5))
	must(w.Gauges(ctx))
	must(w.NextPublication(ctx))
	must(w.InterruptedPublications(ctx))
	must(w.WaitingUpdates(ctx, 1))
	must(w.PendingPosts(ctx, 10))
	must(w.RecentTexts(ctx, w.region, 10))
	must(w.RecentSince(ctx, w.region))
	must(w.Hits(ctx, w.region, w.Now()))
	must(w.OpenChecks(ctx))
	must(w.Activities(ctx, w.region))
	must(w.Activity(ctx, 1))
	must(w.TokenTroubles(ctx))
	day := Stretch{w.Now().Add(-24 * time.Hour), w.Now()}
	must(w.Summary(ctx, w.region, day, day))
	must(w.Quarters(ctx, w.region, day))
}
