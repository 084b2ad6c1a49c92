package bot

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"otklik/bot/sandbox"
	"otklik/storage"
)

// like makes a complaint like an earlier one, to be proposed or to join it.
func (o *office) like(id int64, twin func(*storage.Match) *storage.Twin) func(*storage.Found) {
	o.t.Helper()
	posts, err := o.store.Posts(o.t.Context(), id)
	o.must(err)
	return func(f *storage.Found) { *twin(&f.Matches[0]) = storage.Twin{Post: posts[0].ID, Score: 0.87} }
}

func similarTo(m *storage.Match) *storage.Twin { return &m.Similar }
func sameAs(m *storage.Match) *storage.Twin    { return &m.Same }

func canPublish(f *storage.Found) { f.Post.CanPublish = true }

// Two complaints about one thing become one incident, which one answer ends
// under both.
func TestJourneyMerged(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		first := o.complaint("Автобус 12 не пришёл на Садовую", canPublish)
		o.press(o.admin, o.card(first), "→")
		second := o.complaint("Опять нет автобуса 12 на Садовой", canPublish, o.like(first, similarTo))
		o.want(say(o.card(second)), "🔗 Похоже на №1 · Назначен · Минтранс · «Автобус 12 не пришёл на Садовую»", "[Не требует ответа] [Объединить с №1]")
		if got := o.press(o.admin, o.card(second), "Объединить с №1"); got != "№2 объединён с №1" {
			o.t.Errorf("toast %q", got)
		}
		o.want(say(o.card(second)), "№2 · Объединён с №1", "Опять нет автобуса", "объединён с №1 — Петров", "[Журнал]\n[↩️ Отменить: объединение (до ")
		o.want(say(o.card(first)), "×2 сообщения", "+ №2 объединён — Петров")
		item := o.item(o.official, "№1 · ")
		o.want(say(item), "×2 сообщения", "и ещё 1 сообщение о том же", "+ №2 объединён")

		o.official.Say(o.official.Chat(), "Автобус вернётся на линию 1 декабря, чинит Минтранс.", sandbox.Reply(item))
		o.settle()
		preview := o.item(o.official, "вернётся на линию")
		o.want(say(preview), "[Опубликовать · окончательный · под 2 сообщениями · от Минтранса]")
		o.press(o.official, preview, "Опубликовать")
		o.want(o.answerOf(o.admin.Press(o.card(second), data("split", second))), "ответ публикуется")
		time.Sleep(20 * time.Second)
		for n := range 2 {
			p, err := o.store.TakePublication(o.t.Context())
			o.must(err)
			o.must(o.store.PublishedAs(o.t.Context(), p.ID, fmt.Sprint(n), fmt.Sprintf("https://vk.com/wall-1_%d?reply=9", n)))
		}
		o.settle()
		o.want(say(o.card(first)), "Отвечен", "опубликовано 2")
		o.want(o.answerOf(o.admin.Press(o.card(second), data("split", second))), "№1: ответ уже опубликован, отделить нельзя")
	})
}

// What was merged by mistake is taken back for ten minutes, and later split off.
func TestMergeTakenBack(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		first := o.complaint("Автобус 12 не пришёл")
		second := o.complaint("Нет автобуса 12", o.like(first, similarTo))
		o.press(o.deputy, o.card(second), "→")
		o.press(o.admin, o.card(second), "Объединить с №1")
		o.want(say(o.show(o.official.Chat(), "№2")), "№2 · объединён с №1, ответ на него выйдет и здесь")
		o.want(o.press(o.admin, o.card(second), "Отменить: объединение"), "№2: отменено «объединение»")
		o.want(say(o.card(second)), "№2 · Назначен", "[Объединить с №1]")
		o.want(say(o.item(o.official, "№2", "Снова у вас")), "[Беру]")
		o.press(o.admin, o.card(second), "Объединить с №1")
		time.Sleep(11 * time.Minute)
		o.want(o.press(o.admin, o.card(second), "Отменить"), "прошло десять минут. Нажмите «Отделить»")
		o.want(say(o.card(second)), "[Отделить] [Журнал]")
		o.want(o.press(o.admin, o.card(second), "Отделить"), "№2 снова отдельно")
		o.want(say(o.card(second)), "№2 · Назначен", "отделён от №1 — Петров")
		if card := say(o.card(first)); len(card) == 0 || o.posted(first) != 1 {
			o.t.Errorf("%d posts stay:\n%s", o.posted(first), card)
		}
	})
}

func (o *office) posted(id int64) int {
	i, err := o.store.Incident(o.t.Context(), id)
	o.must(err)
	return i.Posts
}

// What joined by itself, and what was merged, is split off by «Ещё».
func TestSplitFromTheTarget(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		first := o.complaint("Автобус 12 не пришёл на Садовую")
		o.complaint("Автобус 12 не пришёл на Садовую!", o.like(first, sameAs))
		o.want(say(o.card(first)), "×2 сообщения")
		o.press(o.admin, o.card(first), "Ещё")
		o.want(say(o.card(first)), "[Объединить] [Отделить]")
		o.want(o.press(o.admin, o.card(first), "Отделить"), "Сообщение отделено: №2")
		o.want(say(o.card(2)), "✂️ Отделён от №1 · Петров", "Новый", "Похоже на №1", "[Объединить с №1]")

		o.press(o.admin, o.card(2), "Объединить с №1")
		o.complaint("Автобус 12 не пришёл на Садовую, опять", o.like(first, sameAs))
		o.press(o.admin, o.card(first), "Ещё")
		o.press(o.admin, o.card(first), "Отделить")
		o.want(say(o.card(first)), "[‹ Назад]\n[Автобус 12 не пришёл на Садовую, опять] [№2 · Автобус 12 не")
		o.want(o.press(o.admin, o.card(first), "№2"), "№2 снова отдельно")
		if o.posted(first) != 2 || o.posted(2) != 1 {
			o.t.Errorf("%d and %d posts", o.posted(first), o.posted(2))
		}
		o.press(o.admin, o.card(first), "Ещё")
		o.press(o.admin, o.card(first), "Журнал")
		o.want(o.group.Last().Content(), "добавлено сообщение: текст совпадает на 87 %", "+ №2 объединён — Петров", "№2 отделён — Петров")
	})
}

// A menu of many parts is read page by page.
func TestManyParts(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		id := o.complaint("Нет воды")
		for n := range 14 {
			o.complaint(fmt.Sprintf("Нет воды %d", n), o.like(id, sameAs))
		}
		time.Sleep(2 * time.Minute) // each edited the card, and a group bears so many
		o.press(o.admin, o.card(id), "Ещё")
		o.press(o.admin, o.card(id), "Отделить")
		o.want(say(o.card(id)), "[‹ Назад] [▶️]\n[Нет воды 13] [Нет воды 12]\n[Нет воды 11] [Нет воды 10]\n[Нет воды 9] [Нет воды 8]")
		o.press(o.admin, o.card(id), "▶️")
		o.press(o.admin, o.card(id), "▶️")
		o.want(say(o.card(id)), "[‹ Назад] [◀️]\n[Нет воды 1] [Нет воды 0]")
		o.answerOf(o.admin.Press(o.card(id), data("menu", id, "parts", 77)))
		o.want(say(o.card(id)), "[Нет воды 1] [Нет воды 0]")
		o.want(o.press(o.admin, o.card(id), "Нет воды 0"), "Сообщение отделено: №2")
	})
}

// Any number can be merged into, by a reply to the question.
func TestMergeByNumber(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		first, second := o.complaint("Яма на Садовой"), o.complaint("Дорога на Садовой разбита")
		o.press(o.admin, o.card(second), "Ещё")
		o.want(o.press(o.admin, o.card(second), "Объединить"), "Ответьте на вопрос ниже")
		question := o.group.Last()
		o.want(question.Content(), "С каким № объединить №2 (Дорога на Садовой разбита)?")
		for reply, want := range map[string]string{"с первым": "Нужен номер", "2": "№2 с самим собой не объединить", "77": "Инцидента №77 у вашего региона нет"} {
			o.deputy.Say(o.group, reply, sandbox.Reply(question))
			o.settle()
			o.want(o.group.Last().Content(), want)
		}
		o.deputy.Say(o.group, "№1", sandbox.Reply(question))
		o.settle()
		o.want(o.group.Last().Content(), "№2 объединён с №1")
		if o.posted(first) != 2 {
			o.t.Errorf("%d posts", o.posted(first))
		}
	})
}

// A proposal goes when either is over; the same after the answer is told of.
func TestProposalGoes(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		first := o.complaint("Яма на Садовой")
		second := o.complaint("На Садовой яма", o.like(first, similarTo))
		o.want(say(o.card(second)), "Похоже на №1 · Новый · «Яма на Садовой»")
		o.answerOf(o.admin.Press(o.card(first), data("dismiss", first, "no_facts")))
		if card := say(o.card(second)); strings.Contains(card, "Похоже") || strings.Contains(card, "Объединить") {
			o.t.Errorf("it still proposes what is over:\n%s", card)
		}
		o.want(o.answerOf(o.admin.Press(o.card(second), data("merge", second, first))), "№1 уже не требует ответа")
		again := o.complaint("Яма на Садовой", o.like(first, sameAs))
		card := say(o.card(again))
		o.want(card, "Похоже на №1 · Не требует ответа")
		if strings.Contains(card, "Объединить") {
			o.t.Errorf("it offers to merge into what is over:\n%s", card)
		}
	})
}
