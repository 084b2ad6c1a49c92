package bot

import (
	"context"
	"fmt"
	"strings"

	"github.com/go-telegram/bot/models"

	"otklik/storage"
)

// overhear hands over what was said in a watched chat. Nothing is answered and
// nobody is noted there. What is no text, picture or video is left out, as is
// what other bots say: they are not residents.
func (b *Bot) overhear(ctx context.Context, update int64, c storage.Chat, m *models.Message, edited bool) error {
	if c.Membership.Standing == "" {
		// It was met before anybody asked what the bot is there.
		if err := b.survey(ctx, c); err != nil {
			b.log.Warn().Err(err).Int64("chat", c.ID).Msg("cannot find out what the bot is in a watched chat")
		}
	}
	h, ok := b.heardOf(m)
	if !ok {
		return nil
	}
	h.Edited = edited
	if err := b.store.HandOver(ctx, b.me.ID, update, c.ID, h, c.Kind != storage.Channel && b.open(m)); err != nil {
		return fmt.Errorf("hand over what was said in chat %d: %w", c.ID, err)
	}
	return nil
}

// addressed tells whether a message is meant for the bot: a command to it, or a
// reply to what it said. Such messages it gets also in privacy mode.
func (b *Bot) addressed(m *models.Message) bool {
	if to := m.ReplyToMessage; to != nil && to.From != nil && to.From.ID == b.me.ID {
		return true
	}
	c, ok := splitCommand(m.Text, m.Entities, b.me.Username)
	return ok && c.ours
}

// open tells whether a message is one that a bot in privacy mode would surely
// not get: of replies it may get some.
func (b *Bot) open(m *models.Message) bool {
	mentioned := strings.Contains(strings.ToLower(m.Text+m.Caption), "@"+strings.ToLower(b.me.Username))
	return m.ReplyToMessage == nil && m.ViaBot == nil && !strings.HasPrefix(m.Text, "/") && !mentioned
}

// heardOf is what monitor needs of a message; not ok for one that says nothing.
func (b *Bot) heardOf(m *models.Message) (h storage.Heard, ok bool) {
	h = storage.Heard{
		Message: int64(m.ID), Written: int64(m.Date), Album: m.MediaGroupID, Text: m.Text,
		Thread: int64(m.MessageThreadID), Linked: m.IsAutomaticForward, Origin: originOf(m),
	}
	if h.Text == "" {
		h.Text = m.Caption
	}
	if len(m.Photo) > 0 {
		h.Photos = 1
	}
	if m.Video != nil || m.VideoNote != nil || m.Animation != nil {
		h.Videos = 1
	}
	if h.Text == "" && h.Photos+h.Videos == 0 {
		return h, false
	}
	if to := m.ReplyToMessage; to != nil && to.ForumTopicCreated == nil {
		h.ReplyTo, h.ReplyText = int64(to.ID), to.Text
		if h.ReplyText == "" {
			h.ReplyText = to.Caption
		}
	}
	switch {
	case m.SenderChat != nil && (m.SenderChat.ID == m.Chat.ID || m.IsAutomaticForward):
		// The chat itself speaks, or the channel whose posts are discussed there.
	case m.SenderChat != nil:
		h.Author = m.SenderChat.ID
	case m.From == nil:
	case m.From.ID == b.me.ID:
		h.Own = true
	case m.From.IsBot:
		return h, false
	default:
		h.Author = m.From.ID
	}
	return h, true
}

// originOf is the channel's post that a message forwards, nil for none.
func originOf(m *models.Message) *storage.ChatPost {
	if m.ForwardOrigin == nil || m.ForwardOrigin.MessageOriginChannel == nil {
		return nil
	}
	o := m.ForwardOrigin.MessageOriginChannel
	return &storage.ChatPost{Chat: o.Chat.ID, Name: strings.ToLower(o.Chat.Username), Message: int64(o.MessageID)}
}

// channelPost takes a post of a channel, which matters only where it is watched.
func (b *Bot) channelPost(ctx context.Context, update int64, m *models.Message, edited bool) error {
	if !met(m.Chat) {
		return nil
	}
	c, err := b.meetChat(ctx, m.Chat, m.ID)
	if err != nil || c.Purpose != storage.SourceChat {
		return err
	}
	return b.overhear(ctx, update, c, m, edited)
}
