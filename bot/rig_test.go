package bot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-telegram/bot/models"
	"github.com/rs/zerolog"

	"otklik/bot/sandbox"
	"otklik/storage"
)

// rig is a bot's transport between a real database and the sandbox. What it
// says and what it does with updates is the test's; all else is the product.
type rig struct {
	t     *testing.T
	tg    *sandbox.Server
	store *storage.Store
	path  string
	logs  *logs
	cfg   Config
	bot   *Bot
	end   func() error // ends a running bot and returns what Run said

	admin, official *sandbox.Person
	chat            *sandbox.Chat // of the region's administrators
	region, topic   int64
	group, private  int64 // our ids of the two chats
	person          int64
	posts           int

	digestAfter int
	handle      func(context.Context, *models.Update) error
	render      func(context.Context, storage.Message) (rendered, error)
}

// logs collects what is logged.
type logs struct {
	mu sync.Mutex
	bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Buffer.Write(p)
}

func (l *logs) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.String()
}

func ok[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// inBubble runs a test with fake time.
func inBubble(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, test)
}

func newRig(t *testing.T, opt sandbox.Options, group func(*sandbox.Server, ...*sandbox.Person) *sandbox.Chat) *rig {
	t.Helper()
	r := &rig{t: t, tg: sandbox.New(opt), logs: &logs{}, digestAfter: digestLines, path: filepath.Join(t.TempDir(), "otklik.db")}
	r.handle = func(context.Context, *models.Update) error { return nil }
	r.render = r.number
	r.open()
	t.Cleanup(func() {
		if r.end != nil {
			if err := r.stop(); err != nil {
				t.Errorf("the bot ended with %v", err)
			}
		}
		r.tg.Close()
		if err := r.store.Close(); err != nil {
			t.Error(err)
		}
		r.checkLogs()
	})
	r.admin, r.official = r.tg.Person("Анна Админова", "ru"), r.tg.Person("Олег Исполнителев", "ru")
	r.chat = group(r.tg, r.admin)
	r.chat.AddBot(r.admin)
	r.official.Start("")
	r.cfg = Config{Token: sandbox.DefaultToken, Owners: []int64{r.admin.ID()}, URL: sandbox.URL, Client: r.tg.Client(), Language: "ru", Probe: true}
	r.furnish()
	return r
}

func basicGroup(s *sandbox.Server, p ...*sandbox.Person) *sandbox.Chat {
	return s.Group("Регион", p...)
}
func supergroup(s *sandbox.Server, p ...*sandbox.Person) *sandbox.Chat {
	return s.Supergroup("Регион", p...)
}

func (r *rig) open() { r.store = ok(storage.Open(context.Background(), r.path)) }

// furnish makes a region with its group, and an official's private chat.
func (r *rig) furnish() {
	ctx := context.Background()
	by := storage.Actor{Kind: storage.System}
	r.region = ok(r.store.CreateRegion(ctx, by, "Заречье", "UTC", "ru", []storage.NewTopic{{Code: "roads", Name: "Дороги", Importance: storage.Normal}}))
	r.topic = ok(r.store.Topics(ctx, r.region))[0].ID
	c := ok(r.store.MeetChat(ctx, r.chat.ID(), storage.ChatKind(r.chat.Info().Type), "Регион", int64(r.chat.Last().ID)))
	r.group = c.ID
	if err := r.store.BindGroup(ctx, by, r.region, c.ID, false); err != nil {
		r.t.Fatal(err)
	}
	r.private = ok(r.store.MeetChat(ctx, r.official.ID(), storage.Private, r.official.Name(), 1)).ID
	r.person = ok(r.store.MeetPerson(ctx, r.official.ID(), r.official.Name(), "ru", r.private)).ID
}

// number is the words of the tests: the incident's number and state, or the
// code of a notice.
func (r *rig) number(ctx context.Context, m storage.Message) (rendered, error) {
	switch m.Kind {
	case storage.DigestMessage:
		lines, err := r.store.Digest(ctx, m.ID)
		var b strings.Builder
		for _, id := range lines {
			fmt.Fprintf(&b, "№%d.\n", id)
		}
		return rendered{text: b.String()}, err
	case storage.NoticeMessage:
		n, err := noticeOf(m)
		return rendered{text: n.Code}, err
	}
	i, err := r.store.Incident(ctx, m.Incident)
	if err != nil {
		return rendered{}, err
	}
	if m.State == storage.Retired {
		return rendered{text: fmt.Sprintf("№%d. старое", i.ID)}, nil
	}
	return rendered{text: fmt.Sprintf("№%d. %s", i.ID, i.State), buttons: [][]button{{{text: "Ещё", data: data("menu", i.ID)}}}}, nil
}

// start runs a bot.
func (r *rig) start() {
	r.t.Helper()
	b := ok(New(r.store, r.cfg, zerolog.New(r.logs).Level(zerolog.TraceLevel)))
	b.handler, b.renderer, b.digestAfter = r.handle, r.render, r.digestAfter
	r.bot = b
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	r.end = func() error {
		cancel()
		return <-done
	}
}

func (r *rig) stop() error {
	err := r.end()
	r.end = nil
	return err
}

// kill ends the bot as if the process had died now: nothing that it does from
// here on reaches the database.
func (r *rig) kill() {
	if err := r.store.Close(); err != nil {
		r.t.Error(err)
	}
	if err := r.stop(); err != nil {
		r.t.Errorf("the bot ended with %v", err)
	}
	r.open()
}

// post registers new incidents, whose cards then wait for the group.
func (r *rig) post(n int) (incidents []int64) {
	r.t.Helper()
	var found []storage.Found
	for range n {
		r.posts++
		found = append(found, storage.Found{
			Post:    storage.Post{Network: "vk", Kind: "post", ExternalID: fmt.Sprint(r.posts), Text: "Яма"},
			Matches: []storage.Match{{Region: r.region, Topic: r.topic, Importance: storage.Normal}},
		})
	}
	for _, s := range ok(r.store.SavePosts(context.Background(), nil, found)) {
		incidents = append(incidents, s.Incidents...)
	}
	return incidents
}

// tell puts a notice into a chat's queue.
func (r *rig) tell(chat int64, code string) {
	r.t.Helper()
	ok(r.store.Say(context.Background(), storage.Saying{Chat: chat, Kind: storage.NoticeMessage, Payload: storage.Notice{Code: code}, Priority: storage.First}))
}

// texts are what the bot wrote in a chat, as it stands.
func texted(c *sandbox.Chat) []string {
	var list []string
	for _, m := range c.FromBot() {
		list = append(list, m.Content())
	}
	return list
}

// checkLogs fails when a log holds the token, or what somebody said.
func (r *rig) checkLogs() {
	for _, secret := range []string{r.cfg.Token, strings.SplitN(r.cfg.Token, ":", 2)[1] + `"`, "СЕКРЕТ"} {
		if strings.Contains(r.logs.text(), secret) {
			r.t.Errorf("the log holds %q:\n%s", secret, r.logs.text())
		}
	}
	if r.t.Failed() {
		r.t.Log(r.logs.text())
	}
}

// later lets fake time pass and all that is due happen.
func later(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// restore puts a copy of the database into its place, as from a backup.
func (r *rig) restore() {
	if err := r.store.Close(); err != nil {
		r.t.Fatal(err)
	}
	data := ok(os.ReadFile(r.path))
	if err := errors.Join(os.Remove(r.path), os.Remove(r.path+".epoch"), os.WriteFile(r.path, data, 0o600)); err != nil {
		r.t.Fatal(err)
	}
	r.open()
	if !r.store.Held() {
		r.t.Fatal("a copy is not held")
	}
}

// pixel is a picture that Telegram takes.
func pixel() []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 40, 30))); err != nil {
		panic(err)
	}
	return b.Bytes()
}
