package bot

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"otklik/monitor/rules"
	"otklik/storage"
)

// keep lets texts that matched nothing be kept of the office's region.
func (o *office) keep(texts ...string) {
	o.t.Helper()
	o.must(o.store.KeepText(o.t.Context(), o.region, texts))
}

// by says which rules found a post.
func by(rules ...int64) func(*storage.Found) {
	return func(f *storage.Found) { f.Matches[0].Rules = rules }
}

// addRule adds a rule to the office's topic.
func (o *office) addRule(text string) int64 {
	o.t.Helper()
	id, err := o.store.AddRule(o.t.Context(), storage.Actor{Kind: storage.Administrator}, o.region, "Дороги", text)
	o.must(err)
	return id
}

func (o *office) rules() (list []string) {
	o.t.Helper()
	rules, err := o.store.Rules(o.t.Context(), o.region)
	o.must(err)
	for _, u := range rules {
		list = append(list, u.Text)
	}
	return list
}

// dismissed is a complaint that turned out to be none.
func (o *office) dismissed(text string, more ...func(*storage.Found)) int64 {
	o.t.Helper()
	id := o.complaint(text, more...)
	_, err := o.store.Dismiss(o.t.Context(), storage.Actor{Kind: storage.Administrator}, id, "no_problem", "")
	o.must(err)
	return id
}

func TestRulesShowWhatTheyFind(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		good, weak, gone := o.addRule("выбоина"), o.addRule("яма"), o.addRule("дыра")
		o.must(o.store.RemoveRule(o.t.Context(), storage.Actor{Kind: storage.Administrator}, o.region, gone))
		o.complaint("Давнишняя выбоина", by(good))
		time.Sleep(8 * 24 * time.Hour)
		for n := range 4 {
			o.dismissed(fmt.Sprintf("Оркестровая яма %d", n), by(weak), spans("яма"))
		}
		vague := o.complaint("Яма где-то здесь", by(weak), spans("яма"))
		_, err := o.store.Dismiss(o.t.Context(), storage.Actor{Kind: storage.Administrator}, vague, "no_facts", "")
		o.must(err)
		both := o.complaint("Яма и выбоина на мосту", by(good, weak, gone), spans("выбоина"))

		o.want(o.says(o.admin, o.group, "/keywords"), "Дороги: за неделю 6, из них зря 4 (67 %)", "ЖКХ: за неделю ничего")
		menu := o.last(o.group)
		o.tap(o.admin, o.group, menu, "Дороги")
		o.want(o.shown(o.group, menu), fmt.Sprintf("%d. выбоина\nза неделю 1\n", good), fmt.Sprintf("%d. яма\n👎 за неделю 6, из них зря 4 (67 %%)", weak))
		o.tap(o.admin, o.group, menu, fmt.Sprint(weak))
		shown := o.shown(o.group, menu)
		o.want(shown, "яма: ямы, яме, яму, ямой… и ещё", "Нашло за неделю 6", fmt.Sprintf("№%d Новый: Яма и выбоина на мосту", both), "Не требует ответа: Оркестровая яма 3")
		if strings.Contains(shown, "Оркестровая яма 0") {
			t.Errorf("more than three samples:\n%s", shown)
		}
		m, _ := o.group.Message(menu.ID)
		if !strings.Contains(fmt.Sprint(m.Entities), "https://t.me/c/") {
			t.Errorf("the samples lead nowhere: %v", m.Entities)
		}

		o.tap(o.admin, o.group, menu, "Убрать правило")
		o.want(o.shown(o.group, menu), fmt.Sprintf("Убрано правило %d темы «Дороги»: яма", weak))
		o.tap(o.deputy, o.group, menu, "Отменить")
		o.want(o.shown(o.group, menu), fmt.Sprintf("Правило %d · Дороги", weak), "Нашло за неделю 6")
		o.tap(o.admin, o.group, menu, "Назад")
		o.want(o.shown(o.group, menu), "2. яма")

		if toast := o.tap(o.admin, o.group, menu, "Сделать тему важной"); !strings.Contains(toast, "важными") {
			t.Errorf("toast %q", toast)
		}
		o.want(o.shown(o.group, menu), "❗️ важная", "Сделать тему обычной")
	})
}

func TestARuleIsTriedBeforeItIsSaved(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		o.want(o.says(o.admin, o.group, "/keywords лужа"), "Проверить не на чем", "Пока ничего не сохранено")
		o.complaint("Лужа у подъезда")
		o.keep("Огромные лужи на Садовой", "Продам гараж", "Куплю гараж", "Лужей залило двор")
		o.want(o.says(o.admin, o.group, "/keywords лужа -гараж"), "лужа: лужи, луже, лужу, лужей… и ещё", "Из 5 сообщений за неделю поймало бы 3 (3 в день), из них новых 2",
			"• Лужей залило двор", "• Огромные лужи на Садовой", "№1 Новый: Лужа у подъезда", "Пока ничего не сохранено")
		tried := o.last(o.group)
		var strong []string
		for _, e := range tried.Entities {
			if e.Type == "bold" {
				strong = append(strong, string([]rune(tried.Text)[e.Offset-1:e.Offset-1+e.Length]))
			}
		}
		if len(strong) < 4 {
			t.Errorf("the words that matched are not marked: %q", strong)
		}
		if len(o.rules()) != 0 {
			t.Fatalf("a rule that was tried is saved: %q", o.rules())
		}
		o.tap(o.admin, o.group, tried, "Добавить в тему")
		o.tap(o.admin, o.group, tried, "Назад")
		o.tap(o.admin, o.group, tried, "Добавить в тему")
		o.tap(o.admin, o.group, tried, "ЖКХ")
		o.want(o.shown(o.group, tried), "в теме «ЖКХ»: лужа -гараж", "поймало бы 3")
		if got := strings.Join(o.rules(), ";"); got != "лужа -гараж" {
			t.Errorf("rules %q", got)
		}
		o.tap(o.admin, o.group, tried, "Убрать правило")
		if len(o.rules()) != 0 {
			t.Errorf("it was not removed: %q", o.rules())
		}
	})
}

func TestBroad(t *testing.T) {
	for _, c := range []struct {
		trial
		want bool
	}{
		{trial{Total: 0}, false},
		{trial{Total: 49, Caught: 49, Rate: 7}, false}, // a share of a few says nothing
		{trial{Total: 50, Caught: 10, Rate: 2}, false},
		{trial{Total: 50, Caught: 11, Rate: 2}, true},
		{trial{Total: 10_000, Caught: 350, Rate: 50}, false},
		{trial{Total: 10_000, Caught: 400, Rate: 57}, true},
	} {
		if got := c.broad(); got != c.want {
			t.Errorf("%d of %d, %.0f a day: broad is %v", c.Caught, c.Total, c.Rate, got)
		}
	}
}

func TestBuiltinRulesAreRenewed(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		// The office's two topics were made without rules, as by an older version.
		own := o.addRule("лужа")
		o.want(o.says(o.admin, o.group, "/keywords"), "Встроенные правила обновились: новых", "новых тем", "Обновить встроенные")
		menu := o.last(o.group)
		if toast := o.tap(o.admin, o.group, menu, "Обновить встроенные"); !strings.Contains(toast, "добавлено") || !strings.Contains(toast, "убрано 0") {
			t.Errorf("toast %q", toast)
		}
		if rows := o.last(o.group).ReplyMarkup.InlineKeyboard; len(rows) > 5 {
			t.Errorf("%d rows of buttons", len(rows))
		}
		o.must(o.store.RemoveRule(o.t.Context(), storage.Actor{Kind: storage.Administrator}, o.region, own+1))
		if got := o.says(o.admin, o.group, "/keywords"); strings.Contains(got, "Обновить встроенные") {
			t.Errorf("what is up to date, and what was removed by hand, is offered again:\n%s", got)
		}
		if n := len(rules.Topics()); len(o.topics()) < n {
			t.Errorf("%d topics of %d", len(o.topics()), n)
		}
	})
}

func (o *office) topics() []storage.Topic {
	o.t.Helper()
	list, err := o.store.Topics(o.t.Context(), o.region)
	o.must(err)
	return list
}

func TestATooBroadRuleIsAskedAbout(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		for n := range 60 {
			o.keep(fmt.Sprintf("Разговор %d", n))
		}
		for n := range 11 {
			o.keep(fmt.Sprintf("Дорога %d", n))
		}
		// A rule that catches little is saved at once, one that catches a fifth of all is not.
		o.want(o.says(o.admin, o.group, "/keywords Дороги: дорога"), "➕ Правило", "Из 71 сообщения за неделю поймало бы 11 (11 в день)")
		o.want(o.says(o.admin, o.group, "/keywords Дороги: разговор"), "Ещё не добавлено", "поймало бы 60", "Всё равно добавить?")
		asked := o.last(o.group)
		if got := strings.Join(o.rules(), ";"); got != "дорога" {
			t.Fatalf("rules %q", got)
		}
		o.tap(o.admin, o.group, asked, "Не добавлять")
		o.want(o.shown(o.group, asked), "Не добавлено в тему «Дороги»: разговор")
		o.says(o.admin, o.group, "/keywords Дороги: разговор")
		asked = o.last(o.group)
		o.tap(o.admin, o.group, asked, "Всё равно добавить")
		o.want(o.shown(o.group, asked), "в теме «Дороги»: разговор")
		if got := strings.Join(o.rules(), ";"); got != "дорога;разговор" {
			t.Errorf("rules %q", got)
		}
		o.want(o.says(o.admin, o.group, "/keywords Дороги: яма"), "не поймало бы ни одного")
	})
}
