package bot

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"otklik/storage"
)

// menuPage is how many entries a menu shows at once: three rows of two below
// the link and the way back, because the row where «→» stood must stay without
// people and reasons.
const menuPage = 6

// dismissals are the reasons why no answer is needed, as they are stored.
var dismissals = []string{"no_problem", "no_facts", "insult", "closed_profile", "already_answered", "other_region", "other"}

// openMenu unfolds a menu of a card; without an argument it folds it.
func (b *Bot) openMenu(ctx context.Context, a ask) (toast, error) {
	return b.unfold(ctx, a, storage.CardMessage, "assign", "bodies", "body", "dismiss", "more", "topics", "parts")
}

// openItemMenu unfolds a menu of an official's item.
func (b *Bot) openItemMenu(ctx context.Context, a ask) (toast, error) {
	return b.unfold(ctx, a, storage.ItemMessage, "return", "return_body")
}

func (b *Bot) unfold(ctx context.Context, a ask, kind storage.MessageKind, menus ...string) (toast, error) {
	name := a.arg(0)
	if a.message.Kind != kind || a.message.State != storage.Live || name != "" && !slices.Contains(menus, name) {
		return toast{}, stale{}
	}
	if err := b.fits(name, a.incident); err != nil {
		return toast{}, err
	}
	for i := 1; i < len(a.args); i++ {
		name += ":" + strconv.FormatInt(a.id(i), 10)
	}
	return toast{}, b.store.OpenMenu(ctx, a.message.ID, name)
}

// fits refuses a menu whose choices the incident's state does not allow any
// more, so that nobody chooses in vain.
func (b *Bot) fits(menu string, i storage.Incident) error {
	open := i.State == storage.New || i.State == storage.Assigned
	switch menu {
	case "":
		return nil
	case "dismiss":
		open = i.State == storage.New
	case "return", "return_body":
		open = i.State == storage.Assigned
		if open && i.Returns >= storage.MaxReturns {
			return &storage.Conflict{Incident: i, TooMany: true}
		}
	}
	if !open {
		return wrong{"conflict", storage.Params{"ID": i.ID, "State": string(i.State)}}
	}
	return nil
}

// menu is an open menu of a message.
type menu struct {
	name string
	args []int64
}

func readMenu(s string) menu {
	parts := strings.Split(s, ":")
	m := menu{name: parts[0]}
	for _, p := range parts[1:] {
		n, _ := strconv.ParseInt(p, 10, 64) // unfold wrote numbers
		m.args = append(m.args, n)
	}
	return m
}

func (m menu) arg(i int) int64 {
	if i < len(m.args) {
		return m.args[i]
	}
	return 0
}

// cardMenu are the rows of an open menu below the link.
func (b *Bot) cardMenu(ctx context.Context, s *speaker, open string, f facts, rows [][]button) ([][]button, error) {
	m := readMenu(open)
	back := s.button("button_back", nil, data("menu", f.ID, ""))
	switch m.name {
	case "assign":
		return b.peopleMenu(ctx, s, f, append(rows, []button{s.button("button_bodies", nil, data("menu", f.ID, "bodies")), back}))
	case "bodies":
		return b.bodiesMenu(ctx, s, f, int(m.arg(0)), rows)
	case "body":
		return b.bodyMenu(ctx, s, f, m, rows)
	case "parts":
		return b.partsMenu(ctx, s, f, int(m.arg(0)), rows)
	case "topics":
		return b.topicsMenu(ctx, s, f, int(m.arg(0)), rows)
	case "dismiss":
		rows = append(rows, []button{back})
		for _, group := range [][]string{dismissals[:3], dismissals[3:5], dismissals[5:]} {
			var row []button
			for _, reason := range group {
				row = append(row, s.button("reason", reason, data("dismiss", f.ID, reason)))
			}
			rows = append(rows, row)
		}
		return rows, nil
	case "more":
		return b.moreMenu(ctx, s, f, append(rows, []button{back}))
	case "stopword":
		return stopWordMenu(s, strings.TrimPrefix(open, "stopword:"), f, rows), nil
	}
	return append(rows, []button{back}), nil
}

// moreMenu is what is done seldom; what was found by mistake can be told from
// the rest by a word.
func (b *Bot) moreMenu(ctx context.Context, s *speaker, f facts, rows [][]button) ([][]button, error) {
	rows = append(rows, []button{
		s.importanceButton(f),
		s.button("button_topic", nil, data("menu", f.ID, "topics")),
		s.button("button_journal", nil, data("journal", f.ID)),
	})
	together, err := b.togetherRow(ctx, s, f)
	if err != nil {
		return nil, err
	}
	rows = append(rows, together)
	if f.incident.State != storage.New {
		return rows, nil
	}
	words, err := b.likelyStopWords(ctx, &f)
	if err != nil {
		return nil, err
	}
	var row []button
	for _, word := range words {
		row = append(row, s.button("button_stopword", word, data("stopword", f.ID, word)))
	}
	for len(row) > 2 && !fitsPhone(row) {
		row = row[:len(row)-1]
	}
	if len(row) > 0 {
		rows = append(rows, row)
	}
	return rows, nil
}

// peopleMenu are the six likeliest with their open items.
func (b *Bot) peopleMenu(ctx context.Context, s *speaker, f facts, rows [][]button) ([][]button, error) {
	list, err := b.likeliest(ctx, f, menuPage)
	if err != nil {
		return nil, err
	}
	return append(rows, pairs(s.people(list, f.ID))...), nil
}

// people are buttons to assign to; two of one body and surname are told apart
// by the whole name.
func (s *speaker) people(list []storage.Official, incident int64) []button {
	seen := map[string]int{}
	for _, o := range list {
		seen[s.label("button_official", o)]++
	}
	var out []button
	for _, o := range list {
		name := "button_official"
		if seen[s.label(name, o)] > 1 {
			name = "button_official_full"
		}
		out = append(out, s.button(name, o, data("assign", incident, o.ID)))
	}
	return out
}

func (b *Bot) bodiesMenu(ctx context.Context, s *speaker, f facts, page int, rows [][]button) ([][]button, error) {
	bodies, err := b.store.Bodies(ctx, f.region.ID)
	if err != nil {
		return nil, err
	}
	back := s.button("button_back", nil, data("menu", f.ID, "assign"))
	var entries []button
	for _, body := range bodies {
		entries = append(entries, s.button("button_body", body, data("menu", f.ID, "body", body.ID)))
	}
	return s.paged(rows, []button{back}, entries, page, func(p int) string { return data("menu", f.ID, "bodies", p) }), nil
}

func (b *Bot) bodyMenu(ctx context.Context, s *speaker, f facts, m menu, rows [][]button) ([][]button, error) {
	officials, err := b.store.Officials(ctx, f.region.ID)
	if err != nil {
		return nil, err
	}
	officials = slices.DeleteFunc(officials, func(o storage.Official) bool { return o.Body != m.arg(0) || o.ID == f.incident.Official })
	back := s.button("button_back", nil, data("menu", f.ID, "bodies"))
	return s.paged(rows, []button{back}, s.people(officials, f.ID), int(m.arg(1)), func(p int) string { return data("menu", f.ID, "body", m.arg(0), p) }), nil
}

func (b *Bot) topicsMenu(ctx context.Context, s *speaker, f facts, page int, rows [][]button) ([][]button, error) {
	topics, err := b.store.Topics(ctx, f.region.ID)
	if err != nil {
		return nil, err
	}
	if err := b.byLikelihood(ctx, f.ID, topics); err != nil {
		return nil, err
	}
	var entries []button
	for _, t := range topics {
		if t.ID != f.incident.Topic {
			entries = append(entries, button{text: cut(cleanLine(t.Name), labelLength), data: data("topic", f.ID, t.ID)})
		}
	}
	back := s.button("button_back", nil, data("menu", f.ID, "more"))
	return s.paged(rows, []button{back}, entries, page, func(p int) string { return data("menu", f.ID, "topics", p) }), nil
}

// paged adds the row with the way back and to other pages, then one page.
func (s *speaker) paged(rows [][]button, back, entries []button, page int, turn func(page int) string) [][]button {
	pages := (len(entries) + menuPage - 1) / menuPage
	page = min(max(page, 0), max(pages-1, 0))
	if page > 0 {
		back = append(back, s.button("button_previous", nil, turn(page-1)))
	}
	if page < pages-1 {
		back = append(back, s.button("button_next", nil, turn(page+1)))
	}
	rows = append(rows, back)
	return append(rows, pairs(entries[page*menuPage:min((page+1)*menuPage, len(entries))])...)
}

// pairs puts two buttons into a row.
func pairs(list []button) (rows [][]button) {
	for pair := range slices.Chunk(list, 2) {
		rows = append(rows, pair)
	}
	return rows
}
