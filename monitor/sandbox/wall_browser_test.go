package sandbox_test

import (
	"context"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"otklik/monitor/sandbox"
)

// tab is the wall page in a browser.
type tab struct {
	*testing.T
	ctx context.Context
	url string
}

// open shows the walls of networks in a browser of its own. Without one the test is skipped,
// except in CI, where the page must not go unlooked at.
func open(t *testing.T, query string, networks ...sandbox.Playable) tab {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("no chromium found, and CI must look at the page")
		}
		t.Skip("no chromium found: the page is not looked at")
	}
	server := httptest.NewServer(sandbox.NewWallPage(nil, networks...))
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()), chromedp.NoSandbox,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Env("TZ=UTC"), chromedp.WSURLReadTimeout(time.Minute))
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	p := tab{t, ctx, server.URL + "/wall/"}
	p.show(query)
	return p
}

func (p tab) show(query string) {
	p.Helper()
	if err := chromedp.Do(p.ctx, chromedp.EmulateViewport(380, 900), chromedp.Navigate(p.url+query)); err != nil {
		p.Fatalf("open the wall: %v", err)
	}
}

func (p tab) eval(expression string) any {
	p.Helper()
	value, err := chromedp.Run(p.ctx, chromedp.Evaluate[any](expression))
	if err != nil {
		p.Fatalf("%s: %v", expression, err)
	}
	return value
}

// until waits for an expression to become true.
func (p tab) until(expression string) {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, 15*time.Second)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool]("Boolean("+expression+")", chromedp.WithPollingInterval(40*time.Millisecond))); err != nil {
		p.Fatalf("never true: %s (%v); the page says %q", expression, err, p.eval(`document.body.innerText`))
	}
}

// write types into a box and sends it.
func (p tab) write(box, text string) {
	p.Helper()
	p.eval(`{ const box = document.querySelector("` + box + `"); box.value = ` + "`" + text + "`" + `; box.dispatchEvent(new Event("input")); box.form.requestSubmit(); 1 }`)
}

// picture keeps what the page looks like, for people to see with -artifacts.
func (p tab) picture(name string) {
	p.Helper()
	raw, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		p.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(p.ArtifactDir(), name+".png"), raw, 0o600); err != nil {
		p.Fatal(err)
	}
}

func TestWallPlaysResidents(t *testing.T) {
	v := sandbox.NewVK(sandbox.VKOptions{})
	w := v.Community("Подслушано · Заречный", "zarechny")
	v.Community("Нагорный онлайн", "nagorny")
	now := time.Now()
	w.Post("", "Задавайте вопросы на стене: ответит администрация.", sandbox.PostOptions{At: now.Add(-50 * time.Hour), Pinned: true})
	p := open(t, "?lang=ru", v)
	p.until(`document.title === "Подслушано · Заречный — стена"`)
	p.eval(`document.getElementById("resident").value = "2"; 1`)
	p.write("#text", "На улице Мира, 12 третий день нет <b>горячей</b> воды. Когда дадут? https://example.org/"+strings.Repeat("длинно", 20))
	p.until(`document.querySelectorAll(".post").length === 2 && document.getElementById("text").value === ""`)
	post := w.Posts()[1]
	if !strings.Contains(post.Text(), "<b>горячей</b>") {
		t.Errorf("the wall keeps %q", post.Text())
	}

	p.write(".post:nth-of-type(2) textarea", "И в 14 доме")
	p.until(`document.querySelectorAll(".comment").length === 1`)
	answer := post.Comments()[0].Reply("", "Здравствуйте, [id1|Мария]! Подачу восстановят сегодня до 20:00. Минстрой")
	p.until(`document.querySelector(".bubble.official .badge")?.textContent === "официальный ответ"`)
	p.eval(`document.querySelector(".post:nth-of-type(2) textarea").value = "недописано"; [...document.querySelectorAll(".thread .link")].at(-1).click(); 1`)
	p.until(`!document.querySelector(".post:nth-of-type(2) .chip").hidden`)
	answer.Reply("Житель 3", "Проверим вечером")
	p.until(`document.querySelectorAll(".thread .comment").length === 2 && document.querySelector(".post:nth-of-type(2) textarea").value === "недописано"`)
	p.write(".post:nth-of-type(2) textarea", "Не решено, воды всё ещё нет")
	p.until(`document.querySelectorAll(".thread .comment").length === 3`)
	all := post.Comments()
	if last := all[len(all)-1]; last.Text() != "Не решено, воды всё ещё нет" || !answer.FromCommunity() || last.FromCommunity() {
		t.Errorf("the last comment is %q", last.Text())
	}
	if p.eval(`document.querySelectorAll("b b").length + (document.documentElement.scrollWidth - document.documentElement.clientWidth)`) != 0.0 {
		t.Error("a text became marks, or the page is wider than its window")
	}
	p.picture("ru")
	post.CloseComments()
	p.until(`document.querySelector(".post:nth-of-type(2) .box").hidden`)
	post.Delete()
	p.until(`document.querySelectorAll(".post").length === 1`)

	post = w.Post("Житель 4", "Яма у школы", sandbox.PostOptions{Photos: 2, Videos: 1})
	post.Comment("Житель 1", "Стёрто").Delete()
	gone := post.Comment("Житель 1", "И это")
	gone.Reply("", "Отвечаем")
	gone.Delete()
	w.Post("Житель 5", "Смотрите", sandbox.PostOptions{Repost: post})
	p.show("?lang=en")
	p.until(`document.title.endsWith("wall") && document.querySelectorAll(".post").length === 3`)
	p.picture("en")
}
