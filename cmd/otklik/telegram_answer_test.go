package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	telegram "otklik/bot/sandbox"
	"otklik/storage"
)

// published is the only publication of the first answer that was published.
func (b *bubble) published() storage.Publication {
	b.Helper()
	for answer := int64(1); answer < 20; answer++ {
		list := must(b.store.Publications(b.Context(), answer))
		if len(list) == 1 {
			return list[0]
		}
	}
	b.Fatal("no answer has one publication")
	return storage.Publication{}
}

// What keeps an answer from a group makes it one to be published by hand, with
// the reason in words; what nobody knows about is asked, and nothing goes out a
// second time by itself.
func TestTelegramAnswerThatIsNotTaken(t *testing.T) {
	for name, x := range map[string]struct {
		trouble func(*yard, telegram.Message)
		state   storage.PublicationState
		reason  string
		stands  int
		words   string
	}{
		"muted":   {func(y *yard, _ telegram.Message) { y.chat.MuteBot(y.keeper) }, storage.AwaitsHand, "no_rights", 0, "боту не дают писать"},
		"kicked":  {func(y *yard, _ telegram.Message) { y.chat.KickBot(y.keeper) }, storage.AwaitsHand, "kicked", 0, "бота убрали из чата"},
		"deleted": {func(y *yard, m telegram.Message) { y.resident.Delete(m) }, storage.Impossible, "gone", 0, "Опубликовать не удалось"},
		"rights taken before anybody told": {func(y *yard, _ telegram.Message) {
			y.telegram.AddFault(telegram.Fault{Method: "sendMessage", ChatID: y.chat.ID(), Code: 400, Description: "not enough rights to send text messages to the chat"})
		}, storage.AwaitsHand, "no_rights", 0, "боту не дают писать"},
		"refused": {func(y *yard, _ telegram.Message) {
			y.telegram.AddFault(telegram.Fault{Method: "sendMessage", ChatID: y.chat.ID(), Code: 400, Description: "TEXT_INVALID"})
		}, storage.AwaitsHand, "refused", 0, "сеть не приняла ответ"},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, 1, func(b *bubble) {
				y := b.newYard("nash_dvor")
				o := b.offices[0]
				m := y.resident.Say(y.chat, "Во дворе яма")
				b.rest(3 * time.Second)
				x.trouble(y, m)
				b.answer(o, "Засыпем до 15.06. Минтранс")
				b.rest(2 * time.Minute)
				p := b.published()
				if p.State != x.state || p.Reason != x.reason || len(y.chat.FromBot()) != x.stands {
					b.Errorf("%s because of %q, and in the group stands:\n%s", p.State, p.Reason, heard(y.chat))
				}
				b.shown(o.official.Chat(), x.words)
			})
		})
	}
}

// An answer whose sending was lost is looked for and, where it cannot be found,
// asked about: it never stands twice.
func TestTelegramAnswerThatWasLost(t *testing.T) {
	for name, x := range map[string]struct {
		fault telegram.Fault
		talk  int // messages of others right after it
		state storage.PublicationState
		stand int
	}{
		"after it went out":            {telegram.Fault{Lose: true}, 0, storage.Published, 1},
		"after it went out, all talk":  {telegram.Fault{Lose: true}, 3, storage.Published, 1},
		"before it went out":           {telegram.Fault{Drop: true}, 0, storage.Unknown, 0},
		"before it went out, all talk": {telegram.Fault{Drop: true}, 20, storage.Unknown, 0},
		"a gateway answered":           {telegram.Fault{HTML502: true}, 0, storage.Unknown, 0},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, 1, func(b *bubble) {
				y := b.newYard("nash_dvor")
				o := b.offices[0]
				y.resident.Say(y.chat, "Во дворе яма")
				b.rest(3 * time.Second)
				x.fault.Method, x.fault.ChatID = "sendMessage", y.chat.ID()
				b.telegram.AddFault(x.fault)
				b.answer(o, "Засыпем до 15.06. Минтранс")
				for n := range x.talk {
					y.resident.Say(y.chat, fmt.Sprintf("разговор %d", n))
				}
				b.rest(10 * time.Minute)
				if p := b.published(); p.State != x.state || len(y.chat.FromBot()) != x.stand {
					b.Fatalf("%s (%s), and in the group stands:\n%s", p.State, p.Reason, heard(y.chat))
				}
				if x.state != storage.Unknown {
					return
				}
				b.shown(o.official.Chat(), "Сеть не сказала, вышел ли ответ")
				b.push(o.official, o.official.Chat(), "again")
				b.rest(time.Minute)
				if p := b.published(); p.State != storage.Published || len(y.chat.FromBot()) != 1 {
					b.Errorf("sent again it is %s, and in the group stands:\n%s", p.State, heard(y.chat))
				}
			})
		})
	}
}

// A pause that Telegram asks for is obeyed, and then the answer goes out once.
func TestTelegramAnswerWaitsOutAFlood(t *testing.T) {
	inBubble(t, 1, func(b *bubble) {
		y := b.newYard("nash_dvor")
		o := b.offices[0]
		y.resident.Say(y.chat, "Во дворе яма")
		b.rest(3 * time.Second)
		b.telegram.AddFault(telegram.Fault{Method: "sendMessage", ChatID: y.chat.ID(), Code: 429, Description: "Too Many Requests: retry after 90", Parameters: map[string]any{"retry_after": 90}})
		b.answer(o, "Засыпем до 15.06. Минтранс")
		if p := b.published(); p.State != storage.Sending || len(y.chat.FromBot()) != 0 {
			b.Errorf("%s", p.State)
		}
		b.rest(70 * time.Second)
		if len(y.chat.FromBot()) != 0 {
			b.Error("the pause is not obeyed")
		}
		b.rest(60 * time.Second)
		if p := b.published(); p.State != storage.Published || len(y.chat.FromBot()) != 1 {
			b.Errorf("%s, and in the group stands:\n%s", p.State, heard(y.chat))
		}
	})
}

// A group bears twenty calls a minute, whoever makes them; answers beyond wait.
func TestTelegramAnswersKeepToTheLimits(t *testing.T) {
	inBubble(t, 1, func(b *bubble) {
		y := b.newYard("nash_dvor")
		o := b.offices[0]
		ctx := b.Context()
		by := storage.Actor{Kind: storage.AsOfficial}
		official := must(b.store.Officials(ctx, o.id))[0]
		by.Person = official.Person
		for n := range 30 {
			y.resident.Say(y.chat, fmt.Sprintf("Яма номер %d", n))
		}
		b.rest(10 * time.Second)
		ids := b.incidents(o)
		if len(ids) != 30 {
			b.Fatalf("%d incidents", len(ids))
		}
		for _, id := range ids {
			must(b.store.Assign(ctx, storage.Actor{Kind: storage.Administrator}, id, official.ID))
			draft := must(b.store.SaveDraft(ctx, by, id, storage.DraftPart{Chat: official.Chat, Telegram: 1000 + id, Text: fmt.Sprintf("Ответ на %d", id)}))
			must(b.store.Publish(ctx, by, id, draft.Version, 0))
		}
		b.rest(5 * time.Minute)
		said := y.chat.FromBot()
		if len(said) != 30 {
			b.Fatalf("%d answers", len(said))
		}
		for _, m := range said {
			var id int64
			must(fmt.Sscanf(m.Text, "Ответ на %d", &id))
			if post := must(b.store.Posts(ctx, id))[0]; m.ReplyToMessage == nil || m.ReplyToMessage.Text != post.Text {
				b.Errorf("%q stands under %+v", m.Text, m.ReplyToMessage)
			}
		}
		for _, c := range b.telegram.CallsOf("sendMessage") {
			if c.ChatID == y.chat.ID() && c.Code != 200 {
				b.Errorf("telegram refused: %d %s", c.Code, c.Description)
			}
		}
	})
}

// Photos of the official stand in the group with his text, as one message or
// album; beside a long text they do not fit, and the text goes alone.
func TestTelegramAnswerWithPhotos(t *testing.T) {
	for name, x := range map[string]struct {
		photos, stand int
		text          string
	}{
		"one": {1, 1, "Засыпали до 15.06. Минтранс"}, "album": {3, 3, "Засыпали до 15.06. Минтранс"}, "long text": {2, 1, strings.Repeat("Засыпали. ", 110) + "Минтранс, 15.06"},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, 1, func(b *bubble) {
				y, o := b.newYard("nash_dvor"), b.offices[0]
				complaint := y.resident.Say(y.chat, "Во дворе яма")
				b.rest(3 * time.Second)
				b.push(o.admin, o.group, "assign")
				item := b.last(o.official.Chat(), "accept")
				b.push(o.official, o.official.Chat(), "accept")
				o.official.Say(o.official.Chat(), x.text, telegram.Reply(item))
				b.rest(time.Second)
				for n := range x.photos {
					o.official.Say(o.official.Chat(), "", telegram.Photo(pixel(n)))
				}
				b.rest(5 * time.Second)
				b.push(o.official, o.official.Chat(), "publish")
				b.rest(time.Minute)
				said := y.chat.FromBot()
				if len(said) != x.stand || said[0].Content() != x.text || said[0].ReplyToMessage == nil || said[0].ReplyToMessage.ID != complaint.ID {
					b.Fatalf("%d messages, in the group stands:\n%s\nthe official reads:\n%s", len(said), heard(y.chat), heard(o.official.Chat()))
				}
				if pictures := len(said[0].Photo) > 0; pictures != (x.photos == x.stand) {
					b.Errorf("with pictures: %v", pictures)
				}
				if p := b.published(); p.State != storage.Published || p.ExternalID != fmt.Sprintf("nash_dvor/%d", said[0].ID) {
					b.Errorf("%+v", p)
				}
			})
		})
	}
}
