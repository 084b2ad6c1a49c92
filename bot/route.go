package bot

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-telegram/bot/models"

	"otklik/storage"
)

// handle does what an update asks for. What a person did wrong is told to him
// and is no error; an error means that the update should be tried again.
func (b *Bot) handle(ctx context.Context, u *models.Update) error {
	switch {
	case u == nil:
		return nil
	case u.CallbackQuery != nil:
		return b.press(ctx, u.ID, u.CallbackQuery)
	case u.Message != nil:
		return b.heard(ctx, u.ID, u.Message, false)
	case u.EditedMessage != nil:
		return b.heard(ctx, u.ID, u.EditedMessage, true)
	case u.ChannelPost != nil:
		return b.channelPost(ctx, u.ID, u.ChannelPost, false)
	case u.EditedChannelPost != nil:
		return b.channelPost(ctx, u.ID, u.EditedChannelPost, true)
	case u.MyChatMember != nil && met(u.MyChatMember.Chat):
		return b.membership(ctx, u.ID, u.MyChatMember)
	}
	return nil
}

// press does what a button says and answers the press with what came of it.
func (b *Bot) press(ctx context.Context, update int64, q *models.CallbackQuery) error {
	a, t, err := b.pressedBy(ctx, update, q)
	if err != nil {
		t = b.excuse(ctx, a, err)
		if !known(err) {
			err = fmt.Errorf("press: %w", err)
		} else {
			b.log.Info().Int64("update_id", update).Int64("incident", a.incident.ID).Str("told", t.code).Msg("press refused")
			err = nil
		}
	}
	text := ""
	if t.code != "" {
		var e error
		if text, e = b.words.Plain(a.language, t.code, t.data); e != nil {
			err = errors.Join(err, e)
		}
	}
	b.answer(q.ID, cut(text, 200), t.alert)
	return err
}

func (b *Bot) pressedBy(ctx context.Context, update int64, q *models.CallbackQuery) (ask, toast, error) {
	chat, message := pressedMessage(q)
	if !met(chat) {
		return ask{language: b.languageOf(&q.From)}, toast{code: "stale"}, nil
	}
	a, err := b.meet(ctx, chat, &q.From, message)
	if err != nil {
		a.language = b.languageOf(&q.From)
		return a, toast{}, err
	}
	if b.outsider(ctx, a, chat, &q.From) {
		return a, toast{}, refused{}
	}
	a.update, a.telegram = update, int64(message)
	p, ok := readData(q.Data)
	do, exists := actions()[p.name]
	if !ok || !exists {
		return a, toast{}, stale{}
	}
	if err := b.about(ctx, &a, message); err != nil {
		return a, toast{}, err
	}
	if err := b.aim(ctx, &a, p); err != nil {
		return a, toast{}, err
	}
	if err := b.may(ctx, a, do.who); err != nil {
		return a, toast{}, err
	}
	if err := b.leaveDialog(ctx, a); err != nil {
		return a, toast{}, err
	}
	late := b.slow(a)
	t, err := do.do(b, ctx, a)
	if err == nil && t.code == "" {
		t = late
	}
	return a, t, err
}

// aim takes the incident that a button names. A message about one incident has
// no button about another.
func (b *Bot) aim(ctx context.Context, a *ask, p pressed) error {
	a.args = p.args
	if a.message.Incident != 0 && p.incident != 0 && a.message.Incident != p.incident {
		return stale{}
	}
	if p.incident == 0 || a.incident.ID == p.incident {
		return nil
	}
	i, err := b.store.Incident(ctx, p.incident)
	if errors.Is(err, storage.ErrNotFound) {
		return stale{}
	}
	if err != nil {
		return err
	}
	a.incident = i
	return nil
}

// pressedMessage is where a press was made; the chat is zero for a message
// that has none.
func pressedMessage(q *models.CallbackQuery) (models.Chat, int) {
	switch {
	case q.Message.Message != nil:
		return q.Message.Message.Chat, q.Message.Message.ID
	case q.Message.InaccessibleMessage != nil:
		return q.Message.InaccessibleMessage.Chat, q.Message.InaccessibleMessage.MessageID
	}
	return models.Chat{}, 0
}

// met tells whether a chat is of a kind that we can meet.
func met(c models.Chat) bool {
	switch c.Type {
	case models.ChatTypePrivate, models.ChatTypeGroup, models.ChatTypeSupergroup, models.ChatTypeChannel:
		return c.ID != 0
	}
	return false
}

// heard takes a message: a command, the answer to a question, or a draft.
func (b *Bot) heard(ctx context.Context, update int64, m *models.Message, edited bool) error {
	if !met(m.Chat) {
		return nil
	}
	if m.MigrateToChatID != 0 {
		return b.migrated(ctx, m.Chat.ID, m.MigrateToChatID)
	}
	if m.MigrateFromChatID != 0 {
		return b.migrated(ctx, m.MigrateFromChatID, m.Chat.ID)
	}
	c, err := b.meetChat(ctx, m.Chat, m.ID)
	switch {
	case err != nil:
		return err
	case c.Purpose == storage.SourceChat:
		return b.overhear(ctx, update, c, m, edited)
	case m.From != nil && m.From.ID == b.me.ID:
		return nil
	case c.Purpose == storage.OtherChat && (edited || !b.addressed(m)):
		return nil // whoever talks there talks to others and is not noted
	}
	from := m.From
	if m.SenderChat != nil {
		from = nil // an anonymous administrator is the group
	}
	if m.SenderChat != nil && m.SenderChat.ID != m.Chat.ID {
		return nil
	}
	a, err := b.meetIn(ctx, c, from)
	if err != nil {
		return err
	}
	if b.outsider(ctx, a, m.Chat, from) {
		b.log.Info().Int64("update_id", update).Int64("chat", a.chat.ID).Msg("not a member of the group: not heard")
		return nil
	}
	a.update, a.telegram, a.raw, a.text = update, int64(m.ID), m, clean(m.Text)
	if a.text == "" {
		a.text = clean(m.Caption)
	}
	if err := b.understand(ctx, a, edited); err != nil {
		return b.tell(ctx, a, err)
	}
	return nil
}

func (b *Bot) understand(ctx context.Context, a ask, edited bool) error {
	if edited {
		return b.redrafted(ctx, a)
	}
	if c, ok := splitCommand(a.raw.Text, a.raw.Entities, b.me.Username); ok {
		if !c.ours {
			return nil
		}
		return b.command(ctx, a, c)
	}
	if name := b.phrase(a.text); name != "" && a.chat.Kind == storage.Private {
		return b.command(ctx, a, typed{name: name, ours: true})
	}
	if to := a.raw.ReplyToMessage; to != nil && to.From != nil && to.From.ID == b.me.ID {
		if err := b.about(ctx, &a, to.ID); err != nil {
			return err
		}
		return b.replied(ctx, a)
	}
	return b.unbound(ctx, a)
}

// tell words an error in the chat of what was asked; what is nobody's mistake
// is returned too.
func (b *Bot) tell(ctx context.Context, a ask, err error) error {
	if a.chat.Purpose == storage.OtherChat || a.chat.Purpose == storage.SourceChat {
		if known(err) {
			return nil
		}
		return err
	}
	t := b.excuse(ctx, a, err)
	if known(err) {
		b.log.Info().Int64("update_id", a.update).Int64("incident", a.incident.ID).Str("told", t.code).Msg("message refused")
		return b.reply(ctx, a, t.code, t.data)
	}
	// It is tried again, and its reply is still to come.
	return errors.Join(err, b.say(ctx, a.chat.ID, b.key(a.update, t.code), t.code, t.data))
}
