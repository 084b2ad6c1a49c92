package bot

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/go-telegram/bot/models"
	"github.com/google/go-cmp/cmp"

	"otklik/storage"
)

// saidThere is a message of a watched chat as it is handed over, and where it was said.
type saidThere struct {
	Address int64
	Name    string
	Kind    string
	storage.Heard
}

// Updates as Telegram words them become what monitor needs, or nothing: other
// bots, service messages and stickers are left out. The golden file is what
// monitor's own test reads.
func TestHeardGolden(t *testing.T) {
	raw, err := os.ReadFile("testdata/heard/updates.json")
	if err != nil {
		t.Fatal(err)
	}
	var updates []models.Update
	if err := json.Unmarshal(raw, &updates); err != nil {
		t.Fatal(err)
	}
	b := &Bot{me: models.User{ID: 7000000001, Username: "otklik_bot"}}
	var list []saidThere
	for i := range updates {
		u := &updates[i]
		m, edited := u.Message, false
		switch {
		case u.EditedMessage != nil:
			m, edited = u.EditedMessage, true
		case u.ChannelPost != nil:
			m = u.ChannelPost
		case u.EditedChannelPost != nil:
			m, edited = u.EditedChannelPost, true
		}
		h, ok := b.heardOf(m)
		if !ok {
			continue
		}
		h.Edited = edited
		list = append(list, saidThere{m.Chat.ID, m.Chat.Username, string(m.Chat.Type), h})
	}
	var got bytes.Buffer
	e := json.NewEncoder(&got)
	e.SetIndent("", "\t")
	if err := e.Encode(list); err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/heard/heard.json"
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("what is handed over (-want +got), -update writes it anew:\n%s", diff)
	}
}

// Whatever an update holds, it is read or left out.
func FuzzHeardOf(f *testing.F) {
	raw, err := os.ReadFile("testdata/heard/updates.json")
	if err != nil {
		f.Fatal(err)
	}
	var updates []json.RawMessage
	if err := json.Unmarshal(raw, &updates); err != nil {
		f.Fatal(err)
	}
	for _, u := range updates {
		f.Add([]byte(u))
	}
	b := &Bot{me: models.User{ID: 7000000001, Username: "otklik_bot"}}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var u models.Update
		if json.Unmarshal(raw, &u) != nil {
			return
		}
		for _, m := range []*models.Message{u.Message, u.EditedMessage, u.ChannelPost, u.EditedChannelPost} {
			if m == nil {
				continue
			}
			b.addressed(m)
			if h, ok := b.heardOf(m); ok && h.Text == "" && h.Photos+h.Videos == 0 {
				t.Errorf("%+v says nothing", h)
			}
		}
	})
}

// Only what a bot in privacy mode never gets shows that it is in none.
func TestOpenMessages(t *testing.T) {
	b := &Bot{me: models.User{ID: 7000000001, Username: "otklik_bot"}}
	for text, m := range map[string]models.Message{
		"a word":            {Text: "Во дворе яма"},
		"a command":         {Text: "/help"},
		"another's command": {Text: "/help@other_bot"},
		"a mention":         {Text: "эй, @Otklik_Bot, яма"},
		"a mention below":   {Caption: "@otklik_bot"},
		"a reply":           {Text: "да", ReplyToMessage: &models.Message{}},
		"through an inline": {Text: "x", ViaBot: &models.User{}},
	} {
		if got, want := b.open(&m), text == "a word"; got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}
