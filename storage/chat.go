package storage

import (
	"context"
	"errors"
	"time"
)

// ChatKind is the kind of a chat as the messenger names it.
type ChatKind string

// The kinds of chats.
const (
	Private    ChatKind = "private"
	Group      ChatKind = "group"
	Supergroup ChatKind = "supergroup"
	Channel    ChatKind = "channel"
)

// Purpose says what a chat is to Otklik.
type Purpose string

// The purposes of chats.
const (
	AdminChat   Purpose = "admin"   // a region's administrators
	PrivateChat Purpose = "private" // one person
	SourceChat  Purpose = "source"  // watched, never spoken in unless an answer goes there
	OtherChat   Purpose = "other"
)

// ChatState says whether a chat can be written to.
type ChatState string

// The states of chats.
const (
	Active ChatState = "active"
	Paused ChatState = "paused" // rights were taken; tried again slowly
	Gone   ChatState = "gone"   // left, kicked or blocked; waits for its return
)

// Chat is a chat of the messenger.
type Chat struct {
	ID      int64
	Address int64 // the messenger's id of the chat
	Kind    ChatKind
	Title   string
	Purpose Purpose
	Region  int64 // the region it administers; 0 for none
	Thread  int64 // forum topic to write to; 0 for the general one
	State   ChatState
	Trouble string // code of what is wrong

	Username   string // its public name in lower case; "" for none
	BroughtBy  int64  // the messenger's id of who brought the bot there; 0: unknown
	Membership Membership
}

const chatColumns = `c.id, c.address, c.kind, c.title, c.purpose, coalesce(c.region_id, 0), coalesce(c.thread, 0), c.state, c.trouble,
	c.username, c.added_by, c.standing, c.hears, c.linked`

func scanChat(r scanner) (c Chat, err error) {
	var hears int64
	err = r.Scan(&c.ID, &c.Address, &c.Kind, &c.Title, &c.Purpose, &c.Region, &c.Thread, &c.State, &c.Trouble,
		&c.Username, &c.BroughtBy, &c.Membership.Standing, &hears, &c.Membership.Linked)
	c.Membership.Hears = hears == 1
	return c, err
}

// Chat returns one chat by our id.
func (s *Store) Chat(ctx context.Context, id int64) (Chat, error) {
	return one(ctx, s.read, scanChat, `SELECT `+chatColumns+` FROM chats c WHERE c.id = $1`, id)
}

// Chats returns all chats of a purpose.
func (s *Store) Chats(ctx context.Context, p Purpose) ([]Chat, error) {
	return all(ctx, s.read, scanChat, `SELECT `+chatColumns+` FROM chats c WHERE c.purpose = $1 ORDER BY c.id`, string(p))
}

// MeetChat notes a chat that wrote to us and returns it; its kind and title
// are brought up to date, its purpose is kept. A private chat that writes
// again is active again. seen is the highest message id known in it.
func (s *Store) MeetChat(ctx context.Context, address int64, kind ChatKind, title string, seen int64) (Chat, error) {
	known, err := one(ctx, s.read, scanChat, `SELECT `+chatColumns+` FROM chats c WHERE c.messenger = 'telegram' AND c.address = $1 AND c.last_message >= $2`, address, seen)
	if err == nil && known.Kind == kind && known.Title == title && known.State == Active {
		return known, nil
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		return Chat{}, err
	}
	purpose := OtherChat
	if kind == Private {
		purpose = PrivateChat
	}
	var c Chat
	err = s.tx(ctx, func(t *tx) error {
		err := t.exec(`
			INSERT INTO chats (messenger, address, kind, title, purpose, state, last_message, created_at)
			VALUES ('telegram', $1, $2, $3, $4, 'active', $5, $6)
			ON CONFLICT (messenger, address) DO UPDATE SET kind = excluded.kind, title = excluded.title, state = 'active', trouble = '',
				last_message = CASE WHEN chats.last_message > excluded.last_message THEN chats.last_message ELSE excluded.last_message END`,
			address, string(kind), title, string(purpose), seen, t.now)
		if err != nil {
			return err
		}
		c, err = one(ctx, t, scanChat, `SELECT `+chatColumns+` FROM chats c WHERE c.messenger = 'telegram' AND c.address = $1`, address)
		if err == nil {
			t.wake(Outbox)
		}
		return err
	})
	return c, err
}

// MigrateChat moves a chat to its new address after the group became a
// supergroup. Old messages cannot be edited there: the region's open cards are
// shown anew. Sources follow their chat; answers that wait for it are published
// by hand, for what they answer stays behind. Doing it twice changes nothing.
func (s *Store) MigrateChat(ctx context.Context, from, to int64) error {
	return s.tx(ctx, func(t *tx) error {
		c, err := one(ctx, t, scanChat, `SELECT `+chatColumns+` FROM chats c WHERE c.messenger = 'telegram' AND c.address = $1`, from)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		// The new address may have been met already through an update: that row gives way, for good.
		if err := t.exec(`UPDATE chats SET address = -id, state = 'gone', standing = '', username = '' WHERE messenger = 'telegram' AND address = $1 AND id <> $2`, to, c.ID); err != nil {
			return err
		}
		if err := t.exec(`UPDATE chats SET address = $1, kind = 'supergroup', last_message = 0, state = 'active', trouble = '' WHERE id = $2`, to, c.ID); err != nil {
			return err
		}
		if c.Purpose == SourceChat {
			return t.moveSources(c.ID, from, to)
		}
		if c.Purpose != AdminChat {
			return nil
		}
		if err := t.loseMessages(c.ID); err != nil {
			return err
		}
		return t.showAnew(c.Region, "migrated")
	})
}

// PauseChat notes that a chat cannot be written to until a time, with the code
// of the reason. Answers that wait for a watched chat which is not active any
// more are published by hand, and who watches it is told when it is gone.
func (s *Store) PauseChat(ctx context.Context, chat int64, state ChatState, trouble string, until time.Time) error {
	return s.tx(ctx, func(t *tx) error {
		before, err := one(ctx, t, scanChat, `SELECT `+chatColumns+` FROM chats c WHERE c.id = $1`, chat)
		if err != nil {
			return err
		}
		if err := t.exec(`UPDATE chats SET state = $1, trouble = $2, not_before = $3 WHERE id = $4`, string(state), trouble, ms(until), chat); err != nil {
			return err
		}
		if before.Purpose != SourceChat || state == Active {
			return nil
		}
		if state == Paused {
			return t.recall(chat, "no_rights")
		}
		if err := t.exec(`UPDATE chats SET standing = '', hears = 0 WHERE id = $1`, chat); err != nil {
			return err
		}
		if err := t.recall(chat, "kicked"); err != nil || before.State == Gone {
			return err
		}
		return t.recheck(chat)
	})
}

// ResumeChat notes that a chat can be written to again.
func (s *Store) ResumeChat(ctx context.Context, chat int64) error {
	return s.tx(ctx, func(t *tx) error {
		t.wake(Outbox)
		return t.exec(`UPDATE chats SET state = 'active', trouble = '', not_before = 0 WHERE id = $1`, chat)
	})
}

// SetThread makes a forum topic the place to write to; 0 is the general one.
func (s *Store) SetThread(ctx context.Context, chat, thread int64) error {
	return s.tx(ctx, func(t *tx) error {
		return t.exec(`UPDATE chats SET thread = $1 WHERE id = $2`, null(thread), chat)
	})
}
