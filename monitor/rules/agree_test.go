package rules

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// agree compares a set with the oracle on one text and returns how many rules
// matched.
func agree(t *testing.T, list []Rule, set *Set, m *Matches, text string) (matched int) {
	t.Helper()
	got := map[int64]bool{}
	last := int64(-1 << 62)
	for _, hit := range set.Match(m, text) {
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
	words := oracleCut(text, func(word string) bool { return knownTo(list, word) })
	for _, rule := range list {
		e, _ := Parse(rule.Text)
		want := oracle(e, words)
		if want {
			matched++
		}
		if want != got[rule.ID] {
			t.Fatalf("%s in %q: matched %v, want %v", e, text, got[rule.ID], want)
		}
	}
	return matched
}

// knownTo tells whether one of the rules looks for a word.
func knownTo(list []Rule, word string) bool {
	for _, rule := range list {
		e, _ := Parse(rule.Text)
		for term := range Terms(e) {
			w, ok := term.(Word)
			if ok && w.Form != Beginning && (oracleFold(w.Text)[0] == word || w.Form == AnyForm && slices.Contains(oracleForms(w.Text), word)) {
				return true
			}
		}
	}
	return false
}

var ruleWords = strings.Fields("яма ямы дорога дорогу вода не снег лёд свет усть-качка =воды дор* св* отоплени* 12 свалка а б =а чайка #ямы #нет_воды")

// randomRule writes a rule of random shape.
func randomRule(r *rand.Rand, depth int) string {
	word := func() string { return ruleWords[r.IntN(len(ruleWords))] }
	plain := func() string { return strings.Trim(word(), "#") }
	switch n := r.IntN(10); {
	case depth == 0 || n < 2:
		return word()
	case n == 2:
		return `"` + plain() + " " + plain() + `"`
	case n == 3:
		return fmt.Sprintf(`"%s %s %s"`, plain(), plain(), plain())
	case n == 4:
		return fmt.Sprintf("(%s | %s) ~%d %s", word(), word(), 1+r.IntN(3), word())
	case n == 5:
		return "(" + randomRule(r, depth-1) + " | " + randomRule(r, depth-1) + ")"
	case n == 6:
		return "(" + randomRule(r, depth-1) + ") -(" + randomRule(r, depth-1) + ")"
	case n == 7:
		return fmt.Sprintf(`%s ~2 (%s|"%s %s") ~%d %s`, word(), word(), plain(), plain(), 1+r.IntN(4), word())
	default:
		return "(" + randomRule(r, depth-1) + ") (" + randomRule(r, depth-1) + ")"
	}
}

var (
	textWords = strings.Fields("яма ямы ямах дорога дорогу дорожный вода воды нет не снег снега льда лёд свет света свалок усть-качке а б в я отопления 12 чайка чайки море ул руб дороговод")
	textSigns = []string{" ", " ", " ", " ", " ", ", ", ". ", ".", "! ", "\n", "\n\n", " … ", "-", " — ", "_", "\u200b ", ""}
)

// randomText writes a text with all that folding knows.
func randomText(r *rand.Rand) string {
	var b strings.Builder
	word := func() string { return textWords[r.IntN(len(textWords))] }
	for range r.IntN(14) {
		switch r.IntN(12) {
		case 0:
			b.WriteString("#" + word() + []string{"", "_", "на", "в"}[r.IntN(4)] + word())
		case 1:
			b.WriteString(strings.Join(strings.Split(word(), ""), []string{" ", ".", "-", "  "}[r.IntN(4)]))
		case 2, 3, 4:
			disguise := disguises[r.IntN(len(disguises))]
			b.WriteString(disguise.apply(r, word()))
		default:
			b.WriteString(word())
		}
		b.WriteString(textSigns[r.IntN(len(textSigns))])
	}
	return b.String()
}

func TestMatchAgreesWithOracle(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var m Matches
	programs, matched := 0, 0
	for range 400 {
		var list []Rule
		for id := range 8 {
			list = append(list, Rule{int64(id), randomRule(r, 3)})
		}
		set, err := Compile(list)
		if err != nil {
			t.Fatal(err)
		}
		for range 5 {
			matched += agree(t, list, set, &m, randomText(r))
			programs += len(list)
		}
	}
	t.Logf("%d programs, %d matched", programs, matched)
	if programs < 10_000 || matched < programs/20 || matched > programs*19/20 {
		t.Errorf("%d of %d programs matched: they test little", matched, programs)
	}
}

func FuzzMatch(f *testing.F) {
	f.Add("яма ~2 (дорога|двор) -снег", "дорога в ямах. Снег!")
	f.Add(`"нет воды" | #тег*`, "#нет_воды #тег")
	f.Add("ям* ~1 яма ~1 я", "яма ямы я ямы")
	f.Add("а|б|в -(г д)", "а. б\n\nв CBET")
	f.Add(`"в яме" вода`, "в я м е #водавяме 3AB0Д п\u0306")
	var m Matches
	f.Fuzz(func(t *testing.T, rule, text string) {
		if len(rule) > 200 || len(text) > 400 {
			return
		}
		list := []Rule{{1, rule}}
		if set, err := Compile(list); err == nil {
			agree(t, list, set, &m, text)
		}
		if place := PlaceRule(text); place != "" {
			if _, err := Parse(place); err != nil && !strings.Contains(err.Error(), string(CodeLongWord)) {
				t.Fatalf("PlaceRule(%q) = %q: %v", text, place, err)
			}
		}
	})
}
