package storage

import (
	"slices"
	"testing"
)

// A topic that a rule made goes with its last rule and comes back with it,
// unless it was used or is one of those that every region has.
func TestATopicGoesWithItsLastRule(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		has := func(name string) bool {
			t.Helper()
			list := mustBe[[]Topic](t)(w.Topics(w.ctx, w.region))
			return slices.ContainsFunc(list, func(x Topic) bool { return x.Name == name })
		}
		add := func(topic, text string) int64 {
			t.Helper()
			return mustBe[int64](t)(w.AddRule(w.ctx, w.admin, w.region, topic, text))
		}
		first, second := add("Дорги", "яма"), add("Дорги", "выбоина")
		w.check(w.RemoveRule(w.ctx, w.admin, w.region, first))
		if !has("Дорги") {
			t.Error("it went with a rule that was not its last")
		}
		w.check(w.RemoveRule(w.ctx, w.admin, w.region, second))
		if has("Дорги") {
			t.Error("it outlives its last rule")
		}
		w.check(w.RestoreRule(w.ctx, w.admin, w.region, second))
		if !has("Дорги") {
			t.Error("it did not come back with its rule")
		}
		topicID := func(name string) int64 {
			for _, x := range mustBe[[]Topic](t)(w.Topics(w.ctx, w.region)) {
				if x.Name == name {
					return x.ID
				}
			}
			return 0
		}
		w.incident(func(f *Found) { f.Matches[0].Topic = topicID("Дорги") })
		w.check(w.RemoveRule(w.ctx, w.admin, w.region, second))
		if !has("Дорги") {
			t.Error("a topic with an incident went")
		}
		routed := add("Пляжи", "лежак")
		w.check(w.SetRoute(w.ctx, w.admin, w.region, topicID("Пляжи"), 0, w.first.role))
		w.check(w.RemoveRule(w.ctx, w.admin, w.region, routed))
		if !has("Пляжи") {
			t.Error("a topic with a default official went")
		}
		builtin, err := w.CreateRegion(w.ctx, w.admin, "Луговой край", "UTC", "ru", []NewTopic{{Code: "roads", Name: "Дороги", Importance: Normal, Rules: []string{"яма"}}})
		w.check(err)
		for _, u := range mustBe[[]Rule](t)(w.Rules(w.ctx, builtin)) {
			w.check(w.RemoveRule(w.ctx, w.admin, builtin, u.ID))
		}
		if list := mustBe[[]Topic](t)(w.Topics(w.ctx, builtin)); len(list) != 1 {
			t.Errorf("a built-in topic went: %v", list)
		}
	})
}
