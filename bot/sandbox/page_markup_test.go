package sandbox_test

import (
	"context"
	"testing"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"otklik/bot/sandbox"
)

func TestPageRendersMarkup(t *testing.T) {
	s := sandbox.New(sandbox.Options{})
	anna := s.Person("Анна", "ru")
	anna.Start("")
	b := runBot(t, s, func(context.Context, *bot.Bot, *models.Update) {})
	p := show(t, browser(t), serve(t, s, sandbox.Demo{}).URL, 1600, 1000)
	p.sees(anna.Chat(), "/start")
	for _, text := range []string{
		`👨‍👩‍👧😀 <b>жир <i>оба</i></b> <u>черта</u> <s>нет</s> <code>a &lt; b /x</code>`,
		"до\n<blockquote expandable>раз\nдва\nтри\nчетыре\nпять</blockquote>\nпосле",
		`<tg-spoiler>тайна</tg-spoiler> <a href="https://example.org/?a=1&amp;b=2">ссылка</a>`,
	} {
		if _, err := b.SendMessage(t.Context(), &bot.SendMessageParams{ChatID: anna.ID(), Text: text, ParseMode: models.ParseModeHTML}); err != nil {
			t.Fatal(err)
		}
	}
	p.sees(anna.Chat(), "ссылка")
	for _, c := range []struct {
		expression string
		want       any
	}{
		{`document.querySelector(".text b").textContent`, "жир оба"},
		{`document.querySelector(".text b i").textContent`, "оба"},
		{`document.querySelector(".text u").textContent + document.querySelector(".text s").textContent`, "чертанет"},
		{`document.querySelector(".text code").innerHTML`, "a &lt; b /x"},
		{`document.querySelector(".text a").href + " " + document.querySelector(".text a").rel`, "https://example.org/?a=1&b=2 noopener noreferrer"},
		{`getComputedStyle(document.querySelector(".spoiler")).color`, "rgba(0, 0, 0, 0)"},
		{`{ document.querySelector(".spoiler").click(); getComputedStyle(document.querySelector(".spoiler")).color !== "rgba(0, 0, 0, 0)" }`, true},
		{`{ const quote = document.querySelector("blockquote"); const low = quote.offsetHeight; quote.querySelector("button").click(); quote.offsetHeight > low }`, true},
	} {
		if got := p.eval(c.expression); got != c.want {
			t.Errorf("%s = %v, want %v", c.expression, got, c.want)
		}
	}
}

// Whatever the offsets, the words stay: nothing is lost, doubled or run.
func TestPageKeepsTheWordsUnderAnyEntities(t *testing.T) {
	s := sandbox.New(sandbox.Options{})
	p := show(t, browser(t), serve(t, s, sandbox.Demo{}).URL, 800, 600)
	p.eval(`import("/entities.js").then(({ rich, safe }) => {
		const kinds = ["bold", "italic", "code", "pre", "spoiler", "blockquote", "text_link", "url", "bot_command", "custom", "mention"];
		const text = "Яма 😀 на /улице Мира, t.me/x?start=1 https://a.example/ «14» 👨‍👩‍👧 <b>&amp;";
		const random = (n) => Math.floor(Math.random() * n);
		const on = { command() {}, link() {} };
		for (let round = 0; round < 3000; round++) {
			const entities = Array.from({ length: random(6) }, () => ({ type: kinds[random(kinds.length)], offset: random(text.length + 4), length: random(30) - 2, url: "https://a.example" }));
			const shown = rich(text, entities, on).textContent;
			if (shown !== text) return JSON.stringify(entities) + " shows " + shown;
		}
		const bad = ["javascript:alert(1)", " javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "file:///etc/passwd", "vbscript:x", "java\nscript:alert(1)", "blob:http://x/1"];
		const let_in = bad.filter((address) => safe(address) && !/^https:/.test(safe(address)));
		return let_in.length ? "let in " + let_in : "kept";
	}).then((verdict) => { document.body.dataset.verdict = verdict; }, (error) => { document.body.dataset.verdict = String(error); }); 1`)
	p.until(`document.body.dataset.verdict`)
	if got := p.eval(`document.body.dataset.verdict`); got != "kept" {
		t.Error(got)
	}
}

func TestPageTakesDroppedFiles(t *testing.T) {
	s := sandbox.New(sandbox.Options{})
	anna := s.Person("Анна", "ru")
	anna.Start("")
	p := show(t, browser(t), serve(t, s, sandbox.Demo{}).URL, 1600, 1000)
	p.sees(anna.Chat(), "/start")
	p.eval(`{ const carried = new DataTransfer(); carried.items.add(new File(["акт"], "Акт №1.txt", {type: "text/plain"})); carried.items.add(new File(["смета"], "Смета.txt", {type: "text/plain"}));
		const drop = (type) => document.querySelector(".column").dispatchEvent(new DragEvent(type, {bubbles: true, cancelable: true, dataTransfer: carried}));
		drop("dragenter"); drop("drop"); }`)
	p.until(`document.querySelectorAll(".chip").length === 2 && !document.querySelector("[data-drop]")`)
	p.says(anna.Chat(), "подписано")
	p.sees(anna.Chat(), "Смета.txt")
	sent := anna.Chat().Messages()[1:]
	if len(sent) != 2 || sent[0].Document == nil || sent[0].Document.FileName != "Акт №1.txt" || sent[0].Caption != "подписано" || sent[1].Caption != "" {
		t.Errorf("the chat got %+v", sent)
	}
	p.until(`document.querySelectorAll(".chip").length === 0`)
}
