package monitor

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"

	"otklik/monitor/sandbox"
	"otklik/storage"
)

// stored is an item as the database gives it back.
func (b *okBench) stored(id string) storage.Post {
	b.Helper()
	b.poll()
	item, ok := b.items[id]
	if !ok {
		b.Fatalf("%s was not read", id)
	}
	return item.Post
}

func TestOKPublishesUnderTopicsAndComments(t *testing.T) {
	inOK(t, sandbox.OKOptions{PerSecond: 3}, func(b *okBench) {
		p := b.group.Topic("Житель", "Нет воды", sandbox.OKTopicOptions{})
		c := p.Comment("Житель", "И у нас")
		inner := c.Reply("Житель 2", "И у нас")
		since := time.Now()
		answer := `Дадут к 20:00, "сухо" не будет`
		published := map[string]bool{}
		for key, under := range map[string]string{"key-1": p.ExternalID(), "key-2": c.ExternalID(), "key-3": inner.ExternalID()} {
			post := b.stored(under)
			if _, _, found, err := b.network.FindPublished(b.Context(), post, answer, since); found || err != nil {
				b.Fatalf("found before it was published: %v, %v", found, err)
			}
			id, url, err := b.network.Publish(b.Context(), post, Answer{Text: answer, Key: key})
			if err != nil {
				b.Fatal(err)
			}
			seenID, seenURL, found, err := b.network.FindPublished(b.Context(), post, strings.Replace(answer, " ", "\n ", 1), since)
			if !found || err != nil || seenID != id || seenURL != url {
				b.Errorf("under %s found %q %q %v %v, want %q %q", under, seenID, seenURL, found, err, id, url)
			}
			if _, _, found, _ := b.network.FindPublished(b.Context(), post, answer, since.Add(time.Hour)); found {
				b.Error("an answer older than the attempt was taken for it")
			}
			if _, _, found, _ := b.network.FindPublished(b.Context(), post, "Другое", since); found {
				b.Error("another text was taken for the answer")
			}
			published[id] = true
		}
		// A resident who repeats the answer is not us.
		p.Comment("Житель", "Слово в слово")
		if _, _, found, _ := b.network.FindPublished(b.Context(), b.stored(p.ExternalID()), "Слово в слово", since); found {
			b.Error("a resident's words were taken for the answer")
		}
		b.poll()
		if len(p.Comments()) != 6 || len(published) != 3 {
			b.Errorf("%d comments stand, %d published", len(p.Comments()), len(published))
		}
		for id := range published {
			if !b.items[id].Own {
				b.Errorf("our own answer %s was read as a resident's", id)
			}
		}
		for _, call := range b.o.Calls() {
			if call.TokenInURL {
				b.Fatalf("a token in the address of %s", call.Method)
			}
		}
	})
}

// monitor makes a monitor that knows the bench's network alone.
func (b *okBench) monitor(store *storage.Store) *Monitor {
	b.Helper()
	m, err := New(store, Config{networks: []network{{name: "ok", prefix: "OK", needs: "TOKEN", every: time.Minute, parallel: 1,
		open: func(setup) (Network, error) { return b.network, nil }}}}, zerolog.New(zerolog.NewTestWriter(b.T)).Level(zerolog.FatalLevel))
	if err != nil {
		b.Fatal(err)
	}
	return m
}

// TestOKReplyUnderAnAnswerComesBack runs the monitor from a complaint to what
// its author says to the answer.
func TestOKReplyUnderAnAnswerComesBack(t *testing.T) {
	inOK(t, sandbox.OKOptions{PerSecond: 3, NoMilliseconds: true}, func(b *okBench) {
		office := openOffice(b.T)
		topic := b.group.Topic("", "Новости Заречного", sandbox.OKTopicOptions{})
		complaint := topic.Comment("Житель 1", "В Заречном яма")
		b.poll()
		m := b.monitor(office.store)
		stop := run(b.T, m)
		defer stop()
		a := office.answer(b.T, m, b.items[complaint.ExternalID()])
		time.Sleep(10 * time.Minute)
		comments := topic.Comments()
		if len(comments) != 2 || !comments[1].FromGroup() || comments[1].Text() != answerText {
			b.Fatalf("under the topic stand %v", comments)
		}
		comments[1].Reply("Житель 1", "Ничего не сделали")
		topic.Comment("Житель 2", "Спасибо, не ко мне")
		time.Sleep(time.Hour)
		if diff := cmp.Diff([]string{"unsolved Ничего не сделали"}, replies(b.T, office.store, a.Incident)); diff != "" {
			b.Errorf("replies (-want +got):\n%s", diff)
		}
	})
}

// TestOKPublishesOnceWhenAnswersAreLost runs the monitor: the network has no
// key that would make a second attempt harmless.
func TestOKPublishesOnceWhenAnswersAreLost(t *testing.T) {
	for name, fault := range map[string]sandbox.Fault{
		"lost after": {Lose: true}, "dropped before": {Drop: true}, "gateway": {HTML502: true}, "half an answer": {Garbage: true}, "null": {Null: true}, "unknown": {Code: okUnknown},
		"service": {Code: okService}, "slow": {Delay: time.Hour}, "flood": {Code: okFlood}, "fine": {Method: "none"},
	} {
		t.Run(name, func(t *testing.T) {
			inOK(t, sandbox.OKOptions{}, func(b *okBench) {
				t := b.T
				topic := b.group.Topic("Житель", "В Заречном яма", sandbox.OKTopicOptions{})
				b.poll()
				office := openOffice(t)
				m := b.monitor(office.store)
				stop := run(t, m)
				defer stop()
				if fault.Method == "" {
					fault.Method = "discussions.addDiscussionComment"
				}
				b.o.AddFault(fault)
				a := office.answer(t, m, b.items[topic.ExternalID()])
				time.Sleep(2 * time.Hour)
				if n := len(topic.Comments()); n != 1 {
					t.Fatalf("%d answers stand, want 1", n)
				}
				list := office.publications(t, a)
				if len(list) != 1 || list[0].State != storage.Published || list[0].ExternalID != topic.Comments()[0].ExternalID() || office.state(t, a) != storage.Answered {
					t.Errorf("publications %+v", list)
				}
			})
		})
	}
}

// TestOKDoesNotGuessWhoseWordsTheyAre: the network may show an answer under the
// name of the person whose token it came with.
func TestOKDoesNotGuessWhoseWordsTheyAre(t *testing.T) {
	inOK(t, sandbox.OKOptions{}, func(b *okBench) {
		p := b.group.Topic("Житель", "Яма", sandbox.OKTopicOptions{})
		post := storage.Post{Network: "ok", Kind: "post", ExternalID: p.ExternalID()}
		end := b.o.AddFault(sandbox.Fault{Method: "users.getLoggedInUser", HTML502: true, Count: -1})
		if _, _, found, err := b.network.FindPublished(b.Context(), post, "Засыпали", time.Now()); found || err == nil {
			b.Errorf("found %v, %v: nobody knows who we are", found, err)
		}
		end()
		if _, _, found, err := b.network.FindPublished(b.Context(), post, "Засыпали", time.Now()); found || err != nil {
			b.Errorf("found %v, %v", found, err)
		}
	})
}

func TestOKSaysWhyItCannotPublish(t *testing.T) {
	inOK(t, sandbox.OKOptions{}, func(b *okBench) {
		foreign := b.o.Group("Чужая", "foreign").Topic("Житель", "Яма", sandbox.OKTopicOptions{})
		open, closed := b.group.Topic("Житель", "Яма", sandbox.OKTopicOptions{}), b.group.Topic("Житель", "Яма", sandbox.OKTopicOptions{CommentsClosed: true})
		c := open.Comment("Житель", "раз")
		under := func(id string) storage.Post { return storage.Post{Network: "ok", Kind: "post", ExternalID: id} }
		off := b.settings(sandbox.DefaultOKToken)
		off.Publish = "off"
		alone := b.settings(sandbox.DefaultOKToken)
		alone.Groups = ""
		for _, one := range []struct {
			n    *ok
			id   string
			want string
		}{
			{b.network, open.ExternalID(), ""}, {b.network, foreign.ExternalID(), reasonForeignGroup}, {b.network, "podslushano/1", reasonNotSupported},
			{b.with(off), open.ExternalID(), reasonPublishingOff}, {b.with(off), foreign.ExternalID(), reasonForeignGroup}, {b.with(alone), open.ExternalID(), reasonNoToken},
		} {
			if ok, reason := one.n.CanPublish(under(one.id)); ok != (one.want == "") || reason != one.want {
				b.Errorf("%s: %v %q, want %q", one.id, ok, reason, one.want)
			}
		}
		refused := func(id, reason string) {
			b.Helper()
			_, _, err := b.network.Publish(b.Context(), under(id), Answer{Text: "Ответ"})
			var cannot CannotPublish
			if !errors.As(err, &cannot) || cannot.Reason != reason {
				b.Errorf("error %v, want reason %q", err, reason)
			}
		}
		refused(closed.ExternalID(), reasonCommentsClosed)
		for code, reason := range map[int]string{okCensored: "censored", okNotAdmin: reasonNotAdmin, okDenied: reasonForbidden, okParameter: "refused"} {
			b.o.AddFault(sandbox.Fault{Method: "discussions.addDiscussionComment", Code: code})
			refused(open.ExternalID(), reason)
		}
		gone := func(id string) {
			b.Helper()
			if _, _, err := b.network.Publish(b.Context(), under(id), Answer{Text: "Ответ"}); !errors.As(err, new(Gone)) {
				b.Errorf("under what is gone: %v, want Gone", err)
			}
		}
		c.Delete()
		gone(c.ExternalID())
		open.Delete()
		gone(open.ExternalID())
		gone(b.group.ID() + "/1")
		// The method does not exist any more: nobody tries it again.
		b.o.AddFault(sandbox.Fault{Method: "discussions.addDiscussionComment", Code: okNoMethod})
		refused(closed.ExternalID(), reasonMethodGone)
		if ok, reason := b.network.CanPublish(under(closed.ExternalID())); ok || reason != reasonMethodGone {
			b.Errorf("after error 3: %v %q", ok, reason)
		}
		before := b.calls("discussions.addDiscussionComment")
		refused(closed.ExternalID(), reasonMethodGone)
		if b.calls("discussions.addDiscussionComment") != before {
			b.Error("a method that does not exist was called again")
		}
	})
}

func TestOKFetchesAndChecksAgain(t *testing.T) {
	inOK(t, sandbox.OKOptions{}, func(b *okBench) {
		p := b.group.Topic("Житель", "Нет воды", sandbox.OKTopicOptions{Photos: 1, More: []string{"раз", "два", "три"}})
		q := b.group.Topic("Житель", "Яма", sandbox.OKTopicOptions{})
		c := p.Comment("Житель", "И у нас")
		for range 150 {
			p.Comment("Житель", "Ещё")
		}
		d, e := q.Comment("Житель", "сотрут"), q.Comment("Житель", "исправят")
		b.poll()
		for _, id := range []string{p.ExternalID(), c.ExternalID()} {
			item, err := b.network.FetchPost(b.Context(), id)
			if diff := cmp.Diff(b.items[id], item); err != nil || diff != "" {
				b.Errorf("%s: %v (-read +fetched):\n%s", id, err, diff)
			}
		}
		d.Delete()
		e.Edit("исправлено")
		ids := []string{p.ExternalID(), c.ExternalID(), q.ExternalID(), d.ExternalID(), e.ExternalID(), "999999/1", "999999/1/a", "nonsense"}
		told := func() map[string]string {
			b.Helper()
			items, err := b.network.Recheck(b.Context(), ids)
			if err != nil {
				b.Fatal(err)
			}
			out := map[string]string{}
			for _, item := range items {
				out[item.ExternalID] = string(item.Fate) + " " + item.Text
			}
			return out
		}
		want := map[string]string{
			p.ExternalID(): " Нет воды\n\nраз\n\nдва\n\nтри", c.ExternalID(): " И у нас", q.ExternalID(): " Яма", d.ExternalID(): "removed ", e.ExternalID(): " исправлено",
			"999999/1": "removed ", "999999/1/a": "removed ",
		}
		if diff := cmp.Diff(want, told()); diff != "" {
			b.Errorf("checked again (-want +got):\n%s", diff)
		}
		// What could not be asked is not told, and not told to be gone.
		p.Delete()
		q.Delete()
		b.o.AddFault(sandbox.Fault{Method: "mediatopic.getByIds", HTML502: true, Match: func(c sandbox.Call) bool { return !strings.HasPrefix(c.Params["topic_ids"], "1") }})
		if diff := cmp.Diff(map[string]string{"999999/1": "removed ", "999999/1/a": "removed "}, told()); diff != "" {
			b.Errorf("checked again in trouble (-want +got):\n%s", diff)
		}
		if _, err := b.network.FetchPost(b.Context(), d.ExternalID()); !errors.As(err, new(Gone)) {
			b.Errorf("a deleted comment: %v, want Gone", err)
		}
		b.o.AddFault(sandbox.Fault{HTML502: true, Count: -1})
		if _, err := b.network.Recheck(b.Context(), ids); err == nil {
			b.Error("when nothing could be asked, there is no error")
		}
	})
}

func TestOKReadsOnUnderAnAnswer(t *testing.T) {
	inOK(t, sandbox.OKOptions{}, func(b *okBench) {
		p := b.group.Topic("Житель", "Нет воды", sandbox.OKTopicOptions{})
		c := p.Comment("Житель 1", "И у нас")
		post := b.stored(c.ExternalID())
		post.SourceURL = "https://ok.ru/podslushano"
		time.Sleep(time.Hour)
		since := time.Now()
		id, _, err := b.network.Publish(b.Context(), post, Answer{Text: "Дадут к 20:00"})
		if err != nil {
			b.Fatal(err)
		}
		time.Sleep(time.Hour)
		ours := p.Comments()[1]
		under, beside := ours.Reply("Житель 1", "Не дали"), p.Comment("Житель 2", "Спасибо")
		p.Comment("Житель 3", "сотрут").Delete()
		items, err := b.network.Replies(b.Context(), post, id, since)
		if err != nil {
			b.Fatal(err)
		}
		got := map[string]string{}
		for _, item := range items {
			got[item.ExternalID] = item.Text + " | " + item.ReplyTo
			if item.Own != (item.ExternalID == id) || item.SourceURL != post.SourceURL {
				b.Errorf("%s is own: %v, of %s", item.ExternalID, item.Own, item.SourceURL)
			}
		}
		want := map[string]string{id: "Дадут к 20:00 | " + c.ExternalID(), under.ExternalID(): "Не дали | " + id, beside.ExternalID(): "Спасибо | "}
		if diff := cmp.Diff(want, got); diff != "" {
			b.Errorf("replies (-want +got):\n%s", diff)
		}
	})
}
