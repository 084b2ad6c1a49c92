package monitor

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"otklik/monitor/links"
	"otklik/storage"
)

// telegramPage is how many messages one page has at most.
const telegramPage = 200

// telegram reads groups and channels that the bot is in. It calls nobody: what
// is said there comes through the database, and so does what is answered.
type telegram struct{ store *storage.Store }

func openTelegram(s setup) (Network, error) { return telegram{s.store}, nil }

func (telegram) Name() string { return links.Telegram }

// Fetch reads what bot handed over since the cursor, the id of the last row.
// An album whose pictures may still be on their way is left for a later page.
func (n telegram) Fetch(ctx context.Context, s storage.Source) (Page, error) {
	c, err := n.store.ChatOfSource(ctx, s.ID)
	if errors.Is(err, storage.ErrNotFound) {
		return Page{}, Unheard{notMember}
	}
	if err != nil {
		return Page{}, fmt.Errorf("read the chat of source %d: %w", s.ID, err)
	}
	after, err := readTelegramCursor(s.Cursor)
	if err != nil {
		return Page{}, err
	}
	rows, err := n.store.HeardAfter(ctx, c.ID, after, telegramPage)
	if err != nil {
		return Page{}, fmt.Errorf("read what was said in chat %d: %w", c.ID, err)
	}
	if code := deaf(c); code != "" && len(rows) == 0 {
		return Page{}, Unheard{code}
	}
	albums, taken, wait := joinAlbums(rows, n.store.Now())
	p := Page{Cursor: s.Cursor, More: len(rows) == telegramPage || !wait.IsZero(), NotBefore: wait}
	if taken > 0 {
		p.Cursor = strconv.FormatInt(rows[taken-1].ID, 10)
	}
	if p.Items, err = n.items(ctx, c, albums); err != nil {
		return Page{}, err
	}
	return p, nil
}

func readTelegramCursor(cursor string) (int64, error) {
	if cursor == "" {
		return 0, nil
	}
	after, err := strconv.ParseInt(cursor, 10, 64)
	if err != nil || after < 0 {
		return 0, fmt.Errorf("cursor %q: %w", cursor, BadConfig{What: "cursor"})
	}
	return after, nil
}

// What keeps a chat from being heard, or an answer from going there.
const (
	notMember  = "not_member"
	kicked     = "kicked"
	notAdmin   = "not_admin" // a channel shows its posts to its administrators only
	inPrivacy  = "privacy"   // the bot sees commands and replies only
	mayNotSay  = "muted"     // it hears, but may not write
	noComments = "comments"  // the discussion group of a channel is not watched
	noRights   = "no_rights" // as muted, for an answer
	noGroup    = "no_group"  // under a channel's posts only its discussion group can answer
	notWatched = "not_watched"
)

// deaf is the code of what keeps the bot from hearing all that is said in a
// chat, "" for nothing.
func deaf(c storage.Chat) string {
	is := c.Membership
	switch {
	case c.State == storage.Gone:
		return kicked
	case is.Hears:
		return ""
	case is.Standing == "":
		return notMember
	case c.Kind == storage.Channel:
		return notAdmin
	}
	return inPrivacy
}

// Listens says what is missing for a chat to be heard and answered in.
func (n telegram) Listens(ctx context.Context, s storage.Source) (missing []string, err error) {
	c, err := n.store.ChatOfSource(ctx, s.ID)
	if errors.Is(err, storage.ErrNotFound) {
		return []string{notMember}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the chat of source %d: %w", s.ID, err)
	}
	if code := deaf(c); code != "" {
		return []string{code}, nil
	}
	if c.Membership.Standing == storage.Muted {
		missing = append(missing, mayNotSay)
	}
	if c.Kind == storage.Channel {
		group, err := n.discussionGroup(ctx, c)
		if err != nil {
			return nil, err
		}
		if group.Purpose != storage.SourceChat || deaf(group) != "" {
			missing = append(missing, noComments)
		}
	}
	return missing, nil
}

// discussionGroup is where a channel's posts are commented; the zero value for
// one that the bot has not met.
func (n telegram) discussionGroup(ctx context.Context, channel storage.Chat) (storage.Chat, error) {
	if channel.Membership.Linked == 0 {
		return storage.Chat{}, nil
	}
	c, err := n.store.ChatCalled(ctx, strconv.FormatInt(channel.Membership.Linked, 10))
	if errors.Is(err, storage.ErrNotFound) {
		return storage.Chat{}, nil
	}
	if err != nil {
		return c, fmt.Errorf("read the discussion group of chat %d: %w", channel.ID, err)
	}
	return c, nil
}
