package bot

import (
	"context"
	"sync"
	"time"
	"unicode/utf8"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
)

const (
	patience   = 700 * time.Millisecond // that a press may wait for its own answer
	pressLife  = 150 * time.Second      // after that Telegram takes no answer
	maxToast   = 200                    // characters
	answerTime = 10 * time.Second
)

// presses remembers which presses were answered. Answers pass by every queue:
// whoever pressed sees a spinning button until then.
type presses struct {
	mu      sync.Mutex
	open    map[string]*pressAnswer // by the query's id
	flights sync.WaitGroup          // answers under way, and toasts that wait
	calls   context.Context         // of every answer
	cancel  context.CancelFunc
}

func (p *presses) begin() {
	p.open = map[string]*pressAnswer{}
	p.calls, p.cancel = context.WithCancel(context.Background())
}

// pressAnswer is a press and whether somebody has taken it on to answer it.
type pressAnswer struct {
	at    time.Time
	taken bool
	late  *time.Timer // answers if nobody did; nil when it was too late from the start
}

// arrived notes a press; the second time changes nothing. If it is not
// answered soon, the person is told that it was accepted.
func (b *Bot) arrived(q *models.CallbackQuery, at time.Time) {
	p := &b.presses
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open[q.ID] != nil {
		return
	}
	for id, old := range p.open {
		if time.Since(old.at) > 2*pressLife {
			delete(p.open, id)
		}
	}
	press := &pressAnswer{at: at}
	p.open[q.ID] = press
	if time.Since(at) >= pressLife {
		press.taken = true
		return
	}
	id, language := q.ID, b.languageOf(&q.From)
	p.flights.Add(1)
	press.late = time.AfterFunc(patience-time.Since(at), func() {
		defer p.flights.Done()
		text, err := b.words.Plain(language, "toast_accepted", nil)
		if err != nil {
			b.log.Error().Err(err).Msg("word a toast")
		}
		if p.take(id, false) {
			b.sendAnswer(id, text, false)
		}
	})
}

// take makes the caller the one who answers; false means that somebody else is.
func (p *presses) take(id string, stop bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	press := p.open[id]
	if press == nil || press.taken {
		return false
	}
	press.taken = true
	if stop && press.late != nil && press.late.Stop() {
		p.flights.Done()
	}
	return true
}

// answer tells the person who pressed what came of it, unless he was told
// already. It does not wait for Telegram.
func (b *Bot) answer(query, text string, alert bool) {
	if !b.presses.take(query, true) {
		return
	}
	b.presses.flights.Go(func() { b.sendAnswer(query, text, alert) })
}

// sendAnswer answers a press. It can be said again freely, so an answer that
// may be lost is.
func (b *Bot) sendAnswer(query, text string, alert bool) {
	ctx, cancel := context.WithTimeout(b.presses.calls, answerTime)
	defer cancel()
	if utf8.RuneCountInString(text) > maxToast {
		text = string([]rune(text)[:maxToast-1]) + "…"
	}
	for pause := 250 * time.Millisecond; ; pause *= 2 {
		err := b.call(ctx, "answerCallbackQuery", func(ctx context.Context) error {
			_, err := b.api.AnswerCallbackQuery(ctx, &tg.AnswerCallbackQueryParams{CallbackQueryID: query, Text: text, ShowAlert: alert})
			return err
		})
		switch kindOf(err) {
		case unchanged, late:
			return
		case unsent, lost, gateway, down:
			if pause <= 2*time.Second && rest(ctx, pause) {
				continue
			}
		}
		b.log.Warn().Err(err).Msg("a press was not answered")
		return
	}
}

// finish answers what waits at once and waits for every answer under way.
func (p *presses) finish() {
	p.mu.Lock()
	for _, press := range p.open {
		if press.late != nil && !press.taken && press.late.Stop() {
			press.late.Reset(0)
		}
	}
	p.mu.Unlock()
	t := time.AfterFunc(answerGrace, p.cancel)
	p.flights.Wait()
	t.Stop()
	p.cancel()
}
