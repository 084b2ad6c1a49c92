package monitor

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"otklik/storage"
)

// compiled is the rule set of two regions: 1 with topics 10 and 11, 2 with 20.
func compiled(t *testing.T) *ruleset {
	t.Helper()
	set, err := compileRules(listing{
		rules: []storage.Rule{
			{ID: 1, Region: 1, Topic: 10, Importance: storage.Normal, Text: "яма"},
			{ID: 2, Region: 1, Topic: 10, Importance: storage.Normal, Text: "дорога"},
			{ID: 3, Region: 1, Topic: 11, Importance: storage.Normal, Text: "двор"},
			{ID: 4, Region: 1, Topic: 11, Importance: storage.Danger, Text: "пожар"},
			{ID: 5, Region: 2, Topic: 20, Importance: storage.High, Text: "яма"},
			{ID: 6, Region: 2, Topic: 20, Importance: storage.High, Text: "((("},
			{ID: 7, Region: 1, Topic: 12, Importance: storage.Normal, Text: "сосед"},
		},
		places: []storage.Place{{ID: 100, Region: 1, Name: "Заречный"}, {ID: 101, Region: 1, Name: "Нижний Заречный"}, {ID: 200, Region: 2, Name: "Заречный"}, {ID: 201, Region: 2, Name: "…"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestWhomAPostConcerns(t *testing.T) {
	set := compiled(t)
	if len(set.broken) != 1 {
		t.Errorf("%d rules are broken, want 1: %v", len(set.broken), set.broken)
	}
	for _, c := range []struct {
		text string
		from []int64
		want []storage.Match
	}{
		{"Яма у школы", nil, nil},
		{"Яма у школы", []int64{1}, []storage.Match{{Region: 1, Topic: 10, Importance: storage.Normal, Rules: []int64{1}}}},
		{"Яма в Заречном", nil, []storage.Match{{Region: 1, Topic: 10, Place: 100, Importance: storage.Normal, Rules: []int64{1}}, {Region: 2, Topic: 20, Place: 200, Importance: storage.High, Rules: []int64{5}}}},
		{"Яма в Заречном, то есть в Нижнем Заречном", []int64{1}, []storage.Match{{Region: 1, Topic: 10, Place: 101, Importance: storage.Normal, Rules: []int64{1}}, {Region: 2, Topic: 20, Place: 200, Importance: storage.High, Rules: []int64{5}}}},
		{"Во дворе яма на дороге", []int64{1}, []storage.Match{{Region: 1, Topic: 10, Importance: storage.Normal, Rules: []int64{1, 2}}}}, // more rules
		{"Яма на дороге, пожар", []int64{1}, []storage.Match{{Region: 1, Topic: 11, Importance: storage.Danger, Rules: []int64{4}}}},      // danger goes before more rules
		{"Сосед и двор", []int64{1}, []storage.Match{{Region: 1, Topic: 12, Importance: storage.Normal, Rules: []int64{7}}}},              // longer words
		{"Продам гараж в Заречном", []int64{1}, nil},
	} {
		if diff := cmp.Diff(c.want, set.concerns(c.text, c.from).matches); diff != "" {
			t.Errorf("%q from %v (-want +got):\n%s", c.text, c.from, diff)
		}
	}
}

func TestAPlaceIsFoundByItsOwnRule(t *testing.T) {
	set, err := compileRules(listing{
		rules: []storage.Rule{{ID: 1, Region: 1, Topic: 10, Importance: storage.Normal, Text: "яма"}},
		places: []storage.Place{
			{ID: 100, Region: 1, Name: "Пермь", Rule: "пермяк | пермячка"},
			{ID: 101, Region: 1, Name: "Лысьва", Rule: "((("},
			{ID: 102, Region: 1, Name: "Губаха", Rule: "губаха"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(set.broken) != 1 {
		t.Errorf("%d rules are broken, want 1: %v", len(set.broken), set.broken)
	}
	for text, want := range map[string]int64{"Яма в Перми": 100, "Пермяки объезжают яму": 100, "Яма в Лысьве": 101, "Яма в Губахе": 102, "Яма в Москве": 0} {
		place := int64(0)
		if got := set.concerns(text, nil).matches; len(got) > 0 {
			place = got[0].Place
		}
		if place != want {
			t.Errorf("%q names place %d, want %d", text, place, want)
		}
	}
}

func TestSpansAreThoseOfTheMaskedText(t *testing.T) {
	set := compiled(t)
	raw := "Мой номер 8 912 345-67-89, во дворе яма, а за ней ещё яма. Сосед видел"
	masked := Mask(raw)
	m := &Monitor{}
	var words []string
	for _, s := range m.match(set, storage.Post{Text: masked}, raw, []int64{1}).Post.Spans {
		words = append(words, masked[s.Start:s.End])
	}
	// Only what counted for the topic is shown.
	if len(words) == 0 {
		t.Fatal("nothing is shown")
	}
	for _, w := range words {
		if w != "яма" && w != "дворе" && w != "Сосед" {
			t.Errorf("shows %q of %q", w, masked)
		}
	}
}

func TestAMaskHidesNoComplaint(t *testing.T) {
	set := compiled(t)
	raw := "[id15|Заречный], у вас яма"
	masked := Mask(raw)
	if strings.Contains(masked, "Заречн") {
		t.Fatalf("the name stands in %q", masked)
	}
	m := &Monitor{}
	// The only word that could name the place is masked; the raw text is asked.
	if got := m.match(set, storage.Post{Text: masked}, raw, nil); len(got.Matches) == 0 || got.Matches[0].Place == 0 {
		t.Errorf("%q concerns %+v", raw, got.Matches)
	}
}

func TestRulesAreCompiledOnlyWhenTheyChanged(t *testing.T) {
	store := open(t)
	region := addRegion(t, store, "Край", "Заречный")
	m := watching(t, store, Config{}, newFake("fake"))
	if err := m.loadRules(t.Context()); err != nil {
		t.Fatal(err)
	}
	first := m.rules.Load()
	if err := m.loadRules(t.Context()); err != nil || m.rules.Load() != first {
		t.Errorf("the same rules were compiled again, %v", err)
	}
	if _, _, err := store.ChangePlaces(t.Context(), owner, region, []string{"Нагорный"}, nil); err != nil {
		t.Fatal(err)
	}
	if err := m.loadRules(t.Context()); err != nil || m.rules.Load() == first {
		t.Errorf("a new place was not seen, %v", err)
	}
}
