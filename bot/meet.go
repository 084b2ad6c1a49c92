package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-telegram/bot/models"

	"otklik/storage"
)

// meet notes the chat and the person of an update and says who asks where. A
// nil person is an anonymous administrator or a channel: the chat itself.
func (b *Bot) meet(ctx context.Context, in models.Chat, from *models.User, seen int) (a ask, err error) {
	c, err := b.meetChat(ctx, in, seen)
	if err != nil {
		return a, err
	}
	return b.meetIn(ctx, c, from)
}

// meetChat notes a chat as an update shows it.
func (b *Bot) meetChat(ctx context.Context, in models.Chat, seen int) (storage.Chat, error) {
	c, err := b.store.MeetChat(ctx, in.ID, storage.ChatKind(in.Type), title(in), int64(seen))
	if err != nil {
		return c, fmt.Errorf("meet a chat: %w", err)
	}
	if in.Type == models.ChatTypePrivate || c.Username == strings.ToLower(in.Username) {
		return c, nil
	}
	if err := b.store.NameChat(ctx, c.ID, in.Username); err != nil {
		return c, fmt.Errorf("name a chat: %w", err)
	}
	return b.store.Chat(ctx, c.ID)
}

// meetIn notes who did something in a chat and says who asks where.
func (b *Bot) meetIn(ctx context.Context, c storage.Chat, from *models.User) (a ask, err error) {
	a.chat, a.language = c, b.cfg.Language
	if from != nil {
		if err := b.meetPerson(ctx, &a, from); err != nil {
			return a, err
		}
	}
	switch a.chat.Purpose {
	case storage.AdminChat:
		a.as = storage.Actor{Kind: storage.Administrator, Person: a.person.ID}
		if a.region, err = b.store.Region(ctx, a.chat.Region); err != nil {
			return a, fmt.Errorf("region of the group: %w", err)
		}
		a.language = a.region.Language
	case storage.PrivateChat:
		a.as = storage.Actor{Kind: storage.AsOfficial, Person: a.person.ID}
		a.language = a.person.Language
	}
	return a, nil
}

func (b *Bot) meetPerson(ctx context.Context, a *ask, from *models.User) (err error) {
	private := int64(0)
	if a.chat.Kind == storage.Private {
		private = a.chat.ID
	}
	a.person, err = b.store.MeetPerson(ctx, from.ID, fullName(from.FirstName, from.LastName), b.languageOf(from), private)
	if err != nil {
		return fmt.Errorf("meet a person: %w", err)
	}
	a.owner = slices.Contains(b.cfg.Owners, from.ID)
	return nil
}

// languageOf is the language of ours that a person's messenger speaks.
func (b *Bot) languageOf(u *models.User) string {
	switch short, _, _ := strings.Cut(u.LanguageCode, "-"); short {
	case "ru", "en":
		return short
	default:
		return b.cfg.Language
	}
}

func title(c models.Chat) string {
	if c.Title != "" {
		return cleanLine(c.Title)
	}
	return fullName(c.FirstName, c.LastName)
}

func fullName(first, last string) string { return cleanLine(first + " " + last) }

// officialIn tells whether the person answers for a body in a region.
func (b *Bot) officialIn(ctx context.Context, person, region int64) (bool, error) {
	roles, err := b.store.Roles(ctx, person)
	if err != nil {
		return false, fmt.Errorf("roles of a person: %w", err)
	}
	return slices.ContainsFunc(roles, func(r storage.Role) bool {
		return r.Kind == storage.OfficialRole && (r.Region == region || region == 0)
	}), nil
}

// about finds the message of ours that was pressed or replied to, and the
// incident that it is about. Neither need exist.
func (b *Bot) about(ctx context.Context, a *ask, telegram int) (err error) {
	a.message, err = b.store.Message(ctx, a.chat.ID, b.me.ID, int64(telegram))
	if errors.Is(err, storage.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("find a message of ours: %w", err)
	}
	if a.message.Incident == 0 {
		return nil
	}
	if a.incident, err = b.store.Incident(ctx, a.message.Incident); err != nil {
		return fmt.Errorf("find the incident of a message: %w", err)
	}
	return nil
}
