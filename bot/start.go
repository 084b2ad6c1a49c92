package bot

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"otklik/storage"
)

// start is /start: with the token of an invite it lets somebody join, without
// it says what the person can do here.
func (b *Bot) start(ctx context.Context, a ask) error {
	switch n := b.starts.count(a.person.ID, b.store.Now()); {
	case n == startsAllowed+1:
		return b.reply(ctx, a, "start_often", nil)
	case n > startsAllowed:
		return nil
	}
	if a.text == "" {
		return b.welcome(ctx, a)
	}
	v, err := b.store.InviteFor(ctx, a.text)
	if errors.Is(err, storage.ErrNotFound) {
		return b.reply(ctx, a, "invite_unknown", storage.Params{"telegram": a.person.Address})
	}
	if err != nil {
		return fmt.Errorf("read an invite: %w", err)
	}
	if !v.Used && b.store.Now().Before(v.Expires) && b.isMember(ctx, v.Chat, a.person.Address) {
		return b.reply(ctx, a, "join_ask", storage.Params{"invite": v.ID})
	}
	role, err := b.store.Join(ctx, a.text, a.person.ID)
	if errors.Is(err, storage.ErrConflict) {
		code, err := b.joinedInVain(ctx, a, v)
		if err != nil {
			return err
		}
		return b.reply(ctx, a, code, nil)
	}
	if err != nil {
		return fmt.Errorf("join: %w", err)
	}
	b.bell.ring()
	return b.reply(ctx, a, "joined_you", storage.Params{"role": role.ID, "kind": string(role.Kind), "region": role.Region, "body": role.Body})
}

// welcome says what a person can do here. Whoever has no part in it gets one
// sentence with his own id.
func (b *Bot) welcome(ctx context.Context, a ask) error {
	where, err := b.scopes(ctx, a)
	if err != nil {
		return err
	}
	if where == strangerScope {
		return b.stranger(ctx, a)
	}
	b.bell.ring() // an owner's first word may be this one
	return b.help(ctx, a)
}

// joinedInVain tells why an invite gives nothing any more. That a used one was
// opened by somebody else is told to the group: perhaps it went astray.
func (b *Bot) joinedInVain(ctx context.Context, a ask, v storage.Invite) (code string, err error) {
	now, err := b.store.InviteByID(ctx, v.ID)
	if err != nil {
		return "", fmt.Errorf("read an invite: %w", err)
	}
	if !now.Used {
		return "invite_expired", nil
	}
	err = b.store.Notify(ctx, now.Region, storage.Notice{Code: "invite_reused", Params: storage.Params{
		"kind": string(now.Kind), "body": cut(cleanLine(now.BodyName), 60), "name": cut(a.person.Name, 60), "telegram": a.person.Address,
	}}, fmt.Sprintf("reused:%d:%d", now.ID, a.person.ID))
	return "invite_used", err
}

// isMember tells whether somebody is a member of a chat of ours. Where Telegram
// does not tell he is none.
func (b *Bot) isMember(ctx context.Context, chat, person int64) bool {
	c, err := b.store.Chat(ctx, chat)
	if err != nil || c.Kind == storage.Private {
		return false
	}
	is, _ := b.memberOf(ctx, c.Address, person)
	return is
}

// startsAllowed is how often a person may send /start within a minute.
const startsAllowed = 5

// starts counts who sent /start when. Its zero value works.
type starts struct {
	mu   sync.Mutex
	last map[int64][]time.Time
}

// count notes one more and returns how many there were within the minute.
func (s *starts) count(person int64, now time.Time) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last == nil {
		s.last = map[int64][]time.Time{}
	}
	for p, times := range s.last {
		for len(times) > 0 && now.Sub(times[0]) >= time.Minute {
			times = times[1:]
		}
		if s.last[p] = times; len(times) == 0 {
			delete(s.last, p)
		}
	}
	if times := s.last[person]; len(times) <= startsAllowed+1 {
		s.last[person] = append(times, now)
	}
	return len(s.last[person])
}
