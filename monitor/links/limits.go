package links

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// TextLimits is what a network allows in an answer; 0 means no known limit.
type TextLimits struct {
	MaxRunes    int  // letters and signs
	Weighted    bool // MaxRunes counts by the weights of X
	MaxLinks    int
	MaxHashtags int
	NoShouting  bool // a text all in capitals is refused
	BindPeople  bool // it binds whoever writes there, not only programs
	BesidePhoto int  // letters and signs of a text that goes out with photos
}

// Limits are those of a network, none for one that is not known.
func Limits(network string) TextLimits {
	switch network {
	case X:
		return TextLimits{MaxRunes: 280, Weighted: true, BindPeople: true}
	case Instagram:
		return TextLimits{MaxRunes: 300, MaxLinks: 1, MaxHashtags: 4, NoShouting: true}
	case Telegram:
		return TextLimits{MaxRunes: 4096, BindPeople: true, BesidePhoto: 1024}
	}
	return TextLimits{}
}

// What can keep a network from taking a text.
const (
	TooLong      = "too_long"       // params: length, limit
	TooManyLinks = "too_many_links" // params: count, limit
	TooManyTags  = "too_many_tags"  // params: count, limit
	Shouting     = "shouting"
)

// Problem is one reason why a network would refuse a text, for whoever words
// it to a person.
type Problem struct {
	Code   string
	Params map[string]string
}

var (
	written = regexp.MustCompile(`(?i)https?://[^\s<>"«»]+|(?:[\p{L}\p{N}-]+\.)+(?:com|org|net|info|ru|su|рф|me|io|tv|moscow|москва|дети|рус)(?:/[^\s<>"«»]*)?`)
	hashtag = regexp.MustCompile(`#[\p{L}\p{N}_]*[\p{L}_][\p{L}\p{N}_]*`)
)

// Check lists why the network would refuse the text; nothing, if it would not.
func Check(network, text string) []Problem {
	limits := Limits(network)
	links := written.FindAllStringIndex(text, -1)
	rest := without(text, links)
	var out []Problem
	over := func(code, what string, n, limit int) {
		if limit > 0 && n > limit {
			out = append(out, Problem{Code: code, Params: map[string]string{what: strconv.Itoa(n), "limit": strconv.Itoa(limit)}})
		}
	}
	length := utf8.RuneCountInString(text)
	if limits.Weighted {
		length = weight(rest) + xLink*len(links)
	}
	over(TooLong, "length", length, limits.MaxRunes)
	over(TooManyLinks, "count", len(links), limits.MaxLinks)
	over(TooManyTags, "count", len(hashtag.FindAllString(rest, -1)), limits.MaxHashtags)
	if limits.NoShouting && shouting(rest) {
		out = append(out, Problem{Code: Shouting})
	}
	return out
}

func without(text string, cut [][]int) string {
	var b strings.Builder
	at := 0
	for _, loc := range cut {
		b.WriteString(text[at:loc[0]])
		at = loc[1]
	}
	b.WriteString(text[at:])
	return b.String()
}

// xLink is what X counts for any address.
const xLink = 23

// weight counts as X does: letters of Europe and ordinary punctuation one,
// everything else, and an emoji of however many parts, two.
func weight(text string) int {
	total := 0
	for g := uniseg.NewGraphemes(text); g.Next(); {
		runes := g.Runes()
		emoji, sum := false, 0
		for _, r := range runes {
			emoji = emoji || r >= 0x1F000 || r == 0xFE0F
			if light(r) {
				sum++
			} else {
				sum += 2
			}
		}
		if emoji {
			sum = 2
		}
		total += sum
	}
	return total
}

func light(r rune) bool {
	return r <= 0x10FF || 0x2000 <= r && r <= 0x200D || 0x2010 <= r && r <= 0x201F || 0x2032 <= r && r <= 0x2037
}

func shouting(text string) bool {
	upper := 0
	for _, r := range text {
		switch {
		case unicode.IsLower(r):
			return false
		case unicode.IsUpper(r):
			upper++
		}
	}
	return upper >= 4
}
