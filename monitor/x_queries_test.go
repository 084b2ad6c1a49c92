package monitor

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"otklik/monitor/rules"
	"otklik/monitor/sandbox"
	"otklik/storage"
)

// xAsks is a connector that only makes queries.
func xAsks(usd float64) *x { return &x{money: newXMoney(usd, nil)} }

// wantedOf are regions with places; all have the rules that are built in.
func wantedOf(regions ...[]string) (out []Wanted) {
	for i, places := range regions {
		w := Wanted{Region: int64(i + 1)}
		for _, p := range places {
			w.Places = append(w.Places, storage.Place{Region: w.Region, Name: p})
		}
		for _, topic := range rules.Topics() {
			for _, text := range topic.Rules {
				w.Rules = append(w.Rules, storage.Rule{Region: w.Region, Text: text})
			}
		}
		out = append(out, w)
	}
	return out
}

// xTowns are places as regions name them.
var xTowns = []string{
	"Заречный", "Пермь", "Ярославль", "Нижний Новгород", "Ростов-на-Дону", "Усть-Илимск", "Каменск-Уральский", "Набережные Челны", "Мытищи", "Горки",
	"Елец", "Череповец", "Владивосток", "Городок", "Новый Посёлок", "посёлок Новый", "улица Ленина", "Мотовилихинский район", "Иваново", "Бородино",
	"Великие Луки", "Красная Поляна", "Минеральные Воды", "Сочи", "Баку", "Тольятти", "Уфа", "Калуга", "Кемля", "Заозёрье", "Городище", "Углич",
	"Алтай", "Волжский", "Рабочий", "Нижний", "Трубной", "Новое", "Боровичи", "Березники", "Бугульма", "Комсомольск-на-Амуре", "Санкт-Петербург",
	"Москва", "Тверь", "Псков", "Чебоксары", "Шахты", "Кинешма", "Энгельс", "Усолье", "Кунгур", "Чусовой", "Лысьва", "Чайковский", "ЖК Южный-2",
}

func TestXDeclinesPlaces(t *testing.T) {
	for name, want := range map[string]string{
		"Заречный":          "заречный заречного заречному заречным заречном",
		"Чусовой":           "чусовой чусового чусовому чусовым чусовом",
		"Волжский":          "волжский волжского волжскому волжским волжском",
		"Пермь":             "пермь перми пермью",
		"Ярославль":         "ярославля ярославлю ярославлем ярославле",
		"Курск":             "курск курска курску курском курске",
		"Псков":             "пскова пскову псковом пскове",
		"Елец":              "елец ельца ельцу ельцом ельце",
		"Углич":             "углича угличу угличем угличе",
		"Владивосток":       "владивостока владивостоке",
		"Москва":            "москва москвы москве москву москвой",
		"Калуга":            "калуги калуге калугу калугой",
		"Иваново":           "иваново иванова иванову ивановом иванове",
		"Заозёрье":          "заозёрье заозерье заозёрья заозерья заозёрью заозёрьем",
		"Мытищи":            "мытищи мытищ мытищам мытищами мытищах",
		"Боровичи":          "боровичи боровичей боровичам боровичах",
		"Горки":             "горки горок горкам горках",
		"Чебоксары":         "чебоксары чебоксар чебоксарам чебоксарах",
		"Березники":         "березники березников березникам березниках",
		"Сочи":              "сочи",
		"Баку":              "баку",
		"Алтай":             "алтай алтая алтаю алтаем алтае",
		"Нижний Новгород":   "нижний новгород|нижнего новгорода|нижнему новгороду|нижним новгородом|нижнем новгороде",
		"Набережные Челны":  "набережные челны|набережных челнов|набережным челнам|набережных челнах",
		"Ростов-на-Дону":    "ростов-на-дону ростова-на-дону ростову-на-дону ростовом-на-дону ростове-на-дону",
		"Усть-Илимск":       "усть-илимск усть-илимска усть-илимске",
		"Каменск-Уральский": "каменск-уральский каменска-уральского каменске-уральском",
		"Юго-Камский":       "юго-камский юго-камского юго-камском",
		"Орёл":              "орёл орел орла орлу орлом орле",
		"Пушкин":            "пушкин пушкина пушкином пушкине",
		"Крым":              "крым крыма крыме крыму",
		"Петропавловск-Камчатский": "петропавловска-камчатского петропавловске-камчатском",
		"улица Ленина":             "улица ленина|улицы ленина|улице ленина|улицу ленина",
		"посёлок Новый":            "посёлок новый|поселок новый|посёлка нового|посёлке новом|поселке новом",
		"Мотовилихинский район":    "мотовилихинский район|мотовилихинского района|мотовилихинском районе",
		"«Усть-Илимск»":            "усть-илимск",
		"ЖК-2":                     "жк-2",
	} {
		got := xForms(name)
		sep := " "
		if strings.Contains(want, "|") {
			sep = "|"
		}
		for form := range strings.SplitSeq(want, sep) {
			if !slices.Contains(got, form) {
				t.Errorf("%s: %q is missing in %q", name, form, got)
			}
		}
		if len(got) > 16 {
			t.Errorf("%s has %d forms: %q", name, len(got), got)
		}
	}
}

// checkQueries wants every query to be valid, and every place that our own rules
// know to be found by the query of a region.
func checkQueries(t interface{ Errorf(string, ...any) }, wanted []Wanted, queries []Query) {
	known := map[int64]bool{}
	for _, w := range wanted {
		known[w.Region] = true
	}
	for _, q := range queries {
		if n := utf8.RuneCountInString(q.Text); n > xLongestQuery {
			t.Errorf("a query of %d letters", n)
		}
		if err := sandbox.CheckXQuery(q.Text); err != nil {
			t.Errorf("query %q: %v", q.Text, err)
		}
		if !known[q.Region] {
			t.Errorf("a query of region %d, which is not there", q.Region)
		}
	}
	for _, w := range wanted {
		for _, p := range w.Places {
			forms := xForms(p.Name)
			if rules.PlaceRule(p.Name) == "" || len(forms) == 0 || utf8.RuneCountInString(forms[0]) > 200 {
				continue
			}
			if !slices.ContainsFunc(queries, func(q Query) bool {
				places, _, _ := strings.Cut(strings.TrimPrefix(q.Text, "("), ")")
				return slices.Contains(strings.Split(places, xOr), xQuoted(forms[0]))
			}) {
				t.Errorf("no query asks for %q", p.Name)
			}
		}
	}
}

func TestXPacksPlacesOfAllRegions(t *testing.T) {
	wanted := wantedOf(xTowns, []string{"Москва", "Пермь", "Дальний"}, nil)
	plenty := xAsks(1000).Queries(wanted)
	checkQueries(t, wanted, plenty)
	length := 0
	for _, q := range plenty {
		length += utf8.RuneCountInString(q.Text)
	}
	if fill := float64(length) / float64(len(plenty)*xLongestQuery); fill < 0.65 {
		t.Errorf("queries are filled by %.0f %%", fill*100)
	}
	t.Logf("%d places in %d queries, such as %s", len(xTowns)+1, len(plenty), plenty[3].Text)

	poor := xAsks(1).Queries(wanted)
	checkQueries(t, wanted, poor)
	if first := xTopicWords(wanted, 100)[0]; !strings.Contains(poor[0].Text, ") ("+first+xOr) || strings.Contains(plenty[0].Text, ") (") {
		t.Errorf("with little money topics are not asked for: %s", poor[0].Text)
	}
	t.Logf("with little money %d queries, such as %s", len(poor), poor[3].Text)

	// The same wishes, in another order, make the same queries.
	slices.Reverse(wanted[0].Places)
	if diff := cmp.Diff(plenty, xAsks(1000).Queries(wanted)); diff != "" {
		t.Errorf("another order of the places changes the queries:\n%s", diff)
	}
}

func TestXQueriesHardlyChangeWithOnePlace(t *testing.T) {
	var places []string
	for i, town := range xTowns {
		for j := range 6 {
			places = append(places, fmt.Sprintf("%s %c%c", town, 'А'+rune(i%30), 'А'+rune(j*5)))
		}
	}
	before := xAsks(10_000).Queries(wantedOf(places))
	lost, worst := 0, 0
	for i := range places {
		after := xAsks(10_000).Queries(wantedOf(slices.Delete(slices.Clone(places), i, i+1)))
		gone := 0
		for _, q := range before {
			if !slices.Contains(after, q) {
				gone++
			}
		}
		lost, worst = lost+gone, max(worst, gone)
	}
	mean := float64(lost) / float64(len(places))
	t.Logf("of %d queries a place that goes changes %.1f, at most %d", len(before), mean, worst)
	if mean > 5 {
		t.Errorf("a place that goes changes %.1f of %d queries", mean, len(before))
	}
}

// TestXQueriesAreValidWhateverPlacesAreCalled packs random names.
func TestXQueriesAreValidWhateverPlacesAreCalled(t *testing.T) {
	name := rapid.OneOf(
		rapid.SampledFrom(xTowns),
		rapid.StringMatching(`[А-Яа-яЁё"«» ()OR:#@-]{0,40}`),
		rapid.StringMatching(`-?(OR|AND|is:retweet|lang:ru|"|\() ?[а-я]{0,9}`),
		rapid.String(),
		rapid.Map(rapid.IntRange(1, 60), func(n int) string { return strings.Repeat("Длинное ", n) }),
	)
	rapid.Check(t, func(t *rapid.T) {
		var regions [][]string
		for range rapid.IntRange(1, 4).Draw(t, "regions") {
			regions = append(regions, rapid.SliceOfN(name, 0, 30).Draw(t, "places"))
		}
		wanted := wantedOf(regions...)
		usd := rapid.SampledFrom([]float64{0.01, 1, 100_000}).Draw(t, "usd")
		queries := xAsks(usd).Queries(wanted)
		checkQueries(t, wanted, queries)
		if again := xAsks(usd).Queries(wanted); !slices.Equal(queries, again) {
			t.Errorf("asked twice, the queries differ")
		}
	})
}
