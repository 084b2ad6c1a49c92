package bot

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-telegram/bot/models"
	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"

	"otklik/bot/sandbox"
	"otklik/storage"
)

// heardBy records what was handled, by chat.
type heardBy struct {
	mu   sync.Mutex
	said map[int64][]string
}

func (h *heardBy) handle(_ context.Context, u *models.Update) error {
	if u.Message == nil || u.Message.Text == "" {
		return nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.said[u.Message.Chat.ID] = append(h.said[u.Message.Chat.ID], u.Message.Text)
	return nil
}

func TestUpdatesKeepTheirOrderOverCrashes(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sandbox.Options{}, supergroup)
		h := &heardBy{said: map[int64][]string{}}
		r.handle = func(ctx context.Context, u *models.Update) error {
			time.Sleep(50 * time.Millisecond)
			return h.handle(ctx, u)
		}
		people := []*sandbox.Person{r.official, r.tg.Person("Вторая", "ru"), r.tg.Person("Третий", "ru")}
		var want []string
		for i := range 40 {
			want = append(want, fmt.Sprint(i))
			for _, p := range people {
				p.Say(p.Chat(), fmt.Sprint(i))
			}
		}
		for range 4 {
			r.start()
			later(777 * time.Millisecond)
			r.kill()
		}
		r.start()
		later(10 * time.Second)
		for _, p := range people {
			said := h.said[p.ID()]
			if p == r.official {
				said = said[1:] // its /start
			}
			// A crash between handling and noting it brings an update back, so one may come twice, but none out of order.
			if diff := cmp.Diff(want, once(said)); diff != "" {
				t.Errorf("%s: %s", p.Name(), diff)
			}
		}
		if r.tg.Pending() != 0 {
			t.Errorf("%d updates are not confirmed", r.tg.Pending())
		}
	})
}

// once drops repetitions that follow the first.
func once(list []string) (kept []string) {
	for _, s := range list {
		if len(kept) == 0 || kept[len(kept)-1] != s {
			kept = append(kept, s)
		}
	}
	return kept
}

func TestAnUpdateIsCommittedBeforeTelegramForgetsIt(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sandbox.Options{}, supergroup)
		h := &heardBy{said: map[int64][]string{}}
		r.handle = h.handle
		r.start()
		later(time.Second)
		// From here on nothing can be committed: nothing may be confirmed either.
		if err := r.store.Close(); err != nil {
			t.Fatal(err)
		}
		r.official.Say(r.official.Chat(), "ответ")
		later(5 * time.Minute)
		if r.tg.Pending() == 0 {
			t.Error("telegram forgot an update that was not stored")
		}
		if err := r.stop(); err != nil {
			t.Error(err)
		}
		r.open()
		r.start()
		later(time.Minute)
		if diff := cmp.Diff([]string{"/start", "ответ"}, h.said[r.official.ID()]); diff != "" {
			t.Error(diff)
		}
		if err := r.bot.Ready(); err != nil {
			t.Error(err)
		}
	})
}

func TestAnUpdateGivenTwiceIsHandledOnce(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sandbox.Options{}, supergroup)
		h := &heardBy{said: map[int64][]string{}}
		r.handle = func(ctx context.Context, u *models.Update) error {
			time.Sleep(time.Second) // the next arrive while one is in hand
			return h.handle(ctx, u)
		}
		r.start()
		later(2 * time.Second)
		r.official.Say(r.official.Chat(), "раз")
		later(100 * time.Millisecond)
		r.official.Say(r.official.Chat(), "и ещё")
		later(5 * time.Second)
		r.tg.RepeatUpdate(0)
		later(time.Minute)
		r.tg.SetNextUpdateID(7) // lower than any before, as after a week of silence
		r.official.Say(r.official.Chat(), "два")
		later(time.Minute)
		if diff := cmp.Diff([]string{"/start", "раз", "и ещё", "два"}, h.said[r.official.ID()]); diff != "" {
			t.Error(diff)
		}
	})
}

func TestASecondInstanceIsToldAndNotFought(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sandbox.Options{}, supergroup)
		r.start()
		later(time.Second)
		remove := r.tg.AddFault(sandbox.Fault{Method: "getUpdates", Code: 409, Count: -1, Description: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"})
		r.official.Say(r.official.Chat(), "разбудить")
		later(2 * time.Minute)
		if n := strings.Count(r.logs.text(), "another instance polls"); n < 2 || n > 5 {
			t.Errorf("told %d times in two minutes", n)
		}
		if r.bot.Ready() == nil {
			t.Error("ready although another instance takes the updates")
		}
		remove()
		later(time.Minute)
		if err := r.bot.Ready(); err != nil {
			t.Error(err)
		}
	})
}

func TestAWebhookIsRemovedAndItsUpdatesAreKept(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sandbox.Options{Webhook: &http.Client{Transport: deaf{}}}, supergroup)
		h := &heardBy{said: map[int64][]string{}}
		r.handle = h.handle
		resp := ok(r.tg.Client().Get(sandbox.URL + "/bot" + sandbox.DefaultToken + "/setWebhook?url=https://example.org/hook"))
		resp.Body.Close()
		r.official.Say(r.official.Chat(), "до")
		r.start()
		later(time.Minute)
		if diff := cmp.Diff([]string{"/start", "до"}, h.said[r.official.ID()]); diff != "" {
			t.Error(diff)
		}
	})
}

// deaf is a webhook's address that never answers.
type deaf struct{}

func (deaf) RoundTrip(*http.Request) (*http.Response, error) { return nil, errors.New("nobody there") }

func TestATokenThatTelegramRefusesEndsTheBot(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sandbox.Options{}, supergroup)
		for _, token := range []string{"", "слово", "12:", "1:a/b", "1:a b"} {
			r.cfg.Token = token
			if _, err := New(r.store, r.cfg, zerolog.Nop()); !errors.Is(err, ErrToken) {
				t.Errorf("token %q: %v", token, err)
			}
		}
		r.cfg.Token = " 7000000001:other\n"
		b := ok(New(r.store, r.cfg, zerolog.Nop()))
		if err := b.Run(t.Context()); !errors.Is(err, ErrToken) || strings.Contains(err.Error(), "other") {
			t.Errorf("run: %v", err)
		}
		if _, err := Check(t.Context(), r.cfg); !errors.Is(err, ErrToken) {
			t.Errorf("check: %v", err)
		}
		r.cfg.Token = sandbox.DefaultToken
		if name, err := Check(t.Context(), r.cfg); err != nil || name != r.tg.Bot().Username {
			t.Errorf("check: %q, %v", name, err)
		}
		r.start()
		later(time.Second)
		r.tg.AddFault(sandbox.Fault{Method: "sendMessage", Code: 401, Description: "Unauthorized"})
		r.tell(r.private, "x")
		later(time.Second)
		if err := r.stop(); !errors.Is(err, ErrToken) {
			t.Errorf("revoked while sending: %v", err)
		}
	})
}

func TestTelegramOutOfReachIsWaitedFor(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sandbox.Options{}, supergroup)
		r.tg.AddFault(sandbox.Fault{Method: "getMe", Count: 3, Drop: true})
		r.tg.AddFault(sandbox.Fault{Method: "getMe", Count: 2, HTML502: true})
		r.start()
		later(500 * time.Millisecond)
		if r.bot.Ready() == nil {
			t.Error("ready without telegram")
		}
		later(time.Minute)
		if err := r.bot.Ready(); err != nil {
			t.Error(err)
		}
	})
}

func TestAPanicAndAFailureAreTriedAgainAndGivenUpAtLast(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sandbox.Options{}, supergroup)
		tries := map[string]int{}
		r.handle = func(_ context.Context, u *models.Update) error {
			if u.Message == nil {
				return nil
			}
			tries[u.Message.Text]++
			switch u.Message.Text {
			case "СЕКРЕТ паника":
				panic(u.Message.Text)
			case "ошибка":
				if tries["ошибка"] < 3 {
					return errors.New("not yet")
				}
			}
			return nil
		}
		r.start()
		r.official.Say(r.official.Chat(), "СЕКРЕТ паника")
		r.official.Say(r.official.Chat(), "ошибка")
		r.official.Say(r.official.Chat(), "дальше")
		later(time.Minute)
		want := map[string]int{"/start": 1, "СЕКРЕТ паника": storage.MaxAttempts, "ошибка": 3, "дальше": 1}
		delete(tries, "")
		if diff := cmp.Diff(want, tries); diff != "" {
			t.Error(diff)
		}
		if n := len(ok(r.store.WaitingUpdates(t.Context(), r.tg.Bot().ID))); n != 0 {
			t.Errorf("%d updates wait", n)
		}
		if !strings.Contains(r.logs.text(), "update given up") {
			t.Error("nobody was told of the update given up")
		}
	})
}
