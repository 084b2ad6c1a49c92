package bot

import (
	"strings"
	"unicode"

	"otklik/bot/texts"
)

// clean is a text from outside as it may be shown: without control signs and
// without the signs that turn the direction of what stands around it.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\r', r == unicode.ReplacementChar, unicode.IsControl(r), turning(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return strings.TrimSpace(s)
}

// turning are the signs that override or embed a direction, and the marks of
// one, which are invisible.
func turning(r rune) bool {
	return r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 || r == 0x200E || r == 0x200F || r == 0x061C || r == 0xFEFF
}

// cleanLine is clean on one line.
func cleanLine(s string) string { return strings.Join(strings.Fields(clean(s)), " ") }

// cut shortens a text to at most n characters.
func cut(s string, n int) string { return texts.Cut(s, n) }

// firstLine is the beginning of a text, on one line.
func firstLine(s string, n int) string {
	head, _, _ := strings.Cut(clean(s), "\n")
	return cut(cleanLine(head), n)
}
