package sandbox_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
	"github.com/google/go-cmp/cmp"

	"otklik/bot/sandbox"
)

// scripted is a small bot: a card with buttons on /start, a word on everything else.
func scripted(ctx context.Context, b *bot.Bot, u *models.Update) {
	if q := u.CallbackQuery; q != nil {
		answer := &bot.AnswerCallbackQueryParams{CallbackQueryID: q.ID, Text: "Взято №214"}
		if q.Data == "alert" {
			answer.Text, answer.ShowAlert = "Это <b>важно</b>", true
		}
		_, _ = b.AnswerCallbackQuery(ctx, answer)
		if q.Data == "take" {
			_, _ = b.EditMessageText(ctx, &bot.EditMessageTextParams{ChatID: q.Message.Message.Chat.ID, MessageID: q.Message.Message.ID, Text: "№214 в работе"})
		}
		return
	}
	m := u.Message
	if m == nil {
		return
	}
	say := func(text string, markup models.ReplyMarkup) {
		_, _ = b.SendMessage(ctx, &bot.SendMessageParams{ChatID: m.Chat.ID, Text: text, ParseMode: models.ParseModeHTML, ReplyMarkup: markup})
	}
	switch {
	case strings.HasPrefix(m.Text, "/start "):
		say("Приглашение "+strings.TrimPrefix(m.Text, "/start "), nil)
	case strings.HasPrefix(m.Text, "/start"):
		say("<b>№214</b> · Новый\nЯма 😀 на <i>Мира</i>", &models.InlineKeyboardMarkup{InlineKeyboard: [][]models.InlineKeyboardButton{
			{{Text: "Беру", CallbackData: "take"}, {Text: "Важно", CallbackData: "alert"}},
			{{Text: "Запись", URL: "https://example.org/wall-1_2"}},
		}})
	case strings.HasPrefix(m.Text, "/menu"):
		say("Что показать?", &models.ReplyKeyboardMarkup{Keyboard: [][]models.KeyboardButton{{{Text: "Сводка"}, {Text: "Просрочено"}}}, ResizeKeyboard: true})
	case len(m.Photo) > 0:
		say(fmt.Sprintf("Фото: %s", m.Caption), nil)
	case m.ReplyToMessage != nil:
		say("Ответ принят: "+m.Text, nil)
	default:
		say("Принято", nil)
	}
}

func TestPageTalksPressesRepliesAndAttaches(t *testing.T) {
	s := sandbox.New(sandbox.Options{})
	ivanova := s.Person("Мария Иванова", "ru").Role("исполнитель")
	chat := ivanova.Chat()
	runBot(t, s, scripted)
	p := show(t, browser(t), serve(t, s, sandbox.Demo{}).URL, 1600, 1000)

	p.presses(chat, ".gate button", "Запустить")
	p.sees(chat, "№214 · Новый")
	p.until(`document.querySelector(".text b")?.textContent === "№214" && document.querySelector(".text i")?.textContent === "Мира"`)

	p.presses(chat, ".key", "Важно")
	p.until(`document.querySelector("dialog.alert p")?.textContent === "Это <b>важно</b>"`)
	p.eval(`document.querySelector("dialog.alert button").click()`)

	p.presses(chat, ".key", "Беру")
	p.until(`document.querySelector(".toasts").innerText.includes("Взято №214")`)
	p.sees(chat, "№214 в работе")
	p.until(`document.querySelectorAll(".key").length === 0`)

	card := chat.FromBot()[0]
	p.eval(fmt.Sprintf(`document.querySelector('.row[data-id="%d"] .bubble').dispatchEvent(new MouseEvent("dblclick", {bubbles: true}))`, card.ID))
	p.until(`!document.querySelector(".banner").hidden`)
	p.says(chat, "Яму засыпали")
	p.sees(chat, "Ответ принят: Яму засыпали")
	p.until(`document.querySelector(".out .quote")?.innerText.includes("№214 в работе")`)

	p.do(chromedp.SetUploadFiles(`input[name="photo"]`, []string{picture(t)}, chromedp.NodeReady))
	p.until(`document.querySelector(".chip img")?.complete`)
	p.says(chat, "после ремонта")
	p.sees(chat, "Фото: после ремонта")
	p.until(`document.querySelector(".photo img")?.naturalWidth === 64`)
	p.eval(`document.querySelector(".photo").click()`)
	p.until(`document.querySelector("dialog.viewer img")?.naturalWidth === 64`)
}

func TestPageEditsOwnMessages(t *testing.T) {
	s := sandbox.New(sandbox.Options{})
	petrov := s.Person("Пётр Петров", "ru")
	petrov.Start("")
	said := petrov.Say(petrov.Chat(), "Срок дл")
	p := show(t, browser(t), serve(t, s, sandbox.Demo{}).URL, 1600, 1000)

	p.sees(petrov.Chat(), "Срок дл")
	p.do(chromedp.SendKeys(column(petrov.Chat())+" textarea", kb.ArrowUp))
	p.until(`document.querySelector("textarea").value === "Срок дл"`)
	p.do(chromedp.SendKeys("textarea", "ится\r"))
	p.sees(petrov.Chat(), "изменено")
	if now, _ := petrov.Chat().Message(said.ID); now.Text != "Срок длится" {
		t.Errorf("the message is %q", now.Text)
	}
}

func TestPageShowsHostileTextAsText(t *testing.T) {
	s := sandbox.New(sandbox.Options{})
	eve := s.Person(`<img src=x onerror=alert(1)> Ева`, "ru")
	group := s.Group(`<script>alert(2)</script>`, eve, s.Person("Анна", "ru"))
	texts := []string{
		`<img src=x onerror="document.body.dataset.hit=1"> <script>document.body.dataset.hit=1</script>`,
		"\u202eигад \u2066שלום עולם مرحبا بالعالم",
		"👨‍👩‍👧‍👦🏳️‍🌈 ёж́ з̷̡̛а̶л̶г̴о",
		strings.Repeat("Превысокомногорассмотрительствующий", 40),
		"javascript:alert(3) https://example.org/?a=<b>&c=\"d\" /start@other",
	}
	for _, text := range texts {
		eve.Say(group, text)
	}
	p := show(t, browser(t), serve(t, s, sandbox.Demo{}).URL, 390, 844)
	p.eval(fmt.Sprintf(`new Promise((done) => { const wait = () => { const tab = document.querySelector('[data-key="chat:%d"]'); tab ? done(tab.click()) : setTimeout(wait, 30); }; wait(); })`, group.ID()))
	p.sees(group, "/start@other")

	got := p.eval(fmt.Sprintf(`[...document.querySelectorAll('%s .text')].map((node) => node.textContent)`, column(group)))
	want := make([]any, len(texts))
	for i, text := range texts {
		want[i] = text
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("text on the page (-said +shown):\n%s", diff)
	}
	for expression, want := range map[string]any{
		`document.body.dataset.hit ?? "no"`:                                                                           "no",
		`document.querySelectorAll(".list img, .list script").length`:                                                 float64(0),
		`document.querySelectorAll('a[href^="javascript"]').length`:                                                   float64(0),
		`document.documentElement.scrollWidth <= innerWidth`:                                                          true,
		`[...document.querySelectorAll(".bubble")].every((node) => node.getBoundingClientRect().right <= innerWidth)`: true,
		`[...document.querySelectorAll("button, select, textarea")].filter((node) => node.checkVisibility({visibilityProperty: true})).every((node) => node.ariaLabel || node.textContent.trim())`: true,
	} {
		if got := p.eval(expression); got != want {
			t.Errorf("%s = %v, want %v", expression, got, want)
		}
	}
}

func TestPageOpensADeepLinkAsTheChosenPerson(t *testing.T) {
	s := sandbox.New(sandbox.Options{})
	admin := s.Person("Ольга", "ru").Role("администратор")
	guest := s.Person("Игорь Новый", "ru")
	group := s.Supergroup("Обращения", admin)
	runBot(t, s, scripted)
	admin.Say(group, "Вход: https://t.me/"+s.Bot().Username+"?start=TOKEN_1")
	p := show(t, browser(t), serve(t, s, sandbox.Demo{Columns: []sandbox.Column{{ChatID: group.ID(), As: admin.ID()}}}).URL, 1600, 1000)

	p.presses(group, ".text a", "TOKEN_1")
	p.until(`[...document.querySelectorAll("dialog.menu button")].some((node) => node.textContent.includes("Игорь"))`)
	p.eval(`[...document.querySelectorAll("dialog.menu button")].find((node) => node.textContent.includes("Игорь")).click()`)
	p.sees(guest.Chat(), "Приглашение TOKEN_1")
}

func TestPageShowsReplyKeyboardAndHides(t *testing.T) {
	s := sandbox.New(sandbox.Options{})
	anna := s.Person("Анна", "ru")
	anna.Start("")
	runBot(t, s, scripted)
	p := show(t, browser(t), serve(t, s, sandbox.Demo{}).URL, 1600, 1000)

	p.sees(anna.Chat(), "/start")
	p.says(anna.Chat(), "/menu")
	p.presses(anna.Chat(), ".replykeys button", "Сводка")
	p.until(`[...document.querySelectorAll(".out .text")].at(-1)?.textContent === "Сводка"`)
	p.presses(anna.Chat(), "header .hide", "")
	p.until(`document.querySelector(".column").hidden`)
}

func TestPageOnAPhoneShowsOneColumnAndMarksTheOthers(t *testing.T) {
	s := sandbox.New(sandbox.Options{})
	anna, boris := s.Person("Анна", "ru"), s.Person("Борис", "ru")
	anna.Start("")
	boris.Start("")
	b := runBot(t, s, func(context.Context, *bot.Bot, *models.Update) {})
	p := show(t, browser(t), serve(t, s, sandbox.Demo{}).URL, 390, 844)

	p.sees(anna.Chat(), "/start")
	if got := p.eval(`document.querySelectorAll(".column:not([hidden])").length`); got != float64(1) {
		t.Errorf("%v columns are visible on a phone", got)
	}
	if _, err := b.SendMessage(t.Context(), &bot.SendMessageParams{ChatID: boris.ID(), Text: "Срок завтра"}); err != nil {
		t.Fatal(err)
	}
	tab := fmt.Sprintf(`document.querySelector('[data-key="chat:%d"]')`, boris.ID())
	p.until(tab + `.classList.contains("loud")`)
	p.eval(tab + ".click()")
	p.until("!" + tab + `.classList.contains("loud")`)
	p.sees(boris.Chat(), "Срок завтра")
}

func TestPageComesBackAfterALostConnection(t *testing.T) {
	s := sandbox.New(sandbox.Options{})
	anna := s.Person("Анна", "ru")
	anna.Start("")
	web := serve(t, s, sandbox.Demo{})
	p := show(t, browser(t), web.URL, 1600, 1000)

	p.sees(anna.Chat(), "/start")
	first := anna.Say(anna.Chat(), "до обрыва")
	p.sees(anna.Chat(), "до обрыва")
	web.CloseClientConnections()
	anna.Delete(first)
	anna.Say(anna.Chat(), "после обрыва")
	p.sees(anna.Chat(), "после обрыва")
	p.until(`!document.querySelector(".list").innerText.includes("до обрыва") && document.getElementById("link").hidden`)
	p.forgive("ERR_") // the browser reports the cut connection, which is the test's own doing
}

func TestPageKeepsAThousandMessagesSmooth(t *testing.T) {
	s := sandbox.New(sandbox.Options{})
	anna := s.Person("Анна", "ru")
	anna.Start("")
	for i := range 1000 {
		anna.Say(anna.Chat(), fmt.Sprintf("Обращение %d: на улице Мира снова нет света", i))
	}
	began := time.Now()
	p := show(t, browser(t), serve(t, s, sandbox.Demo{}).URL, 1600, 1000)
	p.sees(anna.Chat(), "Обращение 999")
	t.Logf("1000 messages shown %v after the browser was asked for", time.Since(began).Round(time.Millisecond))

	p.eval(`document.querySelector(".row").mine = true; window.longest = 0; new PerformanceObserver((list) => { for (const task of list.getEntries()) longest = Math.max(longest, task.duration); }).observe({entryTypes: ["longtask"]}); 1`)
	for i := range 50 {
		anna.Say(anna.Chat(), fmt.Sprintf("ещё %d.", i))
	}
	p.sees(anna.Chat(), "ещё 49.")
	if p.eval(`document.querySelector(".row").mine === true`) != true {
		t.Error("a new message redrew the old ones")
	}
	t.Logf("longest task while 50 more arrived: %v ms", p.eval(`longest`))
}

func TestPageSpeaksTwoLanguagesAndGlowsTheHint(t *testing.T) {
	s := sandbox.New(sandbox.Options{})
	anna := s.Person("Анна", "ru")
	runBot(t, s, scripted)
	wall := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, `<!doctype html><link rel="icon" href="data:,"><p>Стена</p>`)
	}))
	t.Cleanup(wall.Close)
	var language atomic.Value
	var minutes atomic.Int64
	p := show(t, browser(t), serve(t, s, sandbox.Demo{
		Panels: []sandbox.Panel{{Title: map[string]string{"ru": "ВКонтакте", "en": "VK"}, URL: wall.URL}},
		Hint: func(language string) sandbox.Hint {
			return sandbox.Hint{Text: map[string]string{"ru": "Нажмите «Беру»", "en": "Press “Беру”"}[language], ChatID: anna.ID(), Button: "Беру"}
		},
		Advance:  func(d time.Duration) error { minutes.Add(int64(d / time.Minute)); return nil },
		Language: func(l string) error { language.Store(l); return nil },
	}).URL, 1600, 1000)

	p.until(`document.getElementById("hint").textContent === "Нажмите «Беру»"`)
	p.presses(anna.Chat(), ".gate button", "Запустить")
	p.until(`document.querySelector(".key.glow")?.textContent === "Беру"`)
	p.eval(`document.getElementById("hour").click()`)
	p.until(`document.querySelector("#toasts").innerText.includes("Прошёл час")`)
	p.eval(`document.getElementById("language").click()`)
	p.until(`document.getElementById("hint").textContent === "Press “Беру”" && document.querySelector(".panel h2").textContent === "VK"`)
	p.until(`document.querySelector(".panel iframe").src.endsWith("?lang=en")`)
	p.sees(anna.Chat(), "№214")
	if language.Load() != "en" || minutes.Load() != 60 {
		t.Errorf("the demo heard language %v and %d minutes", language.Load(), minutes.Load())
	}
}

// picture is a small PNG file.
func picture(t *testing.T) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 64, 48))
	for i := range 64 * 48 {
		img.Set(i%64, i/64, color.RGBA{uint8(i), uint8(4 * (i % 64)), 90, 255})
	}
	var file bytes.Buffer
	if err := png.Encode(&file, img); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "photo.png")
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
