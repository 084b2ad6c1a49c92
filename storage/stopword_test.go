package storage

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// ruleTexts are the texts of a region's present rules.
func (w *world) ruleTexts() (list []string) {
	w.t.Helper()
	rules, err := w.Rules(w.ctx, w.region)
	w.check(err)
	for _, r := range rules {
		list = append(list, r.Text)
	}
	return list
}

func TestAStopWordGoesWithItsDismissal(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		pit := mustBe[[]Rule](t)(w.Rules(w.ctx, w.region))[0].ID
		hole := must(t)(w.AddRule(w.ctx, w.admin, w.region, "Дороги", "выбоина | дыра"))
		id, other := w.incident(), w.incident()
		changes := []RuleChange{{pit, "яма", "яма -оркестровая"}, {hole, "выбоина | дыра", "(выбоина | дыра) -оркестровая"}}
		c := mustBe[Change](t)(w.DismissChanging(w.ctx, w.admin, id, "no_problem", "оркестровая", changes))
		if c.Incident.State != Dismissed || c.Event.Text != "оркестровая" {
			t.Errorf("dismissed: %+v", c)
		}
		if diff := cmp.Diff([]string{"яма -оркестровая", "(выбоина | дыра) -оркестровая"}, w.ruleTexts()); diff != "" {
			t.Errorf("the rules (-want +got):\n%s", diff)
		}
		// What reads differently now is not changed, and nothing of the step happens.
		if _, err := w.DismissChanging(w.ctx, w.admin, other, "no_problem", "воздушная", changes); !errors.Is(err, ErrConflict) {
			t.Errorf("changed from a text of the past: %v", err)
		}
		if i := w.get(other); i.State != New {
			t.Errorf("the incident is %s though its rules were refused", i.State)
		}
		// A second word stays when the first is taken back.
		more := []RuleChange{{hole, "(выбоина | дыра) -оркестровая", "(выбоина | дыра) -оркестровая -озоновая"}}
		w.do(w.DismissChanging(w.ctx, w.admin, other, "no_problem", "озоновая", more))
		w.do(w.Undo(w.ctx, w.admin, c.Event.ID))
		if diff := cmp.Diff([]string{"яма", "(выбоина | дыра) -озоновая"}, w.ruleTexts()); diff != "" {
			t.Errorf("taken back (-want +got):\n%s", diff)
		}
		if i := w.get(id); i.State != New {
			t.Errorf("taken back it is %s", i.State)
		}
		w.check(w.RemoveRule(w.ctx, w.admin, w.region, hole))
		w.do(w.Undo(w.ctx, w.admin, w.get(other).Step))
		if diff := cmp.Diff([]string{"яма"}, w.ruleTexts()); diff != "" {
			t.Errorf("a removed rule came back:\n%s", diff)
		}
		w.wantSound()
	})
}

func TestARemovedRuleComesBack(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		rule := mustBe[[]Rule](t)(w.Rules(w.ctx, w.region))[0].ID
		if err := w.RestoreRule(w.ctx, w.admin, w.region, rule); !errors.Is(err, ErrNotFound) {
			t.Errorf("a present rule was restored: %v", err)
		}
		w.check(w.RemoveRule(w.ctx, w.admin, w.region, rule))
		if err := w.RestoreRule(w.ctx, w.admin, w.newRegion("Нагорный край"), rule); !errors.Is(err, ErrNotFound) {
			t.Errorf("another region's rule was restored: %v", err)
		}
		w.check(w.RestoreRule(w.ctx, w.admin, w.region, rule))
		w.check(w.RemoveRule(w.ctx, w.admin, w.region, rule))
		must(t)(w.AddRule(w.ctx, w.admin, w.region, "Дороги", "яма"))
		if err := w.RestoreRule(w.ctx, w.admin, w.region, rule); !errors.Is(err, ErrConflict) {
			t.Errorf("the same rule stands twice: %v", err)
		}
		if diff := cmp.Diff([]string{"яма"}, w.ruleTexts()); diff != "" {
			t.Error(diff)
		}
		w.wantSound()
	})
}

func TestTopicsAndPlacesAreChanged(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		w.check(w.SetTopicImportance(w.ctx, w.admin, w.region, w.topic, High))
		if list := mustBe[[]Rule](t)(w.Rules(w.ctx, w.region)); list[0].Importance != High {
			t.Errorf("the rule is %s", list[0].Importance)
		}
		if err := w.SetTopicImportance(w.ctx, w.admin, w.newRegion("Нагорный край"), w.topic, Normal); !errors.Is(err, ErrNotFound) {
			t.Errorf("another region's topic: %v", err)
		}

		set := func(name, rule string) bool {
			return mustBe[bool](t)(w.SetPlaceRule(w.ctx, w.admin, w.region, name, rule))
		}
		if !set("Пермь", "пермяк") || set("Пермь", "пермяк") || !set("Пермь", "") || !set("Пермь", "пермяк | пермячка") {
			t.Error("a place's own rule was not set once, taken away and set again")
		}
		places := func() (list []Place) {
			list = mustBe[[]Place](t)(w.Places(w.ctx, w.region))
			for i := range list {
				list[i].ID = 0
			}
			return list
		}
		if diff := cmp.Diff([]Place{{Region: w.region, Name: "Пермь", Rule: "пермяк | пермячка"}}, places()); diff != "" {
			t.Error(diff)
		}
		_, _, err := w.ChangePlaces(w.ctx, w.admin, w.region, nil, []string{"Пермь"})
		w.check(err)
		_, _, err = w.ChangePlaces(w.ctx, w.admin, w.region, []string{"Пермь"}, nil)
		w.check(err)
		if diff := cmp.Diff([]Place{{Region: w.region, Name: "Пермь"}}, places()); diff != "" {
			t.Errorf("a place that was removed and added anew:\n%s", diff)
		}
		w.wantSound()
	})
}
