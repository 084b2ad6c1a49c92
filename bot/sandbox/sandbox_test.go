package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
	"github.com/google/go-cmp/cmp"
)

// world is a server with an administrator, an official who started the bot,
// and a supergroup with both and the bot.
type world struct {
	*Server
	admin, official *Person
	group           *Chat
}

func newWorld(opt Options) *world {
	s := New(opt)
	w := &world{Server: s, admin: s.Person("Анна Ким", "ru"), official: s.Person("Oleg", "en")}
	w.official.Start("")
	w.group = s.Supergroup("Регион", w.admin, w.official)
	w.group.AddBot(w.admin)
	return w
}

// reply is an answer of the Bot API.
type reply struct {
	OK          bool
	Result      json.RawMessage
	Code        int `json:"error_code"`
	Description string
	Parameters  map[string]any
	status      int
	header      http.Header
}

// call posts JSON parameters as any client would.
func (w *world) call(t *testing.T, method string, params any) reply {
	t.Helper()
	r, err := post(w.Server, method, params)
	if err != nil {
		t.Fatalf("%s: %v", method, err)
	}
	return r
}

func post(s *Server, method string, params any) (reply, error) {
	var r reply
	body, err := json.Marshal(params)
	if err != nil {
		return r, err
	}
	resp, err := s.Client().Post(URL+"/bot"+s.Token()+"/"+method, "application/json", bytes.NewReader(body))
	if err != nil {
		return r, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return r, err
	}
	r.status, r.header = resp.StatusCode, resp.Header
	return r, json.Unmarshal(data, &r)
}

// params is short for the parameters of a call.
type params = map[string]any

func picture(w, h int) []byte {
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, w, h))); err != nil {
		panic(err)
	}
	return out.Bytes()
}

func library(t *testing.T, url, token string, client *http.Client, opts ...bot.Option) *bot.Bot {
	t.Helper()
	opts = append([]bot.Option{
		bot.WithServerURL(url), bot.WithHTTPClient(30*time.Second, client),
		bot.WithNotAsyncHandlers(), bot.WithErrorsHandler(func(err error) { t.Log(err) }),
		bot.WithDefaultHandler(func(context.Context, *bot.Bot, *models.Update) {}),
	}, opts...)
	b, err := bot.New(token, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// converse lets a bot of the library work: it offers a button to who writes
// /start, toasts presses and changes the message.
func converse(t *testing.T, s *Server, url string, client *http.Client) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	b := library(t, url, s.Token(), client)
	b.RegisterHandler(bot.HandlerTypeMessageText, "/start", bot.MatchTypePrefix, func(ctx context.Context, b *bot.Bot, u *models.Update) {
		_, err := b.SendMessage(ctx, &bot.SendMessageParams{
			ChatID: u.Message.Chat.ID, Text: "<b>Привет 😀</b>", ParseMode: models.ParseModeHTML,
			ReplyMarkup: &models.InlineKeyboardMarkup{InlineKeyboard: [][]models.InlineKeyboardButton{{{Text: "Беру", CallbackData: "take"}}}},
		})
		if err != nil {
			t.Error(err)
		}
	})
	b.RegisterHandler(bot.HandlerTypeCallbackQueryData, "take", bot.MatchTypeExact, func(ctx context.Context, b *bot.Bot, u *models.Update) {
		q := u.CallbackQuery
		if _, err := b.AnswerCallbackQuery(ctx, &bot.AnswerCallbackQueryParams{CallbackQueryID: q.ID, Text: "Взято"}); err != nil {
			t.Error(err)
		}
		m := q.Message.Message
		if _, err := b.EditMessageText(context.WithoutCancel(ctx), &bot.EditMessageTextParams{ChatID: m.Chat.ID, MessageID: m.ID, Text: "В работе"}); err != nil {
			t.Error(err)
		}
	})
	var running sync.WaitGroup
	running.Go(func() { b.Start(ctx) })
	defer running.Wait()
	defer cancel()

	p := s.Person("Олег Ли", "ru")
	p.Start("x")
	must(0, s.Wait(ctx, func() bool { return len(p.Chat().FromBot()) == 1 }))
	m := p.Chat().Last()
	if diff := cmp.Diff([]models.MessageEntity{{Type: "bold", Offset: 0, Length: 9}}, m.Entities); diff != "" {
		t.Error(diff)
	}
	answer, err := p.PressButton(m, "Беру").Wait(ctx)
	if err != nil || answer.Text != "Взято" {
		t.Errorf("toast %q, %v", answer.Text, err)
	}
	must(0, s.Wait(ctx, func() bool { return p.Chat().Last().Text == "В работе" }))
	if got := p.Chat().Last(); len(got.Buttons()) != 0 || got.EditDate == 0 {
		t.Errorf("after the edit: %d buttons, edit date %d", len(got.Buttons()), got.EditDate)
	}
}

func TestLibraryOverSocket(t *testing.T) {
	s := New(Options{})
	web := httptest.NewServer(s)
	defer web.Close()
	converse(t, s, web.URL, web.Client())
}

func TestLibraryInBubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{})
		converse(t, s, URL, s.Client())
	})
}

// TestLongPollWaits: in the bubble a poll of 29 s takes 29 s of its clock, and
// an act a second later is answered at once.
func TestLongPollWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(Options{})
		w.call(t, "getUpdates", params{"offset": -1})
		w.call(t, "getUpdates", params{"offset": 1 << 40})
		began := time.Now()
		if r := w.call(t, "getUpdates", params{"timeout": 29}); string(r.Result) != "[]" || time.Since(began) != 29*time.Second {
			t.Errorf("an empty poll gave %s after %v", r.Result, time.Since(began))
		}
		began = time.Now()
		var acting sync.WaitGroup
		acting.Go(func() { time.Sleep(time.Second); w.official.Say(w.official.Chat(), "да") })
		r := w.call(t, "getUpdates", params{"timeout": 29})
		if !strings.Contains(string(r.Result), `"text":"да"`) || time.Since(began) != time.Second {
			t.Errorf("the poll gave %s after %v", r.Result, time.Since(began))
		}
		acting.Wait()
	})
}

func TestLibraryUploads(t *testing.T) {
	s := New(Options{})
	web := httptest.NewServer(s)
	defer web.Close()
	p := s.Person("Олег", "ru")
	p.Start("")
	ctx := t.Context()
	b := library(t, web.URL, s.Token(), web.Client())
	m, err := b.SendPhoto(ctx, &bot.SendPhotoParams{ChatID: p.ID(), Photo: &models.InputFileUpload{Filename: "a.png", Data: bytes.NewReader(picture(300, 200))}, Caption: "подпись"})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(m.Photo); n != 2 || m.Photo[0].Width != 90 || m.Photo[1].Width != 300 || m.Caption != "подпись" {
		t.Errorf("photo %+v, caption %q", m.Photo, m.Caption)
	}
	again, err := b.SendPhoto(ctx, &bot.SendPhotoParams{ChatID: p.ID(), Photo: &models.InputFileString{Data: m.Photo[1].FileID}})
	if err != nil || again.Photo[1].FileID != m.Photo[1].FileID {
		t.Errorf("by file_id: %v", err)
	}
	f, err := b.GetFile(ctx, &bot.GetFileParams{FileID: m.Photo[1].FileID})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := web.Client().Get(b.FileDownloadLink(f))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if data, _ := io.ReadAll(resp.Body); !bytes.Equal(data, picture(300, 200)) {
		t.Errorf("downloaded %d bytes, status %d", len(data), resp.StatusCode)
	}
	album, err := b.SendMediaGroup(ctx, &bot.SendMediaGroupParams{ChatID: p.ID(), Media: []models.InputMedia{
		&models.InputMediaPhoto{Media: "attach://one", MediaAttachment: bytes.NewReader(picture(20, 20)), Caption: "<i>два</i>", ParseMode: models.ParseModeHTML},
		&models.InputMediaPhoto{Media: m.Photo[1].FileID},
	}})
	if err != nil || len(album) != 2 || album[0].MediaGroupID == "" || album[0].MediaGroupID != album[1].MediaGroupID || album[0].Caption != "два" {
		t.Errorf("album %+v, %v", album, err)
	}
	d, err := b.SendDocument(ctx, &bot.SendDocumentParams{ChatID: p.ID(), Document: &models.InputFileUpload{Filename: "сводка.xlsx", Data: strings.NewReader("PK")}})
	if err != nil || d.Document.FileName != "сводка.xlsx" || d.Document.FileSize != 2 {
		t.Errorf("document %+v, %v", d, err)
	}
}

func TestLibraryErrors(t *testing.T) {
	s := New(Options{})
	p, q := s.Person("Олег", "ru"), s.Person("Ира", "ru")
	p.Start("")
	g := s.Group("Группа", p, q)
	g.AddBot(p)
	b := library(t, URL, s.Token(), s.Client())
	send := func(chat int64) error {
		_, err := b.SendMessage(t.Context(), &bot.SendMessageParams{ChatID: chat, Text: "x"})
		return err
	}
	if err := send(q.ID()); !errors.Is(err, bot.ErrorForbidden) || !strings.Contains(err.Error(), "can't initiate") {
		t.Errorf("a person who never started: %v", err)
	}
	p.Block()
	if err := send(p.ID()); !errors.Is(err, bot.ErrorForbidden) || !strings.Contains(err.Error(), "blocked") {
		t.Errorf("a person who blocked: %v", err)
	}
	to := g.Migrate()
	var moved *bot.MigrateError
	if err := send(g.ID()); !errors.As(err, &moved) || int64(moved.MigrateToChatID) != to.ID() {
		t.Errorf("a migrated group: %v", err)
	}
	if err := send(to.ID()); err != nil {
		t.Error(err)
	}
	s.AddFault(Fault{Method: "sendMessage", Code: 429, Description: "Too Many Requests: retry after 7", Parameters: map[string]any{"retry_after": 7}})
	var slow *bot.TooManyRequestsError
	if err := send(to.ID()); !errors.As(err, &slow) || slow.RetryAfter != 7 {
		t.Errorf("429: %v", err)
	}
	if _, err := b.SendMessage(t.Context(), &bot.SendMessageParams{ChatID: to.ID(), Text: "x", ReplyMarkup: models.InlineKeyboardMarkup{}}); err == nil || !strings.Contains(err.Error(), `field "inline_keyboard" must be of type Array`) {
		t.Errorf("an empty markup: %v", err)
	}
}
