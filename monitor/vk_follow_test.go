package monitor

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"otklik/monitor/sandbox"
	"otklik/storage"
)

// wantFates compares what was said of an item with what became of it.
func (b *vkBench) wantFates(id string, want ...storage.Fate) {
	b.Helper()
	if diff := cmp.Diff(want, b.fates[id]); diff != "" {
		b.Errorf("%s (-want +got):\n%s", id, diff)
	}
}

func TestVKTellsEditsDeletionsAndReturns(t *testing.T) {
	inVK(t, sandbox.VKOptions{}, func(b *vkBench) {
		long := b.wall.Post("Житель 1", "Из прошлой недели", sandbox.PostOptions{At: time.Now().Add(-50 * time.Hour)})
		p := b.wall.Post("Житель 1", "Нет воды", sandbox.PostOptions{})
		q := b.wall.Post("Житель 2", "Нет света", sandbox.PostOptions{})
		c, d := p.Comment("Житель 2", "И у нас"), q.Comment("Житель 3", "Второй день")
		under := c.Reply("Житель 4", "Везде")
		b.poll()
		b.poll()
		b.wantOnce(p.ExternalID(), q.ExternalID(), c.ExternalID(), d.ExternalID(), under.ExternalID())
		if len(b.fates) != 0 {
			t.Fatalf("of what stands unchanged is said %v", b.fates)
		}

		p.Edit("Нет воды на Мира, 12")
		c.Edit("И у нас, Мира, 14")
		under.Delete()
		long.Edit("Никого не касается")
		time.Sleep(61 * time.Minute)
		b.poll()
		b.poll()
		b.wantFates(p.ExternalID(), storage.PostEdited)
		b.wantFates(c.ExternalID(), storage.PostEdited)
		b.wantFates(under.ExternalID(), storage.PostRemoved)
		if got := b.items[c.ExternalID()]; got.Text != "И у нас, Мира, 14" || got.URL == "" || got.ParentText != "Нет воды на Мира, 12" {
			t.Errorf("an edited comment is %+v", got)
		}

		q.Delete()
		under.Restore()
		time.Sleep(61 * time.Minute)
		b.poll()
		b.wantFates(q.ExternalID(), storage.PostRemoved)
		b.wantFates(d.ExternalID(), storage.PostRemoved)
		b.wantFates(under.ExternalID(), storage.PostRemoved, storage.PostRestored)

		q.Restore()
		time.Sleep(time.Minute)
		b.poll()
		b.wantFates(q.ExternalID(), storage.PostRemoved, storage.PostRestored)
		b.wantFates(d.ExternalID(), storage.PostRemoved, storage.PostRestored)
		b.wantFates(long.ExternalID())
		b.wantOnce(p.ExternalID(), q.ExternalID(), c.ExternalID(), d.ExternalID(), under.ExternalID())
	})
}

func TestVKTellsWhatBecameOfMessagesAndFoundPosts(t *testing.T) {
	inVK(t, sandbox.VKOptions{}, func(b *vkBench) {
		topic := b.wall.Topic("Житель 1", "Вопросы главе", "Когда починят дорогу?")
		second := topic.Comment("Житель 2", "И мост")
		b.source.Kind, b.source.Address = vkKindTopic, fmt.Sprintf("%d_%d", -b.wall.OwnerID(), topic.ID())
		b.poll()
		topic.EditComment(second, "И мост на Мира")
		b.poll()
		topic.DeleteComment(second)
		b.poll()
		b.poll()
		topic.RestoreComment(second)
		b.poll()
		b.wantFates(second, storage.PostEdited, storage.PostRemoved, storage.PostRestored)
		// A list that ends too soon proves nothing.
		b.v.AddFault(sandbox.Fault{Empty: true, Count: 2})
		b.poll()
		b.poll()
		b.wantFates(second, storage.PostEdited, storage.PostRemoved, storage.PostRestored)
	})
	inVK(t, sandbox.VKOptions{}, func(b *vkBench) {
		b.source.Kind, b.source.Address = vkKindSearch, "яма"
		p := b.wall.Post("Житель 1", "Яма", sandbox.PostOptions{})
		b.poll()
		p.Edit("Яма на Мира")
		b.poll()
		b.poll()
		b.wantFates(p.ExternalID(), storage.PostEdited)
	})
	inVK(t, sandbox.VKOptions{}, func(b *vkBench) {
		p := b.wall.Post("Житель 1", "Задайте вопрос", sandbox.PostOptions{At: time.Now().Add(-300 * 24 * time.Hour)})
		b.source.Kind, b.source.Address = vkKindPost, p.ExternalID()
		c := p.Comment("Житель 2", "Где автобус?")
		b.poll()
		c.Edit("Где автобус 12?")
		time.Sleep(61 * time.Minute)
		b.poll()
		b.wantFates(c.ExternalID(), storage.PostEdited)
		p.Delete()
		b.poll()
		b.wantFates(c.ExternalID(), storage.PostEdited, storage.PostRemoved)
		if _, err := b.page(); !errors.As(err, new(Gone)) {
			t.Errorf("the source of a deleted post: %v, want Gone", err)
		}
	})
}

func TestVKAnEmptyAnswerDeletesNothing(t *testing.T) {
	inVK(t, sandbox.VKOptions{}, func(b *vkBench) {
		p := b.wall.Post("Житель 1", "Нет воды", sandbox.PostOptions{})
		c := p.Comment("Житель 2", "И у нас")
		b.poll()
		for _, method := range []string{"wall.getById", "wall.getComments", ""} {
			calm := b.v.AddFault(sandbox.Fault{Method: method, Empty: true, Count: -1})
			time.Sleep(2 * time.Hour)
			_, err := b.page()
			if (err != nil) != (method == "") {
				t.Errorf("empty answers to %q: error %v", method, err)
			}
			calm()
		}
		time.Sleep(2 * time.Hour)
		b.poll()
		time.Sleep(2 * time.Hour)
		b.poll()
		if len(b.fates) > 0 {
			t.Errorf("of what stands is said %v", b.fates)
		}
		b.wantOnce(p.ExternalID(), c.ExternalID())
		// A wall that is closed says so, and that is no deletion.
		b.wall.Close()
		if _, err := b.page(); !errors.As(err, new(Forbidden)) {
			t.Errorf("a closed wall: %v, want Forbidden", err)
		}
		b.wantOnce(p.ExternalID(), c.ExternalID())
	})
}

func TestVKSeesNewPostsBetweenTwoReadingsOfTheWall(t *testing.T) {
	inVK(t, sandbox.VKOptions{}, func(b *vkBench) {
		b.wall.Post("Житель 1", "Первый", sandbox.PostOptions{})
		b.poll()
		walls := len(b.v.CallsOf("wall.get"))
		p := b.wall.Post("Житель 2", "Второй", sandbox.PostOptions{})
		time.Sleep(2 * time.Minute)
		b.poll()
		if b.got[p.ExternalID()] != 1 || len(b.v.CallsOf("wall.get")) != walls {
			t.Errorf("seen %v times, %d calls of wall.get; want it to be seen without one", b.got[p.ExternalID()], len(b.v.CallsOf("wall.get"))-walls)
		}
		// Ids that nobody has hide a post until the wall is read.
		b.wall.Skip(3 * vkAhead)
		hidden := b.wall.Post("Житель 2", "За дырой", sandbox.PostOptions{})
		b.poll()
		if b.got[hidden.ExternalID()] != 0 {
			t.Fatal("the hole hides nothing: this test proves nothing")
		}
		time.Sleep(time.Hour)
		b.poll()
		if b.got[hidden.ExternalID()] != 1 {
			t.Error("a post behind a hole in the ids was not found by the wall")
		}
	})
}

func TestVKSharesItsSweeps(t *testing.T) {
	inVK(t, sandbox.VKOptions{PerSecond: 5}, func(b *vkBench) {
		var ids [][]string
		for i := range 7 {
			w := b.v.Community(fmt.Sprint("Двор ", i), "")
			var own []string
			for range 30 {
				own = append(own, w.Post("Житель 1", "Яма", sandbox.PostOptions{}).ExternalID())
			}
			ids = append(ids, own)
		}
		done := make(chan error, len(ids))
		for _, own := range ids {
			go func() {
				found, err := b.network.sweeps.find(b.Context(), append(own, "-1_1"))
				if err == nil && len(found.posts) != 30 {
					err = fmt.Errorf("%d posts of 30", len(found.posts))
				}
				done <- err
			}()
		}
		for range ids {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		if n := len(b.v.CallsOf("wall.getById")); n > 5 {
			t.Errorf("%d calls for 211 posts", n)
		}
	})
}

func TestVKSaysWhatAPostRepeatsAndWhatACommentAnswers(t *testing.T) {
	inVK(t, sandbox.VKOptions{}, func(b *vkBench) {
		far := b.v.Community("Другой двор", "other")
		original := far.Post("Житель 1", "Яма", sandbox.PostOptions{})
		repost := b.wall.Post("Житель 2", "Смотрите", sandbox.PostOptions{Repost: original})
		ours := b.wall.Post("", "Передаём", sandbox.PostOptions{Repost: original})
		c := repost.Comment("Житель 3", "Давно")
		d := c.Reply("Житель 4", "Год")
		e := d.Reply("Житель 3", "Два")
		b.poll()
		for id, want := range map[string][2]string{
			repost.ExternalID(): {original.ExternalID(), ""}, ours.ExternalID(): {original.ExternalID(), ""},
			c.ExternalID(): {"", ""}, d.ExternalID(): {"", c.ExternalID()}, e.ExternalID(): {"", d.ExternalID()},
		} {
			if got := b.items[id]; got.RepostOf != want[0] || got.ReplyTo != want[1] {
				t.Errorf("%s repeats %q and answers %q, want %q", id, got.RepostOf, got.ReplyTo, want)
			}
		}
		if !b.items[ours.ExternalID()].Own || b.items[repost.ExternalID()].Own {
			t.Error("what our community shared is ours, and nothing else")
		}
	})
}

func TestVKChecksPostsAgain(t *testing.T) {
	inVK(t, sandbox.VKOptions{PerSecond: 5}, func(b *vkBench) {
		var ids []string
		var want []string
		for i := range 130 {
			p := b.wall.Post("Житель 1", fmt.Sprint("Яма ", i), sandbox.PostOptions{})
			ids = append(ids, p.ExternalID())
			if i%2 == 0 {
				p.Delete()
				want = append(want, p.ExternalID())
			}
		}
		p := b.wall.Posts()[3]
		c, d := p.Comment("Житель 2", "Раз"), p.Comment("Житель 2", "Два")
		e := d.Reply("Житель 3", "Три")
		c.Delete()
		e.Edit("Четыре")
		topic := b.wall.Topic("Житель 1", "Вопросы", "Когда?")
		kept, gone := topic.Comment("Житель 1", "Где?"), topic.Comment("Житель 1", "Кто?")
		topic.DeleteComment(gone)
		closed := b.v.Community("Закрытая", "closed_one")
		hidden := closed.Post("Житель 1", "Яма", sandbox.PostOptions{})
		closed.Close()
		want = append(want, c.ExternalID(), gone)
		items, err := b.network.Recheck(b.Context(), append(ids, c.ExternalID(), d.ExternalID(), e.ExternalID(), kept, gone, hidden.ExternalID(), "nonsense"))
		if err != nil {
			t.Fatal(err)
		}
		var removed []string
		texts := map[string]string{}
		for _, i := range items {
			if texts[i.ExternalID] = i.Text; i.Fate == storage.PostRemoved {
				removed = append(removed, i.ExternalID)
			}
		}
		slices.Sort(want)
		slices.Sort(removed)
		if diff := cmp.Diff(want, removed); diff != "" {
			t.Errorf("gone (-want +got):\n%s", diff)
		}
		if texts[e.ExternalID()] != "Четыре" || texts[kept] != "Где?" || len(items) != 130+5 {
			t.Errorf("%d items, texts %q %q", len(items), texts[e.ExternalID()], texts[kept])
		}
		if n := len(b.v.CallsOf("wall.getById")); n != 3 { // 132 posts, and a message is no post
			t.Logf("%d calls of wall.getById", n)
		}
	})
}

func TestVKReadsOnAfterAnAnswer(t *testing.T) {
	inVK(t, sandbox.VKOptions{}, func(b *vkBench) {
		p := b.wall.Post("Житель 1", "Нет воды", sandbox.PostOptions{})
		c := p.Comment("Житель 2", "И у нас")
		p.Comment("Житель 3", "До ответа")
		time.Sleep(time.Hour)
		id, _, err := b.network.Publish(b.Context(), b.stored(c.ExternalID()), Answer{Text: "Дадут к 20:00", Key: "1"})
		if err != nil {
			t.Fatal(err)
		}
		since := time.Now()
		time.Sleep(time.Minute)
		ours := p.Comments()[2]
		reply, beside, elsewhere := ours.Reply("Житель 2", "Не дали"), c.Reply("Житель 5", "У меня есть"), p.Comment("Житель 4", "О другом")
		ours.Reply("", "Проверим")
		replies := func(post string, answer string) (got []string) {
			items, err := b.network.Replies(b.Context(), b.stored(post), answer, since)
			if err != nil {
				t.Fatal(err)
			}
			for _, i := range items {
				got = append(got, fmt.Sprint(i.ExternalID, " ", i.ReplyTo, " ", i.Own))
			}
			return got
		}
		inThread := []string{
			fmt.Sprint(reply.ExternalID(), " ", id, " false"), fmt.Sprint(beside.ExternalID(), " ", c.ExternalID(), " false"),
			fmt.Sprint(p.Comments()[6].ExternalID(), " ", id, " true"),
		}
		if diff := cmp.Diff(inThread, replies(c.ExternalID(), id)); diff != "" {
			t.Errorf("in the thread of a comment (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(append(inThread, fmt.Sprint(elsewhere.ExternalID(), "  false")), replies(p.ExternalID(), id)); diff != "" {
			t.Errorf("under a post (-want +got):\n%s", diff)
		}
	})
}
