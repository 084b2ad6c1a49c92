package bot

import (
	"context"
	"errors"
	"fmt"

	"otklik/bot/texts"
	"otklik/storage"
)

// previewText is how much of an answer its preview shows.
const previewText = 2500

// preview is an answer on its way: a draft, publishing, published.
type preview struct {
	ID         int64
	First      string // the complaint's first line
	Stage      string // draft, planned, sending, waiting, unknown, done, closed
	Text       string
	Files      int
	Posts      int
	Body       string
	Version    int64
	Lacks      []string
	Objections []objection
	Failed     bool // it could not be published anywhere: the text is a draft again
	Due        texts.Moment
	Where      []place // what is to be done by hand, or where the answer stands
	More       int     // places beyond those
}

// place is one post with its answer.
type place struct {
	Network string
	URL     string // of the post while something is to be done there, else of the answer
	State   string
	Reason  string
	Checked bool
	Linked  bool // its address is known
}

// places is how many places a preview lists.
const places = 5

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
		r := rendered{text: s.html("preview_retired", f)}
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
	v := preview{
		ID: f.ID, First: f.First, Text: cut(p.answer.Text, previewText), Posts: len(f.posts), Body: f.Body, Version: p.answer.Version, Stage: stage(f, p),
	}
	files, err := b.store.Files(ctx, p.answer.ID)
	if err != nil {
		return v, fmt.Errorf("files of answer %d: %w", p.answer.ID, err)
	}
	v.Files = len(files)
	if v.Stage == "draft" {
		v.Lacks, v.Objections = lacks(p.answer.Text, f.Body), objectionsOf(p.answer.Text, f.posts)
		for _, e := range f.events {
			v.Failed = e.Kind == storage.PublishFailed || v.Failed && e.Kind != storage.Frozen && e.Kind != storage.Drafted
		}
		return v, nil
	}
	if planned := p.in(storage.Planned); len(planned) > 0 {
		v.Due = texts.In(f.region.Zone(), planned[0].Due, b.store.Now())
	}
	v.tellPlaces(f, p)
	return v, nil
}

// stage says where an answer stands as a whole: what a person has to do comes
// before what goes on by itself.
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

// tellPlaces lists what is left to do, or where the answer stands.
func (v *preview) tellPlaces(f facts, p publications) {
	posts := map[int64]storage.Post{}
	for _, x := range f.posts {
		posts[x.ID] = x
	}
	for _, x := range p.list {
		post := posts[x.Post]
		open := x.State == storage.AwaitsHand || x.State == storage.Unknown
		if (v.Stage == "waiting" || v.Stage == "unknown") && !open {
			continue
		}
		if len(v.Where) == places {
			v.More++
			continue
		}
		url := webLink(post.URL)
		if !open && x.URL != "" {
			url = webLink(x.URL)
		}
		v.Where = append(v.Where, place{post.Network, url, string(x.State), x.Reason, x.Checked, x.URL != ""})
	}
}

func previewButtons(s *speaker, v preview, f facts) [][]button {
	change := s.button("button_change", nil, data("change", v.ID))
	unpublished := s.button("button_unpublished", nil, data("unpublished", v.ID))
	switch v.Stage {
	case "draft":
		second := []button{change, unpublished}
		if len(v.Objections) > 0 || v.Text == "" {
			return [][]button{second}
		}
		return [][]button{{s.button("button_publish", v, data("publish", v.ID, v.Version))}, second}
	case "planned":
		return [][]button{{s.button("button_stop", v, data("stop", v.ID))}}
	case "unknown":
		return append(linkRow(s, f), []button{
			s.button("button_went_out", nil, data("byhand", v.ID)), s.button("button_again", nil, data("again", v.ID)),
		})
	case "waiting":
		return append(linkRow(s, f), []button{s.button("button_no_link", nil, data("byhand", v.ID))}, []button{change, unpublished})
	case "done":
		return [][]button{{s.button("button_close", nil, data("close", v.ID))}}
	}
	return nil
}
