package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"otklik/storage"
)

// incidents are the ids of a region's incidents, oldest first.
func (b *bubble) incidents(o *office) (ids []int64) {
	b.Helper()
	for _, i := range must(b.store.Incidents(b.Context(), storage.QueueFilter{Region: o.id, States: []storage.State{storage.New, storage.Assigned, storage.Answered, storage.Closed}, Limit: 1000})) {
		ids = append(ids, i.ID)
	}
	return ids
}

// posts are the posts of a region's newest incident.
func (b *bubble) posts(o *office) []storage.Post {
	b.Helper()
	ids := b.incidents(o)
	if len(ids) == 0 {
		b.Fatal("there is no incident")
	}
	return must(b.store.Posts(b.Context(), ids[len(ids)-1]))
}

// A bot in privacy mode hears nothing of what people say: /sources says so and
// what to do, and when that is done, that it was done.
func TestTelegramPrivacyMode(t *testing.T) {
	inBubble(t, 1, func(b *bubble) {
		o := b.offices[0]
		keeper, resident := b.telegram.Person("Хозяин Двора", "ru"), b.telegram.Person("Житель Первый", "ru")
		chat := b.telegram.Supergroup("Наш двор", keeper, resident).Named("nash_dvor")
		b.watch(o, "https://t.me/nash_dvor")
		b.shown(o.group, "Пока не читается", "Бота там нет. Добавьте @otklik_sandbox_bot")
		chat.AddBot(keeper)
		b.rest(5 * time.Second)
		b.shown(o.group, "режим приватности", "@BotFather", "убрать из группы и добавить снова")
		resident.Say(chat, "Во дворе яма")
		b.rest(5 * time.Second)
		if ids := b.incidents(o); len(ids) != 0 {
			b.Fatalf("heard in privacy mode: %v", ids)
		}
		// Switched off at BotFather, it still holds where the bot is already.
		b.telegram.SetReadsAll(true)
		resident.Say(chat, "Во дворе яма")
		b.rest(5 * time.Second)
		if s := must(b.store.Sources(b.Context(), o.id)); s[0].Trouble != "privacy" {
			b.Errorf("trouble %q", s[0].Trouble)
		}
		chat.RemoveBot(keeper)
		b.rest(5 * time.Second)
		b.shown(o.group, "Бота оттуда убрали")
		chat.AddBot(keeper)
		b.rest(5 * time.Second)
		b.shown(o.group, "✅ Читается: Наш двор")
		resident.Say(chat, "Во дворе снова яма")
		b.rest(time.Second)
		if p := b.posts(o); p[0].Text != "Во дворе снова яма" || !p[0].CanPublish {
			b.Errorf("%+v", p)
		}
		if text := heard(chat); text != "" {
			b.Errorf("the bot says:\n%s", text)
		}
	})
}

// An administrator of the bot's hears all, whatever the mode.
func TestTelegramPromotedInPrivacyMode(t *testing.T) {
	inBubble(t, 1, func(b *bubble) {
		o := b.offices[0]
		keeper := b.telegram.Person("Хозяин Двора", "ru")
		chat := b.telegram.Supergroup("Наш двор", keeper).Named("nash_dvor")
		chat.AddBot(keeper)
		b.watch(o, "t.me/nash_dvor")
		b.shown(o.group, "режим приватности")
		chat.PromoteBot(keeper)
		b.rest(5 * time.Second)
		b.shown(o.group, "✅ Читается")
		keeper.Say(chat, "Во дворе яма")
		b.rest(time.Second)
		b.posts(o)
		chat.DemoteBot(keeper)
		b.rest(5 * time.Second)
		if text := heard(o.group); strings.Count(text, "режим приватности") != 2 {
			b.Errorf("demoted:\n%s", text)
		}
	})
}

// Kicked, the source says so, and nothing else changes; let in again it goes on.
func TestTelegramKickedAndBack(t *testing.T) {
	inBubble(t, 1, func(b *bubble) {
		y := b.newYard("nash_dvor")
		o := b.offices[0]
		y.chat.KickBot(y.keeper)
		b.rest(5 * time.Second)
		b.shown(o.group, "Бота оттуда убрали")
		if s := must(b.store.Sources(b.Context(), o.id)); s[0].Trouble != "kicked" {
			b.Errorf("trouble %q", s[0].Trouble)
		}
		y.resident.Say(y.chat, "Пропущенная яма")
		y.chat.AddBot(y.keeper)
		b.rest(5 * time.Second)
		if s := must(b.store.Sources(b.Context(), o.id)); s[0].Trouble != "" {
			b.Errorf("trouble %q", s[0].Trouble)
		}
		y.resident.Say(y.chat, "Новая яма")
		b.rest(time.Second)
		if p := b.posts(o); len(b.incidents(o)) != 1 || p[0].Text != "Новая яма" {
			b.Errorf("%+v", p)
		}
	})
}

// A private group is given to a region by who brought the bot there, and by
// nobody else; when it becomes a supergroup the source follows.
func TestTelegramPrivateGroupIsTakenAndMoves(t *testing.T) {
	inBubble(t, 2, func(b *bubble) {
		b.telegram.SetReadsAll(true)
		o, other := b.offices[0], b.offices[1]
		resident, stranger := b.telegram.Person("Житель Первый", "ru"), b.telegram.Person("Чужой Человек", "ru")
		chat := b.telegram.Group("Подъезд", resident, o.admin)
		o.admin.Start("")
		chat.AddBot(o.admin)
		b.rest(3 * time.Second)
		b.shown(o.admin.Chat(), "Вы добавили меня в «Подъезд»")
		resident.Say(chat, "Яма, о которой ещё никто не просил")
		b.watch(o, "")
		b.shown(o.group, "вы добавили бота сюда", "Подъезд (группа)")
		b.watch(other, "")
		if text := heard(other.group); strings.Contains(text, "Подъезд") {
			b.Errorf("another region is told:\n%s", text)
		}
		// Neither another member of the group nor the button in another group.
		o.group.Add(stranger)
		m := b.last(o.group, "take")
		data := buttonOf(m, "take")
		stranger.Press(m, data)
		other.admin.Press(other.group.FromBot()[len(other.group.FromBot())-1], data)
		b.rest(3 * time.Second)
		if s := must(b.store.Sources(b.Context(), 0)); len(s) != 0 {
			b.Fatalf("taken by a stranger: %+v", s)
		}
		o.admin.Press(m, data)
		b.rest(3 * time.Second)
		b.shown(o.group, "✅ Читается: Подъезд")
		resident.Say(chat, "В подъезде яма")
		b.rest(time.Second)
		if p := b.posts(o)[0]; p.URL != "" || p.ExternalID != fmt.Sprintf("%d/%d", chat.ID(), chat.Last().ID) {
			b.Errorf("%+v", p)
		}
		resident.Say(chat, "Яма, как в деревне "+other.place)
		b.rest(2 * time.Second)
		if len(b.incidents(other)) != 0 || len(b.incidents(o)) != 2 {
			b.Errorf("what is said in a private group reaches a region that it names: %v", b.incidents(other))
		}
		moved := chat.Migrate()
		b.rest(3 * time.Second)
		resident.Say(moved, "В подъезде вторая яма")
		b.rest(time.Second)
		p := b.posts(o)[0]
		short := strings.TrimPrefix(fmt.Sprint(moved.ID()), "-100")
		if want := fmt.Sprintf("https://t.me/c/%s/%d", short, moved.Last().ID); p.Text != "В подъезде вторая яма" || p.URL != want {
			b.Errorf("%+v, want %s", p, want)
		}
		s := must(b.store.Sources(b.Context(), o.id))
		if len(s) != 1 || s[0].Address != fmt.Sprint(moved.ID()) || s[0].URL != "https://t.me/c/"+short {
			b.Errorf("%+v", s)
		}
		if text := heard(chat) + heard(moved); text != "" {
			b.Errorf("the bot says:\n%s", text)
		}
	})
}

// Two regions watch one public group: each has what concerns it, and neither
// waits for the other. What both have read is gone.
func TestTelegramGroupOfTwoRegions(t *testing.T) {
	inBubble(t, 2, func(b *bubble) {
		y := b.newYard("nash_dvor")
		b.watch(b.offices[1], "https://t.me/nash_dvor")
		y.resident.Say(y.chat, "Общая яма")
		b.rest(2 * time.Second)
		for _, o := range b.offices {
			if p := b.posts(o); p[0].Text != "Общая яма" {
				b.Errorf("%+v", p)
			}
		}
		chat := must(b.store.ChatCalled(b.Context(), "nash_dvor"))
		if rows := must(b.store.HeardAfter(b.Context(), chat.ID, 0, 10)); len(rows) != 0 {
			b.Errorf("raw words stay: %+v", rows)
		}
		// One gives it up; the other reads on.
		sources := must(b.store.Sources(b.Context(), b.offices[0].id))
		b.watch(b.offices[0], fmt.Sprintf("-%d", sources[0].ID))
		y.resident.Say(y.chat, "Ещё одна яма")
		b.rest(2 * time.Second)
		if a, c := b.incidents(b.offices[0]), b.incidents(b.offices[1]); len(a) != 1 || len(c) != 2 {
			b.Errorf("%v and %v", a, c)
		}
	})
}

// A group of administrators is no source, nor is a person or an invitation.
func TestTelegramWhatIsNoSource(t *testing.T) {
	inBubble(t, 2, func(b *bubble) {
		b.offices[1].group.Named("sosednij_region")
		o := b.offices[0]
		b.watch(o, "https://t.me/sosednij_region")
		b.shown(o.group, "это группа администраторов")
		b.watch(o, "https://t.me/+AbCdEf123")
		b.watch(o, "https://t.me/c/5001/17")
		if text := heard(o.group); strings.Count(text, "закрытую группу так не добавить") != 2 {
			b.Errorf("%s", text)
		}
		b.offices[1].admin.Say(b.offices[1].group, "/queue")
		b.rest(3 * time.Second)
		b.shown(b.offices[1].group, "Всё разобрано")
	})
}
