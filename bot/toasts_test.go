package bot

import (
	"context"
	"testing"
	"time"

	"github.com/go-telegram/bot/models"

	"otklik/bot/sandbox"
)

// pressable is a group with a card that can be pressed.
func pressable(t *testing.T, handle func(b *Bot, ctx context.Context, q *models.CallbackQuery) error) *rig {
	r := newRig(t, sandbox.Options{}, supergroup)
	r.handle = func(ctx context.Context, u *models.Update) error {
		if u.CallbackQuery == nil {
			return nil
		}
		return handle(r.bot, ctx, u.CallbackQuery)
	}
	r.post(1)
	r.start()
	later(2 * time.Second)
	return r
}

func TestAPressGetsItsOwnAnswerOnce(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := pressable(t, func(b *Bot, ctx context.Context, q *models.CallbackQuery) error {
			b.answer(q.ID, "№1 назначен", true)
			b.answer(q.ID, "ещё раз", false)
			return nil
		})
		p := r.admin.PressButton(r.chat.Last(), "Ещё")
		later(5 * time.Second)
		if a, done := p.Answered(); !done || a.Text != "№1 назначен" || !a.Alert {
			t.Errorf("%+v, %v", a, done)
		}
		if n := len(r.tg.CallsOf("answerCallbackQuery")); n != 1 {
			t.Errorf("%d answers", n)
		}
	})
}

func TestASlowPressIsAcceptedWithinASecondBesideEveryQueue(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := pressable(t, func(b *Bot, ctx context.Context, q *models.CallbackQuery) error {
			time.Sleep(5 * time.Second)
			b.answer(q.ID, "готово", false)
			return nil
		})
		var presses []*sandbox.Press
		for range 30 { // of one person: they wait for each other
			presses = append(presses, r.admin.PressButton(r.chat.Last(), "Ещё"))
		}
		later(999 * time.Millisecond)
		for i, p := range presses {
			if a, done := p.Answered(); !done || a.Text != "Принято" {
				t.Errorf("press %d: %+v, %v", i, a, done)
			}
		}
		later(3 * time.Minute)
		if n := len(r.tg.CallsOf("answerCallbackQuery")); n != 30 {
			t.Errorf("%d answers to 30 presses", n)
		}
	})
}

func TestAnAnswerThatWasLostIsGivenAgain(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := pressable(t, func(b *Bot, ctx context.Context, q *models.CallbackQuery) error {
			b.answer(q.ID, "готово", false)
			return nil
		})
		r.tg.AddFault(sandbox.Fault{Method: "answerCallbackQuery", Drop: true})
		r.tg.AddFault(sandbox.Fault{Method: "answerCallbackQuery", Lose: true})
		p := r.admin.PressButton(r.chat.Last(), "Ещё")
		later(2 * time.Second)
		if a, done := p.Answered(); !done || a.Text != "готово" {
			t.Errorf("%+v, %v", a, done)
		}
	})
}

func TestPressesOfTheTimeBeforeARestart(t *testing.T) {
	for _, c := range []struct {
		away time.Duration
		want int // answers
	}{{time.Minute, 1}, {3 * time.Minute, 0}} {
		inBubble(t, func(t *testing.T) {
			handled := 0
			r := pressable(t, func(b *Bot, ctx context.Context, q *models.CallbackQuery) error {
				handled++
				if handled == 1 {
					<-ctx.Done()
					return ctx.Err()
				}
				b.answer(q.ID, "готово", false)
				return nil
			})
			remove := r.tg.AddFault(sandbox.Fault{Method: "answerCallbackQuery", Count: -1, Drop: true})
			p := r.admin.PressButton(r.chat.Last(), "Ещё")
			later(100 * time.Millisecond)
			r.kill()
			remove()
			before := len(r.tg.CallsOf("answerCallbackQuery"))
			later(c.away)
			r.start()
			later(10 * time.Second)
			if _, done := p.Answered(); handled != 2 || len(r.tg.CallsOf("answerCallbackQuery"))-before != c.want || done != (c.want == 1) {
				t.Errorf("after %v: handled %d times, %d answers", c.away, handled, len(r.tg.CallsOf("answerCallbackQuery"))-before)
			}
		})
	}
}
