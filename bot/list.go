package bot

import (
	"strings"
	"unicode/utf8"
)

const (
	maxItems = 300 // in one message
	maxName  = 100 // characters of a place, topic or body
)

// listed are the items of a list that somebody typed.
type listed struct {
	add, remove []string
	long        []string // longer than a name may be; in neither of the others
}

// readList reads items separated by commas, semicolons or lines. A minus in
// front of an item removes it and those after it on its line. Each is named
// once; the first spelling counts.
func readList(text string) (l listed) {
	seen := map[string]bool{}
	for line := range strings.Lines(text) {
		removing := false
		for _, item := range strings.FieldsFunc(line, func(r rune) bool { return r == ',' || r == ';' }) {
			name, minus := cutMinus(cleanLine(item))
			removing = removing || minus
			key := folded(name)
			if name == "" || seen[key] || len(seen) >= maxItems {
				continue
			}
			seen[key] = true
			l.put(name, removing)
		}
	}
	return l
}

func (l *listed) put(name string, remove bool) {
	switch {
	case utf8.RuneCountInString(name) > maxName:
		l.long = append(l.long, cut(name, 40))
	case remove:
		l.remove = append(l.remove, name)
	default:
		l.add = append(l.add, name)
	}
}

func (l listed) empty() bool { return len(l.add)+len(l.remove)+len(l.long) == 0 }

// cutMinus takes the minus off an item; phones make dashes of it.
func cutMinus(item string) (name string, minus bool) {
	for _, sign := range []string{"-", "−", "–", "—"} {
		if rest, ok := strings.CutPrefix(item, sign); ok {
			return strings.TrimSpace(rest), true
		}
	}
	return item, false
}

// folded is a name as it is compared with others: case, ё and blanks aside.
func folded(name string) string {
	return strings.ReplaceAll(strings.ToLower(cleanLine(name)), "ё", "е")
}

// page is the part of a list that one screen shows; number counts from 0 and
// is brought into range.
func page[T any](list []T, number, size int) (part []T, at, pages int) {
	pages = max((len(list)+size-1)/size, 1)
	at = min(max(number, 0), pages-1)
	return list[at*size : min((at+1)*size, len(list))], at, pages
}

// turner is the row that turns the pages of a list; none for a single page.
func turner(s *speaker, at, pages int, data func(page int) string) (row []button) {
	if pages < 2 {
		return nil
	}
	if at > 0 {
		row = append(row, s.button("button_previous", nil, data(at-1)))
	}
	if at < pages-1 {
		row = append(row, s.button("button_next", nil, data(at+1)))
	}
	return row
}

// rowsOf lays buttons out, so many in a row.
func rowsOf(buttons []button, width int) (rows [][]button) {
	for len(buttons) > 0 {
		n := min(width, len(buttons))
		rows = append(rows, buttons[:n])
		buttons = buttons[n:]
	}
	return rows
}
