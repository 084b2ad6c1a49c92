package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/go-telegram/bot/models"

	"otklik/storage"
)

// askAnswer is «Ответить»: what is written next is the draft.
func (b *Bot) askAnswer(ctx context.Context, a ask) (toast, error) {
	if a.incident.State != storage.Assigned {
		return toast{}, wrong{"conflict", storage.Params{"ID": a.incident.ID, "State": string(a.incident.State)}}
	}
	if a.incident.FrozenAt.IsZero() {
		return toast{}, b.question(ctx, a, "ask_answer")
	}
	waits, err := b.waitsForLink(ctx, a.incident.ID, 0)
	if err != nil {
		return toast{}, err
	}
	if waits {
		return toast{}, b.question(ctx, a, "ask_link")
	}
	return toast{}, &storage.Conflict{Incident: a.incident, Publishing: true}
}

// draft takes a message as the draft of the incident's answer, or as a part of
// it. Without an incident it asks for one.
func (b *Bot) draft(ctx context.Context, a ask) error {
	if a.incident.ID == 0 {
		return b.unboundReply(ctx, a)
	}
	part, err := b.part(a)
	if err != nil {
		return err
	}
	_, err = b.store.SaveDraft(ctx, a.as, a.incident.ID, part)
	return err
}

// answered takes a reply to an item, a preview or the text to copy: the link
// that is waited for, else a draft.
func (b *Bot) answered(ctx context.Context, a ask) error {
	waits, err := b.waitsForLink(ctx, a.incident.ID, a.telegram)
	if err != nil {
		return err
	}
	if waits {
		return b.link(ctx, a)
	}
	return b.draft(ctx, a)
}

// part reads an official's message as a part of a draft.
func (b *Bot) part(a ask) (storage.DraftPart, error) {
	m := a.raw
	part := storage.DraftPart{Chat: a.chat.ID, Telegram: a.telegram, Album: m.MediaGroupID, Text: a.text}
	add := func(kind, address, name string, size int64) {
		part.Files = append(part.Files, storage.File{Bot: b.me.ID, Kind: kind, Address: address, Name: cut(cleanLine(name), 100), Size: size})
	}
	switch {
	case len(m.Photo) > 0:
		best := slices.MaxFunc(m.Photo, func(x, y models.PhotoSize) int { return x.Width*x.Height - y.Width*y.Height })
		add("photo", best.FileID, "", int64(best.FileSize))
	case m.Video != nil:
		add("video", m.Video.FileID, m.Video.FileName, m.Video.FileSize)
	case m.Document != nil:
		add("document", m.Document.FileID, m.Document.FileName, m.Document.FileSize)
	}
	if part.Text == "" && len(part.Files) == 0 {
		return part, wrong{"unsupported", nil}
	}
	return part, nil
}

// joinDraft adds a picture without words to the draft whose album it belongs
// to, or that was written within the last minute.
func (b *Bot) joinDraft(ctx context.Context, a ask) (joined bool, err error) {
	part, err := b.part(a)
	if err != nil || part.Text != "" && part.Album == "" || len(part.Files) == 0 {
		return false, nil
	}
	incident, err := b.store.DraftToJoin(ctx, a.chat.ID, part.Album)
	if errors.Is(err, storage.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("find the draft of a picture: %w", err)
	}
	_, err = b.store.SaveDraft(ctx, a.as, incident, part)
	return true, err
}

// redrafted takes a message that was edited: the draft it belongs to changes.
func (b *Bot) redrafted(ctx context.Context, a ask) error {
	if a.chat.Kind != storage.Private {
		return nil
	}
	part, err := b.part(a)
	if err != nil {
		return nil // a message that no draft is made of
	}
	_, err = b.store.EditDraft(ctx, a.as, part)
	if !errors.Is(err, storage.ErrNotFound) {
		return err
	}
	answer, err := b.store.AnswerOfMessage(ctx, part.Chat, part.Telegram)
	if errors.Is(err, storage.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if answer.State == storage.FrozenAnswer || answer.State == storage.Done {
		return wrong{"edit_too_late", storage.Params{"ID": answer.Incident, "State": string(answer.State)}}
	}
	return nil
}

// whichLife is how long pictures still join a message of which the bot has
// asked to what incident it belongs.
const whichLife = time.Minute

// askWhich keeps a message and asks «к какому №?».
func (b *Bot) askWhich(ctx context.Context, a ask) error {
	part, err := b.part(a)
	if err != nil {
		return err
	}
	items, err := b.openItems(ctx, a.person.ID)
	if err != nil {
		return err
	}
	if len(items) == 0 {
		return b.reply(ctx, a, "no_items", nil)
	}
	kept, again, err := b.keptParts(ctx, a, part)
	if err != nil {
		return err
	}
	encoded, err := json.Marshal(append(kept, part))
	if err != nil {
		return fmt.Errorf("keep a draft: %w", err)
	}
	a.incident = storage.Incident{}
	if err := b.expect(ctx, a, "which", string(encoded)); err != nil || again {
		return err
	}
	return b.reply(ctx, a, "which", storage.Params{"Text": firstLine(part.Text, 60)})
}

// keptParts are the parts before this one of a message that waits for its
// incident; again says that it was asked for already.
func (b *Bot) keptParts(ctx context.Context, a ask, part storage.DraftPart) (kept []storage.DraftPart, again bool, err error) {
	d, err := b.store.OpenedDialog(ctx, a.person.ID, a.chat.ID)
	if errors.Is(err, storage.ErrNotFound) || err == nil && d.Kind != "which" {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	if err := json.Unmarshal([]byte(d.Data), &kept); err != nil {
		return nil, false, fmt.Errorf("read a kept draft: %w", err)
	}
	recent := b.store.Now().Sub(d.Since) <= whichLife
	album := part.Album != "" && slices.ContainsFunc(kept, func(k storage.DraftPart) bool { return k.Album == part.Album })
	if album || recent && part.Text == "" {
		return kept, true, nil
	}
	return nil, false, nil
}

// openItems are the incidents that a person can answer now, the latest first.
func (b *Bot) openItems(ctx context.Context, person int64) ([]storage.Incident, error) {
	roles, err := b.store.Roles(ctx, person)
	if err != nil {
		return nil, err
	}
	var items []storage.Incident
	for _, r := range roles {
		if r.Kind != storage.OfficialRole {
			continue
		}
		more, err := b.store.Incidents(ctx, storage.QueueFilter{Region: r.Region, Official: r.ID, States: []storage.State{storage.Assigned}, Limit: 500})
		if err != nil {
			return nil, err
		}
		items = append(items, more...)
	}
	slices.SortStableFunc(items, func(x, y storage.Incident) int { return y.AssignedAt.Compare(x.AssignedAt) })
	return items[:min(len(items), 20)], nil
}

// viewWhich asks to which incident a message belongs, with a button for each
// open one: with its first words while they fit, else by number, and the words
// stand above.
func viewWhich(b *Bot, ctx context.Context, s *speaker, m storage.Message) (rendered, error) {
	n, err := noticeOf(m)
	if err != nil {
		return rendered{}, err
	}
	p, err := b.store.PersonOfChat(ctx, m.Chat)
	if err != nil {
		return rendered{}, err
	}
	items, err := b.openItems(ctx, p.ID)
	if err != nil {
		return rendered{}, err
	}
	var lines []digestLine
	var named, numbers []button
	for _, i := range items {
		l, err := b.digestLine(ctx, i.ID)
		if err != nil {
			return rendered{}, err
		}
		lines = append(lines, l)
		named = append(named, s.button("button_which", l, data("bind", i.ID)))
		numbers = append(numbers, s.button("button_number", i.ID, data("bind", i.ID)))
	}
	if len(items) <= 5 {
		return rendered{text: s.html("which", storage.Params{"Text": n.Params["Text"]}), buttons: rowsOf(named, 1)}, s.err
	}
	return rendered{text: s.html("which", storage.Params{"Text": n.Params["Text"], "Lines": lines}), buttons: rowsOf(numbers, 4)}, s.err
}

// bindDraft takes the kept message as the draft of the incident that was
// pressed, or as the link that it waits for.
func (b *Bot) bindDraft(ctx context.Context, a ask) (toast, error) {
	d, err := b.store.OpenedDialog(ctx, a.person.ID, a.chat.ID)
	if errors.Is(err, storage.ErrNotFound) || err == nil && d.Kind != "which" {
		return toast{}, wrong{"too_late_which", nil}
	}
	if err != nil {
		return toast{}, err
	}
	var parts []storage.DraftPart
	if err := json.Unmarshal([]byte(d.Data), &parts); err != nil {
		return toast{}, fmt.Errorf("read a kept draft: %w", err)
	}
	waits, err := b.waitsForLink(ctx, a.incident.ID, 0)
	if err != nil {
		return toast{}, err
	}
	if waits && len(parts) == 1 {
		a.text, a.telegram = parts[0].Text, parts[0].Telegram
		return toast{}, b.link(ctx, a)
	}
	for _, p := range parts {
		if p.Chat != a.chat.ID {
			return toast{}, stale{}
		}
		if _, err := b.store.SaveDraft(ctx, a.as, a.incident.ID, p); err != nil {
			return toast{}, err
		}
	}
	return toast{code: "done_drafted", data: storage.Params{"ID": a.incident.ID}}, b.store.CloseDialog(ctx, a.person.ID, a.chat.ID)
}
