package bot

import (
	"strings"
	"testing"

	"otklik/bot/sandbox"
	"otklik/storage"
)

// newGroup is a group that the bot was let in, without a region.
func (o *office) newGroup(name string, people ...*sandbox.Person) *sandbox.Chat {
	o.t.Helper()
	g := o.telegram.Supergroup(name, people...)
	g.AddBot(people[0])
	o.settle()
	return g
}

func TestSetup(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		o.owned(o.admin)
		if said := o.newGroup("Двор", o.deputy).FromBot(); len(said) > 0 {
			t.Errorf("a group of somebody else reads: %s", said[0].Content())
		}
		public := o.telegram.Supergroup("Двор", o.admin).Named("dvor_ru")
		public.AddBot(o.admin)
		o.settle()
		if said := public.FromBot(); len(said) > 0 {
			t.Errorf("a public group reads: %s", said[0].Content())
		}
		g := o.newGroup("Ольховка", o.admin, o.deputy)
		o.want(o.last(g).Content(), "/setup Название региона")

		o.want(o.says(o.deputy, g, "/setup Ольховский край"), "только владелец")
		o.want(o.says(o.admin, g, "/setup Ольховский край", sandbox.Anonymous()), "от имени группы")
		if list, err := o.store.Regions(o.t.Context()); err != nil || len(list) != 1 {
			t.Fatalf("refused and yet: %v, %v", list, err)
		}
		for _, text := range []string{"/places Ольховка", "/queue", "/invite staff", "/keywords", "/sources", "/officials", "/find 1"} {
			if got := o.says(o.deputy, g, text); !strings.Contains(got, "ещё не привязана") {
				t.Errorf("%s in a group without a region:\n%s", text, got)
			}
		}
		o.want(o.says(o.admin, g, "/setup"), "/setup Заречный край Asia/Yekaterinburg")
		o.want(o.says(o.admin, g, "/setup Ольховский край Mars/Olympus"), "«Mars/Olympus» мне не знаком")
		o.want(o.says(o.admin, g, "/setup "+strings.Repeat("край ", 60)), "длиннее 100 знаков")

		done := o.says(o.admin, g, "/setup Ольховский край Asia/Omsk")
		o.want(done, "работает для региона Ольховский край", "19 тем", "Теперь назовите места", "Омск, UTC+6")
		menu := o.last(g)
		o.want(o.says(o.deputy, g, "Ольховка, Липки", sandbox.Reply(menu)), "Добавлено: Ольховка, Липки")

		// Anybody in the group may mend the time zone.
		o.tap(o.deputy, g, menu, "Омск")
		o.want(o.shown(g, menu), "[Калининград, UTC+2]", "[Камчатка, UTC+12]")
		o.tap(o.deputy, g, menu, "Якутск")
		o.want(o.shown(g, menu), "Якутск, UTC+9", "2 места")
		region, err := o.store.RegionNamed(o.t.Context(), "Ольховский край")
		o.must(err)
		if region.TimeZone != "Asia/Yakutsk" {
			t.Errorf("the time zone is %s", region.TimeZone)
		}
		rules, err := o.store.Rules(o.t.Context(), region.ID)
		o.must(err)
		if len(rules) < 19 {
			t.Errorf("the region starts with %d rules", len(rules))
		}

		o.want(o.says(o.admin, g, "/setup Другой край"), "уже работает для региона «Ольховский край»")
		o.want(o.says(o.admin, g, "/setup ольховский КРАЙ"), "работает для региона Ольховский край")
		if list, err := o.store.Regions(o.t.Context()); err != nil || len(list) != 2 {
			t.Errorf("regions: %v, %v", list, err)
		}
	})
}

func TestSetupMovesARegion(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		o.owned(o.admin)
		id := o.complaint("Яма на Речном мосту")
		o.says(o.deputy, o.group, "/places Тайное")
		o.says(o.deputy, o.group, "/places")
		old := o.last(o.group)
		g := o.newGroup("Новая группа", o.admin, o.deputy)
		o.want(o.says(o.admin, g, "/setup заречный край"), "уже привязан к другой группе", "[Перенести сюда]")
		question := o.last(g)
		if got := o.tap(o.deputy, g, question, "Перенести"); !strings.Contains(got, "только владелец") {
			t.Errorf("somebody who is no owner moved a region: %q", got)
		}
		if r, _ := o.store.Region(o.t.Context(), o.region); r.Chat == 0 {
			t.Fatal("the region lost its group")
		}
		o.tap(o.admin, g, question, "Перенести")
		o.want(o.shown(g, question), "работает для региона Заречный край")
		o.show(g, "Речном мосту")
		o.show(o.group, "перенесён в другую группу")
		o.want(o.says(o.deputy, g, "/queue"), "Не разобрано: 1")

		// What stands in the former group shows nothing new of any region.
		o.says(o.deputy, g, "/places Тайное место")
		chat, err := o.store.MeetChat(o.t.Context(), o.group.ID(), storage.Supergroup, "Заречный край", 0)
		o.must(err)
		m, err := o.store.Message(o.t.Context(), chat.ID, o.telegram.Bot().ID, int64(old.ID))
		o.must(err)
		o.must(o.store.ReplaceNotice(o.t.Context(), m.ID, storage.Notice{Code: "places", Params: storage.Params{"again": 1}}))
		o.settle()
		if got := o.shown(o.group, old); strings.Contains(got, "Тайное") || !strings.Contains(got, "не привязана") {
			t.Errorf("the former group reads:\n%s", got)
		}
		if got := o.says(o.deputy, o.group, "/queue"); strings.Contains(got, "Речном") {
			t.Errorf("the former group still sees the region:\n%s", got)
		}
		if got := o.answerOf(o.deputy.Press(o.show(o.group, "№1"), data("dismiss", id, "other"))); !strings.Contains(got, "только те") {
			t.Errorf("the former group decides still: %q", got)
		}
	})
}

func TestMembership(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		o.owned(o.admin)
		o.admin.Start("")
		o.settle()

		// A region's own group is not greeted again, a channel and a source never.
		o.group.RemoveBot(o.deputy)
		o.settle()
		o.show(o.admin.Chat(), "больше нет в группе «Заречный край»")
		o.group.AddBot(o.deputy)
		o.settle()
		o.absent(o.group, "Здравствуйте")
		o.want(o.says(o.deputy, o.group, "/queue"), "Всё разобрано")

		// Somebody who blocks the bot gives back what he has.
		id := o.complaint("Яма на Речном мосту")
		o.press(o.admin, o.card(id), "Назначить")
		o.press(o.admin, o.card(id), "Иванова")
		o.official.Block()
		o.settle()
		if i, err := o.store.Incident(o.t.Context(), id); err != nil || i.State != storage.New {
			t.Errorf("blocked, and the incident is %s, %v", i.State, err)
		}
		o.official.Unblock()
		o.settle()
		if f, err := o.store.Official(o.t.Context(), o.role); err != nil || !f.Reachable {
			t.Errorf("unblocked, and the official is %+v, %v", f, err)
		}
	})
}

func TestSetupInATopicOfAForum(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		o.owned(o.admin)
		g := o.telegram.Forum("Ольховка", o.admin, o.deputy)
		g.AddBot(o.admin)
		topic := g.Topic(o.admin, "Жалобы")
		o.settle()
		o.says(o.admin, g, "/setup Ольховский край", sandbox.InTopic(topic))
		if m := o.last(g); m.MessageThreadID != topic || !strings.Contains(m.Content(), "работает для региона") {
			t.Errorf("the answer stands in topic %d:\n%s", m.MessageThreadID, o.transcript(g))
		}
	})
}

func TestSetupOfAGroupThatMigrates(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		o.owned(o.admin)
		g := o.telegram.Group("Ольховка", o.admin, o.deputy)
		g.AddBot(o.admin)
		o.settle()
		o.want(o.says(o.admin, g, "/setup Ольховский край"), "работает для региона")
		super := g.Migrate()
		o.settle()
		o.want(o.says(o.deputy, super, "/places Липки"), "Добавлено: Липки")
		if c := super.Commands(o.deputy); len(c) == 0 {
			t.Error("the new group has no menu")
		}
	})
}
