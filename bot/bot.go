// Package bot is the conversation: it takes what people do in Telegram from a
// durable inbox, turns each press, command and message into one call of the
// workflow, and delivers what the outbox holds. One action, one file; every
// word said to a person stands in texts.
package bot

import (
	"context"
	"fmt"
	"net/http"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
	"github.com/rs/zerolog"

	"otklik/bot/texts"
	"otklik/storage"
)

// Config is what the conversation needs to know.
type Config struct {
	Token       string        // digits:anything
	Owners      []int64       // Telegram ids of the installation's owners
	URL         string        // of the Bot API server; "" for Telegram's own
	Proxy       string        // http, https or socks5 address of a proxy for a client of our own; "" for none
	Client      *http.Client  // nil for one of our own
	Language    string        // of strangers and new regions: "ru" or "en"
	GroupRate   int           // calls a group bears in 60.5 seconds; 0 means 20
	Hold        time.Duration // between «Опубликовать» and the publication
	Probe       bool          // ask a supergroup whether a lost message arrived
	PollTimeout time.Duration // of a long poll; 0 means 50 s
	Observe     Observer      // nil: nobody counts
}

// Observer is told what the bot does, for metrics.
type Observer interface {
	// Call tells one call of the Bot API: its method and "ok", "network" or the
	// error's code.
	Call(method, code string)
	// Flood tells that Telegram asked to wait.
	Flood(wait time.Duration)
}

// Bot is the conversation of one Telegram bot. Make it with New.
type Bot struct {
	cfg     Config
	store   *storage.Store
	api     *tg.Bot
	me      models.User
	log     zerolog.Logger
	words   *texts.Words
	bell    bell    // wakes keepMenus
	starts  starts  // who sent /start when
	members members // of public groups, lately
	transport
}

// toast is what a handler wants to be told to the person who pressed: a template
// of texts and its data. The zero value is an empty toast.
type toast struct {
	code  string
	data  storage.Params
	alert bool
}

// ask is what a person did: a press, a command or a message, with everything
// that its handler needs.
type ask struct {
	update   int64          // the update's id, for dedupe keys
	person   storage.Person // zero for an anonymous administrator
	chat     storage.Chat
	region   storage.Region // that the chat administers; zero elsewhere
	as       storage.Actor
	owner    bool
	language string
	telegram int64            // the message's id; for a press that of the message pressed
	message  storage.Message  // of ours, that was pressed or replied to; zero for none
	incident storage.Incident // that it is about; zero for none
	args     []string         // of a press
	text     string           // of a message; of a command without its name
	raw      *models.Message  // nil for a press
}

// reply says what came of what a person did, in the chat where he did it. An
// update has one reply: handled again, it may find another, which he must not
// read below the first.
func (b *Bot) reply(ctx context.Context, a ask, code string, data storage.Params) error {
	return b.say(ctx, a.chat.ID, b.key(a.update, "reply"), code, data)
}

// say puts a notice into the outbox under a dedupe key.
func (b *Bot) say(ctx context.Context, chat int64, dedupe, code string, data storage.Params) error {
	_, err := b.store.Say(ctx, storage.Saying{
		Chat: chat, Kind: storage.NoticeMessage, Payload: storage.Notice{Code: code, Params: data}, Dedupe: dedupe, Sound: true, Priority: storage.First,
	})
	return err
}

// key is a dedupe key for what an update leads to, so that handling it again
// says nothing twice. The ids of updates are each bot's own.
func (b *Bot) key(update int64, what string) string {
	return fmt.Sprintf("u%d:%d:%s", b.me.ID, update, what)
}
