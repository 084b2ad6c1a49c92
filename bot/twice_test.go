package bot

import (
	"strings"
	"testing"

	"github.com/go-telegram/bot/models"
	"github.com/rs/zerolog"

	"otklik/bot/sandbox"
	"otklik/storage"
)

// An update may come to be handled again after a crash: what it led to is
// there once.
func TestHandledTwice(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		ids := o.assigned("Яма")
		card, item := o.card(ids[0]), o.item(o.official, "№1 · ")
		updates := []*models.Update{
			{ID: 901, Message: replyOf(o.admin, o.group, card, "звонили")},
			{ID: 902, Message: replyOf(o.official, o.official.Chat(), item, "Засыплем завтра")},
			{ID: 903, CallbackQuery: pressOf(o.official, item, data("ask", ids[0]))},
		}
		for range 2 {
			for _, u := range updates {
				o.must(o.bot.handle(o.t.Context(), u))
			}
			o.settle()
		}
		events, err := o.store.Journal(o.t.Context(), ids[0])
		o.must(err)
		comments := 0
		for _, e := range events {
			if e.Kind == storage.Commented {
				comments++
			}
		}
		questions := 0
		for _, m := range o.official.Chat().FromBot() {
			if strings.HasPrefix(m.Text, "Что спросить") {
				questions++
			}
		}
		if comments != 1 || questions != 1 {
			t.Errorf("%d comments, %d questions", comments, questions)
		}
		if a := o.draft(ids[0]); a.Text != "Засыплем завтра" {
			t.Errorf("%q", a.Text)
		}
	})
}

// What came of it the first time changes what comes of it the second time, and
// nobody reads that he did wrong what he did right.
func TestHandledTwiceIsToldOnce(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		id := o.assigned("Яма")[0]
		o.official.Say(o.official.Chat(), "Засыплем завтра", sandbox.Reply(o.item(o.official, "№1 · ")))
		o.settle()
		o.press(o.official, o.item(o.official, "Засыплем завтра"), "Без публикации")
		why := replyOf(o.official, o.official.Chat(), o.item(o.official, "Почему"), "Позвонили жителю")
		rule := replyOf(o.admin, o.group, o.card(id), "/keywords Дороги: колея")
		rule.ReplyToMessage, rule.Entities = nil, []models.MessageEntity{{Type: models.MessageEntityTypeBotCommand, Length: len("/keywords")}}
		private, group := len(o.official.Chat().FromBot()), len(o.group.FromBot())
		for range 2 {
			for n, m := range []*models.Message{why, rule} {
				o.must(o.bot.handle(o.t.Context(), &models.Update{ID: int64(910 + n), Message: m}))
			}
			o.settle()
		}
		o.item(o.official, "№1 закрыт")
		o.show(o.group, "Правило")
		if p, g := len(o.official.Chat().FromBot())-private, len(o.group.FromBot())-group; p != 1 || g != 1 {
			t.Errorf("%d and %d messages:\n%s\n%s", p, g, o.transcript(o.official.Chat()), o.transcript(o.group))
		}
	})
}

// The ids of updates are each bot's own: after a change of the token the same
// number is another update.
func TestAnotherBotCountsItsUpdatesAnew(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sandbox.Options{}, supergroup)
		b := ok(New(r.store, r.cfg, zerolog.Nop()))
		u := &models.Update{ID: 7, Message: &models.Message{ID: 900, Chat: r.official.Chat().Info(), From: &models.User{ID: r.official.ID()}, Text: "спасибо"}}
		for n, me := range []int64{900001, 900002, 900002} {
			b.me.ID = me
			if err := b.handle(t.Context(), u); err != nil {
				t.Fatal(err)
			}
			want := int64(min(n+1, 2))
			if lane := ok(r.store.Lane(t.Context(), r.private)); int64(lane.Pending) != want {
				t.Errorf("%d answers wait, not %d", lane.Pending, want)
			}
		}
	})
}

// An update of a kind or shape that nobody thought of breaks nothing.
func TestOddUpdates(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		person := models.User{ID: o.official.ID(), FirstName: "Анна"}
		private := models.Chat{ID: o.official.ID(), Type: models.ChatTypePrivate}
		for n, u := range []*models.Update{
			nil, {}, {ChannelPost: &models.Message{}}, {Message: &models.Message{}},
			{Message: &models.Message{ID: 1, Chat: private}},
			{Message: &models.Message{ID: 2, Chat: private, From: &person, Voice: &models.Voice{}}},
			{Message: &models.Message{ID: 3, Chat: models.Chat{ID: o.group.ID(), Type: models.ChatTypeSupergroup}, SenderChat: &models.Chat{ID: -100777}, Text: "/find 1"}},
			{EditedMessage: &models.Message{ID: 4, Chat: private, From: &person}},
			{CallbackQuery: &models.CallbackQuery{ID: "x", From: person, Data: "accept:1"}},
			{CallbackQuery: &models.CallbackQuery{ID: "y", From: person, Data: "accept:1", Message: models.MaybeInaccessibleMessage{InaccessibleMessage: &models.InaccessibleMessage{Chat: private, MessageID: 9}}}},
			{MyChatMember: &models.ChatMemberUpdated{Chat: private, From: person}},
		} {
			if err := o.bot.handle(o.t.Context(), u); err != nil {
				t.Errorf("update %d: %v", n, err)
			}
		}
	})
}

func replyOf(p *sandbox.Person, c *sandbox.Chat, to sandbox.Message, text string) *models.Message {
	return &models.Message{ID: to.ID + 500, Chat: c.Info(), From: &models.User{ID: p.ID(), FirstName: p.Name()}, Text: text, ReplyToMessage: &to.Message}
}

func pressOf(p *sandbox.Person, m sandbox.Message, data string) *models.CallbackQuery {
	return &models.CallbackQuery{ID: "once", From: models.User{ID: p.ID(), FirstName: p.Name()}, Data: data, Message: models.MaybeInaccessibleMessage{Type: models.MaybeInaccessibleMessageTypeMessage, Message: &m.Message}}
}
