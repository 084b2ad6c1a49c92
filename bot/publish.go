package bot

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"

	"otklik/bot/texts"
	"otklik/monitor/links"
	"otklik/storage"
)

// publish is «Опубликовать»: the button carries the version that was read.
func (b *Bot) publish(ctx context.Context, a ask) (toast, error) {
	if problems, err := b.objections(ctx, a.incident.ID); err != nil || len(problems) > 0 {
		if err != nil {
			return toast{}, err
		}
		return toast{}, wrong{"unpublishable", storage.Params{"ID": a.incident.ID}}
	}
	c, err := b.store.Publish(ctx, a.as, a.incident.ID, a.id(0), b.cfg.Hold)
	if err != nil {
		return toast{}, b.newerDraft(ctx, a, err)
	}
	if err := b.store.CloseDialog(ctx, a.person.ID, a.chat.ID); err != nil {
		return toast{}, err
	}
	p, err := b.publications(ctx, c.Incident.ID)
	if err != nil {
		return toast{}, err
	}
	region, err := b.store.Region(ctx, c.Incident.Region)
	if err != nil {
		return toast{}, err
	}
	if planned := p.in(storage.Planned, storage.Sending); len(planned) > 0 {
		due := texts.In(region.Zone(), planned[0].Due, b.store.Now())
		return toast{code: "done_planned", data: storage.Params{"ID": c.Incident.ID, "Due": due}}, nil
	}
	a.incident = c.Incident
	return toast{code: "done_by_hand", data: storage.Params{"ID": c.Incident.ID}}, b.expect(ctx, a, "ask_link", "")
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

// publishedByHand is «Опубликовано, ссылки нет», or «Вышло» for what nobody
// could tell about.
func (b *Bot) publishedByHand(ctx context.Context, a ask) (toast, error) {
	c, err := b.store.PublishedByHand(ctx, a.as, a.incident.ID, storage.ByHandProof{})
	if err != nil {
		return toast{}, err
	}
	return toast{code: "done_answered", data: storage.Params{"ID": c.Incident.ID}}, b.store.CloseDialog(ctx, a.person.ID, a.chat.ID)
}

// sendAgain is the official's word that an uncertain answer did not go out.
func (b *Bot) sendAgain(ctx context.Context, a ask) (toast, error) {
	return toast{code: "done_again", data: storage.Params{"ID": a.incident.ID}}, b.store.SendAgain(ctx, a.as, a.incident.ID)
}

// waitsForLink tells whether a person's proof is what an incident waits for.
func (b *Bot) waitsForLink(ctx context.Context, incident int64) (bool, error) {
	p, err := b.publications(ctx, incident)
	if errors.Is(err, storage.ErrNotFound) {
		return false, nil
	}
	return p.answer.State == storage.FrozenAnswer && len(p.in(storage.AwaitsHand, storage.Unknown)) > 0, err
}

var address = regexp.MustCompile(`(?i)(?:https?://)?(?:[\p{L}\p{N}-]+\.)+\p{L}[\p{L}\p{N}-]+/[^\s<>"«»]+|https?://[^\s<>"«»]+`)

// link takes the address of an answer that was published by hand. One that does
// not belong to the thread is refused once, with the reason.
func (b *Bot) link(ctx context.Context, a ask) error {
	if err := b.mine(ctx, a); err != nil {
		return err
	}
	waits, err := b.waitsForLink(ctx, a.incident.ID)
	if err != nil {
		return err
	}
	if !waits {
		return b.unboundReply(ctx, a)
	}
	answer, err := links.Parse(address.FindString(a.text))
	if err != nil {
		return wrong{"link_needed", storage.Params{"ID": a.incident.ID}}
	}
	belongs, reason, err := b.sameThread(ctx, a.incident.ID, answer)
	if err != nil {
		return err
	}
	if !belongs {
		again, err := b.store.RefuseLinks(ctx, a.incident.ID, []string{answer.URL}, a.telegram)
		if err != nil {
			return err
		}
		if len(again) == 0 {
			return wrong{"link_refused", storage.Params{"ID": a.incident.ID, "Reason": reason}}
		}
	}
	c, err := b.store.PublishedByHand(ctx, a.as, a.incident.ID, storage.ByHandProof{URL: answer.URL, Checked: belongs})
	if err != nil {
		return err
	}
	if err := b.store.CloseDialog(ctx, a.person.ID, a.chat.ID); err != nil {
		return err
	}
	return b.reply(ctx, a, "link_taken", storage.Params{"ID": c.Incident.ID, "Checked": belongs})
}

// sameThread tells whether a link belongs to the thread of a post of the
// incident; else why not, for the first post.
func (b *Bot) sameThread(ctx context.Context, incident int64, answer links.Link) (belongs bool, reason string, err error) {
	posts, err := b.store.Posts(ctx, incident)
	if err != nil {
		return false, "", fmt.Errorf("posts of incident %d: %w", incident, err)
	}
	reason = links.CannotBeKnown
	for n, p := range posts {
		post, err := links.Parse(p.URL)
		if err != nil {
			continue // a post without an address has no thread to compare
		}
		ok, why := links.SameThread(post, answer)
		if ok {
			return true, "", nil
		}
		if n == 0 {
			reason = why
		}
	}
	return false, reason, nil
}
