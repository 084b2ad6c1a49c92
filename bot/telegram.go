package bot

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
	"github.com/rs/zerolog"

	"otklik/bot/texts"
	"otklik/storage"
)

// ErrToken says that Telegram does not know the bot's token, or that it is none.
var ErrToken = errors.New("telegram refuses the bot token")

// tokenShape is what any token looks like; nothing in it can change an address.
var tokenShape = regexp.MustCompile(`^[0-9]{1,19}:[^\s/?#%\\]+$`)

const (
	telegramURL = "https://api.telegram.org"
	pollTimeout = 50 * time.Second
	groupRate   = 20
)

// New makes a bot that works on a store. It calls nobody: Run does. A token
// that is none yields ErrToken.
func New(store *storage.Store, cfg Config, log zerolog.Logger) (*Bot, error) {
	cfg.Token = strings.TrimSpace(cfg.Token)
	if cfg.URL = strings.TrimRight(cfg.URL, "/"); cfg.URL == "" {
		cfg.URL = telegramURL
	}
	if cfg.GroupRate <= 0 {
		cfg.GroupRate = groupRate
	}
	if cfg.PollTimeout <= 0 {
		cfg.PollTimeout = pollTimeout
	}
	if cfg.Language == "" {
		cfg.Language = texts.Languages[0]
	}
	if cfg.Observe == nil {
		cfg.Observe = nobody{}
	}
	words, err := texts.Load()
	if err != nil {
		return nil, err
	}
	b := &Bot{cfg: cfg, store: store, log: log, words: words}
	if err := b.openTransport(); err != nil {
		return nil, err
	}
	return b, nil
}

// Check asks Telegram once whose token this is and returns the bot's name,
// without @. The error is ErrToken when Telegram refuses it.
func Check(ctx context.Context, cfg Config) (string, error) {
	b, err := New(nil, cfg, zerolog.Nop())
	if err != nil {
		return "", err
	}
	err = b.whoami(ctx)
	return b.me.Username, err
}

// openTransport makes the client of the Bot API.
func (b *Bot) openTransport() error {
	if !tokenShape.MatchString(b.cfg.Token) {
		return fmt.Errorf("%w: it does not look like digits:letters", ErrToken)
	}
	if u, err := url.Parse(b.cfg.URL); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return errors.New("the address of the Bot API server is not http or https")
	}
	client, err := newWire(b.cfg)
	if err != nil {
		return err
	}
	api, err := tg.New(b.cfg.Token, tg.WithSkipGetMe(), tg.WithServerURL(b.cfg.URL), tg.WithHTTPClient(b.cfg.PollTimeout, client),
		tg.WithErrorsHandler(func(err error) { b.log.Debug().Str("error", b.redact(err.Error())).Msg("library") }),
		tg.WithDefaultHandler(func(context.Context, *tg.Bot, *models.Update) {}))
	if err != nil {
		return fmt.Errorf("open the Bot API: %s", b.redact(err.Error()))
	}
	b.api = api
	b.transport = transport{
		client: client, handler: b.handle, renderer: b.render,
		limits: newLimits(b.cfg.GroupRate), outlets: map[int64]*outlet{}, digestAfter: digestLines, fatal: make(chan error, 1),
	}
	b.presses.begin()
	return nil
}

// whoami asks Telegram whose token this is.
func (b *Bot) whoami(ctx context.Context) error {
	return b.call(ctx, "getMe", func(ctx context.Context) error {
		me, err := b.api.GetMe(ctx)
		if err == nil {
			b.me = *me
		}
		return err
	})
}

// connect waits until Telegram is in reach and knows the token. The error is
// ErrToken or the context's.
func (b *Bot) connect(ctx context.Context) error {
	for pause := time.Second; ; pause = min(2*pause, time.Minute) {
		err := b.whoami(ctx)
		if err == nil {
			b.health.connected()
			b.log.Info().Str("username", b.me.Username).Msg("telegram knows the bot")
			return nil
		}
		if errors.Is(err, ErrToken) || ctx.Err() != nil {
			return err
		}
		b.health.troubled(err)
		b.log.Warn().Err(err).Dur("pause", pause).Msg("telegram is out of reach")
		if !rest(ctx, pause) {
			return ctx.Err()
		}
	}
}

// callTime is how long a call may take that carries no file.
const callTime = 20 * time.Second

// call makes one call of the Bot API under its own deadline and counts it. Any
// error is a *failure; ErrToken is found in it when Telegram refuses the token.
func (b *Bot) call(ctx context.Context, method string, do func(context.Context) error) error {
	return b.callFor(ctx, callTime, method, do)
}

func (b *Bot) callFor(ctx context.Context, limit time.Duration, method string, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err := do(ctx)
	if err == nil {
		b.cfg.Observe.Call(method, "ok")
		return nil
	}
	f := classify(err)
	f.method, f.text = method, b.redact(err.Error())
	b.cfg.Observe.Call(method, f.label())
	if f.kind == flooded {
		b.cfg.Observe.Flood(f.wait)
	}
	return f
}

// longest is how much of an error's text is kept: a gateway may answer a page.
const longest = 300

// redact takes the token's secret out of a text and cuts it.
func (b *Bot) redact(text string) string {
	_, secret, _ := strings.Cut(b.cfg.Token, ":")
	text = strings.ReplaceAll(text, secret, "***")
	if r := []rune(text); len(r) > longest {
		text = string(r[:longest]) + "…"
	}
	return text
}

// nobody observes nothing.
type nobody struct{}

func (nobody) Call(string, string) {}
func (nobody) Flood(time.Duration) {}

// rest waits; false means that the context ended first.
func rest(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
