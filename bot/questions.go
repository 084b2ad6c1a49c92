package bot

import (
	"context"
	"errors"
	"fmt"

	"otklik/storage"
)

// question takes a person's message as the answer to what he was asked.
type question func(b *Bot, ctx context.Context, a ask) error

// questions lists everything that the bot asks, by the code of the notice that
// asks it: a reply to that notice answers it anywhere, and in a private chat
// the next message within fifteen minutes does.
func questions() map[string]question {
	return map[string]question{
		"ask_answer":      (*Bot).draft,
		"ask_question":    (*Bot).questioned,
		"ask_unpublished": (*Bot).closeUnpublished,
		"ask_link":        (*Bot).link,
		"ask_reopen":      (*Bot).reopen,
		"ask_merge":       (*Bot).mergeNumber,
		"link_absent":     (*Bot).relink,
		"link_other":      (*Bot).relink,
		"which":           (*Bot).draft,

		// A list of a command is changed by a reply as by the command itself.
		"setup_usage": (*Bot).setup,
		"setup_done":  (*Bot).places,
		"places":      (*Bot).places,
		"keywords":    (*Bot).keywords,
		"sources":     (*Bot).sources,
		"officials":   (*Bot).officials,
		"find_usage":  (*Bot).find,
	}
}

// question asks a person something about the incident at hand.
func (b *Bot) question(ctx context.Context, a ask, code string) error {
	if err := b.expect(ctx, a, code, ""); err != nil {
		return err
	}
	params := storage.Params{"ID": a.incident.ID}
	posts, err := b.store.Posts(ctx, a.incident.ID)
	if err != nil {
		return err
	}
	if len(posts) > 0 {
		params["First"] = firstLine(posts[0].Text, 60)
	}
	_, err = b.store.Say(ctx, storage.Saying{
		Chat: a.chat.ID, Kind: storage.NoticeMessage, Incident: a.incident.ID, Payload: storage.Notice{Code: code, Params: params},
		Dedupe: b.key(a.update, code), Sound: true, Priority: storage.First,
	})
	return err
}

// expect makes a person's next message in his private chat answer a question.
// In a group only a reply does: people talk to each other there.
func (b *Bot) expect(ctx context.Context, a ask, code, data string) error {
	if a.chat.Kind != storage.Private || a.person.ID == 0 {
		return nil
	}
	return b.store.OpenDialog(ctx, storage.Dialog{Person: a.person.ID, Chat: a.chat.ID, Kind: code, Incident: a.incident.ID, Data: data})
}

// leaveDialog forgets what a person was asked about one incident when he
// presses a button of another.
func (b *Bot) leaveDialog(ctx context.Context, a ask) error {
	if a.chat.Kind != storage.Private || a.incident.ID == 0 {
		return nil
	}
	d, err := b.store.OpenedDialog(ctx, a.person.ID, a.chat.ID)
	if errors.Is(err, storage.ErrNotFound) || err == nil && (d.Incident == 0 || d.Incident == a.incident.ID) {
		return nil
	}
	if err != nil {
		return err
	}
	return b.store.CloseDialog(ctx, a.person.ID, a.chat.ID)
}

// replied takes a reply to one of our messages.
func (b *Bot) replied(ctx context.Context, a ask) error {
	switch a.message.Kind {
	case storage.NoticeMessage:
		n, err := noticeOf(a.message)
		if err != nil {
			return err
		}
		if do, ok := questions()[n.Code]; ok {
			return do(b, ctx, a)
		}
	case storage.CardMessage:
		if a.chat.Purpose == storage.AdminChat && a.incident.Region == a.region.ID {
			return b.remark(ctx, a)
		}
		return nil
	case storage.ItemMessage, storage.PreviewMessage, storage.CopyMessage:
		if a.chat.Kind == storage.Private {
			return b.answered(ctx, a)
		}
	}
	if a.message.ID == 0 && a.chat.Kind == storage.Private {
		return b.unboundReply(ctx, a)
	}
	return b.unbound(ctx, a)
}

// unbound takes a message that is no reply: the answer to the question that
// was asked last, or a draft of nobody knows which answer.
func (b *Bot) unbound(ctx context.Context, a ask) error {
	if a.chat.Kind != storage.Private || a.person.ID == 0 {
		return nil
	}
	joined, err := b.joinDraft(ctx, a)
	if err != nil || joined {
		return err
	}
	d, err := b.store.OpenedDialog(ctx, a.person.ID, a.chat.ID)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return err
	}
	if do, ok := questions()[d.Kind]; err == nil && ok && d.Incident != 0 {
		if a.incident, err = b.store.Incident(ctx, d.Incident); err != nil {
			return fmt.Errorf("incident of a question: %w", err)
		}
		return do(b, ctx, a)
	}
	return b.unboundReply(ctx, a)
}

// unboundReply asks which incident a message is about. Whoever has none to
// answer is told what the bot is for.
func (b *Bot) unboundReply(ctx context.Context, a ask) error {
	official, err := b.officialIn(ctx, a.person.ID, 0)
	if err != nil {
		return err
	}
	if official && a.raw != nil {
		incident, err := b.linkOf(ctx, a)
		if err != nil {
			return err
		}
		if incident != 0 && incident != a.incident.ID {
			if a.incident, err = b.store.Incident(ctx, incident); err != nil {
				return err
			}
			return b.link(ctx, a)
		}
	}
	if official {
		return b.askWhich(ctx, a)
	}
	return b.stranger(ctx, a)
}

// stranger is told one polite sentence and his own id, nothing else.
func (b *Bot) stranger(ctx context.Context, a ask) error {
	where, err := b.scopes(ctx, a)
	if err != nil {
		return err
	}
	if where != strangerScope {
		return b.reply(ctx, a, "command_hint", nil)
	}
	return b.reply(ctx, a, "stranger", storage.Params{"Telegram": a.person.Address})
}
