package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	tg "github.com/go-telegram/bot"

	"otklik/storage"
)

// renderLater is how long an edit waits that could not be worded.
const renderLater = time.Minute

// edit takes a chat's next message that shows the past, and makes it show the
// present; more says that it took one.
func (b *Bot) edit(ctx context.Context, o *outlet, lane storage.Lane) (more bool, err error) {
	m, err := b.store.TakeEdit(ctx, o.chat)
	if errors.Is(err, storage.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("take an edit: %w", err)
	}
	o.edited = true
	keep := context.WithoutCancel(ctx)
	if m.Bot != b.me.ID {
		return true, b.store.MessageLost(keep, m)
	}
	r, err := b.renderSafely(ctx, m)
	if err != nil {
		b.log.Error().Err(err).Int64("message", m.ID).Msg("word an edit")
		return true, b.store.EditLater(keep, m, b.store.Now().Add(renderLater))
	}
	// What carries another keyboard than buttons cannot be edited.
	if r.nothing || r.force != "" || len(r.keyboard) > 0 {
		return true, b.store.Shown(keep, m)
	}
	if m.State == storage.Retired {
		r.buttons = nil
	}
	err = b.insist(ctx, lane, m.ID, true, func(how manner) error { return b.amend(ctx, m.Address, m.Telegram, r, how) })
	b.limits.note(o.chat, true)
	return true, b.edited(keep, o, lane, m, err)
}

// amend edits one message.
func (b *Bot) amend(ctx context.Context, chat, message int64, r rendered, how manner) error {
	if (len(r.photo)+len(r.file) > 0) != how.other {
		caption, mode := how.text(r.text, maxCaption)
		return b.call(ctx, "editMessageCaption", func(ctx context.Context) error {
			_, err := b.api.EditMessageCaption(ctx, &tg.EditMessageCaptionParams{ChatID: chat, MessageID: int(message), Caption: caption, ParseMode: mode, ReplyMarkup: markupOf(r, how)})
			return err
		})
	}
	text, mode := how.text(r.text, maxText)
	return b.call(ctx, "editMessageText", func(ctx context.Context) error {
		_, err := b.api.EditMessageText(ctx, &tg.EditMessageTextParams{ChatID: chat, MessageID: int(message), Text: text, ParseMode: mode, LinkPreviewOptions: noPreview(), ReplyMarkup: markupOf(r, how)})
		return err
	})
}

// edited notes what became of an edit. One that may or may not have been made
// is simply made again, since the message stays out of date.
func (b *Bot) edited(ctx context.Context, o *outlet, lane storage.Lane, m storage.Message, cause error) error {
	switch kindOf(cause) {
	case unchanged:
		o.failures = 0
		if err := b.store.Shown(ctx, m); err != nil {
			return fmt.Errorf("note message %d as shown: %w", m.ID, err)
		}
		return b.opened(ctx, lane)
	case notFound, notOurs:
		return b.store.MessageLost(ctx, m)
	case noThread:
		// Nothing that is said to a closed topic is read there: the card is shown anew in the general one.
		return errors.Join(b.store.SetThread(ctx, lane.Chat, 0), b.store.MessageLost(ctx, m))
	}
	settled, err := b.trouble(ctx, o, lane, cause)
	if settled || err != nil {
		return err
	}
	b.log.Error().Err(cause).Int64("message", m.ID).Msg("an edit is given up: telegram refuses it")
	return b.store.Shown(ctx, m)
}
