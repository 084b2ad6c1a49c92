package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"otklik/storage"
)

// status is /status: how the installation does and which setting cures what.
func (b *Bot) status(ctx context.Context, a ask) error {
	if !a.owner {
		return refused{}
	}
	if b.store.Held() {
		// Under this key it goes out although everything else is held.
		return b.say(ctx, a.chat.ID, "held:"+b.key(a.update, "status"), "status", nil)
	}
	return b.reply(ctx, a, "status", nil)
}

// troubleShown is how many troubles of a kind the owner reads.
const troubleShown = 10

// condition is what the owner is told.
type condition struct {
	Held                     bool
	Regions                  int
	Inbox, Outbox, Unknown   int64
	Oldest                   int64 // minutes that the oldest message waits
	Groups                   []groupTrouble
	Tokens                   []tokenTrouble
	Sources                  []sourceTrouble
	MoreGroups, MoreSources  int
	Unreachable              int // officials who cannot be written to
	Undecided, Open, Answers int64
}

// groupTrouble is a region whose group cannot be written to, or has none.
type groupTrouble struct{ Region, State, Trouble string }

// sourceTrouble is how many sources of a network have a trouble, and the
// setting that cures it; "" for none.
type sourceTrouble struct {
	Network, Trouble, Setting string
	Count                     int
}

// viewStatus words the state of the installation as it is now. Only an owner's
// chat shows it.
func viewStatus(b *Bot, ctx context.Context, s *speaker, m storage.Message) (rendered, error) {
	p, err := b.store.PersonOfChat(ctx, m.Chat)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return rendered{}, fmt.Errorf("person of a chat: %w", err)
	}
	if err != nil || !slices.Contains(b.cfg.Owners, p.Address) {
		return rendered{nothing: true}, nil
	}
	c, err := b.condition(ctx)
	if err != nil {
		return rendered{}, err
	}
	r := rendered{text: s.html("status", c)}
	if c.Held {
		r.buttons = [][]button{{s.button("button_release", nil, data("release", 0))}}
	} else {
		r.buttons = [][]button{{s.button("button_refresh", nil, data("status", 0))}}
	}
	return r, s.err
}

// refreshStatus looks again.
func (b *Bot) refreshStatus(ctx context.Context, a ask) (toast, error) {
	if _, err := pressedNotice(a, "status"); err != nil {
		return toast{}, err
	}
	return b.turn(ctx, a, "status", storage.Params{"asked": a.update})
}

func (b *Bot) condition(ctx context.Context) (c condition, err error) {
	g, err := b.store.Gauges(ctx)
	if err != nil {
		return c, fmt.Errorf("read the gauges: %w", err)
	}
	c = condition{Held: b.store.Held(), Inbox: g.InboxWaiting, Unknown: g.OutboxUnknown, Oldest: int64(g.OutboxOldest.Minutes())}
	for _, n := range g.OutboxWaiting {
		c.Outbox += n
	}
	for _, states := range g.Incidents {
		c.Undecided += states[storage.New]
		c.Open += states[storage.Assigned]
		c.Answers += states[storage.Answered]
	}
	if err := b.groupTroubles(ctx, &c); err != nil {
		return c, err
	}
	return c, errors.Join(b.tokenTroubles(ctx, &c), b.sourceTroubles(ctx, &c))
}

func (b *Bot) groupTroubles(ctx context.Context, c *condition) error {
	regions, err := b.store.Regions(ctx)
	if err != nil {
		return fmt.Errorf("read the regions: %w", err)
	}
	c.Regions = len(regions)
	for _, r := range regions {
		officials, err := b.store.Officials(ctx, r.ID)
		if err != nil {
			return fmt.Errorf("read the officials: %w", err)
		}
		for _, o := range officials {
			if !o.Reachable {
				c.Unreachable++
			}
		}
		trouble := groupTrouble{Region: r.Name, State: "none"}
		if r.Chat != 0 {
			chat, err := b.store.Chat(ctx, r.Chat)
			if err != nil {
				return fmt.Errorf("group of a region: %w", err)
			}
			trouble.State, trouble.Trouble = string(chat.State), chat.Trouble
		}
		switch {
		case trouble.State == string(storage.Active):
		case len(c.Groups) >= troubleShown:
			c.MoreGroups++
		default:
			c.Groups = append(c.Groups, trouble)
		}
	}
	return nil
}

func (b *Bot) sourceTroubles(ctx context.Context, c *condition) error {
	list, err := b.store.Sources(ctx, 0)
	if err != nil {
		return fmt.Errorf("read the sources: %w", err)
	}
	for _, g := range list {
		if g.Trouble == "" {
			continue
		}
		i := slices.IndexFunc(c.Sources, func(t sourceTrouble) bool { return t.Network == g.Network && t.Trouble == g.Trouble })
		switch {
		case i >= 0:
			c.Sources[i].Count++
		case len(c.Sources) >= troubleShown:
			c.MoreSources++
		default:
			c.Sources = append(c.Sources, sourceTrouble{g.Network, g.Trouble, cure(g.Network, g.Trouble), 1})
		}
	}
	return nil
}

// cure is the setting that ends a source's trouble; "" when none does.
func cure(network, trouble string) string {
	prefix := "OTKLIK_" + strings.ToUpper(network) + "_"
	switch trouble {
	case "no_token", "token":
		switch network {
		case "facebook":
			return prefix + "PAGES"
		case "instagram":
			return prefix + "ACCOUNTS"
		}
		return prefix + "TOKEN"
	case "network":
		return prefix + "PROXY"
	}
	return ""
}
