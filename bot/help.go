package bot

import (
	"context"

	"otklik/storage"
)

// help is /help: the commands that somebody has where he asks.
func (b *Bot) help(ctx context.Context, a ask) error {
	where, err := b.scopes(ctx, a)
	if err != nil {
		return err
	}
	if a.chat.Purpose == storage.OtherChat && a.chat.Kind != storage.Private {
		return b.reply(ctx, a, "greeting", nil)
	}
	if where == strangerScope {
		return b.stranger(ctx, a)
	}
	return b.reply(ctx, a, "help", storage.Params{"where": int(where)})
}

// viewHelp words the table of commands.
func viewHelp(b *Bot, _ context.Context, s *speaker, m storage.Message) (rendered, error) {
	n, err := noticeOf(m)
	if err != nil {
		return rendered{}, err
	}
	where := scope(number(n.Params, "where"))
	var parts []string
	for _, c := range commands() {
		if c.where&where != 0 && c.name != "start" {
			parts = append(parts, s.html("help_"+c.name, nil))
		}
	}
	text := s.html("help", storage.Params{"Group": where&groupScope != 0, "Official": where&officialScope != 0, "Staff": where&staffScope != 0, "Owner": where&ownerScope != 0})
	for _, p := range parts {
		text += "\n" + p
	}
	r := rendered{text: text}
	if where&staffScope != 0 && m.ChatKind == storage.Private {
		r.keyboard = staffKeys(s)
	}
	return r, s.err
}
