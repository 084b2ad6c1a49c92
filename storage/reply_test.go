package storage

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var author = []byte("the resident")

// published is an incident of the world's resident whose answer stands in the
// network as "-1_N_9", N being the number of its post.
func (w *world) published() (incident int64, post Post, answer string) {
	w.t.Helper()
	incident = w.frozen(func(f *Found) { f.Post.AuthorHash = author })
	p := w.takeOf(incident)
	post = w.post(p.Post)
	answer = post.ExternalID + "_9"
	w.check(w.PublishedAs(w.ctx, p.ID, answer, post.URL+"?reply=9"))
	w.deliver()
	return incident, post, answer
}

// meaning is what a reply says.
func meaning(kind ReplyKind) func() ReplyKind { return func() ReplyKind { return kind } }

// comment is a comment of somebody else, found under a post.
func (w *world) comment(post Post, kind ReplyKind) Found {
	n := w.posts.Add(1)
	return Found{AsReply: meaning(kind), Post: Post{
		Network: post.Network, Kind: "comment", ExternalID: fmt.Sprintf("%s_%d", post.ExternalID, 100+n), URL: fmt.Sprintf("%s?reply=%d", post.URL, 100+n),
		ParentURL: post.URL, Text: fmt.Sprintf("Слова %d", n), State: Ready, AuthorHash: []byte("somebody"), PublishedAt: at(ms(w.Now())),
	}}
}

func TestWhatIsAReply(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		id, post, answer := w.published()
		matches := []Match{{Region: w.region, Topic: w.topic, Importance: Normal}}
		thread := w.number(`SELECT id FROM publications`)
		for name, c := range map[string]struct {
			change func(*Found)
			want   SaveResult
		}{
			"to the answer, by anybody":              {func(f *Found) { f.ReplyTo = answer }, IsReply},
			"to the answer, about a topic":           {func(f *Found) { f.ReplyTo, f.Matches = answer, matches }, IsReply},
			"the resident's, under the same post":    {func(f *Found) { f.Post.AuthorHash = author }, IsReply},
			"the resident's, under the answer":       {func(f *Found) { f.Post.AuthorHash, f.Post.ParentURL = author, post.URL+"?reply=9" }, IsReply},
			"the resident's, about a topic":          {func(f *Found) { f.Post.AuthorHash, f.Matches = author, matches }, IsReply},
			"the resident's, from the thread":        {func(f *Found) { f.Post.AuthorHash, f.Post.ParentURL, f.Thread = author, "", thread }, IsReply},
			"the resident's, somewhere else":         {func(f *Found) { f.Post.AuthorHash, f.Post.ParentURL = author, "https://vk.com/wall-5_5" }, Unmatched},
			"the resident's, before the answer":      {func(f *Found) { f.Post.AuthorHash, f.Post.PublishedAt = author, s.Now().Add(-time.Hour) }, Unmatched},
			"the resident's, in another network":     {func(f *Found) { f.Post.AuthorHash, f.Post.Network = author, "ok" }, Unmatched},
			"somebody's own complaint":               {func(f *Found) { f.Matches = matches }, Fresh},
			"somebody's own complaint in the thread": {func(f *Found) { f.Matches, f.Thread = matches, thread }, Fresh},
			"somebody's word in the thread":          {func(f *Found) { f.Thread = thread }, Unmatched},
			"to somebody else's comment":             {func(f *Found) { f.ReplyTo = "-1_1_77" }, Unmatched},
			"without an author, in the thread":       {func(f *Found) { f.Thread, f.Post.AuthorHash = thread, nil }, Unmatched},
		} {
			f := w.comment(post, OtherReply)
			c.change(&f)
			got := w.save(f)[0]
			if got.Result != c.want {
				t.Errorf("%s: %+v, want %s", name, got, c.want)
			}
			if mine := slices.Contains(got.Incidents, id); mine != (c.want == IsReply) {
				t.Errorf("%s: incidents %v", name, got.Incidents)
			}
		}
		under := w.frozen(func(f *Found) { f.Post.Kind = "comment" })
		comment := w.takeOf(under)
		w.check(w.PublishedAs(w.ctx, comment.ID, "77", "https://vk.com/wall-1_1?reply=77"))
		for name, kind := range map[string]SaveResult{"nobody's, under the complaint": IsReply, "somebody's, under the complaint": Unmatched} {
			f := w.comment(post, OtherReply)
			f.ReplyTo, f.Post.ParentURL = w.post(comment.Post).ExternalID, ""
			if kind == IsReply {
				f.Post.AuthorHash = nil
			}
			if got := w.save(f)[0]; got.Result != kind {
				t.Errorf("%s: %+v, want %s", name, got, kind)
			}
		}
		first := mustBe[[]Reply](t)(w.Replies(w.ctx, id))[0]
		goesOn := w.comment(post, OtherReply)
		goesOn.ReplyTo, goesOn.Post.ParentURL = first.ExternalID, ""
		goesOn.Post.AuthorHash = first.author
		if got := w.save(goesOn)[0]; got.Result != IsReply {
			t.Errorf("under a reply of his own: %+v", got)
		}
		s.Advance(FollowLife)
		late := w.comment(post, OtherReply)
		late.ReplyTo = answer
		if got := w.save(late)[0]; got.Result != Unmatched {
			t.Errorf("after two weeks: %+v", got)
		}
		w.wantSound()
	})
}

// A reply comes by a stream, by reading the source and by reading the thread,
// at once and again: it is one.
func TestReplyIsStoredOnce(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		id, post, answer := w.published()
		direct := w.comment(post, NotSolved)
		direct.ReplyTo = answer
		sources := []Found{direct, direct}
		sources[1].Thread = w.number(`SELECT id FROM publications`)
		var wg sync.WaitGroup
		results := make([]SaveResult, 10)
		for n := range results {
			wg.Go(func() {
				saved, err := w.SavePosts(w.ctx, nil, []Found{sources[n%2]})
				if err != nil {
					t.Error(err)
					return
				}
				results[n] = saved[0].Result
			})
		}
		wg.Wait()
		slices.Sort(results)
		if diff := cmp.Diff(append(slices.Repeat([]SaveResult{Duplicate}, 9), IsReply), results); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		if n := len(mustBe[[]Reply](t)(w.Replies(w.ctx, id))); n != 1 {
			t.Errorf("%d replies", n)
		}
		if diff := cmp.Diff([]string{fmt.Sprintf("card №%d unsolved", id)}, w.outgoing(w.group)); diff != "" {
			t.Errorf("the group (-want +got):\n%s", diff)
		}
		w.wantSound()
	})
}

func TestWhoHearsAReply(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		posts := int64(0)
		for name, c := range map[string]struct {
			kind        ReplyKind
			prepare     func(*world, int64)
			group, chat []string
			state       State
			objected    bool
		}{
			"thanks":                {kind: Thanks, state: Answered},
			"a question":            {kind: OtherReply, chat: []string{"item resident"}, state: Answered},
			"not solved":            {kind: NotSolved, chat: []string{"item unsolved"}, group: []string{"card unsolved"}, state: Answered, objected: true},
			"not solved and closed": {kind: NotSolved, prepare: func(w *world, id int64) { w.do(w.CloseIncident(w.ctx, w.admin, id)) }, chat: []string{"item unsolved"}, group: []string{"card unsolved"}, state: Closed, objected: true},
			"not solved and back already": {kind: NotSolved, prepare: func(w *world, id int64) { w.do(w.Reopen(w.ctx, w.admin, id, "ещё")) },
				chat: []string{"item unsolved"}, state: Assigned},
			"the official left": {kind: NotSolved, prepare: func(w *world, _ int64) { w.check(w.EndRole(w.ctx, w.admin, w.region, w.first.role)) },
				group: []string{"card unsolved"}, state: Answered, objected: true},
			"the official closed the bot": {kind: OtherReply, prepare: func(w *world, _ int64) { w.check(w.PersonUnreachable(w.ctx, w.first.Person)) }, state: Answered},
		} {
			posts += 1000
			w := newWorldOf(t, s, name, posts)
			id, post, answer := w.published()
			if c.prepare != nil {
				c.prepare(w, id)
				w.deliver()
			}
			f := w.comment(post, c.kind)
			f.ReplyTo = answer
			w.save(f)
			number := func(list []string) (out []string) {
				for _, x := range list {
					var kind, reason string
					if _, err := fmt.Sscan(x, &kind, &reason); err != nil {
						t.Fatal(err)
					}
					out = append(out, fmt.Sprintf("%s №%d %s", kind, id, reason))
				}
				return out
			}
			if diff := cmp.Diff(number(c.group), w.outgoing(w.group)); diff != "" {
				t.Errorf("%s: the group (-want +got):\n%s", name, diff)
			}
			if diff := cmp.Diff(number(c.chat), w.outgoing(w.first.chat)); diff != "" {
				t.Errorf("%s: the official (-want +got):\n%s", name, diff)
			}
			i := w.get(id)
			if i.State != c.state || i.ObjectedAt.IsZero() == c.objected {
				t.Errorf("%s: it is %s, objected %v", name, i.State, i.ObjectedAt)
			}
			if e := w.last(id); e.Kind != ReplyCame || e.Actor.Kind != Resident || e.Data.Reason != string(c.kind) || e.Data.Reply == 0 {
				t.Errorf("%s: the journal ends with %+v", name, e)
			}
			w.wantSound()
		}
	})
}

// Several replies within an hour are one message; one that says that nothing
// was solved is never only an edit of a milder one.
func TestRepliesAreGathered(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		id, post, answer := w.published()
		say := func(kind ReplyKind) {
			f := w.comment(post, kind)
			f.ReplyTo = answer
			w.save(f)
		}
		messages := func(what string, group, chat int) {
			t.Helper()
			if g, c := len(w.outgoing(w.group)), len(w.outgoing(w.first.chat)); g != group || c != chat {
				t.Errorf("%s: %d messages to the group and %d to the official, want %d and %d", what, g, c, group, chat)
			}
			w.deliver()
		}
		say(OtherReply)
		say(OtherReply)
		say(Thanks)
		messages("two words and thanks", 0, 1)
		s.Advance(time.Minute)
		say(OtherReply)
		messages("a minute later", 0, 0)
		say(NotSolved)
		messages("not solved", 1, 1)
		for range 20 {
			say(NotSolved)
			say(OtherReply)
		}
		messages("a quarrel", 0, 0)
		s.Advance(replyQuiet)
		say(OtherReply)
		messages("an hour later", 0, 1)
		if n := len(mustBe[[]Reply](t)(w.Replies(w.ctx, id))); n != 46 {
			t.Errorf("%d replies", n)
		}
	})
}

// An incident of which a resident says that nothing was solved does not close
// by itself before the administrators decided.
func TestObjectionStopsTheClose(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		objected, thanked := int64(0), int64(0)
		for kind, id := range map[ReplyKind]*int64{NotSolved: &objected, Thanks: &thanked} {
			incident, post, answer := w.published()
			*id = incident
			f := w.comment(post, kind)
			f.ReplyTo = answer
			w.save(f)
		}
		if list := mustBe[[]Incident](t)(w.Objected(w.ctx, w.region, s.Now().Add(-time.Hour))); len(list) != 1 || list[0].ID != objected {
			t.Errorf("objected: %v", list)
		}
		s.Advance(4 * 24 * time.Hour)
		w.check(w.Upkeep(w.ctx, keeping))
		if a, b := w.get(objected).State, w.get(thanked).State; a != Answered || b != Closed {
			t.Errorf("after four days: objected %s, thanked %s", a, b)
		}
		if _, err := w.CloseIncident(w.ctx, Actor{Kind: System}, objected); err == nil {
			t.Error("the system closed what a resident objects to")
		}
		closed := w.do(w.CloseIncident(w.ctx, w.admin, objected))
		if i := closed.Incident; !i.ObjectedAt.IsZero() {
			t.Error("the objection outlives the administrators' decision")
		}
		if i := w.do(w.Undo(w.ctx, w.admin, closed.Event.ID)).Incident; i.ObjectedAt.IsZero() {
			t.Error("taking the close back forgets the objection")
		}
		if left := w.clocksRunning(objected); len(left) > 0 {
			t.Errorf("clocks after the undo: %v", left)
		}
		w.do(w.Reopen(w.ctx, w.admin, objected, "доделать"))
		if i := w.get(objected); !i.ObjectedAt.IsZero() || i.State != Assigned {
			t.Errorf("reopened: %s, objected %v", i.State, i.ObjectedAt)
		}
		w.wantSound()
	})
}

// What comes after a close that is then taken back is not lost with it.
func TestObjectionSurvivesUndo(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		id, post, answer := w.published()
		closed := w.do(w.CloseIncident(w.ctx, w.admin, id))
		f := w.comment(post, NotSolved)
		f.ReplyTo = answer
		w.save(f)
		if i := w.do(w.Undo(w.ctx, w.admin, closed.Event.ID)).Incident; i.State != Answered || i.ObjectedAt.IsZero() {
			t.Errorf("it is %s, objected %v", i.State, i.ObjectedAt)
		}
	})
}

func TestChangedReply(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		id, post, answer := w.published()
		f := w.comment(post, Thanks)
		f.ReplyTo = answer
		w.save(f)
		w.deliver()
		f.Fate, f.Post.Text, f.AsReply = PostEdited, "Ничего не сделали", meaning(NotSolved)
		if got := w.save(f)[0]; got.Result != Edited {
			t.Errorf("edited: %+v", got)
		}
		if diff := cmp.Diff([]string{fmt.Sprintf("card №%d unsolved", id)}, w.outgoing(w.group)); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		f.Fate, f.Forget = PostRemoved, true
		for _, want := range []SaveResult{Withdrawn, Duplicate} {
			if got := w.save(f)[0]; got.Result != want {
				t.Errorf("removed: %+v, want %s", got, want)
			}
		}
		y := mustBe[[]Reply](t)(w.Replies(w.ctx, id))[0]
		if y.Text != "" || y.RemovedAt.IsZero() || y.Kind != NotSolved {
			t.Errorf("%+v", y)
		}
		w.wantSound()
	})
}

// Replies do not count as incidents or posts of a summary.
func TestSummaryDoesNotCountReplies(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		_, post, answer := w.published()
		day := Stretch{s.Now().Add(-time.Hour), s.Now().Add(time.Hour)}
		before := mustBe[Summary](t)(w.Summary(w.ctx, w.region, day, day))
		for _, kind := range []ReplyKind{Thanks, NotSolved, OtherReply} {
			f := w.comment(post, kind)
			f.ReplyTo, f.Matches = answer, []Match{{Region: w.region, Topic: w.topic, Importance: Normal}}
			w.save(f)
		}
		if diff := cmp.Diff(before, mustBe[Summary](t)(w.Summary(w.ctx, w.region, day, day))); diff != "" {
			t.Errorf("-before +after:\n%s", diff)
		}
	})
}

func TestThreads(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		_, post, answer := w.published()
		hand := w.frozen(byHand)
		w.do(w.PublishedByHand(w.ctx, w.first.Actor, hand, ByHandProof{URL: "https://vk.com/wall-1_2?reply=2", ExternalID: "-1_2_2", Checked: true}))
		threads := mustBe[[]Thread](t)(w.DueThreads(w.ctx, "vk", 10))
		if len(threads) != 2 || threads[0].ExternalID != answer || threads[0].Post.ID != post.ID || threads[1].ExternalID != "-1_2_2" || threads[1].URL == "" {
			t.Fatalf("%+v", threads)
		}
		read := s.Now()
		w.check(w.ThreadRead(w.ctx, threads[0].Publication, read, read.Add(time.Minute)))
		threads = mustBe[[]Thread](t)(w.DueThreads(w.ctx, "vk", 10))
		if len(threads) != 1 || threads[0].ExternalID != "-1_2_2" || threads[0].Since.IsZero() {
			t.Fatalf("%+v", threads)
		}
		s.Advance(2 * time.Minute)
		w.check(w.ThreadRead(w.ctx, threads[0].Publication, time.Time{}, s.Now().Add(time.Hour)))
		threads = mustBe[[]Thread](t)(w.DueThreads(w.ctx, "vk", 10))
		if len(threads) != 1 || !threads[0].Since.Equal(at(ms(read))) {
			t.Errorf("the next: %+v", threads)
		}
		named := w.comment(w.post(2), OtherReply)
		named.ReplyTo = "-1_2_2"
		if got := w.save(named)[0]; got.Result != IsReply || got.Incidents[0] != hand {
			t.Errorf("a reply to what was published by hand: %+v", got)
		}
		nameless := w.frozen(byHand)
		w.do(w.PublishedByHand(w.ctx, w.first.Actor, nameless, ByHandProof{URL: "https://vk.com/wall-1_3"}))
		if list := mustBe[[]Thread](t)(w.DueThreads(w.ctx, "vk", 10)); slices.ContainsFunc(list, func(h Thread) bool { return h.ExternalID == "" }) {
			t.Errorf("an answer that nobody can name is to be asked about: %+v", list)
		}
		checks := mustBe[[]Check](t)(w.OpenChecks(w.ctx))
		w.check(w.FinishLinkCheck(w.ctx, checks[len(checks)-1], LinkStands, "-1_3_7", ""))
		if list := mustBe[[]Thread](t)(w.DueThreads(w.ctx, "vk", 10)); !slices.ContainsFunc(list, func(h Thread) bool { return h.ExternalID == "-1_3_7" }) {
			t.Errorf("once its network named an answer, its thread is not read: %+v", list)
		}
		s.Advance(FollowLife)
		if list := mustBe[[]Thread](t)(w.DueThreads(w.ctx, "vk", 10)); len(list) > 0 {
			t.Errorf("after two weeks: %v", list)
		}
	})
}
