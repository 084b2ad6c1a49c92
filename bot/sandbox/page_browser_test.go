package sandbox_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"otklik/bot/sandbox"
)

// chromium is the browser's path. Without one the test is skipped, except in
// CI, where the page must not go unlooked at.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("no chromium found, and CI must look at the page")
	}
	t.Skip("no chromium found: the page is not looked at")
	return ""
}

// browser starts one browser for a test and all its tabs.
func browser(t *testing.T) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium(t)),
		chromedp.UserDataDir(t.TempDir()),
		chromedp.NoSandbox,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("accept-lang", "ru"),
		chromedp.Env("TZ=UTC"),
		chromedp.WSURLReadTimeout(time.Minute),
	)
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start the browser: %v", err)
	}
	return ctx
}

// page is a tab that shows a sandbox of its own.
type page struct {
	*testing.T
	ctx context.Context

	mu       sync.Mutex
	troubles []string
}

// show opens the page of a server in a new tab of the given size. At the end
// the test fails if the console saw an error.
func show(t *testing.T, browser context.Context, address string, width, height int64) *page {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser)
	p := &page{T: t, ctx: ctx}
	messages := chromedp.Console(ctx)
	read := make(chan struct{})
	go func() {
		defer close(read)
		for m, err := range messages {
			if err != nil {
				return
			}
			p.note(m)
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-read
		for _, trouble := range p.troubles {
			t.Errorf("console: %s", trouble)
		}
	})
	p.do(chromedp.EmulateViewport(width, height), chromedp.Navigate(address))
	return p
}

func (p *page) note(m chromedp.ConsoleMessage) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if m.IsException() || m.Type == "error" || m.Type == "warning" {
		p.troubles = append(p.troubles, m.String()+" "+m.URL)
	}
}

// forgive forgets console errors that a test has caused on purpose.
func (p *page) forgive(piece string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var left []string
	for _, trouble := range p.troubles {
		if !strings.Contains(trouble, piece) {
			left = append(left, trouble)
		}
	}
	p.troubles = left
}

func (p *page) do(steps ...chromedp.Action[chromedp.Void]) {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, 30*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.Fatalf("drive the page: %v", err)
	}
}

// eval is the value of a JavaScript expression.
func (p *page) eval(expression string) any {
	p.Helper()
	value, err := chromedp.Run(p.ctx, chromedp.Evaluate[any](expression))
	if err != nil {
		p.Fatalf("%s: %v", expression, err)
	}
	return value
}

// until waits for a JavaScript expression to become true.
func (p *page) until(expression string) {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, 15*time.Second)
	defer cancel()
	_, err := chromedp.Run(ctx, chromedp.Poll[bool]("Boolean("+expression+")", chromedp.WithPollingInterval(40*time.Millisecond)))
	if err != nil {
		p.Fatalf("never came true: %s (%v)\nthe page says: %v", expression, err, p.eval("document.body.innerText"))
	}
}

// sees waits until a piece of text stands in the column of a chat.
func (p *page) sees(chat *sandbox.Chat, text string) {
	p.Helper()
	p.until(fmt.Sprintf(`document.querySelector(%q)?.querySelector(".list").innerText.includes(%q)`, column(chat), text))
}

// says types into a chat's field and presses Enter.
func (p *page) says(chat *sandbox.Chat, text string) {
	p.Helper()
	p.do(chromedp.SendKeys(column(chat)+" textarea", text+"\r"))
}

// presses clicks the newest thing that a selector finds in a chat's column and
// whose text contains a piece.
func (p *page) presses(chat *sandbox.Chat, selector, label string) {
	p.Helper()
	newest := fmt.Sprintf(`[...document.querySelector(%q)?.querySelectorAll(%q) ?? []].findLast((node) => node.textContent.includes(%q))`, column(chat), selector, label)
	p.until(newest + " !== undefined")
	p.eval(newest + ".click()")
}

func column(chat *sandbox.Chat) string { return fmt.Sprintf(`.column[data-chat="%d"]`, chat.ID()) }

// serve runs a sandbox and its page on a port of this machine.
func serve(t *testing.T, s *sandbox.Server, d sandbox.Demo) *httptest.Server {
	t.Helper()
	s.ServePage(d)
	web := httptest.NewServer(s)
	t.Cleanup(func() {
		web.CloseClientConnections()
		s.Close()
		web.Close()
	})
	return web
}

// runBot runs a bot of the real library against the sandbox until the test ends.
func runBot(t *testing.T, s *sandbox.Server, handle func(ctx context.Context, b *bot.Bot, u *models.Update)) *bot.Bot {
	t.Helper()
	b, err := bot.New(s.Token(), bot.WithServerURL("http://sandbox.localhost"), bot.WithHTTPClient(5*time.Second, s.Client()),
		bot.WithDefaultHandler(handle), bot.WithNotAsyncHandlers(),
		bot.WithErrorsHandler(func(err error) {
			if t.Context().Err() == nil {
				t.Errorf("bot: %v", err)
			}
		}))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.Start(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	return b
}
