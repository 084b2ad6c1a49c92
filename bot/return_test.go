package bot

import (
	"testing"

	"otklik/bot/sandbox"
	"otklik/storage"
)

// Whoever gave an incident back is not proposed again while somebody else can be.
func TestWhoGaveItBackIsProposedLast(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		other := o.telegram.Person("Ольга Котова", "ru")
		other.Start("")
		o.join(other, o.region, "Водоканал")
		id := o.complaint("Течёт труба")
		o.want(say(o.card(id)), "[→ Минтранс · Иванова]")
		o.press(o.admin, o.card(id), "→")
		item := o.item(o.official, "№1 · ")
		o.press(o.official, item, "Не моё")
		o.press(o.official, item, "Федеральный вопрос")
		o.want(say(o.card(id)), "[→ Водоканал · Котова]")
		o.press(o.official, o.item(o.official, "Снова у администраторов"), "Отменить")
		o.press(o.admin, o.card(id), "Переназначить")
		o.press(o.admin, o.card(id), "Котова")
		item = o.item(other, "№1 · ")
		o.press(other, item, "Не моё")
		o.press(other, item, "Федеральный вопрос")
		o.want(say(o.card(id)), "[→ Минтранс · Иванова]")
	})
}

// What an official gives back comes to the bottom with its reason, and the
// body he named is suggested.
func TestReturnNamesTheBody(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		other := o.telegram.Person("Ольга Котова", "ru")
		other.Start("")
		o.join(other, o.region, "Водоканал")
		id := o.complaint("Течёт труба")
		old := o.card(id)
		o.press(o.admin, old, "→")
		item := o.item(o.official, "№1 · ")
		o.press(o.official, item, "Не моё")
		o.press(o.official, item, "Другое ведомство")
		o.want(say(o.item(o.official, "№1 · ")), "[‹ Назад] [Не знаю]", "[Водоканал]")
		if got := o.press(o.official, item, "Водоканал"); got != "№1 снова у администраторов" {
			t.Errorf("toast %q", got)
		}
		card := o.card(id)
		if card.ID == old.ID {
			t.Error("the card did not come anew")
		}
		o.want(say(card), "↩️ Вернули: другое ведомство → Водоканал · Иванова", "[→ Водоканал · Котова]")
		retired, _ := o.group.Message(old.ID)
		o.want(say(retired), "№1 · Новый · карточка ниже")
		if len(retired.Buttons()) != 0 {
			t.Errorf("a retired card has buttons: %s", say(retired))
		}
		retired, _ = o.official.Chat().Message(item.ID)
		o.want(say(retired), "№1 · снова у администраторов")
		returned := o.item(o.official, "Снова у администраторов")
		o.want(say(returned), "[↩️ Отменить: не моё (до 05:10)]")

		o.want(o.press(o.official, returned, "Отменить"), "отменено «не моё»")
		o.want(say(o.item(o.official, "Снова у вас")), "[Беру] [Не моё]")
	})
}

// After two returns only the administrators decide.
func TestThirdReturnIsRefused(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		id := o.complaint("Яма")
		for range storage.MaxReturns {
			o.press(o.admin, o.card(id), "→")
			item := o.item(o.official, "№1 · ")
			o.press(o.official, item, "Не моё")
			o.press(o.official, item, "Федеральный вопрос")
		}
		o.press(o.admin, o.card(id), "→")
		item := o.item(o.official, "№1 · ")
		if _, has := item.Button("Не моё"); has {
			t.Error("«Не моё» is still there")
		}
		o.want(o.answerOf(o.official.Press(item, data("return", id, "other"))), "возвращали уже дважды")
	})
}

// A question goes to the administrators, their reply comes back, and the
// resident sees neither.
func TestQuestion(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		id := o.complaint("Яма")
		o.press(o.admin, o.card(id), "→")
		o.press(o.official, o.item(o.official, "№1 · "), "Администратору")
		prompt := o.item(o.official, "Что спросить")
		o.official.Say(o.official.Chat(), "Это городская дорога?", sandbox.Reply(prompt))
		o.settle()
		o.item(o.official, "у администраторов")
		card := o.card(id)
		o.want(say(card), "❓ Вопрос исполнителя · Иванова\nЭто городская дорога?", "Ответьте на это сообщение")
		o.admin.Say(o.group, "Да, городская", sandbox.Reply(card))
		o.settle()
		o.want(say(o.item(o.official, "№1 · ")), "💬 Администраторы ответили · Петров\nДа, городская", "[Ответить]")
		o.want(say(o.card(id)), "💬 Ответили · Петров: Да, городская")
		if drafts, err := o.store.Answer(o.t.Context(), id); err == nil {
			t.Errorf("the question became a draft: %v", drafts.Text)
		}
	})
}

// The same words answer the next question too, and the same question may be
// asked again.
func TestTheSameWordsAgain(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		id := o.assigned("Яма")[0]
		for range 2 {
			o.press(o.official, o.item(o.official, "№1 · "), "Администратору")
			o.official.Say(o.official.Chat(), "Это наша дорога?", sandbox.Reply(o.item(o.official, "Что спросить")))
			o.settle()
			o.admin.Say(o.group, "Да", sandbox.Reply(o.card(id)))
			o.settle()
			o.want(say(o.item(o.official, "№1 · ")), "Администраторы ответили · Петров\nДа")
		}
		events, err := o.store.Journal(o.t.Context(), id)
		o.must(err)
		count := map[storage.EventKind]int{}
		for _, e := range events {
			count[e.Kind]++
		}
		if count[storage.Asked] != 2 || count[storage.Replied] != 2 {
			t.Errorf("%d questions, %d replies", count[storage.Asked], count[storage.Replied])
		}
	})
}

// A closed incident comes back with what is still to be done; a reply to a
// card stays as a comment.
func TestReopenWithComment(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		id := o.complaint("Яма")
		o.press(o.admin, o.card(id), "Не требует ответа")
		o.press(o.admin, o.card(id), "Другое")
		o.admin.Say(o.group, "дубль звонка", sandbox.Reply(o.card(id)))
		o.settle()
		o.want(say(o.card(id)), "Не требует ответа", "📝 Петров: дубль звонка")
		o.want(o.press(o.deputy, o.card(id), "Вернуть в работу"), "Ответьте на вопрос ниже")
		o.deputy.Say(o.group, "житель звонил снова", sandbox.Reply(o.show(o.group, "Что ещё нужно сделать")))
		o.settle()
		o.want(say(o.card(id)), "🔁 Вернули в работу · Сидоров: житель звонил снова", "Новый", "[→ Минтранс · Иванова]")
	})
}
