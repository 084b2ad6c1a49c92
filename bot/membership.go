package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/go-telegram/bot/models"

	"otklik/storage"
)

// membership takes what happened to the bot in a chat: blocked, started again,
// removed from a group or let in again.
func (b *Bot) membership(ctx context.Context, update int64, u *models.ChatMemberUpdated) error {
	out := isOut(u.NewChatMember.Type)
	if u.Chat.Type == models.ChatTypePrivate {
		return b.blocked(ctx, u, out)
	}
	c, err := b.meetChat(ctx, u.Chat, 0)
	if err != nil {
		return err
	}
	if out {
		return b.expelled(ctx, update, c)
	}
	if err := b.store.ResumeChat(ctx, c.ID); err != nil {
		return fmt.Errorf("resume a chat: %w", err)
	}
	b.bell.ring()
	if c.Purpose != storage.AdminChat {
		if err := b.brought(ctx, c, u); err != nil {
			return err
		}
	}
	if isOut(u.OldChatMember.Type) && c.Purpose == storage.OtherChat && c.Kind != storage.Channel {
		return b.greet(ctx, update, c, u.From.ID)
	}
	return nil
}

// greet tells an owner what a group that he brought the bot into can become: in
// private if he ever started the bot, else in the group, unless that is public.
// To anybody else's group nothing is said: it may be one that is to be watched.
func (b *Bot) greet(ctx context.Context, update int64, c storage.Chat, by int64) error {
	if !slices.Contains(b.cfg.Owners, by) {
		return nil
	}
	p, err := b.store.PersonAt(ctx, by)
	switch {
	case err == nil && p.Chat != 0 && p.Reachable:
		return b.say(ctx, p.Chat, b.key(update, "brought"), "brought", storage.Params{"Chat": c.Title})
	case err != nil && !errors.Is(err, storage.ErrNotFound):
		return fmt.Errorf("who brought the bot: %w", err)
	case c.Username != "":
		return nil
	}
	return b.say(ctx, c.ID, b.key(update, "greeting"), "greeting", nil)
}

// brought notes what the bot is in a group or channel that is or may become a
// source, and who brought it there.
func (b *Bot) brought(ctx context.Context, c storage.Chat, u *models.ChatMemberUpdated) error {
	if isOut(u.OldChatMember.Type) {
		if err := b.store.BroughtBy(ctx, c.ID, u.From.ID); err != nil {
			return fmt.Errorf("who brought the bot: %w", err)
		}
	}
	return b.place(ctx, c, u.NewChatMember)
}

// migrated follows a group that became a supergroup; its menu stays behind.
func (b *Bot) migrated(ctx context.Context, from, to int64) error {
	if err := b.store.MigrateChat(ctx, from, to); err != nil {
		return fmt.Errorf("move a chat: %w", err)
	}
	b.bell.ring()
	return nil
}

// isOut tells whether the bot is not in a chat.
func isOut(t models.ChatMemberType) bool {
	return t == models.ChatMemberTypeBanned || t == models.ChatMemberTypeLeft
}

// expelled notes that the bot is not in a group any more. That a region lost
// its group is told to the owners: nobody else would see it.
func (b *Bot) expelled(ctx context.Context, update int64, c storage.Chat) error {
	if c.Purpose == storage.AdminChat {
		region, err := b.store.Region(ctx, c.Region)
		if err != nil {
			return fmt.Errorf("region of a group: %w", err)
		}
		if _, err := b.toOwners(ctx, b.key(update, "gone"), "chat_gone", storage.Params{"Region": region.Name, "Chat": c.Title}); err != nil {
			return err
		}
	}
	return b.store.PauseChat(ctx, c.ID, storage.Gone, "kicked", b.store.Now())
}

// blocked returns what is assigned to somebody who cannot be written to any
// more to the administrators.
func (b *Bot) blocked(ctx context.Context, u *models.ChatMemberUpdated, out bool) error {
	name, language := fullName(u.From.FirstName, u.From.LastName), b.languageOf(&u.From)
	if !out {
		c, err := b.store.MeetChat(ctx, u.Chat.ID, storage.Private, title(u.Chat), 0)
		if err != nil {
			return fmt.Errorf("meet a chat: %w", err)
		}
		_, err = b.store.MeetPerson(ctx, u.From.ID, name, language, c.ID)
		b.bell.ring()
		return err
	}
	p, err := b.store.MeetPerson(ctx, u.From.ID, name, language, 0)
	if err != nil {
		return fmt.Errorf("meet a person: %w", err)
	}
	if p.Chat != 0 {
		if err := b.store.PauseChat(ctx, p.Chat, storage.Gone, "blocked", b.store.Now()); err != nil {
			return err
		}
	}
	return b.store.PersonUnreachable(ctx, p.ID)
}
