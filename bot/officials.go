package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"otklik/storage"
)

// officials is /officials: who answers for which body and whom a topic or a
// place goes to by default. With "TOPIC: NAME" behind it, it sets the latter.
func (b *Bot) officials(ctx context.Context, a ask) error {
	if ok, err := b.regional(ctx, a); !ok {
		return err
	}
	if a.text == "" {
		return b.reply(ctx, a, "officials", nil)
	}
	topic, place, rest, err := b.routed(ctx, a)
	if err != nil {
		return err
	}
	var official storage.Official
	if _, nobody := cutMinus(rest); !nobody || rest == "" {
		if official, err = b.officialCalled(ctx, a.region.ID, rest); err != nil {
			return err
		}
	}
	if err := b.store.SetRoute(ctx, a.as, a.region.ID, topic.ID, place.ID, official.ID); err != nil {
		return fmt.Errorf("set a default: %w", err)
	}
	return b.reply(ctx, a, "route_set", storage.Params{
		"what": cleanLine(topic.Name + place.Name), "body": cleanLine(official.BodyName), "name": cleanLine(official.Name),
	})
}

// routed reads which topic or which place a default is for.
func (b *Bot) routed(ctx context.Context, a ask) (topic storage.Topic, place storage.Place, rest string, err error) {
	topics, err := b.store.Topics(ctx, a.region.ID)
	if err != nil {
		return topic, place, "", fmt.Errorf("read the topics: %w", err)
	}
	line := cleanLine(a.text)
	for _, t := range topics {
		if rest, ok := cutFolded(line, t.Name); ok {
			if rest, ok = strings.CutPrefix(strings.TrimSpace(rest), ":"); ok {
				return t, place, strings.TrimSpace(rest), nil
			}
		}
	}
	name, rest, ok := strings.Cut(line, ":")
	if name = strings.TrimSpace(name); !ok || name == "" || strings.TrimSpace(rest) == "" {
		return topic, place, "", wrong{"officials_usage", nil}
	}
	rest = strings.TrimSpace(rest)
	topic, err = topicCalled(name, topics)
	if err == nil || !errors.Is(err, storage.ErrNotFound) {
		return topic, place, rest, err
	}
	places, err := b.store.Places(ctx, a.region.ID)
	if err != nil {
		return topic, place, "", fmt.Errorf("read the places: %w", err)
	}
	for _, p := range places {
		if folded(p.Name) == folded(name) {
			return topic, p, rest, nil
		}
	}
	return topic, place, "", wrong{"officials_nothing", storage.Params{"name": cut(name, 60)}}
}

// officialCalled finds the one official of that name, or of that body.
func (b *Bot) officialCalled(ctx context.Context, region int64, name string) (found storage.Official, err error) {
	list, err := b.store.Officials(ctx, region)
	if err != nil {
		return found, fmt.Errorf("read the officials: %w", err)
	}
	var like []storage.Official
	var names []string
	for _, o := range list {
		if isCalled(o, name) {
			like, names = append(like, o), append(names, cleanLine(o.BodyName)+" · "+cleanLine(o.Name))
		}
	}
	switch len(like) {
	case 0:
		return found, wrong{"officials_nobody", storage.Params{"name": cut(name, 60)}}
	case 1:
		return like[0], nil
	}
	return found, wrong{"officials_ambiguous", storage.Params{"name": cut(name, 60), "names": joined(names)}}
}

// isCalled tells whether each word stands in the official's name or body.
func isCalled(o storage.Official, name string) bool {
	words := strings.FieldsFunc(folded(name), func(r rune) bool { return r == ' ' || r == '·' || r == ',' })
	known := strings.Fields(folded(o.Name + " " + o.BodyName))
	for _, w := range words {
		found := false
		for _, k := range known {
			found = found || k == w
		}
		if !found {
			return false
		}
	}
	return len(words) > 0
}

// turnOfficials opens another view of /officials: the list, whom to remove,
// the topics, or the officials that a topic could go to.
func (b *Bot) turnOfficials(ctx context.Context, a ask) (toast, error) {
	if _, err := pressedNotice(a, "officials"); err != nil {
		return toast{}, err
	}
	return b.turn(ctx, a, "officials", storage.Params{"view": a.arg(0), "page": a.id(1), "id": a.id(2)})
}

// routeTopic makes an official, or nobody, the default of a topic.
func (b *Bot) routeTopic(ctx context.Context, a ask) (toast, error) {
	if _, err := pressedNotice(a, "officials"); err != nil {
		return toast{}, err
	}
	topics, err := b.store.Topics(ctx, a.region.ID)
	if err != nil {
		return toast{}, fmt.Errorf("read the topics: %w", err)
	}
	known := false
	for _, t := range topics {
		known = known || t.ID == a.id(0)
	}
	if !known {
		return toast{}, stale{}
	}
	if err := b.store.SetRoute(ctx, a.as, a.region.ID, a.id(0), 0, a.id(1)); err != nil {
		return toast{}, fmt.Errorf("set a default: %w", err)
	}
	return b.turn(ctx, a, "officials", storage.Params{"view": "topics"})
}

// removeOfficial takes the role of somebody away, after it was asked whether.
func (b *Bot) removeOfficial(ctx context.Context, a ask) (toast, error) {
	if _, err := pressedNotice(a, "officials"); err != nil {
		return toast{}, err
	}
	o, err := b.store.Official(ctx, a.id(0))
	if errors.Is(err, storage.ErrNotFound) || err == nil && o.Region != a.region.ID {
		return toast{}, stale{}
	}
	if err != nil {
		return toast{}, fmt.Errorf("read an official: %w", err)
	}
	if err := b.store.EndRole(ctx, a.as, a.region.ID, o.ID); err != nil {
		return toast{}, fmt.Errorf("end a role: %w", err)
	}
	b.bell.ring()
	t, err := b.turn(ctx, a, "officials", nil)
	t.code, t.data = "done_removed", storage.Params{"name": cleanLine(o.Name)}
	return t, err
}
