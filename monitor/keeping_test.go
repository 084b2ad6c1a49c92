package monitor

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"otklik/storage"
)

// TestNobodyIsNamed: neither a source nor the line that a comment stands under
// tells whose page it is.
func TestNobodyIsNamed(t *testing.T) {
	store := open(t)
	region := addRegion(t, store, "Край", "Заречный")
	m := watching(t, store, Config{IntakeToken: intakeToken}, newFake("fake"))
	post(t, m, `{"url":"https://vk.com/wall5_2?reply=3","text":"Яма в Заречном","parent_text":"Пишет Анна Каренина, 8 912 345-67-89",
		"source":{"url":"https://vk.com/id5","name":"Анна Каренина"},"author":{"url":"https://vk.com/id5"}}`)
	posts, err := store.Posts(t.Context(), incidents(t, store, region)[0].ID)
	if err != nil || len(posts) != 1 {
		t.Fatalf("%v, %v", posts, err)
	}
	p := posts[0]
	if diff := cmp.Diff([]string{"[имя]", "", "Пишет [имя], [телефон]"}, []string{p.SourceName, p.SourceURL, p.ParentText}); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if len(p.AuthorHash) != 32 {
		t.Errorf("the author's hash has %d bytes", len(p.AuthorHash))
	}
}

// TestFetchedPostThatConcernsNobody leaves its text to the recent ones, which
// are thrown away in a week, and nowhere else.
func TestFetchedPostThatConcernsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, f := open(t), newFake("fake")
		region := addRegion(t, store, "Край", "Заречный")
		m := watching(t, store, Config{IntakeToken: intakeToken, Recent: 10}, f)
		f.posts["1"] = Item{Post: storage.Post{Text: "Продам гараж в Заречном", PublishedAt: time.Now()}}
		stop := run(t, m)
		defer stop()
		post(t, m, `{"network":"fake","external_id":"1"}`)
		time.Sleep(time.Minute)
		synctest.Wait()
		p, err := store.Post(t.Context(), 1)
		if err != nil || p.State != storage.Erased || p.Text != "" || p.AuthorHash != nil {
			t.Errorf("the post is %+v, %v", p, err)
		}
		kept, err := store.RecentTexts(t.Context(), region, 10)
		if diff := cmp.Diff([]string{"Продам гараж в Заречном"}, kept); err != nil || diff != "" {
			t.Errorf("%v, kept (-want +got):\n%s", err, diff)
		}
	})
}

// TestPendingPostIsGivenUp: a post whose network never answers is asked for no
// longer than a week.
func TestPendingPostIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, f := open(t), newFake("fake")
		addRegion(t, store, "Край", "Заречный")
		m := watching(t, store, Config{IntakeToken: intakeToken}, f)
		f.postErr = Retry{}
		stop := run(t, m)
		defer stop()
		post(t, m, `{"network":"fake","external_id":"1"}`)
		time.Sleep(pendingLife - time.Hour)
		if waiting, err := store.PendingPosts(t.Context(), 10); err != nil || len(waiting) != 1 {
			t.Errorf("given up too early: %v, %v", waiting, err)
		}
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if p, err := store.Post(t.Context(), 1); err != nil || p.State != storage.Deleted {
			t.Errorf("after a week it is %s, %v", p.State, err)
		}
	})
}

// TestIntakeOfTooManyLines: eight megabytes of nothing would be a gigabyte of lines.
func TestIntakeOfTooManyLines(t *testing.T) {
	m := watching(t, open(t), Config{IntakeToken: intakeToken}, newFake("fake"))
	for name, body := range map[string]string{
		"lines":    strings.Repeat("{}\n", maxLines+1),
		"an array": "[" + strings.Repeat("{},", maxLines) + "{}]",
	} {
		if code, a := post(t, m, body); code != http.StatusRequestEntityTooLarge || a.Error != "too_many_lines" {
			t.Errorf("%s: status %d, %q", name, code, a.Error)
		}
	}
}
