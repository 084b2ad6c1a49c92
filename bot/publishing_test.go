package bot

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	_ "github.com/mattn/go-sqlite3" // to make incidents of many posts

	"otklik/bot/sandbox"
	"otklik/storage"
)

// wall is a complaint in a network, by its number.
type wall struct {
	network string
	url     string // with a place for the number
	can     bool
	reason  string
	photos  int
}

var (
	ownWall     = wall{"vk", "https://vk.com/wall-1_%d", true, "", 0}
	foreignWall = wall{"vk", "https://vk.com/wall-7_%d", false, "foreign_wall", 0}
	odnoklass   = wall{"ok", "https://ok.ru/group/5503/topic/%d", false, "no_token", 0}
	tweet       = wall{"x", "https://x.com/i/web/status/%d", true, "", 4}
	website     = wall{"web", "https://zarechny.example/forum/%d", false, "not_supported", 0}
)

// many is an assigned incident of posts in several networks.
func (o *office) many(walls ...wall) (incident int64) {
	o.t.Helper()
	db, err := sql.Open("sqlite3", "file:"+o.path+"?_busy_timeout=5000")
	o.must(err)
	defer func() { o.must(db.Close()) }()
	for n, w := range walls {
		id := o.complaint(fmt.Sprintf("Яма у дома %d, третий день никто не едет", n+1), func(f *storage.Found) {
			f.Post.Network, f.Post.URL, f.Post.CanPublish, f.Post.PublishReason, f.Post.TakesPhotos = w.network, fmt.Sprintf(w.url, 100+n), w.can, w.reason, w.photos
			f.Post.ExternalID = f.Post.URL
		})
		if incident == 0 {
			incident = id
			continue
		}
		_, err := db.ExecContext(o.t.Context(), `UPDATE incident_posts SET incident_id = $1 WHERE incident_id = $2`, incident, id)
		o.must(err)
		_, err = db.ExecContext(o.t.Context(), `UPDATE incidents SET posts = posts + 1 WHERE id = $1`, incident)
		o.must(err)
	}
	o.must(o.store.Touch(o.t.Context(), incident))
	o.settle()
	o.press(o.admin, o.card(incident), "→")
	return incident
}

// write writes the official's answer and returns its preview.
func (o *office) write(id int64, text string, with ...sandbox.How) sandbox.Message {
	o.t.Helper()
	o.official.Say(o.official.Chat(), text, append(with, sandbox.Reply(o.item(o.official, fmt.Sprintf("№%d", id))))...)
	o.settle()
	return o.item(o.official, fmt.Sprintf("№%d · ", id), text)
}

// network takes what is due, once, and says what came of each.
func (o *office) network(told func(storage.Publication) error) {
	o.t.Helper()
	for {
		p, err := o.store.TakePublication(o.t.Context())
		if err != nil {
			break
		}
		o.must(told(p))
	}
	o.settle()
}

func (o *office) out(p storage.Publication) error {
	return o.store.PublishedAs(o.t.Context(), p.ID, fmt.Sprint(p.ID), fmt.Sprintf("https://vk.com/wall-1_%d?reply=%d", p.Post, p.ID))
}

const goodAnswer = "Бригада Минтранса засыплет яму до 15.06."

// TestPublishingScenes shows answers under 1, 5 and 30 posts from the draft to
// the end, to be read on a phone.
func TestPublishingScenes(t *testing.T) {
	for _, language := range []string{"ru", "en"} {
		t.Run(language, func(t *testing.T) {
			var b strings.Builder
			for _, posts := range [][]wall{
				{foreignWall},
				{ownWall, foreignWall, odnoklass, tweet, ownWall},
				thirty(),
			} {
				inOffice(t, language, func(o *office) { b.WriteString(publishingScenes(o, posts)) })
			}
			golden(&office{t: t}, "publishing."+language, b.String())
		})
	}
}

func thirty() (list []wall) {
	for n := range 30 {
		list = append(list, []wall{ownWall, foreignWall, odnoklass, ownWall, website, tweet}[n%6])
	}
	return list
}

func publishingScenes(o *office, posts []wall) string {
	var b strings.Builder
	id := o.many(posts...)
	scene := func(title string, m sandbox.Message) {
		fmt.Fprintf(&b, "=== %d: %s\n%s\n\n", len(posts), title, say(m))
		if n := utf8.RuneCountInString(m.Content()); n > 1500 {
			o.t.Errorf("%s of %d characters does not fit a phone", title, n)
		}
	}
	o.official.Say(o.official.Chat(), goodAnswer, sandbox.Photo(picture(o)), sandbox.Reply(o.item(o.official, "№1")))
	o.settle()
	preview := o.item(o.official, goodAnswer)
	latest := func() sandbox.Message { return o.item(o.official, "№1 · ", goodAnswer) }
	scene("draft", preview)
	o.answerOf(o.official.Press(preview, data("publish", id, int64(1))))
	scene("let go", latest())
	time.Sleep(20 * time.Second)
	n := 0
	o.network(func(p storage.Publication) error {
		switch n++; {
		case n == 3 && len(posts) > 5:
			return o.store.StopFanOut(o.t.Context(), p.ID, "flood")
		case n == 2:
			return o.store.PublishImpossible(o.t.Context(), p.ID, "gone")
		case n == 4:
			return o.store.PublishUnknown(o.t.Context(), p.ID)
		}
		return o.out(p)
	})
	scene("what the networks left", latest())
	scene("card meanwhile", o.card(id))
	if m := latest(); strings.Contains(say(m), "❔") {
		o.answerOf(o.official.Press(m, data("wentout", id, 1)))
	}
	o.official.Say(o.official.Chat(), "готово: https://vk.com/wall-7_101?reply=5 и https://vk.com/wall-7_100?reply=6", sandbox.Reply(latest()))
	o.settle()
	if len(posts) > 1 {
		scene("links taken", o.official.Chat().FromBot()[len(o.official.Chat().FromBot())-2])
		scene("what is left", o.official.Chat().Last())
		left := o.official.Chat().Last()
		for _, row := range left.ReplyMarkup.InlineKeyboard {
			for _, button := range row {
				if strings.HasPrefix(button.CallbackData, "byhand") {
					o.answerOf(o.official.Press(left, button.CallbackData))
				}
			}
		}
	}
	scene("published", latest())
	scene("card", o.card(id))
	return b.String()
}

// Each link goes to the post whose thread it belongs to; the button closes as
// many as it says, and no others.
func TestEachPublicationHasItsProof(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		id := o.many(foreignWall, foreignWall, foreignWall, odnoklass, tweet)
		preview := o.write(id, goodAnswer)
		o.want(o.press(o.official, preview, "Опубликовать"), "выйдет в")
		time.Sleep(20 * time.Second)
		o.network(o.out)
		list := o.item(o.official, "Опубликуйте сами под 4 сообщениями")
		o.want(say(list), "✅ опубликовано 1 · ✋ вручную 4", "1. ВКонтакте · Яма у дома 1", "(это не стена вашего сообщества)", "4. Одноклассники", "(сеть не подключена)", "[Опубликовано, ссылки нет · 4 сообщения]")
		stale := data("byhand", id, 4)

		o.official.Say(o.official.Chat(), "https://vk.com/wall-7_102?reply=9", sandbox.Reply(list))
		o.settle()
		o.want(o.official.Chat().FromBot()[len(o.official.Chat().FromBot())-2].Text, "ссылка принята. Осталось: 3, список ниже.")
		rest := o.official.Chat().Last()
		o.want(say(rest), "под 3 сообщениями", "2. ВКонтакте", "[Опубликовано, ссылки нет · 3 сообщения]")
		if strings.Contains(say(rest), "3. ВКонтакте") {
			t.Errorf("what is done is still asked for:\n%s", say(rest))
		}
		o.want(o.answerOf(o.official.Press(rest, stale)), "список изменился, теперь в нём 3 сообщения")

		// Given again it is another's; under another post it is refused once.
		o.official.Say(o.official.Chat(), "https://vk.com/wall-7_102?reply=9", sandbox.Reply(rest))
		o.settle()
		o.item(o.official, "Эта ссылка уже есть у другого сообщения")
		o.official.Say(o.official.Chat(), "https://ok.ru/group/5503/topic/999 https://vk.com/wall-7_100?reply=4", sandbox.Reply(rest))
		o.settle()
		o.item(o.official, "ссылка принята.", "⛔️ https://ok.ru/group/5503/topic/999 Ссылка ведёт под другое сообщение", "Осталось: 2")
		o.official.Say(o.official.Chat(), "https://ok.ru/group/5503/topic/999", sandbox.Reply(o.official.Chat().Last()))
		o.settle()
		o.item(o.official, "ссылка принята, но не проверена.", "Осталось: 1")
		p, err := o.bot.publications(o.t.Context(), id)
		o.must(err)
		want := map[int64]string{0: "https://vk.com/wall-7_100?reply=4", 2: "https://vk.com/wall-7_102?reply=9", 3: "https://ok.ru/group/5503/topic/999"}
		for n, x := range p.list[:4] {
			if x.URL != want[int64(n)] || x.Checked != (n != 3 && n != 1) || (x.ExternalID != "") != (n == 0 || n == 2) {
				t.Errorf("%d: %+v", n+1, x)
			}
		}
		last := o.official.Chat().Last()
		o.want(say(last), "2. Ответьте под сообщением: ВКонтакте.", "[Опубликовано, ссылки нет]")
		o.want(o.press(o.official, last, "Опубликовано, ссылки нет"), "№1 отвечен")
		o.want(say(o.card(id)), "Отвечен", "✅ опубликовано 5")
		o.item(o.official, "✅ Опубликовано:", "2. ВКонтакте · Яма у дома 2", "(без ссылки)", "4. Одноклассники · Яма у дома 4", "(не проверена)")
	})
}

// A text that one network refuses goes out in the others, and by hand there.
func TestOneNetworkRefusesTheText(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		long := goodAnswer + strings.Repeat(" Работы ведёт подрядчик Минтранса.", 10)
		alone := o.many(tweet)
		o.official.Say(o.official.Chat(), long, sandbox.Reply(o.item(o.official, "№1")))
		o.settle()
		refused := say(o.item(o.official, "⛔️ X: ", "можно 280", "Пришлите другой текст"))
		if strings.Contains(refused, "[Опубликовать") {
			t.Errorf("a text that nobody takes can be published:\n%s", refused)
		}
		o.want(o.answerOf(o.official.Press(o.item(o.official, "⛔️ X: "), data("publish", alone, int64(1)))), "сеть не примет этот текст")

		id := o.many(ownWall, tweet)
		o.official.Say(o.official.Chat(), long, sandbox.Reply(o.item(o.official, fmt.Sprintf("№%d", id))))
		o.settle()
		preview := o.item(o.official, "⛔️ X: ", "📤 Выйдет само: ВКонтакте 1", "✋ Вручную опубликуете вы: X 1 (текст не подходит сети)", "Пришлите другой текст")
		o.want(o.press(o.official, preview, "Опубликовать"), "выйдет в")
		time.Sleep(20 * time.Second)
		o.network(o.out)
		o.want(say(o.item(o.official, "Опубликуйте сами")), "X", "текст не подходит сети")
	})
}

// Under a post that its author deleted nothing is asked for.
func TestNothingLeftToAnswer(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		id := o.many(foreignWall)
		preview := o.write(id, goodAnswer)
		posts, err := o.store.Posts(o.t.Context(), id)
		o.must(err)
		o.must(o.store.PostGone(o.t.Context(), posts[0].ID))
		o.want(o.press(o.official, preview, "Опубликовать"), "отвечать негде")
		o.want(say(o.item(o.official, "Опубликовать не удалось")), "[Без публикации]")
	})
}

// What comes after an answer stands is told as not answered.
func TestLaterPostsAreTold(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		id := o.many(foreignWall)
		o.press(o.official, o.write(id, goodAnswer), "Опубликовать")
		o.press(o.official, o.item(o.official, "Опубликуйте сами"), "Опубликовано, ссылки нет")
		posts, err := o.store.Posts(o.t.Context(), id)
		o.must(err)
		repost := storage.Found{Post: posts[0], RepostOf: posts[0].ExternalID}
		repost.Post.ExternalID, repost.Post.URL = "-7_999", "https://vk.com/wall-7_999"
		_, err = o.store.SavePosts(o.t.Context(), nil, []storage.Found{repost})
		o.must(err)
		o.settle()
		o.want(say(o.card(id)), "×2 сообщения", "➕ Пришли после ответа: 1")
		o.item(o.official, "✅ Опубликовано", "➕ Пришли после ответа: 1")
	})
}
