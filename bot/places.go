package bot

import (
	"context"
	"fmt"
	"strings"

	"otklik/monitor/rules"
	"otklik/storage"
)

// places is /places: adds, removes and lists the places of a region, and gives
// them rules of their own.
func (b *Bot) places(ctx context.Context, a ask) error {
	if ok, err := b.regional(ctx, a); !ok {
		return err
	}
	list, own := splitOwnRules(a.text)
	l := readList(list)
	if l.empty() && len(own) == 0 { // bare, or nothing but commas
		return b.reply(ctx, a, "places", nil)
	}
	known, err := b.store.Places(ctx, a.region.ID)
	if err != nil {
		return fmt.Errorf("read the places: %w", err)
	}
	spelled := map[string]string{}
	for _, p := range known {
		spelled[folded(p.Name)] = p.Name
	}
	if err := b.setPlaceRules(ctx, a, own, spelled); err != nil || l.empty() {
		return err
	}
	return b.changePlaces(ctx, a, l, spelled)
}

// changePlaces adds and removes the places of a list; spelled are the region's
// as they are written, by their folded names.
func (b *Bot) changePlaces(ctx context.Context, a ask, l listed, spelled map[string]string) error {
	var add, remove, there, absent []string
	bad := l.long
	for _, name := range l.add {
		switch {
		case spelled[folded(name)] != "":
			there = append(there, spelled[folded(name)])
		case rules.PlaceRule(name) == "":
			bad = append(bad, name)
		default:
			add = append(add, name)
		}
	}
	for _, name := range l.remove {
		if known := spelled[folded(name)]; known != "" {
			remove = append(remove, known)
		} else {
			absent = append(absent, name)
		}
	}
	added, removed, err := b.store.ChangePlaces(ctx, a.as, a.region.ID, add, remove)
	if err != nil {
		return fmt.Errorf("change the places: %w", err)
	}
	words, r, err := b.everyday(ctx, a.region.ID, added)
	if err != nil {
		return err
	}
	known, err := b.store.Places(ctx, a.region.ID)
	if err != nil {
		return fmt.Errorf("count the places: %w", err)
	}
	return b.reply(ctx, a, "places_changed", storage.Params{
		"added": joined(added), "removed": joined(removed), "there": joined(there), "absent": joined(absent), "bad": joined(bad),
		"total": len(known), "everyday": words, "seen": r.Caught, "tried": r.Total,
	})
}

// regional tells whether a group has a region; one that has none is told how
// it comes to one.
func (b *Bot) regional(ctx context.Context, a ask) (bool, error) {
	if a.chat.Purpose == storage.AdminChat && a.region.ID != 0 {
		return true, nil
	}
	return false, b.reply(ctx, a, "setup_first", nil)
}

// shownNames is how many characters of a list of names a message shows.
const shownNames = 700

// joined is a list in one line, cut where a message would grow too long.
func joined(names []string) string {
	return cut(strings.Join(names, ", "), shownNames)
}

// viewPlaces lists the places of a region.
func viewPlaces(b *Bot, ctx context.Context, s *speaker, g occasion) (rendered, error) {
	list, err := b.store.Places(ctx, g.region.ID)
	if err != nil {
		return rendered{}, fmt.Errorf("read the places: %w", err)
	}
	names := make([]string, len(list))
	var own []storage.Params
	for i, p := range list {
		if names[i] = p.Name; p.Rule != "" && len(own) < ownRulesShown {
			own = append(own, storage.Params{"Name": p.Name, "Rule": cut(p.Rule, ruleShown)})
		}
	}
	return rendered{text: s.html("places", storage.Params{
		"Region": g.region.Name, "Names": cut(strings.Join(names, ", "), 2000), "Total": len(names), "Own": own,
	})}, s.err
}

// ownRulesShown is how many places are listed with their own rules.
const ownRulesShown = 8
