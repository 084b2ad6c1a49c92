package sandbox

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// reachable is how many results of a search can be paged through.
const reachable = 1000

// newsfeedSearch is newsfeed.search: posts of open walls, the newest first.
func (c *call) newsfeedSearch() (any, *refusal) {
	q := strings.TrimSpace(c.params.Get("q"))
	if q == "" {
		return nil, missing("q")
	}
	count, problem := c.int("count", 30, 0, 200)
	if problem != nil {
		return nil, problem
	}
	start, problem := c.int("start_time", c.now.Unix()-24*60*60, 0, 1<<40)
	if problem != nil {
		return nil, problem
	}
	end, problem := c.int("end_time", c.now.Unix(), 0, 1<<40)
	if problem != nil {
		return nil, problem
	}
	found := c.matching(query(q), start, end)
	total := len(found)
	found = found[:min(len(found), reachable)]
	page := int64(1)
	if from := c.params.Get("start_from"); from != "" {
		if page, found, problem = follow(from, found); problem != nil {
			return nil, problem
		}
	}
	out := &list{Count: total, TotalCount: &total}
	shown := window(found, 0, int(count))
	c.fill(out, shown)
	if len(shown) < len(found) && len(shown) > 0 {
		out.NextFrom = fmt.Sprintf("%d/%s", page+1, found[len(shown)-1].ExternalID())
	}
	return out, nil
}

// follow skips what pages before start_from have shown.
func follow(from string, found []*Post) (int64, []*Post, *refusal) {
	number, last, ok := strings.Cut(from, "/")
	page, err := strconv.ParseInt(number, 10, 64)
	if !ok || err != nil {
		return 0, nil, refuse(100, "One of the parameters specified was missing or invalid: start_from is invalid")
	}
	i := slices.IndexFunc(found, func(p *Post) bool { return p.ExternalID() == last })
	if i < 0 {
		return page, nil, nil
	}
	return page, found[i+1:], nil
}

func (c *call) matching(terms []term, start, end int64) []*Post {
	var found []*Post
	for _, w := range c.v.walls {
		if w.private {
			continue
		}
		for _, p := range w.posts {
			at := p.at.Unix()
			if p.live(c.now) && !p.shown.Add(c.v.opt.Indexing).After(c.now) && at >= start && at <= end && matches(terms, p.text) {
				found = append(found, p)
			}
		}
	}
	slices.SortStableFunc(found, func(a, b *Post) int {
		return cmp.Or(b.at.Compare(a.at), cmp.Compare(b.id, a.id), cmp.Compare(b.wall.owner, a.wall.owner))
	})
	return found
}

// term is one word that a post must have, or must not.
type term struct {
	stem string
	not  bool
}

// query reads the words of a search; all must be there, in any form.
func query(q string) []term {
	var out []term
	for _, word := range strings.Fields(fold(q)) {
		not := strings.HasPrefix(word, "-")
		for _, w := range wordsOf(word) {
			out = append(out, term{stem: stem(w), not: not})
		}
	}
	return out
}

func matches(terms []term, text string) bool {
	words := wordsOf(fold(text))
	for _, t := range terms {
		if slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(w, t.stem) }) == t.not {
			return false
		}
	}
	return true
}

// stem cuts what changes at the end of a Russian word, roughly.
func stem(word string) string {
	n := utf8.RuneCountInString(word)
	runes := []rune(word)
	switch {
	case n > 6:
		return string(runes[:n-2])
	case n > 3:
		return string(runes[:n-1])
	}
	return word
}

func fold(text string) string { return strings.ReplaceAll(strings.ToLower(text), "ё", "е") }

func wordsOf(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}
