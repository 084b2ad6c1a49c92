package bot

import (
	"fmt"
	"strings"
	"testing"

	"otklik/storage"
)

func TestANewTopicIsSaidToBeNew(t *testing.T) {
	for language, want := range map[string][]string{
		"ru": {"новая: «Пляжи»", "правило для новой темы «Гаражи»"},
		"en": {"a new one was made: “Пляжи”", "the rule for the new topic “Гаражи”"},
	} {
		inOffice(t, language, func(o *office) {
			o.want(o.says(o.admin, o.group, "/keywords Пляжи: лежак"), want[0], "/officials", "лежак")
			if said := o.says(o.admin, o.group, "/keywords Пляжи: купальня"); strings.Contains(said, want[0]) {
				t.Errorf("it is not new any more:\n%s", said)
			}
			for n := range 60 {
				o.keep(fmt.Sprintf("Разговор %d", n))
			}
			o.want(o.says(o.admin, o.group, "/keywords Гаражи: разговор"), want[1])
		})
	}
}

func TestAMisspeltTopicIsAskedAbout(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		before := len(o.topics())
		o.keep("Выбоина у моста")
		ask := func() {
			o.t.Helper()
			o.want(o.says(o.admin, o.group, "/keywords Дорги: выбоина"), "Темы «Дорги» нет", "Может быть, «Дороги»?", "ничего не добавлено", "поймало бы 1",
				"[➕ В тему «Дороги»]", "[🆕 Новая тема «Дорги»]", "[Не добавлять]")
		}
		ask()
		if len(o.topics()) != before || len(o.rules()) != 0 {
			t.Fatalf("topics %v, rules %v before anything was pressed", o.topics(), o.rules())
		}
		o.tap(o.admin, o.group, o.last(o.group), "Не добавлять")
		o.want(o.shown(o.group, o.last(o.group)), "Не добавлено в тему «Дорги»: выбоина")

		ask()
		o.tap(o.admin, o.group, o.last(o.group), "В тему «Дороги»")
		said := o.shown(o.group, o.last(o.group))
		o.want(said, "в теме «Дороги»: выбоина")
		if strings.Contains(said, "новая") || len(o.topics()) != before {
			t.Errorf("topics %v, said\n%s", o.topics(), said)
		}

		ask()
		o.tap(o.admin, o.group, o.last(o.group), "Новая тема")
		o.want(o.shown(o.group, o.last(o.group)), "новая: «Дорги»", "в теме «Дорги»: выбоина")
		if len(o.topics()) != before+1 {
			t.Errorf("topics %v", o.topics())
		}
		o.tap(o.admin, o.group, o.last(o.group), "Убрать правило")
		if len(o.topics()) != before {
			t.Errorf("the topic outlives its only rule: %v", o.topics())
		}
		o.tap(o.admin, o.group, o.last(o.group), "Отменить")
		o.want(o.says(o.admin, o.group, "/keywords Дорги: колея"), "в теме «Дорги»: колея")
	})
}

func TestNearestTopic(t *testing.T) {
	topics := []storage.Topic{{ID: 1, Name: "ЖКХ: дом, подъезд, УК"}, {ID: 2, Name: "Дороги: ямы, ремонт"}, {ID: 3, Name: "Мусор, ТКО, свалки"}, {ID: 4, Name: "Общественный транспорт"}}
	for name, want := range map[string]int64{
		"Дорги": 2, "дорога": 2, "Дороиг": 2, "ЖХК": 1, "Мусрр": 3, "свалка": 3, "транспорт": 4, "Общественый траспорт": 4, "Дороги ямы": 2,
		"Пляжи": 0, "Лифты": 0, "Школы и сады": 0, "№ 5": 0, "!": 0, "ёлки": 0,
	} {
		if got, ok := nearestTopic(name, topics); got.ID != want || ok != (want != 0) {
			t.Errorf("%q: %q, want %d", name, got.Name, want)
		}
	}
}

func TestSlips(t *testing.T) {
	for _, x := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "яма", 3}, {"яма", "", 3}, {"дороги", "дорги", 1}, {"дорги", "дороги", 1}, {"дороиг", "дороги", 1}, {"дорога", "дороги", 1}, {"вода", "мусор", 5}, {"кот", "ток", 2}} {
		if got := slips([]rune(x.a), []rune(x.b)); got != x.want {
			t.Errorf("%q to %q: %d, want %d", x.a, x.b, got, x.want)
		}
	}
}
