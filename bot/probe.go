package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/go-telegram/bot/models"

	"otklik/storage"
)

const (
	settleTime = callTime + 25*time.Second // after that a lost request is no longer on its way
	maxProbes  = 6                         // calls for one message
	silence    = 3                         // ids in a row without a message: the chat ends before them
)

// settle decides what becomes of a chat's messages of which nobody knows
// whether they arrived: adopted, sent again, or given up. It does one at a
// time; else it says how long to wait for the next.
func (b *Bot) settle(ctx, calls context.Context, o *outlet, lane storage.Lane) (wait time.Duration, did bool, err error) {
	list, err := b.store.Uncertainties(ctx, o.chat)
	if err != nil {
		return 0, false, fmt.Errorf("uncertain messages: %w", err)
	}
	if b.store.Held() {
		return 0, false, nil
	}
	probing := b.cfg.Probe && lane.Kind == storage.Supergroup
	for _, u := range list {
		due := u.SendingAt
		if probing {
			due = due.Add(settleTime)
		}
		if later := due.Sub(b.store.Now()); later > 0 {
			if wait == 0 || later < wait {
				wait = later
			}
			continue
		}
		return 0, true, b.decide(calls, o, lane, u, probing)
	}
	return wait, false, nil
}

// decide settles one message. Telegram must be heard first: else the answer to
// what is sent now would be lost like the one before.
func (b *Bot) decide(ctx context.Context, o *outlet, lane storage.Lane, u storage.Outgoing, probing bool) error {
	keep := context.WithoutCancel(ctx)
	if err := b.hear(ctx); err != nil {
		return b.undecided(keep, o, lane, err)
	}
	if isAnswer(u.Message) {
		return b.decideAnswer(ctx, o, lane, u, probing)
	}
	found := doubtful
	if probing {
		var err error
		if found, err = b.probe(ctx, lane, u); err != nil {
			return b.undecided(keep, o, lane, err)
		}
	}
	switch {
	case found == thereAlready:
		return nil
	case u.Message.State != storage.Live:
		return b.store.FailOutgoing(keep, u, "superseded")
	case found == neverSent:
		return b.store.Later(keep, u, b.store.Now(), "not sent")
	case u.Repeated:
		b.log.Error().Int64("message", u.Message.ID).Msg("message given up: both answers to its sending were lost")
		return b.store.FailOutgoing(keep, u, "unknown")
	}
	b.log.Warn().Int64("message", u.Message.ID).Msg("a message is sent again: it may stand twice")
	return b.store.Repeat(keep, u)
}

// undecided puts a decision off after a call for it failed.
func (b *Bot) undecided(ctx context.Context, o *outlet, lane storage.Lane, err error) error {
	settled, err := b.trouble(ctx, o, lane, err)
	if !settled && err == nil {
		o.resume = time.Now().Add(o.backoff())
	}
	return err
}

// hear asks Telegram something harmless.
func (b *Bot) hear(ctx context.Context) error {
	return b.call(ctx, "getMe", func(ctx context.Context) error {
		_, err := b.api.GetMe(ctx)
		return err
	})
}

// finding is what a probe found.
type finding int

const (
	doubtful     finding = iota
	neverSent            // the message certainly did not arrive
	thereAlready         // it did, and is ours again
)

// probe looks for a message in a supergroup, where ids follow each other: what
// can be edited is ours, and what is ours and unknown is what was lost. The
// edit makes it show what it should, whatever it was.
func (b *Bot) probe(ctx context.Context, lane storage.Lane, u storage.Outgoing) (finding, error) {
	r, err := b.renderSafely(ctx, u.Message)
	if err != nil || r.nothing || r.force != "" || len(r.keyboard) > 0 || u.AfterID == 0 {
		return doubtful, nil
	}
	if u.Message.State == storage.Retired {
		r.buttons = nil
	}
	known, err := b.store.KnownMessages(ctx, lane.Chat, u.AfterID)
	if err != nil {
		return doubtful, fmt.Errorf("known messages: %w", err)
	}
	empty := 0
	for id, calls := u.AfterID+1, 0; calls < maxProbes; id++ {
		if known[id] {
			empty = 0
			continue
		}
		calls++
		k, err := b.touch(ctx, lane, u.Message, id, r)
		switch {
		case err != nil:
			return doubtful, err
		case k == unchanged:
			b.log.Info().Int64("message", u.Message.ID).Msg("a message whose answer was lost was found")
			return thereAlready, b.store.Sent(context.WithoutCancel(ctx), u, b.me.ID, id)
		case k == notFound:
			empty++
		default:
			empty = 0
		}
	}
	if empty >= silence {
		return neverSent, nil
	}
	return doubtful, nil
}

// touch edits a message that may be ours, and tells what Telegram said.
func (b *Bot) touch(ctx context.Context, lane storage.Lane, m storage.Message, id int64, r rendered) (kind, error) {
	if err := b.allowed(ctx, lane, true); err != nil {
		return rejected, err
	}
	err := b.amend(ctx, m.Address, id, r, manner{})
	b.limits.note(lane.Chat, true)
	switch k := kindOf(err); k {
	case unchanged, notFound:
		return k, nil
	case flooded, migrated, gone, unreachable, noRights, badToken, down, unsent, lost, gateway:
		return k, err
	}
	return notOurs, nil
}

// choices are the actions of messages that list incidents, or ask for one.
var choices = []string{"show", "item", "bind"}

// adopt takes a card, an item or a preview that was pressed although nobody
// knows it: it arrived, and the answer to its sending was lost.
func (b *Bot) adopt(ctx context.Context, q *models.CallbackQuery) error {
	p, ok := readData(q.Data)
	if !ok || p.incident == 0 || q.Message.Message == nil || slices.Contains(choices, p.name) {
		return nil
	}
	in, message := pressedMessage(q)
	if from := q.Message.Message.From; from == nil || from.ID != b.me.ID {
		return nil
	}
	chat, err := b.store.MeetChat(ctx, in.ID, storage.ChatKind(in.Type), title(in), int64(message))
	if err != nil {
		return fmt.Errorf("meet the chat of a press: %w", err)
	}
	if _, err := b.store.Message(ctx, chat.ID, b.me.ID, int64(message)); !errors.Is(err, storage.ErrNotFound) {
		return err
	}
	kinds := []storage.MessageKind{storage.CardMessage}
	if chat.Kind == storage.Private {
		kinds = []storage.MessageKind{storage.ItemMessage, storage.PreviewMessage}
	}
	for _, k := range kinds {
		m, err := b.store.LiveMessage(ctx, p.incident, chat.ID, k)
		if errors.Is(err, storage.ErrNotFound) || err == nil && m.Telegram != 0 && k == storage.ItemMessage {
			continue
		}
		if err != nil {
			return fmt.Errorf("find the message that was pressed: %w", err)
		}
		return b.store.AdoptMessage(ctx, m, b.me.ID, int64(message))
	}
	return nil
}
