package bot

import (
	"flag"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"otklik/bot/sandbox"
	"otklik/storage"
)

var update = flag.Bool("update", false, "write the golden files anew")

// office is a region at work: a real bot on a real database in a Telegram for
// one machine, with people who press its buttons.
type office struct {
	t        *testing.T
	telegram *sandbox.Server
	store    *storage.Store
	path     string
	bot      *Bot
	log      *logs
	admin    *sandbox.Person
	deputy   *sandbox.Person
	official *sandbox.Person
	group    *sandbox.Chat
	region   int64
	topic    int64
	role     int64
	posts    int
	end      func() // stops the bot
}

// inOffice runs a test in an office of a language, on fake time. Inside use
// o.t, whose context belongs to that time; the outer one does not.
func inOffice(t *testing.T, language string, test func(*office)) {
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, language)
		o.run()
		defer func() {
			o.end()
			if err := o.store.Close(); err != nil {
				t.Error(err)
			}
			o.telegram.Close()
			if t.Failed() {
				t.Log(o.log.text())
			}
		}()
		o.settle()
		test(o)
	})
}

func openOffice(t *testing.T, language string) *office {
	o := &office{t: t, telegram: sandbox.New(sandbox.Options{}), log: &logs{}}
	o.admin, o.deputy, o.official = o.telegram.Person("Пётр Петров", language), o.telegram.Person("Олег Сидоров", language), o.telegram.Person("Анна Иванова", language)
	o.group = o.telegram.Supergroup("Заречный край", o.admin, o.deputy)
	o.group.AddBot(o.admin)
	var err error
	o.path = filepath.Join(t.TempDir(), "otklik.db")
	if o.store, err = storage.Open(t.Context(), o.path); err != nil {
		t.Fatal(err)
	}
	o.newBot(language)
	o.region, o.topic = o.newRegion("Заречный край", language, o.group)
	o.official.Start("")
	o.role = o.join(o.official, o.region, "Минтранс")
	return o
}

func (o *office) newBot(language string) {
	o.t.Helper()
	cfg := Config{Token: o.telegram.Token(), URL: sandbox.URL, Client: o.telegram.Client(), Language: language, Hold: 20 * time.Second, PollTimeout: 30 * time.Second}
	var err error
	o.bot, err = New(o.store, cfg, zerolog.New(o.log))
	o.must(err)
	o.bot.me = o.telegram.Bot()
}

// run runs the bot, a new one where another ended, until end is called.
func (o *office) run() {
	o.t.Helper()
	if o.end != nil {
		o.newBot(o.bot.cfg.Language)
	}
	done := make(chan error, 1)
	ctx, stop := cancelable(o.t)
	b := o.bot
	go func() { done <- b.Run(ctx) }()
	o.end = func() {
		stop()
		if err := <-done; err != nil {
			o.t.Errorf("the bot ended: %v", err)
		}
	}
}

// newRegion makes a region whose administrators work in a group.
func (o *office) newRegion(name, language string, group *sandbox.Chat) (region, topic int64) {
	o.t.Helper()
	ctx, system := o.t.Context(), storage.Actor{Kind: storage.System}
	topics := []storage.NewTopic{{Code: "roads", Name: "Дороги", Importance: storage.Normal}, {Code: "zkh", Name: "ЖКХ", Importance: storage.Normal}}
	region, err := o.store.CreateRegion(ctx, system, name, "Asia/Yekaterinburg", language, topics)
	o.must(err)
	chat, err := o.store.MeetChat(ctx, group.ID(), storage.Supergroup, name, 0)
	o.must(err)
	o.must(o.store.BindGroup(ctx, system, region, chat.ID, false))
	list, err := o.store.Topics(ctx, region)
	o.must(err)
	return region, list[0].ID
}

// join makes a person an official.
func (o *office) join(p *sandbox.Person, region int64, body string) int64 {
	o.t.Helper()
	ctx := o.t.Context()
	chat, err := o.store.MeetChat(ctx, p.ID(), storage.Private, p.Name(), 0)
	o.must(err)
	person, err := o.store.MeetPerson(ctx, p.ID(), p.Name(), o.bot.cfg.Language, chat.ID)
	o.must(err)
	r, err := o.store.Region(ctx, region)
	o.must(err)
	token := fmt.Sprintf("token-%d", p.ID())
	o.must(o.store.CreateInvite(ctx, storage.Actor{Kind: storage.Administrator}, region, r.Chat, storage.OfficialRole, body, token))
	role, err := o.store.Join(ctx, token, person.ID)
	o.must(err)
	return role.ID
}

// complaint registers a post as an incident and waits for its card.
func (o *office) complaint(text string, more ...func(*storage.Found)) int64 {
	o.t.Helper()
	o.posts++
	found := storage.Found{
		Post: storage.Post{
			Network: "vk", Kind: "post", ExternalID: fmt.Sprintf("-1_%d", o.posts), URL: fmt.Sprintf("https://vk.com/wall-1_%d", o.posts),
			SourceName: "Подслушано Заречный", Text: text, State: storage.Ready, PublishedAt: o.store.Now(),
		},
		Matches: []storage.Match{{Region: o.region, Topic: o.topic, Importance: storage.Normal}},
	}
	for _, change := range more {
		change(&found)
	}
	saved, err := o.store.SavePosts(o.t.Context(), nil, []storage.Found{found})
	o.must(err)
	o.settle()
	return saved[0].Incidents[0]
}

// settle lets everybody finish what he does.
func (o *office) settle() {
	time.Sleep(3 * time.Second)
	synctest.Wait()
}

// show is the newest message in a chat that has all the pieces.
func (o *office) show(c *sandbox.Chat, pieces ...string) sandbox.Message {
	o.t.Helper()
	list := c.FromBot()
next:
	for n := len(list) - 1; n >= 0; n-- {
		for _, p := range pieces {
			if !strings.Contains(list[n].Content(), p) {
				continue next
			}
		}
		return list[n]
	}
	o.t.Fatalf("no message of the bot has %q:\n%s", pieces, o.transcript(c))
	return sandbox.Message{}
}

// absent fails when a message of the bot has a piece.
func (o *office) absent(c *sandbox.Chat, piece string) {
	o.t.Helper()
	for _, m := range c.FromBot() {
		if strings.Contains(m.Content(), piece) {
			o.t.Errorf("a message has %q:\n%s", piece, m.Content())
		}
	}
}

// press presses a button and waits for what comes of it; the result is the toast.
func (o *office) press(p *sandbox.Person, m sandbox.Message, label string) string {
	o.t.Helper()
	now := m
	for _, c := range []*sandbox.Chat{o.group, p.Chat()} {
		if x, ok := c.Message(m.ID); ok && c.ID() == m.Chat.ID {
			now = x
		}
	}
	if b, ok := now.Button(label); !ok || b.CallbackData == "" {
		o.t.Fatalf("message %d has no button %q:\n%s", m.ID, label, say(now))
	}
	return o.answerOf(p.PressButton(m, label))
}

func (o *office) answerOf(x *sandbox.Press) string {
	o.t.Helper()
	a, err := x.Wait(o.t.Context())
	o.must(err)
	o.settle()
	return a.Text
}

// card is the incident's card as it stands at the bottom of the group.
func (o *office) card(id int64) sandbox.Message {
	o.t.Helper()
	list := o.group.FromBot()
	for _, m := range slices.Backward(list) {
		// A card that names another one has the number within a line.
		if strings.Contains("\n"+m.Content(), fmt.Sprintf("\n№%d · ", id)) {
			return m
		}
	}
	o.t.Fatalf("no card of №%d:\n%s", id, o.transcript(o.group))
	return sandbox.Message{}
}

// item is the newest message about an incident in a private chat.
func (o *office) item(p *sandbox.Person, pieces ...string) sandbox.Message {
	o.t.Helper()
	return o.show(p.Chat(), pieces...)
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

// want fails unless the text has all pieces.
func (o *office) want(text string, pieces ...string) {
	o.t.Helper()
	for _, p := range pieces {
		if !strings.Contains(text, p) {
			o.t.Errorf("no %q in:\n%s", p, text)
		}
	}
}

func (o *office) transcript(c *sandbox.Chat) string {
	var b strings.Builder
	for _, m := range c.Messages() {
		fmt.Fprintf(&b, "--- %d\n%s\n", m.ID, say(m))
	}
	return b.String()
}

// say is a message with its buttons, as a person sees it.
func say(m sandbox.Message) string {
	text := m.Content()
	if m.ReplyMarkup == nil {
		return text
	}
	for _, row := range m.ReplyMarkup.InlineKeyboard {
		var labels []string
		for _, b := range row {
			labels = append(labels, "["+b.Text+"]")
		}
		text += "\n" + strings.Join(labels, " ")
	}
	return text
}
