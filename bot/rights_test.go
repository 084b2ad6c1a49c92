package bot

import (
	"strings"
	"testing"
	"time"

	"github.com/go-telegram/bot/models"

	"otklik/bot/sandbox"
	"otklik/storage"
)

// Whatever a press claims, it does only what its chat and person may; the
// refusal is polite and tells nothing.
func TestForgedPresses(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		stranger := o.telegram.Person("Чужой Человек", "ru")
		stranger.Start("")
		rival := o.telegram.Person("Ирина Белова", "ru")
		rival.Start("")
		o.join(rival, o.region, "Минздрав")
		neighbours := o.telegram.Supergroup("Другой край", o.admin)
		neighbours.AddBot(o.admin)
		o.newRegion("Другой край", "ru", neighbours)
		id := o.complaint("Секретная яма")
		o.settle()
		card := o.card(id)
		hello := neighbours.Last()
		before, err := o.store.Incident(o.t.Context(), id)
		o.must(err)

		presses := map[string]*sandbox.Press{
			"another region":       o.admin.Press(hello, data("assign", id, o.role)),
			"another region shows": o.admin.Press(hello, data("show", id)),
			"journal elsewhere":    o.admin.Press(hello, data("journal", id)),
			"a stranger":           stranger.Press(stranger.Chat().Last(), data("assign", id, o.role)),
			"a stranger accepts":   stranger.Press(stranger.Chat().Last(), data("accept", id)),
			"not his":              rival.Press(rival.Chat().Last(), data("accept", id)),
			"no such official":     o.admin.Press(card, data("assign", id, int64(9999))),
			"no such reason":       o.admin.Press(card, data("dismiss", id, "because")),
			"no such topic":        o.admin.Press(card, data("topic", id, int64(4))),
			"no such menu":         o.admin.Press(card, data("menu", id, "owners")),
			"danger by button":     o.admin.Press(card, data("importance", id, "danger")),
			"another incident":     o.admin.Press(card, data("assign", id+1, o.role)),
			"no such incident":     o.admin.Press(hello, data("show", int64(777))),
			"no event":             o.admin.Press(card, data("undo", id, int64(12345))),
			"first event":          o.admin.Press(card, data("undo", id, int64(1))),
			"official's button":    o.admin.Press(card, data("accept", id)),
			"overflow":             o.admin.Press(card, "assign:99999999999999999999:1"),
			"negative":             o.admin.Press(card, "assign:-1:1"),
			"empty":                o.admin.Press(card, ""),
			"garbage":              o.admin.Press(card, "\x00:\xff;DROP TABLE"),
			"long":                 o.admin.Press(card, strings.Repeat("a:", 200)),
		}
		time.Sleep(2 * time.Second)
		for name, p := range presses {
			a := o.answerOf(p)
			if a == "" || strings.Contains(a, "Секретная") || strings.Contains(a, "Иванова") || strings.Contains(a, "не так") {
				t.Errorf("%s: toast %q", name, a)
			}
		}
		after, err := o.store.Incident(o.t.Context(), id)
		o.must(err)
		if before != after {
			t.Errorf("the incident changed: %+v", after)
		}
		if strings.Contains(o.log.text(), "Секретная") || strings.Contains(o.log.text(), "DROP") {
			t.Errorf("content in the log:\n%s", o.log.text())
		}
	})
}

// A public group is read by everybody, and administered by its members. Who is
// one is not asked at every press.
func TestOutsidersOfAPublicGroup(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		id := o.complaint("Яма")
		passer := o.telegram.Person("Мимо Проходил", "ru")
		public := func(u *models.Update) error {
			if u.Message != nil {
				u.Message.Chat.Username = "kray"
			} else {
				u.CallbackQuery.Message.Message.Chat.Username = "kray"
			}
			return o.bot.handle(o.t.Context(), u)
		}
		state := func(want storage.State) {
			o.t.Helper()
			o.settle()
			if i, err := o.store.Incident(o.t.Context(), id); err != nil || i.State != want {
				o.t.Errorf("the incident is %s, not %s: %v", i.State, want, err)
			}
		}
		o.must(public(&models.Update{ID: 900, CallbackQuery: pressOf(passer, o.card(id), data("dismiss", id, "other"))}))
		o.must(public(&models.Update{ID: 901, Message: replyOf(passer, o.group, o.card(id), "я тут")}))
		state(storage.New)
		if events, err := o.store.Journal(o.t.Context(), id); err != nil || len(events) != 1 {
			o.t.Errorf("%d lines in the journal: %v", len(events), err)
		}
		before := o.calls("getChatMember")
		o.must(public(&models.Update{ID: 902, CallbackQuery: pressOf(o.admin, o.card(id), data("dismiss", id, "other"))}))
		state(storage.Dismissed)
		o.must(public(&models.Update{ID: 903, Message: replyOf(o.admin, o.group, o.card(id), "звонили")}))
		if n := o.calls("getChatMember") - before; n != 1 {
			o.t.Errorf("a member was asked for %d times", n)
		}
		o.telegram.AddFault(sandbox.Fault{Method: "getChatMember", Code: 500})
		o.must(public(&models.Update{ID: 904, CallbackQuery: pressOf(o.deputy, o.card(id), data("undo", id, o.lastStep(id)))}))
		state(storage.New)
	})
}

// An anonymous administrator counts as the group.
func TestAnonymousAdministrator(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		id := o.complaint("Яма")
		o.press(o.admin, o.card(id), "Не требует ответа")
		o.press(o.admin, o.card(id), "Другое")
		o.press(o.admin, o.card(id), "Вернуть в работу")
		o.admin.Say(o.group, "ещё раз", sandbox.Reply(o.show(o.group, "Что ещё нужно сделать")), sandbox.Anonymous())
		o.settle()
		o.want(say(o.card(id)), "🔁 Вернули в работу: ещё раз", "Новый", "[→ Минтранс · Иванова]")
	})
}

// A press on a message that is gone is answered and does its work.
func TestPressOnDeletedMessage(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		id := o.complaint("Яма")
		gone := o.card(id)
		gone.ID = 4000
		o.want(o.answerOf(o.admin.Press(gone, data("assign", id, o.role))), "№1 назначен")
		o.want(o.answerOf(o.admin.Press(gone, data("menu", id, "assign"))), "устарела")
	})
}

// Nobody who blocked the bot can be chosen, and what he had comes back.
func TestBlockedOfficial(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		id := o.complaint("Яма")
		o.press(o.admin, o.card(id), "→")
		o.official.Block()
		o.settle()
		o.want(say(o.card(id)), "🔕 Исполнитель недоступен: Минтранс · Иванова", "[➕ Пригласить исполнителя]")
		o.want(o.answerOf(o.admin.Press(o.card(id), data("assign", id, o.role))), "нельзя написать")
		o.press(o.admin, o.card(id), "Пригласить")
		o.show(o.group, "/invite official Минтранс")
		o.official.Unblock()
		o.settle()
		if i, err := o.store.Incident(o.t.Context(), id); err != nil || i.State != storage.New {
			t.Errorf("%v %v", i.State, err)
		}
	})
}

// A group that the region left keeps one line of each card and no button.
func TestMovedRegion(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		id := o.complaint("Яма")
		old := o.card(id)
		next := o.telegram.Supergroup("Новая группа", o.admin)
		next.AddBot(o.admin)
		chat, err := o.store.MeetChat(o.t.Context(), next.ID(), storage.Supergroup, "Новая группа", 0)
		o.must(err)
		o.must(o.store.BindGroup(o.t.Context(), storage.Actor{Kind: storage.Owner}, o.region, chat.ID, true))
		o.settle()
		o.want(o.answerOf(o.admin.Press(old, data("assign", id, o.role))), "кому это поручено")
		card := o.show(next, "№1 · ")
		o.want(o.press(o.admin, card, "→"), "№1 назначен")
		gone, _ := o.group.Message(old.ID)
		o.want(say(gone), "№1 · ", "теперь в другой группе")
		if len(gone.Buttons()) != 0 {
			t.Errorf("buttons: %s", say(gone))
		}
	})
}

func (o *office) lastStep(incident int64) int64 {
	o.t.Helper()
	i, err := o.store.Incident(o.t.Context(), incident)
	o.must(err)
	return i.Step
}
