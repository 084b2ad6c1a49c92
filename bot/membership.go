package bot

import (
	"context"
	"fmt"

	"github.com/go-telegram/bot/models"

	"otklik/storage"
)

// membership takes what happened to the bot in a chat: blocked, started again,
// removed from a group or let in again.
func (b *Bot) membership(ctx context.Context, _ int64, u *models.ChatMemberUpdated) error {
	out := u.NewChatMember.Type == models.ChatMemberTypeBanned || u.NewChatMember.Type == models.ChatMemberTypeLeft
	if u.Chat.Type == models.ChatTypePrivate {
		return b.blocked(ctx, u, out)
	}
	c, err := b.store.MeetChat(ctx, u.Chat.ID, storage.ChatKind(u.Chat.Type), title(u.Chat), 0)
	if err != nil {
		return fmt.Errorf("meet a chat: %w", err)
	}
	if out {
		return b.store.PauseChat(ctx, c.ID, storage.Gone, "kicked", b.store.Now())
	}
	return b.store.ResumeChat(ctx, c.ID)
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
