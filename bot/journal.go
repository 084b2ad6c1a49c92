package bot

import (
	"context"
	"fmt"

	"otklik/storage"
)

// showJournal sends the incident's journal to the group.
func (b *Bot) showJournal(ctx context.Context, a ask) (toast, error) {
	_, err := b.store.Say(ctx, storage.Saying{
		Chat: a.chat.ID, Kind: storage.NoticeMessage, Incident: a.incident.ID, Payload: storage.Notice{Code: "journal"},
		Dedupe: b.key(a.update, "journal"), Priority: storage.First,
	})
	if err != nil || a.message.Menu == "" {
		return toast{}, err
	}
	return toast{}, b.store.OpenMenu(ctx, a.message.ID, "")
}

// journalLines is how many lines a journal shows, the latest.
const journalLines = 25

// viewJournal words an incident's journal as it is now.
func viewJournal(b *Bot, ctx context.Context, s *speaker, m storage.Message) (rendered, error) {
	i, err := b.store.Incident(ctx, m.Incident)
	if err != nil {
		return rendered{}, fmt.Errorf("incident %d: %w", m.Incident, err)
	}
	region, err := b.store.Region(ctx, i.Region)
	if err != nil {
		return rendered{}, fmt.Errorf("region of incident %d: %w", i.ID, err)
	}
	events, err := b.store.Journal(ctx, i.ID)
	if err != nil {
		return rendered{}, fmt.Errorf("journal of incident %d: %w", i.ID, err)
	}
	skipped := max(len(events)-journalLines, 0)
	var lines []deed
	for _, e := range events[skipped:] {
		d, err := b.deed(ctx, e, region)
		if err != nil {
			return rendered{}, err
		}
		d.Text = cut(d.Text, 80)
		lines = append(lines, d)
	}
	return rendered{text: s.html("journal", struct {
		ID      int64
		Skipped int
		Lines   []deed
	}{i.ID, skipped, lines})}, s.err
}
