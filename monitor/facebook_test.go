package monitor

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"otklik/monitor/links"
	"otklik/monitor/sandbox"
	"otklik/storage"
)

func TestFacebookReadsPostsCommentsAndRepliesOnce(t *testing.T) {
	inFacebook(t, sandbox.GraphOptions{PageSize: 3}, func(b *graphBench) {
		news := b.page.Post("", "Субботник в парке", sandbox.EntryOptions{})
		p := b.page.Post("Житель 1", "Нет воды на Мира, 12", sandbox.EntryOptions{Photos: 2, Video: true})
		again := b.page.Post("Житель 2", "", sandbox.EntryOptions{Shares: p})
		tagged := b.page.Tag("Житель 3", "@Администрация, где вода?", sandbox.EntryOptions{Photos: 1})
		c := p.Comment("Житель 2", "И у нас")
		ours := c.Reply("", "Разбираемся")
		want := []string{news.ExternalID(), p.ExternalID(), again.ExternalID(), tagged.ExternalID(), c.ExternalID(), ours.ExternalID()}
		for i := range 13 {
			want = append(want, news.Comment("Житель 4", fmt.Sprint("замечание ", i)).ExternalID())
		}
		b.page.Post("Житель", "удалят", sandbox.EntryOptions{}).Delete()
		p.Comment("Житель 5", "удалят").Delete()
		b.page.Post("Житель", "прошлый месяц", sandbox.EntryOptions{At: time.Now().Add(-30 * 24 * time.Hour)})
		b.poll()
		b.poll()
		b.wantOnce(want...)

		solved := ours.Reply("Житель 2", "Не решено")
		b.poll()
		b.wantOnce(append(want, solved.ExternalID())...)

		type facts struct {
			URL, Kind, ParentURL, ParentText, Text, ReplyTo, RepostOf, Reason string
			Photos, Videos                                                    int
			Own                                                               bool
		}
		root := "https://www.facebook.com/" + p.ExternalID()
		under := func(r *sandbox.Remark) string { return root + "?comment_id=" + fbShort(r.ExternalID()) }
		for id, want := range map[string]facts{
			news.ExternalID():   {URL: "https://www.facebook.com/" + news.ExternalID(), Kind: "post", Text: "Субботник в парке", Own: true},
			p.ExternalID():      {URL: root, Kind: "post", Text: "Нет воды на Мира, 12", Photos: 2, Videos: 1},
			again.ExternalID():  {URL: "https://www.facebook.com/" + again.ExternalID(), Kind: "post", RepostOf: p.ExternalID()},
			tagged.ExternalID(): {URL: "https://www.facebook.com/" + tagged.ExternalID(), Kind: "post", Text: "@Администрация, где вода?", Photos: 1, Reason: reasonForeignPage},
			c.ExternalID():      {URL: under(c), Kind: "comment", ParentURL: root, ParentText: "Нет воды на Мира, 12", Text: "И у нас"},
			ours.ExternalID():   {URL: under(ours), Kind: "comment", ParentURL: under(c), ParentText: "И у нас", Text: "Разбираемся", ReplyTo: c.ExternalID(), Own: true},
			solved.ExternalID(): {URL: under(solved), Kind: "comment", ParentURL: under(c), ParentText: "И у нас", Text: "Не решено", ReplyTo: c.ExternalID()},
		} {
			i := b.items[id]
			got := facts{i.URL, i.Kind, i.ParentURL, i.ParentText, i.Text, i.ReplyTo, i.RepostOf, i.PublishReason, i.Photos, i.Videos, i.Own}
			if diff := cmp.Diff(want, got); diff != "" || i.CanPublish != (want.Reason == "") {
				t.Errorf("%s (-want +got):\n%s", id, diff)
			}
			l, err := links.Parse(i.URL)
			if err != nil || l.ExternalID != id || l.URL != i.URL {
				t.Errorf("%s stands at %s, which another monitor would call %q", id, i.URL, l.ExternalID)
			}
		}
	})
}

func TestFacebookNoticesEditsAndWhatShowsLate(t *testing.T) {
	inFacebook(t, sandbox.GraphOptions{}, func(b *graphBench) {
		p := b.page.Post("Житель", "Нет воды", sandbox.EntryOptions{})
		late := b.page.Post("Житель", "Показали через час", sandbox.EntryOptions{Late: time.Hour})
		c := p.LateComment("Житель", "Показали через два часа", 2*time.Hour)
		b.poll()
		time.Sleep(10 * time.Minute)
		newer := b.page.Post("Житель", "Позже", sandbox.EntryOptions{})
		p.Edit("Нет горячей воды")
		b.poll()
		if i := b.items[p.ExternalID()]; i.Fate != storage.PostEdited || i.Text != "Нет горячей воды" {
			t.Errorf("after an edit: fate %q, text %q", i.Fate, i.Text)
		}
		for range 3 {
			time.Sleep(time.Hour)
			b.poll()
		}
		b.wantOnce(p.ExternalID(), late.ExternalID(), c.ExternalID(), newer.ExternalID())
		// A deletion and a new comment leave the number as it was.
		d := newer.Comment("Житель", "будет удалён")
		b.poll()
		d.Delete()
		e := newer.Comment("Житель", "вместо него")
		time.Sleep(time.Hour)
		b.poll()
		b.wantOnce(p.ExternalID(), late.ExternalID(), c.ExternalID(), newer.ExternalID(), d.ExternalID(), e.ExternalID())
		time.Sleep(9 * 24 * time.Hour)
		b.poll()
		if n := len(b.source.Cursor); n > 200 {
			t.Errorf("after a quiet week the cursor has %d bytes: %s", n, b.source.Cursor)
		}
	})
}

func TestFacebookStartsAListAnewWhoseCursorIsForgotten(t *testing.T) {
	inFacebook(t, sandbox.GraphOptions{PageSize: 5}, func(b *graphBench) {
		var want []string
		p := b.page.Post("Житель", "Яма", sandbox.EntryOptions{})
		want = append(want, p.ExternalID())
		for i := range 12 {
			want = append(want, b.page.Post("Житель", fmt.Sprint(i), sandbox.EntryOptions{}).ExternalID(), p.Comment("Житель", fmt.Sprint(i)).ExternalID())
		}
		if _, err := b.fetch(); err != nil {
			t.Fatal(err)
		}
		b.g.AddFault(sandbox.Fault{Method: "feed", Code: 100, Text: "Invalid cursors values"})
		b.g.AddFault(sandbox.Fault{Method: "comments", Code: 100, Match: func(c sandbox.Call) bool { return c.Params["after"] != "" }})
		b.poll()
		b.wantOnce(want...)
	})
}

func TestFacebookReadsTheFeedWithoutTheRightToTags(t *testing.T) {
	inFacebook(t, sandbox.GraphOptions{}, func(b *graphBench) {
		b.page.ForbidTagged()
		p := b.page.Post("Житель", "Яма", sandbox.EntryOptions{})
		c := p.Comment("Житель", "Да")
		b.page.Tag("Житель", "Яма", sandbox.EntryOptions{})
		b.poll()
		b.wantOnce(p.ExternalID(), c.ExternalID())
	})
}

func TestFacebookResolvesOwnAndForeignPages(t *testing.T) {
	for _, public := range []bool{false, true} {
		t.Run(fmt.Sprint("public content ", public), func(t *testing.T) {
			inFacebook(t, sandbox.GraphOptions{PublicContent: public}, func(b *graphBench) {
				foreign := b.g.Page("Подслушано", "podslushano")
				post := foreign.Post("Житель", "Яма", sandbox.EntryOptions{})
				comment := post.Comment("Житель", "Да")
				resolve := func(address string) (storage.Source, error) {
					l, err := links.Parse(address)
					if err != nil {
						t.Fatal(err)
					}
					return b.network.(Resolver).Resolve(b.Context(), l)
				}
				for _, address := range []string{"facebook.com/Zarechny", "facebook.com/" + b.page.ID(), "facebook.com/profile.php?id=" + b.page.ID()} {
					s, err := resolve(address)
					if err != nil || s.Address != b.page.ID() || s.Name != "Администрация Заречного" || s.Kind != links.Community {
						t.Errorf("%s: %+v, %v", address, s, err)
					}
				}
				s, err := resolve("facebook.com/podslushano")
				if public != (err == nil) || !public && troubleCode(err) != troubleNotOurs || public && s.Address != foreign.ID() {
					t.Errorf("a foreign page: %+v, %v", s, err)
				}
				if _, err := resolve("facebook.com/hashtag/яма"); troubleCode(err) != troubleSetting {
					t.Errorf("a hashtag: %v", err)
				}
				b.source.Address = foreign.ID()
				if !public {
					if _, err := b.fetch(); troubleCode(err) != troubleNotOurs {
						t.Errorf("reading a foreign page: %v", err)
					}
					return
				}
				b.poll()
				b.wantOnce(post.ExternalID(), comment.ExternalID())
				if i := b.items[comment.ExternalID()]; i.CanPublish || i.PublishReason != reasonForeignPage {
					t.Errorf("under a foreign page: %v %q", i.CanPublish, i.PublishReason)
				}
			})
		})
	}
}

func TestFacebookProbesEachToken(t *testing.T) {
	inFacebook(t, sandbox.GraphOptions{}, func(b *graphBench) {
		other := b.g.Page("Другая", "other")
		probe := func() (got []string) {
			for _, c := range b.network.(Prober).Probe(b.Context()) {
				got = append(got, fmt.Sprint(c.Key, " ", c.Number, " ", c.What, " ", troubleOf(c.Err)))
			}
			return got
		}
		b.network = b.opened(openFacebook, facebookSettings{URL: "https://x.example" + sandbox.GraphVersion, Pages: b.page.ID() + ":" + b.page.Token() + "," + other.ID() + ":" + b.page.Token()})
		want := []string{"OTKLIK_FACEBOOK_PAGES 1 publish ok", "OTKLIK_FACEBOOK_PAGES 1 read ok", "OTKLIK_FACEBOOK_PAGES 2 publish forbidden", "OTKLIK_FACEBOOK_PAGES 2 read forbidden"}
		if diff := cmp.Diff(want, probe()); diff != "" {
			t.Errorf("probe (-want +got):\n%s", diff)
		}
		b.network = b.open()
		b.g.Expire(b.page.Token())
		for range 2 { // a token that was refused is asked for all the same
			calls := len(b.g.Calls())
			if got := probe(); got[0] != "OTKLIK_FACEBOOK_PAGES 1 publish token" || len(b.g.Calls()) != calls+1 {
				t.Errorf("with an expired token: %v after %d calls", got, len(b.g.Calls())-calls)
			}
		}
	})
}

func troubleOf(err error) string {
	if err == nil {
		return "ok"
	}
	return troubleCode(err)
}

func TestFacebookHookTellsWhatHappened(t *testing.T) {
	for name, d := range map[string]sandbox.Delivery{"in one": {}, "one by one": {Batch: 1}, "the latest first, twice": {Batch: 2, Reverse: true, Repeat: true}} {
		t.Run(name, func(t *testing.T) {
			inFacebook(t, sandbox.GraphOptions{}, func(b *graphBench) {
				p := b.page.Post("Житель", "Нет воды", sandbox.EntryOptions{})
				photo := b.page.Post("Житель", "", sandbox.EntryOptions{Photos: 1})
				c := p.Comment("Житель", "И у нас")
				r := c.Reply("", "Разбираемся")
				edited := p.Comment("Житель", "Опечатка")
				edited.Edit("Без опечатки", false)
				bare := p.Comment("Житель", "Раньше")
				bare.Edit("Теперь", true)
				gone := p.Comment("Житель", "Удалю")
				gone.Delete()
				tagged := b.page.Tag("Житель", "А тут?", sandbox.EntryOptions{})
				items := map[string]map[storage.Fate]Item{}
				for _, i := range b.receive(b.g.Deliver("page", "https://otklik.example/hooks/facebook", d)...) {
					if i.Origin != b.page.ID() {
						t.Errorf("%s comes from %q", i.ExternalID, i.Origin)
					}
					if items[i.ExternalID] == nil {
						items[i.ExternalID] = map[storage.Fate]Item{}
					}
					items[i.ExternalID][i.Fate] = i
				}
				text := func(id string, fate storage.Fate, want string) {
					t.Helper()
					if i, ok := items[id][fate]; !ok || i.Text != want || i.State == storage.Pending {
						t.Errorf("%s %q: told %v, text %q, want %q", id, fate, ok, i.Text, want)
					}
				}
				text(p.ExternalID(), "", "Нет воды")
				text(c.ExternalID(), "", "И у нас")
				text(edited.ExternalID(), storage.PostEdited, "Без опечатки")
				text(bare.ExternalID(), storage.PostEdited, "Теперь")
				text(gone.ExternalID(), storage.PostRemoved, "")
				if i := items[r.ExternalID()][""]; !i.Own || i.ReplyTo != c.ExternalID() {
					t.Errorf("our reply is told as %+v", i)
				}
				for _, id := range []string{photo.ExternalID(), tagged.ExternalID()} {
					if i := items[id][""]; i.State != storage.Pending {
						t.Errorf("%s came without a text and is not to be fetched: %+v", id, i)
					}
				}
				b.poll()
				for _, id := range []string{p.ExternalID(), c.ExternalID()} {
					told, read := items[id][""], b.items[id]
					told.Origin, told.ParentText, read.ParentText = "", "", ""
					if diff := cmp.Diff(read, told); diff != "" {
						t.Errorf("%s as read and as told:\n%s", id, diff)
					}
				}
			})
		})
	}
}

func TestFacebookPublishesUnderPostsAndComments(t *testing.T) {
	inFacebook(t, sandbox.GraphOptions{PageSize: 2}, func(b *graphBench) {
		n := b.network.(*facebook)
		p := b.page.Post("Житель", "Нет воды", sandbox.EntryOptions{})
		c := p.Comment("Житель", "И у нас")
		inner := p.Comment("Житель 3", "И у меня").Reply("Житель 2", "Тоже")
		since := time.Now()
		for i, under := range []string{p.ExternalID(), c.ExternalID(), inner.ExternalID()} {
			post := b.stored(under)
			text := fmt.Sprint("Дадут к 2", i, ":00")
			if _, _, found, err := n.FindPublished(b.Context(), post, text, since); found || err != nil {
				t.Fatalf("found before it was published: %v, %v", found, err)
			}
			if n.TakesPhotos(post) != 1 {
				t.Error("a comment takes a photo")
			}
			id, url, err := n.Publish(b.Context(), post, Answer{Text: text, Key: "key", Photos: []Photo{{Name: "яма.jpg", Data: []byte("photo")}}[:i%2]})
			if err != nil {
				t.Fatal(err)
			}
			seenID, seenURL, found, err := n.FindPublished(b.Context(), post, text+"\n", since)
			if !found || err != nil || seenID != id || seenURL != url {
				t.Errorf("under %s found %q %q %v %v, want %q %q", under, seenID, seenURL, found, err, id, url)
			}
			if _, _, found, _ := n.FindPublished(b.Context(), post, text, since.Add(time.Hour)); found {
				t.Error("an answer older than the attempt was taken for it")
			}
			if _, _, found, _ := n.FindPublished(b.Context(), post, "Другое", since); found {
				t.Error("another text was taken for the answer")
			}
			time.Sleep(time.Minute)
			b.poll()
			if i := b.items[id]; !i.Own || i.URL != url {
				t.Errorf("our own answer was read as %+v", i)
			}
		}
		photos := 0
		for _, c := range p.Comments() {
			photos += c.Photos()
		}
		if len(p.Comments()) != 6 || photos != 1 {
			t.Errorf("%d comments stand with %d photos", len(p.Comments()), photos)
		}
	})
}

func TestFacebookPublishesOnceWhenAnswersAreLost(t *testing.T) {
	for name, fault := range map[string]sandbox.Fault{
		"lost after": {Lose: true}, "dropped before": {Drop: true}, "gateway": {HTML502: true}, "half an answer": {Garbage: true}, "transient": {Code: 2}, "unknown": {Code: 1}, "slow": {Delay: time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			inFacebook(t, sandbox.GraphOptions{}, func(b *graphBench) {
				p := b.page.Post("Житель", "Нет воды", sandbox.EntryOptions{})
				post, since := b.stored(p.ExternalID()), time.Now()
				fault.Method = "POST comments"
				b.g.AddFault(fault)
				b.publishOnce(post, since, func() int { return len(p.Comments()) })
			})
		})
	}
}

// publishOnce attempts to publish, in vain or so it seems, and goes on as
// monitor does: it looks, and tries again only when nothing stands there.
func (b *graphBench) publishOnce(post storage.Post, since time.Time, standing func() int) {
	b.Helper()
	n := b.network.(Publisher)
	before := standing()
	_, _, err := n.Publish(b.Context(), post, Answer{Text: "Дадут к вечеру", Key: "key"})
	if err == nil || troubleCode(err) != troubleNetwork || errors.As(err, new(Retry)) || errors.As(err, new(CannotPublish)) {
		b.Fatalf("error %v must leave open whether the answer stands", err)
	}
	_, _, found, err := n.FindPublished(b.Context(), post, "Дадут к вечеру", since)
	if err != nil || found != (standing() == before+1) {
		b.Fatalf("found %v, %v; %d stand", found, err, standing()-before)
	}
	if !found {
		if _, _, err := n.Publish(b.Context(), post, Answer{Text: "Дадут к вечеру", Key: "key"}); err != nil {
			b.Error(err)
		}
	}
	if standing() != before+1 {
		b.Errorf("%d answers stand, want 1", standing()-before)
	}
}

func TestFacebookSaysWhyItCannotPublish(t *testing.T) {
	inFacebook(t, sandbox.GraphOptions{}, func(b *graphBench) {
		n := b.network.(*facebook)
		p := b.page.Post("Житель", "Нет воды", sandbox.EntryOptions{})
		post := b.stored(p.ExternalID())
		refused := func(want string) {
			t.Helper()
			_, _, err := n.Publish(b.Context(), post, Answer{Text: "Ответ"})
			var cannot CannotPublish
			if !errors.As(err, &cannot) || cannot.Reason != want {
				t.Errorf("error %v, want reason %q", err, want)
			}
		}
		for code, want := range map[int]string{506: reasonDuplicate, 1705: reasonForbidden, 100: "refused"} {
			b.g.AddFault(sandbox.Fault{Method: "POST comments", Code: code})
			refused(want)
		}
		b.g.AddFault(sandbox.Fault{Method: "POST comments", Code: 324})
		if _, _, err := n.Publish(b.Context(), post, Answer{Text: "Ответ"}); !errors.As(err, new(PhotosRefused)) {
			t.Errorf("a photo that is none: %v", err)
		}
		if _, _, err := n.Publish(b.Context(), post, Answer{Text: "Ответ"}); err != nil {
			t.Fatal(err)
		}
		refused(reasonDuplicate) // the network itself says so
		for id, want := range map[string]bool{post.ExternalID: true, "zarechny_5": false, "5": false, b.page.ID() + "_5/../me": false} {
			other := storage.Post{Network: links.Facebook, Kind: links.Post, ExternalID: id, URL: "https://www.facebook.com/zarechny/posts/5"}
			if ok, reason := n.CanPublish(other); ok != want || !ok && reason != reasonForeignPage {
				t.Errorf("%s: %v %q", id, ok, reason)
			}
		}
		b.page.Block()
		_, _, err := n.Publish(b.Context(), post, Answer{Text: "Ещё ответ"})
		var limited Limited
		if !errors.As(err, &limited) || time.Until(limited.Until) != graphBlockRest {
			t.Errorf("blocked as abusive: %v", err)
		}
		if len(b.failed) != 1 || b.failed[0] != (AuthLost{Key: fbKeyPages, Number: 1, Cause: causeBlocked}) {
			t.Errorf("the owner is told %+v", b.failed)
		}
		calls := len(b.g.Calls())
		refused(reasonLimited)
		if len(b.g.Calls()) != calls {
			t.Error("a blocked page goes on commenting")
		}
		b.poll() // it reads on
		p.Delete()
		time.Sleep(graphBlockRest + time.Second)
		if _, _, err := n.Publish(b.Context(), post, Answer{Text: "Ответ"}); !errors.As(err, new(Gone)) {
			t.Errorf("under a deleted post: %v, want Gone", err)
		}
	})
}

func TestFacebookFollowsChecksAndFetches(t *testing.T) {
	inFacebook(t, sandbox.GraphOptions{}, func(b *graphBench) {
		n := b.network.(*facebook)
		p := b.page.Post("Житель", "Нет воды", sandbox.EntryOptions{})
		before := p.Comment("Житель", "И у нас")
		tagged := b.page.Tag("Житель", "А тут?", sandbox.EntryOptions{})
		post, comment := b.stored(p.ExternalID()), b.stored(before.ExternalID())
		time.Sleep(time.Minute)
		since := time.Now()
		answer, _, err := n.Publish(b.Context(), post, Answer{Text: "Дадут"})
		if err != nil {
			t.Fatal(err)
		}
		under, _, err := n.Publish(b.Context(), comment, Answer{Text: "Дадут и вам"})
		if err != nil {
			t.Fatal(err)
		}
		var ours *sandbox.Remark
		for _, c := range p.Comments() {
			if c.ExternalID() == answer {
				ours = c
			}
		}
		reply := ours.Reply("Житель", "Не дали")
		top := p.Comment("Житель", "Ждём")
		inner := before.Reply("Житель", "И нам не дали")
		ids := func(items []Item, err error) map[string]string {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]string{}
			for _, i := range items {
				got[i.ExternalID] = i.ReplyTo
			}
			return got
		}
		if diff := cmp.Diff(map[string]string{reply.ExternalID(): answer, top.ExternalID(): ""}, ids(n.Replies(b.Context(), post, answer, since))); diff != "" {
			t.Errorf("replies under the post (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(map[string]string{inner.ExternalID(): before.ExternalID()}, ids(n.Replies(b.Context(), comment, under, since))); diff != "" {
			t.Errorf("replies under the comment (-want +got):\n%s", diff)
		}
		b.poll()
		for _, id := range []string{p.ExternalID(), before.ExternalID(), inner.ExternalID(), tagged.ExternalID()} {
			item, err := n.FetchPost(b.Context(), id)
			item.ParentText, item.SourceName = b.items[id].ParentText, b.items[id].SourceName
			if diff := cmp.Diff(b.items[id], item); err != nil || diff != "" {
				t.Errorf("%s: %v, read alone (-want +got):\n%s", id, err, diff)
			}
		}
		top.Edit("Ждём до сих пор", true)
		reply.Delete()
		all := []string{p.ExternalID(), top.ExternalID(), reply.ExternalID(), inner.ExternalID(), b.page.ID() + "_1", "77_1", "1_77", "pfbid02abcdefghijk"}
		found, err := n.Recheck(b.Context(), all)
		got := map[string]string{}
		for _, i := range found {
			got[i.ExternalID] = i.Text + string(i.Fate)
		}
		want := map[string]string{p.ExternalID(): "Нет воды", top.ExternalID(): "Ждём до сих пор", reply.ExternalID(): "removed", inner.ExternalID(): "И нам не дали", b.page.ID() + "_1": "removed"}
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v, checked again (-want +got):\n%s", err, diff)
		}
		if _, err := n.FetchPost(b.Context(), reply.ExternalID()); !errors.As(err, new(Gone)) {
			t.Errorf("a comment that was deleted: %v, want Gone", err)
		}
		if _, err := n.FetchPost(b.Context(), "1_77"); !errors.As(err, new(Forbidden)) || errors.As(err, new(Gone)) {
			t.Errorf("a comment of another page: %v, want it to be closed to us", err)
		}
		b.g.AddFault(sandbox.Fault{Method: "ids", Code: 10, Count: -1})
		if found, _ := n.Recheck(b.Context(), all); len(found) != 0 {
			t.Errorf("what nobody may see was told to be %+v", found)
		}
		p.Delete()
		if _, err := n.FetchPost(b.Context(), p.ExternalID()); !errors.As(err, new(Gone)) {
			t.Errorf("a deleted post: %v, want Gone", err)
		}
	})
}
