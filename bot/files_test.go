package bot

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"otklik/bot/sandbox"
	"otklik/storage"
)

func TestFilesComeAfterTheirMessage(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sandbox.Options{}, supergroup)
		me := r.tg.Bot().ID
		photo := r.official.Say(r.official.Chat(), "", sandbox.Photo(pixel())).Photo[0].FileID
		letter := r.official.Say(r.official.Chat(), "", sandbox.Document("письмо.txt", []byte("да"))).Document.FileID
		r.render = func(context.Context, storage.Message) (rendered, error) {
			return rendered{text: "ответ", files: []storage.File{
				{ID: 1, Bot: me, Kind: "photo", Address: photo},
				{ID: 2, Bot: me, Kind: "photo", Address: letter, Name: "письмо.txt"}, // of another kind than it seemed
				{ID: 3, Bot: me + 1, Kind: "photo", Address: photo},
				{ID: 4, Bot: me, Kind: "document", Address: "СЕКРЕТ"},
			}}, nil
		}
		r.start()
		later(time.Second)
		r.tg.AddFault(sandbox.Fault{Method: "sendPhoto", Code: 429, Parameters: map[string]any{"retry_after": 3}})
		r.tell(r.private, "x")
		later(time.Minute)
		got := r.official.Chat().FromBot()
		if len(got) != 3 || got[0].Text != "ответ" || len(got[1].Photo) == 0 || got[2].Document == nil {
			t.Fatalf("%d messages: %q", len(got), texted(r.official.Chat()))
		}
		if data, name, found := r.tg.File(got[2].Document.FileID); !found || string(data) != "да" || name != "письмо.txt" {
			t.Errorf("%q %q", data, name)
		}
		if n := strings.Count(r.logs.text(), "send a file"); n != 2 {
			t.Errorf("%d files are told to be left out", n)
		}
	})
}

// Files count against a group's limit when they are sent, and not when they
// began to wait for their turn.
func TestFilesStayBelowTheLimits(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sandbox.Options{Limits: sandbox.UsualLimits}, supergroup)
		me := r.tg.Bot().ID
		letter := r.official.Say(r.official.Chat(), "", sandbox.Document("письмо.txt", []byte("да"))).Document.FileID
		file := storage.File{ID: 1, Bot: me, Kind: "document", Address: letter}
		r.render = func(ctx context.Context, m storage.Message) (rendered, error) {
			said, err := r.number(ctx, m)
			if said.text == "с файлом" {
				said.files = []storage.File{file}
			}
			return said, err
		}
		r.start()
		later(2 * time.Minute)
		// The twentieth call is a message whose file must wait for a minute.
		r.tell(r.group, "без файла")
		for range 30 {
			r.tell(r.group, "с файлом")
		}
		later(10 * time.Minute)
		for _, c := range r.tg.Calls() {
			if c.Code == 429 {
				t.Fatalf("%s at %v: over the limit", c.Method, c.At)
			}
		}
		if n := len(r.tg.CallsOf("sendDocument")); n != 30 {
			t.Errorf("%d files", n)
		}
	})
}

func TestAPictureIsSentWholeAgainAfterAFailure(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sandbox.Options{}, supergroup)
		large := append(pixel(), make([]byte, 2<<20)...) // more than is buffered
		r.render = func(context.Context, storage.Message) (rendered, error) {
			return rendered{text: "сводка", file: large, name: "сводка.xlsx"}, nil
		}
		r.start()
		later(time.Second)
		r.tg.AddFault(sandbox.Fault{Method: "sendDocument", Code: 500})
		r.tell(r.private, "x")
		later(10 * time.Second)
		got := r.official.Chat().FromBot()
		if len(got) != 1 || got[0].Caption != "сводка" {
			t.Fatalf("%q", texted(r.official.Chat()))
		}
		if data, _, _ := r.tg.File(got[0].Document.FileID); !bytes.Equal(data, large) {
			t.Errorf("%d bytes came of %d", len(data), len(large))
		}
	})
}

func TestWhatIsTooLongIsCut(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sandbox.Options{}, supergroup)
		for _, c := range []rendered{
			{text: "<b>" + strings.Repeat("щ", 5000) + "</b>"},
			{text: strings.Repeat("&lt;", 1200), photo: pixel()},
		} {
			r.render = func(context.Context, storage.Message) (rendered, error) { return c, nil }
			r.start()
			r.tell(r.private, "x")
			later(5 * time.Second)
			if err := r.stop(); err != nil {
				t.Fatal(err)
			}
			limit := maxText
			if c.photo != nil {
				limit = maxCaption
			}
			if got := []rune(r.official.Chat().Last().Content()); len(got) != limit || got[limit-1] != '…' {
				t.Errorf("%d characters", len(got))
			}
		}
	})
}

func TestAMessageThatCannotBeWordedIsGivenUpAloud(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sandbox.Options{}, supergroup)
		tries := 0
		r.render = func(_ context.Context, m storage.Message) (rendered, error) {
			n := ok(noticeOf(m))
			switch n.Code {
			case "panic":
				panic("СЕКРЕТ")
			case "error":
				tries++
				return rendered{}, errors.New("no such template")
			case "nothing":
				return rendered{nothing: true}, nil
			}
			return rendered{text: n.Code}, nil
		}
		r.start()
		for _, code := range []string{"panic", "error", "nothing", "да"} {
			r.tell(r.private, code)
		}
		later(2 * time.Minute)
		if got := texted(r.official.Chat()); len(got) != 1 || got[0] != "да" || tries != maxRenders {
			t.Errorf("%q after %d tries", got, tries)
		}
		if n := strings.Count(r.logs.text(), "it cannot be worded"); n != 2 {
			t.Errorf("told %d times", n)
		}
		if lanes := ok(r.store.Lanes(t.Context())); len(lanes) != 0 {
			t.Errorf("%+v", lanes)
		}
	})
}
