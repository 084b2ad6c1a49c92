package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"otklik/storage"
)

const (
	samplesShown = 3
	sampleLength = 160 // characters
)

// Around the words that matched in a sample that a notice keeps; clean takes
// both out of whatever comes from outside.
const (
	markOpen  = "\x02"
	markClose = "\x03"
)

// marked is the beginning of a text as a notice keeps it, with the words that
// matched between marks.
func marked(text string, spans []storage.Span) string {
	var b strings.Builder
	for _, p := range excerpt(strings.ReplaceAll(text, "\n", " "), spans, sampleLength) {
		if p.Strong {
			p.Text = markOpen + p.Text + markClose
		}
		b.WriteString(p.Text)
	}
	return b.String()
}

// unmarked reads what marked wrote.
func unmarked(text string) (pieces []piece) {
	for part := range strings.SplitSeq(text, markOpen) {
		strong, rest, ok := strings.Cut(part, markClose)
		if !ok {
			strong, rest = "", part
		}
		if strong != "" {
			pieces = append(pieces, piece{strong, true})
		}
		if rest != "" {
			pieces = append(pieces, piece{rest, false})
		}
	}
	return pieces
}

// sample is a post as an example of what a rule finds.
type sample struct {
	ID    int64 // of its incident; 0 where it has none
	Link  string
	State string
	Text  []piece
}

// samples are the posts that a notice keeps as examples.
func (b *Bot) samples(ctx context.Context, region storage.Region, p storage.Params) (list []sample, err error) {
	ids := numbers(p, "incidents")
	for i, text := range wordList(p, "samples") {
		x := sample{Text: unmarked(text)}
		if i < len(ids) && ids[i] != 0 {
			if x, err = b.sampleOf(ctx, region, ids[i], x.Text); err != nil {
				return nil, err
			}
		}
		list = append(list, x)
	}
	return list, nil
}

// sampleOf is an incident as an example, with a link to its card where a group
// has such links.
func (b *Bot) sampleOf(ctx context.Context, region storage.Region, incident int64, text []piece) (sample, error) {
	x := sample{ID: incident, Text: text}
	i, err := b.store.Incident(ctx, incident)
	if err != nil {
		return x, fmt.Errorf("incident %d: %w", incident, err)
	}
	x.State = string(i.State)
	m, err := b.store.LiveMessage(ctx, incident, region.Chat, storage.CardMessage)
	if errors.Is(err, storage.ErrNotFound) {
		return x, nil
	}
	if err != nil {
		return x, fmt.Errorf("card of incident %d: %w", incident, err)
	}
	x.Link = messageLink(m)
	return x, nil
}

// numbers is a list of numbers of a notice; what is no number is 0.
func numbers(p storage.Params, name string) (list []int64) {
	values, _ := p[name].([]any)
	for _, v := range values {
		list = append(list, number(storage.Params{"number": v}, "number"))
	}
	return list
}
