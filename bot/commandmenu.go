package bot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"otklik/bot/texts"
	"otklik/storage"
)

// bell wakes whoever keeps the command menus. Its zero value works.
type bell struct {
	once sync.Once
	c    chan struct{}
}

func (l *bell) channel() chan struct{} {
	l.once.Do(func() { l.c = make(chan struct{}, 1) })
	return l.c
}

// ring says that a role or a group changed.
func (l *bell) ring() {
	select {
	case l.channel() <- struct{}{}:
	default:
	}
}

// keepMenus tells Telegram which commands each chat has: at the start, and
// when a role or a group changed. A menu that Telegram knows is not told again.
// Trouble is logged once and tried again after growing pauses; nobody waits
// for it.
func (b *Bot) keepMenus(ctx context.Context) {
	const least, most = time.Minute, time.Hour
	for pause := least; ; {
		err := b.tellMenus(ctx)
		if ctx.Err() != nil {
			return
		}
		var again <-chan time.Time
		if err != nil {
			if pause == least {
				b.log.Warn().Err(err).Msg("the command menus are not up to date")
			}
			again, pause = time.After(pause), min(2*pause, most)
		} else {
			pause = least
		}
		select {
		case <-ctx.Done():
			return
		case <-b.bell.channel():
		case <-again:
		}
	}
}

// offered is one menu: the commands of a chat, or of all private chats for
// chat 0, to those who speak a language; "" is everybody else.
type offered struct {
	chat     int64 // the messenger's id
	where    scope
	language string // of the descriptions
	speaks   string // whose messenger speaks this
}

// tellMenus tells what changed. A menu that is refused does not keep the
// others, unless Telegram asks to wait; the first error is returned.
func (b *Bot) tellMenus(ctx context.Context) error {
	list, err := b.menuList(ctx)
	if err != nil {
		return err
	}
	var first error
	for _, o := range list {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		err := b.tellMenu(ctx, o)
		if first == nil {
			first = err
		}
		if kindOf(err) == flooded {
			break
		}
	}
	return first
}

// menuList are all menus that there should be.
func (b *Bot) menuList(ctx context.Context) ([]offered, error) {
	list := inBoth(0, strangerScope, b.cfg.Language)
	groups, err := b.store.Chats(ctx, storage.AdminChat)
	if err != nil {
		return nil, fmt.Errorf("read the groups: %w", err)
	}
	for _, g := range groups {
		if g.State == storage.Gone {
			continue
		}
		region, err := b.store.Region(ctx, g.Region)
		if err != nil {
			return nil, fmt.Errorf("region of a group: %w", err)
		}
		list = append(list, inBoth(g.Address, groupScope, region.Language)...)
	}
	people, err := b.store.PeopleWithRoles(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the people: %w", err)
	}
	for _, id := range b.cfg.Owners {
		p, err := b.store.PersonAt(ctx, id)
		if errors.Is(err, storage.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("find an owner: %w", err)
		}
		people = append(people, p)
	}
	for i, p := range people {
		twice := slices.ContainsFunc(people[:i], func(q storage.Person) bool { return q.ID == p.ID })
		if twice || p.Chat == 0 || !p.Reachable {
			continue
		}
		where, err := b.scopes(ctx, ask{person: p, chat: storage.Chat{Kind: storage.Private}, owner: slices.Contains(b.cfg.Owners, p.Address)})
		if err != nil {
			return nil, fmt.Errorf("roles of a person: %w", err)
		}
		list = append(list, offered{p.Address, where, p.Language, ""})
	}
	return list, nil
}

// inBoth is a menu for everybody in one language, and for those whose
// messenger speaks another one of ours in that.
func inBoth(chat int64, where scope, fallback string) []offered {
	list := []offered{{chat, where, fallback, ""}}
	for _, language := range texts.Languages {
		if language != fallback {
			list = append(list, offered{chat, where, language, language})
		}
	}
	return list
}

// tellMenu tells one menu unless Telegram knows it.
func (b *Bot) tellMenu(ctx context.Context, o offered) error {
	entries, err := b.menuEntries(o)
	if err != nil {
		return err
	}
	encoded, err := json.Marshal(entries)
	if err != nil {
		return err
	}
	hash := sha256.Sum256(encoded)
	key, digest := fmt.Sprintf("%d:%d:%s", b.me.ID, o.chat, o.speaks), hex.EncodeToString(hash[:8])
	shown, err := b.store.ShownMenu(ctx, key)
	if err != nil || shown == digest {
		return err
	}
	var where models.BotCommandScope = &models.BotCommandScopeChat{ChatID: o.chat}
	if o.chat == 0 {
		where = &models.BotCommandScopeAllPrivateChats{}
	}
	if err := b.limits.overall.Wait(ctx); err != nil {
		return err
	}
	err = b.call(ctx, "setMyCommands", func(ctx context.Context) error {
		_, err := b.api.SetMyCommands(ctx, &tg.SetMyCommandsParams{Commands: entries, Scope: where, LanguageCode: o.speaks})
		return err
	})
	if err != nil {
		return err
	}
	return b.store.MenuShown(ctx, key, digest)
}

// menuEntries are the commands of a menu with their descriptions. /start is
// understood and not offered: Telegram has a button for it.
func (b *Bot) menuEntries(o offered) (entries []models.BotCommand, err error) {
	for _, c := range commands() {
		if c.where&o.where == 0 || c.name == "start" {
			continue
		}
		text, err := b.words.Plain(o.language, "command_"+c.name, nil)
		if err != nil {
			return nil, err
		}
		entries = append(entries, models.BotCommand{Command: c.name, Description: text})
	}
	return entries, nil
}
