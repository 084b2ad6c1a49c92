package bot

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"otklik/bot/sandbox"
	"otklik/bot/texts"
	"otklik/storage"
)

// says writes into a chat and returns what the bot said last in it.
func (o *office) says(p *sandbox.Person, c *sandbox.Chat, text string, how ...sandbox.How) string {
	o.t.Helper()
	before := len(c.FromBot())
	p.Say(c, text, how...)
	o.settle()
	list := c.FromBot()
	if len(list) == before {
		return ""
	}
	return say(sandbox.Message{Message: list[len(list)-1].Message})
}

// last is the bot's newest message in a chat.
func (o *office) last(c *sandbox.Chat) sandbox.Message {
	o.t.Helper()
	list := c.FromBot()
	if len(list) == 0 {
		o.t.Fatal("the bot said nothing")
	}
	return list[len(list)-1]
}

// shown is a message as it stands now, with its buttons.
func (o *office) shown(c *sandbox.Chat, m sandbox.Message) string {
	o.t.Helper()
	now, ok := c.Message(m.ID)
	if !ok {
		o.t.Fatalf("message %d is gone", m.ID)
	}
	return say(now)
}

// tap presses a button of a message as it stands now; the result is the toast.
func (o *office) tap(p *sandbox.Person, c *sandbox.Chat, m sandbox.Message, label string) string {
	o.t.Helper()
	now, ok := c.Message(m.ID)
	if !ok {
		o.t.Fatalf("message %d is gone", m.ID)
	}
	return o.press(p, now, label)
}

// owned makes somebody an owner of the bot.
func (o *office) owned(p *sandbox.Person) { o.bot.cfg.Owners = []int64{p.ID()} }

func TestPlaces(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		o.want(o.says(o.admin, o.group, "/places"), "Места региона Заречный край", "Пока ни одного", "/places Заречный, Нагорный")
		o.want(o.says(o.admin, o.group, "/places Заречный, нагорный;Берёзовка\nЗАРЕЧНЫЙ, !!!"), "Добавлено: Заречный, нагорный, Берёзовка", "Не похоже на название места: !!!", "Всего мест: 3")
		o.want(o.says(o.admin, o.group, "/places Березовка, −заречный, Кукуево"), "Убрано: Заречный", "Уже есть: Берёзовка", "Нет в списке: Кукуево", "Всего мест: 2")
		list := o.says(o.admin, o.group, "/places")
		o.want(list, "Берёзовка, нагорный")
		if strings.Contains(list, "Заречный,") && !strings.Contains(list, "/places Заречный,") {
			t.Errorf("a removed place is listed:\n%s", list)
		}
		o.want(o.says(o.deputy, o.group, "Сосновка, Ольховка", sandbox.Reply(o.last(o.group))), "Добавлено: Сосновка, Ольховка")
		o.want(o.says(o.admin, o.group, "/places "+strings.Repeat("длинное", 20)), "Не похоже на название места: длинное")
		if got := o.says(o.admin, o.group, "/places Пермь"); strings.Contains(got, "⚠️") {
			t.Errorf("a name that is only a name is warned of:\n%s", got)
		}
		o.keep("Победа будет за нами", "Яма у школы", "Шли на победу")
		o.want(o.says(o.admin, o.group, "/places Победа"), "⚠️ «Победа» — слово, которое встречается и без города", "/places посёлок Победа, -Победа", "2 из 3")
		o.want(o.says(o.admin, o.group, "/places посёлок Победа, -Победа"), "Добавлено: посёлок Победа", "Убрано: Победа")
	})
}

func TestPlacesOwnRules(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		o.keep("Пермяки жалуются на ямы", "Продам гараж")
		o.want(o.says(o.admin, o.group, "/places Заречный\nпермь: пермяк | пермячка"), "Добавлено: Заречный", "Всего мест: 2")
		o.show(o.group, "«пермь» находится и по словам пермяк | пермячка", "пермяк: пермяка", "Из 2 сообщений за неделю поймало бы 1", "Пермяки жалуются на ямы")
		o.want(o.says(o.admin, o.group, "/places"), "Заречный, пермь", "пермь — и по словам пермяк | пермячка")
		for text, want := range map[string]string{
			"/places Пермь: (пермяк":                           "скобка не закрыта",
			"/places Пермь: митинг":                            "За протестами",
			"/places Лысьва:":                                  "Нет такого места: «Лысьва»",
			"/places " + strings.Repeat("Пермь: пермяк\n", 6):  "не больше 5 строк",
			"/places !!!: пермяк":                              "Нет такого места: «!!!»",
			"/places Пермь: " + strings.Repeat("пермяк ", 400): "Слишком длинно",
		} {
			o.want(o.says(o.admin, o.group, text), want)
		}
		o.want(o.says(o.admin, o.group, "/places ПЕРМЬ:"), "«пермь» ищется только по названию")
		if got := o.says(o.admin, o.group, "/places"); strings.Contains(got, "по словам") {
			t.Errorf("the rule is still listed:\n%s", got)
		}
	})
}

func TestKeywords(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		for text, want := range map[string]string{
			"/keywords Дороги: (яма | выбоина":               "скобка не закрыта",
			"/keywords Дороги: яма ~ 3":                      "~",
			"/keywords Дороги: -яма":                         "хотя бы одно слово без минуса",
			"/keywords Дороги: митинг":                       "За протестами",
			"/keywords Выборы губернатора: участок":          "Не добавлено",
			"/keywords (просто слова":                        "скобка не закрыта",
			"/keywords митинг":                               "За протестами",
			"/keywords Дороги:":                              "двоеточие",
			"/keywords Дороги: " + strings.Repeat("а", 3000): "Слишком длинно",
			"/keywords -999":                                 "Таких правил нет: 999",
		} {
			o.want(o.says(o.admin, o.group, text), want)
		}
		wrong := o.says(o.admin, o.group, `/keywords Дороги: яма "на мосту`)
		o.want(wrong, "знак 5", "кавычка не закрыта", `яма 👉`)

		added := o.says(o.admin, o.group, "/keywords дороги: яма | выбоина")
		o.want(added, "в теме «Дороги»", "яма | выбоина")
		o.want(o.says(o.admin, o.group, "/keywords ДОРОГИ: яма | выбоина"), "такое правило уже есть")
		o.want(o.says(o.admin, o.group, "/keywords Пляжи: песок грязный"), "в теме «Пляжи»")
		list, err := o.store.Rules(o.t.Context(), o.region)
		o.must(err)
		if len(list) != 2 {
			t.Fatalf("%d rules, want 2", len(list))
		}

		o.want(o.says(o.admin, o.group, "/keywords"), "Темы региона", "2 правила", "Дороги: за неделю ничего", "Дороги (1)", "Пляжи (1)")
		menu := o.last(o.group)
		o.tap(o.admin, o.group, menu, "Дороги")
		o.want(o.shown(o.group, menu), fmt.Sprintf("%d. яма | выбоина", list[0].ID), "Назад")
		o.tap(o.admin, o.group, menu, "Назад")
		o.want(o.shown(o.group, menu), "Темы региона")
		o.want(o.says(o.admin, o.group, fmt.Sprintf("/keywords -%d", list[0].ID)), fmt.Sprintf("Убраны правила: %d", list[0].ID))
		if list, _ := o.store.Rules(o.t.Context(), o.region); len(list) != 1 {
			t.Errorf("%d rules are left, want 1", len(list))
		}
	})
}

func TestReadRule(t *testing.T) {
	topics := []storage.Topic{{ID: 1, Name: "Дороги: ямы, ремонт"}, {ID: 2, Name: "Вода"}, {ID: 3, Name: "Вода: качество"}, {ID: 4, Name: "Двор и подъезд"}, {ID: 5, Name: "Двор и парк"}}
	for _, c := range []struct{ text, topic, rule, code string }{
		{"Дороги: яма", "Дороги: ямы, ремонт", "яма", ""},
		{"дороги: ямы, ремонт: выбоина", "Дороги: ямы, ремонт", "выбоина", ""},
		{"Вода: ржавая", "Вода", "ржавая", ""},
		{"Дорог: яма", "Дорог", "яма", ""},
		{"Двор: лавка", "", "", "topic_ambiguous"},
		{"Новая тема:  слово\n слово", "Новая тема", "слово слово", ""},
		{": слово", "", "", "keywords_usage"},
	} {
		topic, rule, err := readRule(c.text, topics)
		code := ""
		if w, ok := errors.AsType[wrong](err); ok {
			code = w.code
		}
		if topic != c.topic && c.code == "" || rule != c.rule && c.code == "" || code != c.code {
			t.Errorf("readRule(%q) = %q, %q, %v; want %q, %q, %q", c.text, topic, rule, err, c.topic, c.rule, c.code)
		}
	}
}

func TestSources(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		o.want(o.says(o.admin, o.group, "/sources"), "Пока ничего", "/sources https://vk.com/zarechny")
		got := o.says(o.admin, o.group, "/sources https://vk.com/zarechny https://vk.com/id5, https://vk.com/wall-1_2\nне-адрес example.org/feed.xml https://t.me/zarechny_chat")
		o.want(got, "➕ https://vk.com/zarechny", "➕ https://example.org/feed.xml", "➕ https://t.me/zarechny_chat",
			"https://vk.com/id5,: это страница человека", "https://vk.com/wall-1_2: это одно сообщение", "не-адрес: это не адрес", "Проверяю")
		o.want(o.says(o.admin, o.group, "/sources vk.com/zarechny"), "Уже читаем: https://vk.com/zarechny")
		list, err := o.store.Sources(o.t.Context(), o.region)
		o.must(err)
		if len(list) != 3 || list[1].Network != "rss" {
			t.Fatalf("sources are %+v", list)
		}
		checks, err := o.store.OpenChecks(o.t.Context())
		o.must(err)
		if len(checks) != 3 {
			t.Fatalf("%d checks wait for monitor, want 3", len(checks))
		}
		answers := []storage.Notice{
			{Code: "source_ok", Params: storage.Params{"name": "Заречный <сегодня>", "url": list[0].URL, "network": "vk", "posts": 21, "matched": 2, "samples": []string{"Яма на <мосту>"}}},
			{Code: "source_unreadable", Params: storage.Params{"name": "", "url": list[1].URL, "network": "rss", "trouble": "network"}},
			{Code: "source_no_token", Params: storage.Params{"name": "", "url": list[2].URL, "network": "vk", "setting": "OTKLIK_VK_TOKEN"}},
		}
		for i, n := range answers {
			o.must(o.store.FinishCheck(o.t.Context(), checks[i], n))
		}
		o.must(o.store.SourceRead(o.t.Context(), list[1].ID, "network", o.store.Now()))
		o.settle()
		o.want(o.show(o.group, "Читается: Заречный").Content(), "21 сообщение", "подошло бы: 2", "Яма на <мосту>")
		o.want(o.show(o.group, "Не читается").Content(), "https://example.org/feed.xml", "не отвечает")
		o.show(o.group, "ещё не подключена", "OTKLIK_VK_TOKEN")
		o.want(o.says(o.admin, o.group, "/sources"), "Что читаем", "⚠️ не отвечает", "ещё не читали", fmt.Sprintf("/sources -%d", list[1].ID))
		o.want(o.says(o.admin, o.group, fmt.Sprintf("/sources -%d, -%d", list[0].ID, 777)), fmt.Sprintf("Больше не читаем: %d", list[0].ID), "Таких источников нет: 777")
		o.want(o.says(o.admin, o.group, "/sources https://vk.com/zarechny"), "➕ https://vk.com/zarechny")
	})
}

func TestSourcesSayWhatTheyBring(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		ctx := o.t.Context()
		var ids []int64
		for _, name := range []string{"calm", "busy", "closed", "quiet"} {
			id, err := o.store.AddSource(ctx, storage.Actor{Kind: storage.Administrator}, storage.Source{Region: o.region, Network: "vk", Kind: "community", URL: "https://vk.com/" + name, Address: name, Name: name}, 0)
			o.must(err)
			ids = append(ids, id)
		}
		now := o.store.Now()
		var found []storage.Found
		for i := range 36 {
			f := storage.Found{Post: storage.Post{Network: "vk", Kind: "post", ExternalID: fmt.Sprint("-1_", i), Text: "Яма", Source: ids[1], PublishedAt: now}}
			if i < 3 {
				f.Matches = []storage.Match{{Region: o.region, Topic: o.topic, Importance: storage.Normal}}
			}
			found = append(found, f)
		}
		read := func(id int64, posts ...storage.Found) {
			_, err := o.store.SavePosts(ctx, &storage.Progress{Source: id, Cursor: "1", Next: now.Add(12 * time.Minute)}, posts)
			o.must(err)
		}
		read(ids[1], found...)
		read(ids[0])
		read(ids[3], storage.Found{Post: storage.Post{Network: "vk", Kind: "post", ExternalID: "-2_1", Text: "Тихо", Source: ids[3], PublishedAt: now.Add(-8 * 24 * time.Hour)}})
		o.must(o.store.SourceRead(ctx, ids[2], "forbidden", now.Add(15*time.Minute)))
		o.settle()
		got := o.says(o.admin, o.group, "/sources")
		zone := time.FixedZone("", 5*3600)
		next, quiet := now.Add(12*time.Minute).In(zone).Format("15:04"), now.Add(-8*24*time.Hour).In(zone).Format("02.01")
		o.want(got, "closed · ВКонтакте\n⚠️ закрыто для нас, попробуем в "+now.Add(15*time.Minute).In(zone).Format("15:04"),
			"busy · ВКонтакте\nв день ", ", по темам ", "снова в "+next, "calm · ВКонтакте\nпока пусто\nчитали", "quiet · ВКонтакте\nтихо с "+quiet)
		if strings.Index(got, "closed") > strings.Index(got, "calm") {
			t.Errorf("what is in trouble does not come first:\n%s", got)
		}
		t.Log("\n" + got)
	})
}

func TestOwnersAreToldOfTokensOnce(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		ctx := o.t.Context()
		dead := storage.TokenTrouble{Key: "OTKLIK_VK_TOKEN", Number: 2, Network: "vk", Cause: "refused"}
		o.must(o.store.TokenFailed(ctx, dead)) // nobody to tell yet
		o.settle()
		o.owned(o.admin)
		o.admin.Start("")
		time.Sleep(time.Minute)
		o.settle()
		told := func(piece string) int { return strings.Count(o.transcript(o.admin.Chat()), piece) }
		o.show(o.admin.Chat(), "ВКонтакте, ключ №2 в OTKLIK_VK_TOKEN: больше не принимается", "dev.vk.com", "на место №2", "перезапустите")
		o.must(o.store.TokenFailed(ctx, dead))
		time.Sleep(time.Hour)
		o.settle()
		if n := told("больше не принимается"); n != 1 {
			t.Errorf("told %d times, want once", n)
		}
		o.want(o.says(o.admin, o.admin.Chat(), "/status"), "🔑 ВКонтакте, ключ №2 в OTKLIK_VK_TOKEN: больше не принимается")
		o.must(o.store.TokenCured(ctx, dead.Key, dead.Number))
		time.Sleep(time.Minute)
		o.settle()
		o.show(o.admin.Chat(), "ключ №2 из OTKLIK_VK_TOKEN снова работает")
		o.want(o.says(o.admin, o.admin.Chat(), "/status"), "Всё в порядке")
		o.must(o.store.TokenFailed(ctx, dead))
		o.must(o.store.TokenFailed(ctx, storage.TokenTrouble{Key: "OTKLIK_X_TOKEN", Network: "x", Cause: "money"}))
		time.Sleep(time.Minute)
		o.settle()
		o.show(o.admin.Chat(), "X, ключ OTKLIK_X_TOKEN: оплаченный объём исчерпан", "Пополните счёт")
		if n := told("ВКонтакте, ключ №2"); n != 3 { // twice told and once in /status
			t.Errorf("a token that died anew: %d messages\n%s", n, o.transcript(o.admin.Chat()))
		}
		o.absent(o.group, "OTKLIK_")
	})
}

func TestSearchesAreListedApartAndFollowThePlaces(t *testing.T) {
	for lang, want := range map[string][4]string{
		"ru": {"Поиск ВКонтакте: 5 запросов · ⚠️ ключ сети не принят", "Сообществ и сайтов пока нет", "следует за /places", "Больше часа не читается: поиск ВКонтакте — ключ сети не принят"},
		"en": {"Search of VKontakte: 5 queries · ⚠️ the network's token is refused", "No communities or sites yet", "follows /places", "Not readable for over an hour: the search of VKontakte — the network's token is refused"},
	} {
		inOffice(t, lang, func(o *office) {
			o.must(o.store.SetSearches(o.t.Context(), o.region, "vk", []string{"Заречный", "Нагорный", "Ольховка", "Берёзовка", "Ключи"}))
			list, err := o.store.Sources(o.t.Context(), o.region)
			o.must(err)
			o.must(o.store.SourceRead(o.t.Context(), list[1].ID, "token", o.store.Now()))
			o.want(o.says(o.admin, o.group, "/sources"), ": 0", want[0], want[1])
			o.want(o.says(o.admin, o.group, fmt.Sprintf("/sources -%d", list[0].ID)), fmt.Sprint(list[0].ID), want[2])
			time.Sleep(2 * time.Hour)
			o.must(o.store.SourceRead(o.t.Context(), list[1].ID, "token", o.store.Now()))
			o.settle()
			o.show(o.group, want[3])
			if left, err := o.store.Sources(o.t.Context(), o.region); err != nil || len(left) != 5 {
				t.Errorf("%d searches are left, %v", len(left), err)
			}
			o.says(o.admin, o.group, "/sources https://vk.com/zarechny")
			got := o.says(o.admin, o.group, "/sources")
			o.want(got, ": 1", want[0], "https://vk.com/zarechny")
			if strings.Contains(got, want[1]) {
				t.Errorf("a list with a community says it has none: %q", got)
			}
		})
	}
}

func TestOfficials(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		second := o.telegram.Person("Вера Новая", "ru")
		second.Start("")
		o.settle()
		o.join(second, o.region, "ЖКХ")
		id := o.complaint("Яма на мосту")
		o.press(o.admin, o.card(id), "Назначить")
		o.press(o.admin, o.card(id), "Иванова")
		second.Block()
		o.settle()

		list := o.says(o.admin, o.group, "/officials")
		o.want(list, "Минтранс", "🟢 Анна Иванова: 1 открытый", "🔕 Вера Новая: 0 открытых (закрыл бота)", "Кому что поручать", "Убрать…")
		menu := o.last(o.group)
		o.tap(o.admin, o.group, menu, "Кому что")
		o.tap(o.admin, o.group, menu, "Дороги → –")
		o.want(o.shown(o.group, menu), "Кому поручать тему «Дороги»", "Никому")
		o.tap(o.admin, o.group, menu, "Иванова")
		o.want(o.shown(o.group, menu), "Дороги → Минтранс · Иванова")

		for text, want := range map[string]string{
			"/officials жкх: Новая":       "«ЖКХ» теперь по умолчанию → ЖКХ · Новая",
			"/officials дороги: минтранс": "→ Минтранс · Иванова",
			"/officials дороги: -":        "больше никому",
			"/officials дороги: Кузнецов": "Исполнителя «Кузнецов» нет",
			"/officials космос: Иванова":  "Ни темы, ни места «космос»",
			"/officials Иванова":          "двоеточие",
		} {
			o.want(o.says(o.admin, o.group, text), want)
		}

		menu = o.sandboxSay("/officials")
		o.tap(o.admin, o.group, menu, "Убрать…")
		o.tap(o.admin, o.group, menu, "Иванова")
		o.want(o.shown(o.group, menu), "Убрать: Минтранс · Иванова?", "вернутся администраторам")
		if got := o.tap(o.admin, o.group, menu, "Убрать: Иванова"); !strings.Contains(got, "больше не исполнитель") {
			t.Errorf("toast %q", got)
		}
		i, err := o.store.Incident(o.t.Context(), id)
		o.must(err)
		if i.State != storage.New {
			t.Errorf("the incident is %s, want it back with the administrators", i.State)
		}
		o.want(o.says(o.official, o.official.Chat(), "/my"), "Команда /my здесь не работает")
	})
}

// sandboxSay asks a command in the group and returns the answer.
func (o *office) sandboxSay(text string) sandbox.Message {
	o.t.Helper()
	o.says(o.admin, o.group, text)
	return o.last(o.group)
}

func TestQueueTurnsItsPages(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		var ids []int64
		for i := range 12 {
			ids = append(ids, o.complaint(fmt.Sprintf("Яма номер %d", i+1)))
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		o.want(o.says(o.admin, o.group, "/queue"), "Не разобрано: 12", "Яма номер 1\n", "Яма номер 10", "Страница 1 из 2")
		menu := o.last(o.group)
		o.tap(o.admin, o.group, menu, "▶️")
		second := o.shown(o.group, menu)
		o.want(second, "Яма номер 11", "Яма номер 12", "◀️")
		if strings.Contains(second, "Яма номер 10") {
			t.Errorf("the second page repeats the first:\n%s", second)
		}
		if got := o.tap(o.admin, o.group, menu, fmt.Sprintf("№%d", ids[11])); !strings.Contains(got, "карточка внизу") {
			t.Errorf("toast %q", got)
		}
		if m := o.last(o.group); !strings.Contains(m.Content(), "Яма номер 12") || m.ID == menu.ID {
			t.Errorf("the card is not at the bottom:\n%s", o.transcript(o.group))
		}
	})
}

func TestFind(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		first := o.complaint("Яма на Речном мосту")
		second := o.complaint("Нет воды на улице Лесной")
		other := o.telegram.Supergroup("Соседний край", o.deputy)
		other.AddBot(o.deputy)
		o.settle()
		o.newRegion("Соседний край", "ru", other)

		o.says(o.admin, o.group, fmt.Sprintf("/find №%d", first))
		o.want(o.last(o.group).Content(), "Речном мосту", fmt.Sprintf("№%d", first))
		o.want(o.says(o.deputy, other, fmt.Sprintf("/find %d", first)), fmt.Sprintf("Инцидента №%d у вашего региона нет", first))
		o.want(o.says(o.deputy, other, "/find вода"), "ничего не нашлось")
		o.want(o.says(o.admin, o.group, "/find вода улица"), "1 инцидент", fmt.Sprintf("№%d", second), "Лесной")
		o.want(o.says(o.admin, o.group, `/find "нет воды`), "кавычка не закрыта")
		o.want(o.says(o.admin, o.group, "/find"), "Что найти?")

		// A button that names another region's incident opens nothing.
		o.says(o.deputy, other, "/queue")
		x := o.deputy.Press(o.last(other), data("show", first))
		if got := o.answerOf(x); !strings.Contains(got, "только те") {
			t.Errorf("another region's card: toast %q", got)
		}
		o.absent(other, "Речном")
	})
}

func TestMy(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		o.want(o.says(o.official, o.official.Chat(), "/my"), "У вас нет открытых")
		id := o.complaint("Яма на Речном мосту")
		o.press(o.admin, o.card(id), "Назначить")
		o.press(o.admin, o.card(id), "Иванова")
		o.want(o.says(o.official, o.official.Chat(), "/my"), "У вас открыто: 1", "Речном")
		menu := o.last(o.official.Chat())
		if got := o.tap(o.official, o.official.Chat(), menu, fmt.Sprintf("№%d", id)); !strings.Contains(got, fmt.Sprint(id)) {
			t.Errorf("toast %q", got)
		}
		if m := o.last(o.official.Chat()); m.ID == menu.ID || !strings.Contains(m.Content(), "Речном") {
			t.Errorf("the item did not come again:\n%s", o.transcript(o.official.Chat()))
		}
	})
}

func TestCommandsOfOthers(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		for _, text := range []string{"/queue@another_bot", "/weather", "просто разговор о /queue"} {
			if got := o.says(o.admin, o.group, text); got != "" {
				t.Errorf("%q in the group was answered:\n%s", text, got)
			}
		}
		o.want(o.says(o.admin, o.group, "/queue@"+o.telegram.Bot().Username), "Всё разобрано")
		o.want(o.says(o.official, o.official.Chat(), "/queue"), "Команда /queue здесь не работает")
		stranger := o.telegram.Person("Прохожий", "ru")
		stranger.Start("")
		o.settle()
		o.want(o.last(stranger.Chat()).Content(), fmt.Sprint(stranger.ID()), "Здравствуйте")
		for _, text := range []string{"/my", "/status", "/help", "/find 1"} {
			got := o.says(stranger, stranger.Chat(), text)
			for _, secret := range []string{"Заречн", "Минтранс", "Иванова", "/queue —"} {
				if strings.Contains(got, secret) {
					t.Errorf("%s told a stranger %q:\n%s", text, secret, got)
				}
			}
		}
	})
}

func TestHelpAndMenus(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		o.owned(o.admin)
		o.admin.Start("")
		o.settle()
		help := o.says(o.deputy, o.group, "/help")
		for _, c := range commands() {
			if c.where&groupScope != 0 {
				o.want(help, "/"+c.name)
			}
		}
		if strings.Contains(help, "/status") || strings.Contains(help, "/my") {
			t.Errorf("the group is offered what it cannot do:\n%s", help)
		}
		o.want(o.says(o.official, o.official.Chat(), "/help"), "/my")
		o.want(o.says(o.admin, o.admin.Chat(), "/help"), "/status")

		names := func(c *sandbox.Chat, p *sandbox.Person) (list []string) {
			for _, x := range c.Commands(p) {
				if x.Description == "" {
					t.Errorf("/%s has no description", x.Command)
				}
				list = append(list, x.Command)
			}
			return list
		}
		for _, c := range []struct {
			who       string
			got       []string
			has, lack string
		}{
			{"the group", names(o.group, o.deputy), "setup places keywords sources officials invite queue find help", "my status start"},
			{"an official", names(o.official.Chat(), o.official), "my help", "setup queue status start"},
			{"the owner", names(o.admin.Chat(), o.admin), "status help", "setup queue my start"},
		} {
			for _, name := range strings.Fields(c.has) {
				if !slices.Contains(c.got, name) {
					t.Errorf("menu of %s lacks /%s: %v", c.who, name, c.got)
				}
			}
			for _, name := range strings.Fields(c.lack) {
				if slices.Contains(c.got, name) {
					t.Errorf("menu of %s has /%s: %v", c.who, name, c.got)
				}
			}
		}
		english := o.telegram.Person("Guest Visitor", "en")
		o.group.Add(english)
		if c := o.group.Commands(english); len(c) == 0 || c[0].Description != "Bind this group to a region" {
			t.Errorf("menu of an English speaker: %v", c)
		}
		if c := o.group.Commands(o.deputy); c[0].Description != "Привязать группу к региону" {
			t.Errorf("menu of a Russian speaker: %v", c)
		}

		// What Telegram knows is not told again.
		o.bot.bell.ring()
		before := o.calls("setMyCommands")
		o.settle()
		if n := o.calls("setMyCommands") - before; n != 0 {
			t.Errorf("%d menus were told again", n)
		}

		// While Telegram asks to wait the others are not asked for; later they are.
		var comers []*sandbox.Person
		for n := range 3 {
			comers = append(comers, o.telegram.Person(fmt.Sprintf("Новый %d", n), "ru"))
			comers[n].Start("")
		}
		o.settle()
		for _, p := range comers {
			o.join(p, o.region, "Минтранс")
		}
		o.telegram.AddFault(sandbox.Fault{Method: "setMyCommands", Code: 429, Parameters: map[string]any{"retry_after": 30}})
		before = o.calls("setMyCommands")
		o.bot.bell.ring()
		o.settle()
		if n := o.calls("setMyCommands") - before; n != 1 {
			t.Errorf("%d menus were told in a flood", n)
		}
		time.Sleep(2 * time.Minute)
		o.settle()
		if n := o.calls("setMyCommands") - before; n != 4 {
			t.Errorf("%d menus were told in all", n)
		}
	})
}

func (o *office) calls(method string) (n int) {
	for _, c := range o.telegram.Calls() {
		if c.Method == method {
			n++
		}
	}
	return n
}

func TestStatus(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		o.owned(o.admin)
		o.admin.Start("")
		o.settle()
		o.want(o.says(o.admin, o.admin.Chat(), "/status"), "Регионы: 1", "Всё в порядке")
		menu := o.last(o.admin.Chat())
		id, err := o.store.AddSource(o.t.Context(), storage.Actor{Kind: storage.Administrator}, storage.Source{Region: o.region, Network: "vk", Kind: "community", URL: "https://vk.com/a", Address: "a"}, 0)
		o.must(err)
		o.must(o.store.SourceRead(o.t.Context(), id, "no_token", o.store.Now()))
		o.group.KickBot(o.deputy)
		o.settle()
		o.show(o.admin.Chat(), "бота больше нет в группе «Заречный край»")
		o.tap(o.admin, o.admin.Chat(), menu, "Обновить")
		o.want(o.shown(o.admin.Chat(), menu), "Заречный край: бота нет в группе", "ВКонтакте, 1 источник: сеть не подключена → OTKLIK_VK_TOKEN")
		o.want(o.says(o.official, o.official.Chat(), "/status"), "здесь не работает")
		if got := o.answerOf(o.official.Press(o.last(o.official.Chat()), data("release", 0))); !strings.Contains(got, "только те") {
			t.Errorf("somebody who is no owner may release: %q", got)
		}
	})
}

func TestEnglish(t *testing.T) {
	inOffice(t, "en", func(o *office) {
		o.owned(o.admin)
		o.want(o.says(o.admin, o.group, "/places"), "Places of", "None yet")
		o.want(o.says(o.admin, o.group, "/places A1, B2"), "Added: A1, B2")
		o.want(o.says(o.admin, o.group, "/keywords Roads: (hole"), "a parenthesis is not closed")
		o.want(o.says(o.admin, o.group, "/keywords Roads: митинг"), "does not watch protests")
		o.want(o.says(o.admin, o.group, "/queue"), "All is decided")
		o.want(o.says(o.admin, o.group, "/officials"), "Officials of")
		o.want(o.says(o.admin, o.group, "/invite"), "Whom to invite?")
		o.want(o.says(o.admin, o.group, "/setup"), "This group works for")
		o.want(o.says(o.official, o.official.Chat(), "/my"), "You have no open incidents")
	})
}

// Every command has its description and its help in every language, and what
// the table of notices words has its words.
func TestCommandsHaveTheirWords(t *testing.T) {
	words, err := texts.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range commands() {
		for _, language := range texts.Languages {
			description, err := words.Plain(language, "command_"+c.name, nil)
			if err != nil || description == "" || len([]rune(description)) > 256 {
				t.Errorf("/%s in %s: description %q, %v", c.name, language, description, err)
			}
			if _, err := words.Say(language, "help_"+c.name, nil); err != nil {
				t.Error(err)
			}
		}
	}
	for code := range questions() {
		if !words.Has(code) {
			t.Errorf("no words for the question %q", code)
		}
	}
}
