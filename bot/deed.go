package bot

import (
	"context"
	"errors"

	"otklik/bot/texts"
	"otklik/storage"
)

// deed is a line of the journal with names in place of ids.
type deed struct {
	Kind       string
	Reason     string // code
	Actor      string // the person's name; "" for the system, the monitor and an anonymous administrator
	As         string
	Body       string
	Official   string // the name of whom it was assigned to
	Topic      string
	Importance string
	Other      int64 // the other incident of a merge or a split
	Likeness   int   // percent, of a post that joined by itself
	Text       string
	Without    string // the stop-word that rules got with a dismissal
	Link       string // of a resident's reply; "" when it has none
	Removed    bool   // the reply was deleted in its network
	At         texts.Moment
}

// deed tells a line of the journal in its region's time.
func (b *Bot) deed(ctx context.Context, e storage.Event, r storage.Region) (deed, error) {
	d := deed{
		Kind: string(e.Kind), Reason: e.Data.Reason, Actor: cut(cleanLine(e.ActorName), 40), As: string(e.Actor.Kind),
		Importance: string(e.Data.Importance), Other: e.Data.Other, Likeness: int(100 * e.Data.Likeness), Text: cut(cleanLine(e.Text), 300), At: texts.In(r.Zone(), e.At, b.store.Now()),
	}
	if e.Data.Subject == "without" {
		d.Without, d.Text = d.Text, ""
	}
	if e.Data.Official != 0 {
		o, err := b.store.Official(ctx, e.Data.Official)
		if err != nil && !errors.Is(err, storage.ErrNotFound) {
			return d, err
		}
		d.Body, d.Official = cleanLine(o.BodyName), cleanLine(o.Name)
	} else if e.Data.Body != 0 {
		body, err := b.store.Body(ctx, r.ID, e.Data.Body)
		if err != nil && !errors.Is(err, storage.ErrNotFound) {
			return d, err
		}
		d.Body = cleanLine(body.Name)
	}
	if e.Data.Reply != 0 {
		y, err := b.store.ReplyByID(ctx, e.Data.Reply)
		if err != nil {
			return d, err
		}
		d.Text, d.Link, d.Removed = cut(cleanLine(y.Text), 300), webLink(y.URL), !y.RemovedAt.IsZero()
	}
	if e.Data.Topic != 0 {
		var err error
		if d.Topic, err = b.topicName(ctx, r.ID, e.Data.Topic); err != nil {
			return d, err
		}
	}
	return d, nil
}

// topicName is "" for a topic that was removed.
func (b *Bot) topicName(ctx context.Context, region, topic int64) (string, error) {
	topics, err := b.store.Topics(ctx, region)
	for _, t := range topics {
		if t.ID == topic {
			return cleanLine(t.Name), nil
		}
	}
	return "", err
}
