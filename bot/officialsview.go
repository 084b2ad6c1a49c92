package bot

import (
	"context"
	"fmt"

	"otklik/storage"
)

const (
	officialsShown = 15 // people in the text at once
	routesShown    = 10 // defaults in the text
	choicesShown   = 6  // buttons of people or topics at once
)

// staffing is what /officials shows of a region.
type staffing struct {
	region    storage.Region
	officials []storage.Official
	topics    []storage.Topic
	routes    []storage.Route
	params    storage.Params
	s         *speaker
}

// viewOfficials words /officials in the view that was chosen last.
func viewOfficials(b *Bot, ctx context.Context, s *speaker, o occasion) (_ rendered, err error) {
	g := staffing{params: o.params, region: o.region, s: s}
	if g.officials, err = b.store.Officials(ctx, g.region.ID); err != nil {
		return rendered{}, fmt.Errorf("read the officials: %w", err)
	}
	if g.topics, err = b.store.Topics(ctx, g.region.ID); err != nil {
		return rendered{}, fmt.Errorf("read the topics: %w", err)
	}
	if g.routes, err = b.store.Routes(ctx, g.region.ID); err != nil {
		return rendered{}, fmt.Errorf("read the defaults: %w", err)
	}
	r := rendered{text: g.text()}
	switch word(g.params, "view") {
	case "remove":
		r.buttons = g.people("ask", 0)
	case "ask":
		r = g.askRemove(r)
	case "topics":
		r.buttons = g.topicButtons()
	case "topic":
		r = g.askTopic(r)
	default:
		r.buttons = g.top()
	}
	return r, s.err
}

// page is the page that is open.
func (g staffing) page() int { return int(number(g.params, "page")) }

type bodyLines struct {
	Name   string
	People []personLine
}

type personLine struct {
	Name      string
	Open      int
	Reachable bool
}

// text lists bodies with their people, and the defaults.
func (g staffing) text() string {
	number := 0
	if word(g.params, "view") == "" {
		number = g.page()
	}
	part, at, pages := page(g.officials, number, officialsShown)
	var bodies []bodyLines
	for _, o := range part {
		if len(bodies) == 0 || bodies[len(bodies)-1].Name != cleanLine(o.BodyName) {
			bodies = append(bodies, bodyLines{Name: cleanLine(o.BodyName)})
		}
		last := &bodies[len(bodies)-1]
		last.People = append(last.People, personLine{cut(cleanLine(o.Name), 60), o.Open, o.Reachable})
	}
	type route struct{ What, Body, Name string }
	var routes []route
	for _, u := range g.routes[:min(len(g.routes), routesShown)] {
		what := cut(cleanLine(u.TopicName), 40)
		if u.Place != 0 {
			if what != "" {
				what += ", "
			}
			what += cut(cleanLine(u.PlaceName), 40)
		}
		routes = append(routes, route{what, cleanLine(u.Official.BodyName), cleanLine(u.Official.Name)})
	}
	return g.s.html("officials", storage.Params{
		"Region": g.region.Name, "Total": len(g.officials), "Bodies": bodies, "Page": at + 1, "Pages": pages,
		"Routes": routes, "MoreRoutes": len(g.routes) - len(routes),
	})
}

func (g staffing) open(view string, page int, id int64) string {
	return data("officials", 0, view, page, id)
}

// top are the buttons below the list.
func (g staffing) top() [][]button {
	if len(g.officials) == 0 {
		return nil
	}
	rows := [][]button{{
		g.s.button("button_routes", nil, g.open("topics", 0, 0)),
		g.s.button("button_remove_somebody", nil, g.open("remove", 0, 0)),
	}}
	_, at, pages := page(g.officials, g.page(), officialsShown)
	if row := turner(g.s, at, pages, func(p int) string { return g.open("", p, 0) }); row != nil {
		rows = append(rows, row)
	}
	return rows
}

// people are the officials to choose from, for a view about one of them; for a
// topic the choice is made by the press.
func (g staffing) people(view string, topic int64) [][]button {
	part, at, pages := page(g.officials, g.page(), choicesShown)
	var buttons []button
	for _, o := range part {
		to := g.open(view, 0, o.ID)
		if topic != 0 {
			to = data("route", 0, topic, o.ID)
		}
		buttons = append(buttons, g.s.button("button_official", o, to))
	}
	rows := rowsOf(buttons, 2)
	here, back := "remove", ""
	if topic != 0 {
		here, back = "topic", "topics"
	}
	last := turner(g.s, at, pages, func(p int) string { return g.open(here, p, topic) })
	if topic != 0 {
		last = append(last, g.s.button("button_nobody", nil, data("route", 0, topic, 0)))
	}
	return append(rows, append(last, g.s.button("button_back", nil, g.open(back, 0, 0))))
}

// askRemove asks before somebody is removed: what he has open goes back.
func (g staffing) askRemove(r rendered) rendered {
	for _, o := range g.officials {
		if o.ID == number(g.params, "id") {
			return rendered{
				text:    g.s.html("officials_remove", storage.Params{"Body": cleanLine(o.BodyName), "Name": cleanLine(o.Name), "Open": o.Open}),
				buttons: [][]button{{g.s.button("button_remove_name", storage.Params{"Name": cleanLine(o.Name)}, data("dismiss_official", 0, o.ID)), g.s.button("button_back", nil, g.open("remove", 0, 0))}},
			}
		}
	}
	r.buttons = g.people("ask", 0) // gone meanwhile
	return r
}

// topicButtons are the topics with whom they go to.
func (g staffing) topicButtons() [][]button {
	part, at, pages := page(g.topics, g.page(), choicesShown)
	var buttons []button
	for _, t := range part {
		o := g.routeOf(t.ID)
		buttons = append(buttons, g.s.button("button_topic_route", storage.Params{"Name": t.Name, "Body": o.BodyName, "Official": o.Name}, g.open("topic", 0, t.ID)))
	}
	rows := rowsOf(buttons, 2)
	last := turner(g.s, at, pages, func(p int) string { return g.open("topics", p, 0) })
	return append(rows, append(last, g.s.button("button_back", nil, g.open("", 0, 0))))
}

// routeOf is the default official of a topic in any place.
func (g staffing) routeOf(topic int64) storage.Official {
	for _, u := range g.routes {
		if u.Topic == topic && u.Place == 0 {
			return u.Official
		}
	}
	return storage.Official{}
}

// askTopic asks whom a topic shall go to.
func (g staffing) askTopic(r rendered) rendered {
	for _, t := range g.topics {
		if t.ID == number(g.params, "id") {
			o := g.routeOf(t.ID)
			return rendered{
				text:    g.s.html("officials_topic", storage.Params{"Topic": t.Name, "Body": cleanLine(o.BodyName), "Name": cleanLine(o.Name)}),
				buttons: g.people("", t.ID),
			}
		}
	}
	r.buttons = g.topicButtons()
	return r
}
