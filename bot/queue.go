package bot

import (
	"context"
	"errors"
	"fmt"

	"otklik/bot/texts"
	"otklik/storage"
)

// queueShown is how many incidents a page of /queue and /my lists.
const queueShown = 10

// queue is /queue: what the administrators have not decided yet.
func (b *Bot) queue(ctx context.Context, a ask) error {
	if ok, err := b.regional(ctx, a); !ok {
		return err
	}
	return b.reply(ctx, a, "queue", nil)
}

// turnQueue shows another page of /queue.
func (b *Bot) turnQueue(ctx context.Context, a ask) (toast, error) {
	if _, err := pressedNotice(a, "queue"); err != nil {
		return toast{}, err
	}
	return b.turn(ctx, a, "queue", storage.Params{"page": a.id(0)})
}

// viewQueue lists what waits for a decision now, oldest first.
func viewQueue(b *Bot, ctx context.Context, s *speaker, g occasion) (_ rendered, err error) {
	counts := storage.Params{"Region": g.region.Name}
	for name, state := range map[string]storage.State{"New": storage.New, "Assigned": storage.Assigned, "Answered": storage.Answered, "Closed": storage.Closed, "Dismissed": storage.Dismissed} {
		if counts[name], err = b.store.CountIncidents(ctx, g.region.ID, 0, state); err != nil {
			return rendered{}, fmt.Errorf("count the incidents: %w", err)
		}
	}
	waiting, _ := counts["New"].(int)
	list, at, pages, err := b.incidentsPage(ctx, storage.QueueFilter{Region: g.region.ID, States: []storage.State{storage.New}}, int(number(g.params, "page")), waiting)
	if err != nil {
		return rendered{}, err
	}
	lines, buttons, err := b.incidentLines(ctx, s, list, g.region, "show")
	if err != nil {
		return rendered{}, err
	}
	counts["Lines"], counts["Page"], counts["Pages"] = lines, at+1, pages
	if counts["Objected"], counts["Again"], buttons, err = b.objected(ctx, s, g.region, at, buttons); err != nil {
		return rendered{}, err
	}
	r := rendered{text: s.html("queue", counts), buttons: rowsOf(buttons, 5)}
	if row := turner(s, at, pages, func(p int) string { return data("queue", 0, p) }); row != nil {
		r.buttons = append(r.buttons, row)
	}
	return r, s.err
}

const (
	objectedShown  = 5                  // at the top of /queue
	objectedWithin = storage.FollowLife // what residents said longer ago waits no more
)

// objected are the answered incidents of which residents say that nothing was
// solved: how many there are, and on the first page of a list the latest, with
// their buttons before the list's.
func (b *Bot) objected(ctx context.Context, s *speaker, region storage.Region, page int, buttons []button) (n int, lines []incidentLine, all []button, err error) {
	list, err := b.store.Objected(ctx, region.ID, b.store.Now().Add(-objectedWithin))
	if err != nil {
		return 0, nil, nil, fmt.Errorf("read what residents object to: %w", err)
	}
	if page > 0 {
		return len(list), nil, buttons, nil
	}
	lines, own, err := b.incidentLines(ctx, s, list[max(len(list)-objectedShown, 0):], region, "show")
	return len(list), lines, append(own, buttons...), err
}

// incidentsPage reads one page of incidents of which there are total.
func (b *Bot) incidentsPage(ctx context.Context, f storage.QueueFilter, number, total int) (part []storage.Incident, at, pages int, err error) {
	_, at, pages = page(make([]struct{}, total), number, queueShown)
	for n := 0; n <= at; n++ {
		f.Limit = queueShown
		if part, err = b.store.Incidents(ctx, f); err != nil {
			return nil, at, pages, fmt.Errorf("read the incidents: %w", err)
		}
		if len(part) < queueShown {
			return part, at, pages, nil
		}
		f.After = part[len(part)-1].ID
	}
	return part, at, pages, nil
}

// incidentLine is an incident in a list.
type incidentLine struct {
	ID           int64
	State        string
	Importance   string
	Topic, Place string
	First        string
	Due          *texts.Moment // of the first answer; nil when no clock runs
	Late         bool
	Objected     bool // a resident replied that nothing was solved
}

// incidentLines are incidents as a list shows them, with a button for each
// that does an action.
func (b *Bot) incidentLines(ctx context.Context, s *speaker, list []storage.Incident, region storage.Region, action string) (lines []incidentLine, buttons []button, err error) {
	for _, i := range list {
		l := incidentLine{ID: i.ID, State: string(i.State), Importance: string(i.Importance), Topic: cut(cleanLine(i.TopicName), 40), Place: cut(cleanLine(i.PlaceName), 40), Objected: !i.ObjectedAt.IsZero()}
		posts, err := b.store.Posts(ctx, i.ID)
		if err != nil {
			return nil, nil, fmt.Errorf("posts of incident %d: %w", i.ID, err)
		}
		if len(posts) > 0 {
			l.First = firstLine(posts[0].Text, 80)
		}
		deadlines, err := b.store.Deadlines(ctx, i.ID)
		if err != nil {
			return nil, nil, fmt.Errorf("deadlines of incident %d: %w", i.ID, err)
		}
		for _, d := range deadlines {
			if d.Clock == storage.AnswerClock && d.Stopped.IsZero() {
				due := texts.In(region.Zone(), d.Due, b.store.Now())
				l.Due, l.Late = &due, d.Due.Before(b.store.Now())
			}
		}
		lines = append(lines, l)
		buttons = append(buttons, s.button("button_number", i.ID, data(action, i.ID)))
	}
	return lines, buttons, nil
}

// my is /my: an official's open incidents.
func (b *Bot) my(ctx context.Context, a ask) error { return b.reply(ctx, a, "my", nil) }

// turnMy shows another page of /my.
func (b *Bot) turnMy(ctx context.Context, a ask) (toast, error) {
	if _, err := pressedNotice(a, "my"); err != nil {
		return toast{}, err
	}
	if a.chat.Kind != storage.Private {
		return toast{}, refused{}
	}
	return b.turn(ctx, a, "my", storage.Params{"page": a.id(0)})
}

// showItem sends an incident anew to the bottom of its official's chat.
func (b *Bot) showItem(ctx context.Context, a ask) (toast, error) {
	if a.incident.State != storage.Assigned {
		return toast{}, wrong{"conflict", storage.Params{"ID": a.incident.ID, "State": string(a.incident.State)}}
	}
	if err := b.store.ShowItem(ctx, a.incident.ID); err != nil {
		return toast{}, fmt.Errorf("show an item: %w", err)
	}
	return toast{code: "done_shown", data: storage.Params{"ID": a.incident.ID}}, nil
}

// viewMy lists what is assigned now to the person of a private chat.
func viewMy(b *Bot, ctx context.Context, s *speaker, m storage.Message) (rendered, error) {
	n, err := noticeOf(m)
	if err != nil {
		return rendered{}, err
	}
	person, err := b.store.PersonOfChat(ctx, m.Chat)
	if errors.Is(err, storage.ErrNotFound) {
		return rendered{nothing: true}, nil
	}
	if err != nil {
		return rendered{}, fmt.Errorf("person of a chat: %w", err)
	}
	roles, err := b.store.Roles(ctx, person.ID)
	if err != nil {
		return rendered{}, fmt.Errorf("roles of a person: %w", err)
	}
	var all []storage.Incident
	regions := map[int64]storage.Region{}
	for _, role := range roles {
		if role.Kind != storage.OfficialRole {
			continue
		}
		open, err := b.store.Incidents(ctx, storage.QueueFilter{Region: role.Region, Official: role.ID, States: []storage.State{storage.Assigned}, Limit: 500})
		if err != nil {
			return rendered{}, fmt.Errorf("read the incidents: %w", err)
		}
		if regions[role.Region], err = b.store.Region(ctx, role.Region); err != nil {
			return rendered{}, fmt.Errorf("region of a role: %w", err)
		}
		all = append(all, open...)
	}
	part, at, pages := page(all, int(number(n.Params, "page")), queueShown)
	var lines []incidentLine
	var buttons []button
	for _, i := range part {
		l, press, err := b.incidentLines(ctx, s, []storage.Incident{i}, regions[i.Region], "item")
		if err != nil {
			return rendered{}, err
		}
		lines, buttons = append(lines, l...), append(buttons, press...)
	}
	r := rendered{text: s.html("my", storage.Params{"Lines": lines, "Total": len(all), "Page": at + 1, "Pages": pages}), buttons: rowsOf(buttons, 5)}
	if row := turner(s, at, pages, func(p int) string { return data("my", 0, p) }); row != nil {
		r.buttons = append(r.buttons, row)
	}
	return r, s.err
}
