package bot

import (
	"strings"
	"testing"
	"time"

	"otklik/storage"
)

func advised(a storage.Advice) func(*storage.Found) {
	return func(f *storage.Found) { f.Matches[0].Advice = a }
}

// What was learned stands on the first card; what was not earned changes
// nothing but the list behind the default.
func TestCardShowsWhatWasLearned(t *testing.T) {
	for language, want := range map[string][]string{
		"ru": {"[→ Водоканал · Смирнов]", "[Назначить] [Ещё] [❗️ Важно]\n[Не требует ответа] [✕ Нет фактов]", "№1 не требует ответа: нет фактов"},
		"en": {"[→ Водоканал · Смирнов]", "[Assign] [More] [❗️ Important]\n[Needs no answer] [✕ No facts]", "№1 needs no answer: no facts"},
	} {
		inOffice(t, language, func(o *office) {
			other := o.telegram.Person("Олег Смирнов", language)
			other.Start("")
			water := o.join(other, o.region, "Водоканал")
			advice := storage.Advice{Officials: []storage.Candidate{{Official: water}}, Earned: true, Reason: "no_facts", Urgent: true}
			id := o.complaint("Воды нет", advised(advice))
			o.want(say(o.card(id)), want[0], want[1])
			o.press(o.admin, o.card(id), "❗️")
			o.want(o.press(o.admin, o.card(id), strings.TrimSuffix(strings.Split(want[1], "] [")[3], "]")), want[2])
			if rows := strings.Count(say(o.card(id)), "\n["); rows > 5 {
				o.t.Errorf("%d rows of buttons", rows)
			}

			advice = storage.Advice{Officials: []storage.Candidate{{Official: water}}}
			o.must(o.store.SetRoute(o.t.Context(), storage.Actor{Kind: storage.Administrator}, o.region, o.topic, 0, o.role))
			o.want(say(o.card(o.complaint("Воды нет опять", advised(advice)))), "[→ Минтранс · Иванова]")
			// A proposal to merge needs the room of the reason.
			both := advised(storage.Advice{Reason: "insult"})
			twin := o.complaint("Вода", both, o.like(id+1, similarTo))
			if card := say(o.card(twin)); strings.Contains(card, want[1]) {
				o.t.Errorf("two proposals on one card:\n%s", card)
			}
		})
	}
}

// The topics of «Ещё» → «Тема» come likeliest first, once that was learned.
func TestTopicsLikeliestFirst(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		var ids []int64
		for _, name := range []string{"Вода", "Газ", "Лес"} {
			_, err := o.store.AddRule(o.t.Context(), storage.Actor{Kind: storage.Administrator}, o.region, name, name)
			o.must(err)
		}
		topics, err := o.store.Topics(o.t.Context(), o.region)
		o.must(err)
		for _, topic := range topics {
			ids = append(ids, topic.ID)
		}
		open := func(id int64) string {
			o.press(o.admin, o.card(id), "Ещё")
			o.press(o.admin, o.card(id), "Тема")
			return say(o.card(id))
		}
		o.want(open(o.complaint("Дым")), "[ЖКХ] [Вода]\n[Газ] [Лес]")
		o.want(open(o.complaint("Дым", advised(storage.Advice{Topics: []int64{ids[4], ids[0], ids[2]}}))), "[Лес] [Вода]\n[ЖКХ] [Газ]")
		time.Sleep(time.Minute)
	})
}
