package monitor

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"otklik/storage"
)

const (
	telegramLook    = 2 * time.Second // for the database to say whether an answer can go
	telegramCaption = 1024            // letters that may stand beside a picture
	telegramPhotos  = 10              // pictures of an album
)

// TakesPhotos is an album's worth, beside a text that is short enough; they go
// by the ids that Telegram has for them.
func (n telegram) TakesPhotos(storage.Post) int { return telegramPhotos }

// CanPublish says whether an answer can go under a post: into a watched group
// where the bot may write, and under a channel's post in its discussion group.
// What the bot may is known from what bot noted, and Telegram is not asked.
func (n telegram) CanPublish(p storage.Post) (ok bool, reason string) {
	ctx, cancel := context.WithTimeout(context.Background(), telegramLook)
	defer cancel()
	t, err := readTelegramID(p.ExternalID)
	if err != nil {
		return false, reasonNotSupported
	}
	c, err := n.answering(ctx, t)
	if cannot, ok := errors.AsType[CannotPublish](err); ok {
		return false, cannot.Reason
	}
	if err != nil {
		return false, reasonTrouble
	}
	reason = mayAnswer(c)
	return reason == "", reason
}

// telegramPlace is what an external id says.
type telegramPlace struct {
	chat    string // public name, or the messenger's id
	message int64
	comment int64 // under the message, if that is a channel's post; 0 for none
}

func readTelegramID(id string) (t telegramPlace, err error) {
	parts := strings.Split(id, "/")
	if len(parts) != 2 && len(parts) != 3 || parts[0] == "" {
		return t, BadConfig{What: "id"}
	}
	t.chat = parts[0]
	numbers := []*int64{&t.message, &t.comment}
	for i, text := range parts[1:] {
		if *numbers[i], err = strconv.ParseInt(text, 10, 64); err != nil || *numbers[i] <= 0 {
			return t, BadConfig{What: "id"}
		}
	}
	return t, nil
}

// answering is the chat in which an answer under a place would stand.
func (n telegram) answering(ctx context.Context, t telegramPlace) (storage.Chat, error) {
	c, err := n.store.ChatCalled(ctx, t.chat)
	if errors.Is(err, storage.ErrNotFound) {
		return c, CannotPublish{notWatched}
	}
	if err != nil {
		return c, fmt.Errorf("read chat %q: %w", t.chat, err)
	}
	if c.Kind != storage.Channel {
		return c, nil
	}
	group, err := n.discussionGroup(ctx, c)
	if err == nil && group.ID == 0 {
		err = CannotPublish{noGroup}
	}
	return group, err
}

// mayAnswer is the code of what keeps an answer from a chat, "" for nothing.
func mayAnswer(c storage.Chat) string {
	switch {
	case c.Purpose != storage.SourceChat:
		return notWatched
	case c.State == storage.Gone:
		return kicked
	case c.State != storage.Active, c.Membership.Standing == storage.Muted:
		return noRights
	}
	return ""
}

// Publish hands the answer over to the outbox of bot, which says what becomes
// of it.
func (n telegram) Publish(ctx context.Context, p storage.Post, a Answer) (externalID, url string, err error) {
	t, err := readTelegramID(p.ExternalID)
	if err != nil {
		return "", "", CannotPublish{reasonNotSupported}
	}
	c, err := n.answering(ctx, t)
	if err != nil {
		return "", "", err
	}
	if reason := mayAnswer(c); reason != "" {
		return "", "", CannotPublish{reason}
	}
	if len(a.Photos) > 0 && utf8.RuneCountInString(a.Text) > telegramCaption {
		return "", "", PhotosRefused{}
	}
	answer, err := n.reply(ctx, p, t, c)
	if err != nil {
		return "", "", err
	}
	answer.Photos = len(a.Photos)
	err = n.store.SendAnswer(ctx, c.ID, a.Key, answer)
	if errors.Is(err, storage.ErrConflict) {
		return "", "", fmt.Errorf("%w: %w", CannotPublish{noRights}, err)
	}
	if err != nil {
		return "", "", fmt.Errorf("hand an answer over: %w", err)
	}
	return "", "", HandedOver{}
}

// reply says what an answer replies to, and what it will be called.
func (n telegram) reply(ctx context.Context, p storage.Post, t telegramPlace, c storage.Chat) (a storage.ChatAnswer, err error) {
	a = storage.ChatAnswer{ReplyTo: t.message, External: c.Key() + "/"}
	if home := c.URL(); home != "" {
		a.URL = home + "/"
	}
	if post, _, isComment := strings.Cut(p.URL, "?comment="); isComment {
		a.URL = post + "?comment="
	}
	if c.Key() == t.chat || strconv.FormatInt(c.Address, 10) == t.chat {
		return a, nil
	}
	// Under a channel's post: the answer stands in its discussion group.
	channel, err := n.store.ChatCalled(ctx, t.chat)
	if err != nil {
		return a, fmt.Errorf("read channel %q: %w", t.chat, err)
	}
	d, err := n.store.DiscussionOf(ctx, channel.Address, t.message)
	if errors.Is(err, storage.ErrNotFound) || err == nil && d.Chat != c.ID {
		return a, CannotPublish{noGroup}
	}
	if err != nil {
		return a, fmt.Errorf("where post %d is commented: %w", p.ID, err)
	}
	a.ReplyTo = d.Message
	if t.comment != 0 {
		a.ReplyTo = t.comment
	}
	a.URL = messageURL(channel, t.message) + "?comment="
	return a, nil
}

// FindPublished says whether an answer under the post is with the outbox, which
// settles it; what was never handed over certainly did not go out.
func (n telegram) FindPublished(ctx context.Context, p storage.Post, text string, _ time.Time) (externalID, url string, found bool, err error) {
	underway, err := n.store.AnswerUnderway(ctx, p.ID, text)
	if err == nil && underway {
		err = HandedOver{}
	}
	return "", "", false, err
}
