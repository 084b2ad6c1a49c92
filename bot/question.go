package bot

import (
	"context"
	"slices"
	"time"

	"otklik/storage"
)

// askQuestion is «Администратору»: it asks for the question.
func (b *Bot) askQuestion(ctx context.Context, a ask) (toast, error) {
	if a.incident.State != storage.Assigned {
		return toast{}, wrong{"conflict", storage.Params{"ID": a.incident.ID, "State": string(a.incident.State)}}
	}
	return toast{}, b.question(ctx, a, "ask_question")
}

// questioned brings the official's question to the administrators' card.
func (b *Bot) questioned(ctx context.Context, a ask) error {
	if a.text == "" {
		return wrong{"words_needed", nil}
	}
	if err := b.mine(ctx, a); err != nil {
		return err
	}
	if said, err := b.said(ctx, a, storage.Asked); err != nil {
		return err
	} else if !said {
		if err := b.store.Ask(ctx, a.as, a.incident.ID, a.text); err != nil {
			return err
		}
	}
	if err := b.store.CloseDialog(ctx, a.person.ID, a.chat.ID); err != nil {
		return err
	}
	return b.reply(ctx, a, "done_asked", storage.Params{"ID": a.incident.ID})
}

// remark takes an administrator's reply to a card: to a card with an
// official's question it goes to him, else it stays as a comment.
func (b *Bot) remark(ctx context.Context, a ask) error {
	if a.text == "" {
		return nil
	}
	if a.message.Head().Reason == "question" && a.incident.State == storage.Assigned {
		if said, err := b.said(ctx, a, storage.Replied); err != nil || said {
			return err
		}
		return b.store.Reply(ctx, a.as, a.incident.ID, a.text)
	}
	if said, err := b.said(ctx, a, storage.Commented); err != nil || said {
		return err
	}
	return b.store.Comment(ctx, a.as, a.incident.ID, a.text)
}

// said tells whether the journal has these words of this person already: an
// update may be handled twice. What he said before he wrote this message was
// another one: the same words may answer the next question.
func (b *Bot) said(ctx context.Context, a ask, kind storage.EventKind) (bool, error) {
	events, err := b.store.Journal(ctx, a.incident.ID)
	written := time.Unix(int64(a.raw.Date), 0)
	return slices.ContainsFunc(events, func(e storage.Event) bool {
		return e.Kind == kind && e.Actor == a.as && e.Text == a.text && !e.At.Before(written)
	}), err
}
