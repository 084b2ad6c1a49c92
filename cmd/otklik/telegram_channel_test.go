package main

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"testing"
	"time"

	telegram "otklik/bot/sandbox"
	"otklik/storage"
)

// channel is a channel with its discussion group, whose keeper is the first
// office's administrator.
type channel struct {
	*bubble
	posts, talk *telegram.Chat
	resident    *telegram.Person
}

func (b *bubble) newChannel() *channel {
	b.telegram.SetReadsAll(true)
	o := b.offices[0]
	c := &channel{bubble: b, resident: b.telegram.Person("Житель Первый", "ru")}
	o.admin.Start("")
	c.posts = b.telegram.Channel("Новости Заречного", "zarechny_news", o.admin)
	c.talk = b.telegram.Supergroup("Обсуждение", o.admin, c.resident)
	c.posts.Discussed(c.talk)
	return c
}

// A channel needs an administrator, its discussion group a member. A comment is
// found there, knows the post it stands under, and is answered in place; so is
// the post itself. A post that both tell is one.
func TestTelegramChannelAndItsComments(t *testing.T) {
	inBubble(t, 1, func(b *bubble) {
		c, o := b.newChannel(), b.offices[0]
		b.watch(o, "https://t.me/zarechny_news")
		b.shown(o.group, "Бота там нет", "в канал — администратором")
		c.posts.AddBot(o.admin)
		c.posts.PromoteBot(o.admin)
		b.rest(5 * time.Second)
		b.shown(o.group, "✅ Читается: Новости Заречного", "Комментарии не читаются")
		alone := o.admin.Say(c.posts, "На мосту яма, объезд")
		b.rest(2 * time.Second)
		if p := b.posts(o)[0]; p.CanPublish || p.PublishReason != "no_group" || p.URL != fmt.Sprintf("https://t.me/zarechny_news/%d", alone.ID) {
			b.Errorf("without the group: %+v", p)
		}
		c.talk.AddBot(o.admin)
		b.rest(2 * time.Second)
		b.watch(o, "")
		o.admin.Press(b.last(o.group, "take"), buttonOf(b.last(o.group, "take"), "take"))
		b.rest(5 * time.Second)
		b.shown(o.group, "✅ Читается: Обсуждение")

		post := o.admin.Say(c.posts, "На площади яма")
		b.rest(3 * time.Second)
		if ids := b.incidents(o); len(ids) != 2 {
			b.Fatalf("%d incidents of two posts", len(ids))
		}
		if p := b.posts(o)[0]; !p.CanPublish || p.Kind != "post" || p.ExternalID != fmt.Sprintf("zarechny_news/%d", post.ID) {
			b.Errorf("%+v", p)
		}
		root, ok := c.posts.InDiscussion(post)
		if !ok {
			b.Fatal("the post is not discussed")
		}
		comment := c.resident.Say(c.talk, "И у школы тоже яма", telegram.Reply(root))
		b.rest(3 * time.Second)
		p := b.posts(o)[0]
		if want := fmt.Sprintf("https://t.me/zarechny_news/%d?comment=%d", post.ID, comment.ID); p.Kind != "comment" || p.URL != want ||
			p.ParentURL != fmt.Sprintf("https://t.me/zarechny_news/%d", post.ID) || p.ParentText != "На площади яма" {
			b.Errorf("%+v, want %s", p, want)
		}
		b.answer(o, "Засыпем у школы. Минтранс")
		said := c.talk.FromBot()
		if len(said) != 1 || said[0].ReplyToMessage == nil || said[0].ReplyToMessage.ID != comment.ID {
			b.Fatalf("in the discussion stands:\n%s", heard(c.talk))
		}
		if p := b.published(); p.URL != fmt.Sprintf("https://t.me/zarechny_news/%d?comment=%d", post.ID, said[0].ID) || p.ExternalID != fmt.Sprintf("%d/%d", c.talk.ID(), said[0].ID) {
			b.Errorf("%+v", p)
		}
		// The post on the square is next in the group: its answer stands in the discussion too.
		b.answerTo(o, b.incidents(o)[1], "Засыпем и площадь. Минтранс")
		said = c.talk.FromBot()
		if len(said) != 2 || said[1].ReplyToMessage == nil || said[1].ReplyToMessage.ID != root.ID || len(c.posts.FromBot()) != 0 {
			b.Errorf("in the discussion stands:\n%s\nin the channel:\n%s", heard(c.talk), heard(c.posts))
		}
	})
}

// answerTo answers an incident without its people's presses.
func (b *bubble) answerTo(o *office, id int64, text string) {
	b.Helper()
	ctx := b.Context()
	official := must(b.store.Officials(ctx, o.id))[0]
	by := storage.Actor{Kind: storage.AsOfficial, Person: official.Person}
	must(b.store.Assign(ctx, storage.Actor{Kind: storage.Administrator}, id, official.ID))
	draft := must(b.store.SaveDraft(ctx, by, id, storage.DraftPart{Chat: official.Chat, Telegram: 5000 + id, Text: text}))
	must(b.store.Publish(ctx, by, id, draft.Version, 0))
	b.rest(10 * time.Second)
}

// An album is one post with its words, however its parts come; what is edited
// is the same post, and may be a complaint only then.
func TestTelegramAlbumsAndEdits(t *testing.T) {
	inBubble(t, 1, func(b *bubble) {
		y := b.newYard("nash_dvor")
		o := b.offices[0]
		album := y.resident.Album(y.chat, "Яма во дворе, смотрите", pixel(1), pixel(2), pixel(3))
		b.rest(4 * time.Second)
		p := b.posts(o)[0]
		if len(b.incidents(o)) != 1 || p.Photos != 3 || p.ExternalID != fmt.Sprintf("nash_dvor/%d", album[0].ID) {
			b.Errorf("%d incidents, %+v", len(b.incidents(o)), p)
		}
		y.resident.Edit(album[0], "Яма во дворе, глубокая")
		plain := y.resident.Say(y.chat, "Всем привет")
		b.rest(3 * time.Second)
		if len(b.incidents(o)) != 1 {
			b.Errorf("an edit made another incident")
		}
		y.resident.Edit(plain, "Всем привет, тут яма")
		b.rest(3 * time.Second)
		if p := b.posts(o)[0]; len(b.incidents(o)) != 2 || p.Text != "Всем привет, тут яма" {
			b.Errorf("%d incidents, %+v", len(b.incidents(o)), p)
		}
	})
}

// Other bots are no residents; who writes as a channel is somebody; a forward
// knows where it comes from.
func TestTelegramWhoSpeaks(t *testing.T) {
	inBubble(t, 1, func(b *bubble) {
		y := b.newYard("nash_dvor")
		o := b.offices[0]
		blog := b.telegram.Channel("Блог", "blog_zarechny", y.resident)
		post := y.resident.Say(blog, "В блоге яма")
		y.resident.Say(y.chat, "", telegram.Forward(post))
		b.rest(2 * time.Second)
		if p := b.posts(o)[0]; p.Text != "В блоге яма" || len(p.AuthorHash) == 0 {
			b.Errorf("a forward: %+v", p)
		}
		y.resident.Say(y.chat, "Яма от канала", telegram.AsChannel(blog))
		b.rest(2 * time.Second)
		as := b.posts(o)[0]
		y.keeper.Say(y.chat, "Яма от группы", telegram.Anonymous())
		b.rest(2 * time.Second)
		anonymous := b.posts(o)[0]
		if len(as.AuthorHash) == 0 || as.Text != "Яма от канала" || len(anonymous.AuthorHash) != 0 || anonymous.Text != "Яма от группы" {
			b.Errorf("%+v and %+v", as, anonymous)
		}
	})
}

func pixel(n int) []byte {
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, 20+n, 30))); err != nil {
		panic(err)
	}
	return out.Bytes()
}
