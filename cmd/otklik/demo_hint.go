package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	telegram "otklik/bot/sandbox"
	"otklik/storage"
)

// The next press worth trying is found from how things stand: what is nearest
// to its end comes first, so that whoever follows the line sees one complaint
// through from the card to the answer under it.

// hint names the next press. What cannot be read now is no hint: the page asks
// again in two seconds.
func (d *demo) hint(ctx context.Context, language string) telegram.Hint {
	h := hinting{demo: d, words: hintWords[inEnglish(language)]}
	for _, look := range []func(context.Context) (telegram.Hint, bool, error){
		h.publishing, h.closing, h.draft, h.accepted, h.assigned, h.summary, h.wall, h.fresh,
	} {
		found, ok, err := look(ctx)
		if err != nil {
			if ctx.Err() == nil && !errors.Is(err, storage.ErrNotFound) {
				d.log.Warn().Err(err).Msg("cannot tell what to try next")
			}
			return telegram.Hint{}
		}
		if ok {
			return found
		}
	}
	return telegram.Hint{Text: h.words["wait"]}
}

// hinting is one look at how things stand.
type hinting struct {
	*demo
	words map[string]string
}

// say fills a sentence in; its last two values are the chat and the label.
func (h hinting) say(code string, chat *telegram.Chat, label string, values ...any) (telegram.Hint, bool, error) {
	hint := telegram.Hint{Text: fmt.Sprintf(h.words[code], values...), Button: label}
	if chat != nil {
		hint.ChatID = chat.ID()
	}
	return hint, true, nil
}

// newest are the incidents in a state that came after the past, newest first
// and as many as matter: on the page the newest button is the one that glows.
func (h hinting) newest(ctx context.Context, st storage.State, fits func(storage.Incident) bool) ([]storage.Incident, error) {
	list, err := h.store.Incidents(ctx, storage.QueueFilter{Region: h.seed.region, States: []storage.State{st}, After: h.past, Limit: 1000})
	if err != nil {
		return nil, err
	}
	var found []storage.Incident
	for n := len(list) - 1; n >= 0; n-- {
		if fits(list[n]) {
			found = append(found, list[n])
		}
	}
	return found, nil
}

// button is a button that stands now under the live message of an incident in
// its official's chat, or in the group: its label as people see it.
func (h hinting) button(ctx context.Context, i storage.Incident, kind storage.MessageKind, action string) (chat *telegram.Chat, label string, err error) {
	chat, ours := h.world.group, h.seed.group
	if kind != storage.CardMessage {
		o, err := h.store.Official(ctx, i.Official)
		if err != nil {
			return nil, "", err
		}
		c, err := h.store.Chat(ctx, o.Chat)
		if err != nil {
			return nil, "", err
		}
		chat, ours = h.world.chat(c.Address), o.Chat
	}
	m, err := h.store.LiveMessage(ctx, i.ID, ours, kind)
	if errors.Is(err, storage.ErrNotFound) || chat == nil {
		return chat, "", nil
	}
	if err != nil {
		return chat, "", err
	}
	shown, ok := chat.Message(int(m.Telegram))
	if !ok {
		return chat, "", nil
	}
	return chat, labelOf(shown, fmt.Sprintf("%s:%d", action, i.ID)), nil
}

// labelOf is the label of the button whose data begins so.
func labelOf(m telegram.Message, data string) string {
	found := ""
	for _, b := range m.Buttons() {
		if b.CallbackData == data || strings.HasPrefix(b.CallbackData, data+":") {
			found = b.Text
			break
		}
	}
	return found
}

// chat is the private chat of whoever has an id.
func (w *world) chat(id int64) *telegram.Chat {
	for _, p := range w.telegram.People() {
		if p.ID() == id {
			return p.Chat()
		}
	}
	return nil
}

// shownWithin is how long a message may take to appear; while it does, the line
// says so instead of naming another press.
const shownWithin = 4 * time.Second

// soon says that what was just done is about to show in somebody's chat.
func (h hinting) soon(since time.Time) (telegram.Hint, bool, error) {
	if h.store.Now().Sub(since) > shownWithin {
		return telegram.Hint{}, false, nil
	}
	return h.say("soon", nil, "")
}

// shown looks for the first of some incidents that has a button now.
func (h hinting) shown(ctx context.Context, list []storage.Incident, code string, kind storage.MessageKind, action string) (telegram.Hint, bool, error) {
	for _, i := range list {
		chat, label, err := h.button(ctx, i, kind, action)
		if err != nil {
			return telegram.Hint{}, false, err
		}
		if label != "" {
			return h.say(code, chat, label, label, i.ID)
		}
	}
	return telegram.Hint{}, false, nil
}

// press is shown for what somebody has just brought about: a message on its way
// is waited for before an older one is named.
func (h hinting) press(ctx context.Context, list []storage.Incident, err error, code string, kind storage.MessageKind, action string) (telegram.Hint, bool, error) {
	if err != nil {
		return telegram.Hint{}, false, err
	}
	for n, i := range list {
		if hint, ok, err := h.shown(ctx, list[n:n+1], code, kind, action); ok || err != nil {
			return hint, ok, err
		}
		if hint, ok, err := h.soon(lastStep(i)); ok {
			return hint, ok, err
		}
	}
	return telegram.Hint{}, false, nil
}

// lastStep is when an incident last changed its state.
func lastStep(i storage.Incident) time.Time {
	last := i.NewAt
	for _, at := range []time.Time{i.AssignedAt, i.AcceptedAt, i.FrozenAt, i.AnsweredAt} {
		if at.After(last) {
			last = at
		}
	}
	return last
}

// publishing is an answer on its way, or one that waits for its official's proof.
func (h hinting) publishing(ctx context.Context) (telegram.Hint, bool, error) {
	list, err := h.newest(ctx, storage.Assigned, func(i storage.Incident) bool { return !i.FrozenAt.IsZero() })
	if err != nil || len(list) == 0 {
		return telegram.Hint{}, false, err
	}
	if hint, ok, err := h.shown(ctx, list, "byhand", storage.PreviewMessage, "byhand"); ok || err != nil {
		return hint, ok, err
	}
	return h.say("publishing", nil, "", list[0].ID)
}

func (h hinting) closing(ctx context.Context) (telegram.Hint, bool, error) {
	list, err := h.newest(ctx, storage.Answered, func(storage.Incident) bool { return true })
	return h.press(ctx, list, err, "close", storage.PreviewMessage, "close")
}

// draft is an answer that its official has written and not let go yet.
func (h hinting) draft(ctx context.Context) (telegram.Hint, bool, error) {
	list, err := h.newest(ctx, storage.Assigned, func(i storage.Incident) bool { return i.FrozenAt.IsZero() })
	if err != nil {
		return telegram.Hint{}, false, err
	}
	for _, i := range list {
		a, err := h.store.Answer(ctx, i.ID)
		if errors.Is(err, storage.ErrNotFound) || err == nil && a.State != storage.Draft {
			continue
		}
		if err != nil {
			return telegram.Hint{}, false, err
		}
		for _, action := range []string{"publish", "change"} {
			if hint, ok, err := h.shown(ctx, []storage.Incident{i}, action, storage.PreviewMessage, action); ok || err != nil {
				return hint, ok, err
			}
		}
		if hint, ok, err := h.soon(a.CreatedAt); ok {
			return hint, ok, err
		}
	}
	return telegram.Hint{}, false, nil
}

// accepted is an incident whose official has to write his answer now.
func (h hinting) accepted(ctx context.Context) (telegram.Hint, bool, error) {
	list, err := h.newest(ctx, storage.Assigned, func(i storage.Incident) bool { return i.FrozenAt.IsZero() && !i.AcceptedAt.IsZero() })
	if err != nil {
		return telegram.Hint{}, false, err
	}
	for _, i := range list {
		o, err := h.store.Official(ctx, i.Official)
		if err != nil {
			return telegram.Hint{}, false, err
		}
		asked, err := h.store.OpenedDialog(ctx, o.Person, o.Chat)
		if err != nil && !errors.Is(err, storage.ErrNotFound) {
			return telegram.Hint{}, false, err
		}
		if chat, _, err := h.button(ctx, i, storage.ItemMessage, "answer"); err == nil && asked.Incident == i.ID {
			return h.say("write", chat, "", i.ID)
		}
	}
	return h.press(ctx, list, nil, "answer", storage.ItemMessage, "answer")
}

func (h hinting) assigned(ctx context.Context) (telegram.Hint, bool, error) {
	list, err := h.newest(ctx, storage.Assigned, func(i storage.Incident) bool { return i.AcceptedAt.IsZero() })
	return h.press(ctx, list, err, "accept", storage.ItemMessage, "accept")
}

// summary is what the governor's staff asks for once something was done.
func (h hinting) summary(ctx context.Context) (telegram.Hint, bool, error) {
	done, err := h.newest(ctx, storage.Closed, func(storage.Incident) bool { return true })
	if err != nil || len(done) == 0 || h.spoke(h.world.staff) {
		return telegram.Hint{}, false, err
	}
	chat := h.world.staff.Chat()
	keys, _ := chat.Keyboard()
	if keys == nil || len(keys.Keyboard) == 0 || len(keys.Keyboard[0]) == 0 {
		return telegram.Hint{}, false, nil
	}
	label := keys.Keyboard[0][0].Text
	return h.say("summary", chat, label, label)
}

// spoke tells whether a person has asked the bot for anything yet.
func (h hinting) spoke(p *telegram.Person) bool {
	for _, m := range p.Chat().Messages() {
		if m.From != nil && m.From.ID == p.ID() && !strings.HasPrefix(m.Text, "/start") && m.Text != "" {
			return true
		}
	}
	return false
}

// wall is where a player can complain himself.
func (h hinting) wall(context.Context) (telegram.Hint, bool, error) {
	if h.world.page.Written() > 0 || !h.spoke(h.world.staff) {
		return telegram.Hint{}, false, nil
	}
	return h.say("wall", nil, "")
}

// fresh is the newest card that nobody has decided on.
func (h hinting) fresh(ctx context.Context) (telegram.Hint, bool, error) {
	list, err := h.newest(ctx, storage.New, func(storage.Incident) bool { return true })
	if err != nil || len(list) == 0 {
		return telegram.Hint{}, false, err
	}
	if hint, ok, err := h.shown(ctx, list, "assign", storage.CardMessage, "assign"); ok || err != nil {
		return hint, ok, err
	}
	return h.soon(list[0].NewAt)
}
