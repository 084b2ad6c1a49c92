package sandbox_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"otklik/bot/sandbox"
)

func TestPageAnswersAQuestionAndTellsSilentFromLoud(t *testing.T) {
	s := sandbox.New(sandbox.Options{})
	anna := s.Person("Анна", "ru")
	anna.Start("")
	b := runBot(t, s, func(context.Context, *bot.Bot, *models.Update) {})
	p := show(t, browser(t), serve(t, s, sandbox.Demo{}).URL, 1600, 1000)
	p.sees(anna.Chat(), "/start")

	send := func(m *bot.SendMessageParams) int {
		t.Helper()
		m.ChatID = anna.ID()
		sent, err := b.SendMessage(t.Context(), m)
		if err != nil {
			t.Fatal(err)
		}
		return sent.ID
	}
	silent := send(&bot.SendMessageParams{Text: "Новый", DisableNotification: true})
	asked := send(&bot.SendMessageParams{Text: "Ответ по №214?", ReplyMarkup: &models.ForceReply{ForceReply: true, InputFieldPlaceholder: "Пишите"}})
	p.until(`document.querySelector(".banner").innerText.includes("Ответ по №214?") && document.activeElement.placeholder === "Пишите"`)
	p.says(anna.Chat(), "Сделано")
	p.until(`document.querySelector(".out .quote")?.innerText.includes("Ответ по №214?")`)
	if reply := anna.Chat().Last().ReplyToMessage; reply == nil || reply.ID != asked {
		t.Errorf("the answer replies to %v, want %d", reply, asked)
	}
	p.until(fmt.Sprintf(`document.querySelector('.row[data-id="%d"] .muted') && document.querySelector('.row[data-id="%d"] .bell')`, silent, asked))
}

func TestPageGoesOnInTheSupergroup(t *testing.T) {
	s := sandbox.New(sandbox.Options{})
	olga := s.Person("Ольга", "ru")
	group := s.Group("Обращения", olga, s.Person("Пётр", "ru"))
	p := show(t, browser(t), serve(t, s, sandbox.Demo{Columns: []sandbox.Column{{ChatID: group.ID(), As: olga.ID()}}}).URL, 1600, 1000)
	p.says(group, "до")
	p.sees(group, "до")

	next := group.Migrate()
	p.sees(next, "Группа стала супергруппой")
	p.until(fmt.Sprintf(`document.querySelector(%q).hidden`, column(group)))
	p.says(next, "после")
	p.sees(next, "после")
	if got := next.Last(); got.Text != "после" || got.From.ID != olga.ID() {
		t.Errorf("the supergroup got %q from %d", got.Text, got.From.ID)
	}
}

func TestPagePlaysAnotherMemberOfAGroup(t *testing.T) {
	s := sandbox.New(sandbox.Options{})
	olga, pyotr := s.Person("Ольга", "ru"), s.Person("Пётр", "ru")
	group := s.Supergroup("Обращения", olga, pyotr)
	p := show(t, browser(t), serve(t, s, sandbox.Demo{Columns: []sandbox.Column{{ChatID: group.ID(), As: olga.ID()}}}).URL, 1600, 1000)
	p.says(group, "я Ольга")
	p.sees(group, "я Ольга")

	p.eval(fmt.Sprintf(`{ const select = document.querySelector('%s select'); select.value = "%d"; select.dispatchEvent(new Event("change")); }`, column(group), pyotr.ID()))
	p.until(fmt.Sprintf(`document.querySelector('%s .row:not(.out) .name')?.textContent === "Ольга"`, column(group)))
	p.says(group, "я Пётр")
	p.sees(group, "я Пётр")
	if got := group.Last().From.ID; got != pyotr.ID() {
		t.Errorf("written by %d, want %d", got, pyotr.ID())
	}
}

func TestPageOffersNewChatsAsTabs(t *testing.T) {
	s := sandbox.New(sandbox.Options{})
	olga := s.Person("Ольга", "ru")
	group := s.Supergroup("Первая", olga)
	p := show(t, browser(t), serve(t, s, sandbox.Demo{Columns: []sandbox.Column{{ChatID: group.ID(), As: olga.ID()}}}).URL, 1600, 1000)
	p.until(fmt.Sprintf(`document.querySelector(%q)`, column(group)))

	second := s.Supergroup("Вторая", olga)
	tab := fmt.Sprintf(`document.querySelector('[data-key="chat:%d"]')`, second.ID())
	p.until(tab + `?.textContent.includes("Вторая")`)
	olga.Say(second, "есть кто?")
	if p.eval(fmt.Sprintf(`document.querySelector(%q)`, column(second))) != nil {
		t.Error("a column opened by itself")
	}
	p.eval(tab + ".click()")
	p.sees(second, "есть кто?")
}

func TestPageOffersCommandsByKeyboard(t *testing.T) {
	s := sandbox.New(sandbox.Options{})
	olga := s.Person("Ольга", "ru")
	olga.Start("")
	b := runBot(t, s, scripted)
	commands := []models.BotCommand{{Command: "find", Description: "Найти"}, {Command: "queue", Description: "Очередь"}}
	if _, err := b.SetMyCommands(t.Context(), &bot.SetMyCommandsParams{Commands: commands}); err != nil {
		t.Fatal(err)
	}
	p := show(t, browser(t), serve(t, s, sandbox.Demo{}).URL, 1600, 1000)
	p.sees(olga.Chat(), "/start")

	p.do(chromedp.SendKeys("textarea", "/"))
	p.until(`document.querySelectorAll('.offers [role="option"]').length === 2`)
	p.do(chromedp.SendKeys("textarea", kb.ArrowDown+kb.ArrowDown+kb.Enter))
	p.sees(olga.Chat(), "/queue")
	p.do(chromedp.SendKeys("textarea", "две"+kb.Enter))
	p.sees(olga.Chat(), "две")
}
