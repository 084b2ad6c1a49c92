package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"otklik/monitor/links"
	"otklik/storage"
)

// offerChats tells who brought the bot into groups and channels that nobody
// watches yet, and asks for /sources in his region's group, that he can give
// them to it. Nobody else is told of them: a private group is its members'.
func (b *Bot) offerChats(ctx context.Context, a ask) error {
	if a.person.ID == 0 {
		return nil
	}
	list, err := b.store.BroughtChats(ctx, a.person.Address)
	if err != nil || len(list) == 0 {
		return err
	}
	ids := make([]int64, len(list))
	for i, c := range list {
		ids[i] = c.ID
	}
	return b.say(ctx, a.chat.ID, b.key(a.update, "offered"), "sources_offered", storage.Params{"chats": ids, "person": a.person.ID, "name": a.person.Name})
}

// takeChat lets a region watch a chat. Only who brought the bot there may give
// it away, whatever the button says.
func (b *Bot) takeChat(ctx context.Context, a ask) (toast, error) {
	n, err := pressedNotice(a, "sources_offered")
	if err != nil {
		return toast{}, err
	}
	c, err := b.store.Chat(ctx, a.id(0))
	if errors.Is(err, storage.ErrNotFound) {
		return toast{}, stale{}
	}
	if err != nil {
		return toast{}, fmt.Errorf("chat to be watched: %w", err)
	}
	if a.person.ID == 0 || c.BroughtBy == 0 || c.BroughtBy != a.person.Address {
		return toast{code: "take_refused", alert: true}, nil
	}
	source, ok := sourceOf(c)
	if !ok {
		return toast{}, stale{}
	}
	source.Region = a.region.ID
	_, err = b.store.AddSource(ctx, a.as, source, a.chat.ID)
	if err != nil && !errors.Is(err, storage.ErrConflict) {
		return toast{}, fmt.Errorf("watch a chat: %w", err)
	}
	n.Params["chats"] = slices.DeleteFunc(numberList(n.Params, "chats"), func(id int64) bool { return id == c.ID })
	_, err = b.turn(ctx, a, "sources_offered", n.Params)
	return toast{code: "take_done", data: storage.Params{"Name": cut(cleanLine(c.Title), 60)}}, err
}

// sourceOf is the source that a chat can be; not ok for one that has another
// purpose.
func sourceOf(c storage.Chat) (storage.Source, bool) {
	if c.Purpose != storage.OtherChat && c.Purpose != storage.SourceChat || c.Kind == storage.Private {
		return storage.Source{}, false
	}
	return storage.Source{Network: links.Telegram, Kind: links.Community, URL: c.URL(), Address: c.Key(), Name: c.Title}, true
}

// viewSourcesOffered lists the chats that can be given to the region still.
func viewSourcesOffered(b *Bot, ctx context.Context, s *speaker, g occasion) (rendered, error) {
	type line struct{ Title, Kind string }
	var lines []line
	var r rendered
	for _, id := range numberList(g.params, "chats") {
		c, err := b.store.Chat(ctx, id)
		if errors.Is(err, storage.ErrNotFound) {
			continue
		}
		if err != nil {
			return rendered{}, fmt.Errorf("chat that is offered: %w", err)
		}
		if c.Purpose != storage.OtherChat || c.State == storage.Gone {
			continue
		}
		title := cut(cleanLine(c.Title), 60)
		lines = append(lines, line{title, string(c.Kind)})
		if len(r.buttons) < maxOffered {
			r.buttons = append(r.buttons, []button{s.button("button_take", storage.Params{"Title": title}, data("take", 0, id))})
		}
	}
	r.text = s.html("sources_offered", storage.Params{"Name": cut(cleanLine(word(g.params, "name")), 40), "Chats": lines, "Region": g.region.Name})
	return r, s.err
}

// maxOffered is how many buttons a message has at most.
const maxOffered = 5
