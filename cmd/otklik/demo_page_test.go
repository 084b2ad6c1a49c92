package main

import (
	"bytes"
	"context"
	"flag"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

var picture = flag.String("picture", "", "write the picture of the README to this file")

// pictureWidth and pictureHeight are the README's picture in pixels.
const pictureWidth, pictureHeight = 1600, 940

// largestPicture is how many bytes the README's picture may have.
const largestPicture = 400 << 10

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

// tab is a browser that shows the demo.
type tab struct {
	*testing.T
	ctx context.Context

	mu       sync.Mutex
	troubles []string
}

// look opens an address in a new browser. At the end the test fails if the
// console saw an error.
func look(t *testing.T, address string) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium(t)), chromedp.UserDataDir(t.TempDir()), chromedp.NoSandbox,
		chromedp.Flag("disable-component-update", true), chromedp.Flag("accept-lang", "ru"), chromedp.WSURLReadTimeout(time.Minute))...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	b := &tab{T: t, ctx: ctx}
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start the browser: %v", err)
	}
	read := make(chan struct{})
	messages := chromedp.Console(ctx)
	go func() {
		defer close(read)
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.IsException() || m.Type == "error" || m.Type == "warning" {
				b.mu.Lock()
				b.troubles = append(b.troubles, m.String()+" "+m.URL)
				b.mu.Unlock()
			}
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-read
		for _, trouble := range b.troubles {
			t.Errorf("console: %s", trouble)
		}
	})
	b.do(chromedp.EmulateViewport(pictureWidth, pictureHeight), chromedp.Navigate(address))
	return b
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 30*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.Fatalf("drive the page: %v", err)
	}
}

// types presses keys in a field. A field that was drawn anew between being
// found and being focused is looked for again.
func (b *tab) types(field, keys string) {
	b.Helper()
	for try := 0; ; try++ {
		ctx, cancel := context.WithTimeout(b.ctx, 10*time.Second)
		err := chromedp.Do(ctx, chromedp.SendKeys(field, keys))
		cancel()
		switch {
		case err == nil:
			return
		case try == 5 || !strings.Contains(err.Error(), "not focusable"):
			b.Fatalf("type into %s: %v", field, err)
		}
	}
}

// eval is the value of a JavaScript expression.
func (b *tab) eval(expression string) any {
	b.Helper()
	value, err := chromedp.Run(b.ctx, chromedp.Evaluate[any](expression))
	if err != nil {
		b.Fatalf("%s: %v", expression, err)
	}
	return value
}

// until waits for a JavaScript expression to become true.
func (b *tab) until(expression string) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 40*time.Second)
	defer cancel()
	_, err := chromedp.Run(ctx, chromedp.Poll[bool]("Boolean("+expression+")", chromedp.WithPollingInterval(50*time.Millisecond)))
	if err != nil {
		b.Fatalf("never came true: %s (%v)\nthe page says: %v", expression, err, b.eval("document.body.innerText"))
	}
}

// wall is the document of the wall's frame.
const wall = `document.querySelector("iframe")?.contentDocument`

// complain writes on the wall as its first resident.
func (b *tab) complain(text string) {
	b.Helper()
	b.until(wall + `?.querySelector("#resident")?.options.length > 0`)
	b.eval(`(() => {
		const field = ` + wall + `.querySelector("#text");
		field.value = ` + quoted(text) + `;
		field.dispatchEvent(new Event("input", { bubbles: true }));
		` + wall + `.querySelector("#send").click();
	})()`)
	b.until(wall + `.querySelector("#posts").innerText.includes(` + quoted(text) + `)`)
}

// quoted is a text as JavaScript writes it.
func quoted(text string) string { return "`" + strings.ReplaceAll(text, "`", "") + "`" }

// line is what stands above the chats.
func (b *tab) line() string {
	text, _ := b.eval(`document.getElementById("hint").textContent`).(string)
	return text
}

// follow does once what the line above the chats says, by clicking and typing
// where the page glows.
func (b *tab) follow(answer string) string {
	b.Helper()
	// Read and pressed in one go: the line may change in between.
	done, _ := b.eval(`(() => {
		const line = document.getElementById("hint").textContent;
		const act = () => {
			const key = document.querySelector(".column button.glow");
			if (key) { key.click(); return "pressed"; }
			return line.includes("в поле") && document.querySelector(".column.glow textarea") ? "field" : "nothing";
		};
		return act() + "\n" + line;
	})()`).(string)
	did, before, _ := strings.Cut(done, "\n")
	switch did {
	case "pressed":
	case "field":
		b.types(".column.glow textarea", answer+"\r")
	default:
		time.Sleep(200 * time.Millisecond)
		return before
	}
	b.until(`document.getElementById("hint").textContent !== ` + quoted(before))
	return before
}

func TestDemoIsPlayedThroughOnItsPage(t *testing.T) {
	chromium(t)
	p := play(t, time.Hour)
	b := look(t, p.address)
	b.until(`document.querySelectorAll(".column").length === 5`)
	for turns := 0; !p.spoken(); turns++ {
		if said := b.follow("Здравствуйте! Яму засыпали сегодня, 23 ноября, асфальт положат до пятницы. Контроль за Минтрансом."); turns > 300 {
			t.Fatalf("the line leads nowhere: %q", said)
		}
	}
	b.until(`[...document.querySelectorAll(".column img")].some((image) => image.complete && image.naturalWidth > 300)`)
	b.until(`document.getElementById("hint").textContent.includes("на стене свою")`)
	const complaint = "Нагорный, Мира, 8: третий день нет отопления, в квартире 14 градусов, дети спят в куртках!"
	b.complain(complaint)
	for turns := 0; !strings.Contains(b.line(), "Закрыть"); turns++ {
		if said := b.follow("Здравствуйте! Сегодня до 20:00 заменим задвижку в подвале, тепло вернётся. За работами следит Минжкх."); turns > 300 {
			t.Fatalf("the line leads nowhere: %q", said)
		}
	}
	if answer := p.published(complaint); !strings.Contains(answer, "заменим задвижку") {
		t.Errorf("under the complaint stands %q", answer)
	}
	b.until(wall + `.querySelector("#posts").innerText.includes("заменим задвижку")`)
	p.write(p.list[4])
	p.until("the card of another complaint", func() bool { return len(p.cards()) == 1 })
	b.photograph()
}

// published is the community's answer under a post of the wall, "" for none.
func (p *played) published(text string) string {
	for _, post := range p.world.wall.Posts() {
		for _, c := range post.Comments() {
			if post.Text() == text && c.FromCommunity() {
				return c.Text()
			}
		}
	}
	return ""
}

// photograph writes the picture of the README if the command line asks for it.
func (b *tab) photograph() {
	b.Helper()
	if *picture == "" {
		return
	}
	time.Sleep(6 * time.Second) // toasts go, the new card's message comes to rest
	b.eval(`(() => {
		const lists = [...document.querySelectorAll(".column .list")];
		lists.at(-1).scrollTop -= 330; // the summary's picture stands above its text
	})()`)
	time.Sleep(time.Second)
	shot, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.Fatal(err)
	}
	shown, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		b.Fatal(err)
	}
	var small bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&small, coarser(shown)); err != nil {
		b.Fatal(err)
	}
	if small.Len() > largestPicture {
		b.Errorf("the picture has %d bytes, more than %d", small.Len(), largestPicture)
	}
	if err := os.WriteFile(*picture, small.Bytes(), 0o644); err != nil {
		b.Fatal(err)
	}
}

// coarser is a picture with 64 shades of each colour instead of 256, which
// nobody sees and which packs into less.
func coarser(from image.Image) image.Image {
	shade := func(v uint32) uint8 { return uint8(min((v>>8+2)/4*4, 255)) }
	to := image.NewNRGBA(from.Bounds())
	for y := to.Rect.Min.Y; y < to.Rect.Max.Y; y++ {
		for x := to.Rect.Min.X; x < to.Rect.Max.X; x++ {
			r, g, b, _ := from.At(x, y).RGBA()
			to.SetNRGBA(x, y, color.NRGBA{R: shade(r), G: shade(g), B: shade(b), A: 255})
		}
	}
	return to
}
