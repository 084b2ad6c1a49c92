package bot

import (
	"context"
	"errors"
	"fmt"
	"html"
	"regexp"
	"runtime/debug"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"otklik/storage"
)

const (
	maxText    = 4096 // characters
	maxCaption = 1024
)

// maxRenders is how often the wording of a message is tried.
const maxRenders = 5

// send takes a chat's next message and sends it; more says that it took one.
func (b *Bot) send(ctx context.Context, o *outlet, lane storage.Lane) (more bool, err error) {
	if err := b.gather(ctx, lane); err != nil {
		return false, err
	}
	out, err := b.store.TakeOutgoing(ctx, o.chat)
	if errors.Is(err, storage.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("take a message: %w", err)
	}
	o.edited = false
	// What becomes of it is noted even when the stop comes meanwhile.
	keep := context.WithoutCancel(ctx)
	if out.Message.State != storage.Live {
		return true, b.store.FailOutgoing(keep, out, "superseded")
	}
	r, err := b.word(ctx, out)
	if err != nil {
		return true, b.unworded(keep, out, err)
	}
	if r.nothing {
		return true, b.store.FailOutgoing(keep, out, "nothing")
	}
	id, err := b.post(ctx, lane, out, r)
	b.limits.note(o.chat, false)
	if err != nil {
		return true, b.notSent(keep, o, lane, out, err)
	}
	o.failures = 0
	if err := b.store.Sent(keep, out, b.me.ID, id); err != nil {
		return true, fmt.Errorf("note message %d as sent: %w", out.Message.ID, err)
	}
	b.sendFiles(ctx, lane, out, r.files)
	return true, b.opened(keep, lane)
}

// word renders a message; one that may stand in the chat already says so.
func (b *Bot) word(ctx context.Context, out storage.Outgoing) (rendered, error) {
	r, err := b.renderSafely(ctx, out.Message)
	if err != nil || r.nothing || !out.Repeated {
		return r, err
	}
	s, err := b.speakerFor(ctx, out.Message)
	if err != nil {
		return r, err
	}
	r.text = s.html("repeated", nil) + "\n" + r.text
	return r, s.err
}

// renderSafely renders a message; a panic is an error.
func (b *Bot) renderSafely(ctx context.Context, m storage.Message) (r rendered, err error) {
	defer func() {
		if p := recover(); p != nil {
			b.log.Error().Int64("message", m.ID).Str("kind", fmt.Sprintf("%T", p)).Bytes("stack", debug.Stack()).Msg("panic in a view")
			err = errors.New("panic in a view")
		}
	}()
	return b.renderer(ctx, m)
}

// unworded puts off a message that could not be worded, and gives it up at last.
func (b *Bot) unworded(ctx context.Context, out storage.Outgoing, err error) error {
	if out.Attempts < maxRenders {
		b.log.Warn().Err(err).Int64("message", out.Message.ID).Int("attempts", out.Attempts).Msg("word a message")
		return b.store.Later(ctx, out, b.store.Now().Add(time.Second<<out.Attempts), "render")
	}
	b.log.Error().Err(err).Int64("message", out.Message.ID).Msg("message given up: it cannot be worded")
	return b.store.FailOutgoing(ctx, out, "render")
}

// manner is how a message is sent after Telegram rejected something about it.
type manner struct {
	plain    bool // without markup
	short    bool // cut
	bare     bool // without buttons
	document bool // a picture as a file
	other    bool // edit the other of text and caption
}

// learn changes what was rejected; false means that nothing can be.
func (m *manner) learn(k kind) bool {
	before := *m
	switch k {
	case badMarkup:
		m.plain = true
	case tooLong:
		m.plain, m.short = true, true
	case badKeyboard:
		m.bare = true
	case badPhoto:
		m.document = true
	case otherMethod:
		m.other = true
	}
	return *m != before
}

// text is the message's words in this manner, and how Telegram shall read them.
func (m manner) text(text string, limit int) (string, models.ParseMode) {
	if !m.plain {
		return text, models.ParseModeHTML
	}
	text = html.UnescapeString(tag.ReplaceAllString(text, ""))
	if r := []rune(text); m.short && len(r) > limit {
		text = string(r[:limit-1]) + "…"
	}
	return text, ""
}

var tag = regexp.MustCompile(`<[^<>]*>`)

// insist makes a call in the first manner that Telegram takes.
func (b *Bot) insist(ctx context.Context, lane storage.Lane, message int64, edit bool, call func(manner) error) error {
	var how manner
	for {
		err := call(how)
		if err == nil || !how.learn(kindOf(err)) {
			return err
		}
		b.log.Error().Err(err).Int64("message", message).Msg("telegram refuses how a message is made: it is sent another way")
		b.limits.note(lane.Chat, edit)
		if err := b.allowed(ctx, lane, edit); err != nil {
			return err
		}
	}
}

// allowed waits until one more call to a chat is allowed. Whoever makes the
// call notes it when it has ended.
func (b *Bot) allowed(ctx context.Context, lane storage.Lane, edit bool) error {
	for wait := b.limits.wait(lane.Chat, lane.Kind, edit); wait > 0; wait = b.limits.wait(lane.Chat, lane.Kind, edit) {
		if !rest(ctx, wait) {
			return &failure{kind: unsent, text: "stopped"}
		}
	}
	if err := b.limits.overall.Wait(ctx); err != nil {
		return &failure{kind: unsent, text: "stopped"}
	}
	if lane.Kind == storage.Private {
		return nil
	}
	if err := b.store.Call(ctx, lane.Chat); err != nil {
		return &failure{kind: unsent, text: "the call cannot be noted"}
	}
	return nil
}

// post sends a message and returns the messenger's id of it.
func (b *Bot) post(ctx context.Context, lane storage.Lane, out storage.Outgoing, r rendered) (id int64, err error) {
	if r.strict {
		if err := b.reserve(ctx, lane, len(r.album)-1); err != nil {
			return 0, err
		}
		return b.postAs(ctx, out, r, manner{})
	}
	err = b.insist(ctx, lane, out.Message.ID, false, func(how manner) error {
		id, err = b.postAs(ctx, out, r, how)
		return err
	})
	return id, err
}

func (b *Bot) postAs(ctx context.Context, out storage.Outgoing, r rendered, how manner) (int64, error) {
	to := target{chat: out.Message.Address, silent: !out.Sound, markup: markupOf(r, how)}
	if out.Thread > 1 {
		to.thread = int(out.Thread)
	}
	if r.replyTo != 0 {
		to.reply = &models.ReplyParameters{MessageID: int(r.replyTo), AllowSendingWithoutReply: !r.strict}
	}
	if len(r.album) > 0 {
		caption, mode := how.text(r.text, maxCaption)
		return b.postAlbum(ctx, to, r.album, caption, mode)
	}
	if len(r.photo)+len(r.file) > 0 {
		caption, mode := how.text(r.text, maxCaption)
		return b.postFile(ctx, to, uploadOf(r, how), caption, mode)
	}
	text, mode := how.text(r.text, maxText)
	return b.posted(ctx, "sendMessage", callTime, func(ctx context.Context) (*models.Message, error) {
		return b.api.SendMessage(ctx, &tg.SendMessageParams{
			ChatID: to.chat, MessageThreadID: to.thread, Text: text, ParseMode: mode, LinkPreviewOptions: noPreview(),
			DisableNotification: to.silent, ReplyParameters: to.reply, ReplyMarkup: to.markup,
		})
	})
}

// target is where a message goes, and how it comes there.
type target struct {
	chat   int64
	thread int
	silent bool
	reply  *models.ReplyParameters
	markup models.ReplyMarkup
}

// posted makes a call that returns the new message, and returns its id.
func (b *Bot) posted(ctx context.Context, method string, limit time.Duration, do func(context.Context) (*models.Message, error)) (id int64, err error) {
	err = b.callFor(ctx, limit, method, func(ctx context.Context) error {
		m, err := do(ctx)
		if err == nil {
			id = int64(m.ID)
		}
		return err
	})
	return id, err
}
