package bot

import (
	"context"
	"testing"
	"time"

	"github.com/go-telegram/bot/models"
	"github.com/google/go-cmp/cmp"

	"otklik/bot/sandbox"
)

func TestACleanStopFinishesWhatIsInHand(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sandbox.Options{}, supergroup)
		finished := false
		r.handle = func(ctx context.Context, u *models.Update) error {
			if u.Message == nil || u.Message.Text != "долго" {
				return nil
			}
			select {
			case <-time.After(3 * time.Second):
				finished = true
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		r.start()
		later(time.Second)
		r.official.Say(r.official.Chat(), "долго")
		r.tg.AddFault(sandbox.Fault{Method: "sendMessage", Delay: 4500 * time.Millisecond})
		r.tell(r.private, "x")
		later(100 * time.Millisecond)
		began := time.Now()
		if err := r.stop(); err != nil {
			t.Error(err)
		}
		if took := time.Since(began); !finished || took > 10*time.Second {
			t.Errorf("finished: %v, after %v", finished, took)
		}
		if n := len(ok(r.store.WaitingUpdates(t.Context(), r.tg.Bot().ID))); n != 0 {
			t.Errorf("%d updates wait", n)
		}
		lanes := ok(r.store.Lanes(t.Context()))
		if diff := cmp.Diff([]string{"x"}, texted(r.official.Chat())); diff != "" || len(lanes) != 0 {
			t.Errorf("%s, %+v", diff, lanes)
		}
	})
}

func TestAStopWaitsForNobodyTenSeconds(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sandbox.Options{}, supergroup)
		r.handle = func(ctx context.Context, u *models.Update) error {
			<-ctx.Done()
			return ctx.Err()
		}
		r.post(1)
		r.start()
		later(2 * time.Second)
		r.tg.AddFault(sandbox.Fault{Count: -1, Delay: time.Hour})
		r.official.Say(r.official.Chat(), "долго")
		r.admin.PressButton(r.chat.Last(), "Ещё")
		r.tell(r.private, "x")
		later(time.Second)
		began := time.Now()
		if err := r.stop(); err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took >= 10*time.Second {
			t.Errorf("the stop took %v", took)
		}
		if n := len(ok(r.store.WaitingUpdates(t.Context(), r.tg.Bot().ID))); n == 0 {
			t.Error("what was not finished was not kept")
		}
	})
}
