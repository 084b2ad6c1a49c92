package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	telegram "otklik/bot/sandbox"
	network "otklik/monitor/sandbox"
	"otklik/storage"
)

// played is a demo that runs until the test ends.
type played struct {
	*demo
	*testing.T
	address string
}

// play starts a demo on a free port with a temporary database.
func play(t *testing.T, pace time.Duration) *played {
	t.Helper()
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	p := &played{T: t}
	ready, ended := make(chan struct{}), make(chan error, 1)
	ctx, stop := context.WithCancel(context.Background())
	go func() {
		ended <- runDemo(ctx, demoOptions{listen: "127.0.0.1:0", pace: pace, ready: func(d *demo, address string) {
			p.demo, p.address = d, address
			close(ready)
		}}, io.Discard)
	}()
	t.Cleanup(func() {
		stop()
		asked := time.Now()
		if err := <-ended; err != nil {
			t.Errorf("the demo ended with %v", err)
		}
		if took := time.Since(asked); took > 8*time.Second {
			t.Errorf("the demo took %v to end", took)
		}
		if left, err := filepath.Glob(filepath.Join(temporary, "otklik-demo-*")); err != nil || len(left) != 0 {
			t.Errorf("the demo leaves %v behind (%v)", left, err)
		}
	})
	select {
	case <-ready:
	case err := <-ended:
		ended <- err
		t.Fatalf("the demo does not start: %v", err)
	}
	return p
}

// until waits for something that people of the demo would see.
func (p *played) until(what string, condition func() bool) {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.Context(), 40*time.Second)
	defer cancel()
	for !condition() {
		select {
		case <-ctx.Done():
			p.Fatalf("never came: %s\nthe hint says: %+v\n%s", what, p.hint(p.Context(), "ru"), p.chats())
		case <-time.After(30 * time.Millisecond):
		}
	}
}

// chats are all chats as text, for a test that failed.
func (p *played) chats() string {
	var b strings.Builder
	for _, c := range p.world.columns() {
		chat := p.chat(c.ChatID)
		for _, m := range chat.Messages() {
			b.WriteString("— " + m.Content())
			for _, button := range m.Buttons() {
				b.WriteString(" [" + button.Text + "]")
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

// chat is a chat of the page, and who works in it.
func (p *played) chat(id int64) *telegram.Chat {
	if id == p.world.group.ID() {
		return p.world.group
	}
	return p.world.chat(id)
}

func (p *played) player(id int64) *telegram.Person {
	for _, c := range p.world.columns() {
		for _, person := range p.world.telegram.People() {
			if c.ChatID == id && c.As == person.ID() {
				return person
			}
		}
	}
	return nil
}

// cards are the cards in the group on which somebody can still decide.
func (p *played) cards() (list []telegram.Message) {
	for _, m := range p.world.group.Messages() {
		if labelOf(m, "assign:"+numberOf(m)) != "" {
			list = append(list, m)
		}
	}
	return list
}

// numberOf is the incident that a message's buttons are about.
func numberOf(m telegram.Message) string {
	for _, b := range m.Buttons() {
		if parts := strings.Split(b.CallbackData, ":"); len(parts) > 1 {
			return parts[1]
		}
	}
	return ""
}

// isKey tells whether a label is that of a key below a chat's input field.
func isKey(chat *telegram.Chat, label string) bool {
	keys, _ := chat.Keyboard()
	return keys != nil && keys.Keyboard[0][0].Text == label
}

// follow does what the hint says once, and tells what it said.
func (p *played) follow() telegram.Hint {
	p.Helper()
	hint := p.hint(p.Context(), "ru")
	chat, person := p.chat(hint.ChatID), p.player(hint.ChatID)
	switch {
	case chat == nil:
		time.Sleep(100 * time.Millisecond)
	case isKey(chat, hint.Button):
		person.Say(chat, hint.Button)
	case hint.Button == "":
		person.Say(chat, "Здравствуйте! Яму засыпали сегодня, 23 ноября, асфальт положат до пятницы. Контроль за Минтрансом.")
		p.until("the hint after an answer was written", func() bool { return p.hint(p.Context(), "ru") != hint })
	default:
		messages := chat.Messages()
		for n := len(messages) - 1; n >= 0; n-- {
			if _, ok := messages[n].Button(hint.Button); ok {
				press := person.PressButton(messages[n], hint.Button)
				if _, err := press.Wait(p.Context()); err != nil {
					p.Fatal(err)
				}
				p.until("the hint after "+hint.Button, func() bool { return p.hint(p.Context(), "ru") != hint })
				return hint
			}
		}
		p.Fatalf("the hint names a button that is not there: %+v\n%s", hint, p.chats())
	}
	return hint
}

func TestDemoIsPlayedThroughByFollowingTheLineAboveTheChats(t *testing.T) {
	p := play(t, time.Hour)
	p.until("the first card", func() bool { return len(p.cards()) > 0 })
	time.Sleep(3 * time.Second) // more than a reading of the wall
	if n := len(p.cards()); n != 1 {
		t.Fatalf("the demo starts with %d new cards\n%s", n, p.chats())
	}
	first := p.world.wall.Posts()[len(p.world.wall.Posts())-1]
	var said []string
	for !p.spoken() {
		if said = append(said, p.follow().Text); len(said) > 400 {
			t.Fatalf("the line leads nowhere: %q", said[len(said)-5:])
		}
	}
	comments := first.Comments()
	if len(comments) != 1 || !comments[0].FromCommunity() || !strings.Contains(comments[0].Text(), "Яму засыпали") {
		t.Errorf("%d comments under the complaint; want the one answer", len(comments))
	}
	i, err := p.store.Incident(t.Context(), p.past+1)
	if err != nil || i.State != storage.Closed {
		t.Errorf("incident %d is %s (%v), want closed", i.ID, i.State, err)
	}
	p.until("the summary as a picture and as text", func() bool {
		picture, text := false, false
		for _, m := range p.world.staff.Chat().FromBot() {
			picture = picture || len(m.Photo) > 0
			text = text || strings.Contains(m.Text, "Поступило")
		}
		return picture && text
	})
}

// spoken tells whether the staff has asked for the summary.
func (p *played) spoken() bool {
	h := hinting{demo: p.demo}
	return h.spoke(p.world.staff)
}

func TestComplaintOfAPlayerBecomesACard(t *testing.T) {
	p := play(t, time.Hour)
	p.until("the first card", func() bool { return len(p.cards()) == 1 })
	p.world.wall.Post("Житель 1", "В Нагорном на улице Мира не горят фонари, темно, дети боятся идти из школы.", network.PostOptions{})
	p.until("the card of the player's complaint", func() bool { return len(p.cards()) == 2 })
	if text := p.cards()[1].Content(); !strings.Contains(text, "Мира") || !strings.Contains(text, "Нагорный") {
		t.Errorf("the card says %q", text)
	}
}

// TestEachNetworkIsAnsweredInPlace: what residents write under a post of the
// community, in a group and on X comes as cards, and each answer stands where
// its complaint does.
func TestEachNetworkIsAnsweredInPlace(t *testing.T) {
	p := play(t, time.Hour)
	p.until("the first card", func() bool { return len(p.cards()) == 1 })
	p.world.invitation.Comment("Житель 1", "Первое: в Нагорном на улице Мира не горят фонари, темно, дети боятся идти из школы")
	topic := p.world.okGroup.Topic("Житель 2", "Второе: Нагорный, Лесная, яма на дороге во всю ширину, каждый день пробивают колёса", network.OKTopicOptions{})
	post := p.world.x.Account("resident_3").Post("@"+demoAccount+" Третье: автобус из Нагорного опять не пришёл, стоим на остановке с семи утра", network.XPostOptions{})
	answers := map[string]func() bool{
		"Первое": func() bool {
			return slices.ContainsFunc(p.world.invitation.Comments(), func(c *network.Comment) bool { return c.FromCommunity() && strings.Contains(c.Text(), "Первое") })
		},
		"Второе": func() bool {
			return slices.ContainsFunc(topic.Comments(), func(c *network.OKComment) bool { return c.FromGroup() && strings.Contains(c.Text(), "Второе") })
		},
		"Третье": func() bool {
			return slices.ContainsFunc(post.Replies(), func(r *network.XPost) bool { return strings.Contains(r.Text(), "Третье") })
		},
	}
	for word, stands := range answers {
		p.until("the card of "+word, func() bool { return p.cardOf(word) != 0 })
		p.answer(p.cardOf(word), "Здравствуйте! "+word+": исправим до 28 ноября, бригада уже работает. Минтранс")
		p.until("the answer in place: "+word, stands)
	}
}

// cardOf is the incident whose card has a word, 0 for none.
func (p *played) cardOf(word string) int64 {
	for _, m := range p.cards() {
		if strings.Contains(m.Content(), word) {
			id, _ := strconv.ParseInt(numberOf(m), 10, 64)
			return id
		}
	}
	return 0
}

// answer lets the official of roads answer an incident.
func (p *played) answer(incident int64, text string) {
	p.Helper()
	o := p.seed.officials[demoTransport]
	by := storage.Actor{Kind: storage.AsOfficial, Person: o.Person}
	if _, err := p.store.Assign(p.Context(), p.seed.by(), incident, o.ID); err != nil {
		p.Fatal(err)
	}
	a, err := p.store.SaveDraft(p.Context(), by, incident, storage.DraftPart{Chat: o.Chat, Telegram: 2_000_000_000 + incident, Text: text})
	if err != nil {
		p.Fatal(err)
	}
	if _, err := p.store.Publish(p.Context(), by, incident, a.Version, 0); err != nil {
		p.Fatal(err)
	}
}

func TestDemoSpeaksTheLanguageOfThePage(t *testing.T) {
	p := play(t, time.Hour)
	p.until("the first card", func() bool { return len(p.cards()) == 1 })
	if err := p.speak(t.Context(), "en"); err != nil {
		t.Fatal(err)
	}
	p.until("the card in English", func() bool { return strings.Contains(p.cards()[0].Content(), "Roads") })
	if hint := p.hint(t.Context(), "en"); !strings.Contains(hint.Text, "Administrator") || hint.Button == "" {
		t.Errorf("the hint is %+v", hint)
	}
	if err := p.speak(t.Context(), "ru"); err != nil {
		t.Fatal(err)
	}
	p.until("the card in Russian", func() bool { return strings.Contains(p.cards()[0].Content(), "Дороги") })
}

func TestAnHourPassesForEverybody(t *testing.T) {
	p := play(t, time.Hour)
	p.until("the first card", func() bool { return len(p.cards()) == 1 })
	before := p.store.Now()
	if err := p.advance(t.Context(), time.Hour); err != nil {
		t.Fatal(err)
	}
	if passed := p.store.Now().Sub(before); passed < time.Hour {
		t.Errorf("%v passed", passed)
	}
	m := p.world.admin.Say(p.world.group, "Проверка часов")
	if at := time.Unix(int64(m.Date), 0); at.Sub(before) < time.Hour-time.Second {
		t.Errorf("Telegram's clock says %v, it was %v", at, before)
	}
}

func TestResidentsFallSilentWhileTenCardsAreUndecided(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := openDemoStore(t)
		d := &demo{store: store, world: newWorld(store), list: []complaint{{text: "первая"}, {text: "вторая"}}}
		defer d.world.telegram.Close()
		var err error
		if d.seed, err = sow(t.Context(), store, d.world); err != nil {
			t.Fatal(err)
		}
		var posts []storage.Found
		written := func() int { return len(d.world.wall.Posts()) - 1 + len(d.world.okGroup.Topics()) } // the invitation is nobody's
		for n := range mostUndecided {
			posts = append(posts, storage.Found{
				Post:    storage.Post{Network: "vk", Kind: "post", ExternalID: "-1_" + string(rune('a'+n)), Text: "яма", State: storage.Ready},
				Matches: []storage.Match{{Region: d.seed.region, Topic: d.seed.topics["roads"].ID, Importance: storage.Normal}},
			})
		}
		saved, err := store.SavePosts(t.Context(), nil, posts)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- d.writeAll(ctx, 25*time.Second) }()
		time.Sleep(5 * time.Minute)
		if n := written(); n != 0 {
			t.Errorf("%d posts came while ten cards were undecided", n)
		}
		if _, err := store.Dismiss(ctx, d.seed.by(), saved[0].Incidents[0], "no_facts", ""); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if n := written(); n < 2 {
			t.Errorf("%d posts came in a minute after a decision", n)
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func TestDemoHidesTheSettingsOfWhoeverStartsIt(t *testing.T) {
	t.Setenv("OTKLIK_X_TOKEN", "secret")
	t.Setenv("OTKLIK_VK_TOKEN", "own")
	restore, err := onlyThese(map[string]string{"OTKLIK_VK_TOKEN": "demo", "OTKLIK_VK_EVERY": "2s"})
	if err != nil {
		t.Fatal(err)
	}
	ours := func() map[string]string {
		found := map[string]string{}
		for _, line := range os.Environ() {
			if key, value, _ := strings.Cut(line, "="); strings.HasPrefix(key, "OTKLIK_") {
				found[key] = value
			}
		}
		return found
	}
	if diff := cmp.Diff(map[string]string{"OTKLIK_VK_TOKEN": "demo", "OTKLIK_VK_EVERY": "2s"}, ours()); diff != "" {
		t.Errorf("the demo sees (-want +got):\n%s", diff)
	}
	if err := restore(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"OTKLIK_VK_TOKEN": "own", "OTKLIK_X_TOKEN": "secret"}, ours()); diff != "" {
		t.Errorf("afterwards (-want +got):\n%s", diff)
	}
}

func TestDemoRefusesWhatItCannotHave(t *testing.T) {
	taken := filepath.Join(t.TempDir(), "taken.db")
	store, err := storage.Open(t.Context(), taken)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.CreateRegion(t.Context(), storage.Actor{Kind: storage.Owner}, "Своя", "UTC", "ru", nil); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	for name, opt := range map[string]demoOptions{
		"--listen":   {listen: "0.0.0.0:0"},
		"--database": {listen: "127.0.0.1:0", database: taken},
	} {
		err := runDemo(t.Context(), opt, io.Discard)
		var wrong wrongSetting
		if !errors.As(err, &wrong) || wrong.key != name {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheLineSpeaksBothLanguages(t *testing.T) {
	for code, text := range hintWords[0] {
		other := hintWords[1][code]
		if other == "" || strings.Count(other, "%") != strings.Count(text, "%") {
			t.Errorf("%s: %q and %q", code, text, other)
		}
	}
	if len(hintWords[0]) != len(hintWords[1]) {
		t.Errorf("%d sentences in Russian, %d in English", len(hintWords[0]), len(hintWords[1]))
	}
}
