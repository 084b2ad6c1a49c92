package bot

import (
	"context"
	"fmt"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"otklik/storage"
)

// surveyTime is how long Telegram may take for each question about a chat.
const surveyTime = 5 * time.Second

// survey asks Telegram what the bot is in a group or channel, whether it hears
// all that is said there, and what belongs to it, and notes that.
func (b *Bot) survey(ctx context.Context, c storage.Chat) error {
	m, err := b.ownMembership(ctx, c.Address)
	if err != nil {
		return err
	}
	if isOut(m.Type) {
		return b.store.PauseChat(ctx, c.ID, storage.Gone, "kicked", b.store.Now())
	}
	return b.place(ctx, c, *m)
}

// ownMembership is the bot's own membership in a chat, by the messenger's id.
func (b *Bot) ownMembership(ctx context.Context, chat int64) (m *models.ChatMember, err error) {
	err = b.callFor(ctx, surveyTime, "getChatMember", func(ctx context.Context) (err error) {
		m, err = b.api.GetChatMember(ctx, &tg.GetChatMemberParams{ChatID: chat, UserID: b.me.ID})
		return err
	})
	return m, err
}

// place notes what the bot is in a chat, as a membership tells it.
func (b *Bot) place(ctx context.Context, c storage.Chat, m models.ChatMember) error {
	is, err := b.membershipIn(ctx, c, m)
	if err != nil {
		return fmt.Errorf("what the bot hears in chat %d: %w", c.ID, err)
	}
	return b.store.SetMembership(ctx, c.ID, is)
}

func (b *Bot) membershipIn(ctx context.Context, c storage.Chat, m models.ChatMember) (is storage.Membership, err error) {
	switch {
	case m.Type == models.ChatMemberTypeAdministrator, m.Type == models.ChatMemberTypeOwner:
		is = storage.Membership{Standing: storage.Runs, Hears: true}
	case c.Kind == storage.Channel:
		is.Standing = storage.Member // only administrators get its posts
	default:
		is.Standing = storage.Member
		if r := m.Restricted; r != nil && !r.CanSendMessages {
			is.Standing = storage.Muted
		}
		// Privacy mode holds from the time when the bot came, so it is asked for then.
		if is.Hears, err = b.hearsAll(ctx); err != nil {
			return is, err
		}
	}
	is.Linked = b.linkedTo(ctx, c)
	return is, nil
}

// hearsAll tells whether the bot is out of privacy mode now.
func (b *Bot) hearsAll(ctx context.Context) (all bool, err error) {
	err = b.callFor(ctx, surveyTime, "getMe", func(ctx context.Context) error {
		me, err := b.api.GetMe(ctx)
		if err == nil {
			all = me.CanReadAllGroupMessages
		}
		return err
	})
	return all, err
}

// linkedTo is the channel or discussion group that belongs to a chat, 0 for
// none: without it only answers under a channel's posts are published by hand.
func (b *Bot) linkedTo(ctx context.Context, c storage.Chat) int64 {
	info, err := b.chatInfo(ctx, c.Address)
	if err != nil {
		b.log.Debug().Err(err).Int64("chat", c.ID).Msg("cannot ask what belongs to a chat")
		return 0
	}
	return info.LinkedChatID
}

// chatInfo asks Telegram about a chat by its id, or by "@" and its name.
func (b *Bot) chatInfo(ctx context.Context, chat any) (info *models.ChatFullInfo, err error) {
	err = b.callFor(ctx, surveyTime, "getChat", func(ctx context.Context) error {
		info, err = b.api.GetChat(ctx, &tg.GetChatParams{ChatID: chat})
		return err
	})
	return info, err
}

// findChat looks whether an address of Telegram is a chat that the bot can see
// already, and notes it then. The code says why it can be no source: it is a
// person, or a group in which a region is administered.
func (b *Bot) findChat(ctx context.Context, address string) (refusal string, err error) {
	info, err := b.chatInfo(ctx, "@"+address)
	switch {
	case err == nil && info.Type == models.ChatTypePrivate:
		return "person", nil
	case err != nil:
		return "", nil // it does not exist, or the bot has still to be brought there
	}
	m, err := b.ownMembership(ctx, info.ID)
	if err != nil || isOut(m.Type) {
		return "", nil
	}
	c, err := b.meetChat(ctx, models.Chat{ID: info.ID, Type: info.Type, Title: info.Title, Username: info.Username}, 0)
	if err != nil {
		return "", err
	}
	if c.Purpose == storage.AdminChat {
		return "admin_group", nil
	}
	return "", b.place(ctx, c, *m)
}
