package texts

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/template/parse"
	"time"

	"github.com/google/go-cmp/cmp"
)

func load(t testing.TB) *Words {
	t.Helper()
	w, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestBothLanguagesSayTheSame(t *testing.T) {
	w := load(t)
	if diff := cmp.Diff(w.Names("ru"), w.Names("en")); diff != "" {
		t.Errorf("messages (-ru +en):\n%s", diff)
	}
	for _, name := range w.Names("ru") {
		ru, en := fields(w, "ru", name), fields(w, "en", name)
		if diff := cmp.Diff(ru, en); diff != "" {
			t.Errorf("%s uses other values (-ru +en):\n%s", name, diff)
		}
	}
}

// fields are the values that a message uses.
func fields(w *Words, lang, name string) []string {
	var out []string
	walk(w.language(lang).Lookup(name).Tree.Root, func(n parse.Node) {
		if f, ok := n.(*parse.FieldNode); ok {
			out = append(out, strings.Join(f.Ident, "."))
		}
	})
	slices.Sort(out)
	return slices.Compact(out)
}

func walk(n parse.Node, visit func(parse.Node)) {
	visit(n)
	list := func(l *parse.ListNode) {
		if l != nil {
			walk(l, visit)
		}
	}
	pipe := func(p *parse.PipeNode) {
		if p != nil {
			walk(p, visit)
		}
	}
	switch n := n.(type) {
	case *parse.ListNode:
		for _, x := range n.Nodes {
			walk(x, visit)
		}
	case *parse.ActionNode:
		pipe(n.Pipe)
	case *parse.PipeNode:
		for _, c := range n.Cmds {
			walk(c, visit)
		}
	case *parse.CommandNode:
		for _, a := range n.Args {
			walk(a, visit)
		}
	case *parse.IfNode:
		pipe(n.Pipe)
		list(n.List)
		list(n.ElseList)
	case *parse.RangeNode:
		pipe(n.Pipe)
		list(n.List)
		list(n.ElseList)
	case *parse.WithNode:
		pipe(n.Pipe)
		list(n.List)
		list(n.ElseList)
	case *parse.TemplateNode:
		pipe(n.Pipe)
	}
}

// Every message can be said with sample values, and is HTML that Telegram
// takes. testdata/samples.json has values for messages that want more than
// plain words.
func TestEveryMessageCanBeSaid(t *testing.T) {
	w := load(t)
	samples := map[string]any{}
	raw, err := os.ReadFile("testdata/samples.json")
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&samples); err != nil {
		t.Fatal(err)
	}
	whole(samples)
	for name := range samples {
		if !w.Has(name) {
			t.Errorf("samples for %s, which is no message", name)
		}
	}
	for _, lang := range Languages {
		for _, name := range w.Names(lang) {
			data, ok := samples[name]
			if !ok {
				data = guess(w, lang, name)
			}
			text, err := w.Say(lang, name, data)
			if err != nil {
				t.Error(err)
				continue
			}
			if fault := telegramHTML(text); fault != "" {
				t.Errorf("%s in %s: %s\n%s", name, lang, fault, text)
			}
			if strings.Contains(text, "ZgotmplZ") || strings.Contains(text, "no value") {
				t.Errorf("%s in %s: %s", name, lang, text)
			}
		}
	}
}

// whole turns numbers, in place, into those that Go's templates compare.
func whole(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			v[k] = whole(x)
		}
	case []any:
		for i, x := range v {
			v[i] = whole(x)
		}
	case json.Number:
		return number(v)
	}
	return v
}

// hostile is what a plain value is guessed to be; it must come out escaped.
const hostile = `<b>&"x`

// guess makes values for the fields of a message: hostile words, and for what
// is handed on to another message or gone through, what that asks for.
func guess(w *Words, lang, name string) any {
	return guessFor(w, lang, w.language(lang).Lookup(name).Tree.Root)
}

func guessFor(w *Words, lang string, n parse.Node) any {
	values := map[string]any{}
	walk(n, func(n parse.Node) {
		switch n := n.(type) {
		case *parse.FieldNode:
			if _, known := values[n.Ident[0]]; !known {
				values[n.Ident[0]] = hostile
			}
		case *parse.VariableNode:
			if len(n.Ident) > 1 && values[n.Ident[1]] == nil {
				values[n.Ident[1]] = hostile
			}
		case *parse.TemplateNode:
			if f := only(n.Pipe); f != "" {
				values[f] = guess(w, lang, n.Name)
			}
		case *parse.RangeNode:
			if f := only(n.Pipe); f != "" {
				values[f] = []any{guessFor(w, lang, n.List)}
			}
		}
	})
	if len(values) == 0 {
		return hostile
	}
	return values
}

// only is the field that a pipeline hands on as it is, "" for anything else.
func only(p *parse.PipeNode) string {
	if p == nil || len(p.Cmds) != 1 || len(p.Cmds[0].Args) != 1 {
		return ""
	}
	if f, ok := p.Cmds[0].Args[0].(*parse.FieldNode); ok {
		return f.Ident[0]
	}
	return ""
}

var tag = regexp.MustCompile(`<(/?)([a-z-]*)([^>]*)>`)

// telegramHTML says what Telegram would refuse in a text, "" for nothing.
func telegramHTML(text string) string {
	var open []string
	for _, m := range tag.FindAllStringSubmatch(text, -1) {
		if !slices.Contains([]string{"b", "i", "a", "code", "pre", "blockquote", "u", "s"}, m[2]) {
			return "tag " + m[0]
		}
		if m[1] == "" {
			open = append(open, m[2])
			continue
		}
		if len(open) == 0 || open[len(open)-1] != m[2] {
			return "end of " + m[2]
		}
		open = open[:len(open)-1]
	}
	if len(open) > 0 {
		return "no end of " + strings.Join(open, ", ")
	}
	if rest := tag.ReplaceAllString(text, ""); strings.ContainsAny(rest, "<>") {
		return "a bracket outside a tag"
	}
	return ""
}

func TestPlural(t *testing.T) {
	ru := []string{"сообщение", "сообщения", "сообщений"}
	for n, want := range map[int]string{0: "0 сообщений", 1: "1 сообщение", 2: "2 сообщения", 5: "5 сообщений", 11: "11 сообщений", 12: "12 сообщений", 21: "21 сообщение", 112: "112 сообщений", 1004: "1004 сообщения"} {
		if got := count("ru", n, ru); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for n, want := range map[any]string{json.Number("1"): "1 post", 2.0: "2 posts", int64(0): "0 posts", uint8(21): "21 posts", nil: "0 posts"} {
		if got := count("en", n, []string{"post", "posts"}); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestMoments(t *testing.T) {
	zone, err := time.LoadLocation("Asia/Yekaterinburg")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 6, 14, 20, 30, 0, 0, time.UTC) // the 15th, 01:30 there
	for _, c := range []struct {
		at                   time.Time
		until, clock, untilE string
	}{
		{now.Add(time.Hour), "до 02:30", "02:30", "by 02:30"},
		{now.Add(23 * time.Hour), "завтра до 00:30", "16.06 00:30", "tomorrow by 00:30"},
		{now.Add(72 * time.Hour), "18.06 до 01:30", "18.06 01:30", "18 Jun by 01:30"},
		{now.Add(-2 * time.Hour), "14.06 до 23:30", "14.06 23:30", "14 Jun by 23:30"},
		{now.AddDate(1, 0, 0), "15.06.2027 до 01:30", "15.06.2027 01:30", "15 Jun 2027 by 01:30"},
	} {
		m := In(zone, c.at, now)
		if got := until("ru", m); got != c.until {
			t.Errorf("until %q, want %q", got, c.until)
		}
		if got := clock("ru", &m); got != c.clock {
			t.Errorf("clock %q, want %q", got, c.clock)
		}
		if got := until("en", m); got != c.untilE {
			t.Errorf("until %q, want %q", got, c.untilE)
		}
	}
	if got := until("ru", nil); got != "" {
		t.Errorf("%q", got)
	}
}

func TestNames(t *testing.T) {
	for body, want := range map[string]string{
		"Минтранс": "от Минтранса", "Водоканал": "от Водоканала", "МЧС": "от МЧС", "УК «Уют»": "от УК «Уют»",
		"Администрация Заречного": "от Администрации Заречного", "Министерство транспорта": "от Министерства транспорта",
		"Городская администрация": "Городская администрация", "Росреестр": "от Росреестра", "ЖКХ-сервис": "ЖКХ-сервис", "Госжилинспекция": "Госжилинспекция", "": "",
	} {
		if got := Of("ru", body); got != want {
			t.Errorf("%q: %q, want %q", body, got, want)
		}
	}
	if got := Of("en", "Ministry"); got != "from Ministry" {
		t.Errorf("%q", got)
	}
	if got := Who("Минтранс", "Анна Иванова"); got != "Минтранс · Иванова" {
		t.Errorf("%q", got)
	}
}

func FuzzCut(f *testing.F) {
	f.Add("Третий день нет воды", 10)
	f.Add("👨‍👩‍👧 x", 3)
	f.Fuzz(func(t *testing.T, text string, n int) {
		if n = min(n, 5000); len([]rune(Cut(text, n))) > max(n, 0) && len([]rune(text)) > n {
			t.Errorf("%q of at most %d", Cut(text, n), n)
		}
	})
}
