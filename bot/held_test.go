package bot

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/go-telegram/bot/models"

	"otklik/bot/sandbox"
	"otklik/storage"
)

func TestAnOwnerReleasesARestoredCopy(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sandbox.Options{}, supergroup)
		r.handle = func(ctx context.Context, u *models.Update) error { return r.bot.handle(ctx, u) }
		r.render = func(ctx context.Context, m storage.Message) (rendered, error) { return r.bot.render(ctx, m) }
		r.admin.Start("")
		ok(r.store.MeetChat(t.Context(), r.admin.ID(), storage.Private, r.admin.Name(), 1))
		r.post(2)
		r.restore()
		r.start()
		later(time.Minute)
		list := r.admin.Chat().FromBot()
		if len(list) != 1 || !strings.Contains(list[0].Content(), "восстановлена из старой копии") {
			t.Fatalf("the owner reads %q", texted(r.admin.Chat()))
		}
		r.admin.Say(r.admin.Chat(), "/status")
		later(10 * time.Second)
		list = r.admin.Chat().FromBot()
		if len(list) != 2 || !strings.Contains(list[1].Content(), "пока вы не подтвердите") {
			t.Fatalf("/status of a held database: %q", texted(r.admin.Chat()))
		}
		if n := len(texted(r.chat)); n != 0 {
			t.Errorf("%d messages went out although held", n)
		}
		x := r.admin.PressButton(list[0], "Отпустить")
		later(30 * time.Second)
		if a, answered := x.Answered(); !answered || !strings.Contains(a.Text, "Отпущено") {
			t.Errorf("toast %q", a.Text)
		}
		if r.store.Held() {
			t.Error("it is still held")
		}
		if n := len(texted(r.chat)); n != 2 {
			t.Errorf("%d cards went out after the release", n)
		}
		if m, _ := r.admin.Chat().Message(list[0].ID); !strings.Contains(m.Content(), "Отпущено") {
			t.Errorf("the notice says still %q", m.Content())
		}
	})
}
