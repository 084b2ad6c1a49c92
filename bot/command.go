package bot

import (
	"context"
	"strings"

	"otklik/bot/texts"
	"otklik/storage"
)

// command does what a typed command asks for where it is understood. In a
// group an unknown one may be another bot's, so nothing is said.
func (b *Bot) command(ctx context.Context, a ask, c typed) error {
	where, err := b.scopes(ctx, a)
	if err != nil {
		return err
	}
	a.text = clean(c.text)
	for _, known := range commands() {
		if known.name != c.name {
			continue
		}
		if known.where&where != 0 {
			return known.do(b, ctx, a)
		}
		if a.chat.Kind != storage.Private && a.chat.Purpose != storage.AdminChat {
			return nil
		}
		return b.reply(ctx, a, "command_elsewhere", storage.Params{"name": c.name})
	}
	if a.chat.Kind == storage.Private {
		return b.reply(ctx, a, "command_unknown", nil)
	}
	return nil
}

// scopes says which commands a person has in a chat.
func (b *Bot) scopes(ctx context.Context, a ask) (scope, error) {
	if a.chat.Kind != storage.Private {
		if a.chat.Purpose == storage.AdminChat || a.chat.Purpose == storage.OtherChat {
			return groupScope, nil
		}
		return 0, nil
	}
	where := strangerScope
	if a.owner {
		where |= ownerScope
	}
	roles, err := b.store.Roles(ctx, a.person.ID)
	if err != nil {
		return 0, err
	}
	for _, r := range roles {
		if r.Kind == storage.StaffRole {
			where |= staffScope
		} else {
			where |= officialScope
		}
	}
	return where, nil
}

// phrase is the command that a button of a reply keyboard stands for: its
// label in any language is the template "key_NAME".
func (b *Bot) phrase(text string) string {
	if text == "" || len(text) > 100 {
		return ""
	}
	for _, c := range commands() {
		if !b.words.Has("key_" + c.name) {
			continue
		}
		for _, lang := range texts.Languages {
			if label, err := b.words.Plain(lang, "key_"+c.name, nil); err == nil && strings.EqualFold(label, text) {
				return c.name
			}
		}
	}
	return ""
}
