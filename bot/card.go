package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"otklik/bot/texts"
	"otklik/storage"
)

// cardText is how much of a complaint a card shows: a phone's screen has room
// for it and the buttons.
const cardText = 600

// card is an incident as the administrators see it.
type card struct {
	facts
	Frozen  bool // an answer is on its way
	Where   checklist
	Answer  string
	Answers []string // addresses of the answer
}

// viewCard words an incident's card in its admin group.
func viewCard(b *Bot, ctx context.Context, m storage.Message) (rendered, error) {
	s, err := b.speakerFor(ctx, m)
	if err != nil {
		return rendered{}, err
	}
	f, err := b.facts(ctx, m.Incident, m.Head(), cardText)
	if err != nil {
		return rendered{}, err
	}
	if m.State != storage.Live || m.Chat != f.region.Chat {
		return b.retiredCard(ctx, s, m, f)
	}
	f.Journal = true
	if err := b.tellSimilar(ctx, &f); err != nil {
		return rendered{}, err
	}
	c := card{facts: f, Frozen: !f.incident.FrozenAt.IsZero() && f.incident.State == storage.Assigned}
	if err := b.tellAnswer(ctx, &c); err != nil {
		return rendered{}, err
	}
	r := rendered{text: s.html("card", c)}
	if r.buttons, err = b.cardButtons(ctx, s, m, f); err != nil {
		return r, err
	}
	return r, s.err
}

// tellAnswer tells what was said in the network and where.
func (b *Bot) tellAnswer(ctx context.Context, c *card) error {
	if c.incident.AnsweredAt.IsZero() && !c.Frozen {
		return nil
	}
	p, err := b.publications(ctx, c.ID)
	if errors.Is(err, storage.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	c.Where = checklistOf(c.posts, p, 0)
	if c.incident.AnsweredAt.IsZero() {
		return nil
	}
	c.Answer = cut(cleanLine(p.answer.Text), 200)
	for _, p := range p.list {
		if link := webLink(p.URL); link != "" && len(c.Answers) < 3 {
			c.Answers = append(c.Answers, link)
		}
	}
	return nil
}

// retiredCard is what stays of a card whose place a newer one took: one line.
func (b *Bot) retiredCard(ctx context.Context, s *speaker, m storage.Message, f facts) (rendered, error) {
	link := ""
	live, err := b.store.LiveMessage(ctx, m.Incident, m.Chat, m.Kind)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return rendered{}, err
	}
	if err == nil {
		link = messageLink(live)
	}
	r := rendered{text: s.html("card_retired", struct {
		facts
		Live  string
		Moved bool // the region's administrators work in another group now
	}{f, link, m.Chat != f.region.Chat})}
	return r, s.err
}

// messageLink leads to a message of a supergroup; other chats have no links.
func messageLink(m storage.Message) string {
	id, ok := strings.CutPrefix(strconv.FormatInt(m.Address, 10), "-100")
	if !ok || m.ChatKind != storage.Supergroup || m.Telegram == 0 {
		return ""
	}
	return fmt.Sprintf("https://t.me/c/%s/%d", id, m.Telegram)
}

// cardButtons are the rows below a card: its open menu, or what its state allows.
func (b *Bot) cardButtons(ctx context.Context, s *speaker, m storage.Message, f facts) ([][]button, error) {
	rows := linkRow(s, f)
	if m.Menu != "" {
		return b.cardMenu(ctx, s, m.Menu, f, rows)
	}
	id := f.ID
	more := s.button("button_more", nil, data("menu", id, "more"))
	journal := s.button("button_journal", nil, data("journal", id))
	reopen := s.button("button_reopen", nil, data("reopen", id))
	switch f.incident.State {
	case storage.New:
		best, err := b.bestRow(ctx, s, f)
		if err != nil {
			return nil, err
		}
		decide, err := b.decideRows(ctx, s, f)
		if err != nil {
			return nil, err
		}
		rows = append(append(rows, best), decide...)
	case storage.Assigned:
		rows = append(rows, []button{s.button("button_reassign", nil, data("menu", id, "assign")), more})
		if with := mergeWith(s, f); len(with) > 0 {
			rows = append(rows, with)
		}
	case storage.Answered:
		decide := []button{s.button("button_close", nil, data("close", id)), reopen}
		if !f.incident.ObjectedAt.IsZero() {
			slices.Reverse(decide)
		}
		rows = append(rows, decide, []button{journal})
	case storage.Closed, storage.Dismissed:
		rows = append(rows, []button{reopen, journal})
	case storage.Merged:
		last := []button{journal}
		if _, undoable := f.lastStep(b.store.Now()); !undoable && f.root.FrozenAt.IsZero() {
			last = []button{s.button("button_split", nil, data("split", id)), journal}
		}
		rows = append(rows, last)
	}
	return append(rows, b.undoRow(s, f)...), nil
}

// mergeWith merges the incident with the one that its card proposes.
func mergeWith(s *speaker, f facts) []button {
	if f.Similar == nil || !f.Similar.open {
		return nil
	}
	return []button{s.button("button_merge_with", f.Similar, data("merge", f.ID, f.Similar.ID))}
}

func linkRow(s *speaker, f facts) [][]button {
	if f.Link == "" {
		return nil
	}
	return [][]button{{{text: s.label("button_post", f), url: f.Link}}}
}

// bestRow is the best suggestion, or the way to get somebody to suggest.
func (b *Bot) bestRow(ctx context.Context, s *speaker, f facts) ([]button, error) {
	likeliest, err := b.likeliest(ctx, f, 1)
	if err != nil {
		return nil, err
	}
	if len(likeliest) == 0 {
		return []button{s.button("button_invite", nil, data("invite", f.ID))}, nil
	}
	o := likeliest[0]
	return []button{s.button("button_best", o, data("assign", f.ID, o.ID))}, nil
}

// likeliest are the officials whom the incident can go to now, best first. Those
// who gave it back come last, unless somebody named their body.
func (b *Bot) likeliest(ctx context.Context, f facts, n int) ([]storage.Official, error) {
	suggestions, err := b.store.Suggestions(ctx, f.incident, 5*n+5)
	if err != nil {
		return nil, fmt.Errorf("suggestions for incident %d: %w", f.ID, err)
	}
	var list, refused []storage.Official
	for _, x := range suggestions {
		o := x.Official
		if !o.Reachable || o.ID == f.incident.Official {
			continue
		}
		o.Name, o.BodyName = cleanLine(o.Name), cleanLine(o.BodyName)
		if f.gaveBack(o.Person) && o.Body != f.incident.HintBody {
			refused = append(refused, o)
			continue
		}
		list = append(list, o)
	}
	list = append(list, refused...)
	return list[:min(n, len(list))], nil
}

// gaveBack tells whether a person returned the incident and did not take that back.
func (f facts) gaveBack(person int64) (gave bool) {
	var last int64
	for _, e := range f.events {
		switch {
		case e.Kind == storage.Returned && e.Actor.Person == person:
			gave, last = true, e.ID
		case e.Kind == storage.Undone && e.Data.Undoes == last:
			gave = false
		}
	}
	return gave
}

// undoRow takes the last step back, while that is possible.
func (b *Bot) undoRow(s *speaker, f facts) [][]button {
	now := b.store.Now()
	e, ok := f.lastStep(now)
	if !ok {
		return nil
	}
	return [][]button{{s.button("button_undo", struct {
		Kind  string
		Until texts.Moment
	}{string(e.Kind), texts.In(f.region.Zone(), e.UndoUntil(), now)}, data("undo", f.ID, e.ID))}}
}
