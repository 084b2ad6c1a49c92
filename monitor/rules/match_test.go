package rules

import (
	"fmt"
	"math/rand/v2"
	"slices"
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

// The oracle is the language as its documentation tells it: every place of
// every operand, compared with every other.

type interval struct{ from, to int }

func oracleWord(w Word, word string) bool {
	k := keysOf(w)
	return k.prefix != "" && strings.HasPrefix(word, k.prefix) || slices.Contains(k.forms, word) ||
		inflected(word) && slices.Contains(k.stems, stem(word))
}

func oraclePlaces(e Expr, list []token) (out []interval) {
	switch e := e.(type) {
	case Word:
		for _, t := range list {
			if oracleWord(e, t.word) || t.other != "" && oracleWord(e, t.other) {
				out = append(out, interval{t.pos, t.pos})
			}
		}
	case Tag:
		for _, t := range list {
			if t.tag != "" && t.tag == foldTag(e.Text) {
				to := t.pos
				for _, u := range list {
					if u.end <= t.tagEnd {
						to = max(to, u.pos)
					}
				}
				out = append(out, interval{t.pos, to})
			}
		}
	case Phrase:
		for i := 0; i+len(e.Words) <= len(list); i++ {
			ok := true
			for j, w := range e.Words {
				t := list[i+j]
				ok = ok && t.pos == list[i].pos+j && (oracleWord(w, t.word) || t.other != "" && oracleWord(w, t.other))
			}
			if ok {
				out = append(out, interval{list[i].pos, list[i].pos + len(e.Words) - 1})
			}
		}
	case Or:
		for _, part := range e.Parts {
			out = append(out, oraclePlaces(part, list)...)
		}
	}
	return out
}

func oracle(e Expr, list []token) bool {
	switch e := e.(type) {
	case And:
		return !slices.ContainsFunc(e.Parts, func(p Expr) bool { return !oracle(p, list) })
	case Or:
		return slices.ContainsFunc(e.Parts, func(p Expr) bool { return oracle(p, list) })
	case Not:
		return !oracle(e.Part, list)
	case Near:
		return oracleNear(e, oraclePlaces(e.Terms[0], list), 0, list)
	}
	return len(oraclePlaces(e, list)) > 0
}

func oracleNear(e Near, from []interval, i int, list []token) bool {
	if i == len(e.Within) {
		return len(from) > 0
	}
	for _, a := range from {
		for _, b := range oraclePlaces(e.Terms[i+1], list) {
			after, before := b.from-a.to, a.from-b.to
			if (after >= 1 && after <= e.Within[i] || before >= 1 && before <= e.Within[i]) &&
				oracleNear(e, []interval{b}, i+1, list) {
				return true
			}
		}
	}
	return false
}

// agree compares a set with the oracle on one text.
func agree(t *testing.T, list []Rule, text string) {
	t.Helper()
	set, err := Compile(list)
	if err != nil {
		return
	}
	got := map[int64]bool{}
	last := int64(-1 << 62)
	for _, hit := range set.Match(nil, text) {
		if hit.Rule <= last || len(hit.Spans) == 0 {
			t.Fatalf("hit %+v out of order or empty", hit)
		}
		last, got[hit.Rule] = hit.Rule, true
		end := 0
		for _, span := range hit.Spans {
			if span.Start < end || span.End <= span.Start || span.End > len(text) {
				t.Fatalf("bad spans %+v in %q", hit.Spans, text)
			}
			end = span.End
		}
	}
	words := tokens(text)
	for _, rule := range list {
		e, _ := Parse(rule.Text)
		if want := oracle(e, words); want != got[rule.ID] {
			t.Fatalf("%s in %q: matched %v, want %v", e, text, got[rule.ID], want)
		}
	}
}

var oracleWords = strings.Fields("яма ямы дорога дорогу вода воды нет не вывозят мусор снег льда лёд CBET свет #ямы #нет_воды д0рога . ! свалок усть-качка")

// randomRule writes a rule of random shape.
func randomRule(r *rand.Rand, depth int) string {
	word := func() string { return strings.Trim(oracleWords[r.IntN(len(oracleWords))], ".!#") + "" }
	switch n := r.IntN(9); {
	case depth == 0 || n < 2:
		return cmp2(word(), "яма")
	case n == 2:
		return `"` + cmp2(word(), "нет") + " " + cmp2(word(), "воды") + `"`
	case n == 3:
		return "#ямы"
	case n == 4:
		return fmt.Sprintf("(%s | %s) ~%d %s", cmp2(word(), "а"), cmp2(word(), "б"), 1+r.IntN(3), cmp2(word(), "в"))
	case n == 5:
		return "(" + randomRule(r, depth-1) + " | " + randomRule(r, depth-1) + ")"
	case n == 6:
		return "(" + randomRule(r, depth-1) + ") -(" + randomRule(r, depth-1) + ")"
	case n == 7:
		return "дор* ~2 =" + cmp2(word(), "вода") + " ~1 снег"
	default:
		return "(" + randomRule(r, depth-1) + ") (" + randomRule(r, depth-1) + ")"
	}
}

func cmp2(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

func TestMatchAgreesWithOracle(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 400 {
		var list []Rule
		for id := range 8 {
			list = append(list, Rule{int64(id), randomRule(r, 3)})
		}
		for range 5 {
			var words []string
			for range r.IntN(14) {
				words = append(words, oracleWords[r.IntN(len(oracleWords))])
			}
			agree(t, list, strings.Join(words, " "))
		}
	}
}

func FuzzMatch(f *testing.F) {
	f.Add("яма ~2 (дорога|двор) -снег", "дорога в ямах. Снег!")
	f.Add(`"нет воды" | #тег*`, "#нет_воды #тег")
	f.Add("ям* ~1 яма ~1 я", "яма ямы я ямы")
	f.Add("а|б|в -(г д)", "а. б\n\nв CBET")
	f.Fuzz(func(t *testing.T, rule, text string) {
		if len(rule) > 200 || len(text) > 400 {
			return
		}
		agree(t, []Rule{{1, rule}}, text)
		if place := PlaceRule(text); place != "" {
			if _, err := Parse(place); err != nil && !strings.Contains(err.Error(), string(CodeLongWord)) {
				t.Fatalf("PlaceRule(%q) = %q: %v", text, place, err)
			}
		}
	})
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
	var hits []Hit
	for b.Loop() {
		hits = set.Match(hits[:0], text)
	}
}
