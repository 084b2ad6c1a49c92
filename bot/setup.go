package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"otklik/monitor/rules"
	"otklik/storage"
)

// firstZone is the time zone of a region until somebody chooses.
const firstZone = "Europe/Moscow"

// setup is /setup NAME [ZONE]: an owner makes this group the one that
// administers a region. The region is made if there is none of that name.
func (b *Bot) setup(ctx context.Context, a ask) error {
	switch {
	case a.person.ID == 0:
		return b.reply(ctx, a, "setup_anonymous", nil)
	case !a.owner:
		return b.reply(ctx, a, "setup_refused", nil)
	}
	name, zone := readSetup(a.text)
	switch {
	case name == "" && a.chat.Purpose == storage.AdminChat:
		return b.reply(ctx, a, "setup_done", nil)
	case name == "":
		return b.reply(ctx, a, "setup_usage", nil)
	case utf8.RuneCountInString(name) > maxName:
		return b.reply(ctx, a, "setup_long", storage.Params{"limit": maxName})
	}
	if _, err := time.LoadLocation(zone); err != nil {
		return b.reply(ctx, a, "setup_zone_unknown", storage.Params{"zone": cut(zone, 60)})
	}
	region, err := b.regionCalled(ctx, name)
	if err != nil {
		return err
	}
	switch {
	case a.chat.Purpose == storage.AdminChat && a.chat.Region != region.ID:
		return b.reply(ctx, a, "setup_taken", storage.Params{"region": a.region.Name})
	case region.Chat != 0 && region.Chat != a.chat.ID:
		return b.reply(ctx, a, "setup_elsewhere", storage.Params{"region": region.ID, "name": region.Name, "zone": zone})
	}
	return b.bind(ctx, a, region, name, zone)
}

// bind makes the region if there is none yet and binds the group to it. Doing
// it again changes nothing, so a step that failed is simply repeated.
func (b *Bot) bind(ctx context.Context, a ask, region storage.Region, name, zone string) error {
	owner := storage.Actor{Kind: storage.Owner, Person: a.person.ID}
	if region.ID == 0 {
		first := zone
		if first == "" {
			first = firstZone
		}
		id, err := b.store.CreateRegion(ctx, owner, name, first, b.cfg.Language, startingTopics(b.cfg.Language))
		if err != nil {
			return fmt.Errorf("make the region: %w", err)
		}
		region.ID = id
	} else if zone != "" && zone != region.TimeZone {
		if err := b.store.SetTimeZone(ctx, owner, region.ID, zone); err != nil {
			return fmt.Errorf("set the time zone: %w", err)
		}
	}
	if err := b.store.BindGroup(ctx, owner, region.ID, a.chat.ID, false); err != nil {
		return fmt.Errorf("bind the group: %w", err)
	}
	if err := b.store.SetThread(ctx, a.chat.ID, thread(a)); err != nil {
		return fmt.Errorf("set the topic of the group: %w", err)
	}
	b.bell.ring()
	return b.reply(ctx, a, "setup_done", nil)
}

// thread is the topic of a forum that a message stands in, 0 for the general
// one and for groups without topics.
func thread(a ask) int64 {
	if a.raw == nil || !a.raw.IsTopicMessage {
		return 0
	}
	return int64(a.raw.MessageThreadID)
}

// readSetup parts the name from a time zone behind it; "" for none.
func readSetup(text string) (name, zone string) {
	name = cleanLine(text)
	if i := strings.LastIndex(name, " "); i > 0 {
		if last := name[i+1:]; strings.Contains(last, "/") || last == "UTC" {
			return strings.TrimRight(name[:i], " ,"), last
		}
	}
	return name, ""
}

// regionCalled finds a region whatever the case of its name; the zero value
// when there is none.
func (b *Bot) regionCalled(ctx context.Context, name string) (storage.Region, error) {
	list, err := b.store.Regions(ctx)
	if err != nil {
		return storage.Region{}, fmt.Errorf("read the regions: %w", err)
	}
	for _, r := range list {
		if folded(r.Name) == folded(name) {
			return r, nil
		}
	}
	return storage.Region{}, nil
}

// startingTopics are the built-in topics in a language.
func startingTopics(language string) (topics []storage.NewTopic) {
	for _, t := range rules.Topics() {
		name := t.Names[language]
		if name == "" {
			name = t.Names["ru"]
		}
		topics = append(topics, storage.NewTopic{Code: t.Code, Name: name, Importance: storage.Importance(t.Importance), Rules: t.Rules, Danger: t.DangerRules})
	}
	return topics
}

// moveHere is «Перенести сюда»: an owner moves a region to this group.
func (b *Bot) moveHere(ctx context.Context, a ask) (toast, error) {
	n, err := pressedNotice(a, "setup_elsewhere")
	if err != nil {
		return toast{}, err
	}
	if !a.owner {
		return toast{code: "setup_refused", alert: true}, nil
	}
	owner := storage.Actor{Kind: storage.Owner, Person: a.person.ID}
	region, err := b.store.Region(ctx, number(n.Params, "region"))
	if err != nil {
		return toast{}, fmt.Errorf("region to move: %w", err)
	}
	if zone := word(n.Params, "zone"); zone != "" && zone != region.TimeZone {
		if err := b.store.SetTimeZone(ctx, owner, region.ID, zone); err != nil {
			return toast{}, fmt.Errorf("set the time zone: %w", err)
		}
	}
	err = b.store.BindGroup(ctx, owner, region.ID, a.chat.ID, true)
	if errors.Is(err, storage.ErrConflict) {
		return toast{code: "setup_taken", alert: true, data: storage.Params{"region": a.region.Name}}, nil
	}
	if err != nil {
		return toast{}, fmt.Errorf("move the region: %w", err)
	}
	if region.Chat != 0 && region.Chat != a.chat.ID {
		if err := b.say(ctx, region.Chat, b.key(a.update, "moved"), "setup_moved", storage.Params{"name": region.Name}); err != nil {
			return toast{}, err
		}
	}
	b.bell.ring()
	return b.turn(ctx, a, "setup_done", nil)
}

func viewSetupElsewhere(_ *Bot, _ context.Context, s *speaker, m storage.Message) (rendered, error) {
	n, err := noticeOf(m)
	if err != nil {
		return rendered{}, err
	}
	return rendered{text: s.html("setup_elsewhere", n.Params), buttons: [][]button{{s.button("button_move_here", nil, data("move", 0))}}}, s.err
}

// viewSetupDone tells what the group administers and what comes next.
func viewSetupDone(b *Bot, ctx context.Context, s *speaker, g occasion) (rendered, error) {
	topics, err := b.store.Topics(ctx, g.region.ID)
	if err != nil {
		return rendered{}, fmt.Errorf("read the topics: %w", err)
	}
	places, err := b.store.Places(ctx, g.region.ID)
	if err != nil {
		return rendered{}, fmt.Errorf("read the places: %w", err)
	}
	zone := s.zone(g.region.TimeZone, b.store.Now())
	return rendered{
		text:    s.html("setup_done", storage.Params{"Region": g.region.Name, "Zone": zone, "Topics": len(topics), "Places": len(places)}),
		buttons: [][]button{{s.button("button_zone", storage.Params{"Zone": zone}, data("zones", 0))}},
	}, s.err
}
