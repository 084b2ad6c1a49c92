package monitor

import (
	"errors"
	"testing"
	"time"

	"otklik/monitor/sandbox"
	"otklik/storage"
)

// stored is an item as the database gives it back.
func (b *vkBench) stored(id string) storage.Post {
	b.Helper()
	b.poll()
	item, ok := b.items[id]
	if !ok {
		b.Fatalf("%s was not read", id)
	}
	return item.Post
}

func TestVKPublishesUnderPostsAndComments(t *testing.T) {
	inVK(t, sandbox.VKOptions{PerSecond: 5}, func(b *vkBench) {
		p := b.wall.Post("Житель", "Нет воды", sandbox.PostOptions{})
		c := p.Comment("Житель", "И у нас")
		inner := c.Reply("Житель 2", "И у нас")
		since := time.Now()
		published := map[string]bool{}
		for key, under := range map[string]string{"key-1": p.ExternalID(), "key-2": c.ExternalID(), "key-3": inner.ExternalID()} {
			post := b.stored(under)
			if _, _, found, err := b.network.FindPublished(b.Context(), post, "Дадут к 20:00", since); found || err != nil {
				b.Fatalf("found before it was published: %v, %v", found, err)
			}
			id, url, err := b.network.Publish(b.Context(), post, Answer{Text: "Дадут к 20:00", Key: key})
			if err != nil {
				b.Fatal(err)
			}
			again, _, err := b.network.Publish(b.Context(), post, Answer{Text: "Дадут к 20:00", Key: key})
			if err != nil || again != id {
				b.Errorf("the same key again made %q, %v; want %q", again, err, id)
			}
			seenID, seenURL, found, err := b.network.FindPublished(b.Context(), post, "Дадут  к 20:00\n", since)
			if !found || err != nil || seenID != id || seenURL != url {
				b.Errorf("under %s found %q %q %v %v, want %q %q", under, seenID, seenURL, found, err, id, url)
			}
			if _, _, found, _ := b.network.FindPublished(b.Context(), post, "Дадут к 20:00", since.Add(time.Hour)); found {
				b.Error("an answer older than the attempt was taken for it")
			}
			if _, _, found, _ := b.network.FindPublished(b.Context(), post, "Другое", since); found {
				b.Error("another text was taken for the answer")
			}
			published[id] = true
		}
		b.poll()
		if len(p.Comments()) != 5 || len(published) != 3 {
			b.Errorf("%d comments stand, %d published", len(p.Comments()), len(published))
		}
		for id := range published {
			if !b.items[id].Own {
				b.Errorf("our own answer %s was read as a resident's", id)
			}
		}
		for _, call := range b.v.Calls() {
			if call.TokenInURL {
				b.Fatalf("a token in the address of %s", call.Method)
			}
		}
	})
}

func TestVKPublishesOnceWhenAnswersAreLost(t *testing.T) {
	for name, fault := range map[string]sandbox.Fault{
		"lost after": {Lose: true}, "dropped before": {Drop: true}, "gateway": {HTML502: true}, "half an answer": {Garbage: true}, "internal": {Code: 10}, "slow": {Delay: time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			inVK(t, sandbox.VKOptions{}, func(b *vkBench) {
				p := b.wall.Post("Житель", "Нет воды", sandbox.PostOptions{})
				post, since := b.stored(p.ExternalID()), time.Now()
				fault.Method = "wall.createComment"
				b.v.AddFault(fault)
				_, _, err := b.network.Publish(b.Context(), post, Answer{Text: "Дадут", Key: "key"})
				if err == nil || troubleCode(err) != troubleNetwork || errors.As(err, new(Retry)) || errors.As(err, new(CannotPublish)) {
					b.Fatalf("error %v must leave open whether the answer stands", err)
				}
				_, _, found, err := b.network.FindPublished(b.Context(), post, "Дадут", since)
				if err != nil || found != (len(p.Comments()) == 1) {
					b.Errorf("found %v, %v; %d stand", found, err, len(p.Comments()))
				}
				if _, _, err := b.network.Publish(b.Context(), post, Answer{Text: "Дадут", Key: "key"}); err != nil {
					b.Error(err)
				}
				if n := len(p.Comments()); n != 1 {
					b.Errorf("%d answers stand, want 1", n)
				}
			})
		})
	}
}

func TestVKSaysWhyItCannotPublish(t *testing.T) {
	inVK(t, sandbox.VKOptions{}, func(b *vkBench) {
		foreign := b.v.Community("Чужая", "foreign").Post("Житель", "Яма", sandbox.PostOptions{})
		person := b.v.Person("Житель 9").Post("Житель 9", "Яма", sandbox.PostOptions{})
		closed := b.wall.Post("Житель", "Яма", sandbox.PostOptions{CommentsClosed: true})
		open := b.wall.Post("Житель", "Яма", sandbox.PostOptions{})
		b.source.Kind, b.source.Address = vkKindSearch, "яма"
		b.poll()
		for id, want := range map[string]string{
			foreign.ExternalID(): reasonForeignWall, person.ExternalID(): reasonUserWall, closed.ExternalID(): reasonCommentsClosed, open.ExternalID(): "",
		} {
			post := b.items[id].Post
			ok, reason := b.network.CanPublish(post)
			if ok != (want == "") || reason != want || post.CanPublish != ok || post.PublishReason != want {
				b.Errorf("%s: %v %q, stored %v %q, want %q", id, ok, reason, post.CanPublish, post.PublishReason, want)
			}
		}
		post := b.items[open.ExternalID()].Post
		refused := func(reason string) {
			b.Helper()
			_, _, err := b.network.Publish(b.Context(), post, Answer{Text: "Ответ https://example.org", Key: "key " + reason})
			var cannot CannotPublish
			if !errors.As(err, &cannot) || cannot.Reason != reason {
				b.Errorf("error %v, want reason %q", err, reason)
			}
		}
		b.wall.ForbidLinks()
		refused("links_forbidden")
		b.wall.LimitReplies(1)
		open.Comment("", "первый")
		b.v.AddFault(sandbox.Fault{Method: "wall.createComment", Code: vkManyReplies})
		refused("too_many_replies")
		b.v.AddFault(sandbox.Fault{Method: "wall.createComment", Code: vkDenied})
		refused(reasonForbidden)
		open.CloseComments()
		refused(reasonCommentsClosed)
		open.Delete()
		if _, _, err := b.network.Publish(b.Context(), post, Answer{Text: "Ответ", Key: "key"}); !errors.As(err, new(Gone)) {
			b.Errorf("under a deleted post: %v, want Gone", err)
		}
		if _, err := b.network.FetchPost(b.Context(), open.ExternalID()); !errors.As(err, new(Gone)) {
			b.Errorf("a deleted post: %v, want Gone", err)
		}
		without := &vk{}
		if ok, reason := without.CanPublish(post); ok || reason != reasonNoToken {
			b.Errorf("without a token: %v %q", ok, reason)
		}
	})
}

func TestVKFetchesOnePostOrComment(t *testing.T) {
	inVK(t, sandbox.VKOptions{}, func(b *vkBench) {
		p := b.wall.Post("Житель", "Нет воды", sandbox.PostOptions{})
		c := p.Comment("Житель", "И у нас")
		var last *sandbox.Comment
		for range 15 {
			last = c.Reply("Житель", "Ответ")
		}
		deleted := p.Comment("Житель", "сотрут")
		deleted.Delete()
		b.poll()
		for _, id := range []string{p.ExternalID(), c.ExternalID(), last.ExternalID()} {
			item, err := b.network.FetchPost(b.Context(), id)
			if err != nil || item.Text != b.items[id].Text || item.URL != b.items[id].URL || item.ParentURL != b.items[id].ParentURL {
				b.Errorf("%s: %+v, %v; want what was read", id, item.Post, err)
			}
		}
		if _, err := b.network.FetchPost(b.Context(), deleted.ExternalID()); !errors.As(err, new(Gone)) {
			b.Errorf("a deleted comment: %v, want Gone", err)
		}
	})
}
