package storage

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Standing is what the bot is in a chat.
type Standing string

// The standings, "" for one that nobody knows yet.
const (
	Member Standing = "member"
	Runs   Standing = "admin" // administrator
	Muted  Standing = "muted" // in the chat, but may not write
)

// Telegram is the network of sources that are chats of the messenger.
const Telegram = "telegram"

// Membership is what is known of the bot in a chat.
type Membership struct {
	Standing Standing
	Hears    bool  // it is told all that is said there
	Linked   int64 // the messenger's id of the channel or discussion group; 0: unknown or none
}

// NameChat notes a chat's public name, "" for none. Sources that were
// registered by it belong to the chat from now on.
func (s *Store) NameChat(ctx context.Context, chat int64, username string) error {
	username = strings.ToLower(username)
	return s.tx(ctx, func(t *tx) error {
		n, err := t.update(`UPDATE chats SET username = $1 WHERE id = $2 AND username <> $1`, username, chat)
		if err != nil || n == 0 || username == "" {
			return err
		}
		// A name leads to one chat: who had it before has it no more.
		if err := t.exec(`UPDATE chats SET username = '' WHERE username = $1 AND id <> $2`, username, chat); err != nil {
			return err
		}
		return t.link(chat, username)
	})
}

// SetMembership notes what the bot is in a chat. Who watches it is told what
// that means when it changed.
func (s *Store) SetMembership(ctx context.Context, chat int64, m Membership) error {
	return s.tx(ctx, func(t *tx) error {
		n, err := t.update(`UPDATE chats SET standing = $1, hears = $2, linked = CASE WHEN $3 <> 0 THEN $3 ELSE linked END
			WHERE id = $4 AND (standing <> $1 OR hears <> $2 OR linked <> $3 AND $3 <> 0)`, string(m.Standing), flag(m.Hears), m.Linked, chat)
		if err != nil || n == 0 {
			return err
		}
		return t.recheck(chat)
	})
}

// BroughtBy notes the messenger's id of who brought the bot into a chat: only
// he may give it to a region.
func (s *Store) BroughtBy(ctx context.Context, chat, person int64) error {
	return s.tx(ctx, func(t *tx) error {
		return t.exec(`UPDATE chats SET added_by = $1 WHERE id = $2`, person, chat)
	})
}

// BroughtChats returns the groups and channels that somebody brought the bot
// into and that nobody uses, the latest first. person is the messenger's id.
func (s *Store) BroughtChats(ctx context.Context, person int64) ([]Chat, error) {
	return all(ctx, s.read, scanChat, `SELECT `+chatColumns+` FROM chats c
		WHERE c.purpose = 'other' AND c.state <> 'gone' AND c.kind <> 'private' AND c.standing <> '' AND c.added_by = $1 ORDER BY c.id DESC LIMIT 20`, person)
}

// ChatCalled returns a chat by its public name or by the messenger's id of it,
// as the ids of posts begin.
func (s *Store) ChatCalled(ctx context.Context, key string) (Chat, error) {
	if address, err := strconv.ParseInt(key, 10, 64); err == nil {
		return one(ctx, s.read, scanChat, `SELECT `+chatColumns+` FROM chats c WHERE c.messenger = 'telegram' AND c.address = $1`, address)
	}
	if key == "" {
		return Chat{}, ErrNotFound
	}
	return one(ctx, s.read, scanChat, `SELECT `+chatColumns+` FROM chats c WHERE c.username = $1 ORDER BY c.id DESC`, strings.ToLower(key))
}

// ChatOfSource returns the chat that a source is; ErrNotFound until the bot has
// met it.
func (s *Store) ChatOfSource(ctx context.Context, source int64) (Chat, error) {
	return one(ctx, s.read, scanChat, `SELECT `+chatColumns+` FROM chats c JOIN sources s ON s.chat_id = c.id WHERE s.id = $1`, source)
}

// Key is how the ids of a chat's posts begin: its public name, else the
// messenger's id.
func (c Chat) Key() string {
	if c.Username != "" {
		return c.Username
	}
	return strconv.FormatInt(c.Address, 10)
}

// URL is where people find a chat; "" for a basic group, which has no address.
func (c Chat) URL() string {
	if c.Username != "" {
		return "https://t.me/" + c.Username
	}
	if c.Kind == Group {
		return ""
	}
	return chatURL(c.Address)
}

// link makes a chat the one that the sources of an address are read from. An
// admin group is none.
func (t *tx) link(chat int64, address string) error {
	n, err := t.update(`
		UPDATE sources SET chat_id = $1, name = CASE WHEN name = '' THEN (SELECT c.title FROM chats c WHERE c.id = $1) ELSE name END
		WHERE network = '`+Telegram+`' AND address = $2 AND chat_id IS NULL AND removed_at IS NULL
			AND EXISTS (SELECT 1 FROM chats c WHERE c.id = $1 AND c.purpose IN ('other', 'source'))`, chat, address)
	if err != nil || n == 0 {
		return err
	}
	if err := t.exec(`UPDATE chats SET purpose = 'source' WHERE id = $1`, chat); err != nil {
		return err
	}
	return t.recheck(chat)
}

// linkSource finds the chat of a source that was just registered.
func (t *tx) linkSource(n Source) error {
	if n.Network != Telegram {
		return nil
	}
	chat, err := one(t.ctx, t, scalar[int64], `SELECT id FROM chats WHERE messenger = 'telegram' AND kind <> 'private' AND (username = $1 AND username <> '' OR CAST(address AS TEXT) = $1) ORDER BY id DESC`, n.Address)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("find the chat of a source: %w", err)
	}
	return t.link(chat, n.Address)
}

// unlink lets a chat go that no source is read from any more.
func (t *tx) unlink(chat int64) error {
	n, err := one(t.ctx, t, scalar[int64], `SELECT count(*) FROM sources WHERE chat_id = $1 AND removed_at IS NULL`, chat)
	if err != nil || n > 0 {
		return err
	}
	return errors.Join(
		t.exec(`UPDATE chats SET purpose = 'other' WHERE id = $1 AND purpose = 'source'`, chat),
		t.exec(`DELETE FROM heard WHERE chat_id = $1`, chat),
	)
}

// recheck lets monitor say anew, to each region that watches a chat, whether it
// can be read. Who waits for such an answer already gets this one.
func (t *tx) recheck(chat int64) error {
	t.wake(Handed)
	if err := t.exec(`UPDATE sources SET next_read_at = $1 WHERE chat_id = $2 AND removed_at IS NULL`, t.now, chat); err != nil {
		return err
	}
	sources, err := all(t.ctx, t, scanSource, `SELECT `+sourceColumns+` FROM sources WHERE chat_id = $1 AND removed_at IS NULL ORDER BY id`, chat)
	if err != nil {
		return err
	}
	for _, s := range sources {
		group, err := t.group(s.Region)
		if err != nil {
			return err
		}
		if group == 0 {
			continue
		}
		// Who is answering the question now saw what was before.
		if err := t.exec(`UPDATE checks SET done_at = $1 WHERE kind = 'source' AND subject_id = $2 AND done_at IS NULL`, t.now, s.ID); err != nil {
			return err
		}
		if err := t.check("source", group, s.ID); err != nil {
			return err
		}
	}
	return nil
}

// moveSources lets the sources that are a chat follow it to its new address.
func (t *tx) moveSources(chat, from, to int64) error {
	old, now := strconv.FormatInt(from, 10), strconv.FormatInt(to, 10)
	if err := t.exec(`UPDATE sources SET address = $1, url = $2 WHERE chat_id = $3 AND address = $4`, now, chatURL(to), chat, old); err != nil {
		return err
	}
	if err := t.recall(chat, "moved"); err != nil {
		return err
	}
	return t.recheck(chat)
}

// chatURL is where members find a supergroup or channel without a public name.
func chatURL(address int64) string {
	if number, ok := strings.CutPrefix(strconv.FormatInt(address, 10), "-100"); ok {
		return "https://t.me/c/" + number
	}
	return ""
}
