package sandbox

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/go-telegram/bot/models"
)

// Press is one press of a button that waits for its answer.
type Press struct {
	s      *Server
	person *Person
	chat   int64
	id     string
	at     time.Time

	// under the server's mu
	answer   Answer
	answered bool
}

// Answer is the toast, or the alert, that the person saw.
type Answer struct {
	Text  string
	Alert bool
	URL   string
}

// Press sends a callback as the person, also one whose button is gone or never
// was: a bot must survive that. A deleted message arrives as inaccessible.
func (p *Person) Press(m Message, data string) *Press {
	return must(p.press(m.Chat.ID, m.ID, data))
}

// PressButton presses the button whose label contains a piece, as the message
// stands now.
func (p *Person) PressButton(m Message, label string) *Press {
	p.s.mu.Lock()
	c := p.s.chats[m.Chat.ID]
	var now *stored
	if c != nil {
		now = c.find(m.ID)
	}
	var b models.InlineKeyboardButton
	ok := false
	if now != nil {
		b, ok = Message{now.Message}.Button(label)
	}
	p.s.mu.Unlock()
	if !ok || b.CallbackData == "" {
		panic(fmt.Sprintf("sandbox: message %d has no button %q to press", m.ID, label))
	}
	return p.Press(m, b.CallbackData)
}

func (p *Person) press(chat int64, id int, data string) (*Press, error) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	c := p.s.chats[chat]
	if c == nil {
		return nil, errors.New("there is no such chat")
	}
	if err := p.mayWrite(c, false); err != nil && c.migratedTo == 0 && !c.channel() {
		return nil, err
	}
	p.s.lastPress++
	x := &Press{s: p.s, person: p, chat: chat, id: strconv.FormatInt(4_300_000_000_000+p.s.lastPress, 10), at: p.s.now()}
	maps.DeleteFunc(p.s.presses, func(_ string, old *Press) bool { return p.s.now().Sub(old.at) >= pressLife })
	p.s.presses[x.id] = x
	query := &models.CallbackQuery{ID: x.id, From: p.user, ChatInstance: strconv.FormatInt(chat*31, 10), Data: data}
	if m := c.find(id); m != nil {
		snapshot := m.Message
		query.Message = models.MaybeInaccessibleMessage{Type: models.MaybeInaccessibleMessageTypeMessage, Message: &snapshot}
	} else {
		query.Message = models.MaybeInaccessibleMessage{
			Type:                models.MaybeInaccessibleMessageTypeInaccessibleMessage,
			InaccessibleMessage: &models.InaccessibleMessage{Chat: c.chat, MessageID: id},
		}
	}
	p.s.push("callback_query", p.user.ID, &models.Update{CallbackQuery: query})
	return x, nil
}

// ID is the callback query's id.
func (x *Press) ID() string { return x.id }

// Answered is the answer so far; not ok while there is none.
func (x *Press) Answered() (Answer, bool) {
	x.s.mu.Lock()
	defer x.s.mu.Unlock()
	return x.answer, x.answered
}

// Wait waits for the bot's answer. The error is the context's.
func (x *Press) Wait(ctx context.Context) (Answer, error) {
	err := x.s.Wait(ctx, func() bool { _, ok := x.Answered(); return ok })
	a, _ := x.Answered()
	return a, err
}

const maxToast = 200

func (s *Server) answerCallbackQuery(q *request) (any, error) {
	x := s.presses[q.params["callback_query_id"]]
	if x == nil || x.answered || s.now().Sub(x.at) >= pressLife {
		return nil, bad("query is too old and response timeout expired or query ID is invalid")
	}
	text := q.params["text"]
	if utf8.RuneCountInString(text) > maxToast {
		return nil, bad("MESSAGE_TOO_LONG")
	}
	x.answer = Answer{Text: text, Alert: q.bool("show_alert"), URL: q.params["url"]}
	x.answered = true
	s.show(event{Type: "answer", ChatID: x.chat, As: x.person.user.ID, Text: text, Alert: x.answer.Alert})
	return true, nil
}
