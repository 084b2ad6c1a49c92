package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"otklik/bot/texts"
	"otklik/storage"
)

// publish is «Опубликовать»: the button carries the version that was read.
// Where a network would not take the text, the official publishes himself.
func (b *Bot) publish(ctx context.Context, a ask) (toast, error) {
	problems, all, err := b.objections(ctx, a.incident.ID)
	if err != nil {
		return toast{}, err
	}
	if all {
		return toast{}, wrong{"unpublishable", storage.Params{"ID": a.incident.ID}}
	}
	c, err := b.store.Publish(ctx, a.as, a.incident.ID, a.id(0), b.cfg.Hold, networksOf(problems)...)
	if err != nil {
		return toast{}, b.newerDraft(ctx, a, err)
	}
	if err := b.store.CloseDialog(ctx, a.person.ID, a.chat.ID); err != nil {
		return toast{}, err
	}
	a.incident = c.Incident
	if c.Incident.FrozenAt.IsZero() {
		return toast{code: "done_nowhere", data: storage.Params{"ID": c.Incident.ID}}, nil
	}
	p, err := b.publications(ctx, c.Incident.ID)
	if err != nil {
		return toast{}, err
	}
	if len(p.in(storage.AwaitsHand)) > 0 {
		if err := b.expect(ctx, a, "ask_link", ""); err != nil {
			return toast{}, err
		}
	}
	planned := p.in(storage.Planned, storage.Sending)
	if len(planned) == 0 {
		return toast{code: "done_by_hand", data: storage.Params{"ID": c.Incident.ID}}, nil
	}
	region, err := b.store.Region(ctx, c.Incident.Region)
	if err != nil {
		return toast{}, err
	}
	due := texts.In(region.Zone(), planned[0].Due, b.store.Now())
	return toast{code: "done_planned", data: storage.Params{"ID": c.Incident.ID, "Due": due}}, nil
}

// newerDraft tells a press on an old version apart from other conflicts.
func (b *Bot) newerDraft(ctx context.Context, a ask, err error) error {
	var c *storage.Conflict
	if !errors.As(err, &c) || c.Publishing || c.NotYours || c.Incident.State != storage.Assigned {
		return err
	}
	if latest, e := b.store.Answer(ctx, a.incident.ID); e == nil && latest.State == storage.Draft && latest.Version != a.id(0) {
		return wrong{"newer_draft", storage.Params{"ID": a.incident.ID}}
	}
	return err
}

// publications is an answer with where it stands.
type publications struct {
	answer storage.Answer
	list   []storage.Publication
}

// publications returns those of the incident's latest answer.
func (b *Bot) publications(ctx context.Context, incident int64) (p publications, err error) {
	if p.answer, err = b.store.Answer(ctx, incident); err != nil {
		return p, fmt.Errorf("answer of incident %d: %w", incident, err)
	}
	if p.list, err = b.store.Publications(ctx, p.answer.ID); err != nil {
		return p, fmt.Errorf("publications of incident %d: %w", incident, err)
	}
	return p, nil
}

// in are the publications in one of the states.
func (p publications) in(states ...storage.PublicationState) []storage.Publication {
	return slices.DeleteFunc(slices.Clone(p.list), func(x storage.Publication) bool { return !slices.Contains(states, x.State) })
}

// stoppable says that nothing of the answer went out, or may have, so that its
// text can be a draft again.
func (p publications) stoppable() bool {
	return len(p.in(storage.Planned, storage.AwaitsHand, storage.Impossible)) == len(p.list)
}

// stop is «Остановить»: the text is a draft again.
func (b *Bot) stop(ctx context.Context, a ask) (toast, error) {
	c, err := b.store.Stop(ctx, a.as, a.incident.ID)
	return toast{code: "done_stopped", data: storage.Params{"ID": c.Incident.ID}}, err
}

// change is «Изменить»: it stops what waits for a link and asks for another text.
func (b *Bot) change(ctx context.Context, a ask) (toast, error) {
	if !a.incident.FrozenAt.IsZero() {
		c, err := b.store.Stop(ctx, a.as, a.incident.ID)
		if err != nil {
			return toast{}, err
		}
		a.incident = c.Incident
	}
	return b.askAnswer(ctx, a)
}
