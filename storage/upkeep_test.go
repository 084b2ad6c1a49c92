package storage

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const retention = 90 * 24 * time.Hour

var keeping = Keeping{Texts: retention, Recent: 100}

func TestQuietIncidentsClose(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		id := w.answered()
		s.Advance(3*24*time.Hour - time.Minute)
		w.check(w.Upkeep(w.ctx, keeping))
		if i := w.get(id); i.State != Answered {
			t.Errorf("before its time it is %s", i.State)
		}
		s.Advance(2 * time.Minute)
		for range 2 {
			w.check(w.Upkeep(w.ctx, keeping))
		}
		if i := w.get(id); i.State != Closed {
			t.Errorf("after three days it is %s", i.State)
		}
		kinds := w.kinds(id)
		if kinds[len(kinds)-1] != "closed by system" {
			t.Errorf("the journal ends with %v", kinds)
		}
		w.wantSound()
	})
}

func TestErasure(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		other := w.newRegion("Нагорный край")
		shared := w.found()
		shared.Post.AuthorHash = []byte("author")
		shared.Matches = append(shared.Matches, Match{Region: other, Topic: w.topicOf(other), Importance: Normal})
		saved := w.save(shared)[0]
		mine, theirs := saved.Incidents[0], saved.Incidents[1]
		own := w.found()
		ownPost := w.save(own)[0]
		// mine has a post of its own too.
		_, err := w.write.ExecContext(w.ctx, `UPDATE incident_posts SET incident_id = $1 WHERE incident_id = $2`, mine, ownPost.Incidents[0])
		w.check(err)
		w.do(w.Dismiss(w.ctx, w.admin, mine, "other", "Слова"))
		texts := func() map[string]string {
			found := map[string]string{}
			for name, id := range map[string]int64{"own": ownPost.Post, "shared": saved.Post} {
				p := mustBe[Post](t)(w.Post(w.ctx, id))
				found[name] = fmt.Sprintf("%s %v %v", p.State, p.Text != "", p.AuthorHash != nil)
			}
			return found
		}
		s.Advance(retention - time.Minute)
		w.check(w.Upkeep(w.ctx, keeping))
		if diff := cmp.Diff(map[string]string{"own": "ready true false", "shared": "ready true true"}, texts()); diff != "" {
			t.Errorf("before its time:\n%s", diff)
		}
		s.Advance(2 * time.Minute)
		w.check(w.Upkeep(w.ctx, keeping))
		// The other region still works with the shared one.
		if diff := cmp.Diff(map[string]string{"own": "erased false false", "shared": "ready true true"}, texts()); diff != "" {
			t.Errorf("in time:\n%s", diff)
		}
		w.do(w.Dismiss(w.ctx, w.admin, theirs, "other", ""))
		w.check(w.Upkeep(w.ctx, keeping))
		if diff := cmp.Diff(map[string]string{"own": "erased false false", "shared": "ready true true"}, texts()); diff != "" {
			t.Errorf("after the other region dismissed it:\n%s", diff)
		}
		s.Advance(retention + time.Minute)
		w.check(w.Upkeep(w.ctx, keeping))
		if diff := cmp.Diff(map[string]string{"own": "erased false false", "shared": "erased false false"}, texts()); diff != "" {
			t.Errorf("at last:\n%s", diff)
		}
		if again := w.save(shared)[0]; again.Result != Duplicate {
			t.Errorf("an erased post that comes again: %+v", again)
		}
		w.wantSound()
	})
}

// TestNoWordStays closes an incident that was talked and written about, and
// looks for the words in every column of the database when their time is over.
func TestNoWordStays(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		id := w.incident(byHand, func(f *Found) {
			f.Post.ParentText, f.Post.SourceName, f.Post.AuthorHash = "СЛОВО", "СЛОВО", []byte("СЛОВО")
		})
		w.check(s.tx(w.ctx, func(t *tx) error { return t.exec(`UPDATE posts SET text = 'СЛОВО'`) }))
		w.do(w.Assign(w.ctx, w.admin, id, w.first.role))
		w.check(w.Ask(w.ctx, w.first.Actor, id, "СЛОВО?"))
		part := DraftPart{Chat: w.first.chat, Telegram: 7, Text: "СЛОВО, да", Files: []File{{Bot: 1, Kind: "photo", Address: "СЛОВО"}}}
		w.check(failing(w.SaveDraft(w.ctx, w.first.Actor, id, part)))
		part.Text = "СЛОВО, нет"
		a := mustBe[Answer](t)(w.SaveDraft(w.ctx, w.first.Actor, id, part))
		w.do(w.Publish(w.ctx, w.first.Actor, id, a.Version, 0))
		w.check(failing(w.RefuseLinks(w.ctx, id, []string{"https://vk.com/СЛОВО"}, 1)))
		w.do(w.PublishedByHand(w.ctx, w.first.Actor, id, ByHandProof{}))
		found := Found{Post: w.post(1), Fate: PostEdited}
		found.Post.Text = "Другое СЛОВО"
		w.save(found)
		w.save(Found{AsReply: meaning(NotSolved), Post: Post{Network: "vk", Kind: "comment", ExternalID: "-1_1_2", URL: "https://vk.com/wall-1_1?reply=2", ParentURL: found.Post.URL,
			Text: "СЛОВО жителя", AuthorHash: []byte("СЛОВО"), State: Ready, PublishedAt: s.Now()}})
		w.check(w.Notify(w.ctx, w.region, Notice{Code: "source_ok", Params: Params{"samples": []string{"СЛОВО"}}}, ""))
		w.deliver()
		w.do(w.CloseIncident(w.ctx, w.admin, id))
		w.check(w.Upkeep(w.ctx, keeping))
		if len(w.holding("СЛОВО")) < 9 {
			t.Fatalf("the word stood only in %v", w.holding("СЛОВО"))
		}
		s.Advance(retention + time.Minute)
		w.check(w.Upkeep(w.ctx, keeping))
		if left := w.holding("СЛОВО"); len(left) > 0 {
			t.Errorf("the word still stands in %v", left)
		}
		// What is said about it later is erased in its time, too.
		w.do(w.Reopen(w.ctx, w.admin, id, "СЛОВО"))
		w.do(w.CloseUnpublished(w.ctx, w.first.Actor, id, "СЛОВО"))
		w.check(w.Upkeep(w.ctx, keeping))
		if len(w.holding("СЛОВО")) == 0 {
			t.Error("the words of the second round went too early")
		}
		s.Advance(retention + time.Minute)
		w.check(w.Upkeep(w.ctx, keeping))
		w.check(w.Comment(w.ctx, w.admin, id, "СЛОВО"))
		w.check(w.Upkeep(w.ctx, keeping))
		if left := w.holding("СЛОВО"); len(left) > 0 {
			t.Errorf("after the second round the word stands in %v", left)
		}
		w.wantSound()
	})
}

// failing is the error of a call whose value nobody asks for.
func failing[T any](_ T, err error) error { return err }

// holding are the columns, table and name, that hold a word.
func (w *world) holding(word string) (list []string) {
	w.t.Helper()
	query := `SELECT m.name || ' ' || c.name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE '%goose%'`
	text := `cast(%s AS text)`
	if w.engine.name() == "postgres" {
		query = `SELECT table_name || ' ' || column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name NOT LIKE '%goose%' AND data_type IN ('text', 'bytea')`
		text = `CASE WHEN pg_typeof(%[1]s) = 'bytea'::regtype THEN encode(%[1]s::text::bytea, 'escape') ELSE %[1]s::text END`
	}
	columns, err := all(w.ctx, w.read, scalar[string], query)
	w.check(err)
	for _, c := range columns {
		table, column, _ := strings.Cut(c, " ")
		if w.number(`SELECT count(*) FROM `+table+` WHERE `+fmt.Sprintf(text, `"`+column+`"`)+` LIKE $1`, "%"+word+"%") > 0 {
			list = append(list, c)
		}
	}
	return list
}

func TestUnmatchedPendingKeepsNothing(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		f := w.found()
		f.Post.Text, f.Post.State, f.Matches = "", Pending, nil
		w.save(f)
		f.Post.Text, f.Post.State = "Продам гараж", Ready
		if got := w.save(f)[0]; got.Result != Unmatched {
			t.Errorf("it became %+v", got)
		}
		if left := w.holding("Продам гараж"); len(left) > 0 {
			t.Errorf("the text stands in %v", left)
		}
		if n := mustBe[[]Post](t)(s.PendingPosts(w.ctx, 10)); len(n) > 0 {
			t.Errorf("still pending: %+v", n)
		}
		if got := w.save(f)[0]; got.Result != Duplicate {
			t.Errorf("again it became %+v", got)
		}
	})
}

// TestErasedPostOfAnotherRegion: a region that comes later gets the text.
func TestErasedPostOfAnotherRegion(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		f := w.found()
		id := w.save(f)[0].Incidents[0]
		w.do(w.Dismiss(w.ctx, w.admin, id, "other", ""))
		s.Advance(retention + time.Minute)
		w.check(w.Upkeep(w.ctx, keeping))
		other := w.newRegion("Нагорный край")
		f.Matches = append(f.Matches, Match{Region: other, Topic: w.topicOf(other), Importance: Normal})
		got := w.save(f)[0]
		if got.Result != Fresh || len(got.Incidents) != 2 {
			t.Fatalf("it became %+v", got)
		}
		if p := mustBe[Post](t)(s.Post(w.ctx, got.Post)); p.Text != f.Post.Text || p.State != Ready {
			t.Errorf("the post is %+v", p)
		}
	})
}

func TestWhatIsDoneGoes(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		w.check(w.SaveUpdates(w.ctx, 1, []Update{{ID: 1, Lane: 1, Raw: []byte("{}")}, {ID: 2, Lane: 1, Raw: []byte("{}")}}))
		w.check(w.FinishUpdate(w.ctx, 1, 1))
		w.check(w.Call(w.ctx, w.group))
		w.check(w.KeepText(w.ctx, w.region, []string{"a", "b"}))
		w.check(w.OpenDialog(w.ctx, Dialog{Person: w.first.Person, Chat: w.first.chat, Kind: "answer"}))
		count := func() map[string]int64 {
			found := map[string]int64{}
			for _, table := range []string{"inbox", "calls", "recent_texts", "dialogs"} {
				found[table] = w.number(`SELECT count(*) FROM ` + table)
			}
			return found
		}
		w.check(w.Upkeep(w.ctx, keeping))
		if diff := cmp.Diff(map[string]int64{"inbox": 2, "calls": 1, "recent_texts": 2, "dialogs": 1}, count()); diff != "" {
			t.Errorf("at once:\n%s", diff)
		}
		s.Advance(8 * 24 * time.Hour)
		w.check(w.Upkeep(w.ctx, keeping))
		if diff := cmp.Diff(map[string]int64{"inbox": 2, "calls": 0, "recent_texts": 0, "dialogs": 0}, count()); diff != "" {
			t.Errorf("after a week:\n%s", diff)
		}
		s.Advance(7 * 24 * time.Hour)
		w.check(w.Upkeep(w.ctx, keeping))
		if diff := cmp.Diff(map[string]int64{"inbox": 1, "calls": 0, "recent_texts": 0, "dialogs": 0}, count()); diff != "" {
			t.Errorf("after a fortnight:\n%s", diff)
		}
	})
}

func TestRecentTextsAreLimited(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		other := w.newRegion("Нагорный край")
		w.check(w.KeepText(w.ctx, other, []string{"чужой"}))
		_, err := w.write.ExecContext(w.ctx, `
			WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <= $1)
			INSERT INTO recent_texts (region_id, text, found_at) SELECT $2, 'текст', $3 FROM n`, 2*sweepAtOnce, w.region, ms(w.Now())-1)
		w.check(err)
		w.check(w.KeepText(w.ctx, w.region, []string{"последний"}))
		w.check(w.Upkeep(w.ctx, keeping))
		if n := w.number(`SELECT count(*) FROM recent_texts WHERE region_id = $1`, w.region); n != int64(keeping.Recent) {
			t.Errorf("%d texts are kept", n)
		}
		if n := w.number(`SELECT count(*) FROM recent_texts WHERE text IN ('последний', 'чужой')`); n != 2 {
			t.Error("the newest or another region's text went")
		}
		w.check(w.Upkeep(w.ctx, Keeping{Texts: retention}))
		if n := w.number(`SELECT count(*) FROM recent_texts`); n != 0 {
			t.Errorf("%d texts are kept though none shall be", n)
		}
	})
}

func TestASilentSourceIsToldOnce(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		id, err := w.AddSource(w.ctx, w.admin, Source{Region: w.region, Network: "vk", Kind: "community", URL: "https://vk.com/perm59", Address: "perm59", Name: "Пермь 59"}, 0)
		w.check(err)
		read := func(posts ...Found) {
			_, err := w.SavePosts(w.ctx, &Progress{Source: id, Next: w.Now()}, posts)
			w.check(err)
		}
		told := func(want int) {
			t.Helper()
			w.check(w.Upkeep(w.ctx, Keeping{Texts: 90 * 24 * time.Hour}))
			if n := w.number(`SELECT count(*) FROM messages WHERE kind = 'notice' AND payload LIKE '%source_silent%'`); n != int64(want) {
				t.Errorf("told %d times, want %d", n, want)
			}
		}
		post := Found{Post: Post{Network: "vk", Kind: "post", ExternalID: "-1_1", Text: "о погоде", PublishedAt: w.Now()}}
		read(post)
		w.Advance(3 * 24 * time.Hour)
		read()
		told(0)
		w.Advance(25 * time.Hour)
		read()
		told(1)
		told(1)
		post.Post.ExternalID, post.Post.PublishedAt = "-1_2", w.Now()
		read(post)
		w.Advance(5 * 24 * time.Hour)
		told(2)
	})
}

// TestMergedPostsAreKept: the posts of a merged incident are those of the one
// that goes on, and stay as long as its own.
func TestMergedPostsAreKept(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		into := w.incident()
		f := w.found()
		f.Signature, f.Matches[0].Similar = []byte("signature"), w.twinOf(into)
		saved := w.save(f)[0]
		id := saved.Incidents[0]
		w.do(w.Merge(w.ctx, w.admin, id, into))
		s.Advance(retention + time.Minute)
		w.check(w.Upkeep(w.ctx, keeping))
		if p := mustBe[Post](t)(w.Post(w.ctx, saved.Post)); p.State != Ready || p.Text == "" {
			t.Errorf("while it is worked on: %+v", p)
		}
		w.do(w.Dismiss(w.ctx, w.admin, into, "other", ""))
		s.Advance(retention + time.Minute)
		w.check(w.Upkeep(w.ctx, keeping))
		if p := mustBe[Post](t)(w.Post(w.ctx, saved.Post)); p.State != Erased || p.Text != "" {
			t.Errorf("when its time is over: %+v", p)
		}
		for _, query := range []string{`SELECT count(*) FROM posts WHERE signature IS NOT NULL`, `SELECT count(*) FROM proposals`} {
			if n := w.number(query); n != 0 {
				t.Errorf("%s: %d", query, n)
			}
		}
		w.do(w.Split(w.ctx, w.admin, id))
		if i := w.get(id); i.State != New || i.Posts != 1 {
			t.Errorf("split off at last: %+v", i)
		}
		w.wantSound()
	})
}
