package monitor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"otklik/monitor/links"
	"otklik/storage"
)

// talk is a fake network whose threads can be read on.
type talk struct {
	*fake
	comments []Item      // under all posts
	asked    []time.Time // when a thread was read
	since    []time.Time // from when on
	trouble  error       // met by every reading, if any
}

func (f *talk) Replies(_ context.Context, p storage.Post, _ string, since time.Time) (found []Item, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked, f.since = append(f.asked, time.Now()), append(f.since, since)
	for _, c := range f.comments {
		if c.ParentURL == p.URL && !c.PublishedAt.Before(since) {
			found = append(found, c)
		}
	}
	return found, f.trouble
}

func (f *talk) say(c Item) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.comments = append(f.comments, c)
}

func (f *talk) readings() []time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.asked)
}

// comment is what an author says now under a post of the fake network.
func comment(post Item, id, author, text string) Item {
	return Item{AuthorID: author, Post: storage.Post{Network: "fake", Kind: links.Comment, ExternalID: post.ExternalID + "_" + id, URL: post.URL + "?comment=" + id,
		ParentURL: post.URL, Text: text, PublishedAt: time.Now()}}
}

// under is a comment that replies to our answer.
func under(post Item, c Item) Item {
	c.ReplyTo = post.ExternalID + "_a"
	return c
}

// replies are what an incident's answers were replied, as "kind text".
func replies(t *testing.T, store *storage.Store, incident int64) (list []string) {
	t.Helper()
	found, err := store.Replies(t.Context(), incident)
	if err != nil {
		t.Fatal(err)
	}
	for _, y := range found {
		list = append(list, fmt.Sprintf("%s %s", y.Kind, y.Text))
	}
	return list
}

// inTalk runs a test in an office whose network can be read on.
func inTalk(t *testing.T, test func(t *testing.T, o *office, net *talk)) {
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t)
		test(t, o, &talk{fake: o.net})
	})
}

func TestThreadIsReadOn(t *testing.T) {
	inTalk(t, func(t *testing.T, o *office, net *talk) {
		m := watchingIn(t, o.store, Config{}, net)
		stop := run(t, m)
		post := here("1")
		a := o.answer(t, m, post)
		time.Sleep(10 * time.Minute)
		ours := under(post, comment(post, "1", "1", "Мы"))
		ours.Own = true
		net.say(ours)
		net.say(under(post, comment(post, "2", "77", "Спасибо, Анна Каренина, 8 912 345-67-89")))
		net.say(comment(post, "3", "77", "А когда? Ничего не сделали"))
		net.say(comment(post, "4", "88", "Согласен с автором"))
		net.say(comment(post, "5", "99", "В Заречном и у нас огромная яма"))
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		if diff := cmp.Diff([]string{"thanks Спасибо, [имя], [телефон]", "unsolved А когда? Ничего не сделали"}, replies(t, o.store, a.Incident)); diff != "" {
			t.Errorf("replies (-want +got):\n%s", diff)
		}
		if list := incidents(t, o.store, o.region); len(list) != 2 {
			t.Errorf("%d incidents, want the answered one and another resident's", len(list))
		}
		time.Sleep(time.Hour)
		stop()
		if n := len(replies(t, o.store, a.Incident)); n != 2 {
			t.Errorf("%d replies after many readings", n)
		}
	})
}

// A thread is read every few minutes at first and then ever more rarely, for
// two weeks; the plan of a day bears many of them.
func TestThreadPlan(t *testing.T) {
	inTalk(t, func(t *testing.T, o *office, net *talk) {
		m := watchingIn(t, o.store, Config{}, net)
		stop := run(t, m)
		o.answer(t, m, here("1"))
		time.Sleep(25 * time.Second)
		stop()
		f := newFollower(m, m.byName["fake"])
		begin := time.Now()
		for time.Since(begin) < 15*24*time.Hour {
			if _, err := f.step(t.Context()); err != nil {
				t.Fatal(err)
			}
			if time.Since(begin) < 6*time.Hour {
				time.Sleep(time.Minute)
			} else {
				time.Sleep(10 * time.Minute)
			}
		}
		readings := net.readings()
		longest := time.Duration(0)
		for i, at := range readings[1:] {
			between, age := at.Sub(readings[i]), readings[i].Sub(begin)
			longest = max(longest, between)
			if age < 30*time.Minute && between > 5*time.Minute || between < 2*time.Minute {
				t.Errorf("%v after the answer it is left alone for %v", age, between)
			}
		}
		if longest < 5*time.Hour || longest > 7*time.Hour {
			t.Errorf("at last it is left alone for %v", longest)
		}
		if n := len(readings); n < 80 || n > 130 {
			t.Errorf("%d readings of one thread", n)
		}
		if last := readings[len(readings)-1].Sub(begin); last > storage.FollowLife || last < storage.FollowLife-7*time.Hour {
			t.Errorf("last read after %v", last)
		}
		t.Logf("%d readings, the last after %v", len(readings), readings[len(readings)-1].Sub(begin).Round(time.Hour))
	})
}

// What is said while nobody reads is read after the restart, from where the
// reading stopped.
func TestThreadSurvivesARestart(t *testing.T) {
	inTalk(t, func(t *testing.T, o *office, net *talk) {
		m := watchingIn(t, o.store, Config{}, net)
		stop := run(t, m)
		post := here("1")
		a := o.answer(t, m, post)
		time.Sleep(3 * time.Hour)
		stop()
		before := len(net.readings())
		net.say(under(post, comment(post, "1", "77", "Спасибо")))
		time.Sleep(12 * time.Hour)
		defer run(t, watchingIn(t, o.store, Config{}, net))()
		time.Sleep(time.Minute)
		synctest.Wait()
		if diff := cmp.Diff([]string{"thanks Спасибо"}, replies(t, o.store, a.Incident)); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		if len(net.since) == before || time.Since(net.since[before]) > 14*time.Hour {
			t.Errorf("read on from %v", net.since[before:])
		}
	})
}

// One reply comes by reading the source and by reading the thread, in whatever
// order, and is no incident though it is about one.
func TestReplyComesBothWays(t *testing.T) {
	inTalk(t, func(t *testing.T, o *office, net *talk) {
		addSource(t, o.store, o.region, "fake", "g1")
		m := watchingIn(t, o.store, Config{}, net)
		stop := run(t, m)
		defer stop()
		post := here("1")
		a := o.answer(t, m, post)
		time.Sleep(time.Minute)
		for n := range 10 {
			c := under(post, comment(post, fmt.Sprint(n), "77", fmt.Sprintf("В Заречном яма на дороге так и осталась, не заделали %d", n)))
			net.say(c)
			net.add("g1", c, c)
			time.Sleep(30 * time.Second)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if list := replies(t, o.store, a.Incident); len(list) != 10 {
			t.Errorf("%d replies: %q", len(list), list)
		}
		if list := incidents(t, o.store, o.region); len(list) != 1 {
			t.Errorf("%d incidents", len(list))
		}
	})
}

// By reading the source alone: what the network cannot be asked comes all the same.
func TestReplyWithoutAThread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t)
		addSource(t, o.store, o.region, "fake", "g1")
		m := watching(t, o.store, Config{}, o.net)
		defer run(t, m)()
		post := here("1")
		a := o.answer(t, m, post)
		time.Sleep(time.Minute)
		o.net.add("g1", under(post, comment(post, "1", "88", "Никто не приехал")), comment(post, "2", "77", "Яма на месте, Заречный"), comment(post, "3", "88", "яма у нас тоже"))
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		if diff := cmp.Diff([]string{"unsolved Никто не приехал", "unsolved Яма на месте, Заречный"}, replies(t, o.store, a.Incident)); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		if list := incidents(t, o.store, o.region); len(list) != 2 {
			t.Errorf("%d incidents, want the answered one and another resident's", len(list))
		}
	})
}

func TestThreadTrouble(t *testing.T) {
	for name, c := range map[string]struct {
		trouble  error
		readings int // within two hours, at most
		sources  int // readings of the source meanwhile, at least
	}{
		"a pause for the method":  {trouble: Limited{Scope: "method"}, readings: 1, sources: 8},
		"a pause for everything":  {trouble: Limited{Scope: "token"}, readings: 1, sources: 0},
		"a pause for this thread": {trouble: Limited{}, readings: 1, sources: 8},
		"refused":                 {trouble: Forbidden{}, readings: 1, sources: 8},
		"the token is lost":       {trouble: AuthLost{Key: "OTKLIK_TEST_TOKEN"}, readings: 1, sources: 8},
		"out of reach":            {trouble: context.DeadlineExceeded, readings: 8, sources: 8},
		"to be tried again":       {trouble: Retry{After: time.Minute}, readings: 16, sources: 8},
	} {
		t.Run(name, func(t *testing.T) {
			inTalk(t, func(t *testing.T, o *office, net *talk) {
				addSource(t, o.store, o.region, "fake", "g1")
				m := watchingIn(t, o.store, Config{}, net)
				m.log = m.log.Level(7)
				stop := run(t, m)
				defer stop()
				net.trouble = c.trouble
				if l, ok := errors.AsType[Limited](c.trouble); ok {
					l.Until = time.Now().Add(3 * time.Hour)
					net.trouble = l
				}
				post := here("1")
				a := o.answer(t, m, post)
				time.Sleep(time.Minute)
				sources := len(net.called())
				time.Sleep(2 * time.Hour)
				if n := len(net.readings()); n == 0 || n > c.readings {
					t.Errorf("%d readings", n)
				}
				if n := len(net.called()) - sources; n < c.sources {
					t.Errorf("the source was read %d times meanwhile", n)
				}
				net.mu.Lock()
				net.trouble = nil
				net.mu.Unlock()
				net.say(under(post, comment(post, "1", "77", "Спасибо")))
				time.Sleep(7 * time.Hour)
				synctest.Wait()
				if list := replies(t, o.store, a.Incident); len(list) != 1 {
					t.Errorf("after the trouble: %q", list)
				}
			})
		})
	}
}

// An answer published by hand is read on where its link names it.
func TestThreadOfAnAnswerByHand(t *testing.T) {
	inTalk(t, func(t *testing.T, o *office, net *talk) {
		net.publishErrs = []error{CannotPublish{Reason: "comments_closed"}, CannotPublish{Reason: "comments_closed"}}
		m := watchingIn(t, o.store, Config{}, net)
		stop := run(t, m)
		defer stop()
		by := storage.Actor{Kind: storage.AsOfficial, Person: o.person.ID}
		var answers []storage.Answer
		for _, id := range []string{"1", "2"} {
			answers = append(answers, o.answer(t, m, here(id)))
		}
		time.Sleep(time.Minute)
		for n, proof := range []storage.ByHandProof{{URL: "https://fake.example/1?answer=5", ExternalID: "1_5"}, {}} {
			if _, err := o.store.PublishedByHand(t.Context(), by, answers[n].Incident, proof); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(10 * time.Minute)
		c := comment(here("1"), "9", "88", "Спасибо!")
		c.ReplyTo = "1_5"
		net.say(c)
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if diff := cmp.Diff([]string{"thanks Спасибо!"}, replies(t, o.store, answers[0].Incident)); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		due, err := o.store.DueThreads(t.Context(), "fake", 10)
		if err != nil || slices.ContainsFunc(due, func(h storage.Thread) bool { return h.ExternalID == "" }) {
			t.Errorf("%v, an answer that nobody can name is asked about: %+v", err, due)
		}
	})
}

// Each thread of many has its turn, also when all are due at once.
func TestManyThreads(t *testing.T) {
	inTalk(t, func(t *testing.T, o *office, net *talk) {
		m := watchingIn(t, o.store, Config{}, net)
		const many = 120
		for n := range many {
			o.answer(t, m, here(fmt.Sprint(n)))
		}
		stop := run(t, m)
		defer stop()
		time.Sleep(10 * time.Minute)
		for n := range many {
			post := here(fmt.Sprint(n))
			net.say(under(post, comment(post, "1", "77", "Спасибо")))
		}
		time.Sleep(15 * time.Minute)
		synctest.Wait()
		for _, i := range incidents(t, o.store, o.region) {
			if n := len(replies(t, o.store, i.ID)); n != 1 {
				t.Fatalf("incident %d has %d replies", i.ID, n)
			}
		}
		readings := net.readings()
		for i, at := range readings[1:] {
			if between := at.Sub(readings[i]); between < threadPause-time.Millisecond {
				t.Fatalf("two readings %v apart", between)
			}
		}
	})
}
