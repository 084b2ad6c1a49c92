package bot

import (
	"context"
	"errors"
	"fmt"

	"otklik/bot/texts"
	"otklik/storage"
)

const (
	previewText = 2500 // how much of a draft its preview shows
	knownText   = 600  // of an answer under several posts, which its official knows
)

// preview is an answer on its way: a draft, publishing, published.
type preview struct {
	ID         int64
	First      string // the complaint's first line
	Stage      string // draft, planned, sending, unknown, waiting, done, closed
	Text       string
	Files      int
	Body       string
	Version    int64
	Lacks      []string
	Objections []objection
	Unfit      bool // no network takes the text
	Edited     int  // so many posts were changed by their authors since it was written
	Failed     bool // it could not be published anywhere: the text is a draft again
	Stoppable  bool
	Due        texts.Moment
	checklist
	outlook
}

// viewPreview words an official's answer as it stands.
func viewPreview(b *Bot, ctx context.Context, m storage.Message) (rendered, error) {
	s, err := b.speakerFor(ctx, m)
	if err != nil {
		return rendered{}, err
	}
	f, err := b.facts(ctx, m.Incident, storage.Head{}, 0)
	if err != nil {
		return rendered{}, err
	}
	p, err := b.publications(ctx, m.Incident)
	if errors.Is(err, storage.ErrNotFound) || err == nil && (m.State != storage.Live || f.official.Chat != m.Chat) {
		r := rendered{text: s.html("preview_retired", card{facts: f, Frozen: !f.incident.FrozenAt.IsZero()})}
		return r, s.err
	}
	if err != nil {
		return rendered{}, err
	}
	v, err := b.preview(ctx, f, p)
	if err != nil {
		return rendered{}, err
	}
	r := rendered{text: s.html("preview", v), buttons: previewButtons(s, v, f)}
	return r, s.err
}

func (b *Bot) preview(ctx context.Context, f facts, p publications) (preview, error) {
	v := preview{ID: f.ID, First: f.First, Text: cut(p.answer.Text, previewText), Body: f.Body, Version: p.answer.Version, Stage: stage(f, p)}
	files, err := b.store.Files(ctx, p.answer.ID)
	if err != nil {
		return v, fmt.Errorf("files of answer %d: %w", p.answer.ID, err)
	}
	v.Files = len(files)
	if v.Stage == "draft" {
		v.tellDraft(f, p.answer, files)
		return v, nil
	}
	if planned := p.in(storage.Planned); len(planned) > 0 {
		v.Due = texts.In(f.region.Zone(), planned[0].Due, b.store.Now())
	}
	v.checklist, v.Stoppable = checklistOf(f.posts, p, v.Files), p.stoppable()
	if v.Posts > 1 {
		v.Text = cut(v.Text, knownText)
	}
	return v, nil
}

// tellDraft tells what a draft lacks and what networks will make of it.
func (v *preview) tellDraft(f facts, a storage.Answer, files []storage.File) {
	v.Posts, v.Lacks = len(f.posts), lacks(a.Text, f.Body)
	v.Objections, v.Unfit = objectionsOf(a.Text, f.posts)
	v.outlook = outlookOf(a.Text, f.posts, networksOf(v.Objections), files)
	for _, p := range f.posts {
		if p.EditedAt.After(a.CreatedAt) {
			v.Edited++
		}
	}
	for _, e := range f.events {
		v.Failed = e.Kind == storage.PublishFailed || v.Failed && e.Kind != storage.Frozen && e.Kind != storage.Drafted
	}
}

// stage says where an answer stands as a whole.
func stage(f facts, p publications) string {
	switch {
	case f.incident.State == storage.Closed:
		return "closed"
	case p.answer.State == storage.Done:
		return "done"
	case p.answer.State != storage.FrozenAnswer:
		return "draft"
	case len(p.in(storage.Sending)) > 0:
		return "sending"
	case len(p.in(storage.Planned)) > 0:
		return "planned"
	case len(p.in(storage.Unknown)) > 0:
		return "unknown"
	default:
		return "waiting"
	}
}

func previewButtons(s *speaker, v preview, f facts) (rows [][]button) {
	change := s.button("button_change", nil, data("change", v.ID))
	unpublished := s.button("button_unpublished", nil, data("unpublished", v.ID))
	switch v.Stage {
	case "draft":
		if !v.Unfit && v.Text != "" {
			rows = append(rows, []button{s.button("button_publish", v, data("publish", v.ID, v.Version))})
		}
		return append(rows, []button{change, unpublished})
	case "done":
		return [][]button{{s.button("button_close", nil, data("close", v.ID))}}
	case "closed":
		return nil
	}
	if v.Stage == "planned" && v.Stoppable {
		return [][]button{{s.button("button_stop", v, data("stop", v.ID))}}
	}
	rows = append(rows, openRow(s, v)...)
	if v.unknown > 0 {
		rows = append(rows, []button{
			s.button("button_went_out", v, data("wentout", v.ID, v.unknown)), s.button("button_again", v, data("again", v.ID)),
		})
	}
	if v.waiting > 0 && v.Moving == 0 && v.unknown == 0 {
		rows = append(rows, []button{s.button("button_no_link", v, data("byhand", v.ID, v.waiting))})
	}
	if v.Stoppable && v.Moving == 0 {
		rows = append(rows, []button{change, unpublished})
	}
	return rows
}

// openRow leads to the post where the official has something to do next.
func openRow(s *speaker, v preview) [][]button {
	for _, g := range append(append(groups{}, v.Unknown...), v.Waiting...) {
		for _, p := range g.Places {
			if p.URL != "" {
				return [][]button{{{text: s.label("button_post", struct{ Network string }{g.Network}), url: p.URL}}}
			}
		}
	}
	return nil
}
