package bot

import (
	"context"
	"sync"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"otklik/storage"
)

// outsider tells whether somebody who writes or presses in a region's public
// group is no member of it: everybody sees its messages, while a group without
// a public name shows them to its members alone. Where Telegram does not tell,
// he counts as one.
func (b *Bot) outsider(ctx context.Context, a ask, in models.Chat, from *models.User) bool {
	if in.Username == "" || a.chat.Purpose != storage.AdminChat || from == nil {
		return false
	}
	who := inChat{in.ID, from.ID}
	now := b.store.Now()
	if b.members.has(who, now) {
		return false
	}
	is, known := b.memberOf(ctx, in.ID, from.ID)
	if is {
		b.members.add(who, now)
	}
	return known && !is
}

// memberTime is how long Telegram may take to say who is a member.
const memberTime = 5 * time.Second

// memberOf asks Telegram whether somebody is a member of a chat; known says
// that it told. Both are the messenger's ids.
func (b *Bot) memberOf(ctx context.Context, chat, person int64) (is, known bool) {
	var m *models.ChatMember
	err := b.callFor(ctx, memberTime, "getChatMember", func(ctx context.Context) (err error) {
		m, err = b.api.GetChatMember(ctx, &tg.GetChatMemberParams{ChatID: chat, UserID: person})
		return err
	})
	if err != nil || m == nil {
		return false, kindOf(err) == notFound
	}
	switch m.Type {
	case models.ChatMemberTypeOwner, models.ChatMemberTypeAdministrator, models.ChatMemberTypeMember:
		return true, true
	case models.ChatMemberTypeRestricted:
		return m.Restricted != nil && m.Restricted.IsMember, true
	}
	return false, true
}

// inChat is a person in a chat, by the messenger's ids.
type inChat struct{ chat, person int64 }

// memberLife is how long a member counts as one without being asked for again.
const memberLife = 10 * time.Minute

// members remembers who was a member lately. Its zero value works.
type members struct {
	mu    sync.Mutex
	until map[inChat]time.Time
}

func (l *members) has(who inChat, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return now.Before(l.until[who])
}

func (l *members) add(who inChat, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.until == nil {
		l.until = map[inChat]time.Time{}
	}
	for other, until := range l.until {
		if !now.Before(until) {
			delete(l.until, other)
		}
	}
	l.until[who] = now.Add(memberLife)
}
