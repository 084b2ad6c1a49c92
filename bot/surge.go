package bot

import (
	"context"
	"fmt"
	"slices"

	"otklik/storage"
)

// surgeLine is one of many incidents of the same.
type surgeLine struct {
	ID    int64
	First string
	URL   string
}

// viewSurge words the alarm that far more is written of a topic in a place than
// usual, in the region's group or to one of its staff.
func viewSurge(b *Bot, ctx context.Context, s *speaker, m storage.Message) (rendered, error) {
	n, err := noticeOf(m)
	if err != nil {
		return rendered{}, err
	}
	region := number(n.Params, "region")
	group := m.ChatKind != storage.Private
	if sees, err := b.sees(ctx, m, region); err != nil || !sees {
		return rendered{nothing: true}, err
	}
	words := storage.Params{
		"Topic": word(n.Params, "topic"), "Place": word(n.Params, "place"),
		"Posts": number(n.Params, "posts"), "Usual": number(n.Params, "usual"), "Group": group,
	}
	var lines []surgeLine
	var buttons []button
	for _, id := range numberList(n.Params, "incidents") {
		l, err := b.surgeLine(ctx, id)
		if err != nil {
			return rendered{}, err
		}
		lines = append(lines, l)
		if group {
			buttons = append(buttons, s.button("button_number", id, data("show", id)))
		}
	}
	words["Lines"] = lines
	return rendered{text: s.html("surge", words), buttons: rowsOf(buttons, 5)}, s.err
}

// sees says whether a chat may be told of a region: it administers it, or its
// person is of the staff.
func (b *Bot) sees(ctx context.Context, m storage.Message, region int64) (bool, error) {
	if m.ChatKind != storage.Private {
		return m.Region == region, nil
	}
	person, err := b.store.PersonOfChat(ctx, m.Chat)
	if err != nil {
		return false, fmt.Errorf("person of a chat: %w", err)
	}
	regions, err := b.staffRegions(ctx, person.ID)
	return slices.ContainsFunc(regions, func(r storage.Region) bool { return r.ID == region }), err
}

func (b *Bot) surgeLine(ctx context.Context, incident int64) (surgeLine, error) {
	posts, err := b.store.Posts(ctx, incident)
	if err != nil {
		return surgeLine{}, fmt.Errorf("posts of incident %d: %w", incident, err)
	}
	l := surgeLine{ID: incident}
	if len(posts) > 0 {
		l.First, l.URL = firstLine(posts[0].Text, 70), posts[0].URL
	}
	return l, nil
}
