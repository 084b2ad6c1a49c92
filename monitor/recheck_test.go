package monitor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"otklik/storage"
)

// registry is a fake network that can be asked about many posts at once.
type registry struct {
	*fake
	asked   [][]string
	untold  map[string]bool          // what it says nothing about
	trouble func(ids []string) error // met by a question; nil: none
	stops   int                      // after so many posts of a question it meets trouble; 0: never
}

func (f *registry) Recheck(_ context.Context, ids []string) (found []Item, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, ids)
	if f.trouble != nil {
		if err := f.trouble(ids); err != nil {
			return nil, err
		}
	}
	for n, id := range ids {
		if f.stops > 0 && n == f.stops {
			return found, errors.New("answer 502")
		}
		item, ok := f.posts[id]
		switch {
		case f.untold[id]:
			continue
		case !ok:
			item = Item{Post: storage.Post{ExternalID: id}, Fate: storage.PostRemoved}
		}
		found = append(found, item)
	}
	return found, nil
}

// change gives a post another text, or takes it away.
func (f *fake) change(id, text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if text == "" {
		delete(f.posts, id)
		return
	}
	item := here(id)
	item.Text = text
	f.posts[id] = item
}

// standings are the posts of the first incidents, as "state text".
func standings(t *testing.T, store *storage.Store, n int64) (list []string) {
	t.Helper()
	for id := int64(1); id <= n; id++ {
		p, err := store.Post(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, fmt.Sprintf("%s %s", p.State, p.Text))
	}
	return list
}

func TestPostsAreLookedAtEveryDay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t)
		net := &registry{fake: o.net}
		m := watchingIn(t, o.store, Config{}, net)
		stop := run(t, m)
		for id := range 5 {
			o.report(t, m, here(fmt.Sprint(id)))
		}
		same := here("0").Text
		o.net.change("1", "В Заречном яму засыпали, звоните +7 912 345-67-89")
		o.net.change("2", "")
		o.net.change("3", "В  Заречном  Огромная яма на дороге,\nзвоните +7 912 345-67-89")
		time.Sleep(23 * time.Hour)
		synctest.Wait()
		same = Mask(same)
		want := []string{"ready " + same, "ready В Заречном яму засыпали, звоните [телефон]", "deleted " + same, "ready " + same, "ready " + same}
		if got := standings(t, o.store, 5); !slices.Equal(got, want) {
			t.Errorf("after a day:\n%q\nwant\n%q", got, want)
		}
		stop()
		// What changes while nobody looks is seen after the restart.
		o.net.change("2", here("2").Text)
		o.net.change("4", "В Заречном другая яма")
		time.Sleep(22 * time.Hour)
		defer run(t, watchingIn(t, o.store, Config{}, net))()
		time.Sleep(30 * time.Minute)
		synctest.Wait()
		want[2], want[4] = "ready "+same, "ready В Заречном другая яма"
		if got := standings(t, o.store, 5); !slices.Equal(got, want) {
			t.Errorf("after two days:\n%q\nwant\n%q", got, want)
		}
		lines, err := o.store.Journal(t.Context(), 3)
		if err != nil || len(lines) < 2 || lines[len(lines)-1].Kind != storage.PostBack {
			t.Errorf("%v, the journal ends with %+v", err, lines)
		}
		lines, err = o.store.Journal(t.Context(), 1)
		if err != nil || len(lines) != 2 {
			t.Errorf("%v, what stayed has %d lines", err, len(lines))
		}
	})
}

// An office with many open posts asks a hundred at a time, the newest first, each
// once a day, and what the network says nothing about waits for tomorrow.
func TestQuestionsAboutManyPosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t)
		net := &registry{fake: o.net, untold: map[string]bool{"7": true}}
		m := watchingIn(t, o.store, Config{}, net)
		for id := range 250 {
			o.report(t, m, here(fmt.Sprint(id)))
		}
		defer run(t, m)()
		time.Sleep(30 * time.Hour)
		synctest.Wait()
		var sizes []int
		times := map[string]int{}
		for _, ids := range net.asked {
			sizes = append(sizes, len(ids))
			for _, id := range ids {
				times[id]++
			}
		}
		if !slices.Equal(sizes, []int{100, 100, 50}) || net.asked[0][0] != "249" {
			t.Errorf("questions of %v posts, the first about %s", sizes, net.asked[0][0])
		}
		for id := range 250 {
			if n := times[fmt.Sprint(id)]; n != 1 {
				t.Errorf("post %d was asked about %d times", id, n)
			}
		}
	})
}

// What was told before trouble is not asked for again.
func TestHalfAnAnswerIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t)
		net := &registry{fake: o.net, stops: 7}
		m := watchingIn(t, o.store, Config{}, net)
		for id := range 20 {
			o.report(t, m, here(fmt.Sprint(id)))
			o.net.change(fmt.Sprint(id), "")
		}
		defer run(t, m)()
		time.Sleep(21 * time.Hour)
		synctest.Wait()
		for id, s := range standings(t, o.store, 20) {
			if s[:7] != "deleted" {
				t.Errorf("post %d is %s", id, s)
			}
		}
		asked := 0
		for _, ids := range net.asked {
			asked += len(ids)
		}
		if len(net.asked) > 5 {
			t.Errorf("%d questions about %d posts", len(net.asked), asked)
		}
	})
}

// One post that makes every question fail keeps nobody from being looked at.
func TestPoisonedQuestion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t)
		net := &registry{fake: o.net}
		net.trouble = func(ids []string) error {
			if slices.Contains(ids, "13") {
				return errors.New("answer 500")
			}
			return nil
		}
		m := watchingIn(t, o.store, Config{}, net)
		for id := range 20 {
			o.report(t, m, here(fmt.Sprint(id)))
		}
		for id := range 20 {
			o.net.change(fmt.Sprint(id), "")
		}
		defer run(t, m)()
		time.Sleep(26 * time.Hour)
		synctest.Wait()
		gone := 0
		for _, s := range standings(t, o.store, 20) {
			if s[:7] == "deleted" {
				gone++
			}
		}
		if gone != 19 {
			t.Errorf("%d of 19 are known to be gone", gone)
		}
		if n := len(net.asked); n > 20 {
			t.Errorf("%d questions", n)
		}
	})
}

func TestRecheckObeysPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t)
		net := &registry{fake: o.net}
		begin := time.Now()
		net.trouble = func([]string) error {
			if time.Since(begin) < 40*time.Hour {
				return Limited{Until: begin.Add(40 * time.Hour), Scope: "method"}
			}
			return nil
		}
		m := watchingIn(t, o.store, Config{}, net)
		o.report(t, m, here("1"))
		o.net.change("1", "")
		defer run(t, m)()
		time.Sleep(39 * time.Hour)
		net.mu.Lock()
		n := len(net.asked)
		net.mu.Unlock()
		if n != 1 {
			t.Errorf("%d questions before the pause is over", n)
		}
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if got := standings(t, o.store, 1)[0]; got[:7] != "deleted" {
			t.Errorf("after the pause: %s", got)
		}
	})
}

// What another monitor handed over may be the beginning of a post.
func TestSameText(t *testing.T) {
	for _, c := range []struct {
		source      int64
		stored, now string
		same        bool
	}{
		{1, "Яма", "Яма", true},
		{1, "Яма  на\nдороге", "Яма на дороге", true},
		{1, "Яма", "Яма засыпана", false},
		{0, "Яма на…", "Яма на дороге", true},
		{0, "Яма", "Лужа", false},
		{1, "Звоните 8 912 345-67-89", "Звоните [телефон]", true},
	} {
		s := standing{post: storage.Post{Source: c.source, Text: c.stored}}
		if got := s.sameText(c.now); got != c.same {
			t.Errorf("%q and %q: %v", c.stored, c.now, got)
		}
	}
}
