package storage

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// Heard is a message of a watched group or channel, as bot hands it over to
// monitor. Ids are the messenger's. Its text is raw and its author is named:
// both stand in the database only until monitor has read them.
type Heard struct {
	ID        int64     `json:"-"` // of the row; grows within a chat
	At        time.Time `json:"-"` // when it was handed over
	Message   int64     `json:"message"`
	Written   int64     `json:"written"` // Unix seconds
	Album     string    `json:"album,omitempty"`
	Text      string    `json:"text,omitempty"`
	Photos    int       `json:"photos,omitempty"`
	Videos    int       `json:"videos,omitempty"`
	Author    int64     `json:"author,omitempty"` // 0: the chat itself
	Own       bool      `json:"own,omitempty"`    // the bot wrote it
	Edited    bool      `json:"edited,omitempty"`
	Thread    int64     `json:"thread,omitempty"`     // the message that its thread grew from; 0 for none
	ReplyTo   int64     `json:"reply_to,omitempty"`   // 0: it is no reply
	ReplyText string    `json:"reply_text,omitempty"` // of what it replies to
	Origin    *ChatPost `json:"origin,omitempty"`     // the post of a channel that it forwards
	Linked    bool      `json:"linked,omitempty"`     // Telegram brought Origin here, for its comments
}

// ChatPost is a message in a chat that need not be known here.
type ChatPost struct {
	Chat    int64  `json:"chat"` // the messenger's id
	Name    string `json:"name"` // the chat's public name in lower case; "" for none
	Message int64  `json:"message"`
}

// heardLife is how long what was said waits for monitor at most.
const heardLife = 24 * time.Hour

// HandOver keeps what was said in a watched chat for monitor and marks the
// update that told it as handled, in one transaction. open says that a bot that
// sees only what is meant for it would not have seen this. Doing it twice
// changes nothing.
func (s *Store) HandOver(ctx context.Context, bot, update, chat int64, h Heard, open bool) error {
	payload, err := json.Marshal(h)
	if err != nil {
		return err
	}
	return s.tx(ctx, func(t *tx) error {
		n, err := t.update(`UPDATE inbox SET done_at = $1, payload = '' WHERE bot = $2 AND update_id = $3 AND done_at IS NULL`, t.now, bot, update)
		if err != nil || n == 0 {
			return err
		}
		if open {
			if err := t.hearsAll(chat); err != nil {
				return fmt.Errorf("note that a chat is heard: %w", err)
			}
		}
		if h.Linked && h.Origin != nil {
			if err := t.discussed(chat, h); err != nil {
				return fmt.Errorf("note where a post is commented: %w", err)
			}
		}
		t.wake(Handed)
		return t.exec(`INSERT INTO heard (chat_id, payload, heard_at) SELECT c.id, $1, $2 FROM chats c WHERE c.id = $3 AND c.purpose = 'source'`, string(payload), t.now, chat)
	})
}

// hearsAll notes that the bot is told all that is said in a chat.
func (t *tx) hearsAll(chat int64) error {
	n, err := t.update(`UPDATE chats SET hears = 1 WHERE id = $1 AND hears = 0`, chat)
	if err != nil || n == 0 {
		return err
	}
	return t.recheck(chat)
}

// discussed notes under which message a channel's post is commented, and that
// the two chats belong together.
func (t *tx) discussed(chat int64, h Heard) error {
	if err := t.exec(`INSERT INTO discussions (chat_id, telegram_id, channel, username, post, noted_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
		chat, h.Message, h.Origin.Chat, h.Origin.Name, h.Origin.Message, t.now); err != nil {
		return err
	}
	if err := t.exec(`UPDATE chats SET linked = $1 WHERE id = $2 AND linked <> $1`, h.Origin.Chat, chat); err != nil {
		return err
	}
	return t.exec(`UPDATE chats SET linked = (SELECT g.address FROM chats g WHERE g.id = $1) WHERE messenger = 'telegram' AND address = $2`, chat, h.Origin.Chat)
}

// HeardAfter returns what was said in a chat after a row, oldest first.
func (s *Store) HeardAfter(ctx context.Context, chat, after int64, limit int) ([]Heard, error) {
	return all(ctx, s.read, func(r scanner) (h Heard, err error) {
		var payload string
		var id, heard int64
		if err := r.Scan(&id, &payload, &heard); err != nil {
			return h, err
		}
		err = json.Unmarshal([]byte(payload), &h)
		h.ID, h.At = id, at(heard)
		return h, err
	}, `SELECT id, payload, heard_at FROM heard WHERE chat_id = $1 AND id > $2 ORDER BY id LIMIT $3`, chat, after, limit)
}

// cursorOf is how far a source s has read what was said in its chat.
const cursorOf = `CASE WHEN s.chat_id IS NOT NULL AND s.cursor <> '' THEN CAST(s.cursor AS BIGINT) ELSE 0 END`

// HandedTo returns the sources that have something to read of what bot handed
// over, or whose chat became another one to us.
func (s *Store) HandedTo(ctx context.Context) ([]int64, error) {
	return all(ctx, s.read, scalar[int64], `
		SELECT s.id FROM sources s WHERE s.chat_id IS NOT NULL AND s.removed_at IS NULL
			AND (s.next_read_at <= $1 OR EXISTS (SELECT 1 FROM heard h WHERE h.chat_id = s.chat_id AND h.id > `+cursorOf+`)) ORDER BY s.id`, ms(s.Now()))
}

// forgetHeard throws away what every source of the chat of a source has read.
func (t *tx) forgetHeard(source int64) error {
	return t.exec(`
		DELETE FROM heard WHERE chat_id = (SELECT o.chat_id FROM sources o WHERE o.id = $1)
			AND id <= (SELECT min(`+cursorOf+`) FROM sources s WHERE s.chat_id = heard.chat_id AND s.removed_at IS NULL)`, source)
}

// Discussion is where a channel's post is commented.
type Discussion struct {
	Chat    int64    // our id of the discussion group
	Message int64    // the messenger's id of the post there
	Post    ChatPost // the post in its channel
}

func scanDiscussion(r scanner) (d Discussion, err error) {
	return d, r.Scan(&d.Chat, &d.Message, &d.Post.Chat, &d.Post.Name, &d.Post.Message)
}

const discussionColumns = `chat_id, telegram_id, channel, username, post`

// DiscussionAt returns the channel's post that a thread of a group comments;
// ErrNotFound when it comments none.
func (s *Store) DiscussionAt(ctx context.Context, chat, thread int64) (Discussion, error) {
	return one(ctx, s.read, scanDiscussion, `SELECT `+discussionColumns+` FROM discussions WHERE chat_id = $1 AND telegram_id = $2`, chat, thread)
}

// DiscussionOf returns where a channel's post is commented; ErrNotFound when no
// group that the bot is in told it.
func (s *Store) DiscussionOf(ctx context.Context, channel, post int64) (Discussion, error) {
	return one(ctx, s.read, scanDiscussion, `SELECT `+discussionColumns+` FROM discussions WHERE channel = $1 AND post = $2 ORDER BY noted_at DESC`, channel, post)
}
