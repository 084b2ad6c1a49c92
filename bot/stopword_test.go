package bot

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"otklik/monitor/rules"
	"otklik/storage"
)

func TestAStopWordInTwoPresses(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		pit, road := o.addRule("яма | выбоина"), o.addRule("дорога")
		_, _, err := o.store.ChangePlaces(o.t.Context(), storage.Actor{Kind: storage.Administrator}, o.region, []string{"Ольховка"}, nil)
		o.must(err)
		for range 20 {
			o.complaint("Большая яма на дороге у рынка", by(pit, road))
		}
		time.Sleep(3 * time.Minute) // a group bears so many calls a minute
		o.dismissed("Оркестровая яма театра", by(pit))
		other := o.complaint("Сыграли в оркестровой яме", by(pit))
		id := o.complaint("В Ольховке дорога в театр: сегодня оркестровая яма очень большая", by(pit, road), spans("яма"))

		o.press(o.admin, o.card(id), "Ещё")
		card := say(o.card(id))
		o.want(card, "[Без «оркестровая»]", "[Без «театр»]")
		for _, word := range []string{"большая", "очень", "сегодня", "дорога", "яма", "ольховке"} {
			if strings.Contains(card, "Без «"+word+"»") {
				t.Errorf("the word %q is no stop-word:\n%s", word, card)
			}
		}
		if toast := o.press(o.admin, o.card(id), "Без «оркестровая»"); !strings.Contains(toast, "без слова «оркестровая»: за неделю нашлось бы на 2 меньше") {
			t.Errorf("toast %q", toast)
		}
		if diff := cmp.Diff([]string{"(яма | выбоина) -оркестровая", "дорога -оркестровая"}, o.rules()); diff != "" {
			t.Errorf("the rules (-want +got):\n%s", diff)
		}
		o.want(say(o.card(id)), "Не требует ответа", "нет проблемы; правила теперь без слова «оркестровая»", "Отменить: не требует ответа")
		o.press(o.admin, o.card(id), "Отменить")
		o.want(say(o.card(id)), "Новый")
		if diff := cmp.Diff([]string{"яма | выбоина", "дорога"}, o.rules()); diff != "" {
			t.Errorf("taken back (-want +got):\n%s", diff)
		}

		// Where such were answered the bot asks.
		o.answeredAlready(other)
		o.press(o.admin, o.card(id), "Ещё")
		if toast := o.press(o.admin, o.card(id), "Без «оркестровая»"); !strings.Contains(toast, "на 1 из них вы ответили") {
			t.Errorf("toast %q", toast)
		}
		if diff := cmp.Diff([]string{"яма | выбоина", "дорога"}, o.rules()); diff != "" {
			t.Errorf("changed before it was asked (-want +got):\n%s", diff)
		}
		o.press(o.deputy, o.card(id), "Всё равно без «оркестровая» (отвечено 1)")
		if diff := cmp.Diff([]string{"(яма | выбоина) -оркестровая", "дорога -оркестровая"}, o.rules()); diff != "" {
			t.Errorf("the rules at last (-want +got):\n%s", diff)
		}
	})
}

// A word that another rule of the topic excludes is the likeliest.
func TestStopWordsOfOtherRulesComeFirst(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		pit := o.addRule("яма")
		o.addRule("выбоина -(оркестровый | концерт)")
		id := o.complaint("Новая яма вмещает сорок музыкантов, играет оркестровый состав, концерт завтра", by(pit), spans("яма"))
		o.press(o.admin, o.card(id), "Ещё")
		o.want(say(o.card(id)), "[Без «оркестровый»] [Без «концерт»]")
		o.press(o.admin, o.card(id), "Без «оркестровый»")
		if diff := cmp.Diff([]string{"яма -оркестровый", "выбоина -(оркестровый | концерт)"}, o.rules()); diff != "" {
			t.Errorf("the rules (-want +got):\n%s", diff)
		}
	})
}

// answeredAlready lets an incident be answered by hand.
func (o *office) answeredAlready(id int64) {
	o.t.Helper()
	ctx, official := o.t.Context(), storage.Actor{Kind: storage.AsOfficial}
	_, err := o.store.Assign(ctx, storage.Actor{Kind: storage.Administrator}, id, o.role)
	o.must(err)
	role, err := o.store.Official(ctx, o.role)
	o.must(err)
	official.Person = role.Person
	a, err := o.store.SaveDraft(ctx, official, id, storage.DraftPart{Chat: role.Chat, Telegram: 5000, Text: "Сделаем"})
	o.must(err)
	_, err = o.store.Publish(ctx, official, id, a.Version, 0)
	o.must(err)
	_, err = o.store.PublishedByHand(ctx, official, id, storage.ByHandProof{})
	o.must(err)
	o.settle()
	if i, err := o.store.Incident(ctx, id); err != nil || i.State != storage.Answered {
		o.t.Fatalf("incident %d is %s, %v", id, i.State, err)
	}
}

func TestAForgedStopWordChangesNothing(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		pit := o.addRule("яма")
		id := o.complaint("Оркестровая яма", by(pit), spans("яма"))
		for _, word := range []string{"", "не", "яма|дыра", "оркестровая -яма", "(", "чужое"} {
			o.answerOf(o.admin.Press(o.card(id), data("stopword", id, word)))
		}
		// The post was found by nothing that is still there.
		o.must(o.store.RemoveRule(o.t.Context(), storage.Actor{Kind: storage.Administrator}, o.region, pit))
		o.answerOf(o.admin.Press(o.card(id), data("stopword", id, "оркестровая")))
		o.must(o.store.RestoreRule(o.t.Context(), storage.Actor{Kind: storage.Administrator}, o.region, pit))
		if i, err := o.store.Incident(o.t.Context(), id); err != nil || i.State != storage.New {
			t.Errorf("the incident is %s, %v", i.State, err)
		}
		if got := strings.Join(o.rules(), ";"); got != "яма" {
			t.Errorf("rules %q", got)
		}
		time.Sleep(time.Minute)
	})
}

func TestCandidates(t *testing.T) {
	terms := []rules.Rule{{ID: 0, Text: "яма"}, {ID: 1, Text: "дорога*"}}
	text := "В театре оркестровая яма, дороговизна билетов и Театр кукол"
	at := strings.Index(text, "яма")
	var words []string
	for _, w := range candidates(text, []storage.Span{{Start: at, End: at + len("яма")}}, terms, []rules.Rule{{ID: 0, Text: "кукла"}}) {
		if (w.told == 1) != (w.word == "кукол") {
			t.Errorf("%q: told is %d", w.word, w.told)
		}
		words = append(words, w.word)
	}
	if diff := cmp.Diff([]string{"театре", "оркестровая", "дороговизна", "билетов", "кукол"}, words); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func FuzzCandidates(f *testing.F) {
	f.Add("Оркестровая яма", 0, 10)
	f.Add("я̆ма\u200b яма Ёж", 3, 9)
	f.Fuzz(func(t *testing.T, text string, start, end int) {
		for _, w := range candidates(text, []storage.Span{{Start: start, End: end}}, nil, nil) {
			if !isStopWord(w.word) {
				t.Errorf("%q of %q is no word", w.word, text)
			}
			if _, err := rules.Exclude("яма", w.word); err != nil {
				t.Errorf("%q cannot be excluded: %v", w.word, err)
			}
		}
	})
}
