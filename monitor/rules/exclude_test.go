package rules

import (
	"strings"
	"testing"
)

func TestExclude(t *testing.T) {
	for rule, want := range map[string]string{
		"яма":             "яма -сыр",
		"яма дорога":      "яма дорога -сыр",
		"яма | выбоина":   "(яма | выбоина) -сыр",
		"(яма | выбоина)": "((яма | выбоина)) -сыр",
		"(яма | выбоина) -воздушная":     "(яма | выбоина) -воздушная -сыр",
		"дыра ~3 (асфальт | дорога)":     "дыра ~3 (асфальт | дорога) -сыр",
		`"нет воды" | вода -(озеро | м)`: `("нет воды" | вода -(озеро | м)) -сыр`,
	} {
		if got, err := Exclude(rule, "сыр"); got != want || err != nil {
			t.Errorf("Exclude(%q) = %q, %v; want %q", rule, got, err, want)
		}
	}
	deep := strings.Repeat("(", MaxDepth) + "а | б" + strings.Repeat(")", MaxDepth)
	for _, rule := range []string{"((", "", deep} {
		if got, err := Exclude(rule, "сыр"); err == nil {
			t.Errorf("Exclude(%.20q) = %.20q, want an error", rule, got)
		}
	}
}

// What the new rule finds is what the old one finds in texts without the word.
func FuzzExclude(f *testing.F) {
	for _, rule := range []string{"яма", "яма | дыра", "яма -дорога", "дыра ~2 яма | дорога", `"яма дорога"`, "(яма | дыра) дорога*"} {
		f.Add(rule, "яма и дыра на дороге")
	}
	f.Fuzz(func(t *testing.T, rule, text string) {
		changed, err := Exclude(rule, "сырная")
		if err != nil {
			return
		}
		find := func(rule, text string) bool {
			set, err := Compile([]Rule{{ID: 1, Text: rule}})
			if err != nil {
				t.Fatalf("compile %q: %v", rule, err)
			}
			return len(set.Match(nil, text)) > 0
		}
		word := find("сырная", text)
		if got, want := find(changed, text), find(rule, text) && !word; got != want {
			t.Errorf("%q on %q: %v, want %v", changed, text, got, want)
		}
		if find(changed, text+". Сырная яма") {
			t.Errorf("%q finds what it excludes", changed)
		}
	})
}
