package monitor

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"otklik/monitor/sandbox"
	"otklik/storage"
)

// stored is a post as the database gives it back.
func (b *xBench) stored(p *sandbox.XPost) storage.Post {
	b.Helper()
	b.poll()
	item, ok := b.items[p.ExternalID()]
	if !ok {
		b.Fatalf("%s was not read", p.ExternalID())
	}
	return item.Post
}

func TestXPublishesWhereItWasCalled(t *testing.T) {
	inX(t, sandbox.XOptions{}, func(b *xBench) {
		resident := b.x.Account("resident_1")
		called := resident.Post("@zarechny_adm Заречный без воды", sandbox.XPostOptions{})
		quoted := resident.Post("Заречный всё ещё без воды", sandbox.XPostOptions{Quote: b.ours.Post("Работы идут", sandbox.XPostOptions{})})
		since := time.Now()
		for i, under := range []*sandbox.XPost{called, quoted} {
			post := b.stored(under)
			text := fmt.Sprintf("Дадут к 20:00 & не позже, см. https://zarechny.example/voda?n=%d и gosuslugi.ru", i)
			if _, _, found, err := b.network.FindPublished(b.Context(), post, text, since); found || err != nil {
				b.Fatalf("found before it was published: %v, %v", found, err)
			}
			photos := []Photo{{Name: "1.jpg", Data: []byte("jpeg")}, {Name: "2.jpg", Data: []byte("jpeg two")}}
			if n := b.network.TakesPhotos(post); n != 4 {
				b.Errorf("takes %d photos", n)
			}
			time.Sleep(time.Second)
			id, url, err := b.network.Publish(b.Context(), post, Answer{Text: text, Key: "key", Photos: photos[:2*i]})
			if err != nil {
				b.Fatal(err)
			}
			replies := under.Replies()
			if len(replies) != 1 || replies[0].ExternalID() != id || replies[0].Photos() != 2*i || url != "https://x.com/i/web/status/"+id {
				b.Errorf("%d answers stand, published as %s %s", len(replies), id, url)
			}
			again, _, err := b.network.Publish(b.Context(), post, Answer{Text: text, Key: "key"})
			if err != nil || again != id || len(under.Replies()) != 1 {
				b.Errorf("the same text again made %q, %v; want %q", again, err, id)
			}
			seen, seenURL, found, err := b.network.FindPublished(b.Context(), post, " "+text+"\n", since)
			if !found || err != nil || seen != id || seenURL != url {
				b.Errorf("found %q %q %v %v, want %q %q", seen, seenURL, found, err, id, url)
			}
			if _, _, found, _ := b.network.FindPublished(b.Context(), post, text, since.Add(time.Hour)); found {
				b.Error("an answer older than the attempt was taken for it")
			}
			if _, _, found, _ := b.network.FindPublished(b.Context(), post, "Другое", since); found {
				b.Error("another text was taken for the answer")
			}
		}
		for _, call := range b.x.Calls() {
			if call.TokenInURL {
				b.Fatalf("a secret in the address of %s", call.Method)
			}
		}
	})
}

func TestXPublishesOnceWhenAnswersAreLost(t *testing.T) {
	for name, fault := range map[string]sandbox.Fault{
		"lost after": {Lose: true}, "dropped before": {Drop: true}, "gateway": {HTML502: true}, "half an answer": {Garbage: true},
		"internal": {Text: "internal"}, "slow": {Delay: time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			inX(t, sandbox.XOptions{}, func(b *xBench) {
				p := b.x.Account("resident_1").Post("@zarechny_adm Заречный без воды", sandbox.XPostOptions{})
				post, since := b.stored(p), time.Now()
				fault.Method = "write"
				b.x.AddFault(fault)
				_, _, err := b.network.Publish(b.Context(), post, Answer{Text: "Дадут", Key: "key"})
				if err == nil || certain(err) {
					b.Fatalf("error %v must leave open whether the answer stands", err)
				}
				_, _, found, err := b.network.FindPublished(b.Context(), post, "Дадут", since)
				if err != nil || found != (len(p.Replies()) == 1) {
					b.Errorf("found %v, %v; %d stand", found, err, len(p.Replies()))
				}
				if _, _, err := b.network.Publish(b.Context(), post, Answer{Text: "Дадут", Key: "key"}); err != nil {
					b.Error(err)
				}
				if n := len(p.Replies()); n != 1 {
					b.Errorf("%d answers stand, want 1", n)
				}
			})
		})
	}
}

func TestXSaysWhyItCannotPublish(t *testing.T) {
	inX(t, sandbox.XOptions{}, func(b *xBench) {
		resident := b.x.Account("resident_1")
		silent := resident.Post("Заречный без воды", sandbox.XPostOptions{})
		called := resident.Post("@zarechny_adm Заречный без света", sandbox.XPostOptions{})
		for p, want := range map[*sandbox.XPost]string{silent: reasonNotSummoned, called: "summoned:zarechny_adm"} {
			post := b.stored(p)
			ok, reason := b.network.CanPublish(post)
			if ok != (p == called) || reason != want || post.CanPublish != ok || post.PublishReason != want {
				b.Errorf("%s: %v %q, stored %v %q, want %q", p.Text(), ok, reason, post.CanPublish, post.PublishReason, want)
			}
		}
		post := b.stored(called)
		refused := func(text, reason string) {
			b.Helper()
			_, _, err := b.network.Publish(b.Context(), post, Answer{Text: text, Key: "key"})
			var cannot CannotPublish
			if !errors.As(err, &cannot) || cannot.Reason != reason {
				b.Errorf("error %v, want reason %q", err, reason)
			}
		}
		refused(strings.Repeat("о", 281), xTextUnfit)
		b.x.AddFault(sandbox.Fault{Method: "write", Text: "duplicate"})
		refused("Ответ", reasonDuplicate)
		b.x.AddFault(sandbox.Fault{Method: "write", Text: "blocked"})
		refused("Ответ", reasonForbidden)
		wrong := post
		wrong.ExternalID = silent.ExternalID()
		if _, _, err := b.network.Publish(b.Context(), wrong, Answer{Text: "Ответ"}); !strings.Contains(err.Error(), reasonNotSummoned) {
			b.Errorf("not called: %v", err)
		}
		called.Close()
		refused("Ответ", reasonCommentsClosed)
		called.Delete()
		if _, _, err := b.network.Publish(b.Context(), post, Answer{Text: "Ответ", Key: "key"}); !errors.As(err, new(Gone)) {
			b.Errorf("under a deleted post: %v, want Gone", err)
		}

		// Who was called is not forgotten while his keys are away.
		without := &x{}
		if ok, reason := without.CanPublish(post); ok || reason != "summoned:zarechny_adm" {
			b.Errorf("without its keys: %v %q", ok, reason)
		}
		if ok, reason := without.CanPublish(b.items[silent.ExternalID()].Post); ok || reason != reasonNoToken {
			b.Errorf("without keys: %v %q", ok, reason)
		}
	})
}

func TestXPhotosThatAreRefusedKeepTheTextWhole(t *testing.T) {
	inX(t, sandbox.XOptions{}, func(b *xBench) {
		p := b.x.Account("resident_1").Post("@zarechny_adm Заречный без воды", sandbox.XPostOptions{})
		post := b.stored(p)
		answer := Answer{Text: "Дадут", Key: "key", Photos: []Photo{{Name: "1.jpg", Data: make([]byte, 6<<20)}}}
		if _, _, err := b.network.Publish(b.Context(), post, answer); !errors.As(err, new(PhotosRefused)) {
			b.Errorf("too large: %v", err)
		}
		answer.Photos[0].Data = []byte("jpeg")
		b.x.AddFault(sandbox.Fault{Method: "upload", Lose: true})
		if _, _, err := b.network.Publish(b.Context(), post, answer); !errors.As(err, new(Retry)) {
			b.Errorf("an upload that was lost: %v", err)
		}
		if n := len(p.Replies()); n != 0 {
			b.Errorf("%d answers stand", n)
		}
	})
}

func TestXChecksPostsAgain(t *testing.T) {
	inX(t, sandbox.XOptions{}, func(b *xBench) {
		resident := b.x.Account("resident_1")
		var posts []*sandbox.XPost
		var ids []string
		for i := range 130 {
			posts = append(posts, resident.Post(fmt.Sprint("Заречный ", i), sandbox.XPostOptions{}))
			ids = append(ids, posts[i].ExternalID())
		}
		time.Sleep(time.Minute)
		posts[3].Delete()
		posts[105].Edit("Заречный, исправлено")
		items, err := b.network.Recheck(b.Context(), append(ids, "nothing"))
		if err != nil || len(items) != 130 {
			t.Fatalf("%d items, %v", len(items), err)
		}
		fates := map[storage.Fate][]string{}
		for _, item := range items {
			fates[item.Fate] = append(fates[item.Fate], item.ExternalID+" "+item.Text)
		}
		if diff := cmp.Diff([]string{ids[3] + " "}, fates[storage.PostRemoved]); diff != "" {
			t.Errorf("removed (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{ids[105] + " Заречный, исправлено"}, fates[storage.PostEdited]); diff != "" {
			t.Errorf("edited (-want +got):\n%s", diff)
		}
		item, err := b.network.FetchPost(b.Context(), ids[105])
		if err != nil || item.Text != "Заречный, исправлено" || item.ExternalID != ids[105] {
			t.Errorf("one post: %+v, %v", item, err)
		}
		for id, want := range map[string]string{ids[3]: troubleGone, "123": troubleGone, "nothing": troubleSetting} {
			if _, err := b.network.FetchPost(b.Context(), id); err == nil || troubleCode(err) != want {
				t.Errorf("%s: error %v, want %s", id, err, want)
			}
		}
	})
}

func TestXReadsOnAfterAnAnswer(t *testing.T) {
	inX(t, sandbox.XOptions{}, func(b *xBench) {
		resident, other := b.x.Account("resident_1"), b.x.Account("resident_2")
		root := other.Post("Новости дня", sandbox.XPostOptions{})
		p := resident.Post("@zarechny_adm Заречный без воды", sandbox.XPostOptions{ReplyTo: root})
		resident.Post("Ещё вчера не было", sandbox.XPostOptions{ReplyTo: p})
		post := b.stored(p)
		time.Sleep(time.Minute)
		since := time.Now()
		id, _, err := b.network.Publish(b.Context(), post, Answer{Text: "Дадут к 20:00"})
		if err != nil {
			t.Fatal(err)
		}
		ours := p.Replies()[1]
		want := []string{id + " own"}
		for i := range 12 {
			time.Sleep(time.Second)
			want = append(want, other.Post(fmt.Sprint("Не решено ", i), sandbox.XPostOptions{ReplyTo: ours}).ExternalID())
		}
		again := b.ours.Post("Проверим", sandbox.XPostOptions{ReplyTo: ours.Replies()[0]})
		want = append(want, again.ExternalID()+" own", resident.Post("Спасибо", sandbox.XPostOptions{ReplyTo: again}).ExternalID())
		time.Sleep(time.Minute)
		items, err := b.network.Replies(b.Context(), post, id, since)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, item := range items {
			line := item.ExternalID
			if item.Own {
				line += " own"
			}
			if item.ReplyTo == "" {
				line += " replies to nothing"
			}
			got = append(got, line)
		}
		slices.Sort(got)
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("replies (-want +got):\n%s", diff)
		}
	})
}
