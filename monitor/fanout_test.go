package monitor

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	_ "github.com/mattn/go-sqlite3" // to make incidents of many posts

	"otklik/storage"
)

// many brings complaints of several networks together as one incident.
func (o *office) many(t *testing.T, m *Monitor, posts ...Item) (incident int64) {
	t.Helper()
	incident = o.report(t, m, posts[0])
	db, err := sql.Open("sqlite3", "file:"+o.path+"?_busy_timeout=5000")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for _, p := range posts[1:] {
		from := o.report(t, m, p)
		if _, err := db.ExecContext(t.Context(), `UPDATE incident_posts SET incident_id = $1 WHERE incident_id = $2`, incident, from); err != nil {
			t.Fatal(err)
		}
	}
	return incident
}

// of is a complaint in a network.
func of(network, id string) Item {
	item := here(id)
	item.Network, item.URL = network, fmt.Sprintf("https://%s.example/%s", network, id)
	return item
}

// count is how many publications stand so, by network and state with reason.
func (o *office) count(t *testing.T, a storage.Answer) map[string]int {
	t.Helper()
	posts, err := o.store.Posts(t.Context(), a.Incident)
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for _, b := range o.publications(t, a) {
		i := slices.IndexFunc(posts, func(p storage.Post) bool { return p.ID == b.Post })
		counts[fmt.Sprintf("%s %s %s", posts[i].Network, b.State, b.Reason)]++
	}
	return counts
}

func TestFanOutIsPacedAndStopsAtTheFirstFlood(t *testing.T) {
	for name, c := range map[string]struct {
		spoil    func(*fake)
		attempts int
		want     map[string]int
	}{
		"nothing wrong": {func(*fake) {}, 5, map[string]int{"fake published ": 5, "other published ": 2}},
		"flood":         {func(f *fake) { f.flood = 2 }, 3, map[string]int{"fake published ": 2, "fake waiting flood": 3, "other published ": 2}},
		"duplicate": {func(f *fake) { f.publishErrs = []error{nil, CannotPublish{Reason: reasonDuplicate}} }, 2,
			map[string]int{"fake published ": 1, "fake waiting duplicate": 4, "other published ": 2}},
		"refused under one post only": {func(f *fake) { f.publishErrs = []error{nil, CannotPublish{Reason: "comments_closed"}} }, 5,
			map[string]int{"fake published ": 4, "fake waiting comments_closed": 1, "other published ": 2}},
		"a short pause": {func(f *fake) { f.publishErrs = []error{nil, Limited{Until: time.Now().Add(moment)}} }, 6,
			map[string]int{"fake published ": 5, "other published ": 2}},
		// What the guard is for: a refusal that it does not know is met under every post.
		"the control": {func(f *fake) { f.publishErrs = slices.Repeat([]error{CannotPublish{Reason: "same_text"}}, 5) }, 5,
			map[string]int{"fake waiting same_text": 5, "other published ": 2}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o, other := openOffice(t), newFake("other")
				m := watching(t, o.store, Config{}, o.net, other)
				m.log = m.log.Level(7)
				c.spoil(o.net)
				id := o.many(t, m, of("fake", "1"), of("fake", "2"), of("other", "3"), of("fake", "4"), of("fake", "5"), of("other", "6"), of("fake", "7"))
				other.posts = o.net.posts
				stop := run(t, m)
				defer stop()
				a := o.publish(t, id)
				time.Sleep(20*time.Second + publishPause/2)
				synctest.Wait()
				if n := o.net.tries(); n > 1 {
					t.Errorf("%d attempts within a second", n)
				}
				time.Sleep(time.Hour)
				synctest.Wait()
				if got := o.count(t, a); fmt.Sprint(got) != fmt.Sprint(c.want) {
					t.Errorf("%v, want %v", got, c.want)
				}
				if n := o.net.tries(); n != c.attempts {
					t.Errorf("%d attempts, want %d", n, c.attempts)
				}
			})
		})
	}
}

// While nobody knows what became of the first attempt, there is no second one.
func TestNextPostWaitsForADoubt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t)
		o.net.block = make(chan struct{})
		m := watching(t, o.store, Config{}, o.net)
		id := o.many(t, m, of("fake", "1"), of("fake", "2"), of("fake", "3"))
		stop := run(t, m)
		defer stop()
		a := o.publish(t, id)
		time.Sleep(50 * time.Second)
		synctest.Wait()
		if n := o.net.tries(); n != 1 {
			t.Errorf("%d attempts while the first is under way", n)
		}
		close(o.net.block)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if got := o.count(t, a); got["fake published "] != 3 {
			t.Errorf("%v", got)
		}
	})
}

// A process that ends in the middle of a fan-out answers each post once, whether
// or not the answer under way had gone out.
func TestFanOutGoesOnAfterACrash(t *testing.T) {
	for name, out := range map[string]bool{"it went out": true, "it did not": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := openOffice(t)
				m := watching(t, o.store, Config{}, o.net)
				a := o.publish(t, o.many(t, m, of("fake", "1"), of("fake", "2"), of("fake", "3")))
				time.Sleep(time.Minute)
				taken, err := o.store.TakePublication(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if out {
					post, err := o.store.Post(t.Context(), taken.Post)
					if err != nil {
						t.Fatal(err)
					}
					o.net.walls[post.ExternalID] = []string{answerText}
				}
				stop := run(t, watching(t, o.store, Config{}, o.net))
				defer stop()
				time.Sleep(10 * time.Minute)
				synctest.Wait()
				if got := o.count(t, a); got["fake published "] != 3 {
					t.Errorf("%v", got)
				}
				for _, id := range []string{"1", "2", "3"} {
					if n := o.net.stands(id); n != 1 {
						t.Errorf("under %s it stands %d times", id, n)
					}
				}
			})
		})
	}
}

// What goes out in several places is stopped as long as it is nowhere, and not
// after.
func TestStopOfAFanOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t)
		m := watching(t, o.store, Config{}, o.net)
		id := o.many(t, m, of("fake", "1"), of("fake", "2"), of("fake", "3"))
		stop := run(t, m)
		defer stop()
		o.publish(t, id)
		by := storage.Actor{Kind: storage.AsOfficial, Person: o.person.ID}
		time.Sleep(19 * time.Second)
		if _, err := o.store.Stop(t.Context(), by, id); err != nil {
			t.Errorf("within the hold: %v", err)
		}
		time.Sleep(time.Minute)
		if n := o.net.tries(); n != 0 {
			t.Errorf("%d attempts of a stopped answer", n)
		}
		a := o.publish(t, id)
		time.Sleep(20*time.Second + publishPause/2)
		if _, err := o.store.Stop(t.Context(), by, id); !errors.Is(err, storage.ErrConflict) {
			t.Errorf("under the first post already: %v", err)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := o.count(t, a); got["fake published "] != 3 {
			t.Errorf("%v", got)
		}
	})
}

func TestPostIsLookedAtBeforeItIsAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t)
		m := watching(t, o.store, Config{}, o.net)
		id := o.many(t, m, of("fake", "1"), of("fake", "2"), of("fake", "3"))
		stop := run(t, m)
		defer stop()
		a := o.publish(t, id)
		o.net.mu.Lock()
		delete(o.net.posts, "2")
		o.net.mu.Unlock()
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := o.count(t, a); got["fake published "] != 2 || got["fake impossible gone"] != 1 || o.net.tries() != 2 {
			t.Errorf("%v after %d attempts", got, o.net.tries())
		}
		posts, err := o.store.Posts(t.Context(), id)
		if err != nil || posts[1].State != storage.Deleted || posts[0].State != storage.Ready {
			t.Errorf("%v, %+v", err, posts)
		}
		if s := o.state(t, a); s != storage.Answered {
			t.Errorf("the incident is %s", s)
		}
	})
}

// A network that cannot say whether a post stands is no reason not to answer.
func TestPostThatCannotBeLookedAtIsAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t)
		m := watching(t, o.store, Config{}, o.net)
		stop := run(t, m)
		defer stop()
		o.net.postErr = Limited{Until: time.Now().Add(time.Hour), Scope: "token"}
		a := o.answer(t, m, here("1"))
		time.Sleep(time.Minute)
		synctest.Wait()
		if b := o.publications(t, a)[0]; b.State != storage.Published {
			t.Errorf("publication is %s (%s)", b.State, b.Reason)
		}
	})
}

func TestPhotosGoWhereTheyAreTaken(t *testing.T) {
	for name, c := range map[string]struct {
		takes    int
		brought  int           // of three
		after    time.Duration // that bot needs for them
		noPhotos bool
		want     int
	}{
		"taken":             {4, 3, 0, false, 3},
		"fewer than wanted": {2, 3, 0, false, 2},
		"none":              {0, 0, 0, false, 0},
		"one is lost":       {4, 2, 0, false, 2},
		"late":              {4, 3, 30 * time.Second, false, 3},
		"too late":          {4, 3, time.Minute, false, 0},
		"refused":           {4, 3, 0, true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := openOffice(t)
				o.net.takes, o.net.noPhotos = c.takes, c.noPhotos
				m := watching(t, o.store, Config{}, o.net)
				m.log = m.log.Level(7)
				stop := run(t, m)
				defer stop()
				var files []storage.File
				for _, name := range []string{"a", "b", "c"} {
					files = append(files, storage.File{Bot: 1, Kind: "photo", Address: name})
				}
				a := o.publish(t, o.report(t, m, here("1")), files...)
				go func() {
					time.Sleep(c.after)
					wanted, err := o.store.WantedUploads(context.WithoutCancel(t.Context()))
					if err != nil || c.after < time.Minute && len(wanted) != min(c.takes, 3) {
						t.Errorf("%d photos wanted, %v", len(wanted), err)
					}
					for i, u := range wanted {
						if i < c.brought {
							err = o.store.KeepUpload(t.Context(), u.ID, u.Address+".jpg", []byte(u.Address))
						} else {
							err = o.store.FailUpload(t.Context(), u.ID, "gone")
						}
						if err != nil {
							t.Error(err)
						}
					}
				}()
				time.Sleep(5 * time.Minute)
				synctest.Wait()
				b := o.publications(t, a)[0]
				if b.State != storage.Published || b.Photos != c.want || o.net.photos["1"] != c.want {
					t.Errorf("%s with %d photos, the network has %d, want %d", b.State, b.Photos, o.net.photos["1"], c.want)
				}
				if left, wanted, err := o.store.Uploaded(t.Context(), a.ID, 10); err != nil || len(left)+wanted != 0 {
					t.Errorf("%d photos stay after all, %d wanted (%v)", len(left), wanted, err)
				}
			})
		})
	}
}

// What can be answered is asked anew when settings may have changed.
func TestWhatCanBeAnsweredIsAskedAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t)
		without := watching(t, o.store, Config{})
		id := o.report(t, without, here("1"))
		reason := func() storage.Post {
			posts, err := o.store.Posts(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			return posts[0]
		}
		if p := reason(); p.CanPublish || p.PublishReason != reasonNotSupported {
			t.Errorf("without the network: %+v", p)
		}
		o.net.takes = 4
		stop := run(t, watching(t, o.store, Config{}, o.net))
		time.Sleep(time.Second)
		stop()
		if p := reason(); !p.CanPublish || p.PublishReason != "" || p.TakesPhotos != 4 {
			t.Errorf("with the network: %+v", p)
		}
	})
}
