package storage

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestBuiltinRulesAreRenewed(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		first := []NewTopic{{Code: "roads", Name: "Дороги", Importance: Normal, Rules: []string{"яма", "выбоина", "колея", "ухаб"}, Danger: []string{"провал"}}}
		region := must(t)(w.CreateRegion(w.ctx, w.admin, "Старый край", "UTC", "ru", first))
		w.Advance(time.Minute)
		ids := map[string]int64{}
		texts := func() (list []string) {
			for _, u := range mustBe[[]Rule](t)(w.Rules(w.ctx, region)) {
				ids[u.Text] = u.ID
				if u.Danger {
					u.Text += " !"
				}
				list = append(list, u.TopicName+": "+u.Text)
			}
			return list
		}
		news := func(topics []NewTopic, want Renewal) {
			t.Helper()
			if diff := cmp.Diff(want, mustBe[Renewal](t)(w.BuiltinNews(w.ctx, region, topics)), cmpopts.IgnoreUnexported(Renewal{})); diff != "" {
				t.Errorf("news (-want +got):\n%s", diff)
			}
		}
		texts()
		news(first, Renewal{})
		// The region's own hand: one removed, one changed, one added, also to a topic of its own.
		w.check(w.RemoveRule(w.ctx, w.admin, region, ids["выбоина"]))
		w.check(s.tx(w.ctx, func(t *tx) error {
			return t.changeRule(w.admin, region, RuleChange{ids["колея"], "колея", "колея -железная"})
		}))
		must(t)(w.AddRule(w.ctx, w.admin, region, "Дороги", "лужа"))
		must(t)(w.AddRule(w.ctx, w.admin, region, "Мост", "опора"))
		news(first, Renewal{})

		next := []NewTopic{
			{Code: "roads", Name: "Дороги", Importance: Normal, Rules: []string{"яма", "выбоина", "лужа", "бордюр"}, Danger: []string{"провал", "обвал"}},
			{Code: "water", Name: "Вода", Importance: High, Rules: []string{"вода"}},
			{Code: "bridge", Name: "Мост", Importance: Normal, Rules: []string{"мост"}}, // the region has a topic of that name
		}
		news(next, Renewal{Topics: 1, Added: 3, Gone: 1})
		mustBe[Renewal](t)(w.RenewBuiltins(w.ctx, w.admin, region, next))
		want := []string{"Дороги: яма", "Дороги: колея -железная", "Дороги: провал !", "Дороги: лужа", "Мост: опора", "Вода: вода", "Дороги: бордюр", "Дороги: обвал !"}
		if diff := cmp.Diff(want, texts()); diff != "" {
			t.Errorf("renewed (-want +got):\n%s", diff)
		}
		news(next, Renewal{})
		// What went comes back when it is built in again; what the region removed does not.
		news(append(first, next[1:]...), Renewal{Added: 1, Gone: 2})
		if diff := cmp.Diff([]string{"яма"}, w.ruleTexts()); diff != "" {
			t.Errorf("another region's rules:\n%s", diff)
		}
		w.wantSound()
	})
}
