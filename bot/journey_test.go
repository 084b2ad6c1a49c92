package bot

import (
	"testing"
	"time"

	"otklik/bot/sandbox"
	"otklik/storage"
)

// A complaint that no network answers by itself goes from the first look to
// the published answer, and everybody sees what the others did.
func TestJourneyByHand(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		id := o.complaint("На улице Ленина яма, третий день никто не ремонтирует", spans("яма"))
		card := o.card(id)
		o.want(say(card), "Новый", "Дороги", "ВКонтакте · Подслушано Заречный", "ответить", "[→ Минтранс · Иванова]", "[Назначить] [Не требует ответа]", "[Ещё]")

		if got, want := o.press(o.admin, card, "→"), "№1 назначен: Минтранс · Иванова"; got != want {
			o.t.Errorf("toast %q, want %q", got, want)
		}
		o.want(say(o.card(id)), "Назначен", "назначен: Минтранс · Иванова — Петров", "Отменить: назначение (до ", "[Переназначить] [Ещё]")

		item := o.item(o.official, "№1", "яма")
		o.want(say(item), "[Беру] [Не моё]", "[Ответить] [Администратору]")
		o.want(o.press(o.official, item, "Беру"), "№1 ваш")
		o.want(say(o.card(id)), "взят в работу — Иванова")

		o.official.Say(o.official.Chat(), "Яму засыплем до 15.06, работает подрядчик Минтранса.", sandbox.Reply(item))
		o.settle()
		preview := o.item(o.official, "Яму засыплем")
		o.want(say(preview), "№1 · На улице Ленина яма", "[Опубликовать · окончательный · от Минтранса]", "[Изменить] [Без публикации]")
		o.absent(o.official.Chat(), "Не хватает")

		o.want(o.press(o.official, preview, "Опубликовать"), "опубликуйте текст сами")
		waiting := o.item(o.official, "Опубликуйте сами")
		o.want(say(waiting), "Скопируйте текст", "[🔗 ВКонтакте]", "[Опубликовано, ссылки нет]")
		if text := o.official.Chat().Last().Text; text != "Яму засыплем до 15.06, работает подрядчик Минтранса." {
			o.t.Errorf("the text to copy is %q", text)
		}
		o.want(say(o.card(id)), "✋ Исполнитель публикует сам")

		o.official.Say(o.official.Chat(), "вот https://vk.com/wall-1_777")
		o.settle()
		o.item(o.official, "Ссылка ведёт под другое сообщение")
		o.official.Say(o.official.Chat(), "https://vk.com/wall-1_1?reply=5")
		o.settle()
		o.item(o.official, "ссылка принята.")
		o.want(say(o.card(id)), "Отвечен", "✅ Яму засыплем", "ссылка", "[Закрыть] [Вернуть в работу]")

		done := o.item(o.official, "Опубликовано: ВКонтакте")
		o.want(o.press(o.official, done, "Закрыть"), "№1 закрыт")
		o.want(say(o.card(id)), "Закрыт", "закрыт — Иванова", "[Вернуть в работу]")
		if i, err := o.store.Incident(o.t.Context(), id); err != nil || i.State != storage.Closed {
			o.t.Errorf("%v %v", i.State, err)
		}
	})
}

// Where the network publishes, the answer waits for its hold, can be stopped,
// and comes back with its link.
func TestJourneyPublished(t *testing.T) {
	inOffice(t, "en", func(o *office) {
		id := o.complaint("Нет воды", func(f *storage.Found) { f.Post.CanPublish = true })
		o.want(o.press(o.admin, o.card(id), "→"), "№1 assigned to Минтранс · Иванова")
		o.press(o.official, o.item(o.official, "№1"), "Answer")
		o.item(o.official, "Answer to №1")
		o.official.Say(o.official.Chat(), "ok")
		o.settle()
		preview := o.item(o.official, "ok")
		o.want(say(preview), "Missing: when, what was or will be done, whose job it is", "[Publish · final · from Минтранс]")
		o.want(o.press(o.official, preview, "Publish"), "goes out at")
		o.want(o.press(o.official, o.item(o.official, "Goes out at"), "Stop"), "a draft again")
		o.want(o.press(o.official, o.item(o.official, "ok"), "Publish"), "goes out at")
		if _, err := o.store.TakePublication(o.t.Context()); err == nil {
			o.t.Error("taken before its time")
		}
		time.Sleep(20 * time.Second)
		p, err := o.store.TakePublication(o.t.Context())
		o.must(err)
		o.settle()
		o.item(o.official, "Being published")
		o.must(o.store.PublishedAs(o.t.Context(), p.ID, "-1_9", "https://vk.com/wall-1_1?reply=9"))
		o.settle()
		o.item(o.official, "Published: VKontakte")
		o.want(o.press(o.admin, o.card(id), "Close"), "№1 is closed")
		o.want(say(o.card(id)), "Closed", "closed — Петров", "[↩️ Undo: closing (by ")
	})
}

// Of two people who press at once one wins, the other reads who was first.
func TestTwoPress(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		id := o.complaint("Яма на дороге")
		card := o.card(id)
		best, _ := card.Button("→")
		one, two := o.admin.Press(card, best.CallbackData), o.deputy.Press(card, best.CallbackData)
		toasts := o.answerOf(one) + "|" + o.answerOf(two)
		o.want(toasts, "№1 назначен: Минтранс · Иванова", "№1 уже назначен: Минтранс · Иванова", ", 05:00")
	})
}

func spans(word string) func(*storage.Found) {
	return func(f *storage.Found) {
		at := 0
		for n := range f.Post.Text {
			if n+len(word) <= len(f.Post.Text) && f.Post.Text[n:n+len(word)] == word {
				at = n
				break
			}
		}
		f.Post.Spans = []storage.Span{{Start: at, End: at + len(word)}}
	}
}
