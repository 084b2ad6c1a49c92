package bot

import (
	"bytes"
	"image"
	"image/png"
	"strings"
	"testing"
	"time"

	"otklik/bot/sandbox"
	"otklik/storage"
)

func picture(o *office) []byte {
	var b bytes.Buffer
	o.must(png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))))
	return b.Bytes()
}

// assigned registers complaints and gives them to the official.
func (o *office) assigned(texts ...string) (ids []int64) {
	o.t.Helper()
	for _, text := range texts {
		id := o.complaint(text)
		o.press(o.admin, o.card(id), "→")
		ids = append(ids, id)
	}
	return ids
}

func (o *office) draft(id int64) storage.Answer {
	o.t.Helper()
	a, err := o.store.Answer(o.t.Context(), id)
	o.must(err)
	return a
}

// A text that nobody can tell the incident of is kept and asked about.
func TestUnboundTextIsAskedAbout(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		ids := o.assigned("Яма на Ленина", "Яма на Мира")
		o.official.Say(o.official.Chat(), "Засыплем завтра силами подрядчика")
		o.settle()
		which := o.item(o.official, "К какому №")
		o.want(say(which), "«Засыплем завтра силами подрядчика»?", "[№1 · Яма на Ленина]", "[№2 · Яма на Мира]")
		o.want(o.press(o.official, which, "№2"), "Черновик ответа на №2")
		o.want(say(o.item(o.official, "№2 · Яма на Мира")), "Засыплем завтра")
		if a := o.draft(ids[1]); a.Text != "Засыплем завтра силами подрядчика" {
			t.Errorf("%q", a.Text)
		}
		o.want(o.press(o.official, which, "№1"), "больше не хранится")
	})
}

// With many open incidents the question names each, and the latest come first.
func TestManyIncidentsAreAskedAboutByNumber(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		o.assigned("Яма на Ленина", "Яма на Мира", "Яма на Садовой", "Яма на Лесной", "Яма на Речной", "Яма на Школьной")
		o.official.Say(o.official.Chat(), "Засыплем завтра")
		o.settle()
		which := say(o.item(o.official, "К какому №"))
		o.want(which, "№1 · Яма на Ленина", "№6 · Яма на Школьной", "[№6]", "[№1]")
		if strings.Index(which, "№6 · ") > strings.Index(which, "№1 · ") {
			t.Errorf("the latest is not first:\n%s", which)
		}
	})
}

// What is written after «Ответить» is bound for fifteen minutes, and only
// while no other item was pressed.
func TestAnswerDialogEnds(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		ids := o.assigned("Яма на Ленина", "Яма на Мира")
		first, second := o.item(o.official, "№1 · "), o.item(o.official, "№2 · ")
		o.press(o.official, first, "Ответить")
		o.press(o.official, second, "Беру")
		o.official.Say(o.official.Chat(), "Сделаем")
		o.settle()
		o.item(o.official, "К какому №", "Сделаем")

		o.press(o.official, first, "Ответить")
		time.Sleep(16 * time.Minute)
		o.official.Say(o.official.Chat(), "Готово")
		o.settle()
		o.item(o.official, "К какому №", "Готово")

		o.press(o.official, first, "Ответить")
		o.official.Say(o.official.Chat(), "Отремонтируем")
		o.settle()
		if a := o.draft(ids[0]); a.Text != "Отремонтируем" {
			t.Errorf("%q", a.Text)
		}
	})
}

// An album is one draft; a photo within a minute joins; an edited message
// changes the draft; each in the same preview.
func TestDraftGrows(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		ids := o.assigned("Яма на Ленина")
		o.press(o.official, o.item(o.official, "№1 · "), "Ответить")
		album := o.official.Album(o.official.Chat(), "Яма засыпана", picture(o), picture(o))
		o.settle()
		preview := o.item(o.official, "№1 · Яма на Ленина", "Яма засыпана")
		o.want(say(preview), "📎 2 файла")
		o.official.Say(o.official.Chat(), "", sandbox.Photo(picture(o)))
		o.settle()
		o.official.Edit(album[0], "Яма засыпана вчера")
		o.settle()
		now, _ := o.official.Chat().Message(preview.ID)
		o.want(say(now), "Яма засыпана вчера", "📎 3 файла")
		if a := o.draft(ids[0]); a.Text != "Яма засыпана вчера" {
			t.Errorf("%q", a.Text)
		}
		stale := o.official.Press(now, data("publish", ids[0], 1))
		o.want(o.answerOf(stale), "текст изменился")
		o.press(o.official, now, "Опубликовать")
		o.official.Edit(album[0], "Поздно")
		o.settle()
		o.item(o.official, "правка не попала")
	})
}

// A reply to a message that the bot does not know is asked about too.
func TestReplyToUnknownMessage(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		o.assigned("Яма на Ленина")
		mine := o.official.Say(o.official.Chat(), "", sandbox.Photo(picture(o)))
		o.settle()
		o.item(o.official, "К какому №")
		o.official.Say(o.official.Chat(), "Сделаем", sandbox.Reply(mine))
		o.settle()
		o.item(o.official, "К какому №", "Сделаем")
	})
}

// «Без публикации» asks why and closes with the reason; a closing can be taken
// back.
func TestWithoutPublication(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		ids := o.assigned("Яма на Ленина")
		o.official.Say(o.official.Chat(), "Позвонили", sandbox.Reply(o.item(o.official, "№1 · ")))
		o.settle()
		o.press(o.official, o.item(o.official, "Позвонили"), "Без публикации")
		o.official.Say(o.official.Chat(), "житель просил не отвечать в сети")
		o.settle()
		o.item(o.official, "№1 закрыт")
		o.want(say(o.card(ids[0])), "Закрыт", "закрыт без публикации — Иванова", "Отменить: закрытие")
		o.press(o.admin, o.card(ids[0]), "Отменить")
		o.want(say(o.card(ids[0])), "Назначен")
	})
}

// An uncertain publication is looked up by its official.
func TestUnknownPublication(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		id := o.complaint("Яма", func(f *storage.Found) { f.Post.CanPublish = true })
		o.press(o.admin, o.card(id), "→")
		o.official.Say(o.official.Chat(), "Засыплем завтра", sandbox.Reply(o.item(o.official, "№1 · ")))
		o.settle()
		o.press(o.official, o.item(o.official, "Засыплем"), "Опубликовать")
		time.Sleep(20 * time.Second)
		p, err := o.store.TakePublication(o.t.Context())
		o.must(err)
		o.must(o.store.PublishUnknown(o.t.Context(), p.ID))
		o.settle()
		asked := o.item(o.official, "Сеть не сказала")
		o.want(say(asked), "[🔗 ВКонтакте]", "[Вышло] [Отправить ещё раз]")
		o.want(o.press(o.official, asked, "Отправить ещё раз"), "отправляем ещё раз")
		p, err = o.store.TakePublication(o.t.Context())
		o.must(err)
		o.must(o.store.PublishUnknown(o.t.Context(), p.ID))
		o.settle()
		o.want(o.press(o.official, o.item(o.official, "Сеть не сказала"), "Вышло"), "№1 отвечен")
		o.want(say(o.card(id)), "Отвечен")
	})
}

// A link that comes late, without saying what it is for, finds its answer by
// the thread, or is asked about; in the meantime «Ответить» asks for it.
func TestLateLink(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		ids := o.assigned("Яма на Ленина")
		item := o.item(o.official, "№1 · ")
		o.official.Say(o.official.Chat(), "Засыплем завтра", sandbox.Reply(item))
		o.settle()
		o.press(o.official, o.item(o.official, "Засыплем"), "Опубликовать")
		o.press(o.official, item, "Ответить")
		o.item(o.official, "Пришлите ссылку на ответ под №1")
		time.Sleep(time.Hour)
		o.official.Say(o.official.Chat(), "https://vk.com/wall-1_9?reply=5")
		o.settle()
		o.want(o.press(o.official, o.item(o.official, "К какому №"), "№1"), "Ссылка ведёт под другое сообщение")
		time.Sleep(time.Hour)
		o.official.Say(o.official.Chat(), "https://vk.com/wall-1_1?reply=5")
		o.settle()
		o.item(o.official, "ссылка принята.")
		o.want(say(o.card(ids[0])), "Отвечен")
	})
}

// Once another text is wanted, what waits for a link is a draft again.
func TestChangeWhileWaiting(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		ids := o.assigned("Яма на Ленина")
		o.official.Say(o.official.Chat(), "Засыплем завтра", sandbox.Reply(o.item(o.official, "№1 · ")))
		o.settle()
		o.press(o.official, o.item(o.official, "Засыплем"), "Опубликовать")
		o.press(o.official, o.item(o.official, "Опубликуйте сами"), "Изменить")
		o.official.Say(o.official.Chat(), "Засыплем 12.06")
		o.settle()
		o.want(say(o.item(o.official, "Засыплем 12.06")), "[Опубликовать · окончательный")
		if a := o.draft(ids[0]); a.Text != "Засыплем 12.06" || a.State != storage.Draft {
			t.Errorf("%+v", a)
		}
	})
}

// A colleague in English is spoken to in English, the group in Russian.
func TestEachInHisLanguage(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		guest := o.telegram.Person("John Smith", "en-GB")
		guest.Start("")
		o.settle()
		role := o.join(guest, o.region, "Водоканал")
		id := o.complaint("Течёт труба")
		o.want(o.answerOf(o.admin.Press(o.card(id), data("assign", id, role))), "№1 назначен: Водоканал · Smith")
		o.want(say(o.item(guest, "№1 · ")), "Assigned", "[I take it] [Not mine]")
		o.want(o.press(guest, o.item(guest, "№1 · "), "I take it"), "№1 is yours")
		o.want(say(o.card(id)), "взят в работу — Smith")
	})
}
