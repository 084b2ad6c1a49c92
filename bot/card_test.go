package bot

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
	"github.com/google/go-cmp/cmp"

	"otklik/bot/sandbox"
	"otklik/storage"
)

// scenes are cards, items and previews as a person sees them, one file a
// language: to be read aloud, and kept short enough for a phone.
func TestScenes(t *testing.T) {
	for _, language := range []string{"ru", "en"} {
		t.Run(language, func(t *testing.T) {
			inOffice(t, language, func(o *office) { golden(o, "scenes."+language, scenes(o)) })
		})
	}
}

func scenes(o *office) string {
	var b strings.Builder
	scene := func(title string, m sandbox.Message) { b.WriteString("=== " + title + "\n" + say(m) + "\n\n") }
	press := func(p *sandbox.Person, m sandbox.Message, act string, args ...any) {
		o.answerOf(p.Press(m, data(act, int64(1), args...)))
	}
	id := o.complaint("Третий день нет воды на Садовой, 12. В управляющей компании трубку не берут.", func(f *storage.Found) {
		f.Post.Kind, f.Post.ParentText, f.Post.Photos, f.Post.Videos = "comment", "Сегодня отключат воду в центре\nподробности", 3, 1
		f.Post.PublishedAt = o.store.Now().Add(-2 * time.Hour)
		f.Matches[0].Importance = storage.High
	}, spans("нет воды"))
	scene("new card", o.card(id))
	press(o.admin, o.card(id), "menu", "assign")
	scene("assign menu", o.card(id))
	press(o.admin, o.card(id), "menu", "dismiss")
	scene("dismiss menu", o.card(id))
	press(o.admin, o.card(id), "menu", "more")
	scene("more", o.card(id))
	press(o.admin, o.card(id), "menu", "topics")
	scene("topics", o.card(id))
	press(o.admin, o.card(id), "assign", o.role)
	scene("assigned card", o.card(id))
	item := o.item(o.official, "№1")
	scene("item", item)
	press(o.official, item, "turn", "return")
	scene("return menu", o.item(o.official, "№1"))
	press(o.official, item, "accept")
	scene("accepted card", o.card(id))
	o.official.Say(o.official.Chat(), "Воду дадим", sandbox.Reply(item))
	o.settle()
	scene("preview of a poor draft", o.item(o.official, "Воду дадим"))
	o.official.Say(o.official.Chat(), "Водоканал восстановит подачу воды сегодня до 18:00.", sandbox.Reply(item))
	o.settle()
	preview := o.item(o.official, "Водоканал восстановит")
	scene("preview", preview)
	press(o.official, preview, "publish", int64(2))
	scene("by hand", o.item(o.official, "1. "))
	press(o.official, preview, "byhand")
	scene("answered card", o.card(id))
	scene("published", o.item(o.official, "✅"))
	press(o.admin, o.card(id), "close")
	scene("closed card", o.card(id))
	press(o.admin, o.card(id), "journal")
	scene("journal", o.group.Last())
	danger := o.complaint("Пахнет газом", func(f *storage.Found) { f.Matches[0].Importance = storage.Danger; f.Post.SourceName = "" })
	scene("danger", o.card(danger))
	afterwards(o, scene)
	together(o, scene)
	return b.String()
}

// together are the scenes of complaints about one thing.
func together(o *office, scene func(string, sandbox.Message)) {
	press := func(id int64, act string, args ...any) { o.answerOf(o.admin.Press(o.card(id), data(act, id, args...))) }
	first := o.complaint("Автобус 12 не пришёл на Садовую")
	press(first, "assign", o.role)
	o.complaint("Автобус 12 не пришёл на Садовую!!!", o.like(first, sameAs))
	second := o.complaint("Опять нет автобуса 12 на Садовой", o.like(first, similarTo))
	scene("similar", o.card(second))
	press(second, "merge", first)
	scene("merged", o.card(second))
	scene("took in", o.card(first))
	scene("item of several posts", o.item(o.official, fmt.Sprintf("№%d · ", first)))
	press(first, "menu", "more")
	scene("more of several posts", o.card(first))
	press(first, "menu", "parts")
	scene("what can be split off", o.card(first))
	time.Sleep(11 * time.Minute)
	press(second, "menu", "")
	o.must(o.store.Touch(o.t.Context(), second))
	o.settle()
	scene("merged for long", o.card(second))
	press(second, "split")
	scene("split off", o.card(second))
}

// afterwards are the scenes of what networks tell after a complaint was found.
func afterwards(o *office, scene func(string, sandbox.Message)) {
	var found storage.Found
	id := o.complaint("Не работает фонарь на Мира, 4", func(f *storage.Found) { found = *f })
	found.Fate, found.Post.Text = storage.PostEdited, "Не работают фонари на Мира, 4 и 6"
	o.tells(found)
	scene("edited", o.card(id))
	o.press(o.admin, o.card(id), "→")
	item := o.show(o.official.Chat(), fmt.Sprintf("№%d · ", id))
	scene("edited item", item)
	o.official.Say(o.official.Chat(), "Горсвет починит сегодня до 18:00.", sandbox.Reply(item))
	o.settle()
	found.Post.Text = "Не работают фонари по всей Мира"
	o.tells(found)
	scene("edited while it is answered", o.official.Chat().Last())
	time.Sleep(15 * time.Minute)
	found.Fate = storage.PostRemoved
	o.tells(found)
	scene("deleted while it is answered", o.official.Chat().Last())
	scene("deleted", o.card(id))
	o.answerOf(o.admin.Press(o.card(id), data("journal", id)))
	scene("journal of a changed post", o.group.Last())

	id = o.answered("Нет воды на Садовой")
	o.replies(id, "Спасибо, дали")
	scene("thanks", o.card(id))
	scene("thanks for the official", o.show(o.official.Chat(), fmt.Sprintf("№%d · ", id), "Подслушано Заречный"))
	o.replies(id, "А когда включат на Мира?")
	scene("a question", o.card(id))
	scene("a question for the official", o.official.Chat().Last())
	o.replies(id, "Опять нет воды")
	o.replies(id, "Никто не приехал")
	scene("not solved", o.group.Last())
	scene("not solved for the official", o.official.Chat().Last())
	o.admin.Say(o.group, "/queue")
	o.settle()
	scene("queue", o.group.Last())
}

func golden(o *office, name, got string) {
	o.t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		o.must(os.MkdirAll("testdata", 0o755))
		o.must(os.WriteFile(path, []byte(got), 0o644))
		return
	}
	want, err := os.ReadFile(path)
	o.must(err)
	if diff := cmp.Diff(string(want), got); diff != "" {
		o.t.Errorf("%s (-want +got; -update writes it anew):\n%s", path, diff)
	}
}

// Whatever a resident or an official writes shows as text, within what a
// message holds.
func TestHostileTexts(t *testing.T) {
	hostile := map[string]string{
		"markup":     `<b>не</b> <a href="tg://user?id=1">я</a> &lt;i&gt; <script>alert(1)</script> {{.ID}} "кавычки" 'и'`,
		"emoji":      strings.Repeat("👨‍👩‍👧‍👦🏴‍☠️", 400),
		"direction":  "обычно \u202eпотопан\u202c и \u2066дальше",
		"one word":   strings.Repeat("а", 64<<10),
		"controls":   "ноль\x00\x01\x1b[31m и \r\n\r\n\n\n\n\nдальше",
		"broken":     "до\xff\xfeпосле",
		"only marks": "\u202e\u200f\x00",
		"blank":      "   \n\t ",
		"amps":       strings.Repeat("&<>", 3000),
	}
	for name, text := range hostile {
		t.Run(name, func(t *testing.T) {
			inOffice(t, "ru", func(o *office) {
				id := o.complaint(text, func(f *storage.Found) {
					f.Post.SourceName, f.Post.ParentText = text, text
					f.Post.Spans = []storage.Span{{Start: 1, End: 4}, {Start: -5, End: 2}, {Start: 3, End: 1 << 20}, {Start: 0, End: min(2, len(text))}}
				})
				card := o.card(id)
				o.press(o.admin, card, "→")
				item := o.item(o.official, "№1 · ")
				for _, m := range []sandbox.Message{card, item} {
					if n := utf8.RuneCountInString(m.Text); n > messageLength {
						o.t.Errorf("%d characters", n)
					}
					if strings.ContainsAny(m.Text, "\x00\u202e\u2066\x1b") {
						o.t.Errorf("signs that do not show: %q", m.Text)
					}
					for _, e := range m.Entities {
						if e.Type == "text_link" || e.Type == "text_mention" {
							o.t.Errorf("a link made of a text: %v", e)
						}
					}
				}
				if name == "markup" {
					o.want(item.Text, `<b>не</b> <a href="tg://user?id=1">я</a> &lt;i&gt; <script>alert(1)</script> {{.ID}} "кавычки" 'и'`)
				}
				if n := utf8.RuneCountInString(card.Text); n > 1000 {
					o.t.Errorf("a card of %d characters does not fit a phone", n)
				}
				o.official.Say(o.official.Chat(), "<b>да</b> & нет", sandbox.Reply(item))
				o.settle()
				o.item(o.official, "<b>да</b> & нет")
				if strings.Contains(o.log.text(), `"error"`) {
					o.t.Errorf("trouble in the log")
				}
			})
		})
	}
}

func TestExcerpt(t *testing.T) {
	long := strings.Repeat("слово ", 300) + "яма " + strings.Repeat("хвост ", 300)
	at := strings.Index(long, "яма")
	pieces := excerpt(long, []storage.Span{{Start: at, End: at + len("яма")}}, 200)
	var whole string
	strong := 0
	for _, p := range pieces {
		whole += p.Text
		if p.Strong {
			strong++
		}
	}
	if strong != 1 || utf8.RuneCountInString(whole) > 202 || !strings.HasPrefix(whole, "…") || !strings.HasSuffix(whole, "…") {
		t.Errorf("%d strong, %q", strong, whole)
	}
	if got := excerpt("", nil, 10); len(got) != 0 {
		t.Errorf("%v", got)
	}
}

func FuzzExcerpt(f *testing.F) {
	f.Add("яма на дороге", 0, 6, 5)
	f.Add("\xff\x00\u202e", 1, 2, 1)
	f.Fuzz(func(t *testing.T, text string, start, end, n int) {
		n = min(max(n, 0), 5000)
		total := 0
		for _, p := range excerpt(text, []storage.Span{{Start: start, End: end}}, n) {
			if !utf8.ValidString(p.Text) {
				t.Errorf("%q", p.Text)
			}
			total += utf8.RuneCountInString(p.Text)
		}
		if total > n+2 {
			t.Errorf("%d characters of at most %d", total, n)
		}
	})
}

func TestLacks(t *testing.T) {
	for text, want := range map[string][]string{
		"Спасибо за обращение, принято к сведению":                    {"date", "measure", "whose"},
		"Отремонтируем до 15 июня":                                    {"whose"},
		"Администрация устранит":                                      {"date"},
		"Бригада восстановит подачу воды завтра":                      nil,
		"УК «Уют» завтра очистит двор":                                nil,
		"The contractor will repair the road by Friday":               nil,
		"Минтранс сообщает: автобус выйдет на линию 12.06 в 07:30":    {"measure"},
		"Дорога федеральная, отремонтировать её мы не можем, сегодня": {"whose"},
	} {
		if diff := cmp.Diff(want, lacks(text, "Минтранс")); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
}

// A list that nobody knows stays a list when an incident of it is chosen.
func TestAnUnknownListIsNoCard(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		id := o.complaint("Яма")
		_, err := o.bot.api.SendMessage(o.t.Context(), &tg.SendMessageParams{
			ChatID: o.group.ID(), Text: "Список", ReplyMarkup: models.InlineKeyboardMarkup{InlineKeyboard: inline([][]button{{{text: "№1", data: data("show", id)}}})},
		})
		o.must(err)
		list := o.show(o.group, "Список")
		o.want(o.press(o.admin, list, "№1"), "№1")
		o.want(say(o.show(o.group, "Список")), "[№1]")
	})
}
