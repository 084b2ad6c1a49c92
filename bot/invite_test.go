package bot

import (
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"otklik/bot/sandbox"
	"otklik/storage"
)

var startLink = regexp.MustCompile(`https://t\.me/(\w+)\?start=([A-Za-z0-9_-]{22,64})`)

// invited asks for an invite in the group and returns its token.
func (o *office) invited(text string) string {
	o.t.Helper()
	said := o.says(o.admin, o.group, text)
	m := startLink.FindStringSubmatch(said)
	if m == nil || m[1] != o.telegram.Bot().Username {
		o.t.Fatalf("no link in:\n%s", said)
	}
	return m[2]
}

// opened presses Start with a token and returns what the bot says.
func (o *office) opened(p *sandbox.Person, token string) string {
	o.t.Helper()
	before := len(p.Chat().FromBot())
	p.Start(token)
	o.settle()
	list := p.Chat().FromBot()
	if len(list) == before {
		return ""
	}
	return say(list[len(list)-1])
}

func TestInviteOfficial(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		o.want(o.says(o.admin, o.group, "/invite"), "/invite official Минтранс", "➕ Минтранс", "➕ Сотрудник аппарата")
		o.want(o.says(o.admin, o.group, "/invite official"), "/invite official Минтранс")
		token := o.invited("/invite official минтранс")
		o.want(o.last(o.group).Content(), "исполнитель · Минтранс", "Заречный край", "один раз")

		came := o.telegram.Person("Вера Новая", "ru")
		o.want(o.opened(came, token), "Теперь вы исполнитель: Минтранс", "Заречный край")
		joined := o.show(o.group, "Вера Новая теперь с нами", "Минтранс")
		list, err := o.store.Officials(o.t.Context(), o.region)
		o.must(err)
		if len(list) != 2 || list[0].Body != list[1].Body {
			t.Fatalf("officials: %+v", list)
		}
		if c := came.Chat().Commands(came); len(c) == 0 || c[0].Command != "my" {
			t.Errorf("menu of a new official: %v", c)
		}

		// Once more by himself harms nothing; by somebody else it is refused and told.
		o.want(o.opened(came, token), "Теперь вы исполнитель")
		other := o.telegram.Person("Чужой Человек", "ru")
		o.want(o.opened(other, token), "уже воспользовались")
		o.show(o.group, "открыл ещё кто-то: Чужой Человек", "Доступа он не получил")
		if roles, _ := o.store.Officials(o.t.Context(), o.region); len(roles) != 2 {
			t.Errorf("%d officials after a used invite", len(roles))
		}

		o.tap(o.deputy, o.group, joined, "Убрать")
		o.want(o.shown(o.group, joined), "доступ убран — Сидоров")
		o.want(o.says(came, came.Chat(), "/my"), "здесь не работает")
		// A role that was taken away does not come back by the old invite.
		o.want(o.opened(came, token), "уже воспользовались")
	})
}

func TestInviteStaffByButton(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		o.says(o.admin, o.group, "/invite")
		o.tap(o.deputy, o.group, o.last(o.group), "Сотрудник аппарата")
		m := startLink.FindStringSubmatch(o.last(o.group).Content())
		if m == nil {
			t.Fatalf("no link in:\n%s", o.last(o.group).Content())
		}
		came := o.telegram.Person("Вера Новая", "en")
		o.want(o.opened(came, m[2]), "summaries of Заречный край")
		o.show(o.group, "Вера Новая", "сотрудник аппарата губернатора")
		o.want(o.says(came, came.Chat(), "/my"), "does not work here")
	})
}

func TestInviteExpires(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		token := o.invited("/invite official Минздрав")
		time.Sleep(49 * time.Hour)
		synctest.Wait()
		late := o.telegram.Person("Вера Новая", "ru")
		o.want(o.opened(late, token), "Срок этого приглашения вышел")
		o.want(o.opened(late, "AAAAAAAAAAAAAAAAAAAAAAAA"), "Эта ссылка не подходит")
		o.absent(o.group, "открыл ещё кто-то")
		if roles, err := o.store.Roles(o.t.Context(), 3); err != nil || len(roles) > 1 {
			t.Errorf("roles: %v, %v", roles, err)
		}
	})
}

func TestInviteAsksAMemberOfItsGroup(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		token := o.invited("/invite official Минздрав")
		o.want(o.opened(o.deputy, token), "Оно для вас?", "[Да, для меня] [Нет]")
		question := o.last(o.deputy.Chat())
		o.tap(o.deputy, o.deputy.Chat(), question, "Нет")
		o.want(o.shown(o.deputy.Chat(), question), "осталось в силе")

		// The invite that was declined works for whom it is meant.
		came := o.telegram.Person("Вера Новая", "ru")
		o.want(o.opened(came, token), "Теперь вы исполнитель: Минздрав")

		second := o.invited("/invite official ЖКХ")
		o.want(o.opened(o.admin, second), "Оно для вас?")
		question = o.last(o.admin.Chat())
		o.tap(o.admin, o.admin.Chat(), question, "Да")
		o.want(o.shown(o.admin.Chat(), question), "Теперь вы исполнитель: ЖКХ")

		// Nobody can answer the question of somebody else, or without being asked.
		third := o.invited("/invite official ЖКХ")
		o.opened(o.deputy, third)
		stranger := o.telegram.Person("Прохожий", "ru")
		stranger.Start("")
		o.settle()
		if got := o.answerOf(stranger.Press(o.last(stranger.Chat()), data("join", 0, "yes"))); !strings.Contains(got, "устарела") {
			t.Errorf("a forged answer: %q", got)
		}
		p, err := o.store.PersonAt(o.t.Context(), stranger.ID())
		o.must(err)
		if roles, _ := o.store.Roles(o.t.Context(), p.ID); len(roles) != 0 {
			t.Errorf("a stranger has roles: %v", roles)
		}
	})
}

func TestInviteWhereTelegramDoesNotTellWhoIsAMember(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		token := o.invited("/invite official Минздрав")
		o.telegram.AddFault(sandbox.Fault{Method: "getChatMember", Code: 400, Description: "Bad Request: PARTICIPANT_ID_INVALID", Count: -1})
		o.want(o.opened(o.deputy, token), "Теперь вы исполнитель: Минздрав")
	})
}

// The token follows from the update, is as long as 128 bits and stands nowhere
// in the database.
func TestInviteToken(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		first, err := o.bot.inviteToken(o.t.Context(), 77)
		o.must(err)
		again, err := o.bot.inviteToken(o.t.Context(), 77)
		o.must(err)
		other, err := o.bot.inviteToken(o.t.Context(), 78)
		o.must(err)
		if first != again || first == other || len(first) < 22 {
			t.Errorf("tokens %q, %q, %q", first, again, other)
		}
		token := o.invited("/invite staff")
		if messages := o.log.String(); strings.Contains(messages, token) {
			t.Error("the log has the token")
		}
		v, err := o.store.InviteFor(o.t.Context(), token)
		o.must(err)
		if v.Kind != storage.StaffRole || v.Used {
			t.Errorf("invite %+v", v)
		}
	})
}

func TestStartIsLimited(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		p := o.telegram.Person("Прохожий", "ru")
		for range 12 {
			p.Start("")
		}
		time.Sleep(20 * time.Second)
		synctest.Wait()
		if n := len(p.Chat().FromBot()); n != startsAllowed+1 {
			t.Errorf("%d answers, want %d:\n%s", n, startsAllowed+1, o.transcript(p.Chat()))
		}
		o.want(o.last(p.Chat()).Content(), "Слишком часто")
		time.Sleep(time.Minute)
		o.want(o.opened(p, ""), "Здравствуйте")
	})
}
