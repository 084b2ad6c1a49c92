package sandbox

import (
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/go-telegram/bot/models"
	"github.com/google/go-cmp/cmp"
)

func TestHTML(t *testing.T) {
	for src, want := range map[string]struct {
		text     string
		entities []models.MessageEntity
	}{
		"без всего":                                 {"без всего", nil},
		"a &lt;b&gt; &amp &#1103;&#x1F600; &nbsp;&": {"a <b> & я😀 &nbsp;&", nil},
		"😀<b>жир<i>но</i></b>": {"😀жирно", []models.MessageEntity{
			{Type: "bold", Offset: 2, Length: 5}, {Type: "italic", Offset: 5, Length: 2}}},
		"<B>x</B>":     {"x", []models.MessageEntity{{Type: "bold", Length: 1}}},
		"<b></b>пусто": {"пусто", nil},
		`<a href="https://example.org/?a=1&amp;b=2">тут</a>`: {"тут", []models.MessageEntity{
			{Type: "text_link", Length: 3, URL: "https://example.org/?a=1&b=2"}}},
		`<a href='http://localhost/'>тут</a>`:           {"тут", nil},
		`<a href="javascript:alert(1)">тут</a>`:         {"тут", nil},
		`<a href="tg://user?id=5">Олег</a>`:             {"Олег", []models.MessageEntity{{Type: "text_mention", Length: 4, User: &models.User{ID: 5}}}},
		`<pre><code class="language-go">x</code></pre>`: {"x", []models.MessageEntity{{Type: "pre", Length: 1, Language: "go"}}},
		`<span class="tg-spoiler">x</span><tg-spoiler>y</tg-spoiler>`: {"xy", []models.MessageEntity{
			{Type: "spoiler", Length: 1}, {Type: "spoiler", Offset: 1, Length: 1}}},
		"<blockquote expandable>x</blockquote>": {"x", []models.MessageEntity{{Type: "expandable_blockquote", Length: 1}}},
	} {
		text, entities, err := parseHTML(src)
		if err != nil || text != want.text {
			t.Errorf("%s: %q, %v", src, text, err)
		}
		if diff := cmp.Diff(want.entities, entities); diff != "" {
			t.Errorf("%s: %s", src, diff)
		}
	}
}

func TestBrokenHTML(t *testing.T) {
	for src, want := range map[string]string{
		"<b>x":              `can't find end tag corresponding to start tag "b"`,
		"x</b>":             "Unexpected end tag at byte offset 1",
		"<b><i>x</b></i>":   `Unmatched end tag at byte offset 7, expected "</i>", found "</b>"`,
		"я <3":              "Unclosed start tag at byte offset 3",
		"<p>x</p>":          `Unsupported start tag "p" at byte offset 0`,
		"<br/>":             `Unsupported start tag "br/" at byte offset 0`,
		`<span class="x">y`: `Tag "span" must have class "tg-spoiler" at byte offset 0`,
		"<b>x</b":           "Unclosed end tag at byte offset 4",
		`<a href="x`:        `Unclosed start tag "a" at byte offset 0`,
		`<a href=x/y>z</a>`: "Unexpected end of name token at byte offset 8",
		`<a ="x">z</a>`:     `Empty attribute name in the tag "a" at byte offset 0`,
		"5 < 6 > 4":         `Unsupported start tag "" at byte offset 2`,
	} {
		_, _, err := parseHTML(src)
		if err == nil || !strings.HasSuffix(err.Error(), "Bad Request: can't parse entities: "+want) {
			t.Errorf("%s: %v, want %q", src, err, want)
		}
	}
}

func TestEntitiesFound(t *testing.T) {
	s := New(Options{})
	src := " я 😀 /find@otklik_bot 7, см. https://vk.com/wall-1_2. @ivanov #яма a/b <code>/no</code> и me@host.ru "
	text, entities, err := s.formatted(src, "HTML", nil, false)
	if err != nil {
		t.Fatal(err)
	}
	wide := utf16.Encode([]rune(text))
	var got []string
	for _, e := range entities {
		got = append(got, string(e.Type)+" "+string(utf16.Decode(wide[e.Offset:e.Offset+e.Length])))
	}
	want := []string{"bot_command /find@otklik_bot", "url https://vk.com/wall-1_2", "mention @ivanov", "hashtag #яма", "code /no"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// FuzzHTML: whatever is accepted has entities inside its text that nest, and
// escaped text always comes back as it was.
func FuzzHTML(f *testing.F) {
	for _, seed := range []string{"<b>😀</b>", `<a href="http://a.b">x</a>`, "&#x1F600;&lt", "<b", "</", "<pre><code class=\"language-x\">y</code></pre>", "a<i>\n</i>"} {
		f.Add(seed)
	}
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	f.Fuzz(func(t *testing.T, src string) {
		if !utf8.ValidString(src) {
			return
		}
		text, entities, err := parseHTML(src)
		if err == nil {
			checkEntities(t, text, entities)
		}
		if plain, found, err := parseHTML(escape.Replace(src)); err != nil || plain != src || len(found) != 0 {
			t.Errorf("escaped %q came back as %q, %v", src, plain, err)
		}
		s := New(Options{})
		if text, entities, err = s.formatted(src, "HTML", nil, false); err == nil {
			checkEntities(t, text, entities)
		}
	})
}

func checkEntities(t *testing.T, text string, entities []models.MessageEntity) {
	t.Helper()
	size := len(utf16.Encode([]rune(text)))
	for i, e := range entities {
		if e.Offset < 0 || e.Length <= 0 || e.Offset+e.Length > size {
			t.Errorf("%q: entity %+v outside of %d units", text, e, size)
		}
		if i > 0 && entities[i-1].Offset > e.Offset {
			t.Errorf("%q: entities out of order", text)
		}
	}
}
