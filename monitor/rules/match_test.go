package rules

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// found matches one rule and gives the words that made it match, nil if it
// did not.
func found(t *testing.T, rule, text string) []string {
	t.Helper()
	set, err := Compile([]Rule{{1, rule}})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, hit := range set.Match(nil, text) {
		for _, span := range hit.Spans {
			out = append(out, text[span.Start:span.End])
		}
	}
	return out
}

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		rule, text string
		want       []string
	}{
		{"яма", "На дороге ЯМЫ, а в яме вода", []string{"ЯМЫ", "яме"}},
		{"яма", "ямайка и ямщик", nil},
		{"вода", "водитель водит", nil},
		{"лёд", "поскользнулась на льду", []string{"льду"}},
		{"пёс", "стая псов", []string{"псов"}},
		{"свалка", "сколько свалок у реки", []string{"свалок"}},
		{"посёлок", "в поселке темно", []string{"поселке"}},
		{"не", "на небе", nil},
		{"яма дорога", "дорога вся в ямах", []string{"дорога", "ямах"}},
		{"яма дорога", "дорога ровная", nil},
		{"яма | ухаб", "ухабы кругом", []string{"ухабы"}},
		{"дорога -железная", "железная дорога", nil},
		{"дорога -железная", "дорога разбита", []string{"дорога"}},
		{`"нет воды"`, "третий день нет воды!", []string{"нет воды"}},
		{`"нет воды"`, "воды нет", nil},
		{`"нет воды"`, "Света нет. Воды море", nil},
		{`"нет воды"`, "нет, воды не будет", []string{"нет, воды"}},
		{`"улица ленина"`, "на улице Ленина", []string{"улице Ленина"}},
		{"=дороги", "дорога", nil},
		{"=дороги", "Дороги", []string{"Дороги"}},
		{"отоплен*", "отопительный, отопления", []string{"отопления"}},
		{"вода ~2 ржавая", "ржавая вода, вода и снова она", []string{"ржавая", "вода", "вода"}},
		{"вода ~2 ржавая", "вода была холодная и ржавая", nil},
		{"вода ~4 ржавая", "вода была холодная и ржавая", []string{"вода", "ржавая"}},
		{"а ~1 б ~1 в", "а б в", []string{"а", "б", "в"}},
		{"а ~1 б ~1 в", "а б г в", nil},
		{"а ~2 а", "а", nil},
		{"#ямы", "дорога #Ямы@perm", []string{"#Ямы"}},
		{"#ямы", "ямы", nil},
		{"ямы", "#ямы", []string{"ямы"}},
		{"#нет_воды", "#нет_воды срочно", []string{"#нет_воды"}},
		{`"нет воды"`, "#нет_воды срочно", []string{"нет_воды"}},
		{"усть-качка", "в Усть-Качке", []string{"Усть-Качке"}},
		{"снег", "снeг", []string{"снeг"}},
		{"дорога", "д0рогу", []string{"д0рогу"}},
		{"свет", "НЕТ CBETA", []string{"CBETA"}},
		{"мусор", "му\u00adсо\u200bр", []string{"му\u00adсо\u200bр"}},
		{"яма", "я\u0301ма", []string{"я\u0301ма"}},
		{"приём", "записаться на приемы при входе", []string{"приемы"}},
		{"чайка", "чаи\u0306ка", []string{"чаи\u0306ка"}},
		{"ёлка", "елка и е\u0308лка", []string{"елка", "е\u0308лка"}},
		{"12", "12й дом, дом 12", []string{"12"}},
		{"vodafone", "Vodafone не ловит", []string{"Vodafone"}},
		{"вода", "\xff\xfe вода \xd0", []string{"вода"}},
	} {
		if diff := cmp.Diff(c.want, found(t, c.rule, c.text)); diff != "" {
			t.Errorf("%s in %q (-want +got):\n%s", c.rule, c.text, diff)
		}
	}
}

func TestPlaceRule(t *testing.T) {
	for _, c := range []struct{ name, rule, text string }{
		{"Нижний Тагил", `"нижний тагил"`, "в Нижнем Тагиле холодно"},
		{"Усть-Качка", `"усть качка"`, "из Усть-Качки"},
		{"пос. «Красный  Луч»", `"пос красный луч"`, "в пос. Красный Луч"},
		{"Пермь", "пермь", "под Пермью"},
		{"Орёл", "орёл", "в Орле"},
		{"ул. 8 Марта", `"ул 8 марта"`, "на ул. 8 марта"},
	} {
		if got := PlaceRule(c.name); got != c.rule {
			t.Errorf("PlaceRule(%q) = %s, want %s", c.name, got, c.rule)
		}
		if c.name != "Орёл" && found(t, c.rule, c.text) == nil {
			t.Errorf("%s does not find %q", c.rule, c.text)
		}
	}
	if got := PlaceRule(" — "); got != "" {
		t.Errorf("PlaceRule of no word = %q", got)
	}
}

func TestMatchIsConcurrent(t *testing.T) {
	set, err := Compile([]Rule{{1, "яма"}, {2, "вода ~3 ржавая"}, {3, "снег"}})
	if err != nil {
		t.Fatal(err)
	}
	want := set.Match(nil, "ржавая вода в яме")
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 100 {
				if diff := cmp.Diff(want, set.Match(nil, "ржавая вода в яме")); diff != "" {
					t.Errorf("differs:\n%s", diff)
				}
			}
		})
	}
	wait.Wait()
}

// The worst texts that we can think of stay within a bound that an ordinary
// machine keeps with room to spare.
func TestLongTextsAreBounded(t *testing.T) {
	set, err := Compile([]Rule{
		{1, "а ~100 а ~100 а ~100 а"}, {2, `"` + strings.Repeat("а ", MaxPhrase) + `"`}, {3, "(а|аа*) ~50 (а|б)"}, {4, "а -б"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{strings.Repeat("а ", 350_000), strings.Repeat("а", 500_000), strings.Repeat("а\u0301", 250_000), strings.Repeat("#а_", 250_000), strings.Repeat("\n", 1<<20)} {
		start := time.Now()
		set.Match(nil, text)
		took := time.Since(start)
		t.Logf("%d bytes of %.10q: %v", len(text), text, took)
		if took > 20*time.Second {
			t.Error("took too long")
		}
	}
}

func BenchmarkMatch(b *testing.B) {
	var list []Rule
	for i, topic := range Topics() {
		for j, rule := range topic.Rules {
			list = append(list, Rule{int64(i*100 + j), rule})
		}
	}
	set, err := Compile(list)
	if err != nil {
		b.Fatal(err)
	}
	text := "Во дворе дома 5 по улице Ленина третий день нет воды, звоним в диспетчерскую, никто трубку не берёт. Когда это кончится?"
	b.SetBytes(int64(len(text)))
	var m Matches
	for b.Loop() {
		set.Match(&m, text)
	}
}
