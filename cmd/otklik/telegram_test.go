package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	telegram "otklik/bot/sandbox"
	"otklik/storage"
)

// must is a value whose error would end the test.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// yard is a watched group with a resident.
type yard struct {
	*bubble
	chat     *telegram.Chat
	keeper   *telegram.Person // who runs it
	resident *telegram.Person
}

// newYard is a public supergroup that the first office watches.
func (b *bubble) newYard(name string) *yard {
	b.Helper()
	b.telegram.SetReadsAll(true)
	y := &yard{bubble: b, keeper: b.telegram.Person("Хозяин Двора", "ru"), resident: b.telegram.Person("Житель Первый", "ru")}
	y.chat = b.telegram.Supergroup("Наш двор", y.keeper, y.resident).Named(name)
	y.chat.AddBot(y.keeper)
	b.watch(b.offices[0], "https://t.me/"+name)
	return y
}

// watch lets an office's administrator register a source.
func (b *bubble) watch(o *office, address string) {
	b.Helper()
	o.admin.Say(o.group, "/sources "+address)
	b.rest(5 * time.Second)
}

// heard is what the bot says in a chat, as one text.
func heard(c *telegram.Chat) string {
	var list []string
	for _, m := range c.FromBot() {
		list = append(list, m.Content())
	}
	return strings.Join(list, "\n---\n")
}

// shown fails unless the bot's messages in a chat hold all pieces.
func (b *bubble) shown(c *telegram.Chat, pieces ...string) {
	b.Helper()
	text := heard(c)
	for _, p := range pieces {
		if !strings.Contains(text, p) {
			b.Errorf("no %q in:\n%s", p, text)
		}
	}
}

// buttonOf is the data of a message's button with an action, "" for none.
func buttonOf(m telegram.Message, action string) string {
	for _, button := range m.Buttons() {
		if strings.HasPrefix(button.CallbackData, action+":") {
			return button.CallbackData
		}
	}
	return ""
}

// last is the newest message of the bot with a button that does something.
func (b *bubble) last(c *telegram.Chat, action string) telegram.Message {
	b.Helper()
	for _, m := range slices.Backward(c.FromBot()) {
		if buttonOf(m, action) != "" {
			return m
		}
	}
	b.Fatalf("nothing with %q in:\n%s", action, heard(c))
	return telegram.Message{}
}

func (b *bubble) push(p *telegram.Person, c *telegram.Chat, action string) {
	b.Helper()
	m := b.last(c, action)
	p.Press(m, buttonOf(m, action))
	b.rest(3 * time.Second)
}

// answer lets an office answer its newest incident.
func (b *bubble) answer(o *office, text string) {
	b.Helper()
	b.push(o.admin, o.group, "assign")
	item := b.last(o.official.Chat(), "accept")
	b.push(o.official, o.official.Chat(), "accept")
	o.official.Say(o.official.Chat(), text, telegram.Reply(item))
	b.rest(3 * time.Second)
	b.push(o.official, o.official.Chat(), "publish")
	b.rest(5 * time.Second)
}

// What a resident says in a watched group is a card within a second, and the
// answer stands under his words; nothing else is ever said there.
func TestTelegramGroupFromComplaintToAnswer(t *testing.T) {
	inBubble(t, 2, func(b *bubble) {
		y := b.newYard("nash_dvor")
		o := b.offices[0]
		b.shown(o.group, "Читается", "прежние сообщения Telegram ботам не показывает")
		complaint := y.resident.Say(y.chat, "Во дворе яма, ребёнок упал. Звоните +7 912 345-67-89")
		b.rest(time.Second)
		b.shown(o.group, "Во дворе яма", "Telegram · Наш двор")
		if text := heard(o.group); strings.Contains(text, "345-67-89") || strings.Contains(text, "Житель") {
			b.Errorf("the card names the resident:\n%s", text)
		}
		if text := heard(b.offices[1].group); strings.Contains(text, "яма") {
			b.Errorf("another region sees it:\n%s", text)
		}
		b.answer(o, "Яму засыпем <завтра> до 15.06. Минтранс")
		said := y.chat.FromBot()
		if len(said) != 1 || said[0].Text != "Яму засыпем <завтра> до 15.06. Минтранс" || said[0].ReplyToMessage == nil || said[0].ReplyToMessage.ID != complaint.ID {
			b.Fatalf("in the group stands:\n%s", heard(y.chat))
		}
		b.shown(o.group, "Отвечен")
		b.shown(o.official.Chat(), "Опубликовано")
		p := must(b.store.Publications(b.Context(), 1))[0]
		if p.State != storage.Published || p.ExternalID != fmt.Sprintf("nash_dvor/%d", said[0].ID) || p.URL != fmt.Sprintf("https://t.me/nash_dvor/%d", said[0].ID) {
			b.Errorf("%+v", p)
		}
		y.resident.Say(y.chat, "Ничего не сделали", telegram.Reply(said[0]))
		b.rest(5 * time.Second)
		if replies := must(b.store.Replies(b.Context(), 1)); len(replies) != 1 || replies[0].Text != "Ничего не сделали" || replies[0].Kind != storage.NotSolved {
			b.Errorf("the resident's reply: %+v", replies)
		}
		if len(y.chat.FromBot()) != 1 {
			b.Errorf("the bot talks:\n%s", heard(y.chat))
		}
		c := must(b.store.ChatCalled(b.Context(), "nash_dvor"))
		if waiting := must(b.store.HeardAfter(b.Context(), c.ID, 0, 10)); len(waiting) != 0 {
			b.Errorf("raw words stay: %+v", waiting)
		}
	})
}

// Whatever people do in a watched group, the bot is silent and notes nobody.
func TestTelegramSourceIsSilent(t *testing.T) {
	inBubble(t, 1, func(b *bubble) {
		y := b.newYard("nash_dvor")
		y.keeper.Say(y.chat, "/setup Захват")
		y.keeper.Say(y.chat, "/help@"+b.telegram.Bot().Username)
		y.keeper.Say(y.chat, "/sources https://t.me/other_chat")
		y.keeper.Say(y.chat, "от имени группы", telegram.Anonymous())
		y.chat.Add(b.telegram.Person("Новый Сосед", "ru"))
		y.chat.Rename(y.keeper, "Двор мечты")
		y.chat.PromoteBot(y.keeper)
		y.chat.DemoteBot(y.keeper)
		b.rest(time.Minute)
		if text := heard(y.chat); text != "" {
			b.Errorf("the bot says:\n%s", text)
		}
		for _, p := range []*telegram.Person{y.keeper, y.resident} {
			if _, err := b.store.PersonAt(b.Context(), p.ID()); err == nil {
				b.Errorf("%s is noted", p.Name())
			}
		}
		if regions := must(b.store.Regions(b.Context())); len(regions) != 1 {
			b.Errorf("%d regions", len(regions))
		}
	})
}
