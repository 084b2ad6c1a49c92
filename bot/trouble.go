package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"otklik/storage"
)

// rightsPause is how long a chat is left alone where we may not write.
const rightsPause = 10 * time.Minute

// notSent does what the error of a sending asks for.
func (b *Bot) notSent(ctx context.Context, o *outlet, lane storage.Lane, out storage.Outgoing, cause error) error {
	f, ok := errors.AsType[*failure](cause)
	if !ok {
		return errors.Join(cause, b.store.Later(ctx, out, b.store.Now(), "trouble"))
	}
	label := f.label()
	if isAnswer(out.Message) {
		if taken, err := b.answerNotSent(ctx, out, f); taken {
			return err
		}
	}
	switch {
	case f.kind == flooded:
		wait := b.flood(lane, f)
		return b.store.Flooded(ctx, out, b.store.Now().Add(wait))
	case f.kind == lost, f.kind == gateway && !out.Repeated:
		b.log.Warn().Err(f).Int64("message", out.Message.ID).Msg("nobody knows whether a message arrived")
		o.resume = time.Now().Add(o.backoff())
		return b.store.Uncertain(ctx, out, label)
	case f.kind == noThread && out.Thread > 1:
		b.log.Warn().Err(f).Int64("chat", lane.Chat).Msg("the topic is closed to us: the general one is used")
		return errors.Join(b.store.SetThread(ctx, lane.Chat, 0), b.store.Later(ctx, out, b.store.Now(), label))
	case f.kind == noThread:
		f.kind = noRights
	}
	// Back into the queue first: moving a chat or closing it decides what becomes of what waits there.
	if f.kind != rejected && !f.aboutTheMessage() {
		if err := b.store.Later(ctx, out, b.store.Now(), label); err != nil {
			return err
		}
	}
	settled, err := b.trouble(ctx, o, lane, f)
	if settled || err != nil {
		return err
	}
	b.log.Error().Err(f).Int64("message", out.Message.ID).Msg("message given up: telegram refuses it")
	return b.store.FailOutgoing(ctx, out, "refused")
}

// aboutTheMessage tells an error that the same message would always meet.
func (f *failure) aboutTheMessage() bool {
	return slices.Contains([]kind{tooLong, badMarkup, badKeyboard, badPhoto, badFile, otherMethod, notFound, notOurs, noQuestion, late}, f.kind)
}

// trouble does what an error about the chat or the way there asks for; it is
// not settled when the error is about the message itself.
func (b *Bot) trouble(ctx context.Context, o *outlet, lane storage.Lane, cause error) (settled bool, err error) {
	f, ok := errors.AsType[*failure](cause)
	if !ok {
		return true, cause
	}
	switch f.kind {
	case badToken:
		return true, f
	case flooded:
		wait := b.flood(lane, f)
		return true, b.store.PauseChat(ctx, lane.Chat, lane.State, "", b.store.Now().Add(wait))
	case migrated:
		b.log.Info().Int64("chat", lane.Chat).Msg("a group became a supergroup: its messages move")
		return true, b.store.MigrateChat(ctx, lane.Address, f.to)
	case gone, unreachable:
		b.log.Warn().Err(f).Int64("chat", lane.Chat).Msg("a chat is closed to us")
		return true, b.shut(ctx, lane)
	case noRights:
		b.log.Warn().Err(f).Int64("chat", lane.Chat).Msg("we may not write in a chat")
		return true, b.forbidden(ctx, lane)
	case down, unsent, lost, gateway, otherInstance, hooked:
		pause := o.backoff()
		o.resume = time.Now().Add(pause)
		b.log.Warn().Err(f).Int64("chat", lane.Chat).Dur("pause", pause).Msg("telegram did not take a call")
		return true, nil
	}
	return false, nil
}

// flood notes that Telegram asked to wait, and returns for how long.
func (b *Bot) flood(lane storage.Lane, f *failure) time.Duration {
	wait := f.wait + jitter(f.wait)
	b.limits.flooded(lane.Chat, wait)
	b.log.Warn().Int64("chat", lane.Chat).Dur("wait", wait).Msg("telegram asks to wait")
	return wait
}

// shut notes that a chat is gone until it comes back by itself: its person's
// incidents return to the administrators, and of a region's group the owners
// are told.
func (b *Bot) shut(ctx context.Context, lane storage.Lane) error {
	if lane.Kind == storage.Private {
		p, err := b.store.PersonOfChat(ctx, lane.Chat)
		if err == nil {
			err = b.store.PersonUnreachable(ctx, p.ID)
		}
		if err != nil && !errors.Is(err, storage.ErrNotFound) {
			return fmt.Errorf("note a person as out of reach: %w", err)
		}
	} else if err := b.tellOwners(ctx, lane, "chat_gone", time.Minute); err != nil {
		return err
	}
	return b.store.PauseChat(ctx, lane.Chat, storage.Gone, "gone", time.Time{})
}

// forbidden leaves a chat alone for a while; the owners are told once.
func (b *Bot) forbidden(ctx context.Context, lane storage.Lane) error {
	if lane.State == storage.Active {
		if err := b.tellOwners(ctx, lane, "chat_forbidden", 24*time.Hour); err != nil {
			return err
		}
	}
	return b.store.PauseChat(ctx, lane.Chat, storage.Paused, "no_rights", b.store.Now().Add(rightsPause))
}

// opened notes that a chat where we could not write took a message.
func (b *Bot) opened(ctx context.Context, lane storage.Lane) error {
	if lane.State == storage.Active {
		return nil
	}
	return b.store.ResumeChat(ctx, lane.Chat)
}

// tellOwners tells the owners of trouble with a region's group, once in a
// stretch of time.
func (b *Bot) tellOwners(ctx context.Context, lane storage.Lane, code string, once time.Duration) error {
	chat, err := b.store.Chat(ctx, lane.Chat)
	if err != nil {
		return fmt.Errorf("read a chat: %w", err)
	}
	if chat.Purpose != storage.AdminChat {
		return nil
	}
	region, err := b.store.Region(ctx, chat.Region)
	if err != nil {
		return fmt.Errorf("read the region of a chat: %w", err)
	}
	_, err = b.toOwners(ctx, fmt.Sprintf("%s:%d:%d", code, chat.ID, b.store.Now().Truncate(once).Unix()), code, storage.Params{"Region": region.Name, "Chat": chat.Title})
	return err
}

// toOwners says something to each owner whom the bot has met, once under a
// dedupe key, and tells to how many.
func (b *Bot) toOwners(ctx context.Context, dedupe, code string, data storage.Params) (told int, err error) {
	chats, err := b.store.Chats(ctx, storage.PrivateChat)
	if err != nil {
		return 0, fmt.Errorf("read the owners' chats: %w", err)
	}
	for _, c := range chats {
		if !slices.Contains(b.cfg.Owners, c.Address) {
			continue
		}
		if err := b.say(ctx, c.ID, fmt.Sprintf("%s:%d", dedupe, c.ID), code, data); err != nil {
			return told, fmt.Errorf("tell an owner: %w", err)
		}
		told++
	}
	return told, nil
}

// tellHeld tells the owners, once a day, that this database is a restored copy
// and that nothing goes out until one of them says so.
func (b *Bot) tellHeld(ctx context.Context) error {
	_, err := b.toOwners(ctx, fmt.Sprintf("held:%d", b.store.Now().Unix()/86400), "held", nil)
	return err
}
