package monitor

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"otklik/storage"
)

const answerText = "Яму заделают до 1 декабря. Минтранс"

// office is a region whose official answers complaints of the fake network.
type office struct {
	store    *storage.Store
	path     string
	net      *fake
	region   int64
	group    storage.Chat
	official storage.Role
	person   storage.Person
	parts    int64
}

func openOffice(t *testing.T) *office {
	t.Helper()
	o := &office{path: filepath.Join(t.TempDir(), "otklik.db"), net: newFake("fake")}
	o.store = openAt(t, o.path)
	ctx := t.Context()
	o.region = addRegion(t, o.store, "Край", "Заречный")
	var err error
	must := func(e error) {
		t.Helper()
		if e != nil {
			t.Fatal(e)
		}
	}
	o.group, err = o.store.MeetChat(ctx, -100, storage.Supergroup, "Край", 1)
	must(err)
	must(o.store.BindGroup(ctx, owner, o.region, o.group.ID, false))
	must(o.store.CreateInvite(ctx, owner, o.region, o.group.ID, storage.OfficialRole, "Минтранс", "token"))
	chat, err := o.store.MeetChat(ctx, 5, storage.Private, "", 1)
	must(err)
	o.person, err = o.store.MeetPerson(ctx, 5, "Иванова", "ru", chat.ID)
	must(err)
	o.official, err = o.store.Join(ctx, "token", o.person.ID)
	must(err)
	o.parts = 100
	return o
}

// answer brings a complaint to the point where its answer is on its way, and
// returns the answer.
func (o *office) answer(t *testing.T, m *Monitor, post Item) storage.Answer {
	t.Helper()
	return o.publish(t, o.report(t, m, post))
}

// report makes a complaint an incident of the official's.
func (o *office) report(t *testing.T, m *Monitor, post Item) (incident int64) {
	t.Helper()
	ctx := t.Context()
	o.net.mu.Lock()
	o.net.posts[post.ExternalID] = post
	o.net.mu.Unlock()
	done, err := m.accept(ctx, []Line{{Number: 1, Item: post}})
	if err != nil {
		t.Fatal(err)
	}
	if len(done[0].incidents) != 1 {
		t.Fatalf("the complaint became %+v", done[0])
	}
	incident = done[0].incidents[0]
	if _, err := o.store.Assign(ctx, storage.Actor{Kind: storage.Administrator}, incident, o.official.ID); err != nil {
		t.Fatal(err)
	}
	return incident
}

// publish writes an answer, with files perhaps, and lets it go.
func (o *office) publish(t *testing.T, incident int64, files ...storage.File) storage.Answer {
	t.Helper()
	ctx := t.Context()
	by := storage.Actor{Kind: storage.AsOfficial, Person: o.person.ID}
	o.parts++
	a, err := o.store.SaveDraft(ctx, by, incident, storage.DraftPart{Chat: o.person.Chat, Telegram: o.parts, Text: answerText, Files: files})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.store.Publish(ctx, by, incident, a.Version, 20*time.Second); err != nil {
		t.Fatal(err)
	}
	return a
}

func (o *office) publications(t *testing.T, a storage.Answer) []storage.Publication {
	t.Helper()
	list, err := o.store.Publications(t.Context(), a.ID)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func (o *office) state(t *testing.T, a storage.Answer) storage.State {
	t.Helper()
	i, err := o.store.Incident(t.Context(), a.Incident)
	if err != nil {
		t.Fatal(err)
	}
	return i.State
}

// here is a complaint of the office's region.
func here(id string) Item {
	item := complaint(id, time.Now())
	item.Text = "В Заречном " + item.Text
	return item
}

func TestAnswerIsPublishedAfterTheHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t)
		m := watching(t, o.store, Config{}, o.net)
		stop := run(t, m)
		defer stop()
		first, second := complaint("1", time.Now()), complaint("2", time.Now())
		first.Text, second.Text = "Яма в Заречном", "Колея в Заречном"
		answers := []storage.Answer{o.answer(t, m, first), o.answer(t, m, second)}
		time.Sleep(19 * time.Second)
		if o.net.tries() != 0 {
			t.Error("published within the hold")
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		for _, a := range answers {
			if b := o.publications(t, a)[0]; b.State != storage.Published || b.URL == "" {
				t.Errorf("publication %+v", b)
			}
			if s := o.state(t, a); s != storage.Answered {
				t.Errorf("the incident is %s", s)
			}
		}
		if o.net.tries() != 2 {
			t.Errorf("%d attempts for two posts", o.net.tries())
		}
	})
}

func TestWhatBecomesOfAPublication(t *testing.T) {
	lost := context.DeadlineExceeded
	for name, c := range map[string]struct {
		errs   []error
		lose   int
		hidden int
		find   error
		want   storage.PublicationState
		reason string
		walls  int
	}{
		"refused":            {errs: []error{CannotPublish{Reason: "comments_closed"}}, want: storage.AwaitsHand, reason: "comments_closed"},
		"forbidden":          {errs: []error{Forbidden{}}, want: storage.AwaitsHand, reason: reasonForbidden},
		"token lost":         {errs: []error{AuthLost{Key: "OTKLIK_TEST_TOKEN"}}, want: storage.AwaitsHand, reason: reasonToken},
		"wrong setting":      {errs: []error{BadConfig{What: "community"}}, want: storage.AwaitsHand, reason: reasonSetting},
		"limited for a day":  {errs: []error{Limited{Until: time.Now().AddDate(200, 0, 0)}}, want: storage.AwaitsHand, reason: reasonLimited},
		"limited shortly":    {errs: []error{Limited{}, Limited{}}, want: storage.Published, walls: 1},
		"to be tried again":  {errs: []error{Retry{After: time.Minute}, Retry{}, Retry{}}, want: storage.Published, walls: 1},
		"never":              {errs: slices.Repeat([]error{Retry{}}, 50), want: storage.AwaitsHand, reason: reasonTrouble},
		"answer lost, out":   {lose: 1, want: storage.Published, walls: 1},
		"seen only later":    {lose: 1, hidden: 1, want: storage.Published, walls: 1},
		"answer lost, in":    {errs: []error{lost}, want: storage.Published, walls: 1},
		"nobody can tell":    {lose: 1, find: errors.New("out of reach"), want: storage.Unknown, reason: "lost_answer", walls: 1},
		"looking is refused": {lose: 1, find: Forbidden{}, want: storage.Unknown, reason: "lost_answer", walls: 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := openOffice(t)
				o.net.publishErrs, o.net.lose, o.net.findErr, o.net.hidden = c.errs, c.lose, c.find, c.hidden
				m := watching(t, o.store, Config{}, o.net)
				m.log = m.log.Level(7)
				stop := run(t, m)
				defer stop()
				a := o.answer(t, m, here("1"))
				time.Sleep(2 * time.Hour)
				synctest.Wait()
				b := o.publications(t, a)[0]
				if b.State != c.want || b.Reason != c.reason {
					t.Errorf("publication is %s (%s), want %s (%s)", b.State, b.Reason, c.want, c.reason)
				}
				if n := o.net.stands("1"); n != c.walls {
					t.Errorf("stands %d times in the network, want %d", n, c.walls)
				}
			})
		})
	}
}

func TestGonePostCannotBeAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t)
		o.net.publishErrs = []error{Gone{}}
		m := watching(t, o.store, Config{}, o.net)
		stop := run(t, m)
		defer stop()
		a := o.answer(t, m, here("1"))
		time.Sleep(time.Minute)
		synctest.Wait()
		if b := o.publications(t, a)[0]; b.State != storage.Impossible || b.Reason != reasonGone {
			t.Errorf("publication is %s (%s)", b.State, b.Reason)
		}
		if p, err := o.store.Post(t.Context(), 1); err != nil || p.State != storage.Deleted {
			t.Errorf("post is %s, %v", p.State, err)
		}
	})
}

func TestInterruptedPublicationIsLookedUpFirst(t *testing.T) {
	for name, out := range map[string]bool{"it went out": true, "it did not": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := openOffice(t)
				m := watching(t, o.store, Config{}, o.net)
				a := o.answer(t, m, here("1"))
				time.Sleep(time.Minute)
				// The process ends after the publication was taken.
				if _, err := o.store.TakePublication(t.Context()); err != nil {
					t.Fatal(err)
				}
				if out {
					o.net.walls["1"] = []string{answerText}
				}
				stop := run(t, watching(t, o.store, Config{}, o.net))
				defer stop()
				time.Sleep(5 * time.Minute)
				synctest.Wait()
				if b := o.publications(t, a)[0]; b.State != storage.Published {
					t.Errorf("publication is %s (%s)", b.State, b.Reason)
				}
				if n := o.net.stands("1"); n != 1 {
					t.Errorf("stands %d times in the network, want once", n)
				}
			})
		})
	}
}

func TestPublicationUnderWayIsEndedWell(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t)
		o.net.block = make(chan struct{})
		m := watching(t, o.store, Config{}, o.net)
		stop := run(t, m)
		a := o.answer(t, m, here("1"))
		time.Sleep(25 * time.Second)
		go func() {
			time.Sleep(4 * time.Second)
			close(o.net.block)
		}()
		stop()
		if b := o.publications(t, a)[0]; b.State != storage.Published {
			t.Errorf("publication is %s (%s)", b.State, b.Reason)
		}
	})
}

func TestClosedPostIsLeftToThePerson(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t)
		m := watching(t, o.store, Config{}, o.net)
		stop := run(t, m)
		defer stop()
		closed := here("1")
		closed.Kind = "topic"
		a := o.answer(t, m, closed)
		time.Sleep(time.Minute)
		if b := o.publications(t, a)[0]; b.State != storage.AwaitsHand || b.Reason != "closed" || o.net.tries() != 0 {
			t.Errorf("publication is %s (%s) after %d attempts", b.State, b.Reason, o.net.tries())
		}
	})
}
