package bot

import (
	"slices"
	"strings"
	"unicode/utf8"

	"otklik/storage"
)

// piece is a stretch of a post's text; the words that matched are strong.
type piece struct {
	Text   string
	Strong bool
}

// excerpt is at most n characters of a text as it may be shown, with the
// matched words marked. It begins where the text does, unless the first match
// stands too far behind.
func excerpt(text string, spans []storage.Span, n int) []piece {
	pieces := split(text, spans)
	if before := leading(pieces); before > n*2/3 {
		pieces = dropHead(pieces, before-n/4)
	}
	var out []piece
	left := n
	for _, p := range pieces {
		length := utf8.RuneCountInString(p.Text)
		if length > left {
			if p.Text = cut(p.Text, left); p.Text == "" || left < 2 {
				p.Text = "…"
			}
			return append(out, p)
		}
		left -= length
		out = append(out, p)
	}
	return out
}

// split parts a text at its spans; spans that lie outside or overlap are
// passed over.
func split(text string, spans []storage.Span) []piece {
	spans = slices.SortedFunc(slices.Values(spans), func(a, b storage.Span) int { return a.Start - b.Start })
	var out []piece
	add := func(s string, strong bool) {
		if s = cleanInner(s); s != "" {
			out = append(out, piece{s, strong})
		}
	}
	at := 0
	for _, s := range spans {
		if s.Start < at || s.End <= s.Start || s.End > len(text) || !boundary(text, s.Start) || !boundary(text, s.End) {
			continue
		}
		add(text[at:s.Start], false)
		add(text[s.Start:s.End], true)
		at = s.End
	}
	add(text[at:], false)
	if len(out) > 0 {
		out[0].Text = strings.TrimLeft(out[0].Text, " \n")
		last := len(out) - 1
		out[last].Text = strings.TrimRight(out[last].Text, " \n")
	}
	return out
}

func boundary(s string, at int) bool { return at == len(s) || utf8.RuneStart(s[at]) }

// cleanInner is clean that keeps the blanks at both ends, and at most one
// empty line in a row.
func cleanInner(s string) string {
	const mark = "|"
	s = strings.TrimSuffix(strings.TrimPrefix(clean(mark+s+mark), mark), mark)
	for strings.Contains(s, "\n\n\n") {
		s = strings.ReplaceAll(s, "\n\n\n", "\n\n")
	}
	return s
}

// leading is how many characters stand before the first match.
func leading(pieces []piece) int {
	n := 0
	for _, p := range pieces {
		if p.Strong {
			return n
		}
		n += utf8.RuneCountInString(p.Text)
	}
	return 0
}

// dropHead takes n characters off the front, up to a blank where one is near.
func dropHead(pieces []piece, n int) []piece {
	first := []rune(pieces[0].Text)
	if n >= len(first) {
		return pieces
	}
	tail := string(first[n:])
	if _, after, ok := strings.Cut(tail, " "); ok && after != "" {
		tail = after
	}
	return append([]piece{{Text: "…" + tail}}, pieces[1:]...)
}
