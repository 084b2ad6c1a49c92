package bot

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"otklik/storage"
)

func TestReadList(t *testing.T) {
	for text, want := range map[string]listed{
		"":                   {},
		" , ;\n":             {},
		"Заречный, Нагорный": {add: []string{"Заречный", "Нагорный"}},
		"-Заречный\n– Нагорный\nУсть-Лог":  {add: []string{"Усть-Лог"}, remove: []string{"Заречный", "Нагорный"}},
		"Усть-Лог, -Заречный, Нагорный":    {add: []string{"Усть-Лог"}, remove: []string{"Заречный", "Нагорный"}},
		"Берёзовка, БЕРЕЗОВКА, -берёзовка": {add: []string{"Берёзовка"}},
		"Малые   Липки":                    {add: []string{"Малые Липки"}},
		"-":                                {},
	} {
		if diff := cmp.Diff(want, readList(text), cmp.AllowUnexported(listed{})); diff != "" {
			t.Errorf("readList(%q): %s", text, diff)
		}
	}
}

func FuzzReadList(f *testing.F) {
	for _, seed := range []string{"Заречный, Нагорный", "-а;б\nв", "--а", "\x00,\u202eа", strings.Repeat("а,", 500), strings.Repeat("я", 300), "−−", "\xff\xfe,а"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		l := readList(text)
		seen := map[string]bool{}
		for _, name := range append(append([]string{}, l.add...), l.remove...) {
			switch {
			case name == "" || name != cleanLine(name):
				t.Errorf("item %q is not clean", name)
			case strings.ContainsAny(name, ",;\n"):
				t.Errorf("item %q holds a separator", name)
			case utf8.RuneCountInString(name) > maxName:
				t.Errorf("item of %d characters", utf8.RuneCountInString(name))
			case seen[folded(name)]:
				t.Errorf("item %q twice", name)
			}
			seen[folded(name)] = true
		}
		if n := len(l.add) + len(l.remove) + len(l.long); n > maxItems {
			t.Errorf("%d items", n)
		}
	})
}

func FuzzSplitOwnRules(f *testing.F) {
	for _, seed := range []string{"Пермь: пермяк | пермячка", "Заречный\nПермь:\n: б", "::\n:", "\xff:\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rest, own := splitOwnRules(text)
		if strings.Contains(rest, ":") || len(own) > strings.Count(text, ":") {
			t.Errorf("splitOwnRules(%q) = %q, %q", text, rest, own)
		}
		for _, o := range own {
			if o.place != cleanLine(o.place) || o.rule != cleanLine(o.rule) {
				t.Errorf("%q is not clean", o)
			}
		}
	})
}

// What a notice keeps of an excerpt reads as it was written.
func FuzzMarked(f *testing.F) {
	f.Add("Оркестровая яма\x02 у театра\x03", 23, 29)
	f.Fuzz(func(t *testing.T, text string, start, end int) {
		spans := []storage.Span{{Start: start, End: end}}
		var want, got strings.Builder
		for _, p := range excerpt(strings.ReplaceAll(text, "\n", " "), spans, sampleLength) {
			want.WriteString(p.Text)
		}
		for _, p := range unmarked(marked(text, spans)) {
			got.WriteString(p.Text)
		}
		if got.String() != want.String() {
			t.Errorf("%q is kept as %q", want.String(), got.String())
		}
	})
}

func FuzzReadRule(f *testing.F) {
	for _, seed := range []string{"Дороги: яма", "дороги: ямы, ремонт: яма", "::", "а:", ":а", "-12, -13", "-№5", "İ: а", "Ⱥ:б"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if numbers, ok := readNumbers(text); ok {
			for _, n := range numbers {
				if n <= 0 {
					t.Errorf("number %d", n)
				}
			}
		}
		topic, rule, err := readRule(text, nil)
		if err == nil && (topic == "" || rule == "" || strings.Contains(topic, ":")) {
			t.Errorf("readRule(%q) = %q, %q", text, topic, rule)
		}
		if err == nil {
			_ = checkRule(topic, rule, nil) // must not panic, whatever is wrong
		}
		name, zone := readSetup(text)
		if name == "" && zone != "" {
			t.Errorf("readSetup(%q) = a zone without a name", text)
		}
		if _, code := readSource(text); code == "" && strings.TrimSpace(text) == "" {
			t.Error("nothing is a source")
		}
	})
}
