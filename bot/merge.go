package bot

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"otklik/storage"
)

// similar is an earlier incident as the card that proposes it tells it.
type similar struct {
	ID    int64
	State string
	Body  string
	First string
	open  bool // the two can be merged
}

// tellSimilar tells which incident an open one is like.
func (b *Bot) tellSimilar(ctx context.Context, f *facts) error {
	if !f.incident.Open() {
		return nil
	}
	p, err := b.store.Proposal(ctx, f.ID)
	if errors.Is(err, storage.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("what incident %d is like: %w", f.ID, err)
	}
	f.Similar = &similar{ID: p.Other.ID, State: string(p.Other.State), open: p.Other.Open()}
	if f.Similar.First, err = b.firstOf(ctx, p.Other.ID, 60); err != nil {
		return err
	}
	if p.Other.Official != 0 {
		o, err := b.store.Official(ctx, p.Other.Official)
		if err != nil {
			return fmt.Errorf("official of incident %d: %w", p.Other.ID, err)
		}
		f.Similar.Body = cleanLine(o.BodyName)
	}
	return nil
}

// firstOf is the first line of an incident's first post.
func (b *Bot) firstOf(ctx context.Context, incident int64, n int) (string, error) {
	posts, err := b.store.Posts(ctx, incident)
	if err != nil || len(posts) == 0 {
		return "", err
	}
	return firstLine(posts[0].Text, n), nil
}

// merge makes the incident a part of the one that its card proposes.
func (b *Bot) merge(ctx context.Context, a ask) (toast, error) {
	c, err := b.store.Merge(ctx, a.as, a.incident.ID, a.id(0))
	return toast{code: "done_merged", data: storage.Params{"ID": c.Incident.ID, "Into": c.Incident.MergedInto}}, err
}

// askMerge asks which incident this one is to be a part of.
func (b *Bot) askMerge(ctx context.Context, a ask) (toast, error) {
	if !a.incident.Open() {
		return toast{}, wrong{"conflict", storage.Params{"ID": a.incident.ID, "State": string(a.incident.State)}}
	}
	return toast{code: "reply_below"}, b.question(ctx, a, "ask_merge")
}

// mergeNumber takes the number of the incident to merge into.
func (b *Bot) mergeNumber(ctx context.Context, a ask) error {
	if err := b.may(ctx, a, inGroup); err != nil {
		return err
	}
	into, ok := readNumber(a.text)
	switch {
	case !ok:
		return wrong{"merge_number", nil}
	case into == a.incident.ID:
		return wrong{"merge_itself", storage.Params{"ID": into}}
	case a.incident.MergedInto != into: // else this is the same reply, handled again
		_, err := b.store.Merge(ctx, a.as, a.incident.ID, into)
		if errors.Is(err, storage.ErrNotFound) {
			return wrong{"find_nothing", storage.Params{"ID": into}}
		}
		if err != nil {
			return err
		}
	}
	return b.reply(ctx, a, "done_merged", storage.Params{"ID": a.incident.ID, "Into": into})
}

// readNumber reads an incident's number as people write it.
func readNumber(text string) (id int64, ok bool) {
	id, err := strconv.ParseInt(strings.TrimSpace(strings.TrimLeft(text, "№#Nn ")), 10, 64)
	return id, err == nil
}
